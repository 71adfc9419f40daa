"""Commands that show: `render` and `compare`.

In: layouts and results. Out: a picture, drawing or page; a table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from optimizer.cli.arguments import LayoutFile, OtherPlan, PageLanguage, StudyFile
from optimizer.cli.files import read_any_layout, read_brief, read_result
from optimizer.cli.terminal import print_line, print_table
from optimizer.errors import FileFormatError

__all__ = ["compare", "render"]

#: Endings that `render` can write.
ENDINGS = (".png", ".svg", ".pdf", ".dxf", ".html", ".geojson")


def render(
    study: StudyFile,
    layout: LayoutFile,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FILE", help="Ends in .png, .svg, .pdf, .dxf, .html, .geojson."
        ),
    ],
    plan: OtherPlan = None,
    language: PageLanguage = "zh",
) -> int:
    """Draw a layout with its flows: as a picture, a CAD drawing or a page."""
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise FileFormatError(f"{out}: ends in {ending!r}; must end in {', '.join(ENDINGS)}")
    from optimizer.evaluate import evaluate

    brief = read_brief(study, plan=plan)
    placed = read_any_layout(layout, brief)
    evaluation = evaluate(brief, placed)
    if ending == ".dxf":
        from optimizer.report.dxf import write_layout_dxf

        write_layout_dxf(brief, placed, out, evaluation)
    elif ending == ".geojson":
        from optimizer.report.imdf import write_layout_imdf

        write_layout_imdf(brief, placed, out)
    elif ending == ".html":
        from optimizer.demand.roster.own import own_roster
        from optimizer.report.html import write_report

        today = brief.current_layout
        write_report(
            brief,
            out,
            layout=placed,
            evaluation=evaluation,
            today=None if today is None else evaluate(brief, today),
            roster=own_roster(brief, placed),
            language=language,
        )
    else:
        from optimizer.report.sheets import render_layout

        render_layout(brief, placed, evaluation, out)
    print_line(str(out))
    return 0


def compare(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT...", help="result.json files, the baseline first."),
    ],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the table as CSV.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE", help="Draw the changes: .png, .svg or .pdf."),
    ] = None,
) -> int:
    """Results side by side, with what changes from the first one."""
    from optimizer.report.comparison import build_table, compare_table, write_comparison_csv
    from optimizer.report.figures import check_figures

    contents: dict[str, dict[str, Any]] = {}
    for path in results:
        content = read_result(path)
        check_figures(content, path)
        contents[_name(path, contents)] = content
    rows = compare_table(contents)
    if csv is not None:
        write_comparison_csv(rows, csv)
    if picture is not None:
        from optimizer.report.canvas import figure_of
        from optimizer.report.charts import plot_comparison
        from optimizer.report.sheets import save_figure

        title = str(next(iter(contents.values())).get("study", {}).get("name", ""))
        save_figure(figure_of(plot_comparison(title, contents)), picture)
    print_table(build_table(rows))
    return 0


def _name(path: Path, taken: dict[str, dict[str, Any]]) -> str:
    """What a result is called in the table: its folder or its file, made unique."""
    full = path.resolve()
    stem = full.parent.name if full.name == "result.json" else full.stem
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem} ({number})"
    return name
