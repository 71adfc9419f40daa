"""A DXF file opened: bounded, repaired where its structure is broken, or refused with one line.

In: the path of a drawing from anybody. Out: an ezdxf document, and whether it had to be repaired;
what ezdxf trips over in a broken file is an error of ours.
"""

from __future__ import annotations

import gc
import re
import struct
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from optimizer.errors import FileFormatError
from optimizer.reading_limits import most, refuse_more, refuse_size, within_time

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bounded_drawing", "open_document", "refuse_broken"]

#: What ezdxf lets through from its own code on broken files, beside its own errors.
BROKEN = (
    *(ValueError, KeyError, IndexError, AttributeError, TypeError, StopIteration, struct.error),
    *(OverflowError, AssertionError, RecursionError, ZeroDivisionError),
)
#: How text in UTF-16 begins.
UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: How a binary DXF begins, and its entities: group code 0 in two bytes, and a capital letter.
BINARY = b"AutoCAD Binary DXF"
BINARY_START = re.compile(rb"\x00\x00[A-Z][A-Z]")
#: The shortest entity is longer, bytes: a 0, its kind, and a layer.
SHORTEST = 12
#: Bytes that are looked at together.
PIECE = 1 << 20


@contextmanager
def bounded_drawing(path: str | Path) -> Iterator[None]:
    """Refuse a drawing of too many bytes, lines or entities before, and one too slow meanwhile.

    Raises
    ------
    FileFormatError
        It holds or takes more than is allowed, or cannot be opened.
    """
    size = refuse_size(path, "dxf_mib")
    with within_time(path, size):
        try:
            _refuse_entities(Path(path))
        except OSError as error:
            raise FileFormatError(
                f"{path}: cannot be read as DXF: {error.strerror or error}"
            ) from error
        yield


@contextmanager
def refuse_broken(path: str | Path) -> Iterator[None]:
    """Refuse a drawing whose entities are broken in a way that the library does not expect.

    Only around what reads entities: a mistake of our own would be taken for one of the file.

    Raises
    ------
    FileFormatError
        Something in the file is broken.
    """
    from ezdxf.lldxf.const import DXFError

    try:
        yield
    except FileFormatError:
        raise
    except (DXFError, *BROKEN) as error:
        why = str(error) or "it breaks off or holds what no DXF holds"
        raise FileFormatError(f"{path}: cannot be read as DXF: {why}") from error


def open_document(path: str | Path) -> tuple[Any, bool]:
    """Ezdxf document of a file, and whether it had to be repaired.

    Raises
    ------
    FileFormatError
        It is no DXF file, cannot be opened, or is broken beyond repair.
    """
    from ezdxf import recover
    from ezdxf.filemanagement import readfile
    from ezdxf.lldxf.const import DXFStructureError

    with refuse_broken(path):
        try:
            _refuse_others(Path(path))
            try:
                with _no_collection():
                    return readfile(path), False
            except (DXFStructureError, UnicodeDecodeError, StopIteration):
                return recover.readfile(path)[0], True
        except OSError as error:
            raise FileFormatError(
                f"{path}: cannot be read as DXF: {error.strerror or error}"
            ) from error


def _refuse_others(path: Path) -> None:
    """Refuse what is called DXF and is another known format."""
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"AC10"):
        raise FileFormatError(
            f"{path}: this is a DWG drawing, which cannot be read; save it as DXF"
        )
    if start.startswith(UTF16):
        raise FileFormatError(
            f"{path}: this is text in UTF-16, which no DXF is; export it anew, or save it in UTF-8"
        )


def _refuse_entities(path: Path) -> None:
    """Refuse a file of too many lines or entities, quickly and before they are read."""
    with path.open("rb") as file:
        if file.read(len(BINARY)) == BINARY:
            found = sum(1 for _ in BINARY_START.finditer(file.read()))
        elif path.stat().st_size < SHORTEST * most("dxf_entities"):
            return
        else:
            file.seek(0)
            refuse_more(path, "dxf_lines", sum(piece.count(b"\n") for piece in _pieces(file)))
            file.seek(0)
            # every other line is a group code, and a 0 begins an entity
            found = sum(code.strip() == b"0" for code in islice(file, 0, None, 2))
    refuse_more(path, "dxf_entities", found)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for cycles of objects meanwhile: reading makes millions and drops none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
