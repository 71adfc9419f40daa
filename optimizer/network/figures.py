"""Figures of branches that their list leaves empty, worked out from their studies.

In: a portfolio with empty cells. Out: the same with customers a day, mean wait, replaceable share
and floor area of the branches' studies: arrivals, queue formulas, business mix and drawing.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.demand.waiting import compute_waiting
from optimizer.errors import OptimizerError, StudyError
from optimizer.evaluation import waiting_seconds
from optimizer.plan.model import ZoneKind
from optimizer.study_file import read_study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from optimizer.network.portfolio import Branch, Portfolio
    from optimizer.study import Study

__all__ = ["area_of", "complete", "customers_of", "mean_wait_of", "replaceable_of"]

SECONDS_PER_MINUTE = 60.0


def customers_of(study: Study) -> float:
    """Customers of a mean day."""
    return float(sum(study.mix.arrivals.per_hour.values()))


def mean_wait_of(study: Study) -> float:
    """Minutes that a customer waits at all stops together, mean over the customers of a day.

    In today's layout, or with all that the study places where there is none.

    Raises
    ------
    StudyError
        Where a queue grows without end at some hour: its mean is then no number.
    """
    people = customers_of(study)
    seconds = 0.0
    for hour in sorted(study.mix.arrivals.per_hour):
        waits = compute_waiting(study, study.current_layout, hour)
        endless = [kind for kind, row in waits.items() if math.isinf(row.mean_minutes)]
        if endless:
            raise StudyError(
                f"the queue at {', '.join(endless)} grows without end at {hour:02d}:00; give "
                "mean_wait_minutes in the list"
            )
        seconds += waiting_seconds(waits)
    return seconds / SECONDS_PER_MINUTE / people if people else 0.0


def replaceable_of(study: Study) -> float:
    """Share of the customers whose business a machine can do."""
    return sum(business.share * business.replaceable for business in study.mix.businesses)


def area_of(study: Study) -> float:
    """Floor of the public hall and the 24 h zone, m²; of the whole outline where none is drawn."""
    public = (ZoneKind.PUBLIC_HALL, ZoneKind.SELF_SERVICE_24H)
    areas = [zone.polygon.area for zone in study.plan.zones if zone.kind in public]
    return float(sum(areas) or study.plan.outline.area)


#: Column → how a study gives it.
FROM_STUDY: Mapping[str, Callable[[Study], float]] = {
    "customers_per_day": customers_of,
    "mean_wait_minutes": mean_wait_of,
    "replaceable_share": replaceable_of,
    "area_m2": area_of,
}


def complete(
    portfolio: Portfolio, columns: Sequence[str], read: Callable[[Path], Study] = read_study
) -> Portfolio:
    """Portfolio in which every branch has the figures of some columns.

    Parameters
    ----------
    portfolio
        A list; cells that hold something stay as they are.
    columns
        Names of columns that are needed.
    read
        How a study is read.

    Raises
    ------
    StudyError
        One sentence per figure that neither the list nor a study gives, with row and column.
    """
    wrong: list[str] = []
    branches = tuple(_complete(branch, columns, read, wrong) for branch in portfolio.branches)
    if wrong:
        raise StudyError(*(f"{portfolio.source}: {sentence}" for sentence in wrong))
    return replace(portfolio, branches=branches)


def _complete(
    branch: Branch, columns: Sequence[str], read: Callable[[Path], Study], wrong: list[str]
) -> Branch:
    missing = [column for column in columns if getattr(branch, column) is None]
    if not missing:
        return branch
    place = f"row {branch.row} ({branch.name}), column {', '.join(missing)}: is empty"
    if branch.study is None:
        wrong.append(f"{place}, and the row names no study to work it out from")
        return branch
    unknown = [column for column in missing if column not in FROM_STUDY]
    if unknown:
        wrong.append(f"{place}; a study does not say {', '.join(unknown)}")
        return branch
    try:
        study = read(branch.study)
        found: dict[str, Any] = {column: FROM_STUDY[column](study) for column in missing}
        return replace(branch, **found)
    except OptimizerError as error:
        wrong += [f"{place}: {sentence}" for sentence in error.sentences]
        return branch
