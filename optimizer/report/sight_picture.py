"""Picture of privacy: the zones of users, and from where a screen could be read.

In: a `Study`, a layout and its `Evaluation`. Out: axes with, on the layout, the privacy zones, the
region from which each screen or PIN pad can be read past its user, and the lines of sight of those
who do see one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from optimizer.equipment.layout import place_points, placed_box
from optimizer.plan.space import floor_space
from optimizer.report.canvas import draw_legend, draw_shape
from optimizer.report.colours import PRIVACY
from optimizer.report.layout_picture import plot_layout
from optimizer.report.overlays import plot_privacy
from optimizer.report.place_words import place_label
from optimizer.report.words import both, word
from optimizer.walk.pedestrian import read_pedestrian_values
from optimizer.walk.sightlines import visible_region

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["plot_sight"]

#: Inches at the right for the legend.
PANEL = 3.6
ZONE: dict[str, Any] = {"facecolor": PRIVACY, "alpha": 0.22, "edgecolor": "none", "zorder": 2.6}
READ: dict[str, Any] = {"facecolor": "#ddaa33", "alpha": 0.16, "edgecolor": "none", "zorder": 2.4}


def plot_sight(
    study: Study,
    layout: Layout,
    evaluation: Evaluation,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    legend: bool = True,
) -> Axes:
    """Draw privacy zones, from where screens can be read, and who does.

    Gids: "own-zone:" and "read:" with the fixture; those of `plot_privacy` for lines of sight.
    """
    if ax is None:
        ax = plot_layout(study, layout, language=language, evaluation=evaluation, panel=PANEL)
    for placement in layout.placements:
        kind = study.types[placement.type]
        if kind.privacy_zone:
            zone = placed_box(kind.privacy_zone, placement)
            draw_shape(ax, zone, gid=f"own-zone:{placement.fixture}", **ZONE)
        field = _read_from(study, layout, placement)
        if not field.is_empty:
            draw_shape(ax, field, gid=f"read:{placement.fixture}", **READ)
    plot_privacy(study, evaluation, ax=ax, language=language, legend=False)
    if legend:
        draw_legend(ax, _entries(study, evaluation, language), size=6.5)
    return ax


def _read_from(study: Study, layout: Layout, owner: Placement) -> BaseGeometry:
    """Where an eye would read a fixture's screen: within reach, past the user's body."""
    kind = study.types[owner.type]
    if kind.screen is None:
        return shapely.Polygon()
    values = read_pedestrian_values()
    x, y = place_points([kind.screen], np.array([owner.pose]))[0, 0]
    blinds = [floor_space(study.plan).boundary]
    blinds += [
        placed_box(study.types[p.type].footprint, p)
        for p in layout.placements
        if p.fixture != owner.fixture and study.types[p.type].opaque
    ]
    seen = visible_region(
        (x, y),
        obstacles=[part for blind in blinds for part in shapely.get_parts(blind)],
        radius=values.overlooking_radius,
        direction=owner.angle - 90.0,
        sector=min(kind.screen_view, 360.0),
    )
    turn = np.deg2rad(owner.angle - 90.0 + np.array([-0.5, 0.5]) * values.body_sector)
    far = 2.0 * values.overlooking_radius
    body = shapely.Polygon(
        [(x, y), *zip(x + far * np.cos(turn), y + far * np.sin(turn), strict=True)]
    )
    return seen.difference(body).difference(placed_box(kind.footprint, owner))


def _entries(study: Study, evaluation: Evaluation, language: Language) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = [
        (Patch(**ZONE), both("privacy zone of a user", "使用者私密区", language, "\n")),
        (
            Patch(**READ),
            both("a screen can be read from here", "可看到屏幕的区域", language, "\n"),
        ),
    ]
    for pair in evaluation.privacy.overlooked:
        handle = Line2D([], [], color=PRIVACY, linestyle="--", marker="s", markersize=4)
        seen = word("picture", "overlooked", language)
        screen, viewer = (
            place_label(study, evaluation.layout, name, language)
            for name in (pair.fixture, pair.viewer)
        )
        entries.append((handle, f"{seen}:\n{screen} ← {viewer}"))
    if not evaluation.privacy.overlooked:
        blank = Line2D([], [], linestyle="")
        entries.append((blank, both("nobody sees a screen", "无屏幕被窥视", language, "\n")))
    return entries
