"""The study: everything that one optimization needs, immutable.

In: a floor plan, fixture types, a business mix, rule values, objective weights. Out: one `Study`
that `evaluate`, `optimize` and the reports read. What-ifs are changed copies: `study.replace(…)`,
`study.with_share(…)`, `study.with_count(…)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self

from optimizer.demand.combination import combine
from optimizer.demand.flows import PersonClass, compute_flows
from optimizer.demand.levers import pull_lever
from optimizer.demand.periods import heaviest_period, period_arrivals, period_weights
from optimizer.errors import StudyError
from optimizer.measures import BASIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.combination import Combination
    from optimizer.demand.flows import Flow
    from optimizer.demand.mix import BusinessMix
    from optimizer.demand.periods import Period
    from optimizer.demand.roster.model import RosterRules
    from optimizer.equipment.layout import Layout
    from optimizer.equipment.model import FixtureType
    from optimizer.plan.model import FloorPlan

__all__ = ["FixtureGroup", "Objective", "Study", "Walking"]


@dataclass(frozen=True, kw_only=True)
class FixtureGroup:
    """Fixtures of one type that a study wants to be placed.

    Parameters
    ----------
    type
        Name of the fixture type.
    min, max
        Fewest and most of them.
    at
        Poses (x, y, angle) of those that stay where they are; the first fixtures of the group.
    row
        Groups of one row name stand side by side in one row, in the order of the study. None
        for a type that needs no row; a type whose fixtures stand in a row gets its own.
    zone
        Name of the only zone in which they may stand; None where the type's zones decide.
    label
        What pictures call it instead of the type's label.
    """

    type: str
    min: int
    max: int
    at: tuple[tuple[float, float, float], ...] = ()
    row: str | None = None
    zone: str | None = None
    label: str | None = None

    def names(self, count: int | None = None) -> tuple[str, ...]:
        """Names of its fixtures: "smart_terminal-1" and so on."""
        stem = f"{self.type}@{self.zone}" if self.zone else self.type
        return tuple(f"{stem}-{i + 1}" for i in range(self.max if count is None else count))


@dataclass(frozen=True, kw_only=True)
class Objective:
    """Weights of the terms that the search makes small; every term is reported by itself too.

    Parameters
    ----------
    walking
        Per customer-metre an hour.
    staff_walking
        Per staff-metre an hour.
    encounters
        Per expected encounter an hour, times the weight of the two classes that meet.
    waiting
        Per person-second of waiting: the metres walked in it.
    overlooked
        Per overlooked pair of places.
    periods
        Which of a study's periods counts: "mix" (their weighted mean) or "worst".
    classes
        Weight of an encounter between two classes of people, by (class, class).
    measures
        Weights of further measures by name: see `measures.MEASURES`.
    """

    walking: float = 1.0
    staff_walking: float = 1.0
    encounters: float = 20.0
    waiting: float = 1.2
    overlooked: float = 50.0
    periods: Literal["mix", "worst"] = "mix"
    classes: Mapping[tuple[PersonClass, PersonClass], float] = field(
        default_factory=lambda: MappingProxyType({})
    )
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each measure that counts, by name; the basic ones always."""
        basic = {name: float(getattr(self, name)) for name in BASIC}
        return basic | {name: weight for name, weight in self.measures.items() if weight}

    def class_weight(self, one: PersonClass, other: PersonClass) -> float:
        """Weight of an encounter between two classes, in either order; 1 where none is given."""
        return self.classes.get((one, other), self.classes.get((other, one), 1.0))


@dataclass(frozen=True, kw_only=True)
class Walking:
    """How people walk; values and sources in `demand/walking.toml`.

    Parameters
    ----------
    radius
        Body radius, metres.
    speed
        Metres per second, by class.
    encounter_distance
        Two people meet when their centres come closer than this, metres.
    lane_width
        Width of the lane that a flow spreads over, metres.
    wheelchair_share
        Share of customers who come in a wheelchair, 0 to 1.
    """

    radius: float
    speed: Mapping[PersonClass, float]
    encounter_distance: float
    lane_width: float
    wheelchair_share: float = 0.0

    def mixture(self, person: PersonClass) -> dict[PersonClass, float]:
        """Who walks among those that a flow calls by a class: shares that add to 1."""
        share = self.wheelchair_share if person is PersonClass.CUSTOMER else 0.0
        if share <= 0:
            return {person: 1.0}
        return {person: 1.0 - share, PersonClass.WHEELCHAIR: share}

    def pace(self, person: PersonClass) -> float:
        """Seconds for a metre, mean over those that a flow calls by a class."""
        return sum(part / self.speed[who] for who, part in self.mixture(person).items())


@dataclass(frozen=True, kw_only=True)
class Study:
    """Floor plan, equipment, business mix, rules and objective of one branch.

    Parameters
    ----------
    name
        Shown in reports.
    plan
        The empty shell.
    types
        Fixture types by name: the catalogue with the study's overrides.
    groups
        What is to be placed.
    mix
        Who comes for what.
    walking
        Body radius, speeds, encounter distance.
    objective
        Weights.
    limits
        Greatest value of a measure by name, or least value where more of it is better.
    rules
        Names of the rule packs.
    rule_overrides
        Changed values: rule id → field ("value", "severity") → new value.
    crowded_place
        Whether the branch counts as a crowded public place (人员密集场所).
    design_hour
        Hour of the day that flows, encounters and waits are taken at; None for the busiest.
    periods
        Parts of the week that one layout must suit, see `demand.periods`; none for the design
        hour alone.
    pitch
        Grid of candidate poses, metres.
    current_layout
        What stands there today, or None.
    at_most
        So many fixtures may move from where they stand today; None for all.
    roster
        Staff and shifts of the counters; None where the study says nothing.
    directory
        Folder of the study file, "" for a study made in memory.
    sha256
        Digest of the study file and the plan, hex; "" for a study made in memory.
    """

    name: str
    plan: FloorPlan
    types: Mapping[str, FixtureType]
    groups: tuple[FixtureGroup, ...]
    mix: BusinessMix
    walking: Walking
    objective: Objective = field(default_factory=Objective)
    limits: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    rule_overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    crowded_place: bool = False
    design_hour: int | None = None
    periods: tuple[Period, ...] = ()
    pitch: float = 0.25
    current_layout: Layout | None = None
    at_most: int | None = None
    roster: RosterRules | None = None
    directory: str = ""
    sha256: str = ""

    @property
    def hour(self) -> int:
        """Hour of the day that flows are taken at."""
        return self.mix.arrivals.busiest if self.design_hour is None else self.design_hour

    @property
    def arrivals_per_hour(self) -> float:
        """Customers per hour at the design hour, or in the periods by their reference weights."""
        if self.periods:
            weighted = zip(self.periods, self.reference_weights, strict=True)
            return sum(w * period_arrivals(self.mix.arrivals, p) for p, w in weighted)
        return self.mix.arrivals.per_hour.get(self.hour, 0.0)

    @property
    def reference_weights(self) -> tuple[float, ...]:
        """Weights of the periods with which figures and bounds are taken; they add to 1.

        Those of a mix, and for the worst case all weight on the period with most arrivals per open
        place: `demand.periods`, (1).
        """
        if self.objective.periods == "mix":
            return period_weights(self.periods)
        return heaviest_period(
            self.periods,
            self.mix.arrivals,
            self.servers(),
            each={name: kind.servers for name, kind in self.types.items()},
            staffed=self.mix.service.staffed,
        )

    def metre_weight(self, person: PersonClass) -> float:
        """Weight of a metre that somebody of a class walks: its own, and its time in the branch."""
        if person in (PersonClass.STAFF, PersonClass.CASH):
            return self.objective.staff_walking
        minutes = self.objective.measures.get("door_to_door", 0.0)
        return self.objective.walking + minutes * self.walking.pace(person) / 60.0

    def servers(self, layout: Layout | None = None) -> dict[str, int]:
        """Places of each fixture type, in a layout or, without one, in the full brief.

        A type that serves nobody by itself (servers 0) counts one place a fixture, so that
        journeys can lead to it.
        """
        counts: dict[str, int] = {}
        if layout is None:
            for group in self.groups:
                counts[group.type] = counts.get(group.type, 0) + group.max
        else:
            for placement in layout.placements:
                counts[placement.type] = counts.get(placement.type, 0) + 1
        return {name: n * max(1, self.types[name].servers) for name, n in counts.items()}

    def flows(self, layout: Layout | None = None, hour: int | None = None) -> tuple[Flow, ...]:
        """Flows of one hour (default: the design hour), for a layout or for the full brief."""
        return self.flows_for(self.servers(layout), hour)

    def flows_for(self, servers: Mapping[str, int], hour: int | None = None) -> tuple[Flow, ...]:
        """Flows of one hour (default: the design hour), for places by fixture type."""
        hour = self.hour if hour is None else hour
        return compute_flows(self.mix, servers, self.mix.arrivals.per_hour.get(hour, 0.0))

    def replace(self, **changes: Any) -> Self:
        """Return a changed copy."""
        return replace(self, sha256="", **changes)

    def with_share(self, business: str, change: float) -> Self:
        """Return a copy in which one business has a larger or smaller share of the arrivals.

        The others shrink or grow in proportion, so that the shares still add to 1.
        """
        names = [b.name for b in self.mix.businesses]
        if business not in names:
            raise StudyError(
                f"business {business!r} is not in the study; it has {', '.join(names)}"
            )
        old = next(b.share for b in self.mix.businesses if b.name == business)
        new = old + change
        if not 0 <= new <= 1 or (old == 1 and change):
            raise StudyError(f"share of {business!r} would be {new:.3f}; it must be 0 to 1")
        rest = (1 - new) / (1 - old) if old < 1 else 1.0
        businesses = tuple(
            replace(b, share=new if b.name == business else b.share * rest)
            for b in self.mix.businesses
        )
        return self.replace(mix=replace(self.mix, businesses=businesses))

    def with_lever(
        self, name: str, amount: float | None = None, *, business: tuple[str, ...] = ()
    ) -> Self:
        """Return a copy after a lever of the mix is pulled, such as "passbook_to_card".

        Parameters
        ----------
        name
            A lever of `demand/levers.toml`.
        amount
            How far, 0 to 1; None for its usual amount.
        business
            Names of the businesses; empty for all that it reaches.

        Raises
        ------
        StudyError
            If there is no such lever or business, or the lever reaches none.
        """
        return self.replace(mix=pull_lever(self.mix, name, amount, business=business))

    def with_combination(self, combination: Combination) -> Self:
        """Return a copy in which some customers have several needs served at one visit."""
        return self.replace(mix=combine(self.mix, combination))

    def with_counts(self, counts: Mapping[int, int]) -> Self:
        """Return a copy without ranges: so many fixtures of each group, by its index."""
        groups = (
            replace(group, min=counts.get(index, group.max), max=counts.get(index, group.max))
            for index, group in enumerate(self.groups)
        )
        return self.replace(groups=tuple(groups))

    def with_count(self, fixture_type: str, count: int) -> Self:
        """Return a copy that places another number of fixtures of one type."""
        groups = [group for group in self.groups if group.type == fixture_type]
        if not groups:
            raise StudyError(f"no group of type {fixture_type!r} in the study")
        last = groups[-1]
        others = sum(group.max for group in groups[:-1])
        if count < others + len(last.at):
            raise StudyError(
                f"{count} of {fixture_type!r} are fewer than the {others + len(last.at)} that "
                "other groups of the study keep"
            )
        changed = replace(last, min=count - others, max=count - others)
        return self.replace(
            groups=tuple(changed if group is last else group for group in self.groups)
        )
