"""Who walks among the customers, worked out again: wheelchair users, their pace, their weight.

In: a study. Out: minutes for a metre, and what an encounter of two walks weighs.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.study import Study

__all__ = ["customer_minutes", "meeting_weights", "wheelchair_part"]


def _kinds(study: Study, person: PersonClass) -> list[tuple[PersonClass, float]]:
    """Classes among the people of a walk, with their shares."""
    share = study.walking.wheelchair_share
    if person is not PersonClass.CUSTOMER:
        return [(person, 1.0)]
    return [(PersonClass.CUSTOMER, 1.0 - share), (PersonClass.WHEELCHAIR, share)]


def customer_minutes(study: Study) -> float:
    """Minutes that a customer takes for a metre, on average."""
    speed = study.walking.speed
    kinds = _kinds(study, PersonClass.CUSTOMER)
    return sum(part / speed[who] for who, part in kinds if part) / 60


def meeting_weights(study: Study, people: Sequence[PersonClass]) -> NDArray[np.float64]:
    """Weight of an encounter of each two walks, mean over who makes them."""
    table = {
        (one, other): sum(
            a * b * study.objective.class_weight(p, q)
            for (p, a), (q, b) in product(_kinds(study, one), _kinds(study, other))
        )
        for one, other in product(set(people), repeat=2)
    }
    return np.array([[table[a, b] for b in people] for a in people])


def wheelchair_part(study: Study, classes: frozenset[PersonClass]) -> float:
    """Share of the encounters of two classes that a wheelchair user has a part in."""
    both = [*classes] * (2 // len(classes))
    chairs = [dict(_kinds(study, person)).get(PersonClass.WHEELCHAIR, 0.0) for person in both]
    return 1.0 - (1.0 - chairs[0]) * (1.0 - chairs[1])
