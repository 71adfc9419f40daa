"""Compiling the inner loops before the clock starts.

In: nothing. Out: nothing but a warm cache: a toy room goes once through search, judgement and
bound, so that every kernel is compiled (once per machine, a minute) or loaded from the cache on
disk (a second). A time limit that a planner sets is then spent on the planner's hall.
"""

from __future__ import annotations

import functools
import logging
import time

import numpy as np
import shapely

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.model import FixtureType, Role, StandingPoint
from optimizer.evaluate import evaluate
from optimizer.place.bound.engine import compute_bound
from optimizer.place.bound.enumeration import Effort
from optimizer.place.certificate import prove
from optimizer.place.problem import PlacementProblem, build_problem
from optimizer.place.search import Budget, Search
from optimizer.place.standing import Standing
from optimizer.place.table_problem import make_table_problem
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.study import FixtureGroup, Study, Walking

__all__ = ["warm_up"]

logger = logging.getLogger(__name__)

#: Longer than this, seconds, and something was compiled rather than loaded.
COMPILED = 6.0


@functools.cache
def warm_up() -> None:
    """Run the toy room once in this process."""
    start = time.perf_counter()
    logger.info("loading the compiled kernels; the first time on a machine they are compiled")
    problem = build_problem(_toy())
    search = Search(problem, seed=1)
    first = search.start()
    search.run(Budget(steps=40), first)
    least = search.least_walking
    if least is not None:
        problem.fit(np.array(least.chosen))  # as today's layout is asked
        evaluate(problem.study, problem.layout(least.chosen), shells=problem.shells)
        prove(problem, least, seconds=0.2)
        _prove_in_parts(problem, least.score.walking)
    seconds = time.perf_counter() - start
    if seconds > COMPILED:
        logger.info("kernels compiled in %.0f s, once for this machine", seconds)


def _prove_in_parts(problem: PlacementProblem, walking: float) -> None:
    """Prove a bound of the toy room, which is searched completely else, as for larger halls."""
    tables = make_table_problem(problem)
    none = Effort(poses=0, nodes=1, layouts=1)
    compute_bound(
        tables,
        upper_bound=walking,
        time_limit=0.2,
        target_gap=0.0,
        on_progress=None,
        should_stop=None,
        walks=Standing.of(problem, tables, walking),
        efforts=(none, none),
    )


def _toy() -> Study:
    """Three machines, one of them twice, free on the floor of a room with a column."""
    names = ("a", "b", "c")
    types = {
        name: FixtureType(
            name=name,
            label=name,
            label_zh="",
            width=0.6,
            depth=0.6,
            height=1.5,
            standing=(StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.8),),
            clearance_front=0.8,
            opaque=True,
            screen=(0.0, -0.3),
        )
        for name in names
    }
    door = Door(
        name="door", kind=DoorKind.ENTRANCE, line=shapely.LineString([(2.0, 0.0), (3.2, 0.0)])
    )
    return Study(
        name="toy",
        plan=FloorPlan(
            name="toy",
            outline=shapely.box(0, 0, 6, 5),
            columns=(shapely.box(3.0, 2.5, 3.3, 2.8),),
            doors=(door,),
        ),
        types=types,
        groups=(
            FixtureGroup(type="a", min=1, max=1),
            FixtureGroup(type="b", min=1, max=1),
            FixtureGroup(type="c", min=2, max=2),
        ),
        mix=BusinessMix(
            businesses=(
                Business(name="x", share=1.0, journey=tuple(Stop(types=(name,)) for name in names)),
            ),
            rounds=(StaffRound(name="y", route=("a", "c"), per_hour=1.0),),
            arrivals=Arrivals(per_hour={10: 30.0}),
        ),
        walking=Walking(
            radius=0.25,
            speed=dict.fromkeys(PersonClass, 1.2),
            encounter_distance=0.5,
            lane_width=1.2,
        ),
        rules=("cn-branch",),
        pitch=0.5,
    )
