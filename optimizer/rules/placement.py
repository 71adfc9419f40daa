"""The hard placement rules PLC-01 … PLC-11, in geometry: where fixtures may stand.

In: a study and a layout. Out: one finding per broken instance, one per rule that is kept. This is
the specification; `place` filters candidate poses and pairs of poses by the same rules, and a
test holds the two together. "Overlap" means by more than `CONTACT`: a footprint is shrunk by it
on every side and may then touch nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.model import Anchoring
from optimizer.plan.model import OPENING_REACH
from optimizer.rules.brief import check_brief, check_rows
from optimizer.rules.finding import about, at, broken, judge, overlap, unknown
from optimizer.rules.packs import PLACEMENT, read_pack, rules_of
from optimizer.rules.scene import CONTACT, ROOM, Scene
from optimizer.rules.standing import check_standing_points, check_zones

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.rules.finding import Check
    from optimizer.rules.model import Finding, Rule
    from optimizer.study import Study

__all__ = [
    "ANCHOR_REACH",
    "CONTACT",
    "PLACEMENT_CHECKS",
    "ROOM",
    "door_depth",
    "fits",
    "placement_findings",
]

#: How far from a wall an anchored fixture may stand, metres: the value of PLC-02 as packed.
ANCHOR_REACH = next(rule.value or 0.0 for rule in read_pack(PLACEMENT) if rule.id == "PLC-02")


def placement_findings(
    study: Study, layout: Layout, *, unreachable: Sequence[str] | None = None
) -> tuple[Finding, ...]:
    """Outcome of PLC-01 … PLC-11.

    Parameters
    ----------
    study, layout
        What is judged.
    unreachable
        One sentence per leg without a way, as `walked_legs` found them;
        None where nobody walked the layout: PLC-10 is then neither kept nor broken.

    Returns
    -------
    tuple of Finding
        In the order of the rules: one per broken instance, or one with `passed` true.
    """
    scene = Scene(
        study=study,
        layout=layout,
        unreachable=None if unreachable is None else tuple(unreachable),
    )
    rules = [rule for rule in rules_of(study) if rule.pack == PLACEMENT]
    return judge(rules, scene, PLACEMENT_CHECKS)


def fits(study: Study, layout: Layout) -> bool:
    """Whether no hard placement rule is broken, reachability (PLC-10) left aside."""
    return not any(
        finding.passed is False and finding.rule.severity == "hard"
        for finding in placement_findings(study, layout)
    )


def door_depth(study: Study) -> float:
    """Depth of the strip before each door that a study keeps free, metres: PLC-07."""
    return next(rule.value or 0.0 for rule in rules_of(study) if rule.id == "PLC-07")


def check_floor(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-01: footprints lie on the floor; those through a wall in no column and no opening."""
    through = np.array([t.anchoring is Anchoring.THROUGH_WALL for t in scene.types], dtype=bool)
    feet = scene.footprints
    on_floor = shapely.covers(scene.floor, feet.inner)
    plan = scene.study.plan
    openings = [door.line.buffer(OPENING_REACH, cap_style="flat") for door in plan.doors]
    shut = union_all([*plan.columns, *openings])
    in_walls = shapely.covers(plan.outline, feet.inner) & ~shapely.intersects(shut, feet.inner)
    for i in np.flatnonzero(~np.where(through, in_walls, on_floor)).tolist():
        region = plan.outline.difference(shut) if through[i] else scene.floor
        outside = feet.polygon[i].difference(region)
        allowed = "in walls, not in columns, door openings or beyond" if through[i] else "on"
        yield broken(
            rule,
            f"{about(scene, i)} has {outside.area:.3f} m² of its footprint off the floor at "
            f"{at(outside)}; it may stand only {allowed} the floor",
            value=outside.area,
            where=outside,
            fixtures=(scene.names[i],),
        )


def check_anchoring(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-02: back corners at a wall; the middle line of a through-wall fixture in one."""
    plan, reach = scene.study.plan, rule.value or 0.0
    backs = scene.boxes(lambda t: ((-t.width / 2, t.depth / 2, t.width / 2, t.depth / 2),))
    middles = scene.boxes(lambda t: ((-t.width / 2, 0.0, t.width / 2, 0.0),))
    solid = union_all([plan.solids, plan.outline.boundary])
    in_wall = plan.walls_with_openings.buffer(reach)
    for i, kind in enumerate(scene.types):
        if kind.anchoring is Anchoring.WALL:
            corners = shapely.get_coordinates(backs.polygon[i])[:2]
            away = shapely.distance(solid, shapely.points(corners))
            if away.max() > reach:
                yield broken(
                    rule,
                    f"{about(scene, i)} has a back corner {away.max():.2f} m from the nearest "
                    f"wall; it must be within {reach:g} m",
                    value=float(away.max()),
                    where=corners[away.argmax()],
                    fixtures=(scene.names[i],),
                )
        elif kind.anchoring is Anchoring.THROUGH_WALL:
            line = shapely.linestrings(shapely.get_coordinates(middles.polygon[i])[:2])
            out = line.difference(in_wall)
            if out.length > CONTACT:
                yield broken(
                    rule,
                    f"{about(scene, i)} has {out.length:.2f} m of its middle line outside the "
                    f"walls at {at(out)}; the whole line must lie within {reach:g} m of one",
                    value=out.length,
                    where=out,
                    fixtures=(scene.names[i],),
                )


def check_overlap(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-03: no two footprints overlap."""
    feet = scene.footprints
    for i, j in _touching(feet.inner, feet.tree):
        if i < j:
            yield overlap(
                rule, scene, i, j, feet.polygon[j], "overlaps", "they may touch, not overlap"
            )


def check_use_space(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-04: use spaces are free of other fixtures, and of walls before and behind."""
    for spaces, side in ((scene.end_spaces, "before or behind"), (scene.side_spaces, "beside")):
        for j, s in _touching(scene.footprints.inner, spaces.tree):
            i = int(spaces.owner[s])
            if i != j:
                how = f"lies in the use space {side}"
                yield overlap(rule, scene, j, i, spaces.polygon[s], how, "it must stay out of it")
    ends = scene.end_spaces
    for s in np.flatnonzero(~shapely.covers(scene.floor, ends.inner)).tolist():
        i = int(ends.owner[s])
        outside = ends.polygon[s].difference(scene.floor)
        yield broken(
            rule,
            f"{about(scene, i)} has {outside.area:.3f} m² of its use space in a wall, in a column "
            f"or off the floor at {at(outside)}; all of it must be free floor",
            value=outside.area,
            where=outside,
            fixtures=(scene.names[i],),
        )


def check_door_strip(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-07: no footprint in the strip before and behind a door."""
    depth = rule.value or 0.0
    doors = scene.study.plan.doors
    strips = np.array([d.line.buffer(depth, cap_style="flat") for d in doors], dtype=object)
    for i, d in _touching(scene.footprints.inner, shapely.STRtree(strips)):
        common = scene.footprints.polygon[i].intersection(strips[d])
        gap = doors[d].line.distance(scene.footprints.polygon[i])
        yield broken(
            rule,
            f"{about(scene, i)} stands {gap:.2f} m from door {doors[d].name!r}, in the strip "
            f"before it; it must stay {depth:g} m away",
            value=gap,
            where=common,
            fixtures=(scene.names[i],),
        )


def check_privacy_zones(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-09: privacy zones hold no other fixture and no place of other customers."""
    zones, points = scene.privacy_zones, scene.customer_points
    for j, z in _touching(scene.footprints.inner, zones.tree):
        i = int(zones.owner[z])
        if i != j:
            how = "lies in the privacy zone of"
            yield overlap(rule, scene, j, i, zones.polygon[z], how, "it must stay out of it")
    for k, z in _touching(points.shape, shapely.STRtree(zones.inner)):
        i, j = int(zones.owner[z]), int(points.owner[k])
        if i != j:
            yield broken(
                rule,
                f"{about(scene, j)} has its customers' place {at(points.xy[k])} in the privacy "
                f"zone of {about(scene, i)}; it must lie outside",
                where=points.xy[k],
                fixtures=(scene.names[j], scene.names[i]),
            )


def check_reachability(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """PLC-10: every flow has a way, as evaluation found."""
    if scene.unreachable is None:
        yield unknown(rule, "Not looked at: nobody walked this layout")
        return
    for flow in scene.unreachable:
        yield broken(rule, flow)


def _touching(shapes: NDArray[np.object_], tree: shapely.STRtree) -> list[tuple[int, int]]:
    """Pairs (index of a shape, index in the tree) that intersect, in order."""
    one, other = tree.query(shapes, predicate="intersects")
    return sorted(zip(one.tolist(), other.tolist(), strict=True))


#: The placement rules by name of their check.
PLACEMENT_CHECKS: Mapping[str, Check] = {
    "floor": check_floor,
    "anchoring": check_anchoring,
    "overlap": check_overlap,
    "use_space": check_use_space,
    "zones": check_zones,
    "standing_points": check_standing_points,
    "door_strip": check_door_strip,
    "rows": check_rows,
    "privacy_zones": check_privacy_zones,
    "reachability": check_reachability,
    "brief": check_brief,
}
