"""A layout with the fewest and with the most windows that a roster opens.

In: a study, its roster, a layout. Out: an `Evaluation` of either: walks lead to open windows only,
closed ones stand in the way as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.periods import Period
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from optimizer.demand.roster.model import Roster
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.study import Study

__all__ = ["evaluate_open_sets"]


def evaluate_open_sets(study: Study, roster: Roster, layout: Layout) -> dict[str, Evaluation]:
    """Evaluation with the "smallest" and the "largest" open set of a roster.

    Parameters
    ----------
    study
        The brief.
    roster
        A roster that opens windows.
    layout
        What stands there.

    Raises
    ------
    StudyError
        If the roster is empty.
    LayoutError
        If the layout does not belong to the study.
    """
    found: dict[str, Evaluation] = {}
    for name, slot in (("smallest", roster.smallest), ("largest", roster.largest)):
        if slot is None:
            raise StudyError(f"the roster is {roster.status} and opens no window to judge by")
        period = Period(
            name=name, hours=(slot.hour,), arrivals=slot.arrivals_per_hour, open=slot.open
        )
        found[name] = evaluate(study.replace(periods=(period,)), layout)
    return found
