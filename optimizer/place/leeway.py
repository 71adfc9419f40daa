"""How far a layout may depart from the one that stands there: "at most k fixtures move".

In: a placement problem whose candidates hold the poses of a layout. Out: `Leeway`, which the search
asks what may move and what the flaws of the old layout cost.

Fixtures that stay may break rules, alone or together, for they did so before: every such flaw is
tolled, so that the search spends its moves on it first, and the judge names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Leeway"]


@dataclass(frozen=True, kw_only=True)
class Leeway:
    """What may move.

    Parameters
    ----------
    home
        (blocks,) candidate at which each block stands, -1 for one that does not stand there yet.
    size
        (blocks,) fixtures of each block.
    most
        Fixtures that may stand elsewhere than at home.
    flawed
        (blocks,) whether the home of a block breaks a rule of its own.
    clash
        (blocks, blocks) whether two homes cannot be held together.
    """

    home: NDArray[np.int64]
    size: NDArray[np.int64]
    most: int
    flawed: NDArray[np.bool_]
    clash: NDArray[np.bool_]

    @property
    def is_sound(self) -> bool:
        """Whether the old layout keeps all rules about the places of fixtures."""
        return not (self.flawed.any() or self.clash.any())

    def moved(self, chosen: Sequence[int] | NDArray[np.int64]) -> int:
        """Fixtures that do not stand where they stood; new ones do not count."""
        away = (np.asarray(chosen) != self.home) & (self.home >= 0)
        return int(self.size[away].sum())

    def flaws(self, chosen: NDArray[np.int64]) -> int:
        """Rule breaches of fixtures that stayed."""
        stays = chosen == self.home
        together = self.clash[np.ix_(stays, stays)].sum() // 2
        return int(self.flawed[stays].sum() + together)
