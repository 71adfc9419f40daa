"""How far the roll-out has come: before and after by branch, and what goes wrong most often.

In: a portfolio, and contents of `result.json` by branch, those of today's layouts too where there
are any. Out: a `Rollout`: shares, totals, the rules that most branches break (共性问题).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.network.portfolio import words_of_portfolio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.network.portfolio import Branch, Portfolio

__all__ = ["FIGURES", "BranchProgress", "CommonFailure", "Rollout", "build_rollout"]

#: Figures that are compared, and where they stand in `result.json`; less of each is better.
FIGURES: Mapping[str, tuple[str, str]] = {
    "metres_per_customer": ("walking", "metres_per_customer"),
    "encounters_per_hour": ("crossing", "encounters_per_hour"),
    "minutes_per_customer": ("door_to_door", "minutes_per_customer"),
}
#: The figure whose saving stands for a branch in the overview.
LEADING = "metres_per_customer"


@dataclass(frozen=True, kw_only=True)
class BranchProgress:
    """One branch of the roll-out.

    Parameters
    ----------
    branch
        The row of the list.
    status
        Of its result; "" where there is none.
    re_laid_out
        Whether it has a new layout: a result with one, or the list says so.
    smart
        Whether it has a smart terminal, in the result or, without one, by the list.
    before, after
        Figures of today's layout and of the result; those unknown are left out.
    hard_broken
        Broken hard rules of the result.
    """

    branch: Branch
    status: str
    re_laid_out: bool
    smart: bool
    before: Mapping[str, float]
    after: Mapping[str, float]
    hard_broken: int

    def saving(self, figure: str = LEADING) -> float | None:
        """Share that the result saves of a figure; None where either is unknown or before is 0."""
        was, now = self.before.get(figure), self.after.get(figure)
        return None if not was or now is None else (was - now) / was


@dataclass(frozen=True, kw_only=True)
class CommonFailure:
    """A rule that branches break.

    Parameters
    ----------
    rule, severity
        Its id; "hard" or "soft".
    sentence, sentence_zh
        What it asks for.
    branches
        Names of those that break it.
    """

    rule: str
    severity: str
    sentence: str
    sentence_zh: str
    branches: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The whole network.

    Parameters
    ----------
    rows
        In the order of the list.
    before, after
        Means over the customers of the branches of which both are known, by figure.
    compared
        Number of those branches.
    failures
        Rules that branches break, those that most break first.
    notes
        What was passed over.
    """

    rows: tuple[BranchProgress, ...]
    before: Mapping[str, float]
    after: Mapping[str, float]
    compared: int
    failures: tuple[CommonFailure, ...]
    notes: tuple[str, ...] = ()

    @property
    def share_re_laid_out(self) -> float:
        """Share of branches with a new layout."""
        return sum(row.re_laid_out for row in self.rows) / len(self.rows)

    @property
    def smart_coverage(self) -> float:
        """Share of branches with a smart terminal."""
        return sum(row.smart for row in self.rows) / len(self.rows)


def build_rollout(
    portfolio: Portfolio,
    results: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, Mapping[str, Any]] | None = None,
) -> Rollout:
    """Roll-out report of some results.

    Parameters
    ----------
    portfolio
        All branches.
    results
        Contents of `result.json` by name of the branch.
    before
        The same of today's layouts.
    """
    today = before or {}
    rows = tuple(_row(b, results.get(b.name), today.get(b.name)) for b in portfolio.branches)
    both = [row for row in rows if row.before and row.after]
    known = {row.branch.name for row in rows}
    means = {}
    for side in ("before", "after"):
        means[side] = {
            figure: _mean(
                (row.branch.customers_per_day or 1.0, getattr(row, side)[figure])
                for row in both
                if figure in row.before and figure in row.after
            )
            for figure in FIGURES
            if any(figure in row.before and figure in row.after for row in both)
        }
    return Rollout(
        rows=rows,
        before=means["before"],
        after=means["after"],
        compared=len(both),
        failures=_failures(results, known),
        notes=tuple(
            f"result {name!r} belongs to no branch of the list"
            for name in results
            if name not in known
        ),
    )


def _row(
    branch: Branch, content: Mapping[str, Any] | None, was: Mapping[str, Any] | None
) -> BranchProgress:
    placements = content.get("placements", []) if content else []
    smart_kinds = [d for d in words_of_portfolio()["devices"].items() if d[1].get("smart")]
    types = {name for _, device in smart_kinds for name in device["types"]}
    smart = any(branch.devices.get(kind, 0) for kind, _ in smart_kinds)
    if placements:
        smart = any(placement.get("type") in types for placement in placements)
    rules = content.get("rules", []) if content and placements else []
    return BranchProgress(
        branch=branch,
        status=str(content.get("status", "")) if content else "",
        re_laid_out=bool(placements) or branch.re_laid_out,
        smart=smart,
        before=_figures(was),
        after=_figures(content if placements else None),
        hard_broken=sum(r.get("passed") is False and r.get("severity") == "hard" for r in rules),
    )


def _figures(content: Mapping[str, Any] | None) -> dict[str, float]:
    """Figures of a result that are known."""
    found = {}
    for figure, (section, key) in FIGURES.items():
        value = ((content or {}).get(section) or {}).get(key)
        if isinstance(value, int | float) and math.isfinite(value):
            found[figure] = float(value)
    return found


def _mean(weighted: Iterable[tuple[float, float]]) -> float:
    """Mean of (weight, value)."""
    pairs = list(weighted)
    return sum(w * value for w, value in pairs) / sum(w for w, _ in pairs)


def _failures(
    results: Mapping[str, Mapping[str, Any]], known: set[str]
) -> tuple[CommonFailure, ...]:
    """Rules that branches break, most first; hard ones before soft ones of equal number."""
    rules: dict[str, Mapping[str, Any]] = {}
    broken: dict[str, dict[str, None]] = {}
    for name, content in results.items():
        for rule in content.get("rules", []) if name in known else []:
            if rule.get("passed") is False:
                rules.setdefault(rule["id"], rule)
                broken.setdefault(rule["id"], {})[name] = None
    found = [
        CommonFailure(
            rule=key,
            severity=str(rule.get("severity", "")),
            sentence=str(rule.get("rule") or rule.get("sentence", "")),
            sentence_zh=str(rule.get("rule_zh") or rule.get("rule") or ""),
            branches=tuple(broken[key]),
        )
        for key, rule in rules.items()
    ]
    return tuple(sorted(found, key=lambda f: (-len(f.branches), f.severity != "hard", f.rule)))
