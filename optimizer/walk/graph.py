"""The walkable graph for networkx.

In: a prepared shell and, if wanted, further points. Out: a `networkx.Graph` whose nodes carry x
and y and whose edges carry length, all in metres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from optimizer.walk.shell import Shell

__all__ = ["to_networkx"]


def to_networkx(shell: Shell, points: ArrayLike | None = None) -> nx.Graph:
    """Return the taut visibility graph of a shell as a networkx graph.

    Parameters
    ----------
    shell
        The prepared empty hall.
    points
        (n, 2) further places, for instance standing points. They become the nodes ("point", i),
        linked to the corners they see and to each other; points off the floor stay unlinked.

    Returns
    -------
    graph
        Nodes 0 to corners - 1 (and the points) with `x`, `y`; edges with `length`. Shortest
        paths between points of the graph by `length` are the exact walking distances.
    """
    graph = nx.Graph()
    graph.add_nodes_from(
        (i, {"x": float(x), "y": float(y)}) for i, (x, y) in enumerate(shell.nodes)
    )
    start, to, length = shell.links
    source = np.repeat(np.arange(len(shell.nodes)), np.diff(start))
    graph.add_weighted_edges_from(
        zip(source.tolist(), to.tolist(), length.tolist(), strict=True), weight="length"
    )
    if points is None:
        return graph
    part, where = shell.place(points)
    graph.add_nodes_from(
        (("point", i), {"x": float(x), "y": float(y)}) for i, (x, y) in enumerate(where)
    )
    start, to, length = shell.sight(where, part)
    source = np.repeat(np.arange(len(where)), np.diff(start))
    graph.add_weighted_edges_from(
        (
            (("point", i), corner, metres)
            for i, corner, metres in zip(source.tolist(), to.tolist(), length.tolist(), strict=True)
        ),
        weight="length",
    )
    straight = np.hypot(*(where[:, None] - where[None, :]).transpose(2, 0, 1))
    seen = shell.distances(where) <= straight + 1e-12
    graph.add_weighted_edges_from(
        (
            (("point", i), ("point", j), float(straight[i, j]))
            for i, j in np.argwhere(np.triu(seen, 1)).tolist()
        ),
        weight="length",
    )
    return graph
