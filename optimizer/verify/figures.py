"""The measured figures of a result: walking, encounters, detour, waiting, privacy, objective.

In: a `Scene` and the parsed result. Out: claims.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.verify.claim import (
    MISSING,
    Claim,
    agree,
    between,
    hold,
    is_number,
    lookup,
)
from optimizer.verify.people import customer_minutes
from optimizer.verify.privacy import through_flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.study import Study
    from optimizer.verify.meetings import Meetings
    from optimizer.verify.scene import Scene

    Span = tuple[float, float]

__all__ = [
    "check_crossing",
    "check_detour",
    "check_privacy",
    "check_waiting",
    "check_walking",
    "metre_weights",
]

#: Relative doubt about lengths: corners of the engine stand some 1e-7 m off, sums 1e-7 of them.
LENGTH = 1e-6
#: Relative doubt about encounters, in the sum and of one pair.
MEETING, PAIR = 1e-3, 3e-3
#: Relative doubt about waits.
WAIT = 1e-6


def metre_weights(study: Study) -> tuple[float, float]:
    """Weight of a metre that a customer walks, with its time in the branch, and of staff's."""
    goal = study.objective
    minutes = goal.measures.get("door_to_door", 0.0)
    return goal.walking + minutes * customer_minutes(study), goal.staff_walking


def check_walking(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about person-metres of customers and staff, and metres of each business."""
    arrivals = scene.study.arrivals_per_hour
    customers = scene.person_metres(staff=False)
    staff = scene.person_metres(staff=True)
    metre, of_staff = metre_weights(scene.study)
    weighted = metre * customers + of_staff * staff
    for name, found in (
        ("person_metres_per_hour", weighted / (metre or 1.0)),
        ("customer_person_metres_per_hour", customers),
        ("metres_per_customer", customers / arrivals if arrivals else 0.0),
        ("staff_person_metres_per_hour", staff),
    ):
        yield agree(result, f"walking.{name}", found, relative=LENGTH)
    metres: dict[str, float] = {}
    for walk, length in zip(scene.walks, scene.lengths, strict=True):
        for group, rate in walk.by_group.items() if not walk.staff else ():
            metres[group] = metres.get(group, 0.0) + rate * length
    by_business = {
        business.name: metres[business.name] / (arrivals * business.share)
        for business in scene.study.mix.businesses
        if business.name in metres and arrivals * business.share > 0
    }
    yield from _table(result, "walking.by_journey", by_business, LENGTH)


def check_detour(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about customers' walked lengths over those in the empty shell."""
    rows = [
        (walk.rate, length, empty)
        for walk, length, empty in zip(scene.walks, scene.lengths, scene.empty, strict=True)
        if not walk.staff and empty > 0 and walk.rate > 0
    ]
    walked = sum(rate * length for rate, length, _ in rows)
    shortest = sum(rate * empty for rate, _, empty in rows)
    yield agree(result, "detour.mean", walked / shortest if rows else 1.0, relative=LENGTH)
    worst = max((length / empty for _, length, empty in rows), default=1.0)
    yield agree(result, "detour.worst", worst, relative=LENGTH)


def check_crossing(result: Any, met: Meetings) -> Iterator[Claim]:
    """Claims about expected encounters and the worst pairs."""
    for name, span in (
        ("encounters_per_hour", met.total),
        ("weighted_encounters_per_hour", met.weighted),
    ):
        yield _within(result, f"crossing.{name}", span, MEETING)
    yield from _check_worst_pairs(result, met.named)


def _check_worst_pairs(result: Any, named: Mapping[tuple[str, str], list[Span]]) -> Iterator[Claim]:
    """Claims about each named pair, and that no other pair meets more than the first."""
    rows = lookup(result, "crossing.worst_pairs")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        yield hold(
            "crossing.worst_pairs",
            False,
            "crossing.worst_pairs must be a list of {one, other, encounters_per_hour}",
        )
        return
    for i, row in enumerate(rows):
        known = row if isinstance(row, Mapping) else {}
        one, other = sorted((str(known.get("one")), str(known.get("other"))))
        claims = [
            between(known, "encounters_per_hour", _grown(span, PAIR), found=sum(span) / 2)
            for span in named.get((one, other), [(0.0, 0.0)])
        ]
        best = next((c for c in claims if c.passed), claims[0])
        name = f"crossing.worst_pairs.{i}"
        yield hold(
            name,
            bool(best.passed),
            f"{name}, {one} and {other}: {best.sentence}",
            stated=best.stated,
            found=best.found,
        )
    most = max((span[0] for spans in named.values() for span in spans), default=0.0)
    first = lookup(rows[0], "encounters_per_hour") if rows else 0.0
    yield hold(
        "crossing.worst_pairs",
        is_number(first) and first >= most * (1 - PAIR) - 1e-9,
        f"the first of the worst pairs meets {first} times an hour; the most found is {most:.6g}",
        stated=None if first is MISSING else first,
        found=most,
    )


def check_waiting(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about the queue of each fixture type."""
    stated = lookup(result, "waiting.by_stop")
    if not isinstance(stated, Mapping):
        yield hold("waiting.by_stop", False, "waiting.by_stop must be a table by fixture type")
        return
    for stop in stated:
        if stop not in scene.queues:
            yield hold(f"waiting.by_stop.{stop}", False, f"nobody waits at {stop!r}")
    for stop, figures in scene.queues.items():
        # a stop's name may hold a dot, so that it is looked up by itself
        yield from _queue_claims(stated.get(stop), figures, f"waiting.by_stop.{stop}")


def _queue_claims(stated: Any, figures: Mapping[str, Any], key: str) -> Iterator[Claim]:
    """Claims about one queue, and about each class of its customers."""
    for name, found in figures.items():
        if isinstance(found, Mapping):
            rows = stated.get(name) if isinstance(stated, Mapping) else None
            own = rows if isinstance(rows, Mapping) else {}
            if not isinstance(rows, Mapping) or set(own) != set(found):
                yield hold(f"{key}.{name}", False, f"{key}.{name} must name {sorted(found)}")
            for inner, row in found.items():
                if isinstance(row, Mapping):
                    yield from _queue_claims(own.get(inner), row, f"{key}.{name}.{inner}")
                else:
                    claim = agree(own, inner, row, relative=WAIT, least=1e-9)
                    yield _renamed(claim, f"{key}.{name}.{inner}", inner)
            continue
        claim = agree(stated, name, found, relative=WAIT, least=1e-9)
        yield _renamed(claim, f"{key}.{name}", name)


def check_privacy(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about overlooked screens and people who walk through privacy zones."""
    sure, possible = scene.overlooked
    count = (float(len(sure)), float(len(possible)))
    yield between(result, "privacy.overlooked_pairs", count)
    rows = lookup(result, "privacy.overlooked")
    if isinstance(rows, Sequence) and all(isinstance(row, Mapping) for row in rows):
        named = {(row.get("fixture"), row.get("viewer")) for row in rows}
        wrong = sorted(map(str, (named - possible) | (sure - named)))
        yield hold(
            "privacy.overlooked",
            not wrong,
            f"privacy.overlooked names {len(named)} pairs"
            + (f"; it is wrong about {', '.join(wrong[:3])}" if wrong else ", as found"),
        )
    else:
        yield hold("privacy.overlooked", False, "privacy.overlooked must be a list of pairs")
    yield _within(
        result,
        "privacy.through_flow_per_hour",
        through_flow(scene.fixtures, scene.walks, scene.ways),
        1e-9,
    )


def _table(result: Any, name: str, found: Mapping[str, float], relative: float) -> Iterator[Claim]:
    """Claims about a table of numbers by name."""
    stated = lookup(result, name)
    if not isinstance(stated, Mapping):
        yield hold(name, False, f"{name} must be a table of {', '.join(found)}")
        return
    for key in stated:
        if key not in found:
            yield hold(f"{name}.{key}", False, f"{name} holds {key!r}, which nobody walks")
    for key, value in found.items():
        # a name may hold a dot, so that it is looked up by itself
        claim = agree({"": stated[key]} if key in stated else {}, "", value, relative=relative)
        yield _renamed(claim, f"{name}.{key}", "")


def _renamed(claim: Claim, name: str, old: str) -> Claim:
    return Claim(
        name=name,
        sentence=f"{name}{claim.sentence.removeprefix(old)}",
        passed=claim.passed,
        stated=claim.stated,
        found=claim.found,
    )


def _twice(value: float) -> Span:
    return value, value


def _grown(span: Span, relative: float) -> Span:
    """The span with its doubt."""
    least = 1e-9
    return (
        span[0] - max(relative * abs(span[0]), least),
        span[1] + max(relative * abs(span[1]), least),
    )


def _within(result: Any, name: str, span: Span, relative: float) -> Claim:
    found = sum(span) / 2 if math.isclose(*span) else None
    return between(result, name, _grown(span, relative), found=found)
