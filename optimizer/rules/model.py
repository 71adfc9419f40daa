"""What a rule says and what a check of it found.

In: values of a rule pack. Out: `Rule` and `Finding`, the rows of `result.json`'s "rules".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Finding", "Rule", "Severity"]


class Severity(StrEnum):
    """What a broken rule means."""

    HARD = "hard"  #: the layout may not be built
    SOFT = "soft"  #: the layout is worse
    MANUAL = "manual"  #: geometry cannot decide; somebody has to look


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One named check of a rule pack.

    Parameters
    ----------
    id
        For example "CN-ACC-01".
    check
        Name of the kind of check that decides it; "" for a manual rule.
    sentence, sentence_zh
        What it asks, for people, in English and Chinese; limits filled in.
    value, unit
        Its limit; None where it has none.
    limits
        Further numbers that the check needs, by name (the reach of a line of sight, the area
        above which a second exit is asked for), in metres, square metres or degrees.
    subjects
        Fixture types, kinds of door or kinds of zone that it concerns; empty where it concerns
        all, or none.
    edition, clause, source, confidence
        Where it comes from.
    severity
        See `Severity`.
    changed
        What the study changed, for the report: "value 1.2 → 1.0", or "".
    pack
        Name of the rule pack that holds it.
    part
        Part of a service standard that it belongs to, or "".
    points
        Points that a rating gives for it, or None.
    """

    id: str
    check: str
    sentence: str
    sentence_zh: str = ""
    value: float | None = None
    unit: str = ""
    limits: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    subjects: tuple[str, ...] = ()
    edition: str = ""
    clause: str = ""
    source: str = ""
    confidence: str = "ASM"
    severity: Severity = Severity.HARD
    changed: str = ""
    pack: str = ""
    part: str = ""
    points: float | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The outcome of one check.

    Parameters
    ----------
    rule
        The rule checked.
    passed
        Whether the layout keeps it; None for a manual rule, and where nothing is known that the
        check needs.
    sentence
        What was found, naming fixtures.
    value
        What was measured, in the rule's unit; None where nothing was.
    where
        Place in the plan, metres, or None.
    fixtures
        Fixtures that cause it.
    reached
        Best value that a search met where the layout breaks a limit; None where none is known.
    """

    rule: Rule
    passed: bool | None
    sentence: str
    value: float | None = None
    where: tuple[float, float] | None = None
    fixtures: tuple[str, ...] = ()
    reached: float | None = None
