"""How much a file from outside may hold, and how long reading it may take.

In: a path, and what is counted. Out: nothing, or one line with the number, the most allowed
(`reading_limits.toml`, or an environment variable `BRANCH_READ_…`) and what would be right.
"""

from __future__ import annotations

import math
import os
import signal
import stat
import threading
import tomllib
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

__all__ = [
    "MIB",
    "PREFIX",
    "file_within",
    "least",
    "most",
    "names",
    "read_bytes",
    "refuse_more",
    "refuse_size",
    "setting",
    "within_time",
]

MIB = 1 << 20
#: How often what goes on after the time is over is stopped again, seconds.
AGAIN = 0.2
#: What the variables of the environment begin with.
PREFIX = "BRANCH_READ_"
#: Variable with the folders that a study may name files of, beside its own; as in PATH.
FOLDERS = PREFIX + "FOLDERS"


class _OverTimeError(BaseException):
    """The time is over; no `except Exception` on the way out may take it for a broken entity."""


@cache
def _limits() -> dict[str, dict[str, Any]]:
    text = files("optimizer").joinpath("reading_limits.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def names() -> tuple[str, ...]:
    """Names of all limits."""
    return tuple(_limits())


def most(name: str) -> float:
    """Most that a limit allows: of the environment, else of `reading_limits.toml`.

    Raises
    ------
    FileFormatError
        The variable of the environment is no number above 0.
    """
    return setting(name, float(_limits()[name]["most"]))


def least(name: str) -> float:
    """Least that must be allowed: of the environment, else of `reading_limits.toml`.

    Raises
    ------
    FileFormatError
        As `most`.
    """
    return setting(name, float(_limits()[name]["least"]))


def setting(name: str, usual: float) -> float:
    """Limit of reading that the environment names, else the usual one.

    Raises
    ------
    FileFormatError
        The variable of the environment is no number above 0.
    """
    variable = PREFIX + name.upper()
    given = os.environ.get(variable)
    if not given:
        return usual
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not value > 0:
        raise FileFormatError(f"{variable} is {given!r}; it must be a number above 0")
    return value


def file_within(folder: Path, name: str) -> Path:
    """Path of a file that a study or portfolio names, which may not lead out of its folder.

    Links are followed: what counts is where the file really is.

    Parameters
    ----------
    folder
        Folder of the study.
    name
        What the study says.

    Raises
    ------
    FileFormatError
        It lies neither in the folder nor in one that `BRANCH_READ_FOLDERS` allows.
    """
    path = folder / name
    try:
        real = path.resolve()
        homes = [folder.resolve()]
        homes += [Path(f).resolve() for f in os.environ.get(FOLDERS, "").split(os.pathsep) if f]
        inner = [real, *(f.resolve() for f in real.iterdir())] if real.is_dir() else [real]
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no name that a file can have"
        raise FileFormatError(f"{name!r} cannot be read: {why}") from None
    for file in inner:
        if not any(file.is_relative_to(home) for home in homes):
            raise FileFormatError(
                f"{name!r} leads out of the folder {folder}, to {file}; put the file into the "
                f"folder, or allow its own with {FOLDERS}"
            )
    return path


def refuse_more(path: str | PathLike[str], name: str, number: float) -> None:
    """Refuse a file that holds more than a limit allows.

    Raises
    ------
    FileFormatError
        The number is above the limit.
    """
    allowed = most(name)
    if number <= allowed:
        return
    entry = _limits()[name]
    right = entry["right"].format(variable=PREFIX + name.upper())
    raise FileFormatError(
        f"{path}: {entry['what']} {_shown(number)} {entry['unit']}, and at most "
        f"{_shown(allowed)} are allowed; {right}"
    )


def refuse_size(path: str | PathLike[str], name: str) -> int:
    """Refuse a file that is too large, or is none that ends, as a pipe; return its size in bytes.

    What cannot be looked at is left to whoever opens it.

    Raises
    ------
    FileFormatError
        It is larger than the limit, or no plain file.
    """
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return 0
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise FileFormatError(f"{path}: is no plain file; save it to one")
    refuse_more(path, name, found.st_size / MIB)
    return found.st_size


def read_bytes(path: str | PathLike[str], name: str) -> bytes:
    """Content of a file that is not larger than a limit.

    Raises
    ------
    FileFormatError
        As `refuse_size`.
    OSError
        It cannot be opened.
    """
    refuse_size(path, name)
    return Path(path).read_bytes()


@contextmanager
def within_time(path: str | Path, size: int = 0) -> Iterator[None]:
    """Refuse a file that takes too much processor time to read.

    The time is measured by the process's own timer; in a thread, where no timer is, and where
    somebody else has set it, there is no limit.

    Raises
    ------
    FileFormatError
        The time is over. What is inside is stopped at its next step in Python.
    """
    seconds = most("seconds") + most("seconds_per_mib") * size / MIB
    plain = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if not plain or signal.getsignal(signal.SIGPROF) not in {signal.SIG_DFL, None}:
        yield
        return

    def stop(*_: object) -> None:
        raise _OverTimeError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        yield
    except _OverTimeError:
        entry = _limits()["seconds"]
        right = entry["right"].format(variable=PREFIX + "SECONDS")
        raise FileFormatError(
            f"{path}: {entry['what']} more than {seconds:.0f} {entry['unit']}; {right}"
        ) from None
    except MemoryError:
        raise FileFormatError(
            f"{path}: there is not enough memory to read it; leave out what is not needed"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)


def _shown(number: float) -> str:
    """Return a number as a sentence shows it."""
    return f"{number:,.0f}" if number >= 10 and float(number).is_integer() else f"{number:,.1f}"
