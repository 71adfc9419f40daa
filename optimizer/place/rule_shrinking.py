"""What of a layout is needed for a rule to stay broken.

In: blocks of a layout and a question that more furniture never turns from yes to no. Out: blocks
without none of which the answer is yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from optimizer.place.stock import Choice, Stock

__all__ = ["absent", "block_of", "shrunk"]


def block_of(stock: Stock, chosen: tuple[Choice, ...]) -> dict[str, Choice]:
    """The block that each fixture of a layout belongs to."""
    blocks = stock.placements(chosen)
    return {p.fixture: c for c, own in zip(chosen, blocks, strict=True) for p in own}


def shrunk(
    chosen: tuple[Choice, ...],
    kept: tuple[Choice, ...],
    broken: Callable[[tuple[Choice, ...]], bool],
) -> tuple[Choice, ...]:
    """Blocks without which a rule would not stay broken, those to be kept among them."""
    left = chosen
    size = max(1, len(chosen) // 2)
    while True:
        for start in range(0, len(chosen), size):
            out = {c for c in chosen[start : start + size] if c not in kept}
            rest = tuple(c for c in left if c not in out)
            if len(rest) < len(left) and broken(rest):
                left = rest
        if size == 1:
            return left
        size = max(1, size // 3)


def absent(chosen: tuple[Choice, ...], kinds: Collection[int]) -> tuple[int, ...]:
    """Those of some kinds of which no block stands."""
    standing = {k for k, _ in chosen}
    return tuple(k for k in kinds if k not in standing)
