"""Several needs at one stop: combined services (组合服务, 购物车, 一次签字).

In: a business mix and which businesses come together. Out: a mix in which customers who need
several of them come once, take one ticket, and are set up once: time = Σ minutes − (needs − 1) ·
setup. The needs stay as many as they were, so fewer people come.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import hypot
from typing import TYPE_CHECKING

from optimizer.demand.mix import Business, Stop
from optimizer.demand.service import service_value
from optimizer.errors import StudyError
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.demand.mix import BusinessMix

__all__ = ["Combination", "combine"]


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Businesses that are served at one visit.

    Parameters
    ----------
    business
        Names of two or more businesses.
    share
        Share of the customers of the rarest of them who need them all, 0 to 1.
    setup_minutes
        Minutes by fixture type that are needed once; where a type is missing, those of
        `service.toml` at staffed types and none at machines.
    """

    business: tuple[str, ...]
    share: float
    setup_minutes: Mapping[str, float] = field(default_factory=dict)


def combine(mix: BusinessMix, combination: Combination) -> BusinessMix:
    """Mix in which some customers have several needs served at one visit.

    Raises
    ------
    StudyError
        If a business is unknown, too few are named, or they have no served stop in common.
    """
    known = {business.name: business for business in mix.businesses}
    names = combination.business
    defects = [
        f"combination names {name!r}, which is no business of the study; {nearest(name, known)}"
        for name in names
        if name not in known
    ]
    if len(set(names)) < 2 or len(set(names)) < len(names):
        defects.append(f"combination of {', '.join(names) or 'nothing'}; needs two or more, once")
    if not 0 <= combination.share <= 1:
        defects.append(f"combination share is {combination.share:g}; must be 0 to 1")
    if defects:
        raise StudyError(*defects)
    parts = [known[name] for name in names]
    people = combination.share * min(part.share for part in parts)
    whole = _joined(mix, parts, combination, people)
    left = 1.0 - (len(parts) - 1) * people
    businesses = tuple(
        replace(b, share=(b.share - (people if b.name in names else 0.0)) / left)
        for b in mix.businesses
    )
    return replace(
        mix,
        businesses=(*businesses, replace(whole, share=people / left)),
        arrivals=mix.arrivals.scaled(left),
    )


def _joined(
    mix: BusinessMix, parts: Sequence[Business], combination: Combination, share: float
) -> Business:
    """One business in place of several."""
    journey = parts[0].journey
    for part in parts[1:]:
        journey, met = _merge(journey, part.journey)
        if not any(set(part.service_minutes).intersection(stop.types) for stop in met):
            raise StudyError(
                f"combination of {parts[0].name!r} and {part.name!r}: no stop serves both; name "
                "businesses that one counter serves"
            )
    machine = parts[0].machine_journey
    for part in parts[1:]:
        machine, met = _merge(machine, part.machine_journey)
        machine = machine if met else ()
    minutes = _minutes(mix, parts, combination)
    failing = 1.0
    for part in parts:
        failing *= 1.0 - part.rework
    return Business(
        name=" + ".join(part.name for part in parts),
        label_zh="＋".join(part.label_zh or part.name for part in parts),
        share=share,
        journey=journey,
        machine_journey=machine,
        replaceable=min(part.replaceable for part in parts) if machine else 0.0,
        rework=1.0 - failing,
        service_minutes=minutes,
        service_variation=_variation(mix, parts, minutes),
        entrance=parts[0].entrance,
        exit=parts[0].exit,
        appointments=min(part.appointments for part in parts),
    )


def _minutes(
    mix: BusinessMix, parts: Sequence[Business], combination: Combination
) -> dict[str, float]:
    """Service minutes of all needs at each type, set up once."""
    minutes: dict[str, float] = {}
    for kind in dict.fromkeys(kind for part in parts for kind in part.service_minutes):
        own = [p.service_minutes[kind] for p in parts if kind in p.service_minutes]
        default = float(service_value("setup")) if kind in mix.service.staffed else 0.0
        setup = combination.setup_minutes.get(kind, default)
        minutes[kind] = max(sum(own) - (len(own) - 1) * setup, *own, 0.0)
    return minutes


def _variation(
    mix: BusinessMix, parts: Sequence[Business], minutes: Mapping[str, float]
) -> dict[str, float]:
    """Spread of all needs together at the types where one of them has its own.

    The needs are served one after the other and do not depend on each other: variances add.
    """
    found: dict[str, float] = {}
    for kind, whole in minutes.items():
        own = [p for p in parts if kind in p.service_minutes]
        if whole > 0 and any(kind in part.service_variation for part in own):
            spread = hypot(*(mix.service_variation(p, kind) * p.service_minutes[kind] for p in own))
            found[kind] = spread / whole
    return found


def _merge(
    one: tuple[Stop, ...], other: tuple[Stop, ...]
) -> tuple[tuple[Stop, ...], tuple[Stop, ...]]:
    """Stops of both in their orders, those in common once; and which these are."""
    merged, met, at = list(one), [], 0
    for stop in other:
        for place in range(at, len(merged)):
            both = tuple(kind for kind in merged[place].types if kind in stop.types)
            if both:
                probability = max(merged[place].probability, stop.probability)
                merged[place] = Stop(types=both, probability=probability)
                met.append(merged[place])
                at = place + 1
                break
        else:
            merged.insert(at, stop)
            at += 1
    return tuple(merged), tuple(met)
