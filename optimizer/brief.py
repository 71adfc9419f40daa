"""A study that a layout may be built on: read, its drawing audited, its rule packs known.

In: the path of a study file. Out: a `Study`, or one sentence for each reason not to build on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.errors import FloorPlanError, StudyError
from optimizer.plan.audit import audit_plan
from optimizer.plan.defect import Severity
from optimizer.study_file import read_study

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.study import Study

__all__ = ["check_rules", "read_brief"]


def read_brief(path: Path, plan: Path | None = None) -> Study:
    """Study whose drawing has no defect that forbids to build on it.

    Parameters
    ----------
    path
        The study file.
    plan
        Another drawing than the study's own.

    Raises
    ------
    OptimizerError
        As `read_study`, and a `FloorPlanError` with one sentence per grave defect of the drawing.
    """
    study = read_study(path, plan=plan)
    grave = [d for d in audit_plan(study.plan) if d.severity is Severity.ERROR]
    if grave:
        file = study.plan.source.path or str(path)
        raise FloorPlanError(*(f"{file}: {defect.sentence}" for defect in grave))
    check_rules(study, path)
    return study


def check_rules(study: Study, path: Path) -> None:
    """Make sure that the rule packs which a study names exist, and its changes to them too.

    Raises
    ------
    StudyError
        One sentence per defect, with the study's file.
    """
    from optimizer.rules.packs import rules_of

    try:
        rules_of(study)
    except StudyError as error:
        raise StudyError(*(f"{path}: {sentence}" for sentence in error.sentences)) from None
