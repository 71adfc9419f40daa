"""The study file as pydantic sees it: the one place where its keys are written down.

In: values of a TOML file. Out: checked keys and types, and the JSON Schema. Whether the values
fit each other, the catalogue and the drawing is the matter of `checks`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from optimizer.demand.flows import PersonClass  # noqa: TC001 - pydantic reads the annotations
from optimizer.equipment.catalogue import TypeChanges
from optimizer.plan.model import DoorKind, ZoneKind  # noqa: TC001
from optimizer.study_file.demand_tables import HOURS, Periods
from optimizer.study_file.weights import LimitsTable, NotNegative, ObjectiveTable, Table

__all__ = [
    "BusinessTable",
    "CombinationTable",
    "DoorTable",
    "FixtureTable",
    "PlanTable",
    "PriorityTable",
    "ReservedTable",
    "RosterTable",
    "ServiceTable",
    "StaffMemberTable",
    "StaffTable",
    "StopTable",
    "StudyTable",
    "WalkingTable",
    "ZoneTable",
]

Share = Annotated[float, Field(json_schema_extra={"minimum": 0, "maximum": 1})]
Count = Annotated[int, Field(json_schema_extra={"minimum": 0})]
Metre = Annotated[float, Field(ge=-1e6, le=1e6)]
Coordinate = Annotated[float, Field(ge=-1e12, le=1e12)]
Point = tuple[Metre, Metre]
Pose = tuple[Metre, Metre, Metre]


def _tuples(value: Any) -> Any:
    """Lists as tuples, all the way down: pydantic is strict about values that it did not read."""
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    """A list of what may be given alone."""
    return _tuples(value if isinstance(value, list) else [value])


def _poses(value: Any) -> Any:
    """A list of poses from one pose."""
    alone = isinstance(value, list) and value and not any(isinstance(v, list) for v in value)
    return _tuples([value] if alone else value)


def _stop(value: Any) -> Any:
    """A stop from the bare name of a fixture type."""
    return {"stop": value} if isinstance(value, str) else value


def _plan(value: Any) -> Any:
    """A plan table from the bare name of a file."""
    value = {"file": value} if isinstance(value, str) else value
    if isinstance(value, dict) and "window" in value:
        return value | {"window": _tuples(value["window"])}
    return value


def _rules(value: Any) -> Any:
    """A rules table from a list of packs."""
    value = {"packs": value} if isinstance(value, list) else value
    return {k: _tuples(v) for k, v in value.items()} if isinstance(value, dict) else value


Names = Annotated[
    tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
]


class PlanTable(Table):
    """Which drawing, and how to read it."""

    file: str | None = Field(default=None, description="Drawing, relative to the study file.")
    file_env: str | None = Field(
        default=None,
        description="Environment variable that names the drawing where 'file' does not.",
    )
    unit: str | None = Field(
        default=None, description="Unit of the drawing, where its header is wrong."
    )
    layers: dict[str, Any] | None = Field(default=None, description="Drawing layers by meaning.")
    blocks: dict[str, Any] | None = Field(
        default=None,
        description='Fixture types by patterns of block names: "ATM*" = "atm", or a table with '
        "'type' and 'turn', degrees from the block's -y to its front.",
    )
    level: str | None = Field(
        default=None, description="Storey of an IFC model, level of an indoor map."
    )
    layout: str | None = Field(
        default=None, description="Layout (tab) of a DXF that shows the floor to read."
    )
    window: tuple[Coordinate, Coordinate, Coordinate, Coordinate] | None = Field(
        default=None, description="x0, y0, x1, y1 of the floor to read, in drawing units."
    )


class RulesTable(Table):
    """Rule packs, and the values that this study changes."""

    packs: tuple[str, ...] = ()
    override: dict[str, dict[str, Any]] = Field(default_factory=dict)


class ZoneTable(Table):
    """A zone that the drawing does not have; it replaces one of the same name."""

    name: str
    kind: ZoneKind
    polygon: tuple[Point, ...]


class DoorTable(Table):
    """A door of the drawing that gets a kind, or with 'line' one that the drawing lacks."""

    name: str | None = None
    near: Point | None = Field(
        default=None, description="Finds the door nearest to this point, metres."
    )
    line: tuple[Point, Point] | None = Field(default=None, description="Jamb to jamb, metres.")
    kind: DoorKind


class FixtureTable(TypeChanges):
    """Fixtures of one type to be placed; every value of the catalogue may be changed here."""

    type: str
    count: Count | None = None
    min: Count | None = None
    max: Count | None = None
    at: (
        Annotated[
            tuple[Pose, ...],
            BeforeValidator(_poses, json_schema_input_type=Pose | tuple[Pose, ...]),
        ]
        | None
    ) = Field(default=None, description="Poses [x, y, angle] of those that stay where they are.")
    row: str | None = None
    zone: str | None = None
    label: str | None = None


class StopTable(Table):
    """A visit to one of several fixture types."""

    stop: Names
    probability: Share = 1.0


Stop = Annotated[StopTable, BeforeValidator(_stop, json_schema_input_type=str | StopTable)]


class BusinessTable(Table):
    """One kind of business that customers come for."""

    name: str
    label_zh: str = ""
    share: Share
    journey: tuple[Stop, ...]
    machine_journey: tuple[Stop, ...] | None = Field(
        default=None,
        description="Default: the types in service_minutes that the journey does not have.",
    )
    service_minutes: dict[str, NotNegative] = Field(default_factory=dict)
    service_variation: NotNegative | dict[str, NotNegative] = Field(
        default_factory=dict,
        description="Standard deviation over mean of the service time, at all fixture types or by "
        "type; goes before that of a queue log. Default: [service] variation.",
    )
    replaceable: Share = 0.0
    rework: Share = 0.0
    entrance: str | None = None
    exit: str | None = None
    appointments: Share = Field(
        default=0.0, description="Share of the counter customers who come at a booked time."
    )


class CombinationTable(Table):
    """Businesses that are served at one visit: one ticket, one signature, one setup."""

    business: tuple[str, ...]
    share: Share = Field(
        description="Share of the customers of the rarest of them who need them all."
    )
    setup_minutes: dict[str, NotNegative] = Field(
        default={}, description="Minutes by fixture type that are needed once."
    )


class PriorityTable(Table):
    """Customers who are called before others, never interrupting a service."""

    name: str
    label_zh: str = ""
    share: Share = 1.0
    business: Names = Field(default=(), description="Their businesses; all, where none is named.")


class ReservedTable(Table):
    """Windows that serve some businesses alone."""

    type: str
    windows: Count
    business: Names


class ServiceTable(Table):
    """How customers are called and how long they are ready to wait."""

    patience_minutes: NotNegative | dict[str, NotNegative] | None = Field(
        default=None,
        description="Mean minutes that customers are ready to wait, for all fixture types or by "
        "type. Default: nobody leaves.",
    )
    own_lines: Names = Field(
        default=(), description="Types at which each fixture has a line of its own."
    )
    lobby_staff: Count | None = Field(
        default=None, description="Members of staff who share the checks at machines. Default: 1."
    )
    staffed: Names | None = Field(
        default=None, description="Types at which a member of staff serves and calls."
    )
    variation: NotNegative | None = Field(
        default=None,
        description="Standard deviation over mean of service times, where a business says nothing "
        "else. Default: 0.9.",
    )
    appointment_variation: NotNegative | None = None
    appointment_skips: Names | None = Field(
        default=None, description="Types that booked customers pass by."
    )
    priority: tuple[PriorityTable, ...] = ()
    reserved: tuple[ReservedTable, ...] = ()


class StaffMemberTable(Table):
    """Somebody who can be rostered."""

    name: str
    skills: Names = Field(description="Fixture types whose windows he or she serves.")


class RosterTable(Table):
    """Staff and shifts of the counters; defaults in `demand/roster/roster.toml`."""

    target_minutes: NotNegative | None = Field(
        default=None, description="Mean wait that no kind of window may exceed."
    )
    slot_minutes: Count | None = None
    shift_hours: tuple[NotNegative, ...] | None = None
    break_minutes: Count | None = None
    break_needed_hours: NotNegative | None = None
    break_after_hours: tuple[NotNegative, NotNegative] | None = Field(
        default=None, description="Earliest and latest begin of the break after that of the shift."
    )
    staff: tuple[StaffMemberTable, ...] = ()


class StaffTable(Table):
    """A walk that staff do over and over."""

    name: str
    label_zh: str = ""
    route: tuple[str, ...] = Field(description="Fixture types, or names of doors.")
    per_hour: NotNegative = 0.0
    per_use: dict[str, NotNegative] = Field(default_factory=dict)
    cash: bool = False
    check_minutes: NotNegative = Field(
        default=0.0,
        description="Minutes of the walk and the check at its end, while the customer waits at "
        "the fixture of per_use and keeps it taken.",
    )
    check_alone_minutes: NotNegative | None = Field(
        default=None,
        description="Minutes of the check by itself: with it waits are told for the walks of the "
        "layout too.",
    )


class WalkingTable(Table):
    """How people walk, where it differs from `demand/walking.toml`."""

    radius: NotNegative | None = None
    speed: dict[PersonClass, NotNegative] = Field(default_factory=dict)
    encounter_distance: NotNegative | None = None
    lane_width: NotNegative | None = None
    wheelchair_share: Share | None = Field(
        default=None, description="Share of customers in a wheelchair, 0 to 1."
    )


class StudyTable(Table):
    """A study file."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this format.")
    name: str
    plan: Annotated[PlanTable, BeforeValidator(_plan, json_schema_input_type=str | PlanTable)] = (
        PlanTable()
    )
    unit: str | None = None
    layers: dict[str, Any] | None = None
    zones: tuple[ZoneTable, ...] = ()
    doors: tuple[DoorTable, ...] = ()
    rules: Annotated[
        RulesTable, BeforeValidator(_rules, json_schema_input_type=tuple[str, ...] | RulesTable)
    ] = RulesTable()
    crowded_place: bool = False
    fixtures: tuple[FixtureTable, ...] = ()
    business: tuple[BusinessTable, ...] = ()
    combination: tuple[CombinationTable, ...] = ()
    levers: dict[str, Share] = Field(
        default={}, description="Levers of the mix and how far each is pulled, 0 to 1."
    )
    service: ServiceTable = ServiceTable()
    roster: RosterTable | None = None
    staff: tuple[StaffTable, ...] = ()
    arrivals: dict[str, Any] = Field(default_factory=dict, json_schema_extra=HOURS)
    objective: ObjectiveTable = ObjectiveTable()
    limits: LimitsTable = LimitsTable()
    walking: WalkingTable = WalkingTable()
    design_hour: str | int | None = Field(
        default=None, description='"peak", or an hour such as "09".'
    )
    periods: Periods = Field(
        default=(),
        description="Parts of the week that one layout must suit: a list, or a set of the "
        "package's by name. Default: the design hour alone.",
    )
    pitch: float = 0.25
    current: str | None = Field(
        default=None, description="File of the layout that stands there today."
    )
    at_most: Count | None = Field(
        default=None, description="So many fixtures may move from where they stand today."
    )
