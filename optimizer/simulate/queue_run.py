"""The lines of a layout as a discrete-event run, beside the formulas.

In: a study, a layout, an hour. Out: a `LineRun` per fixture type and class, simulated by Ciw with
the abandonment, priorities, reserved windows and appointments of the study, and what
`demand.waiting` says. Customers come at random (booked ones evenlier), services are lognormal with
the mean and variation of the formulas, patience is exponential.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.demand.flows import compute_visits
from optimizer.demand.waiting import compute_lines
from optimizer.simulate.figures import Estimate, estimate
from optimizer.simulate.packages import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.demand.queues import Stream
    from optimizer.demand.waiting import Line
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["LineRun", "run_line", "service_times", "simulate_queues"]

#: Minutes of a run, the share of it that comes before to warm up, and how many runs.
MINUTES, WARM_UP, RUNS = 12000.0, 0.2, 6


@dataclass(frozen=True, kw_only=True)
class LineRun:
    """One class of customers before one type of fixture.

    Parameters
    ----------
    type, line, name
        Fixture type, number of the line before it, class of customers ("" where there is one).
    servers, utilisation
        Of the line.
    wait, analytic_wait
        Minutes in the queue of all who came, those who left among them; a formula's wait of inf
        belongs to a queue that grows without end.
    abandoned, analytic_abandoned
        Share who left unserved.
    """

    type: str
    line: int
    name: str
    servers: int
    utilisation: float
    wait: Estimate
    analytic_wait: float
    abandoned: Estimate
    analytic_abandoned: float


def simulate_queues(
    study: Study,
    layout: Layout,
    *,
    hour: int | None = None,
    minutes: float = MINUTES,
    runs: int = RUNS,
    seed: int = 1,
    report: Callable[[float], None] | None = None,
) -> tuple[LineRun, ...]:
    """Run every line of a layout customer by customer.

    Parameters
    ----------
    study, layout
        Who comes, and how many places there are.
    hour
        Hour of the day whose arrivals hold all the time; None for the design hour.
    minutes, runs, seed
        Measured time of a run, how many, and the seed of the first.
    report
        Is told the share of the work that is done.

    Raises
    ------
    OptimizerError
        If Ciw is not installed.
    """
    hour = study.hour if hour is None else hour
    places = study.servers(layout)
    arrivals = study.mix.arrivals.per_hour.get(hour, 0.0)
    serving = {kind: n for kind, n in places.items() if study.types[kind].servers}
    visits = compute_visits(study.mix, places, arrivals)
    lines = [
        (kind, number, line)
        for kind, own in sorted(compute_lines(study.mix, visits, serving).items())
        for number, line in enumerate(own, start=1)
    ]
    found: list[LineRun] = []
    for done, (kind, number, line) in enumerate(lines):
        found += run_line(kind, line, number=number, minutes=minutes, runs=runs, seed=seed)
        if report is not None:
            report((done + 1) / len(lines))
    return tuple(found)


def run_line(
    kind: str,
    line: Line,
    *,
    number: int = 1,
    minutes: float = MINUTES,
    runs: int = RUNS,
    seed: int = 1,
    shape: str = "lognormal",
) -> tuple[LineRun, ...]:
    """Run one line.

    Parameters
    ----------
    kind, number
        Whose line it is.
    line
        Classes, servers, patience.
    minutes, runs, seed
        As `simulate_queues`.
    shape
        Of the service times: "lognormal" or "exponential".
    """
    outcomes = [_run_once(line, minutes=minutes, seed=seed + k, shape=shape) for k in range(runs)]
    return tuple(
        LineRun(
            type=kind,
            line=number,
            name=wait.name,
            servers=line.servers,
            utilisation=line.utilisation,
            wait=estimate(outcome[wait.name][0] for outcome in outcomes),
            analytic_wait=wait.mean_wait,
            abandoned=estimate(outcome[wait.name][1] for outcome in outcomes),
            analytic_abandoned=wait.abandoned,
        )
        for wait in line.waits()
    )


def _run_once(
    line: Line, *, minutes: float, seed: int, shape: str
) -> dict[str, tuple[float, float]]:
    """Mean wait and share who leave, by class, of one run."""
    ciw = load("ciw")
    classes = {name: s for name, s in line.classes.items() if s.arrivals > 0}
    keys = {name: name or "all" for name in classes}
    network = ciw.create_network(
        arrival_distributions={
            keys[n]: [_between(ciw, 1.0 / s.arrivals, line.arrival_variation)]
            for n, s in classes.items()
        },
        service_distributions={keys[n]: [service_times(ciw, s, shape)] for n, s in classes.items()},
        number_of_servers=[line.servers],
        priority_classes={key: rank for rank, key in enumerate(keys.values())},
        reneging_time_distributions={
            key: [None if line.patience is None else ciw.dists.Exponential(1.0 / line.patience)]
            for key in keys.values()
        },
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    begin = WARM_UP * minutes
    simulation.simulate_until_max_time(begin + minutes)
    records = [
        r for r in simulation.get_all_records(only=["service", "renege"]) if begin <= r.arrival_date
    ]
    return {
        name: _outcome([r for r in records if r.original_customer_class == keys.get(name)])
        for name in line.classes
    }


def _outcome(records: Sequence[Any]) -> tuple[float, float]:
    """Mean wait and share who left; nan where nobody came."""
    if not records:
        return math.nan, math.nan
    left = sum(r.record_type == "renege" for r in records)
    return sum(r.waiting_time for r in records) / len(records), left / len(records)


def service_times(ciw: Any, stream: Stream, shape: str) -> Any:
    """Service times of the mean and variation of a stream."""
    if shape == "exponential":
        return ciw.dists.Exponential(1.0 / stream.service)
    if stream.variation <= 0:
        return ciw.dists.Deterministic(stream.service)
    spread = math.sqrt(math.log1p(stream.variation**2))
    return ciw.dists.Lognormal(math.log(stream.service) - spread * spread / 2.0, spread)


def _between(ciw: Any, mean: float, variation: float) -> Any:
    """Times between arrivals of a mean and variation: gamma, exponential where it is 1."""
    if variation >= 1.0:
        return ciw.dists.Exponential(1.0 / mean)
    if variation <= 0:
        return ciw.dists.Deterministic(mean)
    return ciw.dists.Gamma(1.0 / variation**2, mean * variation**2)
