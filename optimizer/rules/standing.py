"""Placement rules about people: zones (PLC-05) and room at standing points (PLC-06).

In: a `Scene`. Out: findings. A point lies in a region when it lies in it or on its edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.model import Anchoring
from optimizer.errors import StudyError
from optimizer.plan.space import Audience, zone_space
from optimizer.rules.finding import about, at, broken
from optimizer.rules.scene import ROOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from optimizer.plan.model import ZoneKind
    from optimizer.rules.model import Finding, Rule
    from optimizer.rules.scene import Points, Scene

__all__ = ["check_standing_points", "check_zones"]


def check_zones(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-05: customers, staff and the fixture itself are in the zones that are allowed."""
    regions: dict[tuple[ZoneKind, ...] | str, BaseGeometry] = {}
    for i, kind in enumerate(scene.types):
        group = scene.groups.get(scene.names[i])
        own = group.zone if group else None
        allowed = f"zone {own!r}" if own else _kinds(kind.zones)
        region = regions.setdefault(own or kind.zones, _region(scene, own, kind.zones))
        yield from _outside(rule, scene, i, scene.customer_points, region, "customers", allowed)
        if kind.staff_zones:
            behind = regions.setdefault(
                kind.staff_zones, zone_space(scene.study.plan, *kind.staff_zones)
            )
            yield from _outside(
                rule, scene, i, scene.staff_points, behind, "staff", _kinds(kind.staff_zones)
            )
        if kind.anchoring is not Anchoring.THROUGH_WALL and not region.covers(
            scene.footprints.inner[i]
        ):
            part = scene.footprints.polygon[i].difference(region)
            yield broken(
                rule,
                f"{about(scene, i)} has {part.area:.3f} m² of its footprint outside {allowed} at "
                f"{at(part)}; it must lie inside",
                value=part.area,
                where=part,
                fixtures=(scene.names[i],),
            )


def check_standing_points(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-06: a body fits at every standing point, between walls and other fixtures."""
    radius = scene.study.walking.radius
    by = radius + ROOM
    grown = scene.boxes(
        lambda t: ((-t.width / 2 - by, -t.depth / 2 - by, t.width / 2 + by, t.depth / 2 + by),)
    )
    for points, audience, people in (
        (scene.customer_points, Audience.CUSTOMER, "customers"),
        (scene.staff_points, Audience.STAFF, "staff"),
    ):
        room = scene.standing_room[audience]
        inside = shapely.intersects_xy(room, points.xy[:, 0], points.xy[:, 1])
        for k in np.flatnonzero(~inside).tolist():
            i = int(points.owner[k])
            short = room.distance(points.shape[k])
            yield broken(
                rule,
                f"{about(scene, i)} has its {people}' place {at(points.xy[k])} {short:.2f} m "
                f"outside the room where {people} may stand; a body of radius {radius:g} m must "
                "fit between walls, columns and closed doors",
                value=short,
                where=points.xy[k],
                fixtures=(scene.names[i],),
            )
        hit, foot = grown.tree.query(points.shape, predicate="intersects")
        for k, j in sorted(zip(hit.tolist(), foot.tolist(), strict=True)):
            i = int(points.owner[k])
            if i == j or grown.polygon[j].touches(points.shape[k]):
                continue
            gap = scene.footprints.polygon[j].distance(points.shape[k])
            yield broken(
                rule,
                f"{about(scene, i)} has its {people}' place {at(points.xy[k])} {gap:.2f} m from "
                f"{about(scene, j)}; a body needs {radius:g} m to each side",
                value=gap,
                where=points.xy[k],
                fixtures=(scene.names[i], scene.names[j]),
            )


def _region(scene: Scene, own: str | None, kinds: tuple[ZoneKind, ...]) -> BaseGeometry:
    """Where customers of a fixture stand: the zone that its group names, else by its type."""
    plan = scene.study.plan
    if own is None:
        return zone_space(plan, *kinds)
    zones = [zone.polygon for zone in plan.zones if zone.name == own]
    if not zones:
        raise StudyError(
            f"zone {own!r} is not in the plan {plan.name!r}; it has "
            f"{', '.join(zone.name for zone in plan.zones) or 'no zones'}"
        )
    return union_all(zones)


def _outside(
    rule: Rule,
    scene: Scene,
    index: int,
    points: Points,
    region: BaseGeometry,
    people: str,
    allowed: str,
) -> Iterator[Finding]:
    """Yield a finding for each standing point of one fixture outside a region."""
    xy = points.of(index)
    for point in xy[~shapely.intersects_xy(region, xy[:, 0], xy[:, 1])]:
        short = region.distance(shapely.Point(point)) if not region.is_empty else None
        far = "" if short is None else f"{short:.2f} m "
        yield broken(
            rule,
            f"{about(scene, index)} has its {people}' place {at(point)} {far}outside {allowed}; "
            "it must lie inside",
            value=short,
            where=point,
            fixtures=(scene.names[index],),
        )


def _kinds(kinds: tuple[ZoneKind, ...]) -> str:
    return f"the zones of kind {' or '.join(kinds)}"
