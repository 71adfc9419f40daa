"""Egress: distances to exits, number and spacing of exits, strips that lead to them.

In: a rule and a `Scene`. Out: findings. Exits are entrances, exits and emergency doors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.layout import boxes_of
from optimizer.plan.model import DoorKind
from optimizer.plan.space import Audience, door_point, free_space
from optimizer.rules.accessibility import routes_to
from optimizer.rules.finding import about, at, broken, kept, unknown
from optimizer.rules.routes import by_type, reached
from optimizer.rules.scene import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import Door
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene
    from optimizer.walk.shell import Shell

__all__ = ["EGRESS_CHECKS", "egress_grid", "egress_ways", "exits"]

#: Places of the floor are sampled this far apart, metres.
SAMPLE = 0.5


def exits(scene: Scene) -> tuple[Door, ...]:
    """Doors by which people leave in an emergency."""
    return scene.study.plan.doors_of(DoorKind.ENTRANCE, DoorKind.EXIT, DoorKind.EMERGENCY)


def check_egress_distance(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Farthest place of the customers' floor from its nearest exit, in a straight line."""
    doors, limit = exits(scene), rule.value or 0.0
    if not doors:
        yield _no_exit(rule)
        return
    far, place = _farthest(scene, doors)
    names = ", ".join(door.name for door in doors)
    say = broken if far > limit else kept
    yield say(
        rule,
        f"The farthest place of the hall, {at(place)}, is {far:.1f} m from the nearest exit "
        f"({names}); at most {limit:g} m is right",
        value=far,
        where=place,
    )


def check_egress_walk(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Longest walk from a place of the customers' floor to its nearest exit, round furniture."""
    from optimizer.walk.routing import route
    from optimizer.walk.shell import prepare_shell

    doors, limit = exits(scene), rule.value or 0.0
    if not doors:
        yield _no_exit(rule)
        return
    study = scene.study
    shell = prepare_shell(free_space(study.plan, Audience.CUSTOMER), radius=study.walking.radius)
    ways = egress_ways(scene, shell)
    open_hall = _body_room(scene)
    places = np.concatenate([_edges(open_hall), egress_grid(scene)])
    if not ways or not len(places):
        yield unknown(rule, "Not looked at: there is no walkable floor before an exit")
        return
    boxes = boxes_of(scene.placements, study.types)
    starts, ends = np.repeat(places, len(ways), axis=0), np.tile(ways, (len(places), 1))
    lengths = route(shell, boxes, starts, ends, paths=False).lengths
    nearest = lengths.reshape(len(places), len(ways)).min(axis=1)
    shut = places[~np.isfinite(nearest)]
    if len(shut):
        yield broken(
            rule,
            f"From {len(shut)} of {len(places)} sampled places, {at(shut[0])} among them, there "
            "is no way to an exit; fixtures must not close off floor",
            where=shut[0],
        )
    open_places, walks = places[np.isfinite(nearest)], nearest[np.isfinite(nearest)]
    if len(walks):
        k = int(walks.argmax())
        say = broken if walks[k] > limit else kept
        yield say(
            rule,
            f"The longest walk to an exit, from {at(open_places[k])}, is {walks[k]:.1f} m; at "
            f"most {limit:g} m is right",
            value=walks[k],
            where=open_places[k],
        )


def egress_ways(scene: Scene, shell: Shell) -> list[tuple[float, float]]:
    """Points of the walkable floor before the exits."""
    points = (door_point(door, shell.walkable) for door in exits(scene))
    return [point for point in points if point is not None]


def egress_grid(scene: Scene) -> NDArray[np.float64]:
    """Places, (n, 2) metres, of a grid that the empty hall fixes, at which a body has room."""
    return _grid(_body_room(scene), scene.hall.buffer(-scene.study.walking.radius).bounds)


def _body_room(scene: Scene) -> BaseGeometry:
    """Where in the hall a body's middle has room between walls and furniture."""
    by = scene.study.walking.radius + CONTACT
    # each footprint grown by itself: shrinking the floor about all of them drops small steps of
    # its edge, and a place that is a hair inside a footprint's room has no way anywhere
    grown = scene.boxes(
        lambda t: ((-t.width / 2 - by, -t.depth / 2 - by, t.width / 2 + by, t.depth / 2 + by),)
    )
    open_hall = scene.hall.buffer(-by, join_style="mitre")
    return open_hall.difference(union_all(list(grown.polygon)))


def check_exit_count(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Two exits, or one where the room is small enough."""
    doors, need, limits = exits(scene), rule.value or 0.0, rule.limits
    area = float(scene.hall.area)
    if not doors:
        yield _no_exit(rule)
        return
    if len(doors) >= need:
        yield kept(rule, f"The hall has {len(doors)} exits", value=len(doors))
        return
    door = doors[0]
    far, _ = _farthest(scene, doors)
    small = area <= limits["area"]
    near = (
        area <= limits["open_area"]
        and far <= limits["reach"]
        and door.width >= limits["wide"] - CONTACT
    )
    facts = (
        f"one exit, {door.name!r}, {door.width:.2f} m wide, for {area:.0f} m², farthest place "
        f"{far:.1f} m away"
    )
    if small or near:
        yield kept(rule, f"The hall has {facts}: one is enough", value=len(doors))
        return
    yield broken(
        rule,
        f"The hall has {facts}; {need:g} exits would be right",
        value=len(doors),
        where=door.centre,
    )


def check_exit_spacing(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Two of the exits are far enough apart."""
    doors, apart = exits(scene), rule.value or 0.0
    if len(doors) < 2:
        yield kept(rule, "There is no second exit to be apart from")
        return
    pairs = [(one.line.distance(two.line), one, two) for one in doors for two in doors]
    gap, one, two = max(pairs, key=lambda pair: pair[0])
    say = broken if gap < apart else kept
    yield say(
        rule,
        f"Exits {one.name!r} and {two.name!r} are {gap:.1f} m apart; at least {apart:g} m is right",
        value=gap,
        where=one.centre,
    )


def check_egress_route(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """A route of the rule's width leads from one of each type to an exit."""
    doors = exits(scene)
    if not doors:
        yield _no_exit(rule)
        return
    yield from routes_to(rule, scene, doors, by_type(scene, rule.subjects))


def check_egress_strip(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """From every fixture with customers a strip of the rule's width leads to an exit."""
    doors = exits(scene)
    if not doors:
        yield _no_exit(rule)
        return
    inside = reached(scene, rule.value or 0.0, doors)
    used = sorted(set(scene.customer_points.owner.tolist()))
    for i in used:
        if not inside[i]:
            yield broken(
                rule,
                f"{about(scene, i)}: no strip of {rule.value:g} m free of furniture leads from "
                "its customers' place to an exit; one must",
                where=scene.customer_points.of(i)[0],
                fixtures=(scene.names[i],),
            )


def _no_exit(rule: Rule) -> Finding:
    return broken(rule, "The plan has no entrance, exit or emergency door; people must get out")


def _farthest(scene: Scene, doors: tuple[Door, ...]) -> tuple[float, NDArray[np.float64]]:
    """Distance and place of the sampled place of the hall farthest from its nearest exit."""
    places = _places(scene.hall)
    ways = union_all([door.line for door in doors])
    away = shapely.distance(ways, shapely.points(places))
    k = int(away.argmax())
    return float(away[k]), places[k]


def _places(region: BaseGeometry) -> NDArray[np.float64]:
    """Corners and edges of a region, and a grid inside: (n, 2) metres."""
    places: NDArray[np.float64] = np.concatenate([_edges(region), _grid(region, region.bounds)])
    return places


def _edges(region: BaseGeometry) -> NDArray[np.float64]:
    edge: NDArray[np.float64] = shapely.get_coordinates(shapely.segmentize(region, SAMPLE))
    return edge


def _grid(region: BaseGeometry, frame: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """Places of a region on a grid that begins at a corner of a frame."""
    if region.is_empty or np.isnan(frame).any():
        return np.empty((0, 2))
    x0, y0, x1, y1 = frame
    x, y = np.meshgrid(np.arange(x0, x1, SAMPLE), np.arange(y0, y1, SAMPLE))
    grid = np.column_stack([x.ravel(), y.ravel()])
    inside: NDArray[np.float64] = grid[shapely.contains_xy(region, grid[:, 0], grid[:, 1])]
    return inside


#: Checks of this module by name.
EGRESS_CHECKS: Mapping[str, Check] = {
    "egress_distance": check_egress_distance,
    "egress_walk": check_egress_walk,
    "exit_count": check_exit_count,
    "exit_spacing": check_exit_spacing,
    "egress_route": check_egress_route,
    "egress_strip": check_egress_strip,
}
