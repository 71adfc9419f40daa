"""The picture of where people meet: the conflict map, its worst places and who meets there.

In: a `Study` and an `Evaluation`. Out: axes with the heat map of expected encounters on the plan
and numbered places; given the axes of `plot_layout` they lie on top of the layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from optimizer.measured.crossing import draw_conflicts
from optimizer.report.canvas import draw_text
from optimizer.report.colours import HARD_BROKEN
from optimizer.report.meetings import meeting_place
from optimizer.report.overlays import draw_explanation, draw_mark, overlay_axes
from optimizer.report.words import word

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from optimizer.evaluation import Evaluation, MeetingPlace
    from optimizer.report.words import Language
    from optimizer.study import Study
    from optimizer.walk.conflict_map import Raster

    Heat = tuple[NDArray[np.float64], Raster]

__all__ = ["conflict_heat", "plot_conflicts"]

#: Largest and smallest circle of a place, points across.
LARGEST, SMALLEST = 26.0, 9.0
#: Side of a cell of the heat map, metres; share of the greatest heat below which none is shown.
CELL, FAINT = 0.1, 0.04
#: Share of the cells with heat below the darkest colour: a few hot corners would pale the rest.
FULL = 0.99
#: Where in the picture the heat lies: above zones and privacy zones, under walls and columns.
UNDER_WALLS = 2.6
#: Where the key of the heat begins, share of the plan's width: right of the key of the flows.
KEY = 0.7
#: Inside of the circles, so that their numbers can be read on the heat.
GROUND = "#ffffffd0"
#: Flows named at each place.
NAMED = 3
#: From nothing to the most heat; pale ends are see-through.
HEAT = LinearSegmentedColormap.from_list(
    "heat", ["#ffe9a800", "#fed976c0", "#fd8d3cd0", "#bd0026e0"]
)


def plot_conflicts(
    study: Study,
    evaluation: Evaluation,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    legend: bool = True,
    heat: bool | Heat | None = True,
) -> Axes:
    """Draw where people meet: a heat map, and numbered circles, their area ∝ encounters per hour.

    The circles are the worst places of the conflict map, where the evaluation looked for them, or
    else the places of the pairs of flows that meet most. Gids: "meeting:heat", "meeting:" and the
    number; the legend names the flows.

    Parameters
    ----------
    study, evaluation
        Plan and what was measured.
    ax
        Axes that already show the plan or a layout; None for a new figure of the
        layout that was measured.
    language
        Language of the words.
    legend
        Whether to draw the legend, at the right of the axes.
    heat
        Whether to draw the heat map; or the map itself, of `conflict_heat`, where it is known.
    """
    ax = overlay_axes(study, evaluation, ax, language)
    if heat:
        found = conflict_heat(study, evaluation) if heat is True else heat or None
        _draw_heat(ax, study, found, language)
    unit = word("picture", "encounter", language)
    rows = _rows(study, evaluation, language)
    most = max((value for value, _, _ in rows), default=0.0)
    entries: list[tuple[Artist, str]] = []
    for number, (value, where, flows) in enumerate(rows, start=1):
        share = value / most if most > 0 else 0.0
        size = max(SMALLEST, LARGEST * share**0.5)
        handle = draw_mark(
            ax, where, number, size, HARD_BROKEN, f"meeting:{number}", fill=GROUND if heat else None
        )
        entries.append((handle, f"{number}  {value:.2f} {unit}\n{flows}"))
    if legend:
        title = word("figure", "encounters_per_hour", language)
        draw_explanation(ax, entries, title, language)
    return ax


def _rows(
    study: Study, evaluation: Evaluation, language: Language
) -> list[tuple[float, tuple[float, float] | None, str]]:
    """Encounters per hour, place and flows of each circle."""
    if evaluation.crossing.places:
        return [
            (place.encounters_per_hour, place.where, _causes(study, place, language))
            for place in evaluation.crossing.places
        ]
    return [
        (pair.encounters_per_hour, meeting_place(evaluation, pair), f"{pair.one}\n× {pair.other}")
        for pair in evaluation.crossing.worst_pairs
    ]


def _causes(study: Study, place: MeetingPlace, language: Language) -> str:
    """The pairs of flows that meet at a place, with their share of it."""
    lines = []
    for pair in place.causes[:NAMED]:
        share = pair.encounters_per_hour / place.encounters_per_hour
        one, other = (_told(study, name, language) for name in (pair.one, pair.other))
        lines.append(f"{share:.0%}  {one}\n   × {other}")
    return "\n".join(lines)


def _told(study: Study, flow: str, language: Language) -> str:
    """A flow between types of fixtures by their labels."""
    ends = []
    for name in flow.split(" → "):
        kind = study.types.get(name)
        if kind is not None:
            name = kind.label_zh if language == "zh" else kind.label
        ends.append(name)
    return " → ".join(ends)


def conflict_heat(study: Study, evaluation: Evaluation) -> Heat | None:
    """Heat map as it is drawn, for who draws it more than once; None where nobody walks."""
    return draw_conflicts(study, evaluation.legs, cell=CELL)


def _draw_heat(ax: Axes, study: Study, found: Heat | None, language: Language) -> None:
    """Draw the heat map, and a strip that says what its colours mean."""
    if found is None or not found[0].max() > 0:
        return
    heat, raster = found
    most = float(np.quantile(heat[heat > 0], FULL))
    frame = ax.get_xlim(), ax.get_ylim()
    shown = np.ma.masked_less(heat, FAINT * most)
    style: Any = {"cmap": HEAT, "vmin": 0.0, "vmax": most, "origin": "lower", "aspect": "equal"}
    image = ax.imshow(
        shown, extent=raster.extent, interpolation="bilinear", zorder=UNDER_WALLS, **style
    )
    image.set_gid("meeting:heat")
    x0, y0, x1, _ = study.plan.outline.bounds
    left, width = x0 + KEY * (x1 - x0), 0.13 * (x1 - x0)
    strip = (left, left + width, y0 - 1.65, y0 - 1.4)
    bar = ax.imshow(np.linspace(0.0, most, 64)[None, :], extent=strip, zorder=6, **style)
    bar.set_gid("meeting:heat-key")
    unit = word("picture", "heat", language)
    text = f"0 … ≥ {most:.2g} {unit}"
    place = (left + width / 2, y0 - 1.72)
    draw_text(ax, place, text, size=6.5, gid="meeting:heat-unit", va="top")
    ax.set_xlim(*frame[0])
    ax.set_ylim(*frame[1])
