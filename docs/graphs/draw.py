"""Draws the walkable graphs of the synthetic studies; `make pictures` runs it.

In: `floorplans/*/study.toml`, or on the command line DRAWING and FILE for the real office, whose
drawing and therefore picture are not part of the project. Out: `NAME.png` in this folder, or FILE.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image
from scipy.spatial import KDTree

from optimizer.report.canvas import figure_of
from optimizer.report.colours import DOOR_COLOURS, INK, WALL, WINDOW, ZONE_TINTS
from optimizer.report.graph_picture import EDGE, FLOOR, NODE, plot_graph
from optimizer.study_file import read_study

HERE = Path(__file__).parent
STUDIES = HERE.parent.parent / "floorplans"
SYNTHETIC = ("standard_hall", "old_corner", "flagship_hall")
#: Dots per inch, and colours of a file: names stay readable, files small.
DPI, COLOURS = 90, 128
#: Colours that mean something, however little of them there is.
MEANT = (
    *(INK, WALL, WINDOW, "white", FLOOR["facecolor"], EDGE["color"], NODE["color"]),
    *DOOR_COLOURS.values(),
    *ZONE_TINTS.values(),
)


def draw(name: str, file: Path, drawing: str | None = None) -> None:
    """Write the picture of one study's graph."""
    figure = figure_of(plot_graph(read_study(STUDIES / name / "study.toml", plan=drawing)))
    figure.set_dpi(DPI)
    figure.canvas.draw()
    few_colours(np.asarray(figure.canvas.buffer_rgba())[:, :, :3]).save(file, optimize=True)


def few_colours(picture: np.ndarray) -> Image.Image:
    """Return a (height, width, 3) picture in the colours that mean something or are seen most."""
    meant = np.rint(255 * np.array([to_rgb(colour) for colour in MEANT]))
    seen, which, counts = np.unique(
        picture.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    most = seen[np.argsort(-counts, kind="stable")[: COLOURS - len(meant)]]
    palette = np.concatenate([meant, most]).astype(np.uint8)
    nearest = KDTree(palette.astype(float)).query(seen.astype(float))[1].astype(np.uint8)
    few = Image.fromarray(nearest[which.ravel()].reshape(picture.shape[:2]))
    few.putpalette(palette.tobytes())
    return few


if __name__ == "__main__":
    if len(sys.argv) == 3:
        draw("real_office", Path(sys.argv[2]), sys.argv[1])
    else:
        for study_name in SYNTHETIC:
            draw(study_name, HERE / f"{study_name}.png")
