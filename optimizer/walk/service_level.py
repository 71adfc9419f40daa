"""Level of service: how crowded aisles and waiting areas are, in letters A to F.

In: densities in people per m², or people and area; values from `pedestrian`. Out: walking speed
by Weidmann's curve, and the level by Fruin's bands.

References
----------
Weidmann, U. (1993). Transporttechnik der Fussgänger. https://doi.org/10.3929/ethz-a-000687810
Fruin, J. J. (1971). Pedestrian planning and design.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from optimizer.walk.conflict_map import Raster
    from optimizer.walk.pedestrian import PedestrianValues

__all__ = ["ServiceLevel", "aisle_service", "service_level", "waiting_service", "walking_speed"]

LEVELS = "ABCDEF"


@dataclass(frozen=True, kw_only=True)
class ServiceLevel:
    """How crowded a place is.

    Parameters
    ----------
    level
        A (free) to F (jammed).
    density
        People per m².
    speed
        Walking speed at this density, m/s; None for waiting areas.
    place
        x, y in metres of the most crowded spot; None for waiting areas.
    """

    level: str
    density: float
    speed: float | None = None
    place: tuple[float, float] | None = None


def walking_speed(density: ArrayLike, *, values: PedestrianValues) -> NDArray[np.float64]:
    """Return Weidmann's walking speed in m/s at each density in people per m².

    v = v0 (1 - exp(-c (1/density - 1/jam density))), v0 for nobody, 0 from the jam density on.

    Raises
    ------
    ValueError
        If a density is negative.
    """
    people = np.asarray(density, dtype=np.float64)
    if (people < 0).any():
        raise ValueError(f"a density is {people.min()} people per m²; 0 or more is right")
    crowded = np.maximum(people, 1e-9)
    room = np.maximum(1.0 / crowded - 1.0 / values.jam_density, 0.0)
    return np.asarray(values.free_speed * -np.expm1(-values.speed_shape * room), dtype=np.float64)


def service_level(density: float, *, bands: tuple[float, ...]) -> str:
    """Return the level A to F of a density in people per m².

    Parameters
    ----------
    density
        People per m².
    bands
        Greatest density of the levels A to E, rising.
    """
    return LEVELS[int(np.searchsorted(bands, density, side="left"))]


def aisle_service(
    density: NDArray[np.float64], *, raster: Raster, values: PedestrianValues
) -> ServiceLevel:
    """Return the level of service where the aisles are most crowded.

    Parameters
    ----------
    density
        `(rows, columns)` walking people per m², from `conflict_map.person_density`.
    raster
        The raster of the densities.
    values
        Bands and speeds.
    """
    row, column = np.unravel_index(int(np.argmax(density)), density.shape)
    peak = float(density[row, column])
    x, y = raster.centres
    return ServiceLevel(
        level=service_level(peak, bands=values.walkway_bands),
        density=peak,
        speed=float(walking_speed(peak, values=values)),
        place=(float(x[column]), float(y[row])),
    )


def waiting_service(people: float, *, area: float, values: PedestrianValues) -> ServiceLevel:
    """Return the level of service of a waiting area.

    Parameters
    ----------
    people
        People in it, for instance the 95th percentile of the busiest period.
    area
        Its free area, m².

    Raises
    ------
    ValueError
        If people wait where there is no area.
    """
    if area <= 0 and people > 0:
        raise ValueError(f"{people} people wait on {area} m²; an area above 0 m² is right")
    density = people / area if people > 0 else 0.0
    return ServiceLevel(level=service_level(density, bands=values.waiting_bands), density=density)
