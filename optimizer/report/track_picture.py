"""The picture of the tracks of simulated people.

In: a study, a layout, tracks as polylines with their business or staff round, and places where
something went wrong. Out: axes with every track in the colour of its business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from optimizer.report.canvas import draw_legend, draw_text
from optimizer.report.colours import HARD_BROKEN, STAFF_COLOUR, group_colours
from optimizer.report.layout_picture import plot_layout
from optimizer.report.words import business_label, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["plot_tracks"]

#: Inches at the right for the legend.
PANEL = 2.9
WIDTH, ALPHA = 0.6, 0.35
#: Metres from the middle of a ring to its number.
BESIDE = 0.32


def plot_tracks(
    study: Study,
    layout: Layout,
    tracks: Sequence[tuple[str, NDArray[np.float64]]],
    *,
    marks: Sequence[tuple[float, float]] = (),
    ax: Axes | None = None,
    language: Language = "both",
) -> Axes:
    """Draw tracks on the layout.

    Parameters
    ----------
    study, layout
        What was walked.
    tracks
        Business or staff round, and (n, 2) metres.
    marks
        Places where somebody was stuck or a line stood in the way: numbered rings.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        Gids: "tracks:" and the business or staff round, "mark:" and its number from 1. Staff
        rounds of one colour are one row of the legend.
    """
    if ax is None:
        ax = plot_layout(study, layout, language=language, panel=PANEL)
    colours = group_colours(study)
    businesses = {business.name for business in study.mix.businesses}
    entries: dict[str, Artist] = {}
    for group in sorted(dict.fromkeys(name for name, _ in tracks), key=list(colours).index):
        colour = colours[group]
        lines = LineCollection(
            [points for name, points in tracks if name == group and len(points) > 1],
            colors=colour,
            linewidths=WIDTH,
            alpha=ALPHA,
            zorder=4,
            gid=f"tracks:{group}",
        )
        ax.add_collection(lines)
        staff = group not in businesses and colour == STAFF_COLOUR
        label = word("person", "staff", language) if staff else None
        entries[label or business_label(study, group, language)] = Line2D(
            [], [], color=colour, linewidth=2.0
        )
    ring: dict[str, Any] = {"marker": "o", "ms": 11, "mfc": "none", "mec": HARD_BROKEN, "mew": 1.6}
    for number, (x, y) in enumerate(marks, start=1):
        ax.plot([x], [y], linestyle="", zorder=7, gid=f"mark:{number}", **ring)
        where = (x + BESIDE, y + BESIDE)
        draw_text(ax, where, str(number), size=7, color=HARD_BROKEN, ground=True)
    if marks:
        entries[word("picture", "in_the_way", language)] = Line2D([], [], linestyle="", **ring)
    draw_legend(ax, [(handle, label) for label, handle in entries.items()])
    return ax
