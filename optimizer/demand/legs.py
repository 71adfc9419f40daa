"""From flows between kinds of fixture to legs between fixtures and doors.

In: flows, the plan's doors and the names of a layout's fixtures by type. Out: `LegEnds`, one per
directed pair of ends and class of people, with everybody who walks it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.flows import ENTRANCE, EXIT, PersonClass, Place
from optimizer.errors import StudyError
from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.plan.space import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.demand.flows import Flow
    from optimizer.plan.model import Door, FloorPlan

__all__ = ["AUDIENCE", "LegEnds", "expand_flows", "street_doors"]

#: Which floor each class of people walks on.
AUDIENCE = {
    PersonClass.CUSTOMER: Audience.CUSTOMER,
    PersonClass.WHEELCHAIR: Audience.CUSTOMER,
    PersonClass.STAFF: Audience.STAFF,
    PersonClass.CASH: Audience.STAFF,
}

#: A door this near to a zone belongs to it, metres: a thick wall.
AT_ZONE = 0.6


@dataclass(frozen=True, kw_only=True)
class LegEnds:
    """A walk before it has a path.

    Parameters
    ----------
    source, target
        Names of fixtures or doors.
    rate
        People per hour.
    by_group
        People per hour of each business or staff round among them.
    person
        Class of the people.
    by_period
        `by_group` in each period of the study; empty where it has none.
    """

    source: str
    target: str
    rate: float
    by_group: Mapping[str, float]
    person: PersonClass
    by_period: tuple[Mapping[str, float], ...] = ()

    @property
    def audience(self) -> Audience:
        """Which floor it is walked on."""
        return AUDIENCE[self.person]


def street_doors(plan: FloorPlan, place: str) -> dict[str, float]:
    """Doors that customers use who name none, with their shares.

    Parameters
    ----------
    plan
        The shell.
    place
        `ENTRANCE` or `EXIT`. Where a plan has no exits, people leave by the entrances.

    Returns
    -------
    dict
        Door name → share, in proportion to the doors' widths (an assumption: no count by door is
        known before a branch is built). A street door of a 24 h zone serves only the business
        that names it, unless there is no other.
    """
    doors: tuple[Door, ...] = ()
    if place == EXIT:
        doors = plan.doors_of(DoorKind.EXIT)
    doors = doors or plan.doors_of(DoorKind.ENTRANCE)
    night = plan.zones_of(ZoneKind.SELF_SERVICE_24H)
    day = tuple(d for d in doors if all(z.polygon.distance(d.line) > AT_ZONE for z in night))
    doors = day or doors
    if not doors:
        raise StudyError(
            f"floor plan {plan.name!r} has no door of kind 'entrance'; "
            "customers need one to come in by"
        )
    total = sum(door.width for door in doors)
    return {door.name: door.width / total for door in doors}


def expand_flows(
    plan: FloorPlan, flows: Iterable[Flow], fixtures: Mapping[str, tuple[str, ...]]
) -> tuple[LegEnds, ...]:
    """Legs between the fixtures and doors of a layout.

    Parameters
    ----------
    plan
        The shell with its doors.
    flows
        People per hour between places.
    fixtures
        Names of the layout's fixtures by type. The people of a type split evenly over its
        fixtures, as a pooled queue does.
    """
    rates: defaultdict[tuple[str, str, PersonClass], defaultdict[str, float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for flow in flows:
        sources = _ends(plan, flow.source, fixtures)
        targets = _ends(plan, flow.target, fixtures)
        for source, part in sources.items():
            for target, other in targets.items():
                if source != target:
                    rates[source, target, flow.person][flow.group] += flow.rate * part * other
    return tuple(
        LegEnds(
            source=source,
            target=target,
            rate=sum(by_group.values()),
            by_group=dict(by_group),
            person=person,
        )
        for (source, target, person), by_group in rates.items()
    )


def _ends(
    plan: FloorPlan, place: Place, fixtures: Mapping[str, tuple[str, ...]]
) -> dict[str, float]:
    """Fixtures or doors that a place stands for, with shares that add to 1."""
    if place.door in (ENTRANCE, EXIT):
        return street_doors(plan, place.door)
    if place.door:
        return {place.door: 1.0}
    names = fixtures.get(place.type, ())
    return {name: 1.0 / len(names) for name in names}
