"""Steps that cost tables are held in, so that a proof can keep them in 16 bits.

In: a table. Out: the step, and the table in whole steps of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LEVELS", "round_down", "unit_of"]

#: A cost table is held in steps of a power of two, so many at most.
LEVELS = 32_768


def unit_of(table: NDArray[Any]) -> float:
    """Step that a cost table is rounded down to: the least power of two that `LEVELS` allow."""
    largest = float(np.max(table, where=np.isfinite(table), initial=0.0))
    return float(2.0 ** np.ceil(np.log2(largest / LEVELS))) if largest > 0.0 else 1.0


def round_down(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """A cost table in whole steps, exact in single precision and never above the costs."""
    unit = unit_of(table)
    rounded: NDArray[np.float32] = (np.floor(table / unit) * unit).astype(np.float32)
    return rounded
