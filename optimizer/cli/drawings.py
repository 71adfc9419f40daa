"""Commands about input files: `check` and `schema`.

In: a drawing or a study. Out: what was found in it, every defect with its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.arguments import AsJson, OtherPlan
from optimizer.cli.demand import log_defects
from optimizer.cli.files import check_rules
from optimizer.cli.terminal import print_errors, print_json, print_line
from optimizer.errors import FileFormatError, FloorPlanError, OptimizerError, StudyError
from optimizer.study_file import read_study, study_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.plan.model import FloorPlan
    from optimizer.study import Study

__all__ = ["check", "read_drawing", "schema"]


def check(
    file: Annotated[Path, typer.Argument(metavar="PLAN|STUDY", help="Drawing, or study (.toml).")],
    plan: OtherPlan = None,
    as_json: AsJson = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", "--out", metavar="FILE", help="Draw the defects: .png, .svg or .pdf."
        ),
    ] = None,
) -> int:
    """Every defect of a drawing or of a study, with its place; with --picture drawn as well."""
    try:
        drawing, study = _read(file, plan)
    except FileFormatError:
        raise
    except (FloorPlanError, StudyError) as error:
        summary = _unusable(error)
        code = 1 if isinstance(error, FloorPlanError) and file.suffix.lower() != ".toml" else 2
    else:
        from optimizer.plan.summary import summarize_plan

        summary = summarize_plan(drawing)
        if study is not None and study.mix.arrivals.log is not None:
            summary["defects"] = [*summary["defects"], *log_defects(study.mix.arrivals.log)]
        code = int(any(defect["severity"] == "error" for defect in summary["defects"]))
        if picture is not None:
            _draw_defects(drawing, picture)
    if as_json:
        print_json(summary)
    else:
        _print_summary(summary)
    if picture is not None and summary["size_m"] is None:
        print_errors([f"{picture}: not drawn, for nothing could be read as a plan"])
    print_errors(d["sentence"] for d in summary["defects"] if d["severity"] == "error")
    return code


def schema() -> int:
    """JSON Schema of the study file."""
    print_json(study_schema())
    return 0


def read_drawing(file: Path, plan: Path | None = None) -> FloorPlan:
    """Floor plan of a drawing, or of a study with all that the study says."""
    return _read(file, plan)[0]


def _read(file: Path, plan: Path | None) -> tuple[FloorPlan, Study | None]:
    """Floor plan of a file, and its study where it is one."""
    if file.suffix.lower() == ".toml":
        study = read_study(file, plan=plan)
        check_rules(study, file)
        return study.plan, study
    if plan is not None:
        raise StudyError(f"{file}: --plan goes with a study (.toml); this is a drawing itself")
    from optimizer.plan.read import read_plan

    return read_plan(file), None


def _draw_defects(plan: FloorPlan, picture: Path) -> None:
    """Draw a plan with its defects marked."""
    from optimizer.plan.audit import audit_plan
    from optimizer.report.canvas import figure_of
    from optimizer.report.defect_picture import plot_defects
    from optimizer.report.sheets import save_figure

    save_figure(figure_of(plot_defects(plan, audit_plan(plan))), picture)


def _unusable(error: OptimizerError) -> dict[str, Any]:
    """Summary of what cannot be read as a plan: its defects alone."""
    code = "plan" if isinstance(error, FloorPlanError) else "study"
    return {
        "size_m": None,
        "unit": {"header": None, "evidence": None, "used": None},
        "walls": None,
        "doors": None,
        "zones": None,
        "areas_m2": {},
        "components": None,
        "defects": [
            {
                "code": code,
                "sentence": sentence,
                "severity": "error",
                "x": None,
                "y": None,
                "layer": None,
            }
            for sentence in error.sentences
        ],
    }


def _print_summary(summary: Mapping[str, Any]) -> None:
    """Print a summary for people; errors are left to stderr."""
    if summary["size_m"] is not None:
        width, height = summary["size_m"]
        unit = summary["unit"]
        print_line(f"size        {width:g} x {height:g} m")
        print_line(
            f"unit        {unit['used']} (header {unit['header'] or 'silent'}, "
            f"evidence {unit['evidence'] or 'none'})"
        )
        for name in ("walls", "doors", "zones", "components"):
            print_line(f"{name:<12}{'unknown' if summary[name] is None else summary[name]}")
        for zone, area in summary["areas_m2"].items():
            print_line(f"{'area':<12}{area:g} m2  {zone}")
    _print_defects(summary["defects"])


def _print_defects(defects: Iterable[Mapping[str, Any]]) -> None:
    """Print warnings and notes, and how many defects there are."""
    defects = list(defects)
    for defect in defects:
        if defect["severity"] != "error":
            print_line(f"{defect['severity']:<12}{defect['sentence']}")
    errors = sum(defect["severity"] == "error" for defect in defects)
    print_line(f"defects     {errors} errors, {len(defects) - errors} others")
