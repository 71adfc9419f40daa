"""Values about people on foot, from `pedestrian.toml` or a file of the same form.

In: a TOML file with sources and confidence. Out: `PedestrianValues`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.errors import FileFormatError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PedestrianValues", "read_pedestrian_values"]


@dataclass(frozen=True, kw_only=True)
class PedestrianValues:
    """Densities and angles that the measures of walking rest on.

    Parameters
    ----------
    free_speed, speed_shape, jam_density
        Weidmann's curve: metres per second, people per m², people per m².
    walkway_bands, waiting_bands
        Greatest density of the levels of service A to E, people per m².
    overlooking_radius, body_sector
        Metres within which a pad can be read; degrees that its user's body covers.
    turn, parting_width, path_slack
        Degrees that make a turn; metres that make two streams apart; share by which a guided path
        may be longer.
    queue_depth, seat_reach, sight, seats, guides
        Metres before a counter in which its queue stands; metres about a seat in which people sit
        and stand; metres from which a stop is made out; fixture types that are seats, and those
        at which somebody guides customers.
    """

    free_speed: float
    speed_shape: float
    jam_density: float
    walkway_bands: tuple[float, ...]
    waiting_bands: tuple[float, ...]
    overlooking_radius: float
    body_sector: float
    turn: float
    parting_width: float
    path_slack: float
    queue_depth: float
    seat_reach: float
    sight: float
    seats: tuple[str, ...]
    guides: tuple[str, ...]


# field → (table, key) in the file
PLACES = {
    "free_speed": ("weidmann", "free_speed"),
    "speed_shape": ("weidmann", "shape"),
    "jam_density": ("weidmann", "jam_density"),
    "walkway_bands": ("level_of_service", "walkway"),
    "waiting_bands": ("level_of_service", "waiting"),
    "overlooking_radius": ("sightlines", "overlooking_radius"),
    "body_sector": ("sightlines", "body_sector"),
    "turn": ("detour", "turn"),
    "parting_width": ("detour", "parting_width"),
    "path_slack": ("detour", "path_slack"),
    "queue_depth": ("diversion", "queue_depth"),
    "seat_reach": ("diversion", "seat_reach"),
    "sight": ("diversion", "sight"),
    "seats": ("diversion", "seats"),
    "guides": ("diversion", "guides"),
}
NAMES = ("seats", "guides")


@cache
def read_pedestrian_values(path: Path | None = None) -> PedestrianValues:
    """Return the values of the file, or those that come with the package; each is read once.

    Raises
    ------
    FileFormatError
        If the file is no TOML, or a value is missing or no positive number; one sentence each.
    """
    source = files("optimizer.walk") / "pedestrian.toml" if path is None else path
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{source}: not a TOML file: {error}") from error
    values: dict[str, float | tuple[float, ...] | tuple[str, ...]] = {}
    defects = []
    for field, (table, key) in PLACES.items():
        value = tables.get(table, {}).get(key)
        if field in NAMES:
            if isinstance(value, list) and all(isinstance(name, str) for name in value):
                values[field] = tuple(value)
            else:
                defects.append(f"{source}: {table}.{key} is {value}; a list of names is right")
            continue
        bands = field.endswith("_bands")
        numbers = value if bands and isinstance(value, list) else [value]
        if (bands and len(numbers) != 5) or not all(
            isinstance(n, int | float) and n > 0 for n in numbers
        ):
            want = "five positive numbers" if bands else "a positive number"
            defects.append(f"{source}: {table}.{key} is {value}; {want} would be right")
            continue
        values[field] = tuple(float(n) for n in numbers) if bands else float(numbers[0])
    if defects:
        raise FileFormatError(*defects)
    return PedestrianValues(**values)  # type: ignore[arg-type]  # one tuple or float per field
