"""A study over a grid of changes, as a table.

In: a study, and for each key of `whatif.changes` the numbers that it takes. Out: a pandas table
with one row for each combination: laid out anew, or judged with a layout that stays.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from optimizer.equipment.layout import Layout, Placement
from optimizer.errors import OptimizerError, StudyError
from optimizer.whatif.changes import change_study, check_keys
from optimizer.whatif.fixed import FixedLayout, thin_out
from optimizer.whatif.kept import Kept
from optimizer.whatif.point import Task, key_of, work_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

    import pandas as pd

    from optimizer.study import Study

__all__ = ["sweep"]

#: Tasks of the sweep under way. Forked processes see them as they are, so that none is sent.
_TASKS: list[Task] = []


def sweep(
    study: Study,
    axes: Mapping[str, Sequence[float]] | Sequence[Mapping[str, float]],
    *,
    layout: Layout | None = None,
    start: Layout | None = None,
    quick: bool = False,
    time_limit: float = 20.0,
    steps: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    cache: str | PathLike[str] | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Table of what changed studies are worth, one row for each combination of changes.

    Parameters
    ----------
    study
        What is changed.
    axes
        Numbers by key, all combinations of which are taken in order; or the combinations
        themselves, one mapping each. Keys: "share.card_service", "count.smart_terminal",
        "weight.encounters", "limit.detour", "rule.CN-ACC-01", "lever.e_channel", "arrivals".
    layout
        A layout that stays, to be judged under every combination (with fewer of a type, its last
        fixtures of it are taken away); None to lay out anew.
    start
        A layout that laying out begins at.
    quick
        Whether to fit `start` to each combination by `improve`, in seconds and without a bound.
    time_limit, steps, seed
        Budget of each combination, as `optimize` takes it; each has one core.
    workers
        Combinations worked out side by side; by default one for each core.
    cache
        Folder in which outcomes are kept: a sweep that was interrupted, or is asked again with
        more numbers, works out only what is new.
    progress
        Whether to show a bar.

    Returns
    -------
    pandas.DataFrame
        A column for each key; "status"; "objective", "bound", "gap"; the headline figures and
        the terms of the objective; "note", which says what is wrong where there is no layout; and
        "layout".

    Raises
    ------
    StudyError
        One sentence for each key or number that cannot be, before anything is worked out.
    """
    if quick and start is None:
        raise StudyError("a quick sweep fits a layout to each combination; give it as 'start'")
    points = _points(study, axes)
    fixed = None if layout is None else FixedLayout(study, layout)
    tasks = [
        Task(
            study=changed,
            fixed=fixed,
            start=start,
            quick=quick,
            time_limit=time_limit,
            steps=steps,
            seed=seed,
        )
        for changed in _changed(study, points, layout)
    ]
    kept = Kept(cache)
    keys = [key_of(task) for task in tasks] if cache is not None else [""] * len(tasks)
    outcomes = {i: found for i, key in enumerate(keys) if (found := kept.find(key)) is not None}
    with _bar(len(tasks), len(outcomes)) if progress else nullcontext(_nothing) as tell:
        for index, outcome in _work(tasks, set(range(len(tasks))) - set(outcomes), workers):
            kept.keep(keys[index], outcome)
            outcomes[index] = outcome
            tell()
    return _table(points, [outcomes[i] for i in range(len(tasks))], layout)


def _points(
    study: Study, axes: Mapping[str, Sequence[float]] | Sequence[Mapping[str, float]]
) -> list[Mapping[str, float]]:
    """Return the combinations, in order; the first axis changes slowest."""
    if isinstance(axes, Mapping):
        check_keys(study, axes)
        empty = [key for key, numbers in axes.items() if not len(numbers)]
        if empty:
            raise StudyError(*(f"{key} has no number; give it one or more" for key in empty))
        return [
            dict(zip(axes, numbers, strict=True)) for numbers in itertools.product(*axes.values())
        ]
    points: list[Mapping[str, float]] = [dict(point) for point in axes]
    check_keys(study, dict.fromkeys(key for point in points for key in point))
    return points


def _changed(
    study: Study, points: Sequence[Mapping[str, float]], layout: Layout | None
) -> list[Study]:
    """Return the changed studies, or raise with every point that cannot be."""
    changed, defects = [], dict[str, None]()
    for point in points:
        try:
            changed.append(change_study(study, point))
            if layout is not None:
                thin_out(changed[-1], layout)
        except OptimizerError as error:
            defects |= dict.fromkeys(error.sentences)
    if defects:
        raise StudyError(*defects)
    return changed


def _work(
    tasks: list[Task], left: set[int], workers: int | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the outcomes of what is left, as they come."""
    side_by_side = min(len(left), max(1, workers or _cores()))
    if side_by_side < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from ((index, work_out(tasks[index])) for index in sorted(left))
        return
    _TASKS[:] = tasks
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(side_by_side, mp_context=context)
    try:
        under_way = {pool.submit(_work_out, index): index for index in sorted(left)}
        for done in as_completed(under_way):
            yield under_way[done], done.result()
    finally:
        pool.shutdown(cancel_futures=True)
        _TASKS.clear()


def _cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _work_out(index: int) -> dict[str, Any]:
    """Outcome of a task, in a process of its own."""
    return work_out(_TASKS[index])


def _nothing() -> None:
    """Tell nobody."""


@contextmanager
def _bar(total: int, known: int) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr; yield what moves it on by one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("sweep", total=total, completed=known)
        yield lambda: progress.advance(task)


def _table(
    points: Sequence[Mapping[str, float]],
    outcomes: Sequence[Mapping[str, Any]],
    layout: Layout | None,
) -> pd.DataFrame:
    """Return one row a point: its changes, the figures, what is wrong, the layout."""
    import pandas as pd

    rows = []
    for point, outcome in zip(points, outcomes, strict=True):
        row = {**point, **{k: v for k, v in outcome.items() if k not in ("note", "layout")}}
        placed = outcome.get("layout")
        own = None if placed is None else Layout(placements=tuple(Placement(**p) for p in placed))
        rows.append({**row, "note": outcome["note"], "layout": layout or own})
    keys = list(dict.fromkeys(key for point in points for key in point))
    first = [*keys, "status", "objective", "bound", "gap"]
    table = pd.DataFrame(rows)
    middle = [c for c in table.columns if c not in (*first, "note", "layout")]
    return table.reindex(columns=[*first, *middle, "note", "layout"])
