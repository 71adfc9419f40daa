"""Where two flows meet.

In: an evaluation with its walked legs, and a pair of flows that meet. Out: the place, metres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import LineString, get_parts

if TYPE_CHECKING:
    from optimizer.evaluation import Evaluation, MeetingPair

__all__ = ["meeting_place"]

#: Ways that come closer than this meet, metres.
APART = 0.02


def meeting_place(evaluation: Evaluation, pair: MeetingPair) -> tuple[float, float] | None:
    """Return where two flows meet: the pair's own place, or where their ways lie on each other.

    Parameters
    ----------
    evaluation
        The legs as walked.
    pair
        Two flows that meet.

    Returns
    -------
    tuple of float or None
        x, y in metres: the middle of the longest stretch that the two ways share, or where they
        cross; None where a way is not known or they never come together.
    """
    if pair.where is not None:
        return pair.where
    ways = {f"{leg.source} → {leg.target}": leg.path for leg in evaluation.legs}
    paths = [ways.get(name) for name in (pair.one, pair.other)]
    lines = [LineString(path) for path in paths if path is not None and len(path) > 1]
    if len(lines) < 2 or lines[0].distance(lines[1]) > APART:
        return None
    parts = get_parts(lines[0].intersection(lines[1].buffer(APART)))
    shared = max(parts, key=lambda part: float(part.length))
    place = shared.interpolate(0.5, normalized=True) if shared.length else shared
    return float(place.x), float(place.y)
