"""What can be wrong with a drawing: one defect, with its place.

In: findings of a reader or of the audit. Out: `Defect`, which the check command prints and draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Defect", "Severity"]


class Severity(StrEnum):
    """How much a defect matters."""

    ERROR = "error"  #: the plan cannot be used like this
    WARNING = "warning"  #: the plan can be used, but look at the place
    NOTE = "note"  #: what the reader repaired, guessed or left out


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One thing that is wrong with a drawing.

    Parameters
    ----------
    code
        Short name of the kind of defect ("door-off-wall"), the same in every language.
    sentence
        Which thing, where, what value, what would be right.
    severity
        See `Severity`.
    x, y
        Place in the plan's metres; None where it has no one place.
    layer
        Layer of the drawing; None where it has none or many.
    """

    code: str
    sentence: str
    severity: Severity = Severity.ERROR
    x: float | None = None
    y: float | None = None
    layer: str | None = None
