"""A whole day of a queue whose windows open and close by a schedule, by Ciw.

In: arrivals and open windows by hour. Out: waits by the hour of arrival, beside the steady state
that the formulas have for each hour by itself: where an hour is too full, the next one pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.flows import compute_visits
from optimizer.demand.lines import compute_line, mean_wait
from optimizer.demand.open_windows import open_places
from optimizer.demand.waiting import compute_streams
from optimizer.simulate.figures import Estimate, estimate_ratio
from optimizer.simulate.packages import load
from optimizer.simulate.queue_run import service_times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.queues import Stream
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["DayHour", "simulate_day", "simulate_queue_days"]

#: Days that are run.
DAYS = 30


@dataclass(frozen=True, kw_only=True)
class DayHour:
    """One hour of a day at one staffed type of fixture.

    Parameters
    ----------
    type, hour
        Which queue, and when.
    arrivals_per_hour, windows
        Who comes, and how many places are open.
    wait, analytic_wait
        Minutes: of those who come in the hour, and of the hour's steady state (inf where more
        come than can be served).
    """

    type: str
    hour: int
    arrivals_per_hour: float
    windows: int
    wait: Estimate
    analytic_wait: float


def simulate_queue_days(
    study: Study, layout: Layout, *, runs: int = DAYS, seed: int = 1
) -> tuple[DayHour, ...]:
    """The day of each staffed type of a layout, all its customers alike.

    Windows are open as the study's periods of a mean day say; in hours of no period all are.

    Parameters
    ----------
    study, layout
        Who comes, and how many places there are.
    runs, seed
        Days, and the seed of the first.

    Raises
    ------
    OptimizerError
        If Ciw is not installed.
    """
    places = study.servers(layout)
    by_hour = study.mix.arrivals.per_hour
    hours = range(min(by_hour), max(by_hour) + 1)
    opened = {
        hour: next(
            (open_places(study, p, places) for p in study.periods if hour in p.hours), places
        )
        for hour in hours
    }
    streams = {
        hour: compute_streams(
            study.mix, compute_visits(study.mix, places, by_hour.get(hour, 0.0)), places
        )
        for hour in hours
    }
    found = []
    for kind in sorted(k for k in places if k in study.mix.service.staffed):
        own = {hour: streams[hour].get(kind) for hour in hours}
        model = next((stream for stream in own.values() if stream is not None), None)
        if model is None:
            continue
        arrivals = {h: 60.0 * s.arrivals if s is not None else 0.0 for h, s in own.items()}
        windows = {hour: opened[hour][kind] for hour in hours}
        patience = study.mix.service.patience.get(kind)
        waits = simulate_day(arrivals, windows, model, patience=patience, runs=runs, seed=seed)
        for hour, stream in own.items():
            steady = 0.0
            if stream is not None and windows[hour]:
                steady = mean_wait(compute_line({"": stream}, windows[hour], patience=patience))
            found.append(
                DayHour(
                    type=kind,
                    hour=hour,
                    arrivals_per_hour=arrivals[hour],
                    windows=windows[hour],
                    wait=waits[hour],
                    analytic_wait=steady,
                )
            )
    return tuple(found)


def simulate_day(
    arrivals: Mapping[int, float],
    windows: Mapping[int, int],
    stream: Stream,
    *,
    patience: float | None = None,
    runs: int = DAYS,
    seed: int = 1,
) -> dict[int, Estimate]:
    """Mean wait by the hour of arrival over a day whose windows open and close by a schedule.

    Parameters
    ----------
    arrivals
        People per hour by hour of the day, in one piece.
    windows
        Open windows by hour; where their number changes, whoever is served is served to the end.
    stream
        Service time in minutes and its variation; its own arrivals do not matter.
    patience
        Mean minutes of patience, or None.
    runs, seed
        Days, and the seed of the first.

    Returns
    -------
    dict
        Hour → minutes of waiting of those who come in it.
    """
    ciw = load("ciw")
    hours = sorted(arrivals)
    ends = [60.0 * (k + 1) for k in range(len(hours))]
    # hours with as many windows are one shift: Ciw relieves all servers at its end, and those
    # who still serve finish beside the new ones
    shifts = [
        (windows[hour], end)
        for k, (hour, end) in enumerate(zip(hours, ends, strict=True))
        if k == len(hours) - 1 or windows[hours[k + 1]] != windows[hour]
    ]
    shifts[-1] = (shifts[-1][0], 10.0 * ends[-1])
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.PoissonIntervals(
                rates=[arrivals[h] / 60.0 for h in hours],
                endpoints=ends,
                max_sample_date=ends[-1],
            )
        ],
        service_distributions=[service_times(ciw, stream, "lognormal")],
        number_of_servers=[
            ciw.Schedule(
                numbers_of_servers=[number for number, _ in shifts],
                shift_end_dates=[end for _, end in shifts],
                preemption=False,
            )
        ],
        reneging_time_distributions=[
            None if patience is None else ciw.dists.Exponential(1.0 / patience)
        ],
    )
    sums: dict[int, list[tuple[float, int]]] = {h: [] for h in hours}
    for day in range(runs):
        ciw.seed(seed + day)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(9.0 * ends[-1])
        records = simulation.get_all_records(only=["service", "renege"])
        for k, h in enumerate(hours):
            waits = [r.waiting_time for r in records if 60 * k <= r.arrival_date < 60 * (k + 1)]
            sums[h].append((sum(waits), len(waits)))
    return {h: estimate_ratio(parts) for h, parts in sums.items()}
