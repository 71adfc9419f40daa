"""How flows lie side by side on the plan.

In: legs with their paths and people per hour by business. Out: one strip for each business on
each leg, as wide as its people per hour, so that no strip hides another: where several use the
same straight piece of way, they lie beside each other, those who walk one way on its right.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, union_all
from shapely.ops import substring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.demand.flows import PersonClass
    from optimizer.evaluation import Leg

__all__ = ["Strip", "lay_strips"]

#: Widest single strip and widest bundle of strips on one piece of way, metres on the plan.
WIDEST_STRIP, WIDEST_BUNDLE = 0.32, 1.0
#: Narrowest strip that still shows, metres.
NARROWEST = 0.02
#: Points of paths closer than this are one corner, metres.
SAME = 0.01
#: Dash and gap of strips of staff, metres.
DASH, GAP = 0.22, 0.14

#: A straight piece of way: its two corners, in the order of their coordinates.
Piece = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One business on one leg.

    Parameters
    ----------
    leg, group, person, rate
        Number of the leg, business or staff round, class, people per hour.
    line
        Middle line on the plan, in walking direction, metres.
    width
        Metres on the plan.
    """

    leg: int
    group: str
    person: PersonClass
    rate: float
    line: LineString
    width: float

    def area(self, *, dashed: bool = False) -> BaseGeometry:
        """Return what the strip covers up to its arrow head, whole or in dashes."""
        shaft = substring(self.line, 0.0, self.line.length - 0.6 * self.arrow().length)
        lines = _dashes(shaft) if dashed else [shaft]
        return union_all([line.buffer(self.width / 2, cap_style="flat") for line in lines])

    def arrow(self) -> LineString:
        """Return the last bit of the line, as long as an arrow head on it, tip at the end."""
        length = min(max(2.2 * self.width, 0.16), 0.45, self.line.length / 2)
        return substring(self.line, self.line.length - length, self.line.length)


def lay_strips(
    legs: Sequence[Leg], order: Sequence[str], metres_per_person: float | None = None
) -> tuple[tuple[Strip, ...], float]:
    """Return the strips of all legs and the width of one person per hour, metres.

    Parameters
    ----------
    legs
        Legs without a path are left out.
    order
        Businesses and staff rounds in the order in which they lie side by side.
    metres_per_person
        Width of one person per hour, metres; None for one that suits these legs.
    """
    rank = {group: i for i, group in enumerate(order)}
    users: defaultdict[Piece, list[tuple[bool, int, int, str, float]]] = defaultdict(list)
    for number, leg in enumerate(legs):
        for piece, forward in _pieces(leg.path):
            for group, rate in leg.by_group.items():
                users[piece].append((forward, rank.get(group, len(rank)), number, group, rate))
    scale = metres_per_person or _scale(users)
    offsets: dict[tuple[Piece, int, str, bool], float] = {}
    for piece, strips in users.items():
        widths = [max(scale * rate, NARROWEST) for *_, rate in sorted(strips)]
        edge = -sum(widths) / 2
        for (forward, _, number, group, _), width in zip(sorted(strips), widths, strict=True):
            offsets[piece, number, group, forward] = edge + width / 2
            edge += width
    found = []
    for number, leg in enumerate(legs):
        for group, rate in leg.by_group.items():
            line = _shifted(leg.path, number, group, offsets)
            if line is None:
                continue
            width = max(scale * rate, NARROWEST)
            found.append(
                Strip(leg=number, group=group, person=leg.person, rate=rate, line=line, width=width)
            )
    return tuple(found), scale


def _pieces(path: NDArray[np.float64]) -> list[tuple[Piece, bool]]:
    """Return the straight pieces of a path and whether it walks each from its first corner."""
    corners = [(float(x), float(y)) for x, y in np.round(path / SAME) * SAME]
    return [((min(a, b), max(a, b)), a <= b) for a, b in pairwise(corners) if a != b]


def _scale(users: Mapping[Piece, Sequence[tuple[bool, int, int, str, float]]]) -> float:
    """Return a width per person per hour at which neither strip nor bundle grows too wide."""
    single = max((row[-1] for rows in users.values() for row in rows), default=0.0)
    bundle = max((sum(row[-1] for row in rows) for rows in users.values()), default=0.0)
    if not single or not bundle:
        return 0.0
    return min(WIDEST_STRIP / single, WIDEST_BUNDLE / bundle)


def _shifted(
    path: NDArray[np.float64],
    number: int,
    group: str,
    offsets: Mapping[tuple[Piece, int, str, bool], float],
) -> LineString | None:
    """Return a path with each of its pieces shifted aside by the strip's offset there."""
    points: list[NDArray[np.float64]] = []
    for piece, forward in _pieces(path):
        a, b = (np.array(corner) for corner in (piece if forward else piece[::-1]))
        first, last = np.array(piece[0]), np.array(piece[1])
        along = (last - first) / np.hypot(*(last - first))
        # sorted strips start with those who walk backward (False): they get the left of the
        # piece's own direction, which is their right
        left = np.array([-along[1], along[0]])
        shift = -offsets[piece, number, group, forward] * left
        points += [a + shift, b + shift]
    return LineString(points) if len(points) > 1 else None


def _dashes(line: LineString) -> list[LineString]:
    starts = np.arange(0.0, line.length, DASH + GAP)
    return [
        substring(line, s, min(s + DASH, line.length)) for s in starts if s < line.length - 1e-6
    ]
