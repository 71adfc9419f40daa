"""Capacity: waits, seats, waiting area, room for queues at machines.

In: a rule and a `Scene` with waiting figures. Out: findings.

People who wait. Those who are called from seats wait at types that have a place for staff; in 19
of 20 cases no more of them wait than arrive during the 95th percentile of the wait (distributional
Little's law, Keilson and Servi 1988, doi:10.1016/0167-6377(88)90035-1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, union_all

from optimizer.equipment.layout import placed_box
from optimizer.equipment.model import Role
from optimizer.rules.finding import about, at, broken, kept, unknown
from optimizer.rules.scene import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    from optimizer.evaluation import WaitingFigures
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Scene

__all__ = ["CAPACITY_CHECKS", "people_called", "people_waiting"]

MINUTES_PER_HOUR = 60.0


def people_waiting(figures: WaitingFigures) -> float:
    """People who wait at one type of fixture in 19 of 20 cases at most; inf when overloaded."""
    return figures.arrivals_per_hour / MINUTES_PER_HOUR * figures.p95_minutes


def check_wait_mean(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Mean wait at each type."""
    yield from _waits(rule, scene, {k: f.mean_minutes for k, f in scene.waiting.items()}, "mean")


def check_wait_percentile(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """95th percentile of the wait at each type."""
    waits = {k: f.p95_minutes for k, f in scene.waiting.items()}
    yield from _waits(rule, scene, waits, "95th percentile of the")


def check_utilisation(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Share of the time that each subject is busy."""
    if not scene.waiting:
        yield _no_figures(rule)
        return
    limit = rule.value or 0.0
    for kind in rule.subjects:
        figures = scene.waiting.get(kind)
        if figures is None:
            continue
        # a kind that is always busy lets its queue grow without end
        if figures.utilisation > limit or (limit >= 1 and figures.utilisation >= 1):
            enough = int(np.floor(figures.utilisation * figures.servers / limit)) + 1
            yield broken(
                rule,
                f"{kind} is busy {figures.utilisation:.2f} of the time with {figures.servers} "
                f"places; at most {limit:g} is right, which {enough} places would give",
                value=figures.utilisation,
                fixtures=_names(scene, kind),
            )


def check_waiting_seats(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Seats for the people who wait to be called."""
    people = people_called(scene)
    if people is None:
        yield _no_figures(rule)
        return
    seats = sum(scene.types[i].servers for i in scene.indices(rule.subjects))
    need = (rule.value or 0.0) * people
    say = broken if seats < need else kept
    yield say(
        rule,
        f"There are {seats} seats for {people:.1f} people waiting in 19 of 20 cases; at least "
        f"{_upwards(need)} are right",
        value=seats / people if people else None,
        fixtures=tuple(scene.names[i] for i in scene.indices(rule.subjects)),
    )


def check_waiting_area(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Floor about the seats for the people who wait to be called."""
    people = people_called(scene)
    if people is None:
        yield _no_figures(rule)
        return
    seats = scene.indices(rule.subjects)
    area = _waiting_area(scene, seats, rule.limits["reach"])
    need = (rule.value or 0.0) * people
    say = broken if area.area < need else kept
    yield say(
        rule,
        f"The waiting area of {area.area:.1f} m² holds {people:.1f} people in 19 of 20 cases; at "
        f"least {need:.1f} m² are right",
        value=area.area / people if people else None,
        where=None if area.is_empty else area,
        fixtures=tuple(scene.names[i] for i in seats),
    )


def check_queue_space(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """The queue at a machine stands on free floor and in nobody's way."""
    if not scene.waiting:
        yield _no_figures(rule)
        return
    pitch, half = rule.value or 0.0, rule.limits["width"] / 2
    free = scene.floor.difference(scene.furniture)
    for kind in rule.subjects:
        figures, members = scene.waiting.get(kind), scene.indices((kind,))
        if figures is None or not members:
            continue
        waiting = people_waiting(figures) / len(members)
        if not np.isfinite(waiting):
            yield unknown(rule, f"{kind} is overloaded: its queue has no end")
            continue
        length = np.ceil(waiting - CONTACT) * pitch
        for i in members:
            point = scene.types[i].points(Role.CUSTOMER)[0] if scene.types[i].standing else None
            if length and point is not None:
                queue = placed_box(
                    (point.x - half, point.y - length, point.x + half, point.y),
                    scene.placements[i],
                )
                yield from _queue(rule, scene, i, queue, free)


def _queue(
    rule: Rule, scene: Scene, index: int, queue: BaseGeometry, free: BaseGeometry
) -> Iterator[Finding]:
    """Yield what is wrong with the strip in which a machine's queue stands."""
    name = scene.names[index]
    taken = queue.difference(free)
    if taken.area > CONTACT:
        hit = shapely.intersects(scene.footprints.inner, queue)
        yield broken(
            rule,
            f"The queue at {about(scene, index)} has {taken.area:.2f} m² less room than it takes, "
            f"at {at(taken)}; free floor would be right",
            value=taken.area,
            where=taken,
            fixtures=(name, *(scene.names[j] for j in np.flatnonzero(hit) if j != index)),
        )
        return
    crossing = [
        leg
        for leg in scene.legs
        if name not in (leg.source, leg.target)
        and len(leg.path) > 1
        and LineString(leg.path).intersects(queue)
    ]
    if crossing:
        people = sum(leg.rate for leg in crossing)
        place = LineString(crossing[0].path).intersection(queue)
        yield broken(
            rule,
            f"{people:.1f} people an hour walk through the queue at {about(scene, index)}, at "
            f"{at(place)}; it should stand beside the way",
            value=people,
            where=place,
            fixtures=(name,),
        )


def _waits(rule: Rule, scene: Scene, minutes: Mapping[str, float], what: str) -> Iterator[Finding]:
    if not minutes:
        yield _no_figures(rule)
        return
    limit = rule.value or 0.0
    for kind, wait in minutes.items():
        if wait > limit:
            yield broken(
                rule,
                f"The {what} wait at {kind} is {wait:.1f} minutes; at most {limit:g} is right",
                value=wait,
                fixtures=_names(scene, kind),
            )
    if max(minutes.values()) <= limit:
        longest = max(minutes, key=lambda k: minutes[k])
        yield kept(
            rule,
            f"The longest {what} wait is {minutes[longest]:.1f} minutes, at {longest}",
            value=minutes[longest],
        )


def people_called(scene: Scene) -> float | None:
    """People who wait to be called in 19 of 20 cases; None where nothing is known."""
    if not scene.waiting:
        return None
    return sum(
        people_waiting(figures)
        for kind, figures in scene.waiting.items()
        if any(p.role is Role.STAFF for p in scene.study.types[kind].standing)
    )


def _waiting_area(scene: Scene, seats: tuple[int, ...], reach: float) -> BaseGeometry:
    """Floor about the seats, theirs included, less what belongs to other fixtures and doors."""
    own = set(seats)
    feet = scene.footprints.polygon
    about_seats = union_all([feet[i].buffer(reach) for i in seats])
    spaces = (scene.end_spaces, scene.side_spaces, scene.privacy_zones, scene.footprints)
    others = [
        shape
        for shapes in spaces
        for owner, shape in zip(shapes.owner.tolist(), shapes.polygon, strict=True)
        if owner not in own
    ]
    doors = [door.line.buffer(reach, cap_style="flat") for door in scene.study.plan.doors]
    return about_seats.intersection(scene.floor).difference(union_all([*others, *doors]))


def _names(scene: Scene, kind: str) -> tuple[str, ...]:
    return tuple(scene.names[i] for i in scene.indices((kind,)))


def _upwards(people: float) -> str:
    return f"{np.ceil(people - CONTACT):.0f}" if np.isfinite(people) else "endlessly many"


def _no_figures(rule: Rule) -> Finding:
    return unknown(rule, "Not looked at: no waiting figures were computed")


#: Checks of this module by name.
CAPACITY_CHECKS: Mapping[str, Check] = {
    "wait_mean": check_wait_mean,
    "wait_percentile": check_wait_percentile,
    "utilisation": check_utilisation,
    "waiting_seats": check_waiting_seats,
    "waiting_area": check_waiting_area,
    "queue_space": check_queue_space,
}
