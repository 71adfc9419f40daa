"""Rankings as CSV and JSON.

In: a `Ranking`. Out: the text of a table, or plain values for `--json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.network.cells import csv_text
from optimizer.network.ranking import criteria

if TYPE_CHECKING:
    from optimizer.network.ranking import RankedBranch, Ranking

__all__ = ["ranking_csv", "ranking_to_json"]


def ranking_csv(found: Ranking) -> str:
    """One row a branch, the first first."""
    columns = [entry["column"] for entry in criteria().values()]
    header = ["rank", "branch", "format", "score", *columns]
    header += [f"score_{name}" for name in found.weights]
    header += ["pareto_rank", f"share_among_first_{found.first}", "rank_low", "rank_high"]
    return csv_text(
        header,
        [
            [
                row.rank,
                row.branch.name,
                row.branch.format,
                round(row.score, 6),
                *_values(row).values(),
                *(round(part, 6) for part in row.parts.values()),
                row.pareto_rank,
                round(row.first_share, 4),
                row.rank_low,
                row.rank_high,
            ]
            for row in found.rows
        ],
    )


def ranking_to_json(found: Ranking) -> dict[str, Any]:
    """Everything a ranking holds."""
    return {
        "weights": dict(found.weights),
        "normalisation": {
            name: {"counts_0": least, "counts_1": most}
            for name, (least, most) in found.bounds.items()
        },
        "sensitivity": {
            "draws": found.draws,
            "seed": found.seed,
            "first": found.first,
            "kendall_tau": found.tau,
            "kendall_tau_low": found.tau_low,
        },
        "left_out": list(found.left_out),
        "branches": [
            {
                "rank": row.rank,
                "branch": row.branch.name,
                "format": row.branch.format,
                "score": row.score,
                "values": _values(row),
                "parts": dict(row.parts),
                "pareto_rank": row.pareto_rank,
                "first_share": row.first_share,
                "rank_low": row.rank_low,
                "rank_high": row.rank_high,
            }
            for row in found.rows
        ],
    }


def _values(row: RankedBranch) -> dict[str, float]:
    """Figures that the score is made of, by criterion."""
    return {name: getattr(row.branch, entry["column"]) for name, entry in criteria().items()}
