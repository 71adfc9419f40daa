"""The headline figures: what a planner is asked for first.

In: the content of `result.json` or of an evaluation. Out: named numbers with units, in one order
for the picture, the report and the comparison, and the text they are shown as.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from optimizer.errors import FileFormatError
from optimizer.measures import MEASURES, Better
from optimizer.report.words import unit_of, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.report.words import Language

__all__ = [
    "FLOWS",
    "HEADLINES",
    "Figure",
    "check_figures",
    "format_figure",
    "headline_figures",
    "rise_is_better",
    "tendency",
]

#: Where each headline figure stands in `result.json`, in the order in which it is shown.
HEADLINES: Mapping[str, tuple[str, ...]] = {
    "metres_per_customer": ("walking", "metres_per_customer"),
    "person_metres_per_hour": ("walking", "customer_person_metres_per_hour"),
    "staff_person_metres_per_hour": ("walking", "staff_person_metres_per_hour"),
    "encounters_per_hour": ("crossing", "encounters_per_hour"),
    "path_crossings": ("crossing", "path_crossings"),
    "share_of_customers_crossing": ("crossing", "share_of_customers_crossing"),
    "detour_mean": ("detour", "mean"),
    "longest_wait": ("waiting", "by_stop"),
    "minutes_per_customer": ("door_to_door", "minutes_per_customer"),
    "overlooked_pairs": ("privacy", "overlooked_pairs"),
    "through_flow_per_hour": ("privacy", "through_flow_per_hour"),
    "hard_broken": ("rules",),
    "soft_broken": ("rules",),
    "objective": ("objective", "value"),
    "gap": ("objective", "gap"),
    "walking_gap": ("walking", "gap"),
}
#: Figures of flows that stand below the headlines where there is room: measures, and what guide
#: lines would leave of the weighted encounters and of the crossings.
FLOWS: Mapping[str, tuple[str, ...]] = {
    name: tuple(MEASURES[name].path.split("."))
    for name in (
        "staff_customer_encounters",
        "cash_customer_encounters",
        "wheelchair_encounters",
        "weighted_path_crossings",
        "head_on_metres",
        "merging_metres",
        "worst_detour",
        "worst_journey_detour",
        "backtracking",
        "turns_per_customer",
        "diversion_distance",
        "self_service_through_queue",
        "visible_from_entrance",
        "visible_from_guide_desk",
        "aisle_density",
        "waiting_density",
    )
} | {
    "unguided_encounters": ("crossing", "guided", "encounters_shortest"),
    "guided_encounters": ("crossing", "guided", "encounters_guided"),
    "guided_crossings": ("crossing", "guided", "crossings_guided"),
}
#: Figures of which more is worse, all but none; counts are shown without decimals.
COUNTS = ("path_crossings", "guided_crossings", "overlooked_pairs", "hard_broken", "soft_broken")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One headline figure.

    Parameters
    ----------
    key
        Its name in `HEADLINES`.
    value
        The number, shares as 0 to 1; None where it is unknown or without end.
    """

    key: str
    value: float | None

    @property
    def unit(self) -> str:
        """Unit it is shown in; "" for a plain number."""
        return unit_of(self.key)

    @property
    def text(self) -> str:
        """The number as shown, with its unit; a dash where it is unknown."""
        return format_figure(self.key, self.value)

    def label(self, language: Language = "both") -> str:
        """Return what it is called."""
        return word("figure", self.key, language)


def headline_figures(row: Mapping[str, Any], *, flows: bool = False) -> tuple[Figure, ...]:
    """Return the headline figures of a `result.json`; those that it does not have are left out.

    Parameters
    ----------
    row
        Content of `result.json`, or of an evaluation.
    flows
        Whether to return the further figures of flows as well, after them.
    """
    known = {**HEADLINES, **(FLOWS if flows else {})}
    return tuple(
        Figure(key=key, value=_value(key, row, path))
        for key, path in known.items()
        if _has(row, path)
    )


def rise_is_better(key: str) -> bool:
    """Whether more of a figure is better; of all but shares in sight, less is."""
    return key in MEASURES and MEASURES[key].better is Better.MORE


def tendency(key: str, change: float) -> Literal["better", "worse", ""]:
    """Whether a change is for the better; "" where it is shown as nothing."""
    number = format_figure(key, change, sign=True).split(" ")[0]
    if not number.strip("+-\N{MINUS SIGN}0."):
        return ""
    return "better" if (change > 0) == rise_is_better(key) else "worse"


def _has(row: Any, path: tuple[str, ...]) -> bool:
    """Whether a result holds a path of keys."""
    for name in path:
        if not isinstance(row, dict) or name not in row:
            return False
        row = row[name]
    return True


def format_figure(key: str, value: float | None, *, sign: bool = False) -> str:
    """Return a figure's number as shown, with its unit.

    Parameters
    ----------
    key
        Name of the figure.
    value
        The number; None is shown as a dash.
    sign
        Whether it is a change: a plus before a rise, and shares in percentage points (pp).
    """
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞"
    unit = unit_of(key)
    if unit == "%":
        unit, value, digits = "pp" if sign else "%", 100 * value, 1
    elif key in COUNTS and float(value).is_integer():
        digits = 0
    else:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 20 else 2
    number = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
    if not number.strip("+-0."):
        number = number.lstrip("+-")  # what is shown as nothing has no sign
    return f"{number} {unit}".rstrip().replace("-", "−", 1)


def check_figures(row: Mapping[str, Any], path: Path) -> None:
    """Make sure that the headline figures of a `result.json` are such.

    Raises
    ------
    FileFormatError
        One sentence per figure that is no number, with the file.
    """
    known = {**HEADLINES, **FLOWS}
    defects = dict.fromkeys(
        f"{path}: {'.'.join(keys)} is not what a result holds; needed is the result.json that "
        "'branch-layout optimize' wrote"
        for key, keys in known.items()
        if keys[0] in row and not _is_sound(key, row, keys)
    )
    if defects:
        raise FileFormatError(*defects)


def _is_sound(key: str, row: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    if path != ("rules",) and not isinstance(row[path[0]], dict):
        return False
    try:
        if _has(row, path):
            _value(key, row, path)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return False
    return True


def _value(key: str, row: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    if key == "longest_wait":
        given = [stop["mean_minutes"] for stop in row["waiting"]["by_stop"].values()]
        # a queue that grows without end has no mean: None in the file
        means = [math.inf if mean is None else float(mean) for mean in given]
        return max(means, default=None)
    if path == ("rules",):
        severity = key.removesuffix("_broken")
        known = row.get("objective", {}).get("value") is not None
        broken = [r for r in row["rules"] if r["severity"] == severity and r["passed"] is False]
        return float(len(broken)) if known else None
    value: Any = row
    for name in path:
        value = value[name]
    return None if value is None else float(value)
