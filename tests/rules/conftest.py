"""A tiny hall and a way to put one question to one kind of check."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from shapely import LineString, box

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import BusinessMix
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import Anchoring, FixtureType, Role, StandingPoint
from optimizer.evaluation import Leg, WaitingFigures
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.rules.checks import CHECKS
from optimizer.rules.model import Finding, Rule
from optimizer.rules.scene import Scene
from optimizer.study import FixtureGroup, Study, Walking

#: 0.9 m before the middle, so 0.6 m before the front of a fixture 0.6 m deep.
CUSTOMER = StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.9)
STAFF = StandingPoint(role=Role.STAFF, x=0.0, y=0.9)

_DESK = FixtureType(
    name="desk",
    label="Desk",
    label_zh="",
    width=1.0,
    depth=0.6,
    height=0.75,
    standing=(CUSTOMER, STAFF),
)
_TYPES = (
    _DESK,
    replace(_DESK, name="bar", height=0.95),
    replace(_DESK, name="window", height=2.3, opaque=True),
    replace(
        _DESK, name="machine", height=1.6, standing=(CUSTOMER,), privacy_depth=1.0, opaque=True,
        screen=(0.0, -0.2),
    ),
    replace(_DESK, name="machine_low", standing=(CUSTOMER,), privacy_depth=1.0, screen=(0.0, -0.2)),
    replace(_DESK, name="seat", standing=(CUSTOMER,), servers=3),
    replace(_DESK, name="wheelchair_place", width=0.8, depth=1.1, standing=(CUSTOMER,)),
    replace(_DESK, name="block", standing=()),
    replace(_DESK, name="screen", width=1.0, depth=0.1, opaque=True, standing=()),
    replace(_DESK, name="counter", anchoring=Anchoring.THROUGH_WALL),
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def answers() -> Iterator[set[tuple[str, bool | None, str]]]:
    """Kinds of check with the answers and sentences that they have given so far."""
    given: set[tuple[str, bool | None, str]] = set()
    plain = Finding.__init__

    def noted(self: Finding, **values: Any) -> None:
        plain(self, **values)
        given.add((self.rule.check, self.passed, self.sentence))

    Finding.__init__ = noted  # type: ignore[method-assign]
    yield given
    Finding.__init__ = plain  # type: ignore[method-assign]


@pytest.fixture
def hall() -> FloorPlan:
    """10 × 8 m; the street door, 1.2 m wide, in the middle of the lower side."""
    street = Door(name="street", kind=DoorKind.ENTRANCE, line=LineString([(4.4, 0), (5.6, 0)]))
    return FloorPlan(name="hall", outline=box(0, 0, 10, 8), doors=(street,))


@pytest.fixture
def place() -> Callable[..., Layout]:
    """Layout of poses (name, x, y, angle); the type is the name up to the hyphen."""

    def make(*poses: tuple[str, float, float, float]) -> Layout:
        return Layout(
            placements=tuple(
                Placement(fixture=name, type=name.split("-")[0], x=x, y=y, angle=angle)
                for name, x, y, angle in poses
            )
        )

    return make


@pytest.fixture
def tiny_study(hall: FloorPlan) -> Study:
    """A study of the hall with all tiny types and no brief."""
    return Study(
        name="tiny",
        plan=hall,
        types={kind.name: kind for kind in _TYPES},
        groups=(FixtureGroup(type="desk", min=0, max=9),),
        mix=BusinessMix(businesses=()),
        walking=Walking(
            radius=0.25,
            speed=dict.fromkeys(PersonClass, 1.2),
            encounter_distance=0.5,
            lane_width=1.2,
        ),
    )


@pytest.fixture
def ask(
    tiny_study: Study,
    place: Callable[..., Layout],
    answers: set[tuple[str, bool | None, str]],
) -> Callable[..., SimpleNamespace]:
    """Run one check on a layout of the hall.

    The answer has `passed` (whether nothing is broken), `broken` (findings), `all` and
    `fixtures` (of the broken ones, each once).
    """

    def put(
        check: str,
        *poses: tuple[str, float, float, float],
        value: float | None = None,
        subjects: tuple[str, ...] = (),
        plan: FloorPlan | None = None,
        legs: tuple[Leg, ...] = (),
        waiting: dict[str, WaitingFigures] | None = None,
        **limits: float,
    ) -> SimpleNamespace:
        study = tiny_study if plan is None else tiny_study.replace(plan=plan)
        scene = Scene(study=study, layout=place(*poses), legs=legs, waiting=waiting or {})
        rule = Rule(
            id="X-1", check=check, sentence="Asked", value=value, subjects=subjects, limits=limits
        )
        found: tuple[Finding, ...] = tuple(CHECKS[check](rule, scene))
        broken = [finding for finding in found if finding.passed is False]
        if not found:
            answers.add((check, True, ""))
        return SimpleNamespace(
            all=found,
            broken=broken,
            passed=not broken and all(finding.passed for finding in found),
            unknown=any(finding.passed is None for finding in found),
            fixtures=sorted({name for finding in broken for name in finding.fixtures}),
        )

    return put


@pytest.fixture
def leg() -> Callable[..., Leg]:
    """A walk along some corners."""
    import numpy as np

    def make(
        source: str,
        target: str,
        *path: tuple[float, float],
        rate: float = 10.0,
        person: PersonClass = PersonClass.CUSTOMER,
    ) -> Leg:
        corners = np.array(path, dtype=float)
        length = float(np.hypot(*np.diff(corners, axis=0).T).sum())
        return Leg(
            source=source, target=target, start=path[0], end=path[-1], rate=rate, by_group={},
            person=person, length=length, empty_length=length, path=corners,
        )  # fmt: skip

    return make
