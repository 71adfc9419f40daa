"""The picture of the walkable graph.

In: a `Study`, and its graph where there is one already. Out: axes with the empty plan, the floor
that a customer's centre may be on, the corners that shortest ways bend at, and the straight ways
between them. This is what distances are computed on, so a gap in it is a gap in the drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from optimizer.errors import StudyError
from optimizer.plan.space import Audience
from optimizer.report.canvas import draw_legend, draw_shape
from optimizer.report.colours import BUSINESS_COLOURS, DOOR_COLOURS, INK
from optimizer.report.plan_picture import plot_plan
from optimizer.report.words import word
from optimizer.walk.graph import to_networkx
from optimizer.walked_legs import prepare_shells

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["plot_graph"]

#: Inches at the right of a new picture for its legend.
PANEL = 2.5
#: Floor, straight ways and corners: pale, dark, bright with a dark rim; a grey print tells them.
FLOOR: dict[str, Any] = {"facecolor": "#cfe8d5", "edgecolor": "#7fb58e", "linewidth": 0.6}
EDGE: dict[str, Any] = {"color": BUSINESS_COLOURS[0], "linewidth": 0.5, "alpha": 0.55}
NODE: dict[str, Any] = {
    "color": BUSINESS_COLOURS[1],
    "markeredgecolor": INK,
    "markeredgewidth": 0.6,
}
#: Corners, points across.
NODE_SIZE = 5.0
#: Ground of the zones' names, which many ways run below.
GROUND = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}


def plot_graph(
    study: Study,
    graph: nx.Graph | None = None,
    ax: Axes | None = None,
    *,
    language: Language = "both",
) -> Axes:
    """Draw the walkable graph of the customers' floor, without furniture.

    Parameters
    ----------
    study
        Its plan and its body radius.
    graph
        Nodes with `x` and `y` in metres, as `to_networkx` returns them, for instance with further
        points; None for the graph of the customers' empty floor.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        The plan as `plot_plan` draws it, and the gids "graph:floor", "graph:edge" (one collection
        of all edges) and "graph:node" (one line of all nodes, markers only). A corner without
        edges is one that no shortest way between two others bends at, as in an alcove.

    Raises
    ------
    StudyError
        Where nodes of the graph have no place.
    """
    shell = prepare_shells(study)[Audience.CUSTOMER]
    if graph is None:
        graph = to_networkx(shell)
    places = _places(graph)
    ax = plot_plan(study, ax=ax, language=language, panel=PANEL)
    for text in ax.texts:
        if (text.get_gid() or "").startswith("zone-label:"):
            text.set_bbox(GROUND)
    draw_shape(ax, shell.walkable, gid="graph:floor", zorder=1.5, **FLOOR)
    edges = LineCollection([(places[a], places[b]) for a, b in graph.edges], zorder=2, **EDGE)
    edges.set_gid("graph:edge")
    ax.add_collection(edges, autolim=False)
    x, y = np.array(list(places.values()), dtype=float).reshape(-1, 2).T
    # above the walls: a corner that lies in one is a fault that has to be seen
    nodes = Line2D(x, y, linestyle="", marker="o", markersize=NODE_SIZE, zorder=5, **NODE)
    nodes.set_gid("graph:node")
    ax.add_artist(nodes)
    draw_legend(ax, _legend(study, graph, language), title=word("picture", "graph", language))
    return ax


def _places(graph: nx.Graph) -> dict[Any, tuple[float, float]]:
    """Return the place of every node, metres."""
    lost = [node for node, at in graph.nodes(data=True) if not {"x", "y"} <= at.keys()]
    if lost:
        raise StudyError(
            f"{len(lost)} of {len(graph)} nodes of the graph have no place, the first of them "
            f"{lost[0]!r}; give every node x and y in metres, as to_networkx does"
        )
    return {node: (at["x"], at["y"]) for node, at in graph.nodes(data=True)}


def _legend(study: Study, graph: nx.Graph, language: Language) -> list[tuple[Artist, str]]:
    """Return the marks of the graph with their numbers, and the kinds of doors."""
    corner = Line2D([], [], linestyle="", marker="o", markersize=NODE_SIZE, **NODE)
    counted = (
        (corner, "graph_node", f" ({graph.number_of_nodes()})"),
        (Line2D([], [], **EDGE), "graph_edge", f" ({graph.number_of_edges()})"),
        (Patch(**FLOOR), "graph_floor", ""),
    )
    marks: list[tuple[Artist, str]] = [
        (mark, word("picture", key, language, "\n") + number) for mark, key, number in counted
    ]
    for kind in dict.fromkeys(door.kind for door in study.plan.doors):
        line = Line2D([], [], color=DOOR_COLOURS[kind], linewidth=2.2)
        marks.append((line, word("door", kind, language)))
    return marks
