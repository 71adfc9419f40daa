"""Furniture that stands in a drawing: which of its blocks are fixtures, and at which pose.

In: the INSERTs of a drawing, and the study's `[plan.blocks]` with the defaults in `blocks.toml`.
Out: `Furniture` in the drawing's own unit, from blocks nested, scaled, turned and mirrored as they
may be; and the names of furniture blocks that no pattern fits.

The pose of a fixture is the middle of what its block draws, not its insertion point. Its front
looks along -y of the block, as in the catalogue; a study turns it where an office draws otherwise.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from optimizer.errors import FloorPlanError
from optimizer.plan.dxf.layers import fits
from optimizer.plan.model import Furniture
from optimizer.reading_limits import refuse_more

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.plan.dxf.curves import Stroke

__all__ = ["BlockMap", "BlockRule", "FurnitureFinder", "matrix_of", "move_furniture"]

#: Deepest nesting of blocks in which furniture is looked for.
MOST_DEPTH = 16
#: Rows of a matrix whose cosine is above this are no turn and scale but a shear.
SHEAR = 0.01


@dataclass(frozen=True, kw_only=True)
class BlockRule:
    """What a block of furniture is.

    Parameters
    ----------
    type
        Name of the fixture type; "" for a block that is no fixture.
    turn
        Degrees counter-clockwise from the block's -y to the side where its customers stand.
    """

    type: str
    turn: float = 0.0


def _empty() -> Mapping[str, BlockRule]:
    return MappingProxyType({})


@cache
def _defaults() -> Mapping[str, BlockRule]:
    text = files("optimizer.plan.dxf").joinpath("blocks.toml").read_text(encoding="utf-8")
    return {
        pattern: BlockRule(type=kind)
        for kind, patterns in tomllib.loads(text).items()
        for pattern in patterns
    }


@dataclass(frozen=True, kw_only=True)
class BlockMap:
    """Fixture types by patterns of block names, tried in order before the defaults."""

    rules: Mapping[str, BlockRule] = field(default_factory=_empty)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """Block map of a study's `[plan.blocks]`.

        A value is the name of a fixture type, "" for a block that is none, or a table with
        `type` and `turn`, degrees.

        Raises
        ------
        FloorPlanError
            A value is neither; a sentence for each.
        """
        wrong: list[str] = []
        rules: dict[str, BlockRule] = {}
        for pattern, value in table.items():
            given = {"type": value} if isinstance(value, str) else value
            if (
                not isinstance(given, dict)
                or not isinstance(given.get("type"), str)
                or not isinstance(given.get("turn", 0.0), int | float)
                or set(given) - {"type", "turn"}
            ):
                wrong.append(
                    f"[plan.blocks] {pattern!r} is {value!r}; it must be a fixture type such as "
                    '"atm", or { type = "atm", turn = 180 }'
                )
                continue
            rules[pattern] = BlockRule(type=given["type"], turn=float(given.get("turn", 0.0)))
        if wrong:
            raise FloorPlanError(*wrong)
        return cls(rules=rules)

    def rule(self, block: str) -> BlockRule | None:
        """What a block is; None where no pattern fits."""
        for table in (self.rules, _defaults()):
            for pattern, rule in table.items():
                if fits(block, (pattern,)):
                    return rule
        return None


class FurnitureFinder:
    """Finds fixtures among the blocks of a drawing, also within other blocks.

    Parameters
    ----------
    blocks
        The document's block definitions.
    rules
        What blocks are.
    strokes
        Gives what a block draws, in its own coordinates.
    """

    def __init__(
        self, blocks: Any, rules: BlockMap, strokes: Callable[[str], Sequence[Stroke]]
    ) -> None:
        self.blocks, self.rules, self.strokes = blocks, rules, strokes
        self.known: dict[str, BlockRule | None] = {}
        self.holding: dict[str, bool] = {}
        self.found: list[Furniture] = []
        self.unknown: Counter[tuple[str, str]] = Counter()

    def rule(self, block: str) -> BlockRule | None:
        """What a block is, remembered."""
        if block not in self.known:
            self.known[block] = self.rules.rule(block)
        return self.known[block]

    def take(self, insert: Any, matrix: NDArray[np.float64], *, sure: bool) -> bool:
        """Take an INSERT if it is a fixture, or what it holds; True where it is one itself.

        `sure` says that it lies on a layer of furniture, where a name that fits no pattern is
        worth a note.
        """
        name = insert.dxf.name
        rule = self.rule(name)
        if rule is not None and rule.type:
            self.add(insert, matrix, rule, str(insert.dxf.handle))
            return True
        if rule is None and self.holds(name):
            self.search(insert, matrix, str(insert.dxf.handle), 0)
        elif rule is None and sure:
            self.unknown[insert.dxf.layer, name] += 1
        return False

    def holds(self, block: str, depth: int = 0) -> bool:
        """Whether a block holds furniture, at any depth."""
        if block not in self.holding:
            self.holding[block] = False  # stands while a circle of blocks is walked
            self.holding[block] = depth < MOST_DEPTH and any(
                (rule is not None and bool(rule.type)) or self.holds(inner.dxf.name, depth + 1)
                for inner in self.inserts(block)
                for rule in (self.rule(inner.dxf.name),)
            )
        return self.holding[block]

    def inserts(self, block: str) -> Iterator[Any]:
        """The INSERTs of a block."""
        layout = self.blocks.get(block)
        if layout is not None:
            yield from (e for e in layout if e.dxftype() == "INSERT")

    def search(self, insert: Any, matrix: NDArray[np.float64], handle: str, depth: int) -> None:
        """Furniture within a block, brought to the drawing."""
        if depth >= MOST_DEPTH:
            return
        for inner in self.inserts(insert.dxf.name):
            there = matrix_of(inner) @ matrix
            rule = self.rule(inner.dxf.name)
            if rule is not None and rule.type:
                self.add(inner, there, rule, handle)
            elif rule is None and self.holds(inner.dxf.name):
                self.search(inner, there, handle, depth + 1)

    def add(self, insert: Any, matrix: NDArray[np.float64], rule: BlockRule, handle: str) -> None:
        """Keep one fixture."""
        refuse_more("the drawing", "dxf_fixtures", len(self.found) + 1)
        drawn = [s.points for s in self.strokes(insert.dxf.name) if s.kind in {"line", "fill"}]
        points = np.concatenate(drawn) if drawn else np.zeros((1, 2))
        low, high = points.min(axis=0), points.max(axis=0)
        middle = (low + high) / 2
        x, y = middle @ matrix[:2, :2] + matrix[2, :2]
        scales = np.hypot(matrix[:2, 0], matrix[:2, 1])
        back = matrix[1, :2]
        angle = math.degrees(math.atan2(back[1], back[0])) - 90 + rule.turn
        plain = abs(float(matrix[0, :2] @ matrix[1, :2])) <= SHEAR * float(scales.prod())
        turned = math.degrees(math.atan2(matrix[0, 1], matrix[0, 0]))
        mirrored = float(np.linalg.det(matrix[:2, :2])) < 0
        self.found.append(
            Furniture(
                type=rule.type,
                x=float(x),
                y=float(y),
                angle=round(angle % 360, 9) % 360,
                width=float((high - low)[0] * scales[0]),
                depth=float((high - low)[1] * scales[1]),
                block=insert.dxf.name if plain else "",
                layer=insert.dxf.layer,
                handle=handle,
                scale=(float(scales[0]), float(-scales[1] if mirrored else scales[1])),
                turned=turned,
                middle=(float(middle[0]), float(middle[1])),
                turn=rule.turn,
            )
        )


def matrix_of(insert: Any) -> NDArray[np.float64]:
    """3 x 3 row matrix of an INSERT: base point, scale, turn, place, mirroring."""
    return np.array(insert.matrix44().get_2d_transformation(), dtype=float).reshape(3, 3)


def move_furniture(
    furniture: Sequence[Furniture], factor: float, shift: tuple[float, float]
) -> tuple[Furniture, ...]:
    """Furniture in another unit, moved by `-shift` there; what its block is stays as it was."""
    return tuple(
        replace(
            one,
            x=one.x * factor - shift[0],
            y=one.y * factor - shift[1],
            width=one.width * factor,
            depth=one.depth * factor,
        )
        for one in furniture
    )
