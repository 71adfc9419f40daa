"""Drawings that are too tangled to be read: what is counted, and how much of it is allowed.

In: straight pieces of wall lines in metres, or a number of things. Out: nothing, or an error with
the number, the most allowed (`tangle.toml`, or an environment variable `BRANCH_READ_…`) and what
would be right. Counting is quick and stops
early; cutting lines at each other and closing gaps is not, where many thousands enclose nothing.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import STRtree, linestrings, points

from optimizer.errors import FileFormatError, FloorPlanError
from optimizer.plan.dxf.layers import Meaning
from optimizer.reading_limits import PREFIX, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimizer.plan.dxf.drawn import Drawing

__all__ = [
    "limits",
    "most_allowed",
    "named",
    "refuse_amount",
    "refuse_crossings",
    "refuse_loose_ends",
    "refuse_more",
]

#: Lines below this number are not counted: whatever they do, they are read soon enough.
FEW = 1000
#: Lines that are looked at together, which bounds the memory taken by their pairs.
CHUNK = 32


@cache
def _limits() -> dict[str, dict[str, Any]]:
    text = files("optimizer.plan.dxf").joinpath("tangle.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def limits() -> tuple[str, ...]:
    """Names of all that is counted."""
    return tuple(_limits())


def most_allowed(name: str) -> float:
    """Most of what a table of `tangle.toml` counts: of the environment, else of the table.

    Raises
    ------
    FileFormatError
        The variable of the environment is no number above 0.
    """
    return setting(name, float(_limits()[name]["most"]))


def refuse_more(name: str, number: int, *, counted: bool = True) -> None:
    """Refuse a drawing that holds too many of something.

    Parameters
    ----------
    name
        Table of `tangle.toml`.
    number
        How many it holds.
    counted
        Whether all were counted; else there are at least so many.

    Raises
    ------
    FileFormatError
        The number is above the most allowed.
    """
    most = most_allowed(name)
    if number <= most:
        return
    entry = _limits()[name]
    least = "" if counted else "at least "
    raise FileFormatError(
        f"too-tangled: the drawing has {least}{number:,} {entry['what']}, and at most "
        f"{most:,.0f} are read; {entry['right']}, or allow more with {PREFIX}{name.upper()}"
    )


@contextmanager
def named(path: str) -> Iterator[None]:
    """Errors from within with the name of the drawing."""
    try:
        yield
    except (FileFormatError, FloorPlanError) as error:
        raise type(error)(*(f"{path}: {sentence}" for sentence in error.sentences)) from error


def refuse_amount(drawing: Drawing) -> None:
    """Refuse a drawing that draws too much of walls, columns, doors or windows.

    Raises
    ------
    FileFormatError
        There is too much of one of them.
    """
    lines = [
        stroke
        for stroke in (*drawing.of(Meaning.WALL, Meaning.WINDOW), *drawing.others)
        if stroke.kind == "line"
    ]
    refuse_more("segments", sum(len(s.points) - 1 + s.closed for s in lines if not s.width))
    fills = drawing.of(Meaning.WALL, kind="fill")
    refuse_more("shapes", len(fills) + sum(s.width > 0 for s in lines))
    columns = [s for kind in ("line", "fill") for s in drawing.of(Meaning.COLUMN, kind=kind)]
    refuse_more("columns", len(columns))
    arcs = drawing.of(Meaning.DOOR, kind="arc")
    refuse_more("openings", len(arcs) + len(drawing.blocks))


def refuse_crossings(pieces: NDArray[np.float64]) -> None:
    """Refuse pieces, shape (n, 2, 2), of which too many run across one another.

    Raises
    ------
    FileFormatError
        Too many cross, or so many lie near each other that counting takes too long.
    """
    if len(pieces) < FEW:
        return
    lines = linestrings(pieces)
    tree = STRtree(lines)
    crossings = near = 0
    for start in range(0, len(pieces), CHUNK):
        one, other = tree.query(lines[start : start + CHUNK])
        one = one + start
        first = one < other
        one, other = one[first], other[first]
        near += len(one)
        refuse_more("near_lines", near, counted=False)
        crossings += int(_across(pieces[one], pieces[other]).sum())
        refuse_more("crossings", crossings, counted=False)


def _across(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which segments have their ends on both sides of each other."""
    first, second = _sides(one, other), _sides(other, one)
    across: NDArray[np.bool_] = (first[:, 0] * first[:, 1] < 0) & (second[:, 0] * second[:, 1] < 0)
    return across


def _sides(lines: NDArray[np.float64], spots: NDArray[np.float64]) -> NDArray[np.float64]:
    """On which side of each line two points lie: -1, 0 on the line to a millimetre, or 1."""
    ways = lines[:, 1] - lines[:, 0]
    ways = ways / np.hypot(ways[:, 0], ways[:, 1])[:, None]
    near = spots - lines[:, :1]
    aside = ways[:, None, 0] * near[..., 1] - ways[:, None, 1] * near[..., 0]
    sides: NDArray[np.float64] = np.where(np.abs(aside) < 1e-3, 0.0, np.sign(aside))
    return sides


def refuse_loose_ends(pieces: NDArray[np.float64], grid: float, gap: float) -> None:
    """Refuse pieces, shape (n, 2, 2), of which too many ends meet no other, or only nearly.

    Parameters
    ----------
    pieces
        Straight pieces of wall lines, metres.
    grid, gap
        Ends within `grid` of a line meet it, those within `gap` nearly do, metres.

    Raises
    ------
    FileFormatError
        Too many ends are loose, or nearly meet a line.
    """
    if len(pieces) < FEW:
        return
    lines = linestrings(pieces)
    tree = STRtree(lines)
    loose = nearly = 0
    for start in range(0, len(pieces), CHUNK):
        here = slice(start, start + CHUNK)
        spots = points(pieces[here].reshape(-1, 2))
        owner = start + np.arange(len(spots)) // 2
        end, line = tree.query(spots, predicate="dwithin", distance=gap)
        end, line = end[owner[end] != line], line[owner[end] != line]
        met, _ = tree.query(spots, predicate="dwithin", distance=grid)
        meets = np.bincount(met, minlength=len(spots)) > 1
        near = np.zeros(len(spots), dtype=bool)
        near[end] = True
        loose += int((~near).sum())
        nearly += int((~meets[end]).sum())
        refuse_more("loose_ends", loose, counted=False)
        refuse_more("near_ends", nearly, counted=False)
