"""Pictures and tables of flows: the conflict map, where streams part, guide lines, figures."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimizer.evaluate import evaluate
from optimizer.evaluation import (
    DiversionFigures,
    GuidedFigures,
    GuideLine,
    MeetingPair,
    MeetingPlace,
)
from optimizer.report.comparison import compare_table
from optimizer.report.conflict_picture import plot_conflicts
from optimizer.report.figures import FLOWS, headline_figures, rise_is_better
from optimizer.report.flow_picture import parting_legend, plot_flows
from optimizer.report.results import evaluation_to_json
from optimizer.report.words import word


@pytest.fixture(autouse=True)
def close_figures():
    """No figure stays open."""
    yield
    plt.close("all")


def _gids(ax):
    return {artist.get_gid() for artist in ax.get_children() if artist.get_gid()}


@pytest.fixture
def told(report_evaluation):
    """An evaluation with a worst place, a place where streams part and a guide line."""
    pair = MeetingPair(one="front → smart_terminal", other="b → c", encounters_per_hour=0.3)
    place = MeetingPlace(where=(4.0, 3.0), encounters_per_hour=0.5, causes=(pair,))
    line = GuideLine(flow="a → b", path=np.array([[1.0, 1.0], [2.0, 3.0]]), longer=0.1)
    guided = GuidedFigures(
        slack=0.02,
        lines=(line,),
        encounters_shortest=2.0,
        encounters_guided=1.5,
        crossings_shortest=9.0,
        crossings_guided=7.0,
        metres_shortest=100.0,
        metres_guided=101.0,
    )
    crossing = replace(report_evaluation.crossing, places=(place,), guided=guided)
    diversion = DiversionFigures(parting_metres=2.5, parting_place=(3.0, 2.0))
    return replace(report_evaluation, crossing=crossing, diversion=diversion)


def test_the_conflict_map_and_its_worst_places(report_study, told):
    """The heat, a scale of its colours, and the numbered place with the flows that meet there."""
    ax = plot_conflicts(report_study, told)
    gids = _gids(ax)
    assert {"meeting:heat", "meeting:heat-key", "meeting:1", "meeting:1:number"} <= gids
    assert "meeting:2" not in gids
    (text,) = (t.get_text() for t in ax.get_legend().get_texts())
    assert "0.50" in text
    assert "60%" in text  # 0.3 of 0.5
    assert report_study.types["smart_terminal"].label in text
    assert "meeting:heat" not in _gids(plot_conflicts(report_study, told, heat=False))


def test_the_heat_does_not_move_the_plan(report_study, told):
    """The axes show the same part of the plan with the heat map and without."""
    with_heat, without = (plot_conflicts(report_study, told, heat=h) for h in (True, False))
    assert with_heat.get_xlim() == without.get_xlim()
    assert with_heat.get_ylim() == without.get_ylim()


def test_a_sheet_explains_the_mark_where_streams_part(report_study, report_evaluation, told):
    """The legend of a sheet has the mark with its metres where it is drawn, and not elsewhere."""
    ax = plot_flows(report_study, told, legend=False)
    ((_, text),) = parting_legend(ax, told, "en")
    assert text == f"{word('picture', 'parting', 'en')}: 2.5 m"
    alone = replace(report_evaluation, diversion=DiversionFigures())
    bare = plot_flows(report_study, alone, legend=False)
    assert not parting_legend(bare, alone, "en")


def test_where_streams_part_and_guide_lines(report_study, told):
    """The place where streams part is always marked, guide lines where they are asked for."""
    gids = _gids(plot_flows(report_study, told, guided=True))
    assert {"parting", "guide:1"} <= gids
    gids = _gids(plot_flows(report_study, told))
    assert "parting" in gids
    assert "guide:1" not in gids


def test_a_comparison_has_the_figures_of_flows(report_study, report_layout):
    """Every figure of flows has a row, named in both languages; a better sight is a rise."""
    row = evaluation_to_json(report_study, evaluate(report_study, report_layout))
    found = {figure.key for figure in headline_figures(row, flows=True)}
    assert set(FLOWS) <= found
    assert not set(FLOWS) & {figure.key for figure in headline_figures(row)}
    assert set(FLOWS) <= {line.key for line in compare_table({"a": row, "b": row})}
    for key in FLOWS:
        assert word("figure", key, "en") != word("figure", key, "zh")
    assert rise_is_better("visible_from_entrance")
    assert not rise_is_better("path_crossings")
