"""How flows lie side by side on the plan.

In: legs with their paths and people per hour by business. Out: strips as wide as the people per
hour that they stand for, so that no strip hides another. Legs that share a straight piece of way
are bundled: all people of one business who walk it in one direction make one strip, and the strips
of a piece lie beside each other, those who walk one way on its right.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString
from shapely.ops import substring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.demand.flows import PersonClass
    from optimizer.evaluation import Leg
    from optimizer.plan.model import FloorPlan

__all__ = ["Strip", "arrow_of", "cover", "flow_breadth", "lay_strips"]

#: Widest single strip and widest bundle of strips on one piece of way, metres on a plan of
#: `USUAL` metres; larger plans are drawn smaller and get wider strips.
WIDEST_STRIP, WIDEST_BUNDLE = 0.4, 0.9
USUAL = 20.0
#: Narrowest strip that still shows, metres on such a plan.
NARROWEST = 0.014
#: Points of paths closer than this are one corner, metres.
SAME = 0.01
#: Share of its width that a strip is drawn in, so that neighbours stay apart.
DRAWN = 0.9
#: Strips narrower than this need no round ends, metres.
ROUND = 0.05
#: Dash and gap of strips of staff, metres.
DASH, GAP = 0.22, 0.14

#: A straight piece of way: its two corners, in the order of their coordinates.
Piece = tuple[tuple[float, float], tuple[float, float]]
#: Who walks a piece together: whether from its first corner, business, class.
Party = tuple[bool, int, str, "PersonClass"]


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One business on one straight piece of way, or round the corner between two pieces.

    Parameters
    ----------
    group, person, rate
        Business or staff round, class, people per hour.
    line
        Middle line on the plan, in walking direction, metres.
    width
        Metres on the plan.
    ends
        Whether somebody arrives at its end, so that it gets an arrow head.
    """

    group: str
    person: PersonClass
    rate: float
    line: LineString
    width: float
    ends: bool = False


def flow_breadth(plan: FloorPlan, legs: Sequence[Leg]) -> float:
    """Return the factor on the widths of strips that suits a plan and the part that is walked.

    The geometric mean of both sizes: a large plan is drawn small and needs wide strips, but ways
    that fill only a corner of it leave less room for them.
    """
    corners = [leg.path for leg in legs if len(leg.path)]
    walked = float(np.ptp(np.concatenate(corners), axis=0).max()) if corners else USUAL
    return math.sqrt(max(plan.size) * max(walked, 1.0)) / USUAL


def lay_strips(
    legs: Sequence[Leg],
    order: Sequence[str],
    breadth: float = 1.0,
    metres_per_person: float | None = None,
) -> tuple[tuple[Strip, ...], float]:
    """Return the strips of all legs and the width of one person per hour, metres.

    Parameters
    ----------
    legs
        Legs without a path are left out.
    order
        Businesses and staff rounds in the order in which they lie side by side.
    breadth
        Factor on the widest and narrowest strips, see `flow_breadth`.
    metres_per_person
        Width of one person per hour, metres; None for one that suits these legs.
    """
    rank = {group: i for i, group in enumerate(order)}
    rates: defaultdict[Piece, defaultdict[Party, float]] = defaultdict(lambda: defaultdict(float))
    corners: defaultdict[tuple[Piece, Party, Piece, Party], float] = defaultdict(float)
    arrivals: set[tuple[Piece, Party]] = set()
    for leg in legs:
        pieces = _pieces(leg.path)
        for group, rate in leg.by_group.items():
            steps: list[tuple[Piece, Party]] = [
                (piece, (forward, rank.get(group, len(rank)), group, leg.person))
                for piece, forward in pieces
            ]
            for piece, party in steps:
                rates[piece][party] += rate
            for (piece, party), (after, later) in pairwise(steps):
                corners[piece, party, after, later] += rate
            arrivals.update(steps[-1:])
    scale = metres_per_person or breadth * _scale(rates)
    least = breadth * NARROWEST
    lines = {
        (piece, party): line
        for piece, parties in rates.items()
        for party, line in _side_by_side(piece, parties, scale, least).items()
    }
    strips = [
        Strip(
            group=party[2],
            person=party[3],
            rate=rates[piece][party],
            line=line,
            width=max(scale * rates[piece][party], least),
            ends=(piece, party) in arrivals,
        )
        for (piece, party), line in lines.items()
    ]
    for (piece, party, after, later), rate in corners.items():
        end, begin = lines[piece, party].coords[-1], lines[after, later].coords[0]
        if end != begin:
            line = LineString([end, begin])
            width = max(scale * rate, least)
            strips.append(Strip(group=party[2], person=party[3], rate=rate, line=line, width=width))
    return tuple(strips), scale


def cover(strips: Sequence[Strip], *, dashed: bool = False) -> list[BaseGeometry]:
    """Return the shapes that strips cover, up to their arrow heads; in dashes where asked."""
    parts: list[BaseGeometry] = []
    for strip in strips:
        line = strip.line
        if strip.ends:
            line = substring(line, 0.0, line.length - 0.6 * arrow_of(strip).length)
        cap = "flat" if dashed or strip.width < ROUND else "round"
        for dash in _dashes(line) if dashed else [line]:
            parts.append(dash.buffer(DRAWN * strip.width / 2, cap_style=cap, quad_segs=2))
    return parts


def arrow_of(strip: Strip) -> LineString:
    """Return the last bit of a strip's line, as long as an arrow head on it, tip at the end."""
    line = strip.line
    length = min(max(2.2 * strip.width, 0.15), 0.45, line.length / 2)
    return substring(line, line.length - length, line.length)


def _pieces(path: NDArray[np.float64]) -> list[tuple[Piece, bool]]:
    """Return the straight pieces of a path and whether it walks each from its first corner."""
    corners = [(float(x), float(y)) for x, y in np.round(path / SAME) * SAME]
    return [((min(a, b), max(a, b)), a < b) for a, b in pairwise(corners) if a != b]


def _scale(rates: Mapping[Piece, Mapping[Party, float]]) -> float:
    """Return a width per person per hour at which neither strip nor bundle grows too wide."""
    single = max((max(parties.values()) for parties in rates.values()), default=0.0)
    bundle = max((sum(parties.values()) for parties in rates.values()), default=0.0)
    if not single:
        return 0.0
    return min(WIDEST_STRIP / single, WIDEST_BUNDLE / bundle)


def _side_by_side(
    piece: Piece, parties: Mapping[Party, float], scale: float, least: float
) -> dict[Party, LineString]:
    """Return the middle line of each party on a piece, in its walking direction."""
    first, last = np.array(piece[0]), np.array(piece[1])
    along = (last - first) / np.hypot(*(last - first))
    left = np.array([-along[1], along[0]])
    # those who walk backward (False) sort first and get the left, which is their right
    ordered = sorted(parties, key=lambda party: (party[0], party[1], party[2], party[3]))
    widths = {party: max(scale * parties[party], least) for party in ordered}
    edge = sum(widths.values()) / 2
    lines = {}
    for party in ordered:
        width = widths[party]
        shift = (edge - width / 2) * left
        ends = [first + shift, last + shift]
        lines[party] = LineString(ends if party[0] else ends[::-1])
        edge -= width
    return lines


def _dashes(line: LineString) -> list[LineString]:
    starts = np.arange(0.0, line.length, DASH + GAP)
    return [
        substring(line, s, min(s + DASH, line.length)) for s in starts if s < line.length - SAME
    ]
