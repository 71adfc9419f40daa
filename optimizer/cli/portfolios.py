"""The portfolio argument that the commands of a network share.

In: a path. Out: a portfolio.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.terminal import errors_console

if TYPE_CHECKING:
    from optimizer.network.portfolio import Portfolio

__all__ = ["PortfolioFile", "read_list"]

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
