"""A study's content in one short text, so that what was worked out for it can be found again.

In: a study, a layout, anything made of records, numbers and shapes. Out: a hex digest that is the
same on every machine: names of files and folders are not in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["digest"]

#: Fields that say where a study came from, not what it is.
ORIGIN = frozenset({"directory", "sha256"})


def digest(*things: object) -> str:
    """Hex digest of the content of some things.

    Raises
    ------
    TypeError
        If something is neither a record nor a number, text, shape or collection of these.
    """
    found = hashlib.sha256()
    for thing in things:
        for piece in _pieces(thing):
            found.update(piece)
            found.update(b"\0")
    return found.hexdigest()


def _pieces(thing: object) -> Iterator[bytes]:
    """Yield the content piece by piece; every collection says its kind and length first."""
    if isinstance(thing, Enum):
        yield from _pieces(thing.value)
    elif thing is None or isinstance(thing, bool | int | float | str | bytes):
        yield f"{type(thing).__name__} {thing!r}".encode()
    elif isinstance(thing, BaseGeometry):
        yield bytes(thing.wkb)
    elif isinstance(thing, np.generic | np.ndarray):
        yield f"{thing.dtype} {thing.shape}".encode()
        yield thing.tobytes()
    elif is_dataclass(thing):
        yield type(thing).__name__.encode()
        for field in fields(thing):
            if field.name not in ORIGIN:
                yield field.name.encode()
                yield from _pieces(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        yield f"mapping {len(thing)}".encode()
        yield from sorted(b"\0".join((*_pieces(k), *_pieces(v))) for k, v in thing.items())
    elif isinstance(thing, frozenset | set):
        yield f"set {len(thing)}".encode()
        yield from sorted(b"\0".join(_pieces(member)) for member in thing)
    elif isinstance(thing, tuple | list):
        yield f"sequence {len(thing)}".encode()
        for member in thing:
            yield from _pieces(member)
    else:
        raise TypeError(f"no content is known of a {type(thing).__name__}")
