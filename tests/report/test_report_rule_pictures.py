"""Pictures of what the rules measure: routes, bottleneck, exits, privacy zones, sight."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import shapely
from shapely import LineString

from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import Anchoring, FixtureType, Role, StandingPoint
from optimizer.plan.model import Door, DoorKind, FloorPlan
from optimizer.report.canvas import figure_of
from optimizer.report.route_picture import plot_routes
from optimizer.report.sight_picture import plot_sight
from optimizer.rules.model import Finding, Rule
from optimizer.study import FixtureGroup, Study, Walking


def gids(ax) -> set[str]:
    """Names of everything drawn."""
    return {artist.get_gid() for artist in ax.findobj() if artist.get_gid()}


def test_routes_and_exits(report_study, report_layout, report_evaluation):
    """A route to a kind of service, the farthest place, and a legend that names both rules."""
    ax = plot_routes(report_study, report_layout, report_evaluation)
    drawn = gids(ax)
    findings = {f.rule.check for f in report_evaluation.findings if f.where is not None}
    assert ("farthest" in drawn) == ("egress_distance" in findings)
    assert ("bottleneck" in drawn) == ("route_width" in findings)
    figure_of(ax).canvas.draw()


def test_a_route_through_a_narrow_inner_door_is_drawn():
    """The way of 1.2 m leads on through an inner door of 0.8 m: its width is a rule of its own."""
    walls = (shapely.box(0, 3.9, 2.6, 4.1), shapely.box(3.4, 3.9, 6, 4.1))
    street = Door(name="street", kind=DoorKind.ENTRANCE, line=LineString([(2, 0), (4, 0)]))
    inner = Door(name="inner", kind=DoorKind.INNER, line=LineString([(2.6, 4), (3.4, 4)]))
    plan = FloorPlan(
        name="two rooms", outline=shapely.box(0, 0, 6, 8), walls=walls, doors=(street, inner)
    )
    kind = FixtureType(
        name="desk", label="", label_zh="", width=1.0, depth=0.6, height=0.8,
        anchoring=Anchoring.FREE, standing=(StandingPoint(role=Role.CUSTOMER, x=0.0, y=-0.9),),
    )  # fmt: skip
    group = FixtureGroup(type="desk", min=1, max=1)
    study = study_of(plan, kind, group)
    layout = Layout(placements=(Placement(fixture="desk-1", type="desk", x=3, y=7, angle=0),))
    rule = Rule(id="R", check="route_width", sentence="", value=1.2, unit="m")
    found = Finding(rule=rule, passed=True, sentence="", value=1.2, where=(3.0, 2.0))
    evaluation = SimpleNamespace(findings=(found,))
    ax = plot_routes(study, layout, evaluation)
    (line,) = [line for line in ax.get_lines() if line.get_gid() == "route:desk"]
    # it ends before the desk in the inner room, and passes the door
    assert line.get_ydata().max() > 5.0
    assert shapely.dwithin(LineString(line.get_xydata()), shapely.Point(3.0, 4.0), 0.1)


def study_of(plan, kind, group):
    """A study of one desk."""
    mix = BusinessMix(
        businesses=(Business(name="b", share=1.0, journey=(Stop(types=("desk",)),)),),
        arrivals=Arrivals(per_hour={10: 10.0}),
    )
    walking = Walking(
        radius=0.25, speed=dict.fromkeys(PersonClass, 1.2), encounter_distance=0.5, lane_width=1.2
    )
    return Study(name="s", plan=plan, types={"desk": kind}, groups=(group,), mix=mix,
                 walking=walking)  # fmt: skip


def test_privacy_zones_and_sight(report_study, report_layout, report_evaluation):
    """Every privacy zone is drawn, and where each screen could be read from."""
    ax = plot_sight(report_study, report_layout, report_evaluation)
    drawn = gids(ax)
    for placement in report_layout.placements:
        kind = report_study.types[placement.type]
        assert (f"own-zone:{placement.fixture}" in drawn) == (kind.privacy_zone is not None)
        if kind.screen is None:
            assert f"read:{placement.fixture}" not in drawn
    figure_of(ax).canvas.draw()


@pytest.mark.parametrize("plot", [plot_routes, plot_sight])
def test_without_a_legend_and_in_one_language(plot, report_study, report_layout, report_evaluation):
    """On axes of somebody else the legend stays out if asked."""
    first = plot(report_study, report_layout, report_evaluation, language="en", legend=False)
    assert first.get_legend() is None
