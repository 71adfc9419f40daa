"""What each move buys: chart, sheet, rows, and its place in the report."""

import csv
from dataclasses import replace

import pytest

from optimizer.equipment.layout import Layout
from optimizer.errors import StudyError
from optimizer.place.least_change import ChangeStep
from optimizer.report.html import render_report
from optimizer.report.least_change_picture import (
    build_change_table,
    change_rows,
    draw_least_change,
    plot_least_change,
    write_change_csv,
)


@pytest.fixture
def report_steps(report_layout, report_result):
    """The queue machine moves and saves 60 of 560, then a terminal too and saves 10 more."""

    def moved(*names):
        return Layout(
            placements=tuple(
                replace(p, x=p.x + 0.5) if p.fixture in names else p
                for p in report_layout.placements
            )
        )

    first, second = ("queue_machine-1",), ("queue_machine-1", "smart_terminal-1")
    return (
        ChangeStep(
            at_most=1,
            moved=first,
            objective=500.0,
            saved=60.0,
            broken=0,
            result=replace(report_result, layout=moved(*first)),
        ),
        ChangeStep(
            at_most=2,
            moved=second,
            objective=490.0,
            saved=10.0,
            broken=1,
            result=replace(report_result, layout=moved(*second)),
        ),
    )


def artists(figure, prefix):
    """Artists of a figure whose gid begins with a prefix, by gid."""
    found = figure.findobj(lambda artist: (artist.get_gid() or "").startswith(prefix))
    return {artist.get_gid(): artist for artist in found}


def test_chart_has_a_bar_for_today_and_one_for_each_step(report_study, report_steps):
    """Today is what the first step has and saved, 560: the bars are 0, 60 and 70 less than that."""
    ax = plot_least_change(report_study, report_steps, language="en")
    bars = artists(ax.figure, "step:")
    assert [bars[f"step:{i}"].get_width() for i in range(3)] == [0.0, 60.0, 70.0]
    bought = artists(ax.figure, "bought:")
    assert [(b.get_x(), b.get_width()) for b in bought.values()] == [(0.0, 60.0), (60.0, 10.0)]
    saved = {gid: text.get_text() for gid, text in artists(ax.figure, "saved:").items()}
    assert saved["saved:1"] == "500  (−60)"
    assert "Hard rules broken: 1" in saved["saved:2"]
    moved = artists(ax.figure, "moved:")
    assert moved["moved:2"].get_text() == "Queue machine, Smart terminal 1"
    assert next(iter(ax.get_yticklabels())).get_text() == "Today"


def test_sheet_shows_today_and_every_step_in_one_scale(report_study, report_steps):
    """Three plans with as many metres to the inch, an arrow for each fixture that moved."""
    figure = draw_least_change(report_study, report_steps, language="zh")
    figure.canvas.draw()
    assert len(figure.axes) == 3
    scales = {round(ax.get_window_extent().width / (ax.get_xlim()[1] - ax.get_xlim()[0]), 3)
              for ax in figure.axes}  # fmt: skip
    assert len(scales) == 1
    arrows = [len([p for p in ax.patches if (p.get_gid() or "").startswith("move:")])
              for ax in figure.axes]  # fmt: skip
    assert arrows == [0, 1, 2]
    texts = [text.get_text() for text in figure.texts]
    assert any("取号机" in text for text in texts)


def test_sheet_needs_a_today(report_study, report_steps):
    """Without a layout of today there is one sentence."""
    with pytest.raises(StudyError, match="no layout of today"):
        draw_least_change(report_study.replace(current_layout=None), report_steps)


def test_table_and_csv_tell_the_same(tmp_path, report_study, report_steps):
    """Both have moves, names, figures; a name that looks like a formula is none in the CSV."""
    kind = replace(report_study.types["queue_machine"], label="=1+1")
    study = report_study.replace(types={**report_study.types, "queue_machine": kind})
    rows = change_rows(study, report_steps)
    assert build_change_table(rows).row_count == 2
    write_change_csv(rows, tmp_path / "moves.csv")
    text = (tmp_path / "moves.csv").read_text(encoding="utf-8-sig")
    head, first, _ = csv.reader(text.splitlines())
    told = dict(zip(head, first, strict=True))
    assert told["moves"] == "1"
    assert told["moved"] == "'=1+1"
    assert (told["objective"], told["saved"]) == ("500.00", "60.00")


def test_report_tells_what_each_move_buys(
    report_study, report_layout, report_evaluation, report_steps
):
    """The section is there with steps, in both languages, and not without."""
    page = render_report(
        report_study, layout=report_layout, evaluation=report_evaluation, steps=report_steps
    )
    section = page[page.index('id="steps"') : page.index('id="walking"')]
    assert "取号机、智能柜台 1" in section
    assert "Queue machine, Smart terminal 1" in section
    assert "60.0" in section
    bare = render_report(report_study, layout=report_layout, evaluation=report_evaluation)
    assert 'id="steps"' not in bare
