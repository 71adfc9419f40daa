"""Estimates of simulated runs beside the analytic figures.

In: runs, and the evaluation of the same layout. Out: `Simulated`, with an interval of confidence
for each figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from optimizer.demand.flows import PersonClass
from optimizer.measured.crossing import compute_crossing
from optimizer.simulate.handovers import expect_handovers
from optimizer.simulate.meetings import count_meetings, expect_meetings
from optimizer.simulate.parameters import parameter
from optimizer.simulate.places import crowding, incidents_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.simulate.hall import Hall
    from optimizer.simulate.records import Incident, Run
    from optimizer.study import Study

__all__ = ["Compared", "Estimate", "Simulated", "estimate", "estimate_ratio", "summarise"]

#: Probability that an interval holds the mean.
CONFIDENCE = 0.95
STAFF = (PersonClass.STAFF, PersonClass.CASH)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over runs with its interval of confidence (95 %, Student).

    Parameters
    ----------
    mean
        Over the runs that have the figure; nan where none has.
    low, high
        The interval; both nan with fewer than two runs.
    runs
        How many runs.
    """

    mean: float
    low: float
    high: float
    runs: int

    def holds(self, value: float) -> bool:
        """Whether a value lies in the interval."""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One figure, simulated and by formula.

    Parameters
    ----------
    name
        What it is, as a key.
    label
        For readers.
    unit
        Of both values.
    simulated
        Estimate over the runs.
    analytic
        The formula's value; nan where there is no formula.
    """

    name: str
    label: str
    unit: str
    simulated: Estimate
    analytic: float = math.nan

    @property
    def difference(self) -> float:
        """Simulated over analytic, less 1; nan where there is nothing to compare with."""
        return self.simulated.mean / self.analytic - 1.0 if self.analytic > 0 else math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """What simulated people did in a layout, beside what the formulas say.

    Parameters
    ----------
    hour, hours, seeds
        Whose arrivals, measured time of each run, seeds.
    figures
        Walking, encounters, time and people in the hall.
    waits
        Minutes of waiting by fixture type.
    incidents
        Stuck people, lines in the way, with their places.
    runs
        The runs themselves, with all tracks.
    hall
        The furnished hall that was walked.
    """

    hour: int
    hours: float
    seeds: tuple[int, ...]
    figures: tuple[Compared, ...]
    waits: Mapping[str, Compared]
    incidents: tuple[Incident, ...]
    runs: tuple[Run, ...] = field(repr=False)
    hall: Hall = field(repr=False)

    def __getitem__(self, name: str) -> Compared:
        """Return the figure named."""
        return next(figure for figure in self.figures if figure.name == name)


def estimate(values: Iterable[float]) -> Estimate:
    """Mean of the values with its interval; values that are nan do not count."""
    known = np.array([v for v in values if not math.isnan(v)], dtype=float)
    if not len(known):
        return Estimate(mean=math.nan, low=math.nan, high=math.nan, runs=0)
    mean = float(known.mean())
    if len(known) < 2 or not np.isfinite(known).all():
        return Estimate(mean=mean, low=math.nan, high=math.nan, runs=len(known))
    error = float(known.std(ddof=1)) / math.sqrt(len(known))
    half = float(stats.t.ppf((1.0 + CONFIDENCE) / 2.0, len(known) - 1)) * error
    return Estimate(mean=mean, low=mean - half, high=mean + half, runs=len(known))


def estimate_ratio(parts: Iterable[tuple[float, int]]) -> Estimate:
    """Mean over all people of all runs, from the sum and the number of each run.

    A run with more people counts for more: a mean of the runs' means would be too low where the
    crowded runs are those that wait. The interval is that of a ratio, by linearisation.
    """
    rows = [(total, count) for total, count in parts]
    people = sum(count for _, count in rows)
    if not people:
        return estimate(())
    ratio = sum(total for total, _ in rows) / people
    each = people / len(rows)
    return estimate(ratio + (total - ratio * count) / each for total, count in rows)


def summarise(
    study: Study,
    layout: Layout,
    evaluation: Evaluation,
    hall: Hall,
    runs: tuple[Run, ...],
    *,
    hour: int,
) -> Simulated:
    """Figures of all runs beside those of the evaluation.

    Parameters
    ----------
    study, layout, evaluation, hall
        What was walked, and its analytic figures at the same hour.
    runs
        At least one.
    hour
        Whose arrivals held.
    """
    waits = {
        kind: Compared(
            name=kind,
            label=study.types[kind].label,
            unit="min",
            simulated=estimate_ratio(_minutes(run, kind) for run in runs),
            analytic=figures.mean_minutes,
        )
        for kind, figures in evaluation.waiting.items()
        if len(layout.of_type(kind))
    }
    distance = parameter("encounter_distance")
    handover = study.walking.lane_width / 2.0 + distance
    called = expect_handovers(
        study,
        layout,
        hall,
        evaluation.legs,
        hour=hour,
        distance=distance,
        handover=handover,
    )
    streams = encounters_at(study, evaluation, distance)
    return Simulated(
        hour=hour,
        hours=runs[0].seconds / 3600.0,
        seeds=tuple(run.seed for run in runs),
        figures=(
            *_walking_figures(evaluation, runs),
            *_meeting_figures(runs, streams, called, distance=distance, handover=handover),
            *_floor_figures(runs),
        ),
        waits=waits,
        incidents=incidents_of(runs, hall, evaluation.legs),
        runs=runs,
        hall=hall,
    )


def _compare(
    runs: Sequence[Run],
    name: str,
    label: str,
    unit: str,
    of: Callable[[Run], float],
    analytic: float = math.nan,
) -> Compared:
    """A figure of every run beside the one of the formulas."""
    simulated = estimate(of(run) for run in runs)
    return Compared(name=name, label=label, unit=unit, simulated=simulated, analytic=analytic)


def _walking_figures(evaluation: Evaluation, runs: Sequence[Run]) -> Iterable[Compared]:
    """Yield how many come, how far they walk and how long they stay."""
    visits = evaluation.door_to_door
    people = visits.customers_per_hour or 1.0
    on_foot = sum(v.customers_per_hour * v.walking for v in visits.by_business.values()) / people
    walking = evaluation.walking

    def coming(run: Run) -> float:
        return len(run.cohort) * 3600.0 / run.seconds

    def metres(run: Run) -> float:
        return _mean(v.metres for v in run.cohort)

    def minutes(run: Run) -> float:
        return _mean(v.walking / 60.0 for v in run.cohort)

    def stay(run: Run) -> float:
        left = (v for v in run.cohort if math.isfinite(v.departure))
        return _mean((v.departure - v.arrival) / 60.0 for v in left)

    def staff(run: Run) -> float:
        return sum(w.length for w in run.measured if w.person in STAFF) * 3600.0 / run.seconds

    for name, label, unit, of, analytic in (
        ("customers_per_hour", "Customers", "1/h", coming, people),
        ("metres_per_customer", "Walking per customer", "m", metres, walking.metres_per_customer),
        ("walking_minutes", "Walking per customer", "min", minutes, on_foot),
        ("minutes_in_hall", "Time from door to door", "min", stay, visits.minutes_per_customer),
        (
            "staff_metres_per_hour",
            "Walking of staff",
            "m/h",
            staff,
            walking.staff_person_metres_per_hour,
        ),
    ):
        yield _compare(runs, name, label, unit, of, analytic)


def _meeting_figures(
    runs: Sequence[Run], streams: float, called: float, *, distance: float, handover: float
) -> Iterable[Compared]:
    """Yield how often people meet: expected from their tracks, and counted.

    `streams` and `called` are what the formulas say, of people who set out at random and of who
    leaves and who is called in his place.
    """
    meetings = {
        run.seed: count_meetings(run.measured, distance=distance, handover=handover) for run in runs
    }

    def expected(run: Run) -> float:
        return expect_meetings(
            run.measured, distance=distance, handover=handover, seconds=run.seconds
        )

    def met(run: Run) -> float:
        return meetings[run.seed].streams * 3600.0 / run.seconds

    def met_called(run: Run) -> float:
        return meetings[run.seed].called * 3600.0 / run.seconds

    def met_all(run: Run) -> float:
        return met(run) + met_called(run)

    def close(run: Run) -> float:
        return meetings[run.seed].close * 3600.0 / run.seconds

    within = f"within {distance} m"
    leaves = f"Who leaves and who is called to the place {within}, counted"
    for name, label, of, formula in (
        (
            "expected_encounters",
            f"Encounters {within}, expected from the tracks",
            expected,
            streams,
        ),
        ("encounters", f"Encounters {within}, counted", met, streams),
        ("called_encounters", leaves, met_called, called),
        ("all_encounters", "Both together, counted", met_all, streams + called),
        ("close_pairs", f"All pairs of walkers {within}", close, math.nan),
    ):
        yield _compare(runs, name, label, "1/h", of, formula)


def _floor_figures(runs: Sequence[Run]) -> Iterable[Compared]:
    """Yield how full the hall gets."""
    full = [crowding(run) for run in runs]
    for k, (name, label, unit) in enumerate(
        (
            ("people_on_floor", "People who stand or walk, mean", "people"),
            ("most_people_on_floor", "People who stand or walk, most", "people"),
            ("greatest_density", "Greatest density within 1 m of somebody", "1/m²"),
        )
    ):
        yield Compared(
            name=name, label=label, unit=unit, simulated=estimate(float(row[k]) for row in full)
        )


def encounters_at(study: Study, evaluation: Evaluation, distance: float) -> float:
    """Analytic encounters per hour at another distance than the study's."""
    walking = replace(
        study.walking,
        encounter_distance=distance,
        lane_width=max(study.walking.lane_width, distance),
    )
    figures = compute_crossing(
        study.replace(walking=walking),
        evaluation.legs,
        courses=(),
        only=frozenset({"encounters_per_hour"}),
    )
    return figures.encounters_per_hour


def _mean(values: Iterable[float]) -> float:
    """Mean; nan of nothing."""
    known = list(values)
    return float(np.mean(known)) if known else math.nan


def _minutes(run: Run, kind: str) -> tuple[float, int]:
    """Minutes that the cohort waits at a type, and how many they are."""
    waits = run.waits().get(kind, ())
    return sum(waits) / 60.0, len(waits)
