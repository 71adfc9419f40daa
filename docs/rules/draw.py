"""Draws what the rules look at in the synthetic studies; `make pictures` runs it.

In: `floorplans/*/study.toml`; on the command line names of studies, or DRAWING and FOLDER for the
real office, whose pictures are not part of the project. Out, in this folder: for each study
`NAME-routes.png` (accessible route with its bottleneck, distances to the exits) and
`NAME-privacy.png` (privacy zones, and who sees whose screen), of a layout that `optimize` finds in
a number of steps, so that it comes out the same again. Those of flagship_hall that are here show
the layout of a run of 30 seconds instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

from matplotlib import pyplot
from PIL import Image

from optimizer.place.optimize import optimize
from optimizer.report.canvas import figure_of
from optimizer.report.route_picture import plot_routes
from optimizer.report.sight_picture import plot_sight
from optimizer.study_file import read_study

HERE = Path(__file__).parent
STUDIES = HERE.parent.parent / "floorplans"
SYNTHETIC = ("standard_hall", "old_corner", "flagship_hall")
#: Moves of the search, dots per inch, and colours of a file.
STEPS, DPI, COLOURS = 2000, 80, 96


def draw(name: str, folder: Path, drawing: str | None = None) -> None:
    """Write the pictures of one study."""
    study = read_study(STUDIES / name / "study.toml", plan=drawing)
    result = optimize(study, steps=STEPS, workers=1, seed=1, time_limit=30).raise_for_status()
    assert result.layout is not None
    assert result.evaluation is not None
    routes = plot_routes(study, result.layout, result.evaluation)
    privacy = plot_sight(study, result.layout, result.evaluation)
    for what, ax in (("routes", routes), ("privacy", privacy)):
        figure = figure_of(ax)
        file = folder / f"{name}-{what}.png"
        figure.savefig(file, dpi=DPI)
        Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)
        pyplot.close(figure)


if __name__ == "__main__":
    if len(sys.argv) == 3 and Path(sys.argv[2]).is_dir():
        draw("real_office", Path(sys.argv[2]), sys.argv[1])
    else:
        for study_name in sys.argv[1:] or SYNTHETIC:
            draw(study_name, HERE)
