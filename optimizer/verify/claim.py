"""A claim of a result and what an independent computation says of it.

In: the parsed result and figures found. Out: `Claim`s. A key that is missing or of the wrong kind
is a failed claim that names the key and what would be right, never an exception.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["MISSING", "Claim", "agree", "between", "hold", "is_number", "lookup", "open_claim"]

#: What `lookup` returns where there is no such key.
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of a result.

    Parameters
    ----------
    name
        Key of `result.json`, such as "walking.metres_per_customer" or "rules.PLC-03".
    sentence
        What was compared and with which outcome, for people.
    passed
        Whether it holds; None where it was not computed again.
    stated, found
        The value in the result, and the one worked out here; None where there is none.
    """

    name: str
    sentence: str
    passed: bool | None
    stated: Any = None
    found: Any = None


def lookup(result: Any, name: str) -> Any:
    """Return the value at a dotted key, or `MISSING`."""
    value = result
    for key in name.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def agree(
    result: Any, name: str, found: Any, *, relative: float = 0.0, least: float = 0.0
) -> Claim:
    """Claim that the value at a key is the one found.

    Parameters
    ----------
    result
        The parsed result.
    name
        Dotted key.
    found
        What is right; a number that is not finite is None in a result.
    relative, least
        Numbers may differ by this share of what was found, and by at least this much.
    """
    if is_number(found):
        room = max(relative * abs(found), least)
        return between(result, name, (found - room, found + room), found=found)
    right = None if isinstance(found, float) else found
    stated = lookup(result, name)
    if stated is MISSING:
        return _missing(name, right)
    same = type(stated) is type(right) and stated == right
    outcome = "as found" if same else f"but {_say(right)} is right"
    return Claim(
        name=name,
        sentence=f"{name} is {_say(stated)}, {outcome}",
        passed=same,
        stated=stated,
        found=right,
    )


def between(
    result: Any, name: str, limits: tuple[float, float], *, found: float | None = None
) -> Claim:
    """Claim that the number at a key lies between two limits, both included."""
    low, high = limits
    right = found if found is not None else low if low == high else (low, high)
    stated = lookup(result, name)
    if stated is MISSING:
        return _missing(name, right)
    if not is_number(stated):
        return Claim(
            name=name,
            sentence=f"{name} is {_say(stated)}, which is no number; {_say(right)} is right",
            passed=False,
            stated=stated,
            found=right,
        )
    passed = low <= stated <= high
    outcome = "as found" if passed else f"but {_say(right)} was found"
    return Claim(
        name=name,
        sentence=f"{name} is {_say(stated)}, {outcome}",
        passed=passed,
        stated=stated,
        found=right,
    )


def hold(name: str, passed: bool, sentence: str, *, stated: Any = None, found: Any = None) -> Claim:
    """Claim with an outcome that the caller found."""
    return Claim(name=name, sentence=sentence, passed=passed, stated=stated, found=found)


def open_claim(result: Any, name: str, why: str) -> Claim:
    """Claim that is not computed again; it fails where its key is missing."""
    stated = lookup(result, name)
    if stated is MISSING:
        return _missing(name, "a value")
    return Claim(name=name, sentence=f"{name}: not re-computed; {why}", passed=None, stated=stated)


def _missing(name: str, right: Any) -> Claim:
    return Claim(
        name=name,
        sentence=f"{name} is missing in the result; {_say(right)} is right",
        passed=False,
        found=right,
    )


def _say(value: Any) -> str:
    """Return a value as a sentence holds it."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, tuple) and all(is_number(v) for v in value):
        return " to ".join(f"{v:.10g}" for v in value)
    if isinstance(value, str):
        return repr(value)
    text = str(list(value) if isinstance(value, Sequence) else value)
    return text if len(text) <= 80 else f"{text[:77]}..."
