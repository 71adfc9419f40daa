"""Study files of the synthetic city.

In: the facts of a branch. Out: the text of its `study.toml`. Businesses and staff rounds are those
of the bundled standard hall and old corner, with shares that vary from branch to branch.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ON_SITE", "study_text"]

FLOORPLANS = Path(__file__).resolve().parent.parent
#: Self-service machines that stand in a branch, by format and type (assumption).
ON_SITE: dict[str, dict[str, int]] = {
    "flagship": {"cash_recycler": 4, "atm_through_wall": 1, "enquiry_machine": 2},
    "standard": {"cash_recycler": 2, "atm_through_wall": 1, "enquiry_machine": 1},
    "small": {"cash_recycler_compact": 1, "atm": 1},
    "community": {"atm": 1},
    "self_service_24h": {"cash_recycler": 2, "atm_through_wall": 1},
}
#: Counters and furniture by format (assumption).
FURNITURE: dict[str, dict[str, int]] = {
    "flagship": {
        "cash_counter": 5,
        "open_desk": 4,
        "corporate_counter": 2,
        "queue_machine": 1,
        "guide_desk": 1,
        "form_desk": 2,
        "waiting_seats": 6,
    },
    "standard": {
        "cash_counter": 3,
        "open_desk": 2,
        "corporate_counter": 1,
        "queue_machine": 1,
        "guide_desk": 1,
        "form_desk": 1,
        "waiting_seats": 3,
    },
    "small": {
        "cash_counter": 2,
        "open_desk": 2,
        "queue_machine": 1,
        "guide_desk": 1,
        "form_desk": 1,
        "waiting_seats": 2,
    },
    "community": {"open_desk": 2, "queue_machine": 1, "guide_desk": 1, "waiting_seats": 1},
    "self_service_24h": {},
}
IN_24H = ("cash_recycler", "atm_through_wall")
#: Shares vary by this factor up and down before they are made to add to 1 (assumption).
SPREAD = 0.25


def study_text(row: dict[str, Any], scale: float, rng: np.random.Generator) -> str:
    """Text of a study file.

    Parameters
    ----------
    row
        Branch, format and devices.
    scale
        Customers over those of the branch with measured arrivals.
    rng
        Draws the business mix.
    """
    form = row["format"]
    counts = {**FURNITURE[form], **ON_SITE[form]}
    low = form in ("small", "community")
    terminals = row["smart_terminal"]
    if terminals:
        # one terminal of the low kind, so that wheelchair users are served too
        counts["smart_terminal_low"] = 1
        if terminals > 1 and not low:
            counts["smart_terminal"] = terminals - 1
        counts["product_pickup"] = row["product_pickup"]
    lines = [
        f"# {row['branch']}: synthetic, made by floorplans/network/generate.py.",
        "schema = 1",
        f'name = "{row["branch"]}"',
        'plan = "plan.geojson"',
        'rules = ["cn-branch"]',
    ]
    for name, count in counts.items():
        lines += ["", "[[fixtures]]", f'type = "{name}"', f"count = {count}"]
        if name in IN_24H:
            lines.append('zone = "24 h zone"')
    if form in ("flagship", "standard"):
        for room in ("wealth room 1", "wealth room 2"):
            lines += ["", "[[fixtures]]", 'type = "wealth_desk"', f'zone = "{room}"', "count = 1"]
        counts["wealth_desk"] = 2
    businesses, staff = _demand(form, set(counts))
    factors = [b["share"] * rng.uniform(1 - SPREAD, 1 + SPREAD) for b in businesses]
    shares = [round(factor / sum(factors), 4) for factor in factors]
    shares[0] = round(1 - sum(shares[1:]), 4)
    for business, share in zip(businesses, shares, strict=True):
        lines += ["", "[[business]]", *_table({**business, "share": share})]
    for staff_round in staff:
        lines += ["", "[[staff]]", *_table(staff_round)]
    lines += ["", "[arrivals]", 'profile = "branch_18_weeks"', f"scale = {scale}"]
    lines += ["", "[objective]", "walking = 1.0", "staff_walking = 1.0", "encounters = 20.0"]
    return "\n".join([*lines, "waiting = 1.2", "overlooked = 50.0", ""])


def _demand(form: str, types: set[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Businesses that a format serves, and staff rounds whose stops are all there."""
    source = "old_corner" if form in ("small", "community") else "standard_hall"
    table = tomllib.loads((FLOORPLANS / source / "study.toml").read_text(encoding="utf-8"))
    businesses = [dict(business) for business in table["business"]]
    if form == "community":
        away = ("large cash", "foreign exchange", "corporate")
        businesses = [_without_cash(b) for b in businesses if b["name"] not in away]
    if form == "self_service_24h":
        cash = next(b for b in businesses if b["name"] == "small cash")
        stop = {"stop": ["cash_recycler", "atm_through_wall"]}
        businesses = [
            {
                "name": cash["name"],
                "label_zh": cash["label_zh"],
                "share": 1.0,
                "journey": [stop],
                "service_minutes": {"cash_recycler": 2, "atm_through_wall": 2},
                "replaceable": cash["replaceable"],
            }
        ]
    staff = [
        r
        for r in table.get("staff", [])
        if set(r["route"]) <= types and set(r.get("per_use", {})) <= types
    ]
    for business in businesses:
        if form in ("self_service_24h", "small", "community"):
            business.pop("entrance", None)
    return businesses, staff


def _without_cash(business: dict[str, Any]) -> dict[str, Any]:
    """Business of a branch without cash windows: at an open desk, or at the machine."""
    if business["name"] == "small cash":
        minutes = {"atm": 2}
        return {**business, "journey": [{"stop": ["atm"]}], "service_minutes": minutes, "rework": 0}
    journey = []
    for stop in business["journey"]:
        whole = {"stop": stop} if not isinstance(stop, dict) else dict(stop)
        kinds = whole["stop"] if isinstance(whole["stop"], list) else [whole["stop"]]
        kinds = list(dict.fromkeys("open_desk" if k == "cash_counter" else k for k in kinds))
        journey.append({**whole, "stop": kinds})
    minutes = dict(business["service_minutes"])
    if "cash_counter" in minutes:
        minutes.setdefault("open_desk", minutes.pop("cash_counter"))
        minutes.pop("cash_counter", None)
    return {**business, "journey": journey, "service_minutes": minutes}


def _table(values: dict[str, Any]) -> list[str]:
    """Lines of a TOML table."""
    return [f"{key} = {_value(value)}" for key, value in values.items()]


def _value(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return "{ " + ", ".join(f"{key} = {_value(entry)}" for key, entry in value.items()) + " }"
