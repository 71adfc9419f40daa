"""Who walks among the customers, worked out again: wheelchair users and their pace.

In: a study. Out: kinds of people with their shares, and minutes for a metre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass

if TYPE_CHECKING:
    from optimizer.study import Study

__all__ = ["customer_minutes", "kinds_of"]


def kinds_of(study: Study, person: PersonClass) -> list[tuple[PersonClass, float]]:
    """Classes among the people of a walk, with their shares."""
    share = study.walking.wheelchair_share
    if person is not PersonClass.CUSTOMER:
        return [(person, 1.0)]
    return [(PersonClass.CUSTOMER, 1.0 - share), (PersonClass.WHEELCHAIR, share)]


def customer_minutes(study: Study) -> float:
    """Minutes that a customer takes for a metre, on average."""
    speed = study.walking.speed
    kinds = kinds_of(study, PersonClass.CUSTOMER)
    return sum(part / speed[who] for who, part in kinds if part) / 60
