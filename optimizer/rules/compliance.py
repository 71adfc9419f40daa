"""The item-by-item table of a layout's compliance: passed, failed with what would pass, manual.

In: findings. Out: one row per rule, and the counts that a report shows above the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.rules.model import Finding, Rule

__all__ = [
    "Answer",
    "ComplianceCounts",
    "ComplianceRow",
    "compliance_table",
    "count_compliance",
    "most_broken",
]


class Answer(StrEnum):
    """How a layout stands to one rule."""

    PASSED = "passed"
    FAILED = "failed"
    MANUAL = "manual"  #: somebody has to look, or nothing is known that the check needs


@dataclass(frozen=True, kw_only=True)
class ComplianceRow:
    """One item of the table.

    Parameters
    ----------
    rule
        The rule.
    answer
        See `Answer`: failed where any instance of the rule is broken.
    findings
        Broken instances, worst not sorted; where there are none, what else was found.
    """

    rule: Rule
    answer: Answer
    findings: tuple[Finding, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found: for a failed item each place, its value and what would pass."""
        return tuple(finding.sentence for finding in self.findings)

    @property
    def places(self) -> tuple[tuple[float, float], ...]:
        """Places in the plan, metres."""
        return tuple(finding.where for finding in self.findings if finding.where is not None)


@dataclass(frozen=True, kw_only=True)
class ComplianceCounts:
    """Number of items by answer, failed ones by severity, and points of a rating.

    Parameters
    ----------
    passed, failed, manual
        Number of items.
    failed_hard
        Failed items that are hard rules.
    points, points_decided, points_possible
        Points of passed items, of passed and failed ones, and of all.
    """

    passed: int
    failed: int
    manual: int
    failed_hard: int
    points: float
    points_decided: float
    points_possible: float


def compliance_table(
    findings: Iterable[Finding], packs: Sequence[str] = ()
) -> tuple[ComplianceRow, ...]:
    """One row per rule, in the order in which the rules come.

    Parameters
    ----------
    findings
        Of one layout, as `find_all` returns them.
    packs
        Names of the packs that are wanted; all where none is named.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        if not packs or finding.rule.pack in packs:
            by_rule.setdefault(finding.rule.id, []).append(finding)
    return tuple(_row(own) for own in by_rule.values())


def count_compliance(rows: Iterable[ComplianceRow]) -> ComplianceCounts:
    """Count the rows of a table."""
    rows = tuple(rows)

    def points(*answers: Answer) -> float:
        return sum(row.rule.points or 0.0 for row in rows if row.answer in answers)

    def number(answer: Answer) -> int:
        return sum(row.answer is answer for row in rows)

    return ComplianceCounts(
        passed=number(Answer.PASSED),
        failed=number(Answer.FAILED),
        manual=number(Answer.MANUAL),
        failed_hard=sum(
            row.answer is Answer.FAILED and row.rule.severity == "hard" for row in rows
        ),
        points=points(Answer.PASSED),
        points_decided=points(Answer.PASSED, Answer.FAILED),
        points_possible=points(*Answer),
    )


def most_broken(
    tables: Iterable[Iterable[ComplianceRow]], top: int = 10
) -> tuple[tuple[Rule, int], ...]:
    """Rules that most branches break, with the number of branches, most first.

    Parameters
    ----------
    tables
        One compliance table per branch.
    top
        So many rules are returned at most.
    """
    counts: dict[str, tuple[Rule, int]] = {}
    for table in tables:
        for row in table:
            if row.answer is Answer.FAILED:
                rule, count = counts.get(row.rule.id, (row.rule, 0))
                counts[rule.id] = (rule, count + 1)
    return tuple(sorted(counts.values(), key=lambda pair: (-pair[1], pair[0].id))[:top])


def _row(findings: Sequence[Finding]) -> ComplianceRow:
    broken = tuple(f for f in findings if f.passed is False)
    open_ones = tuple(f for f in findings if f.passed is None)
    if broken:
        return ComplianceRow(rule=broken[0].rule, answer=Answer.FAILED, findings=broken)
    answer = Answer.MANUAL if open_ones else Answer.PASSED
    return ComplianceRow(
        rule=findings[0].rule, answer=answer, findings=open_ones or tuple(findings)
    )
