"""What the fixtures of a layout cost.

In: a study and a layout. Out: the sum of the prices of its fixtures, in the bank's currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["equipment_cost"]


def equipment_cost(study: Study, layout: Layout) -> float:
    """Price of all fixtures (`FixtureType.cost`); those whose type has none cost nothing."""
    return float(sum(study.types[p.type].cost or 0.0 for p in layout.placements))
