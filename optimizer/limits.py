"""Limits that a study sets on measures, as rules with findings.

In: a study and what was measured of a layout. Out: one `Finding` for each limit, of a hard rule
called "LIMIT-" and the measure's name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.measures import MEASURES, Better
from optimizer.rules.model import Finding, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = ["check_limits", "limit_rules", "limits_reached", "with_reached"]

#: How the id of a limit's rule begins.
PREFIX = "LIMIT-"


def limit_rules(study: Study) -> dict[str, Rule]:
    """Rule of each limit, by the name of its measure."""
    rules = {}
    for name, limit in study.limits.items():
        measure = MEASURES[name]
        less = measure.better is Better.LESS
        rules[name] = Rule(
            id=f"{PREFIX}{name}",
            check="limit",
            sentence=f"{measure.sentence}: {'at most' if less else 'at least'} {limit:g}",
            sentence_zh=f"{measure.sentence_zh}{'不大于' if less else '不小于'} {limit:g}",
            value=float(limit),
            unit=measure.unit,
            source="the study",
            confidence="study",
            severity=Severity.HARD,
            pack="limits",
        )
    return rules


def limits_reached(study: Study, measured: Any, met: Mapping[str, float]) -> dict[str, float]:
    """Best value of each limit that a layout breaks, in it or in the layouts that a search met.

    Each limit is looked at by itself: one layout need not have all these values.

    Parameters
    ----------
    study
        Its `limits` are held against the figures.
    measured
        An `Evaluation`, or anything with the same parts.
    met
        Best value of limited measures in the layouts of a search, by name.
    """
    found = {}
    for name, limit in study.limits.items():
        measure = MEASURES[name]
        value = measure.value(measured)
        if value is not None and measure.excess(measured, limit) > 0:
            found[name] = measure.best(value, met.get(name, value))
    return found


def with_reached(
    findings: tuple[Finding, ...], reached: Mapping[str, float]
) -> tuple[Finding, ...]:
    """The findings; those of broken limits tell how near to the limit the search came."""
    return tuple(
        replace(
            one,
            sentence=f"{one.sentence}; the best that the search met is {best:.4g}",
            reached=best,
        )
        if (best := reached.get(one.rule.id.removeprefix(PREFIX))) is not None
        and one.rule.id.startswith(PREFIX)
        else one
        for one in findings
    )


def check_limits(study: Study, measured: Any) -> tuple[Finding, ...]:
    """Outcome of every limit of the study; open where a layout has no such figure.

    Parameters
    ----------
    study
        Its `limits` are held against the figures.
    measured
        An `Evaluation`, or anything with the same parts.
    """
    findings = []
    for name, rule in limit_rules(study).items():
        measure = MEASURES[name]
        value, limit = measure.value(measured), rule.value or 0.0
        passed = None if value is None else measure.excess(measured, limit) <= 0
        right = f"at {'most' if measure.better is Better.LESS else 'least'} {limit:g}"
        unit = f" {measure.unit}" if measure.unit not in ("", "share") else ""
        findings.append(
            Finding(
                rule=rule,
                passed=passed,
                sentence=f"{measure.sentence}: this layout has no such figure"
                if value is None
                else f"{measure.sentence}: {value:.4g}{unit}; {right} is right",
                value=value,
            )
        )
    return tuple(findings)
