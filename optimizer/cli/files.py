"""Files that commands read and write: layouts, results, the folder of an optimization.

In: paths. Out: layouts and results, or the six files of a result, whole or not at all.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from optimizer import brief
from optimizer.brief import check_rules
from optimizer.cli.terminal import print_warnings
from optimizer.equipment.layout_file import parse_layout, read_layout, write_layout
from optimizer.errors import FileFormatError, LayoutError
from optimizer.reading import read_text
from optimizer.verified import verified_content

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = [
    "FILES",
    "check_folder",
    "check_rules",
    "read_any_layout",
    "read_brief",
    "read_certificate",
    "read_result",
    "verified_content",
    "write_folder",
]

#: What an optimization writes.
FILES = (
    "result.json",
    "certificate.npz",
    "layout.json",
    "layout.png",
    "layout.svg",
    "layout.dxf",
    "before_after.pdf",
    "report.html",
)


def read_brief(path: Path, plan: Path | None = None) -> Study:
    """Study to build on; what does not fit another drawing than its own is told on stderr.

    Raises
    ------
    OptimizerError
        As `brief.read_brief`.
    """
    study = brief.read_brief(path, plan=plan)
    print_warnings(d.sentence for d in study.plan.source.defects if d.code == "other-drawing")
    return study


def read_any_layout(path: Path, study: Study) -> Layout:
    """Layout of a JSON file, or of a drawing that this program wrote and CAD changed."""
    if path.suffix.lower() != ".dxf":
        return read_layout(path, study)
    from optimizer.report.dxf import read_layout_dxf

    placements = read_layout_dxf(path).to_json()
    if not placements:
        raise FileFormatError(
            f"{path}: holds no layout; needed is a layout.dxf of ours, with blocks on BL-FIXTURE"
        )
    try:
        # through the same checks as a JSON file: the names may have been changed in CAD
        return parse_layout({"placements": placements}, study)
    except LayoutError as error:
        raise LayoutError(*(f"{path}: {sentence}" for sentence in error.sentences)) from None


def read_certificate(path: Path, content: dict[str, Any]) -> bytes | None:
    """Bytes of the proof that a result names, None where it names none.

    Raises
    ------
    FileFormatError
        Where the file is missing, or its name leads out of the folder.
    """
    walking = content.get("walking")
    stated = walking.get("certificate") if isinstance(walking, dict) else None
    name = stated.get("file") if isinstance(stated, dict) else None
    if not isinstance(name, str):
        return None
    folder = path if path.is_dir() else path.parent
    if Path(name).name != name or not (folder / name).is_file():
        raise FileFormatError(
            f"{folder / name}: the result names this file as its proof, but there is none"
        )
    return (folder / name).read_bytes()


def read_result(path: Path) -> dict[str, Any]:
    """Content of a `result.json`, or of the one in a folder.

    Raises
    ------
    FileFormatError
        Where there is none, or it is no JSON object of this program.
    """
    file = path / "result.json" if path.is_dir() else path
    text = read_text(file)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"{file}: not valid JSON: {error.msg} (at line {error.lineno}, column {error.colno})"
        ) from None
    except (RecursionError, ValueError):
        raise FileFormatError(
            f"{file}: not a result: nested too deep, or endless numbers"
        ) from None
    if not isinstance(content, dict) or "objective" not in content or "schema" not in content:
        raise FileFormatError(
            f"{file}: not a result; needed is the result.json that 'branch-layout optimize' wrote"
        )
    return content


def check_folder(folder: Path) -> None:
    """Make sure that files can be written to a folder, before the work starts; make nothing.

    Raises
    ------
    OSError
        Where it is a file, lies within one, or may not be written to.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise NotADirectoryError(20, "is a file; --out needs a folder", str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(13, "may not be written to; name another folder", str(there))


def write_folder(
    study: Study,
    result: Result,
    content: dict[str, Any],
    folder: Path,
    *,
    language: Literal["en", "zh"] = "zh",
) -> None:
    """Write the files of a result into a folder, all of them or none.

    Parameters
    ----------
    study, result
        What was optimized, and its outcome. Without a layout only `result.json` is written.
    content
        What `result.json` shall hold.
    folder
        Where to; made where it is missing. Files of an earlier result are replaced, and those
        that this result does not have are taken away.
    language
        Language that the report opens in.
    """
    from optimizer.report.results import CERTIFICATE, write_json

    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".result-", dir=folder))
    try:
        write_json(draft / "result.json", content)
        if result.walking is not None and result.walking.file:
            (draft / CERTIFICATE).write_bytes(result.walking.file)
        if result.layout is not None:
            _write_pictures(study, result, draft, language)
        for name in FILES:
            if (draft / name).exists():
                (draft / name).replace(folder / name)
            else:
                (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_pictures(
    study: Study, result: Result, folder: Path, language: Literal["en", "zh"]
) -> None:
    """Write layout, pictures, drawing and report of a result that has a layout."""
    from optimizer.evaluate import evaluate
    from optimizer.report.dxf import write_layout_dxf
    from optimizer.report.html import write_report
    from optimizer.report.moves import draw_before_after
    from optimizer.report.sheets import render_layout, save_figure

    layout = result.raise_for_status().layout
    if layout is None:
        return
    today = evaluate(study, study.current_layout) if study.current_layout is not None else None
    write_layout(layout, folder / "layout.json", study)
    for name in ("layout.png", "layout.svg"):
        render_layout(study, layout, result.evaluation, folder / name)
    write_layout_dxf(study, layout, folder / "layout.dxf", result.evaluation)
    if today is not None and study.current_layout is not None and result.evaluation is not None:
        before, after = (study.current_layout, today), (layout, result.evaluation)
        save_figure(draw_before_after(study, before, after), folder / "before_after.pdf")
    write_report(
        study,
        folder / "report.html",
        layout=layout,
        evaluation=result.evaluation,
        result=result,
        today=today,
        language=language,
    )
