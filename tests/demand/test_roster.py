"""The roster: by hand, against brute force, and what it must keep to."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
import shapely

from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.demand.periods import Period
from optimizer.demand.roster import (
    Roster,
    RosterRules,
    RosterStatus,
    StaffMember,
    roster,
    roster_week,
)
from optimizer.demand.roster.build import list_patterns
from optimizer.demand.roster.need import compute_needs
from optimizer.demand.roster.own import own_roster
from optimizer.demand.roster.solve import Pattern, solve
from optimizer.demand.service import Service
from optimizer.demand.waiting import compute_waiting
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.model import FixtureType
from optimizer.errors import StudyError
from optimizer.plan.model import FloorPlan
from optimizer.study import FixtureGroup, Study, Walking


def branch(per_hour: dict[int, float], *, cash: int = 3, desk: int = 1) -> Study:
    """Cash windows, and desks that serve cards; both serve questions."""
    kinds = [
        FixtureType(name=name, label="", label_zh="", width=1.5, depth=0.6, height=1.0)
        for name in ("cash", "desk")
    ]
    businesses = (
        Business(
            name="money",
            share=0.7,
            journey=(Stop(types=("cash",)),),
            service_minutes={"cash": 4.0},
        ),
        Business(
            name="card", share=0.1, journey=(Stop(types=("desk",)),), service_minutes={"desk": 10.0}
        ),
        Business(
            name="question",
            share=0.2,
            journey=(Stop(types=("cash", "desk")),),
            service_minutes={"cash": 3.0, "desk": 3.0},
        ),
    )
    return Study(
        name="branch",
        plan=FloorPlan(name="hall", outline=shapely.box(0, 0, 8, 6)),
        types={kind.name: kind for kind in kinds},
        groups=(
            FixtureGroup(type="cash", min=cash, max=cash),
            FixtureGroup(type="desk", min=desk, max=desk),
        ),
        mix=BusinessMix(
            businesses=businesses,
            arrivals=Arrivals(per_hour=per_hour),
            service=Service(staffed=("cash", "desk")),
        ),
        walking=Walking(radius=0.25, speed={}, encounter_distance=0.5, lane_width=1.2),
    )


HOURLY = RosterRules(
    target_minutes=10.0, slot_minutes=60, shift_hours=(2.0, 3.0), break_needed_hours=9.0
)


def check(found: Roster, study: Study, rules: RosterRules) -> None:
    """Everything that a roster promises, looked at anew."""
    step = rules.slot_minutes
    names = Counter(shift.staff.name for shift in found.shifts)
    assert max(names.values()) == 1
    for slot in found.slots:
        at_work: Counter[str] = Counter()
        for shift in found.shifts:
            if not shift.start <= slot.start < shift.end:
                continue
            kind = shift.work[(slot.start - shift.start) // step]
            if shift.break_start <= slot.start < shift.break_end:
                assert kind == ""
            if kind:
                assert kind in shift.staff.skills
                at_work[kind] += 1
        assert {k: n for k, n in slot.open.items() if n} == dict(at_work)
        waits = compute_waiting(study, hour=slot.hour, servers=slot.open)
        assert max(row.mean_minutes for row in waits.values()) <= rules.target_minutes
        assert {k: row.mean_minutes for k, row in waits.items()} == pytest.approx(
            dict(slot.wait_by_type)
        )
    assert found.staff_hours == pytest.approx(sum(shift.hours for shift in found.shifts))


def test_quiet_hours_need_one_window_of_each():
    """Few customers for three hours: one window of each, one shift each, 6 hours."""
    study = branch({9: 2.0, 10: 2.0, 11: 2.0})
    found = roster(study, rules=HOURLY)
    assert (found.status, found.staff_hours, found.bound_hours) == (RosterStatus.OPTIMAL, 6.0, 6.0)
    assert {tuple(slot.open.values()) for slot in found.slots} == {(1, 1)}
    assert found.full_hours == 12.0
    check(found, study, HOURLY)


def test_a_peak_brings_a_second_shift():
    """A crowd at 10:00 takes a second cash window: two shifts of 2 hours that overlap there."""
    study = branch({9: 3.0, 10: 22.0, 11: 3.0})
    found = roster(study, rules=HOURLY)
    assert found.status is RosterStatus.OPTIMAL
    assert found.slots[1].open["cash"] > found.slots[1].needed["desk"]
    # cash 9 to 11 and 10 to 12, the desk 9 to 12; a third of 3 hours each would be 9
    assert found.staff_hours == 7.0
    assert found.largest is not None
    assert found.smallest is not None
    assert sum(found.largest.open.values()) > sum(found.smallest.open.values())
    check(found, study, HOURLY)


def test_skills_are_kept():
    """Somebody who can do both takes over where two are not needed."""
    study = branch({9: 1.0, 10: 1.0}, cash=1)
    one_each = (
        StaffMember(name="Ann", skills=("cash",)),
        StaffMember(name="Ben", skills=("cash", "desk")),
    )
    rules = RosterRules(target_minutes=30.0, slot_minutes=60, shift_hours=(2.0,), staff=one_each)
    found = roster(study, rules=rules)
    assert {shift.staff.name: set(shift.work) for shift in found.shifts} == {
        "Ann": {"cash"},
        "Ben": {"desk"},
    }
    check(found, study, rules)
    only = RosterRules(target_minutes=30.0, slot_minutes=60, shift_hours=(2.0,), staff=one_each[:1])
    none = roster(study, rules=only)
    assert none.status is RosterStatus.INFEASIBLE
    assert "nobody has the skill 'desk'" in none.conflict


def test_breaks_are_taken_and_covered():
    """With a break of an hour in every shift somebody else keeps the window open."""
    study = branch(dict.fromkeys(range(9, 17), 2.0))
    rules = RosterRules(
        target_minutes=30.0, slot_minutes=60, shift_hours=(4.0, 8.0), break_needed_hours=6.0
    )
    found = roster(study, rules=rules)
    # 2 windows × 8 h, by shifts of 4 h, which have no break
    assert found.staff_hours == 16.0
    check(found, study, rules)
    long = RosterRules(
        target_minutes=30.0, slot_minutes=60, shift_hours=(8.0,), break_needed_hours=6.0
    )
    covered = roster(study, rules=long)
    # one shift of each kind leaves an hour open: two of each, 7 paid hours each
    assert covered.staff_hours == 28.0
    assert all(shift.break_end - shift.break_start == 60 for shift in covered.shifts)
    check(covered, study, long)


def test_target_that_no_window_meets():
    """Where not even all windows are enough, the hours and what could be met are named."""
    study = branch({9: 2.0, 10: 40.0})
    found = roster(study, target_minutes=0.5, rules=HOURLY)
    assert found.status is RosterStatus.INFEASIBLE
    assert found.slots == ()
    assert any("10:00" in sentence and "min can be met" in sentence for sentence in found.conflict)
    assert "INFEASIBLE" in found.summary()


def test_nobody_is_left_unserved():
    """Cash alone never serves cards, so the desk is open whenever cards come."""
    (need,) = compute_needs(branch({9: 2.0}), 60.0)
    assert all(cash >= 1 and desk >= 1 for cash, desk in need.enough)


def test_a_weekday_has_its_own_roster():
    """A quiet Sunday is paid less than the mean day; a day that is not told is named."""
    study = branch({9: 22.0, 10: 22.0})
    quiet = replace(study.mix.arrivals, by_weekday={6: {9: 2.0, 10: 2.0}})
    study = study.replace(mix=replace(study.mix, arrivals=quiet))
    sunday = roster(study, rules=HOURLY, weekday=6)
    assert sunday.staff_hours == 4.0 < roster(study, rules=HOURLY).staff_hours
    with pytest.raises(StudyError, match="weekday Wed has no arrivals of its own; known are Sun"):
        roster(study, rules=HOURLY, weekday=2)


def test_a_week_has_a_roster_for_each_kind_of_day():
    """Days on which the same people come share a roster, and nobody is rostered when nobody comes.

    Monday and Friday are busy (16 hours: the mean day's), Sunday is quiet (4), the rest is closed.
    """
    study = branch({9: 22.0, 10: 22.0})
    busy, quiet = {9: 22.0, 10: 22.0}, {9: 2.0, 10: 2.0}
    days = replace(study.mix.arrivals, by_weekday={0: busy, 4: busy, 6: quiet})
    study = study.replace(mix=replace(study.mix, arrivals=days))
    week = roster_week(study, rules=HOURLY)
    assert [day.name for day in week] == ["Mon, Fri", "Sun"]
    assert week[0].roster.staff_hours == roster(study, rules=HOURLY).staff_hours
    assert week[1].roster.staff_hours == 4.0
    # days that nobody tells apart are one
    alike = roster_week(branch({9: 2.0, 10: 2.0}), rules=HOURLY)
    assert [day.weekdays for day in alike] == [tuple(range(7))]


def test_people_of_a_period_are_rostered_for_on_its_days():
    """Arrivals that a period has of its own hold in its hours and on its days, and only there."""
    market = Period(name="market day", hours=(10,), weekdays=(2,), arrivals=22.0)
    study = branch({9: 2.0, 10: 2.0, 11: 2.0}).replace(periods=(market,))
    week = roster_week(study, rules=HOURLY)
    assert [day.weekdays for day in week] == [(0, 1, 3, 4, 5, 6), (2,)]
    plain, busy = (day.roster for day in week)
    assert [slot.arrivals_per_hour for slot in plain.slots] == [2.0, 2.0, 2.0]
    assert [slot.arrivals_per_hour for slot in busy.slots] == [2.0, 22.0, 2.0]
    assert sum(busy.slots[1].open.values()) > sum(plain.slots[1].open.values())
    wednesday = roster(study, rules=HOURLY, weekday=2)
    assert wednesday.slots == busy.slots
    # the mean day: (22 + 6 · 2) / 7 at ten
    mean = roster(study, rules=HOURLY)
    assert [s.arrivals_per_hour for s in mean.slots] == pytest.approx([2.0, 34 / 7, 2.0])
    # periods that name no number of people are those of the arrivals
    named = study.replace(periods=(replace(market, arrivals=None),))
    assert len(roster_week(named, rules=HOURLY)) == 1


def test_closed_at_noon():
    """An hour without customers needs nobody."""
    study = branch({9: 2.0, 10: 0.0, 11: 2.0})
    rules = RosterRules(target_minutes=30.0, slot_minutes=60, shift_hours=(1.0,))
    found = roster(study, rules=rules)
    assert found.staff_hours == 4.0
    assert sum(found.slots[1].open.values()) == 0


@pytest.mark.parametrize("seed", range(12))
def test_fewest_hours_are_those_of_brute_force(seed):
    """On tiny rosters every choice of shifts is tried: none that is enough is paid less."""
    rng = random.Random(seed)
    slots, patterns = 4, []
    for start, size in product(range(4), (1, 2, 3)):
        if start + size <= slots:
            patterns.append(Pattern(start=start, end=start + size, pause=start, resume=start))
    groups = [(1, frozenset({0})), (1, frozenset({1})), (rng.randint(0, 1), frozenset({0, 1}))]
    enough = []
    for _ in range(slots):
        sets = [(a, b) for a, b in product(range(3), range(2)) if rng.random() < 0.6] or [(0, 0)]
        enough.append({pair: rng.random() for pair in sets})
    found = solve(enough=enough, groups=groups, patterns=patterns, time_limit=10.0, seed=1)
    members = [skills for size, skills in groups for _ in range(size)]
    best = None
    for shifts in product((None, *patterns), repeat=len(members)):
        paid = sum(shift.paid for shift in shifts if shift)
        if best is not None and paid >= best:
            continue
        if all(_covers(enough[t], members, shifts, t) for t in range(slots)):
            best = paid
    if best is None:
        assert found.status is RosterStatus.INFEASIBLE
    else:
        assert (found.status, found.paid) == (RosterStatus.OPTIMAL, best)


def _covers(table, members, shifts, t) -> bool:
    """Whether those at work in a slot can serve some set that is enough."""
    there = [skills for skills, shift in zip(members, shifts, strict=True) if shift and shift.on(t)]
    work = {(0, 0)}
    for skills in there:
        more = {(a + 1, b) for a, b in work if 0 in skills}
        work |= more | {(a, b + 1) for a, b in work if 1 in skills}
    return any(pair in work for pair in table)


def test_both_answers_of_brute_force_occur():
    """The random rosters are not all of one kind."""
    one = Pattern(start=0, end=1, pause=0, resume=0)
    none = solve(
        enough=[{(2,): 0.0}], groups=[(1, frozenset({0}))], patterns=[one], time_limit=5, seed=1
    )
    some = solve(
        enough=[{(1,): 0.0}], groups=[(1, frozenset({0}))], patterns=[one], time_limit=5, seed=1
    )
    assert (none.status, some.status) == (RosterStatus.INFEASIBLE, RosterStatus.OPTIMAL)


def test_patterns_of_a_day():
    """Shifts lie within the day; long ones have a break that begins in its span."""
    rules = RosterRules(
        slot_minutes=60,
        shift_hours=(2.0, 4.0),
        break_minutes=60,
        break_needed_hours=4.0,
        break_after_hours=(1.0, 2.0),
    )
    patterns = list_patterns([540, 600, 660, 720, 780], rules)
    short = [p for p in patterns if p.end - p.start == 2]
    long = [p for p in patterns if p.end - p.start == 4]
    assert [(p.start, p.paid) for p in short] == [(0, 2), (1, 2), (2, 2), (3, 2)]
    assert [(p.start, p.pause, p.paid) for p in long] == [
        (0, 1, 3),
        (0, 2, 3),
        (1, 2, 3),
        (1, 3, 3),
    ]
    # a day shorter than every shift is worked as a whole
    assert {(p.start, p.end) for p in list_patterns([540], rules)} == {(0, 1)}


@pytest.mark.parametrize(
    ("rules", "part"),
    [
        ({"slot_minutes": 45}, "must divide an hour"),
        ({"target_minutes": 0.0}, "must be more than 0"),
        ({"shift_hours": ()}, "shift_hours is empty"),
        ({"shift_hours": (1.2,)}, "whole slots"),
        ({"break_minutes": 20}, "whole slots"),
        ({"break_after_hours": (3.0, 1.0)}, "must be 0 or more"),
        ({"staff": (StaffMember(name="Ann", skills=()),)}, "has no skill"),
        ({"staff": (StaffMember(name="Ann", skills=("x",)),) * 2}, "named twice"),
    ],
)
def test_rules_that_cannot_be(rules, part):
    """Each wrong value is refused by name."""
    with pytest.raises(StudyError, match=part):
        RosterRules(**rules)


def test_unknown_skill_is_named():
    """A skill that is no staffed type is told with what is known."""
    rules = RosterRules(staff=(StaffMember(name="Ann", skills=("cahs",)),))
    with pytest.raises(StudyError, match="'cahs', which is no staffed type"):
        roster(branch({9: 2.0}), rules=rules)


def windows_of(*kinds: str) -> Layout:
    """A layout with these windows, a metre and a half apart."""
    return Layout(
        placements=tuple(
            Placement(fixture=f"{kind}-{n}", type=kind, x=1.5 * n, y=1.0, angle=0.0)
            for n, kind in enumerate(kinds)
        )
    )


def test_a_report_has_the_roster_of_a_study_that_has_one():
    """Without `[roster]` there is none; with it, that of the layout's own windows."""
    study = branch({9: 15.0, 10: 15.0, 11: 15.0})
    placed = windows_of("cash", "cash", "desk")
    assert own_roster(study, placed) is None
    rules = RosterRules(shift_hours=(3.0,))
    found = own_roster(study.replace(roster=rules), placed)
    assert found is not None
    assert [slot.start for slot in found.slots][:2] == [540, 570]
    # the brief has three cash windows, the layout two
    assert max(slot.open["cash"] for slot in found.slots) == 2


def test_a_roster_that_cannot_be_costs_no_report(caplog):
    """Too few windows, or staff who serve none of them: the reason is logged, nothing raised."""
    placed = windows_of("cash", "desk")
    busy = branch({9: 200.0}).replace(roster=RosterRules(shift_hours=(1.0,)))
    assert own_roster(busy, placed) is None
    assert "no target can be met" in caplog.text
    rules = RosterRules(staff=(StaffMember(name="Li", skills=("wealth",)),))
    assert own_roster(branch({9: 10.0}).replace(roster=rules), placed) is None
    assert "'wealth', which is no staffed type" in caplog.text
