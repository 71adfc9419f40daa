"""Privacy worked out again: overlooked screens, and people who walk through privacy zones.

In: fixtures and walks. Out: figures with what is sure and what is possible, for a sight line may
just touch a corner, and two shortest ways may be equally long.
"""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import shapely
from shapely import LineString, union_all

from optimizer.equipment.model import Role
from optimizer.plan.space import floor_space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan.model import FloorPlan
    from optimizer.verify.demand import Walk
    from optimizer.verify.placed import Placed
    from optimizer.verify.ways import Ways

__all__ = ["overlooked", "through_flow"]

#: Doubt about where a sight line or a walk runs, metres; angles in radians likewise.
DOUBT = 1e-6
#: A walk passes through a zone if at least this much of it lies inside, metres.
GRAZE = 0.05


def overlooked(
    plan: FloorPlan, fixtures: Sequence[Placed], *, doubt: float
) -> set[tuple[str, str]]:
    """Pairs (fixture with a screen, other fixture whose customer sees it).

    Parameters
    ----------
    plan, fixtures
        What may stand in the line of sight.
    doubt
        Metres and radians in favour of a free sight; below 0 against it.
    """
    tables = tomllib.loads(
        files("optimizer").joinpath("walk", "pedestrian.toml").read_text(encoding="utf-8")
    )["sightlines"]
    radius, sector = tables["overlooking_radius"], math.radians(tables["body_sector"])
    walls = floor_space(plan).boundary
    blinds = {f.name: f.footprint(grow=-doubt) for f in fixtures if f.kind.opaque}
    pairs: set[tuple[str, str]] = set()
    for owner in fixtures:
        if owner.kind.screen is None:
            continue
        screen = owner.point(*owner.kind.screen)
        others = [shape for name, shape in blinds.items() if name != owner.name]
        opaque = union_all(others)
        shapely.prepare(opaque)
        for viewer in fixtures:
            if viewer is owner:
                continue
            for eye in viewer.places(Role.CUSTOMER):
                gap, turn = _seen_from(owner, screen, eye)
                view = math.radians(owner.kind.screen_view) / 2
                if not 0 < gap <= radius + doubt:
                    continue
                if not sector / 2 - doubt < turn <= view + doubt:
                    continue
                sight = LineString([screen, eye])
                if not opaque.intersects(sight) and not walls.intersects(sight):
                    pairs.add((owner.name, viewer.name))
    return pairs


def _seen_from(
    owner: Placed, screen: tuple[float, float], eye: tuple[float, float]
) -> tuple[float, float]:
    """Distance of an eye from a screen, and its angle from the screen's front, radians."""
    front = owner.point(0.0, -1.0)
    ahead = math.atan2(front[1] - owner.y, front[0] - owner.x)
    dx, dy = eye[0] - screen[0], eye[1] - screen[1]
    turn = (math.atan2(dy, dx) - ahead + math.pi) % math.tau - math.pi
    return math.hypot(dx, dy), abs(turn)


def through_flow(
    fixtures: Sequence[Placed], walks: Sequence[Walk], ways: Sequence[Ways]
) -> tuple[float, float]:
    """People an hour who walk through a privacy zone of others: at least, and at most.

    Parameters
    ----------
    fixtures
        With their zones.
    walks, ways
        Who walks, and the shortest ways of each walk.
    """
    zones = [(f.name, zone) for f in fixtures if (zone := f.zone()) is not None]
    least = most = 0.0
    for walk, way in zip(walks, ways, strict=True):
        lines = [LineString(path) for path in way.paths]
        for name, zone in zones:
            if name in (walk.source, walk.target) or not lines:
                continue
            inside = [line.intersection(zone).length for line in lines]
            least += walk.rate * (min(inside) >= GRAZE + 10 * DOUBT)
            most += walk.rate * (max(inside) >= GRAZE - 10 * DOUBT)
    return least, most
