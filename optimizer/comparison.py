"""Results side by side, for notebooks.

In: results and evaluations by name, the baseline first. Out: a `Comparison`, which shows itself as
a table; the figures and their order are those of the reports.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console

from optimizer.report.comparison import (
    ComparisonRow,
    build_table,
    compare_table,
    write_comparison_csv,
)
from optimizer.report.demand_results import demand_sections
from optimizer.report.flow_results import flow_sections
from optimizer.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from optimizer.evaluation import Evaluation

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Headline figures of several layouts, with what changes from the first.

    Parameters
    ----------
    rows
        One row a figure.
    """

    rows: tuple[ComparisonRow, ...]

    def __str__(self) -> str:
        console = Console(file=io.StringIO(), width=200, highlight=False)
        with console.capture() as captured:
            console.print(build_table(self.rows))
        return "\n".join(line.rstrip() for line in captured.get().splitlines())

    def _repr_html_(self) -> str:
        """Table for a notebook."""
        console = Console(file=io.StringIO(), width=200, record=True, highlight=False)
        console.print(build_table(self.rows))
        page: str = console.export_html(inline_styles=True, code_format="<pre>{code}</pre>")
        return page

    def write_csv(self, path: str | PathLike[str]) -> None:
        """Write the table as CSV, whole or not at all."""
        write_comparison_csv(self.rows, str(path))


def compare(results: Mapping[str, Result | Evaluation]) -> Comparison:
    """Comparison of results or evaluations of one branch.

    Parameters
    ----------
    results
        By name; the first is the baseline. A result without a layout has no figures.
    """
    return Comparison(rows=compare_table({n: _figures(r) for n, r in results.items()}))


def _figures(result: Result | Evaluation) -> dict[str, Any]:
    """What the headline figures are taken from, in the shape of `result.json`."""
    evaluation = result.evaluation if isinstance(result, Result) else result
    if evaluation is None:
        return {}
    row: dict[str, Any] = {
        "walking": {
            "metres_per_customer": evaluation.walking.metres_per_customer,
            "customer_person_metres_per_hour": evaluation.walking.person_metres_per_hour,
            "staff_person_metres_per_hour": evaluation.walking.staff_person_metres_per_hour,
        },
        **flow_sections(evaluation),
        "waiting": {
            "by_stop": {
                stop: {"mean_minutes": waiting.mean_minutes}
                for stop, waiting in evaluation.waiting.items()
            }
        },
        **demand_sections(evaluation),
        "privacy": {
            "overlooked_pairs": evaluation.privacy.overlooked_pairs,
            "through_flow_per_hour": evaluation.privacy.through_flow_per_hour,
        },
        "rules": [
            {"severity": str(finding.rule.severity), "passed": finding.passed}
            for finding in evaluation.findings
        ],
        "objective": {"value": evaluation.objective.value},
    }
    if isinstance(result, Result):
        row["objective"]["gap"] = result.gap
        row["walking"]["gap"] = result.walking.gap if result.walking else None
    return row
