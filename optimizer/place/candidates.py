"""Candidate poses: where a block may stand in the empty shell, whatever stands beside it.

In: a study and a block kind. Out: the poses (x, y, angle) that keep every rule of one block by
itself: PLC-01, 02, 04 (walls), 05, 06 (walls) and 07. What blocks forbid each other is
`place.shapes`. The geometric specification of these rules is `rules.placement`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import union_all

from optimizer.equipment.model import Anchoring, Role
from optimizer.place.faces import Face, compute_faces, principal_angle
from optimizer.place.pose_tests import inside, inside_points, outside
from optimizer.plan.model import OPENING_REACH
from optimizer.plan.space import Audience, entered_space, floor_space, free_space, zone_space
from optimizer.rules.keep_clear import keep_clear
from optimizer.rules.placement import ANCHOR_REACH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.model import Box
    from optimizer.place.blocks import BlockKind
    from optimizer.place.pose_tests import Keep
    from optimizer.plan.model import FloorPlan
    from optimizer.study import Study

__all__ = [
    "Ground",
    "count_by_rule",
    "find_candidates",
    "find_on_grid",
    "ground_of",
    "keep_own_rules",
    "masks_by_rule",
    "poses_before_rules",
    "some_of",
]

#: No block kind gets more candidate poses than this: its grid is thinned until it holds. Measured
#: on the standard hall in half a minute: with 500, 900 and 1,400 poses the objective is 16,735,
#: 16,710 and 16,716, the walking gap 8.1, 6.7 and 9.0 %: fewer are too coarse, more leave the
#: proof behind.
MOST_POSES = 900
#: No grid is tried with more poses than this, however large the plan.
MOST_TRIED = 150_000
#: So many grids are tried; of what the last one leaves, some are taken.
GRIDS = 16
#: Poses of the finest grid that tell which grid to try first, and how many times too many poses
#: that one should hold by them.
SAMPLE, FINER = 2_000, 1.3


@dataclass(frozen=True)
class Ground:
    """The regions of an empty plan that candidate poses are tested against, prepared once.

    Parameters
    ----------
    plan
        The shell.
    radius
        Body radius, metres.
    clear
        Where no footprint may lie, by the rules about doors.
    """

    plan: FloorPlan
    radius: float
    clear: BaseGeometry

    @cached_property
    def floor(self) -> BaseGeometry:
        """Floor without walls and columns."""
        return _prepared(floor_space(self.plan))

    @cached_property
    def in_walls(self) -> BaseGeometry:
        """Where the footprint of a through-wall fixture may lie."""
        columns = union_all(list(self.plan.columns))
        openings = [d.line.buffer(OPENING_REACH, cap_style="flat") for d in self.plan.doors]
        return _prepared(self.plan.outline.difference(union_all([columns, *openings])))

    @cached_property
    def near_walls(self) -> BaseGeometry:
        """Within reach of something solid to lean on."""
        solid = union_all([self.plan.solids, self.plan.outline.boundary])
        return _prepared(solid.buffer(ANCHOR_REACH))

    @cached_property
    def walls(self) -> BaseGeometry:
        """Walls, widened by the reach of an anchor."""
        return _prepared(self.plan.walls_with_openings.buffer(ANCHOR_REACH))

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """Straight faces of walls and columns, seen from the floor."""
        return compute_faces(self.floor)

    def walkable(self, audience: Audience) -> BaseGeometry:
        """Where the middle of a body of one audience may be."""
        return self._walkable[audience]

    @cached_property
    def _walkable(self) -> dict[Audience, BaseGeometry]:
        # Customers stand where an entrance leads to. Staff may have a part of their own without a
        # drawn door: whether those who walk between parts can, `place.reach` finds.
        spaces = {
            Audience.CUSTOMER: entered_space(self.plan, Audience.CUSTOMER),
            Audience.STAFF: free_space(self.plan, Audience.STAFF),
        }
        # A standing point needs the radius and the engine's two epsilons of room.
        return {
            audience: _prepared(space.buffer(-self.radius - 1e-5, join_style="mitre"))
            for audience, space in spaces.items()
        }


def ground_of(study: Study) -> Ground:
    """The regions of a study's plan, with the values of its placement rules."""
    return Ground(study.plan, study.walking.radius, _prepared(keep_clear(study)))


def find_candidates(study: Study, ground: Ground, kind: BlockKind) -> NDArray[np.float64]:
    """Poses at which one block keeps all rules of its own: see `find_on_grid`."""
    return find_on_grid(study, ground, kind)[0]


def find_on_grid(
    study: Study, ground: Ground, kind: BlockKind, most: int = MOST_POSES
) -> tuple[NDArray[np.float64], float]:
    """Poses at which one block keeps all rules of its own, and the grid that they lie on.

    Returns
    -------
    tuple
        (n, 3): x, y (metres) and angle (degrees), n ≤ `most`; and the step of the grid,
        metres: every k-th line of the study's, for the least k found that holds the number. Along
        walls no grid may hold it, for every face has its ends: then some of the poses. A fixed
        block has the one pose that the study gives, whether it keeps the rules or not:
        evaluation judges it.
    """
    pitch = study.pitch
    if kind.fixed is not None:
        return np.array([kind.fixed], dtype=float), pitch
    zone = _zone_of(study, kind)
    if zone.is_empty:
        return np.empty((0, 3)), pitch
    thin = _first_grid(study, ground, kind, zone, most)
    for _ in range(GRIDS):
        step = thin * pitch
        poses = keep_own_rules(study, ground, kind, _generate(study, ground, kind, zone, step))
        if len(poses) <= most:
            break
        thin += max(1, round(thin * ((len(poses) / most) ** 0.5 - 1) / 2))
    return some_of(poses, most), step


def some_of(poses: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """At most so many of some poses, the same ones every time, from all over the place."""
    if len(poses) <= most:
        return poses
    # a fixed stride would take one angle of all, or one line of the grid
    taken = np.random.default_rng(most).permutation(len(poses))[:most]
    some: NDArray[np.float64] = poses[np.sort(taken)]
    return some


def _finest(zone: BaseGeometry, pitch: float) -> int:
    """The least k with at most `MOST_TRIED` poses on every k-th line over a zone's bounds."""
    x0, y0, x1, y1 = zone.bounds
    needed = float((4 * (x1 - x0) * (y1 - y0) / MOST_TRIED) ** 0.5)
    return max(1, int(np.ceil(needed / pitch)))


def _first_grid(
    study: Study, ground: Ground, kind: BlockKind, zone: BaseGeometry, most: int
) -> int:
    """The first grid to try: those that a sample of poses says are far too fine are left out."""
    thin = _finest(zone, study.pitch)
    if kind.anchoring is not Anchoring.FREE:
        return thin
    poses = _generate(study, ground, kind, zone, thin * study.pitch)
    if len(poses) <= SAMPLE:
        return thin
    sample = some_of(poses, SAMPLE)
    expected = len(keep_own_rules(study, ground, kind, sample)) * len(poses) / SAMPLE
    # a grid that holds k times fewer is k ** 0.5 times wider; begin with one that still holds more
    return max(thin, int(thin * (expected / (FINER * most)) ** 0.5))


def _generate(
    study: Study, ground: Ground, kind: BlockKind, zone: BaseGeometry, pitch: float
) -> NDArray[np.float64]:
    """Poses on the grid or along the faces, before any rule is asked."""
    if kind.anchoring is Anchoring.FREE:
        x0, y0, x1, y1 = zone.bounds
        # the grid is hung at the plan's corner, so that it moves with the plan
        left, low = ground.plan.outline.bounds[:2]
        xs = left + pitch * np.arange(np.ceil((x0 - left) / pitch), (x1 - left) / pitch + 1e-9)
        ys = low + pitch * np.arange(np.ceil((y0 - low) / pitch), (y1 - low) / pitch + 1e-9)
        turn = principal_angle(ground.faces)
        angles = (turn + np.array([0.0, 90.0, 180.0, 270.0])) % 360.0
        x, y, angle = np.meshgrid(xs, ys, angles, indexing="ij")
        return np.column_stack([x.ravel(), y.ravel(), angle.ravel()])
    through = kind.anchoring is Anchoring.THROUGH_WALL
    rows = [
        face.poses(width=kind.width, depth=kind.depth, pitch=pitch, through=through)
        for face in ground.faces
    ]
    return np.concatenate([np.empty((0, 3)), *rows])


def count_by_rule(study: Study, kind: BlockKind) -> tuple[tuple[str, int], ...]:
    """How many poses of a kind are tried, and how many are left after each rule in turn."""
    ground, zone = ground_of(study), _zone_of(study, kind)
    if zone.is_empty:
        return ()
    pitch = _finest(zone, study.pitch) * study.pitch
    poses = _generate(study, ground, kind, zone, pitch)
    counts = [("all", len(poses))]
    for rule, keep in _tests(study, ground, kind, zone):
        poses = keep(poses)
        counts.append((rule, len(poses)))
    return tuple(counts)


def poses_before_rules(
    study: Study, ground: Ground, kind: BlockKind, pitch: float
) -> NDArray[np.float64]:
    """Poses that are tried for one block, whether they keep its rules or not: (n, 3)."""
    if kind.fixed is not None:
        return np.array([kind.fixed], dtype=float)
    zone = _zone_of(study, kind)
    if zone.is_empty:
        return np.empty((0, 3))
    return _generate(study, ground, kind, zone, _finest(zone, pitch) * pitch)


def masks_by_rule(
    study: Study, ground: Ground, kind: BlockKind, poses: NDArray[np.float64]
) -> dict[str, NDArray[np.bool_]]:
    """Which of some poses keep each rule of one block, by the rule's id; rules about doors apart.

    Parameters
    ----------
    poses
        (n, 3): x, y (metres) and angle (degrees).
    """
    masks: dict[str, NDArray[np.bool_]] = {}
    for name, keep in _tests(study, ground, kind, _zone_of(study, kind)):
        rule_id = name.split()[0]
        if not rule_id.startswith("PLC-"):
            continue
        kept = {pose.tobytes() for pose in keep(poses)}
        mask = np.array([pose.tobytes() in kept for pose in poses], dtype=bool)
        masks[rule_id] = masks.get(rule_id, np.ones(len(poses), dtype=bool)) & mask
    return masks


def keep_own_rules(
    study: Study,
    ground: Ground,
    kind: BlockKind,
    poses: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The poses (n, 3) that keep every rule of one block, cheapest tests first."""
    for _, keep in _tests(study, ground, kind, _zone_of(study, kind)):
        poses = keep(poses)
    return poses


def _tests(
    study: Study, ground: Ground, kind: BlockKind, zone: BaseGeometry
) -> Iterator[tuple[str, Keep]]:
    """Yield every rule of one block with the function that keeps the poses that keep it."""
    through = kind.anchoring is Anchoring.THROUGH_WALL
    customers, staff = kind.points(Role.CUSTOMER), kind.points(Role.STAFF, own=True)
    feet = kind.footprints()
    yield "PLC-05 (zone of its customers)", inside_points(customers, zone)
    yield (
        "PLC-06 (room for its customers)",
        inside_points(customers, ground.walkable(Audience.CUSTOMER)),
    )
    yield "PLC-05 (zone of its staff)", inside_points(staff, _staff_zone(study, kind))
    yield "PLC-06 (room for its staff)", inside_points(staff, ground.walkable(Audience.STAFF))
    for points, region in _anchors(ground, kind):
        yield "PLC-02 (at or in a wall)", inside_points(points, region)
    yield "PLC-01 (on the floor)", inside(feet, ground.in_walls if through else ground.floor)
    if not through:
        yield "PLC-05 (its own zone)", inside(feet, zone)
    yield "PLC-04 (use space free of walls)", inside(_front_and_back(kind), ground.floor)
    yield "the rules about doors (PLC-07 and others)", outside(feet, ground.clear)


def _anchors(ground: Ground, kind: BlockKind) -> Iterable[tuple[NDArray[np.float64], BaseGeometry]]:
    """Points of the block that have to lie at (or in) a wall."""
    if kind.anchoring is Anchoring.WALL:
        corners = [(x, box[3]) for box in kind.footprints() for x in (box[0], box[2])]
        yield np.array(corners), ground.near_walls
    if kind.anchoring is Anchoring.THROUGH_WALL:
        for x0, y0, x1, y1 in kind.footprints():
            middle = (y0 + y1) / 2
            line = [(x0 + t * (x1 - x0), middle) for t in np.linspace(0, 1, 9)]
            yield np.array(line), ground.walls


def _front_and_back(kind: BlockKind) -> tuple[Box, ...]:
    """Use spaces that no wall may enter; those at the sides may reach into one."""
    return tuple(
        member.box(box)
        for member in kind.members
        for box in member.type.clearances
        if box[1] >= member.type.depth / 2 or box[3] <= -member.type.depth / 2
    )


def _zone_of(study: Study, kind: BlockKind) -> BaseGeometry:
    """Region in which the block's customers stand."""
    if kind.zone is not None:
        parts = [zone.polygon for zone in study.plan.zones if zone.name == kind.zone]
        return _prepared(union_all(parts))
    regions = [zone_space(study.plan, *m.type.zones) for m in kind.members]
    region = regions[0]
    for other in regions[1:]:
        region = region.intersection(other)
    return _prepared(region)


def _staff_zone(study: Study, kind: BlockKind) -> BaseGeometry:
    """Region in which the block's staff stand."""
    region: BaseGeometry = study.plan.outline
    for member in kind.members:
        if member.type.staff_zones:
            region = region.intersection(zone_space(study.plan, *member.type.staff_zones))
    return _prepared(region)


def _prepared(geometry: BaseGeometry) -> BaseGeometry:
    shapely.prepare(geometry)
    return geometry
