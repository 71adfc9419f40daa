"""The picture of the walkable graph, judged by its artists."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from shapely import MultiPoint

from optimizer.errors import StudyError
from optimizer.plan.space import Audience
from optimizer.report.canvas import new_figure
from optimizer.report.graph_picture import plot_graph
from optimizer.study_file import read_study
from optimizer.walk import to_networkx
from optimizer.walked_legs import prepare_shells


def artists(ax, prefix):
    """Artists of axes whose gid begins with a prefix, by gid."""
    found = ax.findobj(lambda artist: (artist.get_gid() or "").startswith(prefix))
    return {artist.get_gid(): artist for artist in found}


def drawn(ax):
    """What is drawn of a graph: its edges as arrays of two places, its nodes as one array."""
    of = artists(ax, "graph:")
    return of["graph:edge"].get_segments(), of["graph:node"].get_xydata()


@pytest.fixture(scope="module")
def closed(report_study):
    """The small branch without doors, whose niches would be corners too."""
    return report_study.replace(plan=replace(report_study.plan, doors=()))


@pytest.fixture(scope="module")
def shell(report_study):
    """The customers' floor of the small branch."""
    return prepare_shells(report_study)[Audience.CUSTOMER]


def test_closed_hall_shows_the_square_around_its_column(closed):
    """Ways bend at the column alone: four corners, a body's radius off it, and four sides."""
    edges, nodes = drawn(plot_graph(closed))
    # the column is (3, 3) to (3.4, 3.4) and the body 0.25 m; the diagonals run through the column
    square = [(2.75, 2.75), (2.75, 3.65), (3.65, 2.75), (3.65, 3.65)]
    assert closed.walking.radius == 0.25
    assert sorted(map(tuple, nodes.round(6))) == square
    assert [np.hypot(*(b - a)) for a, b in edges] == pytest.approx([0.9] * 4)


def test_every_edge_and_node_of_a_graph_is_drawn_once_in_its_place(report_study, shell):
    """With further points, edges and nodes drawn are those of the graph, places and all."""
    graph = to_networkx(shell, [(1.0, 1.0), (5.8, 0.6), (6.0, 5.0)])
    edges, nodes = drawn(plot_graph(report_study, graph))
    assert (len(edges), len(nodes)) == (graph.number_of_edges(), graph.number_of_nodes())
    at = {node: (of["x"], of["y"]) for node, of in graph.nodes(data=True)}
    assert {tuple(place) for place in nodes} == set(at.values())
    expected = {frozenset((at[a], at[b])) for a, b in graph.edges}
    assert {frozenset(map(tuple, segment)) for segment in edges} == expected
    linked = graph.number_of_edges() - to_networkx(shell).number_of_edges()
    assert linked >= 3  # the points are of the graph


def test_floor_is_where_customers_centres_may_be(closed):
    """The tint ends a body's radius before the walls, and leaves the cash area alone."""
    floor = artists(plot_graph(closed), "graph:floor")["graph:floor"].get_path().get_extents()
    # the hall is (0.2, 0.2) to (11.8, 6), the body 0.25 m
    assert floor.extents == pytest.approx([0.45, 0.45, 11.55, 5.75])


def test_corners_lie_above_the_walls_and_the_floor_below_the_ways(report_study):
    """Nothing hides a corner; the tint hides no way and no wall."""
    of = artists(plot_graph(report_study), "")
    order = [of[gid].get_zorder() for gid in ("graph:floor", "graph:edge", "walls", "graph:node")]
    assert order == sorted(set(order))
    assert to_rgba(of["graph:node"].get_color()) != to_rgba(of["graph:edge"].get_color()[0])


def test_plan_is_drawn_as_ever_on_the_axes_given(report_study):
    """Walls and doors have their artists; axes that are given come back with the picture."""
    ax = new_figure(6, 5).add_subplot()
    assert plot_graph(report_study, ax=ax) is ax
    assert {"walls", "door:front", "door:back", "column:0", "graph:node"} <= artists(ax, "").keys()


def test_legend_counts_in_the_language_asked(closed):
    """The legend says how many corners and ways there are, in one language or both."""
    for language, corner in (
        ("en", "node: corner that ways bend at (4)"),
        ("zh", "节点：路径转折点 (4)"),
        ("both", "节点：路径转折点\nnode: corner that ways bend at (4)"),
    ):
        legend = plot_graph(closed, language=language).get_legend()
        assert corner in {text.get_text() for text in legend.get_texts()}


def test_graph_without_nodes_leaves_the_plan(report_study):
    """A graph of nothing draws nothing, and the plan stays."""
    ax = plot_graph(report_study, nx.Graph())
    edges, nodes = drawn(ax)
    assert (len(edges), len(nodes)) == (0, 0)
    assert "walls" in artists(ax, "")


def test_nodes_without_a_place_are_refused(report_study):
    """One line says how many nodes have no place, and which is the first."""
    with pytest.raises(StudyError, match=r"^2 of 2 nodes .* 'a'; .* x and y in metres"):
        plot_graph(report_study, nx.Graph([("a", "b")]))


@pytest.mark.parametrize("name", ["standard_hall", "old_corner", "flagship_hall"])
def test_bundled_plans_are_drawn_whole(root, name):
    """Edges and nodes drawn are as many as the graph's, and every node is within the picture."""
    study = read_study(root / "floorplans" / name / "study.toml")
    graph = to_networkx(prepare_shells(study)[Audience.CUSTOMER])
    ax = plot_graph(study)
    edges, nodes = drawn(ax)
    assert (len(edges), len(nodes)) == (graph.number_of_edges(), graph.number_of_nodes())
    assert len(nodes) > 10
    x0, y0, x1, y1 = MultiPoint(nodes).bounds
    assert ax.get_xlim()[0] < x0 < x1 < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < y0 < y1 < ax.get_ylim()[1]
