"""Changes of a study by name."""

from __future__ import annotations

import pytest

from optimizer.errors import StudyError
from optimizer.rules.packs import rules_of
from optimizer.study_file import read_study
from optimizer.whatif.changes import change_study, known_keys


@pytest.fixture(scope="module")
def study(root):
    """Return the bundled standard hall."""
    return read_study(root / "floorplans" / "standard_hall" / "study.toml")


def shares(study):
    """Return the share of each business by name."""
    return {b.name: b.share for b in study.mix.businesses}


def test_a_share_is_set_and_the_others_keep_their_proportions(study):
    """A share is what the key says; the rest goes to the others as before."""
    # transfer and enquiry have 0.12 each of the 0.88 besides card service (0.12):
    # with card service at 0.34 the others have 0.66, so 0.12 · 0.66 / 0.88 = 0.09
    changed = shares(change_study(study, {"share.card_service": 0.34}))
    assert changed["card service"] == pytest.approx(0.34)
    assert changed["transfer"] == pytest.approx(0.09)
    assert changed["enquiry"] == pytest.approx(0.09)
    assert sum(changed.values()) == pytest.approx(1.0)


def test_shares_are_set_together(study):
    """Two shares do not shrink each other, in whatever order they are named."""
    one = shares(change_study(study, {"share.transfer": 0.3, "share.enquiry": 0.2}))
    other = shares(change_study(study, {"share.enquiry": 0.2, "share.transfer": 0.3}))
    assert one == other
    assert (one["transfer"], one["enquiry"]) == (0.3, 0.2)
    assert sum(one.values()) == pytest.approx(1.0)


def test_all_other_keys_change_what_they_name(study):
    """Counts, weights, limits, rules, levers and arrivals each change their own part."""
    changed = change_study(
        study,
        {
            "count.smart_terminal": 4,
            "weight.encounters": 7,
            "weight.backtracking": 3,
            "limit.detour": 1.2,
            "rule.CN-ACC-01": 1.5,
            "arrivals": 2,
        },
    )
    assert changed.servers()["smart_terminal"] == 4
    assert changed.objective.weights["encounters"] == 7.0
    assert changed.objective.weights["backtracking"] == 3.0
    assert changed.objective.walking == study.objective.walking
    assert changed.limits == {"detour": 1.2}
    assert {r.id: r.value for r in rules_of(changed)}["CN-ACC-01"] == 1.5
    assert changed.arrivals_per_hour == pytest.approx(2 * study.arrivals_per_hour)


def test_a_lever_is_pulled_on_the_shares_that_are_set(study):
    """The lever works on the mix that the shares made, not the other way round."""
    both = change_study(study, {"lever.e_channel": 0.5, "share.transfer": 0.3})
    by_hand = change_study(study, {"share.transfer": 0.3}).with_lever("e_channel", 0.5)
    assert shares(both) == shares(by_hand)
    assert both.mix.arrivals == by_hand.mix.arrivals
    assert shares(both)["transfer"] != pytest.approx(0.3)


def test_no_change_changes_nothing(study):
    """Without a change the study is as it was."""
    assert change_study(study, {}) == study


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"share.card_servce": 0.1}, "did you mean 'share.card_service'"),
        ({"count.smart_terminl": 2}, "did you mean 'count.smart_terminal'"),
        ({"rule.CN-ACC-1": 1}, "did you mean 'rule.CN-ACC-"),
        ({"wieght.walking": 1}, "a key is one of arrivals, count.…"),
        ({"share.transfer": 0.7, "share.enquiry": 0.4}, "together 1.1; must be at most 1"),
        ({"count.smart_terminal": 1.5}, "must be a whole number"),
        ({"count.smart_terminal": -1}, "must be a number of 0 or more"),
        ({"weight.walking": "much"}, "must be a number of 0 or more"),
        ({"weight.walking": float("nan")}, "must be a number of 0 or more"),
        ({"lever.e_channel": 1.5}, "must be 0 to 1"),
    ],
)
def test_wrong_changes_say_what_would_be_right(study, changes, sentence):
    """An unknown key or a number that cannot be is one line that says what would do."""
    with pytest.raises(StudyError) as caught:
        change_study(study, changes)
    assert sentence in str(caught.value)
    assert len(caught.value.sentences) == 1


def test_every_wrong_key_is_told(study):
    """All wrong keys are told at once."""
    with pytest.raises(StudyError) as caught:
        change_study(study, {"share.x": 1, "count.y": 2})
    assert len(caught.value.sentences) == 2


def test_every_key_of_the_studys_own_can_be_used(study):
    """Each share, count and weight that is listed can be set."""
    keys = [k for k in known_keys(study) if k.startswith(("share.", "count.", "weight."))]
    assert len(keys) > 30
    for key in keys:
        number = 0.2 if key.startswith("share.") else 5
        assert change_study(study, {key: number}) != study
