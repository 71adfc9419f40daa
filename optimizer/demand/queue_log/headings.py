"""Which column of a queue log holds what.

In: the header of a table, and the study's map of columns. Out: the columns of each meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.queue_log.model import MEANINGS
from optimizer.demand.queue_log.tickets import log_words
from optimizer.errors import FileFormatError
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["find_meanings"]


def _folded(name: str) -> str:
    return name.casefold().replace(" ", "").replace("_", "")


def find_meanings(
    header: tuple[str, ...], named: Mapping[str, tuple[str, ...]], file: str | Path
) -> dict[str, tuple[str, ...]]:
    """Columns of each meaning: as the study says, or by their usual names."""
    defects = [
        f"{file}: column {name!r} of {meaning!r} is not there; {nearest(name, header)}"
        for meaning, own in named.items()
        for name in own
        if name not in header
    ]
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    defects += [f"{file}: two columns are called {name!r}" for name in repeated]
    found: dict[str, tuple[str, ...]] = dict(named)
    by_folded = {_folded(name): name for name in reversed(header)}
    mapped = {name for own in named.values() for name in own}
    for meaning in MEANINGS:
        if meaning in found:
            continue
        usual = [_folded(name) for name in log_words()["columns"][meaning]]
        names = [by_folded[n] for n in usual if n in by_folded and by_folded[n] not in mapped]
        if names:
            found[meaning] = (names[0],)
            mapped.add(names[0])
    if "taken" not in found:
        known = ", ".join(name for name in header if name) or "none"
        defects.append(
            f"{file}: no column says when a ticket was taken; name it in [arrivals.columns], "
            f'such as taken = "…"; the columns are {known}'
        )
    if defects:
        raise FileFormatError(*defects)
    return found
