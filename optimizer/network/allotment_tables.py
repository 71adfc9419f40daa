"""Allotments as CSV and JSON.

In: an `Allotment`. Out: the text of a table, or plain values for `--json`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from optimizer.network.cells import csv_text

if TYPE_CHECKING:
    from optimizer.network.allotment import Allotment

__all__ = ["allotment_csv", "allotment_to_json"]


def allotment_csv(found: Allotment) -> str:
    """One row a branch that gets something, the most minutes first."""
    kinds = list(found.available)
    return csv_text(
        ["branch", "format", *kinds, "saved_minutes_per_day", "cost"],
        [
            [
                share.branch.name,
                share.branch.format,
                *(share.new.get(kind, 0) for kind in kinds),
                round(share.saved_minutes, 1),
                round(share.cost, 2),
            ]
            for share in found.shares
        ],
    )


def allotment_to_json(found: Allotment) -> dict[str, Any]:
    """Everything an allotment holds; None stands for no limit."""
    known = found.bound if math.isfinite(found.bound) else None
    return {
        "status": str(found.status),
        "saved_minutes_per_day": found.saved_minutes,
        "bound_minutes_per_day": known,
        "seconds": found.seconds,
        "used": dict(found.used),
        "available": dict(found.available),
        "cost": found.cost,
        "budget": found.budget if math.isfinite(found.budget) else None,
        "conflict": list(found.conflict),
        "marginal": [
            {
                "what": row.what,
                "amount": row.amount,
                "saved_minutes_per_day": row.saved_minutes,
                "proven": row.proven,
            }
            for row in found.marginal
        ],
        "branches": [
            {
                "branch": share.branch.name,
                "format": share.branch.format,
                "new": dict(share.new),
                "saved_minutes_per_day": share.saved_minutes,
                "cost": share.cost,
            }
            for share in found.shares
        ],
    }
