"""The service standard over a network: which of its items most branches fail.

In: studies and layouts by branch. Out: the compliance of each, and the common failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.evaluate import evaluate
from optimizer.network.rollout import CommonFailure
from optimizer.rules.compliance import Answer, compliance_table, most_broken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.rules.compliance import ComplianceRow
    from optimizer.study import Study

__all__ = ["STANDARD", "common_failures", "comply_with"]

#: Rule pack of the service standard.
STANDARD = "service-standard"


def comply_with(study: Study, layout: Layout, pack: str = STANDARD) -> tuple[ComplianceRow, ...]:
    """Table of one branch, item by item."""
    added = study if pack in study.rules else study.replace(rules=(*study.rules, pack))
    return compliance_table(evaluate(added, layout).findings, (pack,))


def common_failures(
    tables: Mapping[str, Sequence[ComplianceRow]], top: int = 20
) -> tuple[CommonFailure, ...]:
    """Items that most branches fail, most first.

    Parameters
    ----------
    tables
        Compliance by name of the branch.
    top
        So many items at most.
    """
    failing: dict[str, list[str]] = {}
    for name, table in tables.items():
        for row in table:
            if row.answer is Answer.FAILED:
                failing.setdefault(row.rule.id, []).append(name)
    return tuple(
        CommonFailure(
            rule=rule.id,
            severity=str(rule.severity),
            sentence=rule.sentence,
            sentence_zh=rule.sentence_zh,
            branches=tuple(failing[rule.id]),
        )
        for rule, _ in most_broken(tables.values(), top)
    )
