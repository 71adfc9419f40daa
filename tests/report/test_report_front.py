"""The picture and the table of a Pareto front."""

from __future__ import annotations

import csv

import pytest
from matplotlib.text import Text

from optimizer.place.pareto import AXES, ParetoFront, ParetoPoint
from optimizer.report.canvas import figure_of
from optimizer.report.front import front_to_json, knee_sentence, write_front_csv
from optimizer.report.front_picture import plot_pareto
from optimizer.result import Seconds

#: Walking, encounters, overlooked of five points, and the roles that they have.
POINTS = (
    ((10.0, 2.0, 1.0), ("least-walking",)),
    ((10.1, 1.0, 0.0), ("knee", "least-overlooked")),
    ((10.15, 0.9, 2.0), ()),
    ((11.0, 0.8, 0.0), ("balanced",)),
    ((14.0, 0.2, 0.0), ("least-encounters",)),
)


@pytest.fixture
def front(report_layout, report_evaluation) -> ParetoFront:
    """Five points; all of them with one layout, which the picture does not look at."""
    return ParetoFront(
        axes=AXES[:3],
        constant={"waiting": 3.0},
        points=tuple(
            ParetoPoint(
                name=roles[0] if roles else f"p{i:02d}",
                roles=roles,
                layout=report_layout,
                evaluation=report_evaluation,
                values=dict(zip(("walking", "encounters", "overlooked"), values, strict=True)),
            )
            for i, (values, roles) in enumerate(POINTS, start=1)
        ),
        reference={"walking": 20.0, "encounters": 4.0, "overlooked": 4.0},
        hypervolume=0.4,
        today={"walking": 20.0, "encounters": 3.0, "overlooked": 5.0, "waiting": 3.0},
        conflict=(),
        evaluated=100,
        refused=2,
        seconds=Seconds(build=1.0, solve=2.0),
        seed=1,
        workers=1,
        budget="steps",
        versions={},
    )


def by_gid(ax) -> dict:
    return {artist.get_gid(): artist for artist in ax.get_children() if artist.get_gid()}


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_points_knee_and_today_are_drawn_and_named(front, report_study, language):
    """A dot a point, a name for each that has a role, the knee ringed, today's layout marked."""
    ax = plot_pareto(report_study, front, language=language)
    found = by_gid(ax)
    assert len(found["points"].get_offsets()) == 5
    named = {"least-walking", "knee", "balanced", "least-encounters"}
    assert {gid for gid in found if gid.startswith("name:")} == {f"name:{n}" for n in named} | {
        "name:today"
    }
    assert tuple(v[0] for v in found["knee"].get_data()) == (10.1, 1.0)
    text = found["name:knee"].get_text()
    assert "−50.0 %" in text  # 2.0 to 1.0 encounters
    assert "+1.0 %" in text  # 10.0 to 10.1 metres


def test_picked_points_are_named(front, report_study):
    """A point without a role gets a name where it was picked."""
    found = by_gid(plot_pareto(report_study, front, picked=("p03",)))
    assert found["name:p03"].get_text() == "p03"


def test_names_do_not_overlap(front, report_study):
    """No two names, and no name and dot of another point, cover the same paper."""
    ax = plot_pareto(report_study, front, picked=("p03",))
    figure = figure_of(ax)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    names = [a for gid, a in by_gid(ax).items() if gid.startswith("name:")]
    windows = [Text.get_window_extent(name, renderer) for name in names]  # without the line
    assert len(windows) == 6
    for i, one in enumerate(windows):
        assert not any(one.overlaps(other) for other in windows[i + 1 :])
        assert ax.bbox.padded(1).contains(one.x0, one.y0)
        assert ax.bbox.padded(1).contains(one.x1, one.y1)


def test_a_far_layout_of_today_stays_on_the_paper(front, report_study):
    """Today's 20 m lie more than 0.6 spans beyond the front's 14: the mark is on the rim."""
    ax = plot_pareto(report_study, front)
    x, y = (v[0] for v in by_gid(ax)["today"].get_data())
    assert x < ax.get_xlim()[1] < 20.0
    assert ax.get_ylim()[0] < y < ax.get_ylim()[1]
    assert "20" in by_gid(ax)["name:today"].get_text()


def test_the_edge_is_the_front_of_two_axes(front, report_study):
    """The stair goes through all points that are best in walking and encounters: here all five."""
    edge = by_gid(plot_pareto(report_study, front))["edge"]
    assert list(edge.get_xdata()) == [10.0, 10.1, 10.15, 11.0, 14.0]


def test_the_knee_in_words(front):
    """−50 % of 2.0, −100 % of the one pair, +1 % of 10 m."""
    assert knee_sentence(front) == (
        "knee: encounters −50.0 %, overlooked −100.0 %, walking +1.0 %, against the least walking"
    )


def test_table_and_json_say_the_same(front, report_study, tmp_path):
    """Names, values and changes of the table are those of the JSON."""
    write_front_csv(front, tmp_path / "pareto.csv")
    content = front_to_json(report_study, front)
    with (tmp_path / "pareto.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [p["name"] for p in content["points"]]
    assert [float(row["encounters"]) for row in rows] == [2.0, 1.0, 0.9, 0.8, 0.2]
    assert float(rows[1]["encounters change %"]) == -50.0
    assert content["points"][1]["changes"]["encounters"] == -0.5
    assert content["knee"] == "knee"
    assert [a["varies"] for a in content["axes"]] == [True, True, True, False]
