"""Pictures of what the rules measure: wide routes with their bottleneck, ways to the exits.

In: a `Study`, a layout and its `Evaluation`. Out: axes with, on the layout, the route of the width
that the rules ask for from the entrance to one of each kind of service, its narrowest place with
its width, lines of equal distance to the nearest exit, and the place farthest from one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.lines import Line2D
from shapely.affinity import scale
from shapely.ops import nearest_points

from optimizer.equipment.layout import boxes_of
from optimizer.plan.model import OPENING_REACH, DoorKind
from optimizer.plan.space import Audience, free_space
from optimizer.report.canvas import draw_legend, draw_shape, draw_text
from optimizer.report.colours import GOOD, HARD_BROKEN, INK
from optimizer.report.layout_picture import plot_layout
from optimizer.report.words import both
from optimizer.rules.egress import exits
from optimizer.rules.model import Severity
from optimizer.rules.routes import by_type, reached
from optimizer.rules.scene import Scene
from optimizer.walk.routing import route
from optimizer.walk.shell import prepare_shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.rules.model import Finding
    from optimizer.study import Study

__all__ = ["plot_routes"]

#: Inches at the right for the legend.
PANEL = 3.6
#: Room between the disc of a route and walls, metres: so much narrower it is drawn.
SLACK = 0.02
#: Distances to an exit are drawn every so many metres, from samples this far apart.
EVERY, SAMPLE = 5.0, 0.25
ROUTE: dict[str, Any] = {"facecolor": GOOD, "edgecolor": "none", "alpha": 0.2, "zorder": 2.5}
AWAY: dict[str, Any] = {"colors": "#7788aa", "linewidths": 0.8, "linestyles": "dashed", "zorder": 2}


def plot_routes(
    study: Study,
    layout: Layout,
    evaluation: Evaluation,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    legend: bool = True,
) -> Axes:
    """Draw the wide routes with their bottleneck, and the distances to the exits.

    Gids: "route:" and the type of fixture, "bottleneck", "farthest".
    """
    if ax is None:
        ax = plot_layout(study, layout, language=language, panel=PANEL)
    scene = Scene(study=study, layout=layout)
    entries: list[tuple[Artist, str]] = []
    width = max((f.rule.value or 0.0 for f in _of(evaluation, "route_width")), default=0.0)
    if width:
        entries += _draw_routes(ax, scene, width, language)
    entries += [
        entry
        for finding in _of(evaluation, "route_width")
        for entry in _draw_bottleneck(ax, finding, language)
    ]
    entries += _draw_egress(ax, scene, evaluation, language)
    if legend:
        title = both("Accessible route and egress", "无障碍通道与疏散", language)
        draw_legend(ax, entries, title=title, size=6.5)
    return ax


def _of(evaluation: Evaluation, check: str) -> Iterator[Finding]:
    """Findings of the hard rules of one kind that concern every kind of service."""
    for finding in evaluation.findings:
        rule = finding.rule
        if rule.check == check and rule.severity is Severity.HARD and not rule.subjects:
            yield finding


def _draw_routes(
    ax: Axes, scene: Scene, width: float, language: Language
) -> list[tuple[Artist, str]]:
    """Draw the way of a disc as wide as the rule asks to one fixture of each type."""
    study = scene.study
    doors = study.plan.doors_of(DoorKind.ENTRANCE)
    inside = reached(scene, width, doors)
    floor = scene.open_floor.buffer(-width / 2 - SLACK)
    space = shapely.union_all([free_space(study.plan, Audience.CUSTOMER), *_passages(scene, width)])
    shell = prepare_shell(space, radius=width / 2)
    boxes = boxes_of(scene.placements, study.types)
    gates = [d for d in doors if not floor.is_empty and floor.distance(d.line) <= width]
    ways: list[BaseGeometry] = []
    for kind, members in by_type(scene, ()).items():
        open_ones = [i for i in members if inside[i]]
        best: NDArray[np.float64] | None = None
        for gate in gates:
            start = _on(floor, shapely.Point(gate.centre))
            for i in open_ones:
                end = _on(floor, shapely.Point(scene.customer_points.of(i)[0]))
                way = route(shell, boxes, [start], [end])
                if np.isfinite(way.lengths[0]) and (best is None or way.lengths[0] < _length(best)):
                    best = way.path(0)
        if best is not None and len(best) > 1:
            ways.append(shapely.LineString(best).buffer(width / 2))
            ax.plot(*best.T, color=GOOD, linewidth=0.9, zorder=6, gid=f"route:{kind}")
    if ways:
        draw_shape(ax, shapely.union_all(ways), gid="routes", **ROUTE)
    handle = Line2D([], [], color=GOOD, alpha=0.35, linewidth=7)
    text = both(
        f"route {width:g} m wide to one of each kind", f"净宽 {width:g} m 通道", language, "\n"
    )
    return [(handle, text)]


def _passages(scene: Scene, width: float) -> Iterator[BaseGeometry]:
    """Yield the openings of inner doors as wide as a route, for other rules judge their width."""
    for door in scene.study.plan.doors_of(DoorKind.INNER):
        if door.width < width + 2 * SLACK:
            share = (width + 2 * SLACK) / door.width
            line = scale(door.line, share, share, origin="center")
            yield line.buffer(OPENING_REACH, cap_style="flat")


def _draw_bottleneck(ax: Axes, finding: Finding, language: Language) -> list[tuple[Artist, str]]:
    """Draw the narrowest place of the routes with its width."""
    if finding.where is None or finding.value is None:
        return []
    colour = HARD_BROKEN if finding.passed is False else GOOD
    x, y = finding.where
    circle = shapely.Point(x, y).buffer(finding.value / 2)
    ax.plot(*circle.exterior.xy, color=colour, linewidth=1.8, zorder=8, gid="bottleneck")
    label = f"{finding.value:.2f} m"
    draw_text(ax, (x, y), label, size=6.5, ground=True, color=colour, gid="bottleneck:width")
    handle = Line2D([], [], linestyle="", marker="o", markersize=8)
    handle.set(markerfacecolor="none", markeredgecolor=colour)
    what = both("narrowest place of the routes", "通道最窄处", language, "\n")
    return [(handle, f"{what}: {label}\n({finding.rule.id}: {finding.rule.value:g} m)")]


def _draw_egress(
    ax: Axes, scene: Scene, evaluation: Evaluation, language: Language
) -> list[tuple[Artist, str]]:
    """Draw lines of equal distance to the nearest exit, and the farthest place."""
    doors = exits(scene)
    if not doors:
        return []
    lines = shapely.union_all([door.line for door in doors])
    x0, y0, x1, y1 = scene.hall.bounds
    x, y = np.meshgrid(np.arange(x0, x1 + SAMPLE, SAMPLE), np.arange(y0, y1 + SAMPLE, SAMPLE))
    away = shapely.distance(lines, shapely.points(x, y))
    away[~shapely.intersects_xy(scene.hall, x, y)] = np.nan
    levels = np.arange(EVERY, float(np.nanmax(away)), EVERY)
    entries: list[tuple[Artist, str]] = []
    if len(levels):
        drawn = ax.contour(x, y, away, levels=levels, **AWAY)
        drawn.set_gid("away:lines")
        for text_ in ax.clabel(drawn, fmt="%g m", fontsize=6):
            text_.set(gid="away:metres", parse_math=False)
        handle = Line2D([], [], color=AWAY["colors"], linestyle="--", linewidth=0.8)
        entries.append((handle, both("metres to the nearest exit", "至最近疏散门", language, "\n")))
    for finding in _of(evaluation, "egress_distance"):
        if finding.where is None:
            continue
        place = shapely.Point(finding.where)
        end = nearest_points(lines, place)[0]
        colour = HARD_BROKEN if finding.passed is False else INK
        (line,) = ax.plot(
            [place.x, end.x], [place.y, end.y], color=colour, linestyle=":", zorder=7,
            marker="x", markevery=[0], gid="farthest",
        )  # fmt: skip
        text = both("farthest from an exit", "最远点", language, "\n")
        entries.append((line, f"{text}{_metres(finding)}\n({finding.rule.id})"))
    for finding in evaluation.findings:
        if finding.rule.check == "egress_walk" and finding.where is not None:
            (mark,) = ax.plot(*finding.where, marker="D", linestyle="", color=INK, markersize=4,
                              zorder=7, gid="longest walk")  # fmt: skip
            text = both("longest walk to an exit", "疏散步行最长处", language, "\n")
            if finding.value is None:
                text = both("floor closed off from the exits", "被围死的地面", language, "\n")
                mark.set(marker="X", color=HARD_BROKEN)
            entries.append((mark, f"{text}{_metres(finding)}\n({finding.rule.id})"))
    return entries


def _metres(finding: Finding) -> str:
    """Return what was measured; nothing where there is no way at all."""
    return "" if finding.value is None else f": {finding.value:.1f} m"


def _on(floor: Any, point: shapely.Point) -> tuple[float, float]:
    """Place of a floor nearest to a point."""
    place = nearest_points(floor, point)[0]
    return float(place.x), float(place.y)


def _length(path: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
