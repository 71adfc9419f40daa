"""What a result says about numbers and moves: how many of what, and how many moved.

In: a study, its placed fixtures, the parsed result. Out: claims. What other numbers would give is
a search and is not done again: it stays open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.verify.claim import MISSING, Claim, agree, hold, is_number, lookup, open_claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.study import Study
    from optimizer.verify.placed import Placed

__all__ = ["check_numbers"]

#: Places that differ by no more than this, metres and degrees, are one.
SAME = 1e-5


def check_numbers(study: Study, fixtures: Sequence[Placed], result: Any) -> Iterator[Claim]:
    """Claims about "at_most" and "counts"; an empty list of counts claims nothing."""
    yield from _check_moves(study, fixtures, result)
    rows = lookup(result, "counts")
    if rows is MISSING:
        yield hold("counts", False, "counts is missing in the result; a list is right")
    if rows is MISSING or rows == []:
        return
    found = dict(Counter(placed.kind.name for placed in fixtures))
    first = rows[0] if isinstance(rows, Sequence) and not isinstance(rows, str) else None
    stated = first.get("counts") if isinstance(first, Mapping) else None
    same = isinstance(stated, Mapping) and {k: n for k, n in stated.items() if n} == found
    yield hold(
        "counts.0.counts",
        same,
        f"the numbers chosen are {stated}; the placements hold {found}",
        stated=stated,
        found=found,
    )
    value = lookup(result, "objective.value")
    bound = lookup(result, "objective.bound")
    if is_number(bound) and is_number(value):
        others = [row.get("bound") for row in rows[1:] if isinstance(row, Mapping)]
        least = min([value, *(b for b in others if is_number(b))])
        yield hold(
            "counts",
            bound <= least * (1 + SAME) + SAME,
            f"objective.bound is {bound:.6g}; the numbers considered allow no more than "
            f"{least:.6g}",
            stated=bound,
            found=least,
        )
    yield open_claim(result, "counts", "what other numbers would give is not searched again")


def _check_moves(study: Study, fixtures: Sequence[Placed], result: Any) -> Iterator[Claim]:
    """Claim that no more fixtures moved from today's layout than were allowed to."""
    most = lookup(result, "at_most")
    if most is None or most is MISSING:
        yield agree(result, "at_most", None)  # null where any number may move; the key is there
        return
    if study.current_layout is None or not is_number(most):
        yield hold("at_most", False, f"at_most is {most}, and the study names no layout of today")
        return
    stood = [(p.type, p.x, p.y, p.angle) for p in study.current_layout.placements]
    gone = Counter(kind for kind, *_ in stood)
    away: Counter[str] = Counter()
    for placed in fixtures:
        for spot in stood:
            turn = abs((spot[3] - placed.angle + 180.0) % 360.0 - 180.0)
            off = max(abs(spot[1] - placed.x), abs(spot[2] - placed.y), turn)
            if spot[0] == placed.kind.name and off <= SAME:
                stood.remove(spot)
                gone[placed.kind.name] -= 1
                break
        else:
            away[placed.kind.name] += 1
    # one that came in addition did not move
    moved = sum(min(count, gone[kind]) for kind, count in away.items())
    yield hold(
        "at_most",
        moved <= most,
        f"{moved} fixtures stand elsewhere than today; {most} might",
        stated=most,
        found=moved,
    )
