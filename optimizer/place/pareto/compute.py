"""The Pareto front of a study: from the brief to judged layouts.

In: a study, a budget, a seed. Out: a `ParetoFront`. The parts in order:

1. build: one placement problem for each choice of counts (`place.problem`);
2. the reference point: layouts put up at random, and today's (`explore.random_values`);
3. search: annealings with many aims into one archive (`explore`), in as many processes as workers;
4. the most telling members (`choose`) are judged by `evaluate`; those that break a hard rule, and
   those that another one dominates by the judge's figures, are taken out.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.evaluation import waiting_seconds
from optimizer.measured.conditions import find_conditions
from optimizer.place.conflict import explain_homeless, explain_overfull, explain_together
from optimizer.place.feasibility import find_feasible
from optimizer.place.pareto.archive import hypervolume
from optimizer.place.pareto.axes import AXES, axes_named, judged_values, with_weights
from optimizer.place.pareto.crew import Hunt, explore_all
from optimizer.place.pareto.explore import Spot, Variant, random_values
from optimizer.place.pareto.front import ParetoFront, ParetoPoint, point_names
from optimizer.place.pareto.judge import SEEN, Judge
from optimizer.place.problem import build_problem
from optimizer.place.search import Search
from optimizer.place.warm_up import warm_up
from optimizer.result import Seconds, Status
from optimizer.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimizer.evaluation import Evaluation
    from optimizer.place.pareto.axes import Axis
    from optimizer.place.pareto.judge import Judged
    from optimizer.place.problem import PlacementProblem
    from optimizer.study import Study

__all__ = ["front_variants", "pareto"]

#: Choices of counts that are searched at most, where a study has ranges.
VARIANTS = 6
#: Most points of a front.
POINTS = 30
#: Most of the time limit that is kept back for the judge.
JUDGE_SHARE = 0.35
#: The search has this share of it, however long the build takes.
LEAST_SEARCH = 0.3
#: Spans below this share of a value are rounding: the axis is called constant.
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class _Run:
    """How the front is computed."""

    start: float
    time_limit: float
    steps: int | None
    seed: int
    workers: int
    should_stop: Callable[[], bool]

    @property
    def left(self) -> float:
        """Seconds of the time limit that are left."""
        return self.time_limit - (time.perf_counter() - self.start)

    def front(self, *, built: float, **known: object) -> ParetoFront:
        """The front, with how it was computed."""
        blank: dict[str, object] = {
            "axes": (), "constant": {}, "points": (), "reference": {}, "hypervolume": 0.0,
            "today": None, "conflict": (), "evaluated": 0, "refused": 0,
        }  # fmt: skip
        return ParetoFront(
            **(blank | known),  # type: ignore[arg-type]
            seconds=Seconds(build=built, solve=time.perf_counter() - self.start - built),
            seed=self.seed,
            workers=self.workers,
            budget="seconds" if self.steps is None else "steps",
            versions=versions(),
        )


def pareto(
    study: Study,
    *,
    time_limit: float = 60.0,
    steps: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    axes: Sequence[str] | None = None,
    points: int = POINTS,
    on_progress: Callable[[str], None] = lambda stage: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ParetoFront:
    """Layouts of a study of which none is better than another on every axis.

    Parameters
    ----------
    study
        The brief. Counts that are ranges are searched at up to six choices.
    time_limit
        Seconds of wall time, build and judge included; compiling the kernels is not.
    steps
        Scored moves of each worker instead of seconds: the front can then be reproduced, and a
        larger number finds all that a smaller one did.
    seed
        Of the random numbers.
    workers
        Processes that search; by default one for each core.
    axes
        Names of the axes, see `AXES`; None for all of them. An axis on which no layout differs
        from another is told apart in `constant`.
    points
        Most points that the front may have.
    on_progress
        Told each stage as it begins.
    should_stop
        Asked often; True ends the search with what it has.

    Raises
    ------
    StudyError
        For axes that do not exist, or fewer than two.
    """
    asked = axes_named(axes)
    on_progress("compile")
    warm_up()
    run = _Run(
        start=time.perf_counter(),
        time_limit=time_limit,
        steps=steps,
        seed=seed,
        workers=max(1, workers or len(os.sched_getaffinity(0))),
        should_stop=should_stop,
    )
    on_progress("build")
    variants, conflict = front_variants(study)
    built = time.perf_counter() - run.start
    first = _first(variants, run) if variants else None
    if isinstance(first, tuple) or first is None:
        return run.front(built=built, conflict=first or conflict)
    judged = Judge(study, variants)
    today = judged.today()
    reference = _reference(variants, first, today)
    searched = _varying(variants, asked)
    on_progress("search")
    cost = judged.seconds(first)
    reserve = min(JUDGE_SHARE * time_limit, 1.0 + cost * points * SEEN / run.workers)
    found = explore_all(
        Hunt(variants=variants, reference=reference, axes=searched, exact=points > 200),
        seeds=range(seed, seed + run.workers),
        seconds=max(run.left - reserve, LEAST_SEARCH * time_limit),
        steps=steps,
        first=first,
        should_stop=should_stop,
    )
    on_progress("judge")
    table, refused = judged.best(found, searched, asked, count=points, workers=run.workers)
    return run.front(
        built=built,
        **_named(table, asked, today, reference),
        evaluated=found.evaluated,
        refused=refused,
    )


def front_variants(study: Study) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """Problems of the choices of counts that can be placed, or why there is none."""
    open_study = with_weights(study)
    found: list[Variant] = []
    conflict: tuple[str, ...] = ()
    for counts in _choices(study):
        problem = build_problem(open_study, counts)
        if problem.homeless:
            conflict = conflict or explain_homeless(problem)
            continue
        layout = problem.layout([0] * len(problem.blocks))
        waiting = (
            sum(now.weight * waiting_seconds(now.waiting) for now in find_conditions(study, layout))
            / 60.0
        )
        arrivals = study.arrivals_per_hour
        found.append(
            Variant(
                problem=problem,
                arrivals=arrivals,
                waiting=waiting / arrivals if arrivals else 0.0,
            )
        )
    return tuple(found), conflict


def _choices(study: Study) -> list[dict[int, int]]:
    """Counts by group: the most of everything, the least, and one group at its least each."""
    ranges = {i: (g.min, g.max) for i, g in enumerate(study.groups) if g.min < g.max}
    choices: list[dict[int, int]] = [{}]
    if ranges:
        choices.append({i: low for i, (low, _) in ranges.items()})
    choices += [{i: low} for i, (low, _) in ranges.items()] if len(ranges) > 1 else []
    return choices[:VARIANTS]


def _first(variants: Sequence[Variant], run: _Run) -> Spot | tuple[str, ...] | None:
    """A layout to begin with, or why there is none."""
    for number, variant in enumerate(variants):
        chosen = Search(variant.problem, seed=run.seed).start()
        if chosen is not None:
            return Spot(number, tuple(chosen.tolist()))
    return _without_start(variants[0].problem, run)


def _without_start(problem: PlacementProblem, run: _Run) -> Spot | tuple[str, ...]:
    """A layout where the greedy starts found none, or why there is none."""
    overfull = explain_overfull(problem)
    if overfull:
        return overfull
    feasible = find_feasible(problem, time_limit=max(run.left / 2, 1.0), seed=run.seed)
    if feasible.status is Status.FEASIBLE:
        return Spot(0, tuple(int(pose) for pose in feasible.chosen))
    if feasible.status is Status.INFEASIBLE:
        return explain_together(problem, time_limit=max(run.left, 5.0), seed=run.seed)
    return ("no layout was found in the time given; allow more seconds",)


def _reference(
    variants: Sequence[Variant], first: Spot, today: Evaluation | None
) -> NDArray[np.float64]:
    """(5,) reference point: median of random layouts, or today's where that is worse."""
    values = random_values(variants[first.variant])
    point = np.median(values, axis=0) if len(values) else np.ones(len(AXES))
    point[-1] = max(variant.waiting for variant in variants) * 1.1
    if today is not None:
        point = np.maximum(point, judged_values(today))
    # an integer axis whose median is 0 still needs room above the points at 0
    return np.where(point > 0, point, 1.0)


def _varying(variants: Sequence[Variant], asked: Sequence[Axis]) -> tuple[int, ...]:
    """Columns of the axes asked for that the search can change."""
    waits = {round(variant.waiting, 9) for variant in variants}
    columns = [AXES.index(axis) for axis in asked]
    return tuple(c for c in columns if AXES[c].name != "waiting" or len(waits) > 1)


def _named(
    judged: Sequence[Judged],
    asked: Sequence[Axis],
    today: Evaluation | None,
    reference: NDArray[np.float64],
) -> dict[str, object]:
    """Points with names, the axes on which they differ, and what they cover."""
    values = np.array([judged_values(one.evaluation, asked) for one in judged])
    values = values.reshape(-1, len(asked))
    span = np.ptp(values, axis=0) if len(values) else np.zeros(len(asked))
    varies = span > ROUNDING * np.abs(values).max(axis=0, initial=0.0)
    axes = tuple(axis for axis, v in zip(asked, varies, strict=True) if v)
    same = {
        a.name: float(values[0, i]) for i, a in enumerate(asked) if len(values) and not varies[i]
    }
    if not axes and len(values):
        axes, same = (asked[0],), {name: v for name, v in same.items() if name != asked[0].name}
    columns = [asked.index(axis) for axis in axes]
    limits = reference[[AXES.index(axis) for axis in axes]]
    objective = [one.evaluation.objective.value for one in judged]
    names = point_names(values[:, columns], axes, objective) if judged else []
    points = tuple(
        ParetoPoint(
            name=name,
            roles=roles,
            layout=one.layout,
            evaluation=one.evaluation,
            values={axis.name: float(v) for axis, v in zip(asked, row, strict=True)},
        )
        for (name, roles), one, row in zip(names, judged, values, strict=True)
    )
    return {
        "axes": axes,
        "constant": same,
        "points": points,
        "reference": {a.name: float(v) for a, v in zip(axes, limits, strict=True)},
        "hypervolume": hypervolume(values[:, columns] / limits, np.ones(len(limits))),
        "today": _by_axis(today, asked),
    }


def _by_axis(evaluation: Evaluation | None, asked: Sequence[Axis]) -> dict[str, float] | None:
    """Values of a layout by axis."""
    if evaluation is None:
        return None
    names = [axis.name for axis in asked]
    return dict(zip(names, judged_values(evaluation, asked), strict=True))
