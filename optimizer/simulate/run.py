"""A layout walked by the customers of an hour, over and over.

In: a study, a layout, seeds. Out: a `Simulated` value with estimates beside the analytic figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.evaluate import evaluate
from optimizer.simulate.branch import Branch
from optimizer.simulate.figures import summarise
from optimizer.simulate.hall import furnish_hall
from optimizer.simulate.parameters import parameter
from optimizer.simulate.visits import draw_rounds, draw_visits
from optimizer.walked_legs import prepare_shells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.simulate.figures import Simulated
    from optimizer.simulate.hall import Hall
    from optimizer.simulate.records import Run
    from optimizer.study import Study

__all__ = ["simulate", "simulate_once"]


def simulate(
    study: Study,
    layout: Layout,
    *,
    hours: float = 1.0,
    seeds: Sequence[int] = (1,),
    hour: int | None = None,
    warm_up: float | None = None,
    report: Callable[[float], None] | None = None,
) -> Simulated:
    """Let the customers of an hour walk through a layout, and compare with the formulas.

    Parameters
    ----------
    study, layout
        Where, and what people come for.
    hours
        Measured time of each run; a warm-up comes before it, and it ends when all have left.
    seeds
        One run each; intervals of confidence need two or more.
    hour
        Hour of the day whose arrivals hold; None for the design hour.
    warm_up
        Minutes before the measured time; None for those of `walking.toml`.
    report
        Is told the share of the work that is done, 0 to 1.

    Raises
    ------
    OptimizerError
        If the optional packages are not installed, or the layout does not belong to the study.
    """
    hour = study.hour if hour is None else hour
    evaluation = evaluate(study, layout, hour=hour, shells=prepare_shells(study), places=False)
    hall = furnish_hall(study, layout, evaluation.legs)
    runs = []
    for done, seed in enumerate(seeds):

        def part(share: float, done: int = done) -> None:
            if report is not None:
                report((done + share) / len(seeds))

        runs.append(
            simulate_once(
                study,
                layout,
                hall,
                hour=hour,
                seconds=3600.0 * hours,
                seed=seed,
                warm_up=warm_up,
                report=part,
            )
        )
    return summarise(study, layout, evaluation, hall, tuple(runs), hour=hour)


def simulate_once(
    study: Study,
    layout: Layout,
    hall: Hall,
    *,
    hour: int,
    seconds: float,
    seed: int,
    warm_up: float | None = None,
    report: Callable[[float], None] | None = None,
) -> Run:
    """One run; the same seed gives the same run, and the same customers in another layout."""
    before = 60.0 * (parameter("warm_up") if warm_up is None else warm_up)
    servers = study.servers(layout)
    who, walked, chance = (np.random.default_rng([seed, part]) for part in range(3))
    whole = before + seconds
    branch = Branch(study, hall, servers, hour=hour, rng=chance)
    return branch.run(
        draw_visits(study, servers, hour=hour, seconds=whole, rng=who),
        draw_rounds(study, servers, hour=hour, seconds=whole, rng=walked),
        seed=seed,
        start=before,
        seconds=seconds,
        report=report,
    )
