"""What is told where a result breaks hard rules and nobody proved that it has to.

In: the evaluation of the best layout found. Out: a `ConflictEntry` for each hard rule that it
breaks: what the rule asks for, what this layout has instead and where, and that it is not decided
whether another layout keeps the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.place.relaxation import MEASURED, UPPER
from optimizer.result import ConflictEntry
from optimizer.rules.chinese import sentence_zh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.evaluation import Evaluation
    from optimizer.rules.model import Finding

__all__ = ["undecided"]


def undecided(evaluation: Evaluation) -> tuple[ConflictEntry, ...]:
    """One entry for each hard rule that a layout breaks, with the value that it has by then."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in evaluation.broken:
        by_rule.setdefault(finding.rule.id, []).append(finding)
    return tuple(_entry(findings) for findings in by_rule.values())


def _entry(findings: Sequence[Finding]) -> ConflictEntry:
    """The worst of what a layout breaks of one rule."""
    rule = findings[0].rule
    measured = [f for f in findings if f.value is not None]
    worst = findings[0]
    if measured:
        far = max if rule.check in UPPER else min
        worst = far(measured, key=lambda f: f.value or 0.0)
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    more_zh = f"（另有 {len(findings) - 1} 处）" if len(findings) > 1 else ""
    return ConflictEntry(
        rules=(rule.id,),
        sentence=f"{rule.id}: {rule.sentence}; not decided in the time given whether a layout "
        f"keeps it with all other rules; the best one found breaks it: {worst.sentence}{more}",
        sentence_zh=f"{rule.id}：{rule.sentence_zh or rule.sentence}；在给定时间内未能判定能否与"
        f"其余规范同时满足；所得最好布局不符合：{sentence_zh(worst)}{more_zh}",
        value=rule.value,
        relaxed_to=worst.value if rule.check in MEASURED else None,
        unit=rule.unit,
        where=worst.where,
        proven=False,
    )
