"""Files that appear whole or not at all.

In: a path and its content, or a function that writes it. Out: the file, put in place by one
rename, so that a reader never sees half a picture and a failed run leaves the old file alone.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["whole_file", "write_whole"]

#: Rights of a file that `open` would make, before the mask of the process.
OPEN_MODE = 0o666


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; rename it to `path` on success.

    Parameters
    ----------
    path
        Where the file shall stand. Its folder is made where it is missing.

    Yields
    ------
    Path
        An empty file with the same ending, to be written by the caller. It is gone after an
        error, and `path` is then as it was.
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(21, "is a folder; a file is needed", str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        # the file that was asked for, not the temporary one that nobody has heard of
        what = f"cannot be written ({error.strerror})"
        raise type(error)(error.errno, what, str(path)) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        # mkstemp makes files for the owner alone; colleagues read reports too
        temporary.chmod(OPEN_MODE & ~_mask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: str | Path, content: str | bytes) -> None:
    """Write text (UTF-8) or bytes to a file, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def _mask() -> int:
    """Return the process's mask of file rights, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
