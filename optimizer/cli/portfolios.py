"""What the commands of a network share: the portfolio argument, the folders of results.

In: a path. Out: a portfolio; the name of a branch's folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.terminal import errors_console

if TYPE_CHECKING:
    from optimizer.network.portfolio import Portfolio

__all__ = ["PortfolioFile", "folder_name", "read_list"]

#: Signs that a folder's name may not have on some system.
SIGNS = re.compile(r'[\x00-\x1f<>:"/\\|?*]|^\.+|[. ]+$')

PortfolioFile = Annotated[
    Path, typer.Argument(metavar="PORTFOLIO", help="CSV file with one row a branch.")
]


def read_list(path: Path) -> Portfolio:
    """Portfolio of a file; what was passed over is said on stderr."""
    from optimizer.network.portfolio import read_portfolio

    portfolio = read_portfolio(path)
    for note in portfolio.notes:
        errors_console().print(f"note: {path}: {note}", markup=False)
    return portfolio


def folder_name(branch: str) -> str:
    """Name of the folder of a branch's results."""
    return SIGNS.sub("_", branch)[:80] or "_"
