"""The proof about walking: the lower bound and what it is held against.

In: a placement problem and the layout with the least walking met. Out: `Proof`, with the
file that lets a checker go through the proof again.

The bound engine is told the *true* walking of the best layout known. It may then drop poses that
only dearer layouts use: what it returns means "no layout of these candidates walks less than the
smaller of this value and that walking", which is all that a gap needs. Beyond the cost tables it
charges walks to doors past a third fixture (`place.blockers`), and walks past fixtures that stand
in all layouts of a region (`place.standing`).
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.place.blockers import find_detours
from optimizer.place.bound import lower_bound
from optimizer.place.bound.record import record_proof
from optimizer.place.standing import Standing
from optimizer.place.table_problem import make_table_problem
from optimizer.place.table_units import round_down, unit_of
from optimizer.result import BoundStep, WalkingBound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.evaluation import Evaluation
    from optimizer.place.blockers import Detours
    from optimizer.place.bound import TableProblem
    from optimizer.place.bound.record import Record
    from optimizer.place.problem import PlacementProblem
    from optimizer.place.search import Found

__all__ = ["Proof", "prove"]

#: The tables hold single precision: their sums may be this share above the exact ones.
ROUNDING = 3e-7
#: What is told while the bound grows is this share less: a proof is kept in fewer digits.
KEPT = 1e-4
#: Share of the time that is kept for writing the proof down, which values each of its duals anew.
RECORDING = 0.1
#: Stands for inf in the file.
NO_WAY = 65_535


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A lower bound of the weighted walking of every layout of the candidate poses.

    Parameters
    ----------
    value
        Objective units an hour.
    method
        How it was obtained.
    poses, pitch
        Number of candidate poses and the widest grid that they lie on, metres.
    metres
        Weight of a metre that a customer walks, and of one that staff walk.
    steps
        What each method reached.
    file
        Bytes of `certificate.npz`: everything that a checker needs.
    better
        Candidate of each block of a layout that walks less than the one given, met on the way.
    """

    value: float
    method: str
    poses: int
    pitch: float
    metres: tuple[float, float]
    steps: tuple[BoundStep, ...] = ()
    file: bytes = b""
    better: tuple[int, ...] | None = None

    def held_against(self, evaluation: Evaluation, table: float) -> WalkingBound:
        """The bound beside the walking of a layout, by its table cost and in truth."""
        walked = evaluation.walking
        customers, staff = self.metres
        true = customers * walked.person_metres_per_hour
        true += staff * walked.staff_person_metres_per_hour
        return WalkingBound(
            value=min(self.value, true),
            table_cost=min(max(table, self.value), true),
            true_cost=true,
            method=self.method,
            poses=self.poses,
            pitch=self.pitch,
            steps=self.steps,
            file=self.file,
        )


def prove(
    problem: PlacementProblem,
    least: Found,
    *,
    seconds: float,
    on_better: Callable[[float], None] = lambda value: None,
    newest: Callable[[], float] = lambda: np.inf,
    should_stop: Callable[[], bool] = lambda: False,
    workers: Callable[[], int] = lambda: 1,
    by_work: bool = False,
) -> Proof:
    """The best lower bound of the weighted walking found in the time.

    Parameters
    ----------
    problem
        The placement problem; its tables charge no layout more than it truly walks.
    least
        The layout that walks least of all met.
    seconds
        Wall time, or nominal seconds of work.
    on_better
        Told each better bound.
    newest
        Asked for the least walking of a layout known by now.
    should_stop
        Asked often; True ends the work.
    workers
        Asked how many processes may work at it now.
    by_work
        Count nominal seconds of work, not wall time: the same call gives the same proof again.
    """
    known = least.score.walking
    detours = find_detours(problem, least.chosen, walking=known)
    tables = make_table_problem(problem, detours)
    walks = Standing.of(problem, tables, known, newest, detours)
    bound = lower_bound(
        tables,
        upper_bound=known,
        time_limit=seconds * (1.0 - RECORDING),
        on_progress=lambda value, method, at: on_better(min(value, known) * (1 - KEPT)),
        should_stop=should_stop,
        walks=walks,
        workers=workers,
        by_work=by_work,
    )
    record = record_proof(tables, bound.certificate)
    value = min(record.value * (1 - ROUNDING), known)
    on_better(value)
    return Proof(
        value=value,
        method=bound.method,
        poses=sum(len(poses) for poses in problem.candidates),
        pitch=problem.pitch,
        metres=(
            problem.study.metre_weight(PersonClass.CUSTOMER),
            problem.study.metre_weight(PersonClass.STAFF),
        ),
        steps=tuple(
            BoundStep(
                method=step.method,
                value=min(step.value, value),
                seconds=step.seconds,
                open_poses=step.open_poses,
                regions=step.nodes,
            )
            for step in bound.steps
        ),
        file=_write(problem, tables, record, detours),
        # the cheapest layout by the tables may walk far: only one that was walked is worth telling
        better=None
        if bound.layout is None or walks is None
        else tuple(pose for of_kind in bound.layout for pose in of_kind),
    )


def _write(
    problem: PlacementProblem, tables: TableProblem, record: Record, detours: Detours
) -> bytes:
    """The file of a proof: what it speaks of (kinds, poses, tables), and its steps.

    A cost table is kept as the changes along its rows, in whole steps; 65535 stands for inf. What
    is charged beyond it, past third fixtures, is kept likewise, with the share that is charged.
    """
    kinds = [
        {
            "members": [[member.type.name, member.x, member.y] for member in kind.members],
            "fixtures": kind.fixtures,
        }
        for kind in problem.kinds
    ]
    known = problem.tables.pairs
    pairs = {
        key: round_down(known[key]) if key in known else np.zeros_like(table)
        for key, table in tables.pairs.items()
    }
    units = {key: unit_of(table) for key, table in pairs.items()}
    heads = [[*key, unit, record.barriers[key]] for key, unit in units.items()]
    more = [[*key, share, detours.units[key]] for key, share in detours.shares.items()]
    arrays: dict[str, NDArray[Any]] = {
        "kinds": _text(kinds),
        "tables": _text(heads),
        "detours": _text(more),
    }
    for k, poses in enumerate(problem.candidates):
        arrays[f"poses_{k}"] = poses
        arrays[f"unary_{k}"] = tables.unary[k]
    for (k, m), table in pairs.items():
        arrays[f"pair_{k}_{m}"] = _steps(table, units[k, m])
    for (k, r), table in detours.tables.items():
        arrays[f"detour_{k}_{r}"] = _steps(table, detours.units[k, r])
    arrays.update({f"proof_{name}": array for name, array in record.arrays.items()})
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def _steps(table: NDArray[np.float32], unit: float) -> NDArray[np.uint16]:
    """A table as the changes along its rows, in whole steps."""
    finite = np.isfinite(table)
    whole = np.where(finite, np.where(finite, table, 0.0) / unit, NO_WAY).astype(np.uint16)
    changes: NDArray[np.uint16] = np.diff(whole, axis=1, prepend=np.uint16(0))
    return changes


def _text(content: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(content).encode(), dtype=np.uint8)
