"""Pictures, judged by their artists: what is drawn, where, and that names cover nothing."""

import inspect
import math
import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from shapely import LineString, Point, box
from shapely.affinity import rotate

import optimizer as bo
from optimizer.demand.flows import PersonClass
from optimizer.demand.mix import Business, Stop
from optimizer.equipment.layout import Layout, Placement, placed_box
from optimizer.errors import FileFormatError
from optimizer.evaluation import MeetingPair
from optimizer.plan.model import Door, DoorKind
from optimizer.report import fonts
from optimizer.report.canvas import figure_of, floor_limits, metres_per_point
from optimizer.report.charts import plot_comparison, plot_history, plot_waiting
from optimizer.report.colours import (
    BUSINESS_COLOURS,
    CASH_COLOUR,
    HARD_BROKEN,
    PRIVACY,
    SOFT_BROKEN,
    STAFF_COLOUR,
    WALL,
    ZONE_TINTS,
    group_colours,
)
from optimizer.report.conflict_picture import plot_conflicts
from optimizer.report.flow_picture import plot_flows
from optimizer.report.labels import Name, place_names
from optimizer.report.layout_picture import layout_legend, plot_layout
from optimizer.report.moves import draw_before_after, moved_fixtures, plot_moves
from optimizer.report.overlays import plot_privacy, plot_rules, spread
from optimizer.report.peak_chart import plot_peaks
from optimizer.report.plan_picture import plot_plan, zone_name
from optimizer.report.results import evaluation_to_json, result_to_json
from optimizer.report.route_picture import plot_routes
from optimizer.report.sheets import draw_sheet, render_layout, save_figure
from optimizer.report.sight_picture import plot_sight
from optimizer.report.strips import cover, lay_strips
from optimizer.report.words import fixture_label, word
from optimizer.result import HistoryPoint
from optimizer.rules.model import Severity


def artists(figure, prefix):
    """Artists of a figure whose gid begins with a prefix, by gid."""
    found = figure.findobj(lambda artist: (artist.get_gid() or "").startswith(prefix))
    return {artist.get_gid(): artist for artist in found}


def drawn_box(ax, text):
    """What a text covers on the plan, metres, as the renderer draws it."""
    figure = ax.figure
    extent = text.get_window_extent(figure.canvas.get_renderer())
    (x0, y0), (x1, y1) = ax.transData.inverted().transform(extent.get_points())
    return box(x0, y0, x1, y1)


def test_plan_shows_walls_doors_zones_windows_scale_and_north(report_study):
    """Everything of the plan has its artist, and the scale bar its unit."""
    figure = plot_plan(report_study).figure
    figure.canvas.draw()
    for gid in ("outline", "walls", "column:0", "window:0", "zone:hall", "zone:cash area"):
        assert artists(figure, gid), gid
    assert set(artists(figure, "door:")) == {"door:front", "door:back", "door:lock"}
    # the front door is 1.6 m wide and has two leaves, the others one
    assert len(artists(figure, "swing:front:")) == 2
    assert len(artists(figure, "swing:back:")) == 1
    # a quarter of 12 m is 3 m: the largest round length within it is 2 m
    assert {t.get_text() for t in artists(figure, "scale-bar-label").values()} == {"0", "1", "2 m"}
    bars = artists(figure, "scale-bar:").values()
    assert sum(bar.get_width() for bar in bars) == pytest.approx(2.0)
    assert "现金区\nCash area" in {t.get_text() for t in artists(figure, "zone-label").values()}


def test_north_arrow_points_where_the_plan_says_or_is_left_out(report_study):
    """North at 90° is up; a plan without north has no arrow."""
    arrow = artists(plot_plan(report_study).figure, "north-arrow")["north-arrow"]
    tip, *others = arrow.get_xy()[:-1]
    assert tip[1] > max(y for _, y in others)
    lost = report_study.replace(plan=replace(report_study.plan, north=None))
    assert not artists(plot_plan(lost).figure, "north")


def test_metres_are_equal_both_ways(report_study):
    """A metre is as long upwards as it is sideways."""
    ax = plot_plan(report_study)
    ax.figure.canvas.draw()
    a, b, c = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert np.hypot(*(b - a)) == pytest.approx(np.hypot(*(c - a)))
    assert floor_limits(report_study.plan)[0] == ax.get_xlim()[0]


def test_plot_draws_on_the_axes_it_is_given(report_study, report_layout):
    """With ax given nothing else is made, and it comes back."""
    ax = plot_plan(report_study)
    assert plot_layout(report_study, report_layout, ax=ax) is ax


def test_every_fixture_is_drawn_at_its_pose_with_a_name(report_study, report_layout):
    """Footprints are those of the layout; every fixture has its name and standing points."""
    ax = plot_layout(report_study, report_layout)
    for placement in report_layout.placements:
        name = placement.fixture
        patch = artists(ax.figure, f"fixture:{name}")[f"fixture:{name}"]
        expected = placed_box(report_study.types[placement.type].footprint, placement)
        x0, y0, x1, y1 = expected.bounds
        assert patch.get_path().get_extents().extents == pytest.approx([x0, y0, x1, y1])
        assert f"label:{name}" in artists(ax.figure, "label:")
        assert artists(ax.figure, f"standing:{name}:customer")
    assert set(artists(ax.figure, "privacy:")) == {
        f"privacy:{p.fixture}" for p in report_layout.placements if p.type != "queue_machine"
    }


def crowd(study):
    """The hall with 24 terminals close together: more names than there is room inside."""
    placements = tuple(
        Placement(
            fixture=f"smart_terminal-{i + 1}",
            type="smart_terminal",
            x=1.5 + 1.1 * (i % 8),
            y=1.5 + 1.4 * (i // 8),
            angle=90.0 * (i % 4),
        )
        for i in range(24)
    )
    return study, Layout(placements=placements)


@pytest.mark.parametrize("language", ["both", "en", "zh"])
def test_names_cover_no_other_fixture_and_no_other_name(report_study, report_layout, language):
    """As rendered, a name lies inside its own fixture or on no fixture at all."""
    for layout in (report_layout, crowd(report_study)[1]):
        ax = plot_layout(report_study, layout, language=language)
        labels = artists(ax.figure, "label:")
        assert len(labels) == len(layout)
        boxes = {gid.partition(":")[2]: drawn_box(ax, text) for gid, text in labels.items()}
        for placement in layout.placements:
            home = placed_box(report_study.types[placement.type].footprint, placement)
            for name, area in boxes.items():
                if name != placement.fixture:
                    assert area.intersection(home).area < 1e-4, (name, placement.fixture)
        names = list(boxes)
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                assert boxes[one].intersection(boxes[other]).area < 1e-4, (one, other)


def test_name_beside_a_fixture_has_a_leader_and_one_inside_has_none():
    """A long name goes beside a small fixture, with a line that ends at its middle."""
    small = Name(key="small", texts=("a name far too long for it",), home=box(5, 5, 5.3, 5.3))
    large = Name(key="large", texts=("inside",), home=box(1, 1, 4, 2))
    labels = place_names([small, large], size=7, metres_per_point=0.02, bounds=(0, 0, 10, 10))
    assert [label.key for label in labels] == ["small", "large"]
    assert labels[0].leader.coords[-1] == pytest.approx((5.15, 5.15))
    assert not labels[0].area.intersects(small.home)
    assert labels[1].leader is None
    assert large.home.covers(labels[1].area)


def test_name_keeps_off_what_it_must_not_cover():
    """With all places but one taken, that one is used; with none left the name is dropped."""
    name = Name(key="n", texts=("name",), home=box(4.9, 4.9, 5.1, 5.1))
    wall = Point(5, 5).buffer(5).difference(box(5.2, 4, 9, 6))
    settings = {"size": 10, "metres_per_point": 0.02, "bounds": (0, 0, 10, 10)}
    (label,) = place_names([name], avoid=[wall], **settings)
    assert box(5.2, 4, 9, 6).covers(label.area)
    assert place_names([name], avoid=[Point(5, 5).buffer(9)], **settings) == ()


def test_turned_name_fits_a_narrow_fixture():
    """A name as long as the fixture is deep is written upwards."""
    name = Name(key="n", texts=("narrow",), home=rotate(box(0, 0, 2, 0.3), 90))
    (label,) = place_names([name], size=8, metres_per_point=0.02, bounds=(-5, -5, 5, 5))
    assert label.rotation == 90.0
    assert label.leader is None


def test_strips_are_as_wide_as_their_people(report_legs):
    """30 people an hour make a strip twice as wide as 15, at the returned scale."""
    strips, scale = lay_strips(report_legs, ("small_cash", "card_opening", "lobby"))
    widths = {round(s.rate, 6): s.width for s in strips if s.group == "small_cash"}
    assert widths[30.0] == pytest.approx(30 * scale)
    assert widths[15.0] == pytest.approx(widths[30.0] / 2)


def test_businesses_on_one_way_lie_beside_each_other(report_legs):
    """The strips of two businesses on one leg touch and do not overlap."""
    (leg,) = [leg for leg in report_legs if len(leg.by_group) == 2]
    strips, _ = lay_strips([leg], ("small_cash", "card_opening"))
    first = LineString(leg.path[:2])
    on_first = [s for s in strips if s.line.length == pytest.approx(first.length, abs=0.02)]
    one, other = sorted(on_first, key=lambda s: s.group)
    apart = one.line.distance(other.line)
    assert apart == pytest.approx((one.width + other.width) / 2, abs=1e-6)


def test_opposite_flows_keep_to_the_right(report_legs):
    """Those who walk east lie south of those who walk west on the same way."""
    leg = report_legs[0]
    east = replace(leg, path=np.array([[0.0, 0.0], [4.0, 0.0]]), by_group={"small_cash": 5.0})
    west = replace(leg, path=np.array([[4.0, 0.0], [0.0, 0.0]]), by_group={"small_cash": 5.0})
    strips, _ = lay_strips([east, west], ("small_cash",))
    assert len(strips) == 2
    heights = {s.line.coords[0][0] < s.line.coords[-1][0]: s.line.coords[0][1] for s in strips}
    assert heights[True] < 0 < heights[False]


def test_legs_on_one_way_are_bundled(report_legs):
    """Two legs of a business on the same way make one strip of their sum."""
    leg = replace(
        report_legs[0], path=np.array([[0.0, 0.0], [4.0, 0.0]]), by_group={"small_cash": 5.0}
    )
    (strip,), scale = lay_strips([leg, replace(leg, target="other")], ("small_cash",))
    assert strip.rate == 10.0
    assert strip.width == pytest.approx(10 * scale)


def test_leg_without_a_way_makes_no_strip(report_legs):
    """A leg whose path is empty is left out, and nothing at all is no error."""
    lost = replace(report_legs[0], path=np.zeros((0, 2)), length=float("inf"))
    assert lay_strips([lost], ("small_cash",)) == ((), 0.0)
    assert cover(()) == []


def test_flows_are_drawn_in_the_colours_of_their_legend(report_study, report_evaluation):
    """Every walking business has a shape and a legend entry of one colour, staff included."""
    ax = plot_flows(report_study, report_evaluation)
    legend = ax.get_legend()
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["小额现金 small cash", "开卡 card opening", "lobby"]
    shapes = artists(ax.figure, "flow:")
    assert set(shapes) == {"flow:small_cash", "flow:card_opening", "flow:lobby"}
    for handle, name in zip(
        legend.legend_handles, ("small_cash", "card_opening", "lobby"), strict=True
    ):
        shown = shapes[f"flow:{name}"].get_facecolor()[:3]
        assert handle.get_facecolor()[:3] == pytest.approx(shown)
    key = artists(ax.figure, "width-key:")
    wide = {int(gid.split(":")[1]): patch.get_height() for gid, patch in key.items()}
    assert max(wide.values()) / min(wide.values()) == pytest.approx(max(wide) / min(wide))


def test_legend_lies_outside_the_plan_and_on_the_page(report_study, report_evaluation):
    """The legend hides no flow and is not cut off."""
    figure = plot_flows(report_study, report_evaluation).figure
    figure.canvas.draw()
    (ax,) = figure.axes
    legend = ax.get_legend().get_window_extent()
    assert legend.x0 >= ax.get_window_extent().x1 - 1
    assert legend.x1 <= figure.bbox.x1
    assert legend.y0 >= 0


def test_colours_stay_with_the_business_in_a_what_if(report_study):
    """Changing shares and counts changes no colour; neighbours differ in grey too."""
    changed = report_study.with_share("card_opening", 0.1).with_count("smart_terminal", 6)
    assert group_colours(changed) == group_colours(report_study)

    def grey(colour):
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * r + 0.587 * g + 0.114 * b

    steps = [abs(grey(a) - grey(b)) for a, b in pairwise(BUSINESS_COLOURS[:6])]
    assert min(steps) > 30


def test_all_that_lies_on_the_plan_can_be_told_apart_in_grey(report_study):
    """On each zone's tint every mark is at least 25 of 255 darker, and walls 100."""

    def grey(colour):
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * r + 0.587 * g + 0.114 * b

    palest = min(grey(tint) for tint in ZONE_TINTS.values())
    for colour in (*BUSINESS_COLOURS, STAFF_COLOUR, CASH_COLOUR, PRIVACY, HARD_BROKEN, SOFT_BROKEN):
        assert palest - grey(colour) > 25, colour
    assert grey(HARD_BROKEN) + 40 < grey(SOFT_BROKEN)
    assert grey(WALL) < min(grey(tint) for tint in ZONE_TINTS.values()) - 100


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_every_picture_can_be_a_file(
    tmp_path, report_study, report_layout, report_evaluation, report_result, ending
):
    """Plan, layout, flows, conflicts, privacy, rules, sight, routes, waits, history, peaks."""
    s, e, lay = report_study, report_evaluation, report_layout
    begin = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    drawn = {
        "plan": plot_plan(s),
        "layout": plot_layout(s, lay),
        "flows": plot_flows(s, e),
        "conflicts": plot_conflicts(s, e),
        "privacy": plot_privacy(s, e),
        "rules": plot_rules(s, e),
        "sight": plot_sight(s, lay, e),
        "routes": plot_routes(s, lay, e),
        "waiting": plot_waiting(s, e),
        "history": plot_history(s, report_result),
        "peaks": plot_peaks(s),
    }
    for name, ax in drawn.items():
        path = tmp_path / f"{name}.{ending}"
        save_figure(figure_of(ax), path)
        assert path.read_bytes().startswith(begin), name


def test_odd_names_are_drawn_as_they_are(report_study, report_evaluation, report_legs):
    """Names that look like formulas, hidden labels or rare signs warn about nothing."""
    odd = "_$x^2$ \U00013000 <b>"
    business = Business(name=odd, share=1.0, journey=(Stop(types=("queue_machine",)),))
    study = report_study.replace(
        name=odd, mix=replace(report_study.mix, businesses=(business,), rounds=())
    )
    legs = (replace(report_legs[0], by_group={odd: 10.0}),)
    figure = plot_flows(study, replace(report_evaluation, legs=legs)).figure
    figure.canvas.draw()
    (text,) = figure.axes[0].get_legend().get_texts()
    assert text.get_text() == " $x^2$ ? <b>"
    assert not text.get_parse_math()


def test_missing_font_package_is_a_note_and_no_failure():
    """Without the font's package Chinese is drawn as question marks, and the log says why."""
    script = (
        "import warnings; warnings.simplefilter('error')\n"
        "from optimizer.report import canvas, fonts\n"
        "fonts.FONT_PACKAGE = 'no-such-font-package'\n"
        "figure = canvas.new_figure(2, 2)\n"
        "canvas.draw_text(figure.add_axes((0, 0, 1, 1)), (0, 0), '柜台 desk', size=9)\n"
        "figure.canvas.draw()\n"
        "print(figure.axes[0].texts[0].get_text(), fonts.subset_font('柜台'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert done.stdout == "?? desk None\n"
    assert done.stderr.count("no-such-font-package is not installed") == 1


def test_text_size_is_what_the_renderer_draws(report_study):
    """The measured width agrees with the drawn one, for Latin, Chinese and both."""
    ax = plot_plan(report_study)
    for text in ("Cash counter 1", "现金柜台", "智能柜台 2\nSmart terminal 2"):
        written = ax.text(5, 5, text, fontproperties=fonts.font(12))
        width, _ = fonts.text_size(text, 12)
        drawn = drawn_box(ax, written).bounds
        assert width * metres_per_point(ax) == pytest.approx(drawn[2] - drawn[0], rel=0.08)


def test_conflicts_grow_with_encounters_and_are_numbered(report_study, report_evaluation):
    """Meeting pairs with a place are drawn there; the legend names both flows."""
    ax = plot_conflicts(report_study, report_evaluation)
    mark = artists(ax.figure, "meeting:1")["meeting:1"]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (6.5, 1.5)
    (entry,) = ax.get_legend().get_texts()
    assert "queue_machine-1 → smart_terminal-2" in entry.get_text()


def test_meeting_without_a_place_is_drawn_where_the_ways_meet(
    report_study, report_evaluation, report_legs
):
    """Ways along y = 2 from 2 to 8 and from 6 to 4 share 4 to 6: the middle is (5, 2)."""
    legs = tuple(
        replace(report_legs[0], source=source, target="b", path=np.array(path))
        for source, path in (
            ("a", [[2.0, 2.0], [8.0, 2.0]]),
            ("c", [[6.0, 2.0], [4.0, 2.0]]),
            ("d", [[2.0, 4.0], [8.0, 4.0]]),
        )
    )
    meet, apart, unknown = (
        MeetingPair(one="a → b", other=f"{other} → b", encounters_per_hour=0.2)
        for other in ("c", "d", "e")
    )
    crossing = replace(report_evaluation.crossing, worst_pairs=(meet, apart, unknown))
    ax = plot_conflicts(report_study, replace(report_evaluation, legs=legs, crossing=crossing))
    marks = artists(ax.figure, "meeting:")
    assert {gid for gid in marks if "number" not in gid} == {"meeting:1"}
    place = (marks["meeting:1"].get_xdata()[0], marks["meeting:1"].get_ydata()[0])
    assert place == pytest.approx((5.0, 2.0), abs=0.02)
    assert len(ax.get_legend().get_texts()) == 3


def test_long_list_of_broken_rules_ends_with_how_many_are_left(report_study, report_evaluation):
    """Of 200 broken rules the page holds the first; the hard one comes before the soft ones."""
    hard = report_evaluation.findings[0]
    soft = replace(hard, rule=replace(hard.rule, severity=Severity.SOFT, id="SOFT"))
    many = replace(report_evaluation, findings=(*[soft] * 199, hard))
    figure = plot_rules(report_study, many).figure
    figure.canvas.draw()
    (ax,) = figure.axes
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts[0].startswith("1  CN-ACC-01")
    assert texts[-1] == f"+ {200 - len(texts) + 1} {word('picture', 'rest')}"
    assert ax.get_legend().get_window_extent().y0 >= 0


def test_privacy_picture_joins_eye_and_screen(report_study, report_evaluation):
    """The line of sight runs from the viewer to the screen."""
    figure = plot_privacy(report_study, report_evaluation).figure
    line = artists(figure, "sight:")["sight:cash_counter-2→cash_counter-1"]
    assert list(zip(*line.get_data(), strict=True)) == [(5.5, 5.4), (4.0, 5.8)]


def test_rules_picture_marks_broken_rules_only(report_study, report_evaluation):
    """One broken rule with a place: one mark, its clause in the legend."""
    ax = plot_rules(report_study, report_evaluation)
    mark = artists(ax.figure, "broken:1")["broken:1"]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (5.0, 3.0)
    (entry,) = ax.get_legend().get_texts()
    assert "CN-ACC-01 GB 50763-2012 3.5.2" in entry.get_text()


def test_picture_of_nothing_says_so(report_study, report_evaluation):
    """No broken rule, no overlooked screen, no meeting: the legend is not empty."""
    clean = replace(
        report_evaluation,
        findings=(),
        crossing=replace(report_evaluation.crossing, worst_pairs=()),
        privacy=replace(report_evaluation.privacy, overlooked=()),
    )
    for plot in (plot_rules, plot_conflicts, plot_privacy):
        (entry,) = plot(report_study, clean).get_legend().get_texts()
        assert entry.get_text() == word("picture", "nothing")


def test_waiting_bars_are_minutes_and_endless_ones_reach_the_edge(report_study, report_evaluation):
    """The bar of the counter is 6.5 minutes; the overloaded terminal is marked ∞."""
    ax = plot_waiting(report_study, report_evaluation)
    assert artists(ax.figure, "mean:")["mean:cash_counter"].get_width() == 6.5
    assert artists(ax.figure, "p95:")["p95:cash_counter"].get_width() == 20.0
    # 1.25 · 20 minutes is where endless bars end
    assert artists(ax.figure, "mean:")["mean:smart_terminal"].get_width() == 25.0
    assert artists(ax.figure, "load:")["load:smart_terminal"].get_text().startswith("∞")
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["现金柜台 Cash counter", "智能柜台 Smart terminal"]


def test_history_holds_both_curves(report_study, report_result):
    """Objective falls, bound rises, over the seconds of the search."""
    ax = plot_history(report_study, report_result)
    lines = {line.get_gid(): line for line in ax.lines}
    assert list(lines["objective"].get_ydata()) == [620.0, 500.0]
    assert list(lines["bound"].get_ydata()) == [300.0, 450.0]


def test_history_of_nothing_is_an_empty_chart(report_study, report_nothing):
    """A search that found nothing has axes and no error."""
    plot_history(report_study, report_nothing).figure.canvas.draw()


def test_comparison_shows_change_in_per_cent_of_the_first(
    report_study, report_result, report_evaluation
):
    """10 m after 12.5 m a customer is a bar of −20 %."""
    today = evaluation_to_json(report_study, report_evaluation)
    today["walking"]["metres_per_customer"] = 12.5
    best = result_to_json(report_study, report_result)
    ax = plot_comparison(report_study, {"today": today, "best": best})
    ax.figure.canvas.draw()
    bars = artists(ax.figure, "change:")
    assert bars["change:best:metres_per_customer"].get_width() == pytest.approx(-20.0)
    assert "change:best:longest_wait" not in bars


def test_moves_are_arrows_from_old_to_new(report_study, report_layout):
    """One fixture moved by 1 m, one turned by 90°, one turned full circle: two moves."""
    changes = {"queue_machine-1": {"x": 8.5}, "smart_terminal-1": {"angle": 180.0}}
    changes["smart_terminal-2"] = {"angle": 450.0}
    after = Layout(
        placements=tuple(replace(p, **changes.get(p.fixture, {})) for p in report_layout.placements)
    )
    moved = [now.fixture for _, now in moved_fixtures(report_layout, after)]
    assert moved == ["smart_terminal-1", "queue_machine-1"]
    ax = plot_moves(report_study, (report_layout, after))
    assert set(artists(ax.figure, "move:")) == {f"move:{name}" for name in moved}
    assert set(artists(ax.figure, "was:")) == {f"was:{name}" for name in moved}


def test_marks_at_one_place_stand_side_by_side():
    """Three marks of one place keep their distance; the first stays, one without a place too."""
    found = spread([(1.0, 2.0), (1.0, 2.0), None, (1.1, 2.0), (9.0, 9.0)], 0.5)
    assert found[0] == (1.0, 2.0)
    # the first place of the ring around (1, 2)
    assert found[1] == (1.5, 2.0)
    assert found[2] is None
    assert found[4] == (9.0, 9.0)
    placed = [spot for spot in found if spot]
    assert min(math.dist(a, b) for a, b in combinations(placed, 2)) > 0.499
    # all six places of the ring around (1.1, 2) are nearer than 0.5 to one of the two: the next
    assert math.dist(found[3], (1.1, 2.0)) == pytest.approx(1.0)
    # a name from 0 to 2 along x, 1.9 to 2.1 along y: the mark moves up or down by a ring
    beside = spread([(1.0, 2.0)], 0.5, [box(0.0, 1.9, 2.0, 2.1)])[0]
    assert math.dist(beside, (1.0, 2.0)) == pytest.approx(0.5)
    assert abs(beside[1] - 2.0) > 0.1 + 0.25


def test_before_and_after_have_one_scale(report_study, report_layout, report_evaluation):
    """Both plans are drawn at the same size, flows in the same width."""
    pair = (report_layout, report_evaluation)
    figure = draw_before_after(report_study, pair, pair)
    figure.canvas.draw()
    left, right = figure.axes
    assert metres_per_point(left) == pytest.approx(metres_per_point(right))


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_sheet_is_the_same_every_time(
    tmp_path, report_study, report_layout, report_evaluation, ending
):
    """The same input gives the same file, byte for byte, in each format."""
    one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
    for path in (one, other):
        render_layout(report_study, report_layout, report_evaluation, path)
    assert one.read_bytes() == other.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"one.{ending}", f"other.{ending}"]


def test_sheet_holds_title_figures_and_both_legends(report_study, report_layout, report_evaluation):
    """The page can be read without the program: title, figures, legend of flows and marks."""
    figure = draw_sheet(report_study, report_layout, report_evaluation, title="Draft <1>")
    figure.canvas.draw()
    assert artists(figure, "title")["title"].get_text() == "Draft <1>"
    texts = [text.get_text() for text in figure.texts]
    assert "10.00 m" in texts
    assert len(figure.legends) == 2
    for legend in figure.legends:
        extent = legend.get_window_extent()
        assert extent.x1 <= figure.bbox.x1
        assert extent.y0 >= 0
    one, other = (legend.get_window_extent() for legend in figure.legends)
    assert not one.overlaps(other)


def test_sheet_without_an_evaluation_shows_the_layout_alone(report_study, report_layout):
    """A layout that was not judged has no flows and no figures."""
    figure = draw_sheet(report_study, report_layout, None)
    assert artists(figure, "fixture:")
    assert not artists(figure, "flow:")


def test_unknown_picture_format_is_refused(tmp_path, report_study, report_layout):
    """The error names the file, the ending it has and those it may have."""
    with pytest.raises(FileFormatError, match=r"\.png, \.svg, \.pdf; this ends in \.bmp"):
        render_layout(report_study, report_layout, None, tmp_path / "x.bmp")


@pytest.mark.parametrize(
    ("fixture", "type_name", "language", "label"),
    [
        ("smart_terminal-2", "smart_terminal", "both", "智能柜台 2\nSmart terminal 2"),
        ("smart_terminal-2", "smart_terminal", "en", "Smart terminal 2"),
        ("queue_machine-1", "queue_machine", "zh", "取号机"),
        ("coffee_bar-1", "coffee_bar", "both", "coffee bar 1"),
    ],
)
def test_labels_name_type_and_number(report_study, fixture, type_name, language, label):
    """The number is there where there are several; unknown types are written as they are."""
    assert fixture_label(report_study, fixture, type_name, language) == label


def test_zone_with_a_name_of_its_own_shows_it(report_study):
    """A name that only repeats the kind is not written twice."""
    hall, _ = report_study.plan.zones
    assert zone_name(hall) == "营业大厅\nPublic hall"
    assert zone_name(replace(hall, name="East wing"), "en") == "Public hall\nEast wing"


def test_staff_flows_are_dashed(report_legs):
    """The strip of staff is drawn in several pieces, the customers' in one."""
    strips, _ = lay_strips(report_legs, ("small_cash", "card_opening", "lobby"))
    (staff,) = [s for s in strips if s.person is PersonClass.STAFF]
    assert len(cover([staff], dashed=True)) > 5
    assert len(cover([staff])) == 1


def test_bound_that_is_not_proven_yet_is_not_drawn(report_study, report_result):
    """A bound of 0 at the start would flatten the curve; it begins where it is proven."""
    history = (
        HistoryPoint(seconds=1.0, objective=550.0, bound=0.0),
        HistoryPoint(seconds=2.0, objective=500.0, bound=450.0),
    )
    ax = plot_history(report_study, replace(report_result, history=history))
    bound = artists(ax.figure, "bound")["bound"].get_ydata()
    assert np.isnan(bound[0])
    assert bound[1] == 450.0
    assert ax.get_ylim()[0] > 400.0


def test_legend_explains_every_mark(report_study):
    """Windows, outlets and use space are in the legend where the plan has them."""
    texts = [text for _, text in layout_legend(report_study, "en")]
    assert word("picture", "window", "en") in texts
    assert word("picture", "use_space", "en") in texts
    assert word("picture", "power", "en") not in texts  # this plan has no outlet
    plan = replace(report_study.plan, power=(Point(1.0, 0.3),), windows=())
    texts = [text for _, text in layout_legend(report_study.replace(plan=plan), "en")]
    assert word("picture", "power", "en") in texts
    assert word("picture", "window", "en") not in texts


def test_no_two_businesses_look_the_same():
    """Any two colours of the ten lie apart: red, green and blue together by 50 of 255 at least."""
    for one, other in combinations(BUSINESS_COLOURS, 2):
        parts = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
        assert sum((a - b) ** 2 for a, b in parts) ** 0.5 >= 50, (one, other)


@pytest.mark.parametrize(
    "name",
    [
        "plot_plan",
        "plot_layout",
        "plot_flows",
        "plot_conflicts",
        "plot_privacy",
        "plot_rules",
        "plot_waiting",
        "plot_history",
        "plot_pareto",
        "plot_comparison",
    ],
)
def test_every_picture_is_called_in_the_same_way(name):
    """`plot_x(study, thing, ax=None)`: the third argument is the axes, by place or by name."""
    study, thing, ax, *rest = inspect.signature(getattr(bo, name)).parameters.values()
    by_place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert [p.kind for p in (study, thing, ax)] == [by_place] * 3
    assert (study.name, ax.name, ax.default) == ("study", "ax", None)
    assert {p.kind for p in rest} == {inspect.Parameter.KEYWORD_ONLY}


def test_plan_of_another_drawing_is_drawn_instead(report_study):
    """With a plan of its own, that one is drawn and not the study's."""
    bare = replace(report_study.plan, doors=(), columns=())
    gids = artists(plot_plan(report_study, bare), "column:")
    assert not gids
    assert artists(plot_plan(report_study), "column:")


def test_figures_are_drawn_on_the_layout_that_was_measured(
    report_study, report_layout, report_evaluation
):
    """Flows, conflicts, privacy and rules show the fixtures; without a layout the plan alone."""
    measured = replace(report_evaluation, layout=report_layout)
    for plot in (plot_flows, plot_conflicts, plot_privacy, plot_rules):
        drawn = artists(plot(report_study, measured), "fixture:")
        assert len(drawn) == len(report_layout.placements), plot.__name__
        assert not artists(plot(report_study, report_evaluation), "fixture:")
    legend = " ".join(text.get_text() for text in plot_privacy(report_study, measured).texts)
    assert "cash_counter-1" not in legend


@pytest.mark.parametrize("inches", [6.5, 12.0])
def test_no_wall_covers_the_name_of_a_door(report_study, report_plan, inches):
    """On small pictures too the name of a door to the street stands beyond the wall."""
    door = Door(name="alarm", kind=DoorKind.EMERGENCY, line=LineString([(11.9, 2.0), (11.9, 3.4)]))
    plan = replace(report_plan, doors=(*report_plan.doors, door))
    figure = Figure(figsize=(inches, 0.75 * inches))
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    names = artists(plot_plan(report_study, plan, ax), "door-label:")
    assert len(names) == 2
    for text in names.values():
        assert drawn_box(ax, text).intersection(plan.outline).area < 0.01
