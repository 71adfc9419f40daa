"""The sections of `result.json` about flows: crossing, detour, diversion, crowding.

In: an `Evaluation`, or None. Out: plain values; every key is there without an evaluation too, None
or empty. Keys are the names of `optimizer.flow_figures`.

Besides the keys of the contract: "crossing" tells encounters of staff and of cash transport with
customers, and those of wheelchair users apart, crossings weighted by the people on both paths,
metres on one line head-on and merging, the worst places of the conflict map with the flows that
meet there, and what guide lines change. "detour" has each business, the worst walks and turns.
"diversion" and "crowding" are sections of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.measured.detour import worst_detours
from optimizer.report.meetings import meeting_place

if TYPE_CHECKING:
    from optimizer.evaluation import Evaluation, GuidedFigures, MeetingPair

__all__ = ["flow_sections"]

#: Walks with the greatest detour that are listed.
WORST = 20
CROSSING = (
    "encounters_per_hour",
    "weighted_encounters_per_hour",
    "path_crossings",
    "share_of_customers_crossing",
    "staff_customer_encounters",
    "cash_customer_encounters",
    "wheelchair_encounters",
    "weighted_path_crossings",
    "head_on_metres",
    "merging_metres",
    "weighted_head_on",
    "weighted_merging",
)
DETOUR = ("mean", "worst", "worst_leg", "backtrack_ratio", "worst_journey_ratio")
DIVERSION = (
    "parting_metres",
    "parting_first",
    "parting_last",
    "parting_place",
    "self_service_through_queue",
    "visible_from_entrance",
    "visible_from_guide_desk",
)
CROWDING = (
    "aisle_level",
    "aisle_density",
    "aisle_speed",
    "aisle_place",
    "waiting_level",
    "waiting_density",
    "waiting_people",
    "waiting_area",
)
GUIDED = (
    "slack",
    "encounters_shortest",
    "encounters_guided",
    "crossings_shortest",
    "crossings_guided",
    "metres_shortest",
    "metres_guided",
)


def flow_sections(e: Evaluation | None) -> dict[str, dict[str, Any]]:
    """Return the sections "crossing", "detour", "diversion" and "crowding"."""
    return {
        "crossing": {
            **_named(e.crossing if e else None, CROSSING),
            "worst_pairs": _pairs(e),
            "places": _places(e),
            "guided": _guided(e.crossing.guided if e else None),
        },
        "detour": {
            **_named(e.detour if e else None, DETOUR),
            "turns_per_customer": e.detour.turns_per_customer if e else None,
            "by_journey": dict(e.detour.by_journey) if e else {},
            "worst_legs": _legs(e),
        },
        "diversion": {
            **_named(e.diversion if e else None, DIVERSION),
            "first_stops": [
                {
                    "fixture": stop.fixture,
                    "people_per_hour": stop.people_per_hour,
                    "from_entrance": stop.from_entrance,
                    "from_guide_desk": stop.from_guide_desk,
                }
                for stop in (e.diversion.first_stops if e else ())
            ],
        },
        "crowding": _named(e.crowding if e else None, CROWDING),
    }


def _named(figures: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Figures by name; None for all without figures."""
    return {name: getattr(figures, name) if figures is not None else None for name in names}


def _pair(pair: MeetingPair, where: Any) -> dict[str, Any]:
    return {
        "one": pair.one,
        "other": pair.other,
        "encounters_per_hour": pair.encounters_per_hour,
        "where": None if where is None else list(where),
    }


def _pairs(e: Evaluation | None) -> list[dict[str, Any]]:
    """Pairs of flows that meet most, each with its place."""
    if e is None:
        return []
    return [_pair(pair, meeting_place(e, pair)) for pair in e.crossing.worst_pairs]


def _places(e: Evaluation | None) -> list[dict[str, Any]]:
    """Places where people meet most, each with the flows that meet there."""
    return [
        {
            "where": list(place.where),
            "encounters_per_hour": place.encounters_per_hour,
            "causes": [_pair(pair, pair.where) for pair in place.causes],
        }
        for place in (e.crossing.places if e else ())
    ]


def _guided(guided: GuidedFigures | None) -> dict[str, Any]:
    """What guide lines change, and the lines."""
    return {
        **_named(guided, GUIDED),
        "lines": [
            {"flow": line.flow, "longer": line.longer, "path": line.path.tolist()}
            for line in (guided.lines if guided else ())
        ],
    }


def _legs(e: Evaluation | None) -> list[dict[str, Any]]:
    """Walks with the greatest detour."""
    return [
        {
            "leg": leg.name,
            "people_per_hour": leg.rate,
            "walked": leg.length,
            "shortest": leg.empty_length,
        }
        for leg in worst_detours(e.legs if e else (), top=WORST)
    ]
