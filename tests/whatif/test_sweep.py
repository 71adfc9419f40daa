"""A study over a grid of changes, as a table."""

from __future__ import annotations

import json

import pytest

import optimizer.whatif.sweep as room
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.study_file import read_study
from optimizer.whatif.changes import change_study
from optimizer.whatif.sweep import sweep


@pytest.fixture(scope="module")
def study(root):
    """Return the bundled old corner."""
    return read_study(root / "floorplans" / "old_corner" / "study.toml")


@pytest.fixture
def counted(monkeypatch):
    """Return a list that grows by one for each point worked out in this process."""
    done = []
    work_out = room.work_out
    monkeypatch.setattr(room, "work_out", lambda task: done.append(task) or work_out(task))
    return done


AXES = {"arrivals": [0.5, 1.0], "weight.waiting": [0.0, 1.2]}


def judged(study, axes=AXES, **more):
    """Return a sweep of today's layout in this process, without a bar."""
    return sweep(study, axes, layout=study.current_layout, workers=1, progress=False, **more)


def test_one_row_for_each_combination_in_order(study):
    """Two by two numbers make four rows, the first key slowest, with what evaluate says."""
    table = judged(study)
    points = list(zip(table["arrivals"], table["weight.waiting"], strict=True))
    assert points == [(0.5, 0.0), (0.5, 1.2), (1.0, 0.0), (1.0, 1.2)]
    for _, row in table.iterrows():
        changes = {key: row[key] for key in AXES}
        own = evaluate(change_study(study, changes), study.current_layout, places=False)
        assert row["objective"] == pytest.approx(own.objective.value)
        assert row["term.walking"] == pytest.approx(own.objective.terms["walking"])
        assert row["metres_per_customer"] == pytest.approx(own.walking.metres_per_customer)
        assert row["hard_broken"] == len(own.broken)
        assert row["layout"] is study.current_layout
    assert list(table["status"]) == ["JUDGED"] * 4
    # twice the people walk twice the metres
    assert table["term.walking"][2] == pytest.approx(2 * table["term.walking"][0])


def test_combinations_may_be_named_one_by_one(study):
    """A list of changes makes a row each; what one does not name stays as it is."""
    table = judged(study, [{}, {"arrivals": 2.0}])
    assert len(table) == 2
    assert table["arrivals"].isna().tolist() == [True, False]
    assert table["term.walking"][1] == pytest.approx(2 * table["term.walking"][0])


def test_processes_side_by_side_say_the_same(study):
    """The table does not depend on how many processes make it."""
    alone = judged(study)
    two = sweep(study, AXES, layout=study.current_layout, workers=2, progress=False)
    columns = [c for c in alone.columns if c != "layout"]
    assert two[columns].equals(alone[columns])


def test_what_is_kept_is_not_worked_out_again(study, tmp_path, counted):
    """A second sweep works out the new points alone, and says the same of the others."""
    first = judged(study, {"arrivals": [0.5, 1.0]}, cache=tmp_path)
    assert len(counted) == 2
    more = judged(study, {"arrivals": [0.5, 0.75, 1.0]}, cache=tmp_path)
    assert len(counted) == 3
    assert more["objective"][[0, 2]].tolist() == first["objective"].tolist()
    judged(study.replace(pitch=0.3), {"arrivals": [0.5]}, cache=tmp_path)
    assert len(counted) == 4, "another study has other points"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "other", "outcome": {}}', "null"])
def test_a_broken_file_is_told_of_and_made_anew(study, tmp_path, counted, caplog, content):
    """A file that was cut off, or is another's, costs a line and one point, and is mended."""
    whole = judged(study, {"arrivals": [0.5]}, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(content, encoding="utf-8")
    again = judged(study, {"arrivals": [0.5]}, cache=tmp_path)
    assert len(counted) == 2
    assert [record.getMessage() for record in caplog.records] == [
        f"{file} is broken; the point is worked out anew"
    ]
    assert again["objective"].tolist() == whole["objective"].tolist()
    assert json.loads(file.read_text(encoding="utf-8"))["outcome"]["status"] == "JUDGED"


def test_what_was_done_before_an_interruption_is_kept(study, tmp_path, monkeypatch):
    """Points that were finished before Ctrl-C are there at the next run."""
    work_out = room.work_out
    done = []

    def stopped(task):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(task)
        return work_out(task)

    monkeypatch.setattr(room, "work_out", stopped)
    with pytest.raises(KeyboardInterrupt):
        judged(study, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    done.clear()
    assert len(judged(study, cache=tmp_path)) == 4
    assert len(done) == 2


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ({"share.nobody": [0.1]}, "no change is called 'share.nobody'"),
        ({"arrivals": []}, "arrivals has no number"),
        ({"arrivals": [-1]}, "must be a number of 0 or more"),
        ([{"arival": 1}], "no change is called 'arival'"),
    ],
)
def test_wrong_axes_are_told_before_anything_is_worked_out(study, counted, axes, sentence):
    """A wrong key or number ends the sweep at once, with a line that says what is wrong."""
    with pytest.raises(StudyError, match=sentence):
        judged(study, axes)
    assert not counted


def test_a_bar_is_shown_on_stderr_only(study, capsys):
    """The bar leaves stdout alone."""
    sweep(study, {"arrivals": [1.0]}, layout=study.current_layout, workers=1, progress=True)
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_laid_out_anew(study, tmp_path):
    """Each row has a layout of its own with a bound below it, and is the same again."""
    axes = {"count.waiting_seats": [1, 2]}
    budget = {"steps": 300, "time_limit": 30.0, "seed": 3, "progress": False}
    table = sweep(study, axes, cache=tmp_path, workers=2, **budget)
    assert set(table["status"]) <= {"FEASIBLE", "OPTIMAL"}
    assert (table["bound"] <= table["objective"] + 1e-6).all()
    for count, layout in zip(table["count.waiting_seats"], table["layout"], strict=True):
        assert len(layout.of_type("waiting_seats")) == count
    again = sweep(study, axes, cache=tmp_path, **budget)
    assert again["objective"].tolist() == table["objective"].tolist()
    assert again["layout"].tolist() == table["layout"].tolist()


def test_a_quick_sweep_needs_a_layout(study):
    """Without a layout to fit there is nothing to be quick with."""
    with pytest.raises(StudyError, match="give it as 'start'"):
        sweep(study, {"arrivals": [1.0]}, quick=True, progress=False)


def test_a_quick_sweep_fits_the_layout(study):
    """Each row has a layout with the number asked for, and no bound."""
    table = sweep(
        study, {"count.waiting_seats": [1, 3]}, start=study.current_layout, quick=True, steps=20,
        workers=1, progress=False,
    )  # fmt: skip
    assert [len(layout.of_type("waiting_seats")) for layout in table["layout"]] == [1, 3]
    assert table["bound"].isna().all()
