"""Pictures of what is wrong with a layout, and where.

In: a `Study` and an `Evaluation`. Out: axes with overlooked screens or broken rules on the plan;
given the axes of `plot_layout` they lie on top of the layout. How marks and their legend are drawn
is shared with `conflict_picture`.
"""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from shapely import Point, STRtree, box

from optimizer.report.canvas import draw_legend, draw_text, figure_of, metres_per_point
from optimizer.report.colours import HARD_BROKEN, INK, PRIVACY, SOFT_BROKEN
from optimizer.report.layout_picture import plot_evaluated
from optimizer.report.place_words import place_label
from optimizer.report.words import word
from optimizer.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from shapely import Polygon

    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.rules.model import Finding
    from optimizer.study import Study

__all__ = [
    "broken_findings",
    "draw_explanation",
    "draw_mark",
    "overlay_axes",
    "plot_privacy",
    "plot_rules",
    "spread",
    "written_on",
]

#: Inches at the right of a new picture for its legend.
PANEL = 4.2
#: Points across a mark, and from the middle of one to that of the next where they crowd.
MARK, APART = 12.0, 14.0
#: Longest line of a legend, signs, and its font size, points.
LINE, SIZE = 56, 6.5


def plot_privacy(
    study: Study,
    evaluation: Evaluation,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    legend: bool = True,
) -> Axes:
    """Draw who can see whose screen: a line from the eye (circle) to the screen (square).

    Gids: "sight:viewer→fixture".
    """
    ax = overlay_axes(study, evaluation, ax, language)
    entries: list[tuple[Artist, str]] = []
    seen = word("picture", "overlooked", language)
    for number, pair in enumerate(evaluation.privacy.overlooked, start=1):
        (x0, y0), (x1, y1) = pair.eye, pair.screen
        gid = f"sight:{pair.viewer}→{pair.fixture}"
        style: Any = {"color": PRIVACY, "linewidth": 1.1, "zorder": 7.5}
        ax.plot([x0, x1], [y0, y1], linestyle=(0, (5, 2)), gid=gid, **style)
        ax.plot([x0], [y0], marker="o", markersize=5, gid=f"eye:{number}", **style)
        (screen,) = ax.plot([x1], [y1], marker="s", markersize=5, gid=f"screen:{number}", **style)
        screen_of, viewer = (
            place_label(study, evaluation.layout, name, language)
            for name in (pair.fixture, pair.viewer)
        )
        entries.append((screen, f"{number}  {seen}: {screen_of} ← {viewer}"))
    if legend:
        draw_explanation(ax, entries, word("figure", "overlooked_pairs", language), language)
    return ax


def plot_rules(
    study: Study,
    evaluation: Evaluation,
    ax: Axes | None = None,
    *,
    language: Language = "both",
    legend: bool = True,
) -> Axes:
    """Draw where rules are broken: numbered marks; the legend gives rule, clause and finding.

    Broken rules without a place are in the legend alone. Gids: "broken:" and the number.
    """
    ax = overlay_axes(study, evaluation, ax, language)
    entries: list[tuple[Artist, str]] = []
    found = broken_findings(evaluation)
    apart = APART * metres_per_point(ax)
    places = spread([finding.where for finding in found], apart, written_on(ax))
    for number, (finding, where) in enumerate(zip(found, places, strict=True), start=1):
        hard = finding.rule.severity is Severity.HARD
        colour = HARD_BROKEN if hard else SOFT_BROKEN
        handle = draw_mark(ax, where, number, MARK, colour, f"broken:{number}")
        kind = word("picture", "broken_hard" if hard else "broken_soft", language)
        clause = " ".join(part for part in (finding.rule.edition, finding.rule.clause) if part)
        head = f"{number}  {finding.rule.id} {clause}".rstrip()
        entries.append((handle, f"{head} – {kind}\n{finding.sentence}"))
    if legend:
        draw_explanation(ax, entries, word("report", "broken", language), language)
    return ax


def spread(
    places: Sequence[tuple[float, float] | None], apart: float, names: Sequence[Polygon] = ()
) -> list[tuple[float, float] | None]:
    """Places of marks, each as near to its own as it can be without covering another or a name.

    Parameters
    ----------
    places
        Where the marks belong, metres; None for one without a place.
    apart
        Distance that two marks keep, metres; half of it to a name.
    names
        What names cover, metres.
    """
    tree, reach = STRtree(names), apart / 2
    taken: list[tuple[float, float]] = []
    found: list[tuple[float, float] | None] = []
    for place in places:
        if place is None:
            found.append(None)
            continue
        free = next(
            spot
            for spot in _rings(place, apart)
            if all(math.dist(spot, other) > 0.999 * apart for other in taken)
            and not len(tree.query(Point(spot), predicate="dwithin", distance=reach))
        )
        found.append(free)
        taken.append(free)
    return found


def written_on(ax: Axes) -> list[Polygon]:
    """What the texts of axes cover, metres."""
    back = ax.transData.inverted()
    extents = [text.get_window_extent() for text in ax.texts if text.get_text().strip()]
    corners = [back.transform([(e.x0, e.y0), (e.x1, e.y1)]).ravel() for e in extents]
    return [box(*four) for four in corners]


def _rings(place: tuple[float, float], apart: float) -> Iterator[tuple[float, float]]:
    """Yield the place, then places on ever wider rings around it."""
    yield place
    for ring in count(1):
        for k in range(6 * ring):
            turn = math.tau * k / (6 * ring)
            x, y = math.cos(turn), math.sin(turn)
            yield place[0] + ring * apart * x, place[1] + ring * apart * y


def broken_findings(evaluation: Evaluation) -> tuple[Finding, ...]:
    """Return the findings of broken rules in the order of their numbers, hard ones first."""
    broken = [finding for finding in evaluation.findings if finding.passed is False]
    return tuple(sorted(broken, key=lambda finding: finding.rule.severity is not Severity.HARD))


def overlay_axes(study: Study, evaluation: Evaluation, ax: Axes | None, language: Language) -> Axes:
    """The axes given, or those of a new picture of the layout with room for a legend."""
    if ax is not None:
        return ax
    return plot_evaluated(study, evaluation, panel=PANEL, language=language)


def draw_mark(
    ax: Axes,
    where: tuple[float, float] | None,
    number: int,
    size: float,
    colour: str,
    gid: str,
    *,
    fill: str | None = None,
) -> Line2D:
    """Draw a numbered circle; return a handle for the legend, a cross where there is no place.

    `fill` is the colour inside; by default the circle's own, half see-through.
    """
    fill = fill or colour + "66"
    if where is None:
        return Line2D([], [], linestyle="", marker="x", color=colour)
    ax.plot(
        [where[0]],
        [where[1]],
        linestyle="",
        marker="o",
        markersize=size,
        markerfacecolor=fill,
        markeredgecolor=colour,
        markeredgewidth=1.2,
        zorder=8.2,
        gid=gid,
    )
    draw_text(ax, where, str(number), size=7, gid=f"{gid}:number", color=INK, zorder=8.4)
    handle = Line2D([], [], linestyle="", marker="o", markersize=6)
    handle.set(markerfacecolor=fill, markeredgecolor=colour)
    return handle


def draw_explanation(
    ax: Axes, entries: list[tuple[Artist, str]], title: str, language: Language
) -> None:
    """Draw the legend; say so where there is nothing to show or more than fits the page."""
    if not entries:
        entries = [(Line2D([], []), word("picture", "nothing", language))]
        entries[0][0].set_visible(False)
    lines = int(72 * figure_of(ax).get_figheight() / (1.7 * SIZE)) - 4
    shown: list[tuple[Artist, str]] = []
    for number, (handle, text) in enumerate(entries):
        wrapped = _wrapped(text)
        lines -= wrapped.count("\n") + 1
        if lines < 0:
            blank = Line2D([], [], linestyle="")
            rest = len(entries) - number
            shown.append((blank, f"+ {rest} {word('picture', 'rest', language)}"))
            break
        shown.append((handle, wrapped))
    draw_legend(ax, shown, title=title, size=SIZE)


def _wrapped(text: str) -> str:
    """Return the text with long lines broken at spaces."""
    lines = []
    for line in text.split("\n"):
        start = ""
        for part in line.split(" "):
            if start and len(start) + len(part) > LINE:
                lines.append(start)
                start = "   " + part
            else:
                start = f"{start} {part}" if start else part
        lines.append(start)
    return "\n".join(lines)
