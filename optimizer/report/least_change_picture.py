"""What each move buys: the best layouts with few moves.

In: a `Study` and the steps of `least_change`. Out: a chart of the objective over the number of
moves, a sheet with today's layout and every step in the same scale, and rows for tables.
"""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.report.atomic import write_whole
from optimizer.report.canvas import chart_axes, draw_text, floor_limits, new_figure
from optimizer.report.colours import BUSINESS_COLOURS, GOOD, HARD_BROKEN, INK, group_colours
from optimizer.report.comparison import plain_cell
from optimizer.report.figures import headline_figures
from optimizer.report.flow_picture import plot_flows
from optimizer.report.fonts import drawable, font
from optimizer.report.layout_picture import plot_layout
from optimizer.report.moves import plot_moves
from optimizer.report.place_words import place_label
from optimizer.report.results import evaluation_to_json
from optimizer.report.strips import flow_breadth, lay_strips
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.least_change import ChangeStep
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = [
    "build_change_table",
    "change_rows",
    "draw_least_change",
    "plot_least_change",
    "write_change_csv",
]

#: Inches of the sheet: longest side of a plan, largest scale, head of a panel, line of figures.
LONGEST, INCHES_PER_METRE, HEAD, LINE = 6.5, 0.45, 0.55, 0.18
#: Columns of the table, as words.toml has them.
COLUMNS = (
    "moves",
    "moved",
    "metres",
    "encounters",
    "overlooked",
    "hard_broken",
    "objective",
    "saved",
)
#: Panels beside each other, and figures below each.
ABREAST = 2
FIGURES = (
    "metres_per_customer",
    "encounters_per_hour",
    "overlooked_pairs",
    "staff_person_metres_per_hour",
    "hard_broken",
    "objective",
)


def change_rows(study: Study, steps: Sequence[ChangeStep]) -> list[dict[str, Any]]:
    """Return each step: moves, fixtures that moved in both languages, objective, what it saved."""
    rows = []
    for step in steps:
        layout, evaluation = step.result.layout, step.result.evaluation
        rows.append(
            {
                "at_most": step.at_most,
                "en": ", ".join(place_label(study, layout, name, "en") for name in step.moved),
                "zh": "、".join(place_label(study, layout, name, "zh") for name in step.moved),
                "objective": step.objective,
                "saved": step.saved,
                "hard_broken": step.broken,
                "metres": evaluation.walking.metres_per_customer if evaluation else None,
                "encounters": evaluation.crossing.encounters_per_hour if evaluation else None,
                "overlooked": evaluation.privacy.overlooked_pairs if evaluation else None,
            }
        )
    return rows


def build_change_table(
    rows: Sequence[Mapping[str, Any]], *, language: Literal["en", "zh"] = "en"
) -> Table:
    """Return the rows of `change_rows` as a table for the terminal."""
    table = Table(show_edge=False, pad_edge=False)
    for key in COLUMNS:
        justify: Any = "left" if key == "moved" else "right"
        table.add_column(word("report", key, language), justify=justify)
    for row in rows:
        table.add_row(*(Text(_cell(key, row, language)) for key in COLUMNS))
    return table


def write_change_csv(rows: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Write the rows of `change_rows` as CSV (UTF-8 with a mark, for spreadsheets)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([plain_cell(_cell(key, row, "en")) for key in COLUMNS])
    write_whole(path, "\ufeff" + buffer.getvalue())


def _cell(key: str, row: Mapping[str, Any], language: Literal["en", "zh"]) -> str:
    """Return a value of a row as shown."""
    value = row[language] if key == "moved" else row["at_most" if key == "moves" else key]
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def plot_least_change(
    study: Study,
    steps: Sequence[ChangeStep],
    ax: Axes | None = None,
    *,
    language: Language = "both",
) -> Axes:
    """Draw how much lower the objective is with 1, 2, … moves than with today's layout.

    Parameters
    ----------
    study
        Names of the fixtures; its name is the title.
    steps
        From `least_change`.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        A row for today and one for each step: the part that its last move bought is dark, the rest
        pale; beside it the objective, what the step saved and what moved. A step that leaves hard
        rules broken is marked. Gids: "step:" (the whole bar), "bought:", "saved:", "moved:" with
        the number.
    """
    ax = chart_axes(ax, width=8.0, height=1.6 + 0.62 * (len(steps) + 1))
    values = [steps[0].objective + steps[0].saved] if steps else []
    values += [step.objective for step in steps]
    lower = [values[0] - value for value in values]
    most = max(lower, default=0.0) or 1.0
    names = [word("picture", "before", language)]
    names += [f"{step.at_most} {word('picture', 'moves', language)}" for step in steps]
    for i, (value, less) in enumerate(zip(values, lower, strict=True)):
        (bar,) = ax.barh([i], [less], height=0.5, color=BUSINESS_COLOURS[3])
        bar.set_gid(f"step:{i}")
        text, tint = f"{value:.0f}", INK
        if i:
            step = steps[i - 1]
            (new,) = ax.barh(
                [i], [step.saved], left=[less - step.saved], height=0.5, color=BUSINESS_COLOURS[0]
            )
            new.set_gid(f"bought:{i}")
            text += f"  ({_change(-step.saved)})"
            tint = GOOD if step.saved > 0 else INK
            if step.broken:
                tint = HARD_BROKEN
                text += f"  {word('figure', 'hard_broken', language)}: {step.broken}"
        place = (max(less, 0.0) + 0.01 * most, i)
        draw_text(ax, place, text, size=8, ha="left", color=tint, gid=f"saved:{i}")
        moved = _moved(study, steps, i, language)
        draw_text(ax, (0.01 * most, i + 0.38), moved, size=6.5, ha="left", gid=f"moved:{i}")
    ax.set_xlim(min([0.0, *lower]), 1.35 * most)
    ax.set_yticks(range(len(values)))
    ax.set_yticklabels([drawable(name) for name in names], parse_math=False)
    ax.set_ylim(len(values) - 0.3, -0.6)
    label = drawable(word("picture", "lower", language))
    ax.set_xlabel(label, fontproperties=font(8), parse_math=False)
    ax.set_title(drawable(study.name), fontproperties=font(10), parse_math=False)
    for tick in [*ax.get_yticklabels(), *ax.get_xticklabels()]:
        tick.set_fontproperties(font(8))
    return ax


def draw_least_change(
    study: Study, steps: Sequence[ChangeStep], *, language: Language = "both"
) -> Figure:
    """Return one sheet with today's layout and the best with 1, 2, … moves, in the same scale.

    Each plan has arrows for what moved and, below it, figures.

    Raises
    ------
    StudyError
        If the study names no layout of today.
    """
    if study.current_layout is None:
        raise StudyError("the study names no layout of today to move from; give it 'current'")
    today = evaluate(study, study.current_layout, places=False)
    panels: list[tuple[str, Layout, Evaluation]] = [
        (word("picture", "before", language), study.current_layout, today)
    ]
    for step in steps:
        if step.result.layout is not None and step.result.evaluation is not None:
            name = f"{step.at_most} {word('picture', 'moves', language)}"
            panels.append((name, step.result.layout, step.result.evaluation))
    x0, y0, x1, y1 = floor_limits(study.plan)
    scale = min(INCHES_PER_METRE, LONGEST / max(x1 - x0, y1 - y0))
    wide, high = (x1 - x0) * scale, (y1 - y0) * scale
    tall = HEAD + high + (len(FIGURES) + 1) * LINE
    lines = math.ceil(len(panels) / ABREAST)
    figure = new_figure(min(len(panels), ABREAST) * wide, lines * tall)
    breadth = flow_breadth(study.plan, today.legs)
    _, widest = lay_strips(today.legs, tuple(group_colours(study)), breadth)
    width, height = figure.get_size_inches()
    for i, (name, layout, evaluation) in enumerate(panels):
        left, top = i % ABREAST * wide, height - i // ABREAST * tall
        place = (left / width, (top - HEAD - high) / height, wide / width, high / height)
        ax = figure.add_axes(place)
        plot_layout(study, layout, ax=ax, language=language, evaluation=evaluation)
        plot_flows(study, evaluation, ax=ax, language=language, legend=False,
                   metres_per_person=widest or None)  # fmt: skip
        plot_moves(study, (study.current_layout, layout), ax=ax, language=language)
        head = name if not i else f"{name}: {_moved(study, steps, i, language)}"
        _write(figure, (left + 0.3, top - 0.3), head, 9)
        _write_figures(figure, study, evaluation, (left + 0.3, top - HEAD - high), language)
    return figure


def _change(value: float) -> str:
    """Return a change with its sign, and nothing as 0."""
    text = f"{value:+.0f}".replace("-", "−")
    return "0" if text in ("+0", "−0") else text


def _moved(study: Study, steps: Sequence[ChangeStep], i: int, language: Language) -> str:
    """Return the fixtures that step i moved; "" for today."""
    if not i:
        return ""
    step = steps[i - 1]
    comma = ", " if language == "en" else "、"
    tongue: Language = "en" if language == "en" else "zh"
    return comma.join(place_label(study, step.result.layout, name, tongue) for name in step.moved)


def _write_figures(
    figure: Figure,
    study: Study,
    evaluation: Evaluation,
    where: tuple[float, float],
    language: Language,
) -> None:
    rows = {f.key: f for f in headline_figures(evaluation_to_json(study, evaluation))}
    for i, key in enumerate(key for key in FIGURES if key in rows):
        y = where[1] - (i + 0.5) * LINE
        _write(figure, (where[0], y), rows[key].label(language), 7.5)
        _write(figure, (where[0] + 3.6, y), rows[key].text, 7.5, align="right")


def _write(
    figure: Figure, where: tuple[float, float], text: str, size: float, align: str = "left"
) -> None:
    """Write a text at a place in inches from the lower left corner of the page."""
    width, height = figure.get_size_inches()
    figure.text(
        where[0] / width,
        where[1] / height,
        drawable(text),
        fontproperties=font(size),
        parse_math=False,
        color=INK,
        va="center",
        ha=align,
    )
