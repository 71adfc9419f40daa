"""A layout judged with the fewest and with the most windows that rosters open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.demand.roster import Roster, RosterRules, RosterStatus, Slot, roster
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.open_sets import evaluate_open_sets
from optimizer.study_file import read_study


def slot(hour, people, **windows):
    """A half hour with some windows open."""
    return Slot(
        start=60 * hour,
        arrivals_per_hour=people,
        needed=windows,
        least=sum(windows.values()),
        open=windows,
        wait_before=0.0,
        wait_after=0.0,
        wait_by_type={},
    )


def opened(*slots):
    """A roster of some half hours."""
    return Roster(status=RosterStatus.OPTIMAL, target_minutes=10.0, slots=slots)


@pytest.fixture(scope="module")
def hall(root):
    """The standard hall, and the layout of today."""
    study = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    return study, study.current_layout


def test_the_layout_of_a_study_holds_for_all_open_sets_of_its_week(hall):
    """Hard rules that today's layout keeps with everything open it keeps with few windows open.

    The rosters are those of Monday, the busiest day, and of Sunday, the quietest, at a target that
    can be met; the smallest set is that of a quiet hour, the largest that of the busiest.
    """
    study, layout = hall
    arrivals = study.mix.arrivals
    # three hours of either day are enough to have a peak and a quiet one
    hours = {
        day: {h: n for h, n in arrivals.by_weekday[day].items() if h in (8, 9, 10)}
        for day in (0, 6)
    }
    study = study.replace(mix=replace(study.mix, arrivals=replace(arrivals, by_weekday=hours)))
    rules = RosterRules(
        target_minutes=90.0, slot_minutes=60, shift_hours=(1.0, 3.0), break_needed_hours=9.0
    )
    days = [
        roster(study, rules=rules, weekday=day, layout=layout, time_limit=60.0) for day in (0, 6)
    ]
    assert all(day.slots for day in days)
    judged = evaluate_open_sets(study, days, layout)
    whole = {finding.rule.id for finding in evaluate(study, layout).broken}
    for evaluation in judged.values():
        assert {finding.rule.id for finding in evaluation.broken} <= whole
    counts = [sum(s.open.values()) for day in days for s in day.slots if sum(s.open.values())]
    for name, most in (("smallest", min(counts)), ("largest", max(counts))):
        (period,) = judged[name].periods
        assert sum(period.places[kind] for kind in days[0].slots[0].open) == most


def test_closed_windows_carry_nobody_and_stand_in_the_way(hall):
    """With one cash window open all its customers walk to the first one, by ways as before."""
    study, layout = hall
    few = {"cash_counter": 1, "open_desk": 1, "corporate_counter": 0, "wealth_desk": 0}
    many = {"cash_counter": 3, "open_desk": 2, "corporate_counter": 1, "wealth_desk": 2}
    judged = evaluate_open_sets(study, opened(slot(8, 10.0, **few), slot(10, 40.0, **many)), layout)
    ends = {
        name: {leg.target for leg in evaluation.legs if leg.target.startswith("cash_counter")}
        for name, evaluation in judged.items()
    }
    assert ends["smallest"] == {"cash_counter-1"}
    assert ends["largest"] == {f"cash_counter-{k}" for k in (1, 2, 3)}
    # the same way in both: what is closed stands where it stood
    ways = [
        {(leg.source, leg.target): leg.length for leg in evaluation.legs}
        for evaluation in judged.values()
    ]
    same = ways[0].keys() & ways[1].keys()
    assert len(same) > 10
    assert all(ways[0][pair] == pytest.approx(ways[1][pair]) for pair in same)


def test_the_smallest_of_several_days_counts(hall):
    """Over a week the smallest and the largest set are those of any day; closed hours are none."""
    study, layout = hall
    busy = slot(10, 40.0, cash_counter=3, open_desk=2)
    days = [opened(slot(12, 0.0, cash_counter=0), busy), opened(slot(9, 6.0, cash_counter=1))]
    judged = evaluate_open_sets(study, days, layout)
    assert judged["smallest"].periods[0].arrivals_per_hour == 6.0
    assert judged["largest"].periods[0].arrivals_per_hour == 40.0


def test_a_roster_that_opens_nothing_judges_nothing(hall):
    """Where there is no roster there is no open set, and that is said."""
    study, layout = hall
    none = replace(opened(), status=RosterStatus.INFEASIBLE)
    with pytest.raises(StudyError, match="the roster is INFEASIBLE and opens no window"):
        evaluate_open_sets(study, none, layout)
    with pytest.raises(StudyError, match="opens no window to judge by"):
        evaluate_open_sets(study, opened(slot(12, 0.0, cash_counter=0)), layout)
