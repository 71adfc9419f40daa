"""The roster of a study that has one of its own, for the report of a layout.

In: a study, a layout. Out: its `Roster`, or None where the study says nothing about shifts.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from optimizer.demand.roster.build import roster
from optimizer.errors import StudyError

if TYPE_CHECKING:
    from optimizer.demand.roster.model import Roster
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["own_roster"]

logger = logging.getLogger(__name__)

#: Seconds for the solver: a report waits for it.
SECONDS = 5.0


def own_roster(study: Study, layout: Layout) -> Roster | None:
    """Roster of the windows of a layout; None where there is none to show.

    Parameters
    ----------
    study
        Has `[roster]` where its shifts and staff are known.
    layout
        Which windows there are.

    Returns
    -------
    Roster or None
        None too where no roster can be found: why is logged, and the rest of the report stands.
    """
    if study.roster is None:
        return None
    try:
        found = roster(study, layout=layout, time_limit=SECONDS)
    except StudyError as error:
        logger.warning("no roster in the report: %s", error)
        return None
    if not found.slots:
        logger.warning("no roster in the report: %s", "; ".join(found.conflict))
        return None
    return found
