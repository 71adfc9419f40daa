"""Colours and line styles of all pictures.

In: a study. Out: one colour for each business and staff round, the same in every picture of that
study and of its what-ifs, and the tints of zones, doors and fixtures.

The business colours are Paul Tol's "high contrast" and "muted" sets (SRON technical note
SRON/EPS/TN/09-002, 2021), safe for the usual kinds of colour blindness; they are taken in an
order in which neighbours differ in lightness too, so that a grey print still tells them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.plan.model import DoorKind, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = [
    "BUSINESS_COLOURS",
    "CASH_COLOUR",
    "DOOR_COLOURS",
    "FIXTURE_EDGE",
    "FIXTURE_FILL",
    "GOOD",
    "HARD_BROKEN",
    "INK",
    "OUTLET",
    "PRIVACY",
    "SOFT_BROKEN",
    "STAFF_COLOUR",
    "WALL",
    "WINDOW",
    "ZONE_TINTS",
    "group_colours",
]

#: Colours of businesses, in the order of the study's mix.
BUSINESS_COLOURS = (
    "#004488",
    "#ddaa33",
    "#bb5566",
    "#88ccee",
    "#882255",
    "#44aa99",
    "#117733",
    "#999933",
    "#aa4499",
    "#774411",
)
STAFF_COLOUR = "#777777"
CASH_COLOUR = "#111111"

INK = "#222222"
WALL = "#3a3a3a"
WINDOW = "#6fa8c7"
OUTLET = "#aa7700"
FIXTURE_FILL = "#ffffff"
FIXTURE_EDGE = "#222222"
PRIVACY = "#aa4499"
HARD_BROKEN = "#bb2233"
SOFT_BROKEN = "#dd8800"
GOOD = "#117733"

#: Light tints, so that flows and labels stand out; the lightness differs by kind.
ZONE_TINTS: Mapping[ZoneKind, str] = {
    ZoneKind.PUBLIC_HALL: "#fbfaf5",
    ZoneKind.SELF_SERVICE_24H: "#e3f0f7",
    ZoneKind.CASH_AREA: "#f6e3dc",
    ZoneKind.BACK_OFFICE: "#ececec",
    ZoneKind.CASH_LOADING: "#e6d5cd",
    ZoneKind.VIP: "#ece4f3",
}

DOOR_COLOURS: Mapping[DoorKind, str] = {
    DoorKind.ENTRANCE: "#117733",
    DoorKind.EXIT: "#004488",
    DoorKind.STAFF: "#777777",
    DoorKind.INTERLOCK: "#882255",
    DoorKind.EMERGENCY: "#bb2233",
    DoorKind.INNER: "#997755",
}


def group_colours(study: Study) -> dict[str, str]:
    """Return the colour of every business and staff round of a study, by name.

    Businesses take theirs in the order of the mix, which what-ifs keep; an eleventh business
    starts again with the first colour.
    """
    colours = {
        business.name: BUSINESS_COLOURS[i % len(BUSINESS_COLOURS)]
        for i, business in enumerate(study.mix.businesses)
    }
    for staff_round in study.mix.rounds:
        colours.setdefault(staff_round.name, CASH_COLOUR if staff_round.cash else STAFF_COLOUR)
    return colours
