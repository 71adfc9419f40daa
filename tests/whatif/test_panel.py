"""The panel of sliders, driven by code as a hand would."""

from __future__ import annotations

import asyncio
import sys

import pytest

from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.study_file import read_study
from optimizer.whatif.changes import change_study

pytest.importorskip("ipywidgets")


@pytest.fixture(scope="module")
def study(root):
    """Return the bundled standard hall."""
    return read_study(root / "floorplans" / "standard_hall" / "study.toml")


@pytest.fixture
def panel(study):
    """Return a panel of it with nothing moved."""
    from optimizer.whatif.panel import Panel

    return Panel(study, seconds=1.0, ahead=False)


def objective(study, changes):
    """Return what the judge says of today's layout under changes."""
    return evaluate(
        change_study(study, changes), study.current_layout, places=False
    ).objective.value


def test_at_rest_it_says_what_the_judge_says(study, panel):
    """Figures of today's layout, nothing changed, a picture."""
    assert panel.changes == {}
    assert panel.evaluation.objective.value == pytest.approx(objective(study, {}))
    assert panel.figures.value.count("<tr>") > 10
    assert bytes(panel.picture.value).startswith(b"\x89PNG")


def test_a_slider_judges_the_layout_anew(study, panel):
    """Mix and weights that are moved are those that are judged, together."""
    panel.sliders["share.foreign_exchange"].value = 0.2
    panel.sliders["weight.encounters"].value = 60.0
    wanted = {"share.foreign_exchange": 0.2, "weight.encounters": 60.0}
    assert panel.changes == wanted
    assert panel.evaluation.objective.value == pytest.approx(objective(study, wanted))
    assert "judged in" in panel.message.value


def test_shares_that_nobody_set_follow(panel):
    """The shares shown add to 1 again, and the one that was set stays where it was put."""
    panel.sliders["share.foreign_exchange"].value = 0.51
    shown = {k: s.value for k, s in panel.sliders.items() if k.startswith("share.")}
    assert shown["share.foreign_exchange"] == 0.51
    # transfer had 0.12 of the 0.98 besides; of the 0.49 left that is 0.06
    assert shown["share.transfer"] == pytest.approx(0.06)
    assert sum(shown.values()) == pytest.approx(1.0)
    assert list(panel.changes) == ["share.foreign_exchange"]


def test_what_cannot_be_is_said_and_mended(study, panel):
    """Shares over 1 and more machines than stand are told in words; back, all is as before."""
    panel.sliders["share.transfer"].value = 0.9
    panel.sliders["share.enquiry"].value = 0.9
    assert "together 1.8" in panel.message.value
    assert panel.evaluation is None
    panel.reset.click()
    assert panel.changes == {}
    assert panel.evaluation.objective.value == pytest.approx(objective(study, {}))
    panel.sliders["count.smart_terminal"].value = 4
    assert "the layout holds 2" in panel.message.value
    assert panel.evaluation is None


def test_the_button_lays_out_anew(study, panel):
    """With a third terminal wanted, the layout gets one, is judged, and drawn."""
    before = bytes(panel.picture.value)
    panel.sliders["count.smart_terminal"].value = 3
    panel.button.click()
    assert len(panel.layout.of_type("smart_terminal")) == 3
    assert panel.evaluation is not None
    assert bytes(panel.picture.value) != before
    assert "laid out anew" in panel.message.value
    assert not panel.button.disabled


def test_it_shows_itself(panel):
    """A notebook gets the widget."""
    assert "application/vnd.jupyter.widget-view+json" in panel._repr_mimebundle_()


def test_without_a_layout_there_is_nothing_to_judge(study):
    """A study without today's layout needs one given."""
    from optimizer.whatif.panel import Panel

    with pytest.raises(StudyError, match="give the panel one"):
        Panel(study.replace(current_layout=None))


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    """The error names the optional group."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.delitem(sys.modules, "optimizer.whatif.panel", raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"branch-layout\[notebook\]"):
        __import__("optimizer.whatif.panel")


def test_one_fixture_fewer_is_known_ahead(study, monkeypatch):
    """A number less by one judges no rule about the plan anew; without `ahead` it does."""
    from optimizer.whatif import fixed
    from optimizer.whatif.panel import Panel

    judged = []
    real = fixed.judge

    def watched(rules, *rest):
        judged.extend(rule.check for rule in rules if rule.check not in fixed.PEOPLE_CHECKS)
        return real(rules, *rest)

    monkeypatch.setattr(fixed, "judge", watched)
    panels = [Panel(study, seconds=1.0, ahead=ahead) for ahead in (True, False)]
    seen = []
    for panel in panels:
        judged.clear()
        slider = panel.sliders["count.open_desk"]
        panel.ahead = False  # only what moving this slider costs
        slider.value -= 1
        seen.append(len(judged))
    assert seen[0] == 0
    assert seen[1] > 10


def test_two_fixtures_fewer_are_known_while_nobody_moves(study, monkeypatch):
    """Left alone in a loop of events, a panel judges no rule about the plan for two types less."""
    from optimizer.whatif import fixed, idle
    from optimizer.whatif.panel import Panel

    judged = []
    # what they find does not matter here
    monkeypatch.setattr(fixed, "judge", lambda rules, *rest: judged.extend(rules) or ())
    monkeypatch.setattr(idle, "BEFORE", 0.0)
    monkeypatch.setattr(idle, "BETWEEN", 0.0)

    async def left_alone():
        panel = Panel(study, seconds=1.0)
        while not panel.idle.finished:
            await asyncio.sleep(0.01)
        return panel

    panel = asyncio.run(left_alone())
    assert len(judged) > 1000  # some fifty rules for a hundred pairs
    judged.clear()
    panel.ahead = False
    panel.sliders["count.open_desk"].value -= 1
    panel.sliders["count.cash_counter"].value -= 1
    assert {rule.check for rule in judged} <= fixed.PEOPLE_CHECKS
    judged.clear()
    panel.sliders["count.smart_terminal"].value -= 1  # the third was not thought of
    assert not {rule.check for rule in judged} <= fixed.PEOPLE_CHECKS
