"""The sheet: plan, layout, flows, legend and headline figures on one page.

In: a `Study`, a `Layout`, its `Evaluation`. Out: a PNG, SVG or PDF file. The same input gives the
same file, byte for byte: no dates, no random names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import matplotlib as mpl

from optimizer.errors import FileFormatError
from optimizer.report.atomic import whole_file
from optimizer.report.canvas import floor_limits, new_figure
from optimizer.report.colours import INK
from optimizer.report.figures import headline_figures
from optimizer.report.flow_picture import flow_legend, parting_legend, plot_flows
from optimizer.report.fonts import drawable, font
from optimizer.report.layout_picture import layout_legend, plot_layout
from optimizer.report.results import evaluation_to_json
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["PICTURE_FORMATS", "draw_sheet", "render_layout", "save_figure", "save_svg"]

#: File endings of pictures.
PICTURE_FORMATS = ("png", "svg", "pdf")
#: Sizes in inches: the panel at the right, the strip of the title, the plan's longest side and
#: its largest scale, the lowest sheet.
PANEL, TITLE, LONGEST, INCHES_PER_METRE, LOWEST = 3.2, 0.55, 15.0, 0.72, 6.2
#: Height of a line of the panel, inches.
LINE = 0.185
#: Dots per inch of PNG files.
DPI = 150


def render_layout(
    study: Study,
    layout: Layout,
    evaluation: Evaluation | None,
    path: str | Path,
    *,
    title: str | None = None,
    language: Language = "both",
) -> None:
    """Write the sheet of a layout.

    Parameters
    ----------
    study, layout
        What is drawn.
    evaluation
        Its flows and figures; None draws the layout alone.
    path
        File that ends in .png, .svg or .pdf; it appears whole or not at all.
    title
        Head of the sheet; None for the study's name.
    language
        Language of the words.

    Raises
    ------
    FileFormatError
        Where the file's ending is no picture format.
    """
    save_figure(draw_sheet(study, layout, evaluation, title=title, language=language), path)


def draw_sheet(
    study: Study,
    layout: Layout,
    evaluation: Evaluation | None,
    *,
    title: str | None = None,
    language: Language = "both",
) -> Figure:
    """Return the sheet of a layout as a figure; see `render_layout`."""
    x0, y0, x1, y1 = floor_limits(study.plan)
    scale = min(INCHES_PER_METRE, LONGEST / max(x1 - x0, y1 - y0))
    plan_width, plan_height = (x1 - x0) * scale, (y1 - y0) * scale
    height = max(plan_height + TITLE, LOWEST)
    width = plan_width + PANEL
    figure = new_figure(width, height)
    ax = figure.add_axes(
        (0, (height - TITLE - plan_height) / 2 / height, plan_width / width, plan_height / height)
    )
    plot_layout(study, layout, ax=ax, language=language, evaluation=evaluation)
    head = drawable(study.name if title is None else title)
    figure.text(
        0.2 / width, 1 - 0.2 / height, head, fontproperties=font(13), parse_math=False, va="top"
    ).set_gid("title")
    top = height - 0.3
    if evaluation is not None:
        plot_flows(study, evaluation, ax=ax, language=language, legend=False)
        top = _write_figures(figure, study, evaluation, plan_width, top, language)
        flows = flow_legend(study, evaluation.legs, language)
        title_ = word("picture", "flows", language)
        top = _write_legend(figure, flows, title_, plan_width, top)
    marks = layout_legend(study, language)
    if evaluation is not None:
        marks = [*marks, *parting_legend(ax, evaluation, language)]
    _write_legend(figure, marks, word("picture", "marks", language), plan_width, top)
    return figure


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure to a PNG, SVG or PDF file, whole or not at all, without a date in it."""
    ending = Path(path).suffix.removeprefix(".").lower()
    if ending not in PICTURE_FORMATS:
        known = ", ".join(f".{name}" for name in PICTURE_FORMATS)
        raise FileFormatError(f"{path}: a picture ends in {known}; this ends in .{ending}")
    with whole_file(path) as temporary:
        _save(figure, temporary, ending)


def save_svg(figure: Figure, stream: BinaryIO, *, words: bool = False, dpi: int = DPI) -> None:
    """Write a figure as SVG to a stream, without a date in it.

    Parameters
    ----------
    figure, stream
        What is written, and to where.
    words
        Whether texts stay texts, for a page that brings the font; else they are outlines, which
        look the same everywhere.
    dpi
        Dots per inch of the parts that are images.
    """
    _save(figure, stream, "svg", words=words, dpi=dpi)


def _save(
    figure: Figure, target: Path | BinaryIO, ending: str, *, words: bool = False, dpi: int = DPI
) -> None:
    empty: dict[str, dict[str, Any]] = {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    letters = "none" if words else "path"
    settings: Any = {"svg.hashsalt": "branch-layout", "svg.fonttype": letters}
    with mpl.rc_context(settings):
        figure.savefig(target, format=ending, dpi=dpi, metadata=empty[ending])


def _write_figures(
    figure: Figure,
    study: Study,
    evaluation: Evaluation,
    left: float,
    top: float,
    language: Language,
) -> float:
    """Write the headline figures into the panel; return where the next block may begin."""
    width, height = figure.get_size_inches()
    begin = f"{evaluation.hour:02d}:00–{evaluation.hour + 1:02d}:00"
    people = word("picture", "people_per_hour", language)
    lines = [(begin, f"{evaluation.arrivals_per_hour:.0f} {people}")]
    rows = headline_figures(evaluation_to_json(study, evaluation))
    lines += [(row.label(language), row.text) for row in rows]
    for i, (label, value) in enumerate(lines):
        y = (top - i * LINE) / height
        for x, text, align in ((0.05, label, "left"), (PANEL - 0.2, value, "right")):
            written = figure.text(
                (left + x) / width,
                y,
                drawable(text),
                fontproperties=font(7.5),
                parse_math=False,
                ha=align,
                va="top",
                color=INK,
            )
            written.set_gid(f"figure:{label}:{align}")
    return top - len(lines) * LINE - 0.15


def _write_legend(
    figure: Figure, entries: Sequence[tuple[Artist, str]], title: str, left: float, top: float
) -> float:
    """Write a legend into the panel; return where the next block may begin."""
    if not entries:
        return top
    width, height = figure.get_size_inches()
    legend = figure.legend(
        [handle for handle, _ in entries],
        [" "] * len(entries),
        loc="upper left",
        bbox_to_anchor=(left / width, top / height),
        bbox_transform=figure.transFigure,
        frameon=False,
        prop=font(7.5),
        title=drawable(title),
        title_fontproperties=font(8.5),
        alignment="left",
        borderaxespad=0.0,
    )
    for written, (_, text) in zip(legend.get_texts(), entries, strict=True):
        written.set_parse_math(False)
        written.set_text(drawable(text))
    legend.set_gid(f"legend:{title}")
    return top - (len(entries) + 1.6) * LINE
