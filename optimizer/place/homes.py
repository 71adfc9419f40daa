"""Where the blocks of a study stand in a given layout: today's, or one to start from.

In: block kinds and a layout. Out: `find_homes`, the pose of each block there, and sentences about
what of the layout cannot be taken over.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.place.blocks import BlockKind
    from optimizer.study import Study

__all__ = ["Home", "counts_of", "find_homes", "leftovers", "moved_fixtures"]

#: Pose of a block (x, y, angle), or None where the layout does not hold the block.
Home = tuple[float, float, float] | None
#: Members of a row may be this far from its line, metres and degrees: rounding of a file.
OFF_LINE, OFF_ANGLE = 0.005, 0.1
#: Placements that differ by less than this, metres and degrees, are the same.
SAME = 1e-6


def counts_of(study: Study, layout: Layout) -> dict[int, int]:
    """How many fixtures of each group a layout holds, as far as the group's range allows.

    Fixtures are counted by their names; those of a type with a single group by their type.
    """
    groups_of: defaultdict[str, list[int]] = defaultdict(list)
    for index, group in enumerate(study.groups):
        groups_of[group.type].append(index)
    names = {placement.fixture for placement in layout.placements}
    counts = {}
    for index, group in enumerate(study.groups):
        if len(groups_of[group.type]) == 1:
            held = sum(p.type == group.type for p in layout.placements)
        else:
            held = sum(name in names for name in group.names())
        counts[index] = min(max(held, group.min), group.max)
    return counts


def find_homes(
    kinds: Sequence[BlockKind], layout: Layout
) -> tuple[tuple[tuple[Home, ...], ...], tuple[str, ...]]:
    """Poses of all blocks in a layout.

    Parameters
    ----------
    kinds
        Block kinds; a fixture is found by its name, or else by its type among those whose names
        the study does not know.
    layout
        The layout.

    Returns
    -------
    tuple
        By kind the home of each of its blocks; and one sentence for each block without one.
    """
    named = {placement.fixture: placement for placement in layout.placements}
    asked = {name for kind in kinds for block in kind.fixtures for name in block}
    spare: defaultdict[str, list[Placement]] = defaultdict(list)
    for placement in layout.placements:
        if placement.fixture not in asked:
            spare[placement.type].append(placement)
    homes: list[tuple[Home, ...]] = []
    missing: list[str] = []
    for kind in kinds:
        of_kind: list[Home] = []
        for block in kind.fixtures:
            home, reason = _home(kind, block, named, spare)
            of_kind.append(home)
            if home is None:
                missing.append(reason)
        homes.append(tuple(of_kind))
    return tuple(homes), tuple(missing)


def leftovers(kinds: Sequence[BlockKind], layout: Layout) -> tuple[str, ...]:
    """One sentence for each type of which a layout holds more fixtures than are placed."""
    held: defaultdict[str, int] = defaultdict(int)
    for placement in layout.placements:
        held[placement.type] += 1
    asked: defaultdict[str, int] = defaultdict(int)
    for kind in kinds:
        for member in kind.members:
            asked[member.type.name] += kind.count
    return tuple(
        f"the layout holds {count} of {name!r}, the study places {asked[name]}"
        for name, count in held.items()
        if count > asked[name]
    )


def moved_fixtures(before: Layout, after: Layout) -> tuple[str, ...]:
    """Names of the fixtures that stand elsewhere than before.

    Like fixtures are exchanged freely: what counts is whether one of the type stood there.
    """
    stood = [(p.type, p.x, p.y, p.angle % 360.0) for p in before.placements]
    moved = []
    for placement in after.placements:
        for spot in stood:
            turn = abs((spot[3] - placement.angle + 180.0) % 360.0 - 180.0)
            off = max(abs(spot[1] - placement.x), abs(spot[2] - placement.y), turn)
            if spot[0] == placement.type and off < SAME:
                stood.remove(spot)
                break
        else:
            moved.append(placement)
    left = [spot[0] for spot in stood]
    names = []
    for placement in moved:
        # one that came in addition did not move
        if placement.type in left:
            left.remove(placement.type)
            names.append(placement.fixture)
    return tuple(names)


def _home(
    kind: BlockKind,
    block: tuple[str, ...],
    named: Mapping[str, Placement],
    spare: Mapping[str, list[Placement]],
) -> tuple[Home, str]:
    """Pose of one block, or why it has none."""
    found: list[Placement] = []
    for member, name in zip(kind.members, block, strict=True):
        placement = named.get(name)
        if placement is None or placement.type != member.type.name:
            same = spare[member.type.name]
            placement = same.pop(0) if same else None
        if placement is None:
            return None, f"{name}: the layout does not hold it"
        found.append(placement)
    angle = found[0].angle % 360.0
    turn = np.deg2rad(angle)
    along = np.array([np.cos(turn), np.sin(turn)])
    # like windows of a row may be numbered from either end
    found.sort(key=lambda p: p.x * along[0] + p.y * along[1])
    ahead = np.array([-along[1], along[0]])
    origins = np.array([
        np.array([p.x, p.y]) - m.x * along - m.y * ahead
        for p, m in zip(found, kind.members, strict=True)
    ])  # fmt: skip
    fits = [p.type == m.type.name for p, m in zip(found, kind.members, strict=True)]
    turned = [abs((p.angle - angle + 180.0) % 360.0 - 180.0) for p in found]
    if not all(fits) or max(turned) > OFF_ANGLE or np.ptp(origins, axis=0).max() > OFF_LINE:
        return None, f"{', '.join(block)}: the layout has no row of them in the study's order"
    x, y = origins[0]
    return (float(x), float(y), float(angle)), ""
