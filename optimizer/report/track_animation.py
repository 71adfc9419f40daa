"""People who move about on a layout, as a GIF.

In: a study, a layout and where everybody is in each frame. Out: a GIF file: who walks is a filled
disc, who stands an open one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from optimizer.report.atomic import whole_file
from optimizer.report.canvas import figure_of
from optimizer.report.colours import BUSINESS_COLOURS, INK
from optimizer.report.layout_picture import plot_layout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["write_animation"]

#: Dots per inch, radius of a person in metres, colours of the picture.
DPI, BODY, COLOURS = 60, 0.25, 32


def write_animation(
    study: Study,
    layout: Layout,
    frames: Iterable[tuple[NDArray[np.float64], NDArray[np.bool_]]],
    path: Path,
    *,
    milliseconds: int = 80,
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
    milliseconds
        How long a frame is shown.
    """
    ax = plot_layout(study, layout)
    figure = figure_of(ax)
    figure.set_dpi(DPI)
    canvas = figure.canvas
    canvas.draw()
    paper = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())  # type: ignore[attr-defined]
    height = paper.size[1]
    centre = ax.transData.transform((0.0, 0.0))
    radius = float(ax.transData.transform((BODY, 0.0))[0] - centre[0])
    pictures = []
    for at, walking in frames:
        picture = paper.copy()
        pen = ImageDraw.Draw(picture)
        spots = ax.transData.transform(at) if len(at) else np.empty((0, 2))
        for (x, y), walks in zip(spots, walking, strict=True):
            box = (x - radius, height - y - radius, x + radius, height - y + radius)
            pen.ellipse(box, fill=BUSINESS_COLOURS[2] if walks else "white", outline=INK)
        pictures.append(picture.quantize(COLOURS))
    with whole_file(path) as temporary:
        pictures[0].save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=pictures[1:],
            duration=milliseconds,
            loop=0,
        )
