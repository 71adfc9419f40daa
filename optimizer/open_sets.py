"""A layout with the fewest and with the most windows that a roster opens.

In: a study, its roster, a layout. Out: an `Evaluation` of either: walks lead to open windows only,
closed ones stand in the way as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.periods import Period
from optimizer.demand.roster.model import Roster
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.demand.roster.model import Slot
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.study import Study

__all__ = ["evaluate_open_sets"]


def evaluate_open_sets(
    study: Study, roster: Roster | Sequence[Roster], layout: Layout
) -> dict[str, Evaluation]:
    """Evaluation with the "smallest" and the "largest" open set of a roster, or of several.

    Parameters
    ----------
    study
        The brief.
    roster
        A roster that opens windows, or those of all days of a week.
    layout
        What stands there.

    Raises
    ------
    StudyError
        If a roster is empty.
    LayoutError
        If the layout does not belong to the study.
    """
    rosters = [roster] if isinstance(roster, Roster) else list(roster)
    for one in rosters:
        if not one.slots:
            raise StudyError(f"the roster is {one.status} and opens no window to judge by")
    slots = [slot for one in rosters for slot in one.slots if any(slot.open.values())]
    if not slots:
        raise StudyError("the roster opens no window to judge by")

    def windows(slot: Slot) -> int:
        return sum(slot.open.values())

    found: dict[str, Evaluation] = {}
    for name, slot in (("smallest", min(slots, key=windows)), ("largest", max(slots, key=windows))):
        period = Period(
            name=name, hours=(slot.hour,), arrivals=slot.arrivals_per_hour, open=slot.open
        )
        found[name] = evaluate(study.replace(periods=(period,)), layout)
    return found
