"""Who leaves a place and who is called to it: how often they meet, by formula."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from optimizer.cli import simulating
from optimizer.evaluate import evaluate
from optimizer.plan.space import Audience
from optimizer.simulate import simulate
from optimizer.simulate.figures import encounters_at
from optimizer.simulate.hall import furnish_hall
from optimizer.simulate.handovers import chance_to_meet, expect_handovers, share_who_wait

SIZES = {"distance": 0.8, "handover": 1.4}


def chance(into, out):
    """Probability for two ways given by corners, at 1.2 m/s."""
    return chance_to_meet(np.array(into, float), np.array(out, float), speed=1.2, **SIZES)


def test_on_one_line_they_always_meet():
    """Head-on from 8 m away they meet, whoever is the faster one, and in whichever direction."""
    assert chance([(8, 0), (0, 0)], [(0, 0), (10, 0)]) == 1.0
    assert chance([(0, 8), (0, 0)], [(0, 0), (0, 10)]) == 1.0


def test_apart_they_never_meet():
    """Ways at a right angle stay 5 m apart: who leaves is gone before the other is there."""
    # at equal speeds both are 4 m from the place when they are nearest: 4 · √2 m
    assert chance([(8, 0), (0, 0)], [(0, 0), (0, 10)]) == 0.0


def test_at_the_place_itself_nobody_is_met():
    """From 2 m away they pass each other within the metres that belong to who is served."""
    # half-way is 1 m from the place, and who is 1.4 m out meets the other less than 1.4 m out
    assert chance([(2, 0), (0, 0)], [(0, 0), (10, 0)]) == 0.0


def test_speed_decides_where_the_way_out_turns_off():
    """Who leaves turns off after 4 of the 8 m: only a far quicker one is gone by then."""
    # when he turns, the other is δ = 4 - 4 k metres away, k the ratio of the speeds, and they come
    # as near as δ / √(1 + k²). k has the logarithm 0.12 √2 z. Of the 15 equally likely z the lowest
    # is -1.83: k = 0.73, δ = 1.07, 0.86 m; the next one -1.28: k = 0.80, δ = 0.78, 0.61 m.
    assert chance([(8, 0), (0, 0)], [(0, 0), (4, 0), (4, 8)]) == pytest.approx(14 / 15)


def test_people_called_are_those_who_wait(room):
    """Arrivals times the probability of waiting times the chance on the only two ways."""
    study = room(arrivals=12, minutes=2.0)
    layout = study.current_layout
    # one desk, 12 an hour of 2 minutes each: busy, and waited for, in 0.4 of the time
    assert share_who_wait(study, layout, 9) == pytest.approx({"open_desk": 0.4})
    legs = evaluate(study, layout, places=False).legs
    hall = furnish_hall(study, layout, legs)
    (desk,) = hall.places["open_desk-1"]
    # somebody is called from a place 4 m off on the way to the door
    (out,) = (leg.path for leg in legs if leg.source == "open_desk-1" and leg.target == "door")
    ahead = (out[1] - out[0]) / np.hypot(*(out[1] - out[0]))
    hall.aside["open_desk"] = (tuple(np.add(desk, 4.0 * ahead)),)
    into = np.array(hall.way(Audience.CUSTOMER, hall.aside["open_desk"][0], desk))
    both = chance(into, out)
    assert both > 0.9
    found = expect_handovers(study, layout, hall, legs, hour=9, **SIZES)
    assert found == pytest.approx(12 * 0.4 * both)
    # aside from the way out nobody is met
    hall.aside["open_desk"] = ((desk[0] - 4.0, desk[1]),)
    assert expect_handovers(study, layout, hall, legs, hour=9, **SIZES) == 0.0
    # where nobody can stand, people are called from the machine, where they come from
    hall.aside["open_desk"], hall.lines["open_desk-1"] = (), ()
    (come,) = (leg.path for leg in legs if leg.target == "open_desk-1" and leg.person == "customer")
    found = expect_handovers(study, layout, hall, legs, hour=9, **SIZES)
    assert found == pytest.approx(12 * 0.4 * chance(come, out))


def test_without_waiting_nobody_is_called(room):
    """In an hour without customers, and where no desk serves, nobody waits."""
    study = room(arrivals=12)
    layout = study.current_layout
    assert share_who_wait(study, layout, 3) == {}
    hall = furnish_hall(study, layout, evaluate(study, layout, places=False).legs)
    assert expect_handovers(study, layout, hall, (), hour=9, **SIZES) == 0.0


def test_all_encounters_are_both_kinds(room):
    """Counted and by formula, all encounters are those by chance and those of who is called."""
    study = room(arrivals=25)
    result = simulate(study, study.current_layout, hours=0.5, seeds=(1,), warm_up=10)
    parts = [result[name] for name in ("encounters", "called_encounters")]
    whole = result["all_encounters"]
    assert whole.simulated.mean == pytest.approx(sum(p.simulated.mean for p in parts))
    assert whole.analytic == pytest.approx(sum(p.analytic for p in parts))


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_grows_on_a_terminal(monkeypatch, terminal):
    """On a terminal a bar shows the share of the work done; elsewhere nothing is written."""
    paper = io.StringIO()
    console = Console(file=paper, force_terminal=terminal, width=80)
    monkeypatch.setattr(simulating, "errors_console", lambda: console)
    with simulating.Bar("walking") as tell:
        tell(0.5)
    assert ("walking" in paper.getvalue()) is terminal
    assert ("50 %" in paper.getvalue()) is terminal


def test_encounters_at_the_distance_of_the_study_are_those_of_the_judge(room):
    """The formula beside the simulated streams is the judge's; who needs more room meets more."""
    study = room(arrivals=30, minutes=1.0)
    judged = evaluate(study, study.current_layout)
    own = study.walking.encounter_distance
    assert judged.crossing.encounters_per_hour > 0
    assert encounters_at(study, judged, own) == judged.crossing.encounters_per_hour
    assert encounters_at(study, judged, own + 0.3) > judged.crossing.encounters_per_hour
