"""People who move about on a layout, as a GIF.

In: a study, a layout and where everybody is in each frame. Out: a GIF file with a clock: who walks
is a filled disc, who stands an open one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle
from PIL import Image, ImageDraw, ImageFont

from optimizer.report.atomic import whole_file
from optimizer.report.canvas import draw_text, figure_of
from optimizer.report.colours import BUSINESS_COLOURS, INK
from optimizer.report.layout_picture import plot_layout
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["write_animation"]

#: Dots per inch, radius of a person in metres, colours of the picture.
DPI, BODY, COLOURS = 60, 0.25, 32
#: Colour of who walks and of who stands.
WALKS, STANDS = BUSINESS_COLOURS[2], "white"
#: Metres above the plan at which the legend stands, and from one sign of it to the next.
ABOVE, NEXT = 0.9, 2.2
#: Size and place of the clock, dots.
CLOCK, CORNER = 18, 8
#: Side of the patch of each colour that has to be among those of the picture, dots.
PATCH = 200


def write_animation(
    study: Study,
    layout: Layout,
    frames: Iterable[tuple[NDArray[np.float64], NDArray[np.bool_]]],
    path: Path,
    *,
    start: float = 0.0,
    every: float = 1.0,
    milliseconds: int = 80,
    language: Language = "both",
) -> None:
    """Write an animation.

    Parameters
    ----------
    study, layout
        What is walked.
    frames
        Where people are, (n, 2) metres, and which of them walk, (n,); one pair a frame.
    path
        The GIF file.
    start, every
        Time of the first frame and between two frames, seconds: what the clock shows.
    milliseconds
        How long a frame is shown.
    language
        Language of the words.
    """
    ax = plot_layout(study, layout, language=language)
    _explain(ax, study, language)
    figure = figure_of(ax)
    figure.set_dpi(DPI)
    canvas = figure.canvas
    canvas.draw()
    paper = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())  # type: ignore[attr-defined]
    height = paper.size[1]
    centre = ax.transData.transform((0.0, 0.0))
    radius = float(ax.transData.transform((BODY, 0.0))[0] - centre[0])
    colours = _colours_of(paper)
    clock = ImageFont.load_default(CLOCK)
    pictures = []
    for number, (at, walking) in enumerate(frames):
        picture = paper.copy()
        pen = ImageDraw.Draw(picture)
        spots = ax.transData.transform(at) if len(at) else np.empty((0, 2))
        for (x, y), walks in zip(spots, walking, strict=True):
            box = (x - radius, height - y - radius, x + radius, height - y + radius)
            pen.ellipse(box, fill=WALKS if walks else STANDS, outline=INK)
        time = timedelta(seconds=round(start + number * every))
        told = f"{time}  x {1000 * every / milliseconds:.3g}"
        pen.text((CORNER, CORNER), told, fill=INK, font=clock)
        # one palette for all frames: one of its own would lose the colour of a few people
        pictures.append(picture.quantize(palette=colours, dither=Image.Dither.NONE))
    with whole_file(path) as temporary:
        pictures[0].save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=pictures[1:],
            duration=milliseconds,
            loop=0,
        )


def _explain(ax: Axes, study: Study, language: Language) -> None:
    """Draw who is who above the plan, at its right end."""
    _, _, x1, y1 = study.plan.outline.bounds
    for place, (key, colour) in enumerate((("stands", STANDS), ("walks", WALKS)), start=1):
        where = (x1 - place * NEXT, y1 + ABOVE)
        disc = Circle(where, BODY, facecolor=colour, edgecolor=INK, linewidth=0.8)
        disc.set_gid(f"legend:{key}")
        ax.add_patch(disc)
        beside = (where[0] + 1.6 * BODY, where[1])
        draw_text(ax, beside, word("picture", key, language), size=9, ha="left")


def _colours_of(paper: Image.Image) -> Image.Image:
    """The colours of the paper and of people, as the palette of all frames."""
    sample = Image.new("RGB", (paper.size[0], paper.size[1] + PATCH), STANDS)
    sample.paste(paper, (0, PATCH))
    ImageDraw.Draw(sample).rectangle((0, 0, PATCH, PATCH), fill=WALKS)
    return sample.quantize(COLOURS)
