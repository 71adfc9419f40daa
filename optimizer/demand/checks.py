"""Checks by staff that hold up a machine: the terminal asks, somebody walks there with a PAD.

In: how often machines ask, how long a check takes, machines and members of staff. Out: the wait
for a check. It is a second queue whose customers are the machines themselves: a machine that waits
for a check asks for no other one. With N machines, R members of staff, Z minutes between a
machine's checks and s minutes a check, n of the machines are at a check or wait for one with

    p(n) ∝ N! / (N − n)! · (s/Z)^n / Π(i = 1…n) min(i, R)
    X = Σ (N − n) p(n) / Z,    W = (Σ n p(n)) / X − s

(machine repair model; exact for exponential times, and p(n) holds for any distribution of Z). Z is
such that X is what the customers ask for; where even machines that are always in use ask less,
they are in use all the time, and Z is what their own work takes.

References
----------
C. Palm, Arbetskraftens fördelning vid betjäning av automatmaskiner, 1947. L. Kleinrock, Queueing
Systems I, 1975, section 3.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.mix import BusinessMix

__all__ = ["compute_check_delays", "finite_source_wait"]

#: Halvings that find Z; each gives a binary digit.
HALVINGS = 100
MINUTES_PER_HOUR = 60.0


def finite_source_wait(
    *, machines: int, staff: int, work: float, check: float, rate: float
) -> float:
    """Mean wait for a check, minutes.

    Parameters
    ----------
    machines, staff
        How many ask, and how many check.
    work
        Least minutes between two checks of a machine: its own work for customers without pause.
    check
        Minutes of a check, with the way there.
    rate
        Checks per minute that customers ask for, all machines together.
    """
    if rate <= 0 or machines < 2 or check <= 0:
        return 0.0
    pace, wait = _pace(machines, staff, work, check)
    if pace <= rate:
        return wait
    low, high = work, machines / rate  # where they ask so rarely, they ask less than the rate
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        pace, wait = _pace(machines, staff, middle, check)
        low, high = (middle, high) if pace > rate else (low, middle)
    return wait


def compute_check_delays(
    mix: BusinessMix,
    visits: Mapping[str, Mapping[str, float]],
    places: Mapping[str, int],
) -> dict[str, tuple[float, float]]:
    """Minutes that checks add to a customer's time at each type: all of it, and the wait in it.

    Parameters
    ----------
    mix
        Rounds with `check_minutes`, service times, members of staff.
    visits
        Fixture type → business → customers per hour.
    places
        Places of each type.
    """
    asked = {
        (kind, number): share * sum(visits.get(kind, {}).values()) / MINUTES_PER_HOUR
        for number, staff_round in enumerate(mix.rounds)
        if staff_round.check_minutes > 0
        for kind, share in staff_round.per_use.items()
        if places.get(kind) and share > 0
    }
    rate = sum(asked.values())
    if rate <= 0:
        return {}
    kinds = {kind for kind, _ in asked}
    minutes = {business.name: business.service_minutes for business in mix.businesses}
    busy = sum(
        people / MINUTES_PER_HOUR * minutes[name].get(kind, 0.0)
        for kind in kinds
        for name, people in visits.get(kind, {}).items()
    )
    wait = finite_source_wait(
        machines=sum(places[kind] for kind in kinds),
        staff=mix.service.lobby_staff,
        work=busy / rate,
        check=sum(r * mix.rounds[n].check_minutes for (_, n), r in asked.items()) / rate,
        rate=rate,
    )
    delays: dict[str, tuple[float, float]] = {}
    for kind, number in asked:
        staff_round = mix.rounds[number]
        share = staff_round.per_use[kind]
        whole, waited = delays.get(kind, (0.0, 0.0))
        delays[kind] = (
            whole + share * (wait + staff_round.check_minutes),
            waited + share * wait,
        )
    return delays


def _pace(machines: int, staff: int, work: float, check: float) -> tuple[float, float]:
    """Checks per minute and the wait for each, where machines work so long between them."""
    if work <= 0:
        # they ask again at once: all machines are always there
        return min(machines, staff) / check, max(0.0, machines / staff - 1.0) * check
    weight, total, there = 1.0, 1.0, 0.0
    for n in range(1, machines + 1):
        weight *= (machines - n + 1) * check / work / min(n, staff)
        total += weight
        there += n * weight
    there /= total
    pace = (machines - there) / work
    return pace, max(0.0, there / pace - check)
