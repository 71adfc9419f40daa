"""The studies that come with the project: readable, legal today, and of the promised size."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from optimizer.demand.waiting import compute_waiting
from optimizer.plan.model import DoorKind, ZoneKind
from optimizer.rules.placement import placement_findings
from optimizer.study_file import read_study, study_schema

ROOT = Path(__file__).parents[2]
FLOORPLANS = ROOT / "floorplans"
DRAWN = ("standard_hall", "old_corner", "flagship_hall")
OFFICE = Path(
    os.environ.get(
        "BRANCH_REAL_PLAN", ROOT.parent / "shared" / "plans" / "dxf" / "wrld_office_floor.dxf"
    )
)
needs_office = pytest.mark.skipif(not OFFICE.exists(), reason="needs the real office drawing")


@cache
def study(name):
    plan = OFFICE if name == "real_office" else None
    return read_study(FLOORPLANS / name / "study.toml", plan=plan)


ALL = pytest.mark.parametrize("name", [*DRAWN, pytest.param("real_office", marks=needs_office)])


@ALL
def test_today_is_legal(name):
    """The layout of today breaks no placement rule."""
    it = study(name)
    # only the placement rules, which hold whatever rule packs a study names
    findings = placement_findings(replace(it, rules=(), rule_overrides={}), it.current_layout)
    assert [finding.sentence for finding in findings if finding.passed is False] == []
    assert len({finding.rule.id for finding in findings}) >= 10


@ALL
def test_schema_takes_the_study(name):
    """The exported JSON Schema takes the bundled study."""
    text = (FLOORPLANS / name / "study.toml").read_text("utf-8")
    jsonschema.Draft202012Validator(study_schema()).validate(tomllib.loads(text))


@ALL
def test_today_holds_the_whole_brief(name):
    """Every fixture that the study asks for stands somewhere today."""
    it = study(name)
    wanted = {fixture for group in it.groups for fixture in group.names()}
    assert {placement.fixture for placement in it.current_layout.placements} == wanted


@ALL
def test_ten_businesses_all_served(name):
    """The ten business types are there, and at the peak no queue grows without end."""
    it = study(name)
    assert len(it.mix.businesses) == 10
    waits = compute_waiting(it, it.current_layout)
    assert {kind: wait.utilisation for kind, wait in waits.items() if wait.utilisation >= 1} == {}
    walked = {flow.group for flow in it.flows()}
    assert walked >= {business.name for business in it.mix.businesses}
    assert walked >= {staff_round.name for staff_round in it.mix.rounds}


@pytest.mark.parametrize(
    ("name", "size", "fixtures"),
    [
        ("standard_hall", (20, 15), range(15, 23)),
        ("old_corner", (12, 9.6), range(8, 16)),
        ("flagship_hall", (40, 25), range(30, 60)),
    ],
)
def test_sizes(name, size, fixtures):
    """The halls have the sizes and numbers of fixtures that the README says."""
    it = study(name)
    assert it.plan.size == pytest.approx(size)
    assert sum(group.max for group in it.groups) in fixtures


def test_old_corner_is_small_and_slanted():
    """Under 120 m², with a street side that is at no right angle."""
    outline = study("old_corner").plan.outline
    assert outline.area < 120
    assert outline.area < 0.95 * outline.minimum_rotated_rectangle.area


def test_standard_hall_has_its_rooms():
    """Cash area with interlock, 24 h zone with a street door, loading room, wealth rooms."""
    plan = study("standard_hall").plan
    assert {zone.kind for zone in plan.zones} == set(ZoneKind)
    assert len(plan.doors_of(DoorKind.INTERLOCK)) == 1
    (night,) = plan.zones_of(ZoneKind.SELF_SERVICE_24H)
    street = [d for d in plan.doors_of(DoorKind.ENTRANCE) if night.polygon.distance(d.line) < 0.3]
    assert len(street) == 1


def test_standard_hall_is_the_same_in_both_drawings():
    """The DXF in millimetres gives the plan that the GeoJSON gives."""
    ours = study("standard_hall").plan
    path = FLOORPLANS / "standard_hall"
    drawn = read_study(path / "study.toml", plan=path / "plan.dxf").plan
    assert drawn.outline.symmetric_difference(ours.outline).area < 1e-6
    assert drawn.solids.symmetric_difference(ours.solids).area < 1e-6
    zones = {zone.name: (zone.kind, pytest.approx(zone.polygon.area)) for zone in ours.zones}
    assert {zone.name: (zone.kind, zone.polygon.area) for zone in drawn.zones} == zones

    def places(plan):
        return sorted(
            (door.kind.value, *(round(v, 3) for v in (*door.centre, door.width)))
            for door in plan.doors
        )

    assert places(drawn) == places(ours)


@needs_office
def test_real_office_uses_one_large_hall():
    """All customers' fixtures stand in one hall of the real floor."""
    it = study("real_office")
    (hall,) = [zone for zone in it.plan.zones if zone.kind is ZoneKind.PUBLIC_HALL]
    assert hall.polygon.area > 150
    assert {group.zone for group in it.groups} == {hall.name}
    assert it.plan.size == pytest.approx((57.9, 27.9), abs=0.05)
