"""The command `network optimize`: every branch of a portfolio, on this machine or a cluster.

In: a portfolio, one row a branch, each with its study. Out: a job for each branch in the store,
and a table of what became of them, as CSV and as a page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.arguments import AsJson, Seed, TimeLimit
from optimizer.cli.folder import check_folder
from optimizer.cli.jobs import STORE, Scheduler, Store, Workers, processes, watched, write_bare
from optimizer.cli.portfolios import PortfolioFile, folder_name, read_list
from optimizer.cli.terminal import print_errors, print_json, print_line
from optimizer.errors import FileFormatError, StoreError
from optimizer.jobs import open_store
from optimizer.jobs.model import Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.jobs.store import JobStore

__all__ = ["optimize"]


def optimize(
    portfolio: PortfolioFile,
    time_limit: TimeLimit = 60.0,
    seed: Seed = 1,
    workers: Workers = None,
    scheduler: Scheduler = None,
    again: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the last batch of this portfolio."),
    ] = False,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the table and the results.")
    ] = Path("out/network"),
    store: Store = STORE,
    as_json: AsJson = False,
) -> int:
    """Optimize every branch of a portfolio; branches without a study are named and left out."""
    from optimizer.jobs.batch import new_batch, queue, reopen
    from optimizer.jobs.batch_rows import batch_rows, is_good

    check_folder(out)
    title = str(portfolio.absolute())
    orders = _orders(portfolio, time_limit=time_limit, seed=seed, batch=new_batch(title))
    with open_store(store) as opened:
        batch: str | None = orders[0].batch
        if again:
            batch = opened.last_batch(f"{title}@")
            if batch is None:
                raise StoreError(f"{opened.name}: holds no batch of {portfolio} to resume")
            run, _ = reopen(opened, batch=batch)
        else:
            run = queue(opened, orders)
        watched(opened, run, workers=processes(workers), scheduler=scheduler)
        jobs = opened.list(batch=batch)
        rows = batch_rows(jobs, opened.outcomes(batch or ""))
        _write(opened, portfolio.name, rows, out)
    bad = [row for row in rows if not is_good(row)]
    if as_json:
        print_json({"batch": batch, "branches": list(rows)})
    else:
        print_line(f"{'branches':<16}{len(rows)}, {len(rows) - len(bad)} with a layout that holds")
        print_line(f"{'table':<16}{out / 'branches.csv'}")
        print_line(f"{'page':<16}{out / 'branches.html'}")
    print_errors(_complaint(row) for row in bad)
    return int(bool(bad))


def _orders(portfolio: Path, **orders: Any) -> tuple[Order, ...]:
    """One order for each branch that has a study."""
    branches = read_list(portfolio).branches
    without = [branch.name for branch in branches if branch.study is None]
    if len(without) == len(branches):
        raise FileFormatError(f"{portfolio}: no branch has a study; fill the column study")
    if without:
        shown = ", ".join(without[:5]) + ("…" if len(without) > 5 else "")
        print_errors([f"{portfolio}: left out, {len(without)} branches without a study: {shown}"])
    return tuple(
        Order(name=branch.name, study=str(branch.study.absolute()), workers=1, **orders)
        for branch in branches
        if branch.study is not None
    )


def _write(store: JobStore, title: str, rows: Sequence[dict[str, Any]], folder: Path) -> None:
    """Write the table, the page, and a folder of results for each branch that has one."""
    from optimizer.jobs.batch_rows import batch_csv, batch_html
    from optimizer.report.atomic import write_whole

    write_whole(folder / "branches.csv", batch_csv(rows))
    write_whole(folder / "branches.html", batch_html(title, rows))
    taken: set[str] = set()
    for row in rows:
        outcome = store.outcome(row["job"])
        if outcome is None:
            continue
        name = folder_name(row["branch"])
        name = name if name.lower() not in taken else f"{name} ({row['job']})"
        taken.add(name.lower())
        write_bare(dict(outcome.content), outcome.certificate, folder / name)


def _complaint(row: dict[str, Any]) -> str:
    """Why a branch has no layout that holds."""
    if row["state"] == "done" and row["objective"] is not None:
        why = f"its best layout breaks {row['hard_broken']:.0f} hard rules"
    else:
        why = f"{row['state']}{' ' + row['status'] if row['status'] else ''}"
    return f"{row['branch']}: {why}{'; ' + row['reason'] if row['reason'] else ''}"
