"""A folder held by one run at a time.

In: a folder. Out: a lock that the operating system takes back when the process ends, however it
ends: none is left behind. Its file tells a second run who holds it, and since when.
"""

from __future__ import annotations

import datetime
import os
import socket
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import FolderBusyError

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["LOCK", "locked"]

#: Name of the file in the folder that is held.
LOCK = ".branch-layout.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder that is there.

    Raises
    ------
    FolderBusyError
        Another run holds it; the error says which one, and since when.
    """
    path = folder / LOCK
    handle = _taken(path)
    try:
        now = datetime.datetime.now().astimezone()
        os.ftruncate(handle, 0)
        holder = f"process {os.getpid()} on {socket.gethostname()}, since {now:%Y-%m-%d %H:%M:%S}"
        os.write(handle, holder.encode())
        yield
    finally:
        if sys.platform == "win32":  # an open file cannot be deleted there
            os.close(handle)
        with suppress(OSError):  # somebody else's now, or the folder is gone
            path.unlink()
        if sys.platform != "win32":
            os.close(handle)


def _taken(path: Path) -> int:
    """Open file that is locked, and is the one that the path leads to."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
        except OSError:
            holder = os.read(handle, 200).decode(errors="replace") or "it has just begun"
            os.close(handle)
            raise FolderBusyError(
                f"{path.parent}: another run writes to this folder ({holder}); wait for it, or "
                "name another folder with --out"
            ) from None
        # whoever held it may have deleted the file between our opening and locking it
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
