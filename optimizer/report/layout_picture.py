"""The picture of a layout on its floor plan.

In: a `Study` and a `Layout`. Out: axes with every fixture, its front, name, standing points, use
space and privacy zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely import Point, STRtree, box

from optimizer.equipment.layout import placed_box, placed_points
from optimizer.equipment.model import Role
from optimizer.report.canvas import draw_shape, draw_text, floor_limits, metres_per_point
from optimizer.report.colours import (
    DOOR_COLOURS,
    FIXTURE_EDGE,
    FIXTURE_FILL,
    INK,
    OUTLET,
    PRIVACY,
    WINDOW,
    group_colours,
)
from optimizer.report.fonts import text_box, text_size
from optimizer.report.labels import Name, place_names
from optimizer.report.plan_picture import DOOR_SIZE, door_names, plot_plan, zone_name, zone_size
from optimizer.report.strips import cover, flow_breadth, lay_strips
from optimizer.report.words import fixture_label, word

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout, Placement
    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["layout_legend", "plot_evaluated", "plot_layout"]

#: Font size of fixture names, points.
NAME_SIZE = 6.5
#: Share of a fixture's depth that the bar along its front takes.
FRONT = 0.14


def plot_layout(
    study: Study,
    layout: Layout,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    evaluation: Evaluation | None = None,
    panel: float = 0.0,
) -> Axes:
    """Draw the plan with the fixtures of a layout.

    Parameters
    ----------
    study
        Plan and fixture types.
    layout
        What to draw; a fixture of a type that the study does not know is an error of the caller.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.
    evaluation
        Its flows are not drawn, but names keep off them as well as they can, so that
        `plot_flows` can draw them on these axes.
    panel
        Inches to leave free at the right of a new figure, for a legend.

    Returns
    -------
    Axes
        In metres. Gids: "fixture:", "front:", "privacy:", "clearance:", "standing:", "label:" and
        "leader:", each followed by the fixture's name.
    """
    ax = plot_plan(study, ax=ax, zone_names=False, language=language, panel=panel)
    for placement in layout.placements:
        _draw_fixture(ax, study, placement)
    flows: list[BaseGeometry] = []
    if evaluation is not None:
        breadth = flow_breadth(study.plan, evaluation.legs)
        flows = cover(lay_strips(evaluation.legs, tuple(group_colours(study)), breadth)[0])
    _write_names(ax, study, layout, language, flows)
    return ax


def plot_evaluated(
    study: Study,
    evaluation: Evaluation,
    *,
    language: Language = "both",
    panel: float = 0.0,
    flows: bool = False,
) -> Axes:
    """Draw what an evaluation measured, for its figures to be drawn on: a new picture.

    Parameters
    ----------
    study
        Plan and fixture types.
    evaluation
        With its layout the fixtures are drawn, without one the plan alone.
    language, panel
        As in `plot_layout`.
    flows
        Whether names keep off the flows.
    """
    layout = evaluation.layout
    if layout is None:
        return plot_plan(study, panel=panel, language=language)
    kept_free = evaluation if flows else None
    return plot_layout(study, layout, language=language, evaluation=kept_free, panel=panel)


def layout_legend(study: Study, language: Language = "both") -> list[tuple[Artist, str]]:
    """Return the handles and words that explain the marks of a layout picture."""
    kinds = dict.fromkeys(door.kind for door in study.plan.doors)
    doors: list[tuple[Artist, str]] = [
        (Line2D([], [], color=DOOR_COLOURS[kind], linewidth=2.2), word("door", kind, language))
        for kind in kinds
    ]
    dots = [(Role.CUSTOMER, "customer_point"), (Role.STAFF, "staff_point")]
    marks: list[tuple[Artist, str]] = [
        (Line2D([], [], linestyle="", **_dot(role)), word("picture", key, language))
        for role, key in dots
    ]
    privacy = Patch(facecolor="none", edgecolor=PRIVACY, linestyle="--", linewidth=0.7)
    marks.append((privacy, word("picture", "privacy_zone", language)))
    space = Patch(facecolor="#0000001a", edgecolor="none")
    marks.append((space, word("picture", "use_space", language)))
    if study.plan.windows:
        window = Line2D([], [], color=WINDOW, linewidth=2.2)
        marks.append((window, word("picture", "window", language)))
    if study.plan.power:
        outlet = Line2D([], [], linestyle="", marker="$Z$", markersize=4, color=OUTLET)
        marks.append((outlet, word("picture", "power", language)))
    return doors + marks


def _dot(role: Role) -> dict[str, Any]:
    """Return the marker of a standing point."""
    fill = INK if role is Role.CUSTOMER else "white"
    return {
        "marker": "o",
        "markersize": 2.6,
        "markerfacecolor": fill,
        "markeredgecolor": INK,
        "markeredgewidth": 0.6,
    }


def _draw_fixture(ax: Axes, study: Study, placement: Placement) -> None:
    """Draw one fixture with its front, use space, privacy zone and standing points."""
    kind, name = study.types[placement.type], placement.fixture
    for i, space in enumerate(kind.clearances):
        draw_shape(
            ax,
            placed_box(space, placement),
            gid=f"clearance:{name}:{i}",
            facecolor="#00000008",
            edgecolor="none",
            zorder=2,
        )
    if kind.privacy_zone:
        draw_shape(
            ax,
            placed_box(kind.privacy_zone, placement),
            gid=f"privacy:{name}",
            facecolor="none",
            edgecolor=PRIVACY,
            linestyle=(0, (3, 2)),
            zorder=2.2,
        )
    footprint = placed_box(kind.footprint, placement)
    draw_shape(
        ax,
        footprint,
        gid=f"fixture:{name}",
        facecolor=FIXTURE_FILL,
        edgecolor=FIXTURE_EDGE,
        linewidth=0.9,
        zorder=6,
    )
    x0, y0, x1, _ = kind.footprint
    bar = (x0, y0, x1, y0 + FRONT * kind.depth)
    draw_shape(
        ax,
        placed_box(bar, placement),
        gid=f"front:{name}",
        facecolor="#9a9a9a",
        edgecolor="none",
        zorder=6.2,
    )
    own = {point.role for point in kind.standing}
    for role in sorted(own):
        x, y = placed_points(kind, role, placement).T
        ax.plot(x, y, linestyle="", zorder=5.5, gid=f"standing:{name}:{role}", **_dot(role))


def _write_names(
    ax: Axes, study: Study, layout: Layout, language: Language, flows: list[BaseGeometry]
) -> None:
    """Write the names of fixtures and zones where they cover nothing."""
    scale = metres_per_point(ax)
    names, points = [], []
    for placement in layout.placements:
        kind = study.types[placement.type]
        texts = dict.fromkeys(
            fixture_label(study, placement.fixture, placement.type, tongue)
            for tongue in (language, "zh", "en")
            if language == "both" or tongue == language
        )
        footprint = placed_box(kind.footprint, placement)
        narrow = [_broken_up(text) for text in texts if "\n" not in text]
        names.append(Name(key=placement.fixture, texts=(*texts, *narrow), home=footprint))
        points += [
            Point(p).buffer(0.12) for role in Role for p in placed_points(kind, role, placement)
        ]
    plan = study.plan
    walls = [plan.walls_with_openings, *plan.columns]
    doors: list[BaseGeometry] = [door.line.buffer(0.5) for door in plan.doors]
    doors += [
        box(*text_box(where, text, DOOR_SIZE, scale))
        for where, text in door_names(plan, language, scale).values()
    ]
    labels = place_names(
        names,
        size=NAME_SIZE,
        metres_per_point=scale,
        bounds=_inner(floor_limits(plan)),
        avoid=[*doors, *walls],
        dislike=[*points, *flows],
    )
    for label in labels:
        if label.leader is not None:
            x, y = label.leader.coords.xy
            ax.plot(x, y, color=INK, linewidth=0.45, zorder=8, gid=f"leader:{label.key}")
        draw_text(
            ax,
            label.where,
            label.text,
            size=label.size,
            gid=f"label:{label.key}",
            rotation=label.rotation,
            ground=label.leader is not None,
        )
    covered = [*(name.home for name in names), *(label.area for label in labels), *points]
    _write_zones(ax, study, (covered, flows), scale, language)


def _write_zones(
    ax: Axes,
    study: Study,
    drawn: tuple[list[BaseGeometry], list[BaseGeometry]],
    scale: float,
    language: Language,
) -> None:
    """Write each zone's name where it covers nothing, if it can not even a flow."""
    covered, flows = drawn
    leaves = [door.line.buffer(door.width / 2) for door in study.plan.doors]
    blocked = [*covered, *leaves, study.plan.solids]
    for zone in study.plan.zones:
        name, size = zone_name(zone, language), zone_size(zone)
        tries = [
            (name, size, STRtree([*blocked, *flows])),
            (name, size, STRtree(blocked)),
            (name.split("\n")[0], 5.5, STRtree(blocked)),
        ]
        for text, size, taken in tries:
            spot = _free_spot(zone.polygon, taken, text, size, scale)
            if spot is not None:
                break
        else:
            continue
        draw_text(
            ax,
            (spot.centroid.x, spot.centroid.y),
            text,
            size=size,
            gid=f"zone-label:{zone.name}",
            color="#555555",
            zorder=7,
        )
        blocked.append(spot)


def _free_spot(
    zone: Polygon, blocked: STRtree, text: str, size: float, scale: float
) -> Polygon | None:
    """Return the free text box in a zone that lies nearest to the zone's upper left, or None."""
    width, height = (extent * scale for extent in text_size(text, size))
    x0, y0, x1, y1 = zone.bounds
    inner = zone.buffer(-0.1)
    step = 0.25
    y = y1 - height / 2
    while y > y0 + height / 2:
        x = x0 + width / 2
        while x < x1 - width / 2:
            area = box(*text_box((x, y), text, size, scale))
            if inner.covers(area) and not len(blocked.query(area, predicate="intersects")):
                return area
            x += step
        y -= step
    return None


def _broken_up(text: str) -> str:
    """Return a name in two lines, broken where its halves are most alike in length."""
    inside = range(2, len(text) - 2)
    places = [i for i in inside if text[i] == " " and not text[i + 1 :].isdigit()]
    places += [i for i in inside if text[i] in "（(" or not (text[i - 1 : i + 1].isascii())]
    if not places:
        return text
    middle = len(text) / 2
    at = min(places, key=lambda i: (abs(i - middle) - (2 if text[i] in " （(" else 0), i))
    return f"{text[:at].rstrip()}\n{text[at:].lstrip()}"


def _inner(limits: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return the part of a picture that names may use: not the strip of the scale bar."""
    x0, y0, x1, y1 = limits
    return (x0, y0 + 1.2, x1, y1)
