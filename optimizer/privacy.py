"""Privacy of a layout: overlooked screens, and people who walk through privacy zones.

In: a study, a layout and its legs. Out: `PrivacyFigures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.evaluation import PrivacyFigures
from optimizer.rules.privacy import flow_through_zones
from optimizer.rules.scene import Scene
from optimizer.walk.overlooked import overlooked_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["compute_privacy"]

#: A walk that lies in a zone over less than this does not pass it, metres.
GRAZE = 0.05


def compute_privacy(
    study: Study, layout: Layout, legs: Sequence[Leg], *, screens: bool = True
) -> PrivacyFigures:
    """Overlooked pairs, if asked for, and people per hour who walk through others' zones."""
    scene = Scene(study=study, layout=layout, legs=tuple(legs))
    through = flow_through_zones(scene, GRAZE)
    return PrivacyFigures(
        overlooked=overlooked_pairs(study.plan, study.types, layout) if screens else (),
        through_flow_per_hour=sum(people for people, _ in through.values()),
    )
