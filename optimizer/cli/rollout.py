"""The command `network report`: how far the roll-out has come.

In: a portfolio and results. Out: a page, a table, a picture, or one JSON object.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from optimizer.cli.arguments import AsJson
from optimizer.cli.files import read_result
from optimizer.cli.portfolios import PortfolioFile, folder_name, read_list
from optimizer.cli.terminal import print_errors, print_json, print_line
from optimizer.errors import FileFormatError, OptimizerError
from optimizer.reading import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.network.portfolio import Portfolio
    from optimizer.network.rollout import CommonFailure, Rollout

__all__ = ["report"]


def report(
    portfolio: PortfolioFile,
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT…",
            help="result.json, folders of results named after branches, or folders of these.",
        ),
    ],
    before: Annotated[
        list[Path] | None,
        typer.Option("--before", metavar="RESULT", help="The same of today's layouts."),
    ] = None,
    comply: Annotated[
        bool, typer.Option("--comply", help="Check the service standard too; reads the studies.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write report.html, report.csv, overview.png."),
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option("--lang", help="Language of the page.")
    ] = "zh",
    as_json: AsJson = False,
) -> int:
    """How far the roll-out has come: shares, before and after, common failures, an overview."""
    from optimizer.network.rollout import build_rollout

    branches = read_list(portfolio)
    contents = _by_branch(branches, _read(results))
    rollout = build_rollout(branches, contents, _before(branches, contents, before))
    standard = _standard(branches, contents) if comply else None
    if out is not None:
        _write(rollout, standard, portfolio, out, language)
    if as_json:
        print_json(_json(rollout, standard))
    else:
        _print(rollout, standard)
    print_errors(rollout.notes)
    return 0


def _read(paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Contents of results by branch: the folder's name, or that of the study for a lone file."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        folders = path.is_dir() and not (path / "result.json").is_file()
        files = sorted(path.glob("*/result.json")) if folders else [path]
        if not files:
            raise FileFormatError(f"{path}: holds no result.json, nor folders that do")
        for file in files:
            content = read_result(file)
            lone = file.is_file() and file.name != "result.json"
            folder = file if file.is_dir() else file.parent
            name = content.get("study", {}).get("name", "") if lone else folder.resolve().name
            found[str(name)] = content
    return found


def _by_branch(branches: Portfolio, found: Mapping[str, Any]) -> dict[str, Any]:
    """Results by name of the branch: a folder's name cannot hold every sign that this has."""
    names = {folder_name(branch.name): branch.name for branch in branches.branches}
    return {names.get(name, name): content for name, content in found.items()}


def _before(
    branches: Portfolio, contents: Mapping[str, Any], given: list[Path] | None
) -> dict[str, dict[str, Any]]:
    """Figures of today's layouts: results that are given, or those of the studies."""
    if given:
        return _by_branch(branches, _read(given))
    from optimizer.evaluate import evaluate
    from optimizer.report.results import evaluation_to_json
    from optimizer.study_file import read_study

    found = {}
    for branch in branches.branches:
        if branch.name in contents and branch.study is not None and branch.study.is_file():
            try:
                study = read_study(branch.study)
            except OptimizerError as error:
                print_errors(f"{branch.name}: {sentence}" for sentence in error.sentences)
                continue
            if study.current_layout is not None:
                found[branch.name] = evaluation_to_json(
                    study, evaluate(study, study.current_layout)
                )
    return found


def _standard(
    branches: Portfolio, contents: Mapping[str, Mapping[str, Any]]
) -> tuple[CommonFailure, ...]:
    """Items of the service standard that the results fail."""
    from optimizer.equipment.layout_file import parse_layout
    from optimizer.network.standard import common_failures, comply_with
    from optimizer.study_file import read_study

    tables = {}
    for branch in branches.branches:
        content = contents.get(branch.name)
        if not content or not content.get("placements"):
            continue
        if branch.study is None:
            print_errors([f"{branch.name}: names no study; the service standard is not checked"])
            continue
        try:
            study = read_study(branch.study)
            tables[branch.name] = comply_with(study, parse_layout(dict(content), study))
        except OptimizerError as error:
            print_errors(f"{branch.name}: {sentence}" for sentence in error.sentences)
    return common_failures(tables)


def _write(
    rollout: Rollout,
    standard: tuple[CommonFailure, ...] | None,
    source: Path,
    folder: Path,
    language: Literal["en", "zh"],
) -> None:
    """Write page, table and picture."""
    from optimizer.report.canvas import figure_of
    from optimizer.report.network_picture import plot_network
    from optimizer.report.rollout_page import render_rollout, rollout_csv
    from optimizer.report.sheets import save_figure

    folder.mkdir(parents=True, exist_ok=True)
    page = render_rollout(rollout, source=source.name, standard=standard, language=language)
    write_whole(folder / "report.html", page)
    write_whole(folder / "report.csv", rollout_csv(rollout))
    save_figure(figure_of(plot_network(rollout, language=language)), folder / "overview.png")


def _json(rollout: Rollout, standard: tuple[CommonFailure, ...] | None) -> dict[str, Any]:
    """Everything of the report."""
    return {
        "branches": len(rollout.rows),
        "share_re_laid_out": rollout.share_re_laid_out,
        "smart_coverage": rollout.smart_coverage,
        "compared": rollout.compared,
        "before": dict(rollout.before),
        "after": dict(rollout.after),
        "failures": [asdict(failure) for failure in rollout.failures],
        "standard": None if standard is None else [asdict(failure) for failure in standard],
        "by_branch": [
            {
                "branch": row.branch.name,
                "status": row.status,
                "re_laid_out": row.re_laid_out,
                "smart": row.smart,
                "hard_broken": row.hard_broken,
                "before": dict(row.before),
                "after": dict(row.after),
                "saving": row.saving(),
            }
            for row in rollout.rows
        ],
    }


def _print(rollout: Rollout, standard: tuple[CommonFailure, ...] | None) -> None:
    """Print the report's figures."""
    print_line(f"{len(rollout.rows)} branches, {rollout.share_re_laid_out:.0%} re-laid out")
    print_line(f"smart coverage {rollout.smart_coverage:.0%}")
    for name, was in rollout.before.items():
        now = rollout.after[name]
        print_line(f"{name:<24}{was:10.2f} -> {now:.2f} ({rollout.compared} branches compared)")
    for title, failures in (("rules", rollout.failures), ("service standard", standard or ())):
        for failure in failures[:10]:
            count = len(failure.branches)
            print_line(f"{title}: {failure.rule} broken by {count}: {failure.sentence}")
