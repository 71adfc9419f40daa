"""Commands about all branches of a bank: `network rank`, `allot`, `report`.

In: a portfolio, one row a branch. Out: which branches to refit first, which get the next devices.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from optimizer.cli.arguments import AsJson, Seed, TimeLimit
from optimizer.cli.portfolios import PortfolioFile, read_list
from optimizer.cli.rollout import report
from optimizer.cli.terminal import (
    print_errors,
    print_json,
    print_line,
    print_table,
)
from optimizer.errors import FileFormatError
from optimizer.reading import write_whole

if TYPE_CHECKING:
    from optimizer.network.allotment import Allotment
    from optimizer.network.ranking import Ranking

__all__ = ["allot", "app", "rank"]

app = typer.Typer(
    name="network",
    help="All branches of a bank: which to refit first, where machines do most good, how far the "
    "roll-out has come.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command()(report)

AsCsv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write the whole table as CSV.")
]


def write_csv(path: Path | None, text: str) -> None:
    """Write the text of a table to a file that was asked for."""
    if path is None:
        return
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder; --csv needs a file")
    write_whole(path, text)


@app.command()
def rank(
    portfolio: PortfolioFile,
    weights: Annotated[
        str | None,
        typer.Option("--weights", metavar="volume=W,wait=W,replaceable=W", help="Default: alike."),
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="K", help="How many the next round refits.")
    ] = 10,
    everyone: Annotated[
        bool, typer.Option("--all", help="Rank branches that are re-laid out already too.")
    ] = False,
    draws: Annotated[
        int, typer.Option("--draws", min=1, help="Drawn weights of the sensitivity.")
    ] = 2000,
    seed: Seed = 1,
    csv: AsCsv = None,
    as_json: AsJson = False,
) -> int:
    """Which branches to refit first, and how far the order hangs on the weights."""
    from optimizer.network.ranking import parse_weights, rank_branches
    from optimizer.network.tables import ranking_csv, ranking_to_json

    found = rank_branches(
        read_list(portfolio),
        weights=None if weights is None else parse_weights(weights),
        first=top,
        draws=draws,
        seed=seed,
        everyone=everyone,
    )
    write_csv(csv, ranking_csv(found))
    if as_json:
        print_json(ranking_to_json(found))
    else:
        _print_ranking(found)
    return 0


@app.command()
def allot(
    portfolio: PortfolioFile,
    devices: Annotated[
        Path,
        typer.Option("--devices", metavar="FILE", help="TOML: numbers, prices, budget, limits."),
    ],
    time_limit: TimeLimit = 60.0,
    seed: Seed = 1,
    budget_step: Annotated[
        float,
        typer.Option("--budget-step", min=0.01, help="How much more money is asked about."),
    ] = 10_000.0,
    csv: AsCsv = None,
    as_json: AsJson = False,
) -> int:
    """Which branches get the next devices, so that customers save most minutes; with a proof."""
    from optimizer.network.allotment import allot_devices
    from optimizer.network.allotment_tables import allotment_csv, allotment_to_json
    from optimizer.network.devices import read_devices

    found = allot_devices(
        read_list(portfolio),
        read_devices(devices),
        time_limit=time_limit,
        seed=seed,
        budget_step=budget_step,
    )
    has_some = found.status in ("OPTIMAL", "FEASIBLE")
    if has_some:
        write_csv(csv, allotment_csv(found))
    if as_json:
        print_json(allotment_to_json(found))
    elif has_some:
        _print_allotment(found)
    print_errors(found.conflict)
    if found.status == "UNKNOWN":
        print_errors(["no allotment was found in time; give more with --time-limit"])
    return int(not has_some)


def _print_allotment(found: Allotment) -> None:
    """Print what each branch gets, and what one more would be worth."""
    table = Table(show_edge=False, pad_edge=False)
    for name in ("branch", *found.available, "min a day", "cost"):
        table.add_column(name)
    for share in found.shares:
        table.add_row(
            Text(share.branch.name),
            *(str(share.new.get(kind, "")) for kind in found.available),
            f"{share.saved_minutes:.0f}",
            f"{share.cost:.0f}",
        )
    print_table(table)
    print_line(
        f"{found.status}: {found.saved_minutes:.1f} customers' minutes a day saved; at most "
        f"{found.bound:.1f}"
    )
    used = ", ".join(f"{k} {n} of {found.available[k]}" for k, n in found.used.items())
    print_line(f"handed out: {used}; {found.cost:g} spent of {found.budget:g}")
    for row in found.marginal:
        value = "unknown" if row.saved_minutes is None else f"{row.saved_minutes:.1f} min a day"
        sure = "" if row.proven else " (not proven)"
        print_line(f"{row.amount:g} more of {row.what}: {value}{sure}")


def _print_ranking(found: Ranking) -> None:
    """Print the first branches and what the order rests on."""
    table = Table(show_edge=False, pad_edge=False)
    for name in ("rank", "branch", "score", *found.weights, "Pareto", "among first", "ranks"):
        table.add_column(name)
    for row in found.rows[: max(found.first, 1)]:
        table.add_row(
            str(row.rank),
            Text(row.branch.name),
            f"{row.score:.3f}",
            *(f"{part:.3f}" for part in row.parts.values()),
            str(row.pareto_rank),
            f"{row.first_share:.0%}",
            f"{row.rank_low}-{row.rank_high}",
        )
    print_table(table)
    weights = ", ".join(f"{name} {weight:.3f}" for name, weight in found.weights.items())
    print_line(f"{len(found.rows)} branches; weights {weights}")
    for name, (least, most) in found.bounds.items():
        print_line(f"{name}: {least:g} counts 0, {most:g} counts 1")
    print_line(
        f"under {found.draws} drawn weights: Kendall's tau with this order {found.tau:.2f} on "
        f"average, above {found.tau_low:.2f} in 95 of 100"
    )
    if found.left_out:
        print_line(f"left out, re-laid out already: {len(found.left_out)} (--all ranks them too)")
