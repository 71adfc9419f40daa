"""Waiting worked out again: the lines before each fixture type.

In: a study and its placed fixtures. Out: the figures of "waiting.by_stop" and the person-seconds.

Where staff come to a machine to check, the machines are the customers of a second queue, from
which a machine that waits is missing; its states are solved as a system of linear equations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.verify.demand import count_places, count_visits
from optimizer.verify.hour import minutes_in_hour
from optimizer.verify.lines import Group, Wait, late_wait, mixture, work_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.study import Study
    from optimizer.verify.placed import Placed

__all__ = ["check_minutes", "queue_figures", "waiting_seconds"]

#: What customers of no class are called, where there are classes.
OTHERS = "others"


def queue_figures(study: Study, fixtures: Sequence[Placed]) -> dict[str, dict[str, Any]]:
    """Figures of each type that serves customers for whom a service time is known."""
    places = count_places(fixtures)
    visits = count_visits(study, fixtures)
    checks = check_minutes(study, visits, places)
    figures: dict[str, dict[str, Any]] = {}
    for kind, by_business in visits.items():
        groups = _groups(study, kind, by_business, checks.get(kind, (0.0, 0.0))[0])
        if not groups or not study.types[kind].servers:
            continue
        waits: list[tuple[str, Wait]] = []
        apart: list[str] = []
        minutes: dict[str, float] = {}
        fullest = load = counted = 0.0
        for inside, servers, copies in _split(study, kind, groups, places[kind]):
            classes = _classes(study, kind, inside, copies)
            asked = sum(group.rate * group.mean for group in classes.values())
            load += copies * asked
            fullest = max(fullest, asked / servers)
            patience = study.mix.service.patience.get(kind)
            spread = _spread_of_arrivals(study, kind, inside)
            found = work_out(classes, servers, patience, spread)
            hour = minutes_in_hour(classes, servers, found, spread)
            apart += hour
            counted += copies * sum(classes[name].rate * hour[name] for name in hour)
            for business in inside:
                minutes[business] = minutes.get(business, 0.0) + sum(
                    part * hour.get(name, hour.get("", 0.0))
                    for name, part in _parts_of(study, kind, business).items()
                )
            waits += ((name, wait) for name, wait in found.items() for _ in range(copies))
        figures[kind] = {
            **_summary([wait for _, wait in waits]),
            "utilisation": fullest,
            "arrivals_per_hour": sum(by_business.values()),
            "servers": places[kind],
            "check_wait_minutes": checks.get(kind, (0.0, 0.0))[1],
            "by_class": _by_class(waits),
            "by_business": minutes if len(apart) > 1 else {},
        }
        row = figures[kind]
        people = row["arrivals_per_hour"] / 60
        row["minutes_of_hour"] = counted / people if people else 0.0
        row["people_waiting"] = people * row["mean_minutes"] if people else 0.0
        row["service_minutes"] = load / people if people else 0.0
    return figures


def waiting_seconds(figures: Mapping[str, Mapping[str, Any]]) -> float:
    """Person-seconds of waiting in an hour, as far as an hour lets the queues grow."""
    rows = figures.values()
    return float(sum(60 * row["minutes_of_hour"] * row["arrivals_per_hour"] for row in rows))


def _summary(waits: Sequence[Wait]) -> dict[str, float]:
    """Mean, percentile and share who leave, over some groups."""
    people = sum(wait.rate for wait in waits)
    some = [wait for wait in waits if wait.rate > 0]
    return {
        "mean_minutes": sum(w.rate * w.mean for w in some) / people if people else 0.0,
        "p95_minutes": late_wait(some),
        "abandoned": sum(w.rate * w.left for w in some) / people if people else 0.0,
    }


def _by_class(waits: Sequence[tuple[str, Wait]]) -> dict[str, dict[str, float]]:
    """The same by class, where there are several."""
    names = list(dict.fromkeys(name for name, _ in waits))
    if len(names) < 2:
        return {}
    rows: dict[str, dict[str, float]] = {}
    for name in names:
        own = [wait for other, wait in waits if other == name]
        rows[name] = {
            **_summary(own),
            "arrivals_per_hour": 60 * sum(wait.rate for wait in own),
        }
    return rows


def _groups(
    study: Study, kind: str, by_business: Mapping[str, float], added: float
) -> dict[str, Group]:
    """People of each business at a type, with the check in their service; {} if none is known."""
    minutes = {b.name: b.service_minutes.get(kind, 0.0) for b in study.mix.businesses}
    spread = {  # E[S²] over E[S]²
        b.name: 1 + b.service_variation.get(kind, study.mix.service.variation) ** 2
        for b in study.mix.businesses
    }
    known = [
        Group(rate=rate / 60, mean=minutes[name], square=minutes[name] ** 2 * spread[name])
        for name, rate in by_business.items()
        if minutes[name] > 0
    ]
    if not known or sum(group.rate for group in known) <= 0:
        return {}
    others = mixture(known)
    groups: dict[str, Group] = {}
    for name, rate in by_business.items():
        mean, square = (
            (minutes[name], minutes[name] ** 2 * spread[name])
            if minutes[name] > 0
            else (others.mean, others.square)
        )
        # the check makes it longer and leaves its coefficient of variation
        longer = (mean + added) / mean
        groups[name] = Group(rate=rate / 60, mean=mean + added, square=square * longer**2)
    return groups


def _split(
    study: Study, kind: str, groups: Mapping[str, Group], places: int
) -> Iterator[tuple[dict[str, Group], int, int]]:
    """Yield the groups of each line, its servers, and how many such lines there are."""
    kept = [r for r in study.mix.service.reserved if r.type == kind]
    rest = places - sum(r.windows for r in kept)
    parts: list[tuple[set[str], int]] = [(set(r.business), r.windows) for r in kept]
    if rest <= 0:
        parts, rest = [], places
    taken = {name for names, _ in parts for name in names}
    parts.append(({name for name in groups if name not in taken}, rest))
    for names, servers in parts:
        inside = {name: group for name, group in groups.items() if name in names}
        if inside and kind in study.mix.service.own_lines:
            yield inside, 1, servers
        elif inside:
            yield inside, servers, 1


def _classes(study: Study, kind: str, groups: Mapping[str, Group], copies: int) -> dict[str, Group]:
    """Groups of one line by class of customers."""
    service = study.mix.service
    classes = service.priority if kind in service.staffed else ()
    rest = {name: group.rate / copies for name, group in groups.items()}
    found: dict[str, Group] = {}
    for one in classes:
        own = {n: rest[n] * one.share for n in groups if not one.business or n in one.business}
        rest = {name: rate - own.get(name, 0.0) for name, rate in rest.items()}
        if own:
            found[one.name] = _of(groups, own)
    found[OTHERS if found else ""] = _of(groups, rest)
    return found


def _parts_of(study: Study, kind: str, business: str) -> dict[str, float]:
    """Share of a business's customers in each class of its line."""
    service = study.mix.service
    rest = 1.0
    parts: dict[str, float] = {}
    for one in service.priority if kind in service.staffed else ():
        if not one.business or business in one.business:
            parts[one.name] = parts.get(one.name, 0.0) + rest * one.share
            rest *= 1 - one.share
    return {**parts, OTHERS: rest}


def _of(groups: Mapping[str, Group], rates: Mapping[str, float]) -> Group:
    return mixture(
        [
            Group(rate=rate, mean=groups[name].mean, square=groups[name].square)
            for name, rate in rates.items()
        ]
    )


def _spread_of_arrivals(study: Study, kind: str, groups: Mapping[str, Group]) -> float:
    """Squared coefficient of variation of the time between arrivals."""
    service = study.mix.service
    if kind not in service.staffed:
        return 1.0
    booked = {b.name: b.appointments for b in study.mix.businesses}
    share = sum(booked[n] * g.rate for n, g in groups.items()) / sum(
        g.rate for g in groups.values()
    )
    return share * service.appointment_variation**2 + (1 - share)


def check_minutes(
    study: Study, visits: Mapping[str, Mapping[str, float]], places: Mapping[str, int]
) -> dict[str, tuple[float, float]]:
    """Minutes that checks add to a customer's time at each type, and the wait among them."""
    rounds = [
        (kind, share, way.check_minutes)
        for way in study.mix.rounds
        for kind, share in way.per_use.items()
        if way.check_minutes > 0 and places.get(kind) and share > 0
    ]
    people = {kind: sum(visits.get(kind, {}).values()) / 60 for kind, _, _ in rounds}
    asked = sum(people[kind] * share for kind, share, _ in rounds)
    if asked <= 0:
        return {}
    check = sum(people[kind] * share * minutes for kind, share, minutes in rounds) / asked
    minutes_of = {b.name: b.service_minutes for b in study.mix.businesses}
    work = sum(
        rate / 60 * minutes_of[name].get(kind, 0.0)
        for kind in people
        for name, rate in visits.get(kind, {}).items()
    )
    machines = sum(places[kind] for kind in people)
    wait = _wait_for_staff(machines, study.mix.service.lobby_staff, work / asked, check, asked)
    added: dict[str, tuple[float, float]] = {}
    for kind, share, minutes in rounds:
        whole, waited = added.get(kind, (0.0, 0.0))
        added[kind] = (whole + share * (wait + minutes), waited + share * wait)
    return added


def _wait_for_staff(machines: int, staff: int, work: float, check: float, asked: float) -> float:
    """Mean wait for a check, where the machines ask as often as customers do, or as they can."""
    if machines == 1:
        return 0.0

    def solved(alone: float) -> tuple[float, float]:
        """Checks per minute and the mean number of machines that wait for one."""
        number = np.arange(machines + 1)
        change = np.zeros((machines + 1, machines + 1))
        change[number[:-1], number[1:]] = (machines - number[:-1]) / alone
        change[number[1:], number[:-1]] = np.minimum(number[1:], staff) / check
        change -= np.diag(change.sum(axis=1))
        change[:, -1] = 1.0
        right = np.append(np.zeros(machines), 1.0)
        chance = np.linalg.solve(change.T, right)
        rate = float(chance @ np.minimum(number, staff)) / check
        return rate, float(chance @ np.maximum(number - staff, 0))

    low, high = max(work, 1e-9), max(work, 1e-9)
    rate, waiting = solved(low)
    if rate > asked:
        while solved(high)[0] > asked:
            high *= 2
        while high - low > 1e-14 * high:
            middle = (low + high) / 2
            low, high = (middle, high) if solved(middle)[0] > asked else (low, middle)
            if middle in (low, high) and high - low <= 4e-16 * high:
                break
        rate, waiting = solved((low + high) / 2)
    return waiting / rate
