"""Files that commands read: studies, layouts, results and their proofs.

In: paths. Out: what they hold, or an error that names the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer import brief
from optimizer.brief import check_rules
from optimizer.cli.terminal import print_warnings
from optimizer.equipment.layout_file import parse_layout, read_layout
from optimizer.errors import FileFormatError, LayoutError
from optimizer.plan.audit_zones import closed_rooms
from optimizer.plan.defect import Severity
from optimizer.reading import read_text

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = [
    "check_rules",
    "read_any_layout",
    "read_brief",
    "read_certificate",
    "read_result",
]

#: What the sections of a result are, where it has them.
SECTIONS = (
    (
        ("study", "objective", "walking", "crossing", "detour", "waiting", "privacy"),
        dict,
        "a table",
    ),
    (("placements", "rules", "history"), list, "a list"),
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
    closed = (d for d in closed_rooms(study.plan) if d.severity is Severity.WARNING)
    print_warnings(d.sentence for d in closed)
    return study


def read_any_layout(path: Path, study: Study) -> Layout:
    """Layout of a JSON file, or of a drawing that this program wrote and CAD changed."""
    if path.suffix.lower() != ".dxf":
        return read_layout(path, study)
    from optimizer.report.dxf import name_in_drawing, read_layout_dxf

    names = {name_in_drawing(name): name for group in study.groups for name in group.names()}
    placements = [
        {**row, "fixture": names.get(row["fixture"], row["fixture"])}
        for row in read_layout_dxf(path).to_json()
    ]
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
    wrong = [
        f"{file}: {key} must be {what}; take the result.json as 'branch-layout optimize' wrote it"
        for keys, kind, what in SECTIONS
        for key in keys
        if not isinstance(content.get(key), kind | None)
    ]
    if wrong:
        raise FileFormatError(*wrong)
    return content
