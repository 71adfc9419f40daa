"""Named levers of the business mix: passbooks to cards, appointments, channels, guidance.

In: a mix, the name of a lever of `levers.toml` and how far it is pulled. Out: the changed mix.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.errors import StudyError
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.demand.mix import Business, BusinessMix

__all__ = ["Lever", "pull_lever", "read_levers"]


@dataclass(frozen=True, kw_only=True)
class Lever:
    """One thing that a bank can do about demand.

    Parameters
    ----------
    name
        Key of `levers.toml`.
    label, label_zh
        What reports call it.
    changes
        What it changes: "replaceable", "rework", "appointments", "arrivals" or "hours".
    meaning
        What an amount of 1 would be.
    amount
        How far it is usually thought to go, 0 to 1.
    machines
        Fixture types that a business needs one of among its machines; empty where any will do.
    source, confidence
        Where the amount comes from.
    """

    name: str
    label: str
    label_zh: str
    changes: str
    meaning: str
    amount: float
    source: str
    confidence: str
    machines: tuple[str, ...] = ()

    def reaches(self, mix: BusinessMix, business: Business) -> bool:
        """Whether the lever changes a business."""
        machines = {kind for stop in business.machine_journey for kind in stop.types}
        if self.changes in ("replaceable", "rework", "arrivals"):
            return bool(machines) and (not self.machines or not machines.isdisjoint(self.machines))
        staffed = {kind for stop in business.journey for kind in stop.types}
        return self.changes == "hours" or not staffed.isdisjoint(mix.service.staffed)


@cache
def read_levers() -> dict[str, Lever]:
    """Levers that come with the package, by name."""
    text = files("optimizer.demand").joinpath("levers.toml").read_text(encoding="utf-8")
    return {
        name: Lever(name=name, **{**entry, "machines": tuple(entry.get("machines", ()))})
        for name, entry in tomllib.loads(text).items()
    }


def pull_lever(
    mix: BusinessMix, name: str, amount: float | None = None, *, business: Iterable[str] = ()
) -> BusinessMix:
    """Mix after a lever is pulled.

    Parameters
    ----------
    mix
        The mix before.
    name
        Name of the lever.
    amount
        How far, 0 (nothing changes) to 1; None for the lever's usual amount.
    business
        Names of the businesses; empty for all that the lever reaches.

    Raises
    ------
    StudyError
        If the lever or a business is unknown, the amount is no share, or it reaches nothing.
    """
    levers = read_levers()
    known = [b.name for b in mix.businesses]
    if name not in levers:
        raise StudyError(f"no lever {name!r}; {nearest(name, levers)}")
    lever = levers[name]
    amount = lever.amount if amount is None else amount
    wanted = tuple(business)
    defects = [
        f"lever {name!r} names {word!r}, which is no business of the study; {nearest(word, known)}"
        for word in wanted
        if word not in known
    ]
    if not 0 <= amount <= 1:
        defects.append(f"lever {name!r} is pulled by {amount:g}; must be 0 to 1")
    reached = {
        b.name for b in mix.businesses if lever.reaches(mix, b) and (not wanted or b.name in wanted)
    }
    if not defects and not reached:
        defects.append(f"lever {name!r} reaches no business: none has such a journey")
    if defects:
        raise StudyError(*defects)
    if lever.changes == "hours":
        return _shave(mix, amount)
    if lever.changes == "arrivals":
        return _stay_away(mix, amount, reached)
    return replace(
        mix,
        businesses=tuple(
            _changed(lever, b, amount) if b.name in reached else b for b in mix.businesses
        ),
    )


def _changed(lever: Lever, business: Business, amount: float) -> Business:
    """One business after the lever."""
    if lever.changes == "replaceable":
        more = business.replaceable + amount * (1.0 - business.replaceable)
        return replace(business, replaceable=more)
    if lever.changes == "rework":
        return replace(business, rework=business.rework * (1.0 - amount))
    booked = business.appointments + amount * (1.0 - business.appointments)
    return replace(business, appointments=booked)


def _stay_away(mix: BusinessMix, amount: float, reached: set[str]) -> BusinessMix:
    """Mix without the part of the business that is done elsewhere; the others stay as many."""
    shares = {
        b.name: b.share * (1.0 - (amount * b.replaceable if b.name in reached else 0.0))
        for b in mix.businesses
    }
    left = sum(shares.values())
    if left <= 0:
        return replace(mix, arrivals=mix.arrivals.scaled(0.0))
    return replace(
        mix,
        businesses=tuple(replace(b, share=shares[b.name] / left) for b in mix.businesses),
        arrivals=mix.arrivals.scaled(left),
    )


def _shave(mix: BusinessMix, amount: float) -> BusinessMix:
    """Mix in which every hour is nearer to the mean hour of its day; as many come in all."""

    def shaved(of_day: Mapping[int, float]) -> dict[int, float]:
        mean = sum(of_day.values()) / len(of_day)
        return {hour: people + amount * (mean - people) for hour, people in of_day.items()}

    arrivals = replace(
        mix.arrivals,
        per_hour=shaved(mix.arrivals.per_hour),
        by_weekday={day: shaved(of_day) for day, of_day in mix.arrivals.by_weekday.items()},
    )
    return replace(mix, arrivals=arrivals)
