"""Rules about two blocks, in the solver's form: rectangles that must not meet.

In: block kinds and a rule. Out: the `Shapes` whose conflicts are what the rule forbids. The
geometric specification is `rules.placement` (PLC-03, 04, 06, 09), `rules.privacy` (the one-metre
line) and `rules.presence` (distance before a front).

Every rule keeps its own sets of rectangles of `place.shapes`, so that it can be left out alone:

    overlap           footprint × footprint
    use_space         footprint × use space
    standing_points   standing point × footprint widened by the body
    privacy_zones     footprint × privacy zone, customer's point × privacy zone
    one_metre_line    the same with a zone of the rule's depth before its subjects
    front_distance    footprint × the rule's depth before its subjects
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.place import kernels
from optimizer.place.shapes import Shapes, make_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.equipment.model import FixtureType
    from optimizer.place.blocks import BlockKind
    from optimizer.rules.model import Rule

__all__ = ["PAIR_SETS", "pair_shapes"]

#: Sets of `place.shapes` that each kind of check compares: footprints shrunk 0 and whole 1, spaces
#: 2, footprints widened 3, standing points 4, privacy zones shrunk 5, customers' points 6.
PAIR_SETS: Mapping[str, tuple[int, ...]] = {
    "overlap": (0, 1),
    "use_space": (0, 2),
    "standing_points": (3, 4),
    "privacy_zones": (0, 2, 5, 6),
    "one_metre_line": (0, 2, 5, 6),
    "front_distance": (0, 2),
}


def pair_shapes(rule: Rule, kinds: Sequence[BlockKind], radius: float) -> Shapes:
    """Rectangles of all block kinds that one rule compares.

    Parameters
    ----------
    rule
        One whose check is in `PAIR_SETS`.
    kinds
        What is placed.
    radius
        Body radius, metres.
    """
    dress = _dressed(rule)
    dressed = [
        replace(kind, members=tuple(replace(m, type=dress(m.type)) for m in kind.members))
        for kind in kinds
    ]
    return _only(make_shapes(dressed, radius), PAIR_SETS[rule.check])


def _dressed(rule: Rule) -> Callable[[FixtureType], FixtureType]:
    """How a type looks to a rule: without the spaces that are not its own."""
    depth = rule.value or 0.0

    def dress(kind: FixtureType) -> FixtureType:
        named = depth if kind.name in rule.subjects else 0.0
        if rule.check == "use_space":
            return replace(kind, privacy_depth=0.0)
        bare = replace(kind, clearance_front=0.0, clearance_side=0.0, clearance_back=0.0)
        if rule.check == "privacy_zones":
            return bare
        if rule.check == "one_metre_line":
            return replace(bare, privacy_depth=named)
        if rule.check == "front_distance":
            return replace(bare, privacy_depth=0.0, clearance_front=named)
        return replace(bare, privacy_depth=0.0)

    return dress


def _only(shapes: Shapes, sets: Sequence[int]) -> Shapes:
    """The rectangles of some sets; the others are empty."""
    kinds = len(shapes.offsets)
    rows: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    offsets = np.zeros((kinds, kernels.SETS + 1), dtype=np.int64)
    for k in range(kinds):
        for s in range(kernels.SETS):
            offsets[k, s] = len(rows)
            if s in sets:
                rows.extend(shapes.boxes[shapes.offsets[k, s] : shapes.offsets[k, s + 1]])
        offsets[k, kernels.SETS] = len(rows)
    boxes = np.array(rows, dtype=float).reshape(-1, 4)
    return Shapes(boxes=boxes, offsets=offsets, reach=shapes.reach)
