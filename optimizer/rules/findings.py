"""The outcome of every rule of a study for one layout.

In: a study, a layout and what evaluation measured of it. Out: all `Finding`s, and which of them the
plan itself breaks.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.equipment.layout import Layout
from optimizer.rules.checks import CHECKS
from optimizer.rules.finding import judge
from optimizer.rules.packs import rules_of
from optimizer.rules.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.evaluation import Leg, WaitingFigures
    from optimizer.rules.model import Finding
    from optimizer.study import Study

__all__ = ["broken_by_plan", "find_all"]

_NOTHING: Mapping[str, WaitingFigures] = MappingProxyType({})


def find_all(
    study: Study,
    layout: Layout,
    *,
    legs: Sequence[Leg] = (),
    waiting: Mapping[str, WaitingFigures] = _NOTHING,
    unreachable: Sequence[str] | None = None,
) -> tuple[Finding, ...]:
    """Outcome of the placement rules and of all rules of the study's packs.

    Parameters
    ----------
    study, layout
        What is judged.
    legs
        Walks of the layout; without them rules about walks stay open.
    waiting
        Waiting figures by fixture type; without them rules about waiting stay open.
    unreachable
        One sentence per leg without a way; None where nobody walked the layout.

    Returns
    -------
    tuple of Finding
        In the order of the rules: for each rule one per broken instance, or one that says that
        it is kept or open.

    Raises
    ------
    StudyError
        Where the study names a pack, rule or field that does not exist.
    """
    scene = Scene(
        study=study,
        layout=layout,
        legs=tuple(legs),
        waiting=waiting,
        unreachable=None if unreachable is None else tuple(unreachable),
    )
    return judge(rules_of(study), scene, CHECKS)


def broken_by_plan(study: Study, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the broken rules among some findings that the empty plan breaks in the same way.

    No layout mends them: the drawing has to change, or the study that lists the rules.
    """
    broken = [finding for finding in findings if finding.passed is False]
    if not broken:
        return ()
    empty = find_all(study, Layout(placements=()))
    same = {(f.rule.id, f.sentence) for f in empty if f.passed is False}
    return tuple(f for f in broken if (f.rule.id, f.sentence) in same)
