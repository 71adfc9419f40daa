"""Files of a Pareto front: written whole or not at all, and read again to pick a point.

In: a front, or a folder that holds one. Out: `pareto.json`, `pareto.csv`, `pareto.png`,
`pareto.svg`, `layouts/NAME.json` for every point and `pictures/NAME.png` for those with a role;
or a point as a result.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.cli.folder import FRONT_DRAFT
from optimizer.equipment.layout_file import parse_layout, write_layout
from optimizer.errors import FileFormatError, LayoutError, OptimizerError
from optimizer.reading import read_text
from optimizer.result import Result, Seconds, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.place.pareto import ParetoFront
    from optimizer.study import Study

__all__ = ["read_point", "write_front"]

#: What a front consists of besides its layouts and pictures; last what makes them a front.
FILES = ("pareto.csv", "pareto.png", "pareto.svg", "pareto.json")
FOLDERS = ("layouts", "pictures")


def write_front(
    study: Study, front: ParetoFront, doubted: Mapping[str, Sequence[str]], folder: Path
) -> dict[str, Any]:
    """Write the files of a front into a folder, all of them or none.

    Parameters
    ----------
    study, front
        What was searched, and its front. Without points only `pareto.json` is written.
    doubted
        What the verifier found wrong, by the name of the point.
    folder
        Where to; made where it is missing. Files of an earlier front are replaced.

    Returns
    -------
    dict
        The content of `pareto.json`.
    """
    from optimizer.report.front import front_to_json, write_front_csv
    from optimizer.report.results import write_json

    content = front_to_json(study, front)
    for point in content["points"]:
        point["verified"] = {"failed": list(doubted.get(point["name"], ()))}
    draft = Path(tempfile.mkdtemp(prefix=FRONT_DRAFT, dir=folder))
    try:
        write_json(draft / "pareto.json", content)
        if front.points:
            write_front_csv(front, draft / "pareto.csv")
            _draw(study, front, draft)
        _put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return content


def _draw(study: Study, front: ParetoFront, folder: Path) -> None:
    """Write the pictures and layouts of a front."""
    from optimizer.report.canvas import figure_of
    from optimizer.report.front_picture import plot_pareto
    from optimizer.report.sheets import render_layout, save_figure

    figure = figure_of(plot_pareto(study, front))
    for name in ("pareto.png", "pareto.svg"):
        save_figure(figure, folder / name)
    for point in front.points:
        write_layout(point.layout, folder / "layouts" / f"{point.name}.json", study)
        if point.roles:
            title = f"{study.name}: {', '.join(point.roles)}"
            picture = folder / "pictures" / f"{point.name}.png"
            render_layout(study, point.layout, point.evaluation, picture, title=title)


def _put_in_place(draft: Path, folder: Path) -> None:
    """Move what was written into its folder, and take away what an earlier front had there."""
    (folder / FILES[-1]).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
        if (draft / name).exists():
            (draft / name).replace(folder / name)
    for name in FILES:
        if (draft / name).exists():
            (draft / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


def read_point(folder: Path, study: Study, name: str) -> tuple[str, Result]:
    """A point of a front that was written before, judged anew: its name, and it as a result.

    Parameters
    ----------
    folder
        Where `pareto.json` lies.
    study
        The study that the front must be of.
    name
        Name or role of the point.

    Raises
    ------
    FileFormatError
        Where the file is no front, or the front of another study.
    OptimizerError
        Where no point is called that.
    """
    from optimizer.evaluate import evaluate

    file = folder / "pareto.json"
    content = _read(file, study)
    points = [p for p in content["points"] if name == p.get("name") or name in p.get("roles", ())]
    if not points:
        known = ", ".join(str(p.get("name")) for p in content["points"]) or "none"
        raise OptimizerError(f"{file}: no point is called {name!r}; points are {known}")
    point = points[0]
    try:
        layout = parse_layout({"placements": point.get("placements", [])}, study)
    except LayoutError as error:
        raise LayoutError(*(f"{file}: {sentence}" for sentence in error.sentences)) from None
    seconds = content.get("seconds", {})
    return str(point["name"]), Result(
        status=Status.FEASIBLE,
        layout=layout,
        evaluation=evaluate(study, layout),
        bound=None,
        walking=None,
        conflict=(),
        history=(),
        seconds=Seconds(build=seconds.get("build", 0.0), solve=seconds.get("solve", 0.0)),
        seed=content.get("seed", 0),
        workers=content.get("workers", 1),
        budget=content.get("budget", "seconds"),
        versions=content.get("versions", {}),
    )


def _read(file: Path, study: Study) -> dict[str, Any]:
    """Content of a `pareto.json` of a study."""
    try:
        content: dict[str, Any] = json.loads(read_text(file))
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise FileFormatError(f"{file}: not valid JSON: {error}") from None
    points = content.get("points") if isinstance(content, dict) else None
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise FileFormatError(f"{file}: not a front; 'branch-layout pareto' writes one")
    made_of = content.get("study")
    if not isinstance(made_of, dict) or made_of.get("sha256") != study.sha256:
        raise FileFormatError(
            f"{file}: the front of another study, or of an earlier state of this one; "
            "run 'branch-layout pareto' without --pick first"
        )
    return content
