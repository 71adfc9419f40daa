"""Walking of one hour, by customers and by staff.

In: a study and the walked legs of a layout. Out: `WalkingFigures`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.evaluation import WalkingFigures
from optimizer.walked_legs import NO_WAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["compute_walking", "is_staff", "walked"]


def is_staff(leg: Leg) -> bool:
    """Whether staff walk a leg."""
    return leg.person in (PersonClass.STAFF, PersonClass.CASH)


def walked(leg: Leg) -> float:
    """Length of a leg for sums, metres: `NO_WAY` where there is none."""
    return leg.length if np.isfinite(leg.length) else NO_WAY


def compute_walking(study: Study, legs: Sequence[Leg], arrivals: float) -> WalkingFigures:
    """Person-metres of customers, in all and of a customer of each business, and of staff."""
    by_group: defaultdict[str, float] = defaultdict(float)
    staff = 0.0
    for leg in legs:
        if is_staff(leg):
            staff += leg.rate * walked(leg)
            continue
        for group, rate in leg.by_group.items():
            by_group[group] += rate * walked(leg)
    total = sum(by_group.values())
    per_customer = {
        b.name: by_group[b.name] / (arrivals * b.share)
        for b in study.mix.businesses
        if b.name in by_group and arrivals * b.share > 0
    }
    return WalkingFigures(
        person_metres_per_hour=total,
        metres_per_customer=total / arrivals if arrivals else 0.0,
        by_journey=per_customer,
        staff_person_metres_per_hour=staff,
    )
