"""Blocks: what is posed as a whole, one fixture or one contiguous row.

In: a study. Out: one `BlockKind` per set of blocks that may be exchanged for each other without
any change (same types, same journeys), with the names of the fixtures of each of them.

A row is one rigid block: its contiguity needs no constraint, and moving the row is one move.
Frame of a block: that of a fixture (front at −y), origin in the middle of its bounding rectangle;
members stand side by side along +x in the study's order, their backs aligned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.open_windows import open_patterns
from optimizer.equipment.layout import Layout, Placement, place_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.model import Anchoring, Box, FixtureType, Role
    from optimizer.study import FixtureGroup, Study

__all__ = ["BlockKind", "Member", "layout_of", "make_blocks"]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A fixture of a block: its type and the place of its middle in the block's frame, metres."""

    type: FixtureType
    x: float = 0.0
    y: float = 0.0

    def box(self, box: Box) -> Box:
        """A rectangle of the fixture's frame in the block's frame."""
        x0, y0, x1, y1 = box
        return (x0 + self.x, y0 + self.y, x1 + self.x, y1 + self.y)

    def access(self, role: Role) -> tuple[float, float] | None:
        """Point of the block's frame that walks of one role lead to: the middle of its places."""
        points = self.type.points(role)
        if not points:
            return None
        middle = points[len(points) // 2]
        return (middle.x + self.x, middle.y + self.y)


@dataclass(frozen=True, kw_only=True)
class BlockKind:
    """Blocks that differ by name only.

    Parameters
    ----------
    members
        Fixtures of one block.
    fixtures
        Names of the members, for each block of the kind.
    zone
        Name of the only zone where they may stand, or None.
    fixed
        Pose of the (then single) block that stays where it is, or None.
    """

    members: tuple[Member, ...]
    fixtures: tuple[tuple[str, ...], ...]
    zone: str | None = None
    fixed: tuple[float, float, float] | None = None

    @property
    def count(self) -> int:
        """How many blocks of the kind are placed."""
        return len(self.fixtures)

    @property
    def anchoring(self) -> Anchoring:
        """Where its blocks may stand: that of their first member."""
        return self.members[0].type.anchoring

    @property
    def width(self) -> float:
        """Along x, metres."""
        return sum(member.type.width for member in self.members)

    @property
    def depth(self) -> float:
        """Along y, metres."""
        return max(member.type.depth for member in self.members)

    @property
    def label(self) -> str:
        """What messages call it."""
        names = sorted({member.type.name for member in self.members})
        return names[0] if len(self.members) == 1 else f"row of {', '.join(names)}"

    def footprints(self) -> tuple[Box, ...]:
        """Footprints of its members, in the block's frame."""
        return tuple(m.box(m.type.footprint) for m in self.members)

    def clearances(self) -> tuple[Box, ...]:
        """Use spaces of its members, in the block's frame."""
        return tuple(m.box(box) for m in self.members for box in m.type.clearances)

    def privacy_zones(self) -> tuple[Box, ...]:
        """Privacy zones of its members, in the block's frame."""
        zones = ((m, m.type.privacy_zone) for m in self.members)
        return tuple(m.box(zone) for m, zone in zones if zone)

    def points(self, role: Role, *, own: bool = False) -> NDArray[np.float64]:
        """(k, 2) standing points of one role in the block's frame; `own` leaves out borrowed."""
        points = [
            (p.x + m.x, p.y + m.y)
            for m in self.members
            for p in (m.type.points(role) if not own else m.type.standing)
            if not own or p.role is role
        ]
        return np.array(points, dtype=float).reshape(-1, 2)

    def placements(
        self, block: int, pose: Sequence[float] | NDArray[np.float64]
    ) -> Iterator[Placement]:
        """Yield the placements of one block's fixtures at a pose (x, y, angle) of the block."""
        middles = [(m.x, m.y) for m in self.members]
        at = place_points(middles, np.asarray(pose, dtype=float).reshape(1, 3))[0]
        for member, name, (x, y) in zip(self.members, self.fixtures[block], at, strict=True):
            yield Placement(
                fixture=name,
                type=member.type.name,
                x=float(x),
                y=float(y),
                angle=float(pose[2]) % 360.0,
            )


def layout_of(
    kinds: Sequence[BlockKind], poses: Iterable[Sequence[tuple[float, float, float]]]
) -> Layout:
    """Layout of all blocks: for each kind, the poses of its blocks."""
    return Layout(
        placements=tuple(
            placement
            for kind, of_kind in zip(kinds, poses, strict=True)
            for block, pose in enumerate(of_kind)
            for placement in kind.placements(block, pose)
        )
    )


def make_blocks(study: Study, counts: Mapping[int, int] | None = None) -> tuple[BlockKind, ...]:
    """Block kinds of a study.

    Parameters
    ----------
    study
        The brief.
    counts
        Number of fixtures by index of the group, where it is not the group's `max`.
    """
    counts = counts or {}
    rows: dict[str, list[tuple[FixtureGroup, int]]] = {}
    kinds: list[BlockKind] = []
    patterns = _patterns(study, counts)
    for index, group in enumerate(study.groups):
        count = counts.get(index, group.max)
        fixture_type = study.types[group.type]
        if (group.row is not None or fixture_type.in_row) and not group.at:
            rows.setdefault(group.row or f"{index}", []).append((group, count))
            continue
        kinds += _single(group, fixture_type, count, patterns)
    kinds += [_row(study, parts) for parts in rows.values() if any(n for _, n in parts)]
    return tuple(kinds)


def _patterns(study: Study, counts: Mapping[int, int]) -> dict[str, tuple[bool, ...]]:
    """In which periods each fixture is open; of a study without periods all are alike."""
    names: dict[str, list[str]] = {}
    for index, group in enumerate(study.groups):
        names.setdefault(group.type, []).extend(group.names(counts.get(index, group.max)))
    return open_patterns(study, names)


def _single(
    group: FixtureGroup,
    fixture_type: FixtureType,
    count: int,
    patterns: Mapping[str, tuple[bool, ...]],
) -> Iterator[BlockKind]:
    """Kinds of a group whose fixtures stand by themselves: the fixed ones apart.

    Windows that are open in other periods than others carry other people, and cannot be exchanged.
    """
    names = group.names(count)
    members = (Member(type=fixture_type),)
    for name, pose in zip(names, group.at, strict=False):
        yield BlockKind(members=members, fixtures=((name,),), zone=group.zone, fixed=pose)
    alike: dict[tuple[bool, ...], list[tuple[str, ...]]] = {}
    for name in names[len(group.at) :]:
        alike.setdefault(patterns[name], []).append((name,))
    for free in alike.values():
        yield BlockKind(members=members, fixtures=tuple(free), zone=group.zone)


def _row(study: Study, parts: Sequence[tuple[FixtureGroup, int]]) -> BlockKind:
    """One row of the fixtures of several groups."""
    types = [study.types[group.type] for group, count in parts for _ in range(count)]
    names = tuple(name for group, count in parts for name in group.names(count))
    width, depth = sum(t.width for t in types), max(t.depth for t in types)
    members, left = [], -width / 2
    for fixture_type in types:
        members.append(
            Member(
                type=fixture_type,
                x=left + fixture_type.width / 2,
                y=(depth - fixture_type.depth) / 2,
            )
        )
        left += fixture_type.width
    return BlockKind(members=tuple(members), fixtures=(names,), zone=parts[0][0].zone)
