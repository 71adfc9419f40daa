"""Readers that rest on other programs' machine code, each run in a process of its own.

In: a function by its name, and its arguments. Out: what it returns, or the error of ours that it
raises. A file that makes the reader crash, hang or take all memory ends that process alone, and
is refused with one line; the limits are those of `reading_limits.toml`.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from optimizer.errors import FileFormatError, OptimizerError
from optimizer.reading_limits import MIB, most

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["call_limited", "read_apart"]

#: Waiting time allowed for each second of processor time: machines are shared.
PATIENCE = 20


def read_apart(reader: str, path: str | Path, size: int, *arguments: Any) -> Any:
    """Result of a reader, run in a process of its own.

    Parameters
    ----------
    reader
        Module and function, as "optimizer.plan.ifc.read:read_ifc".
    path
        The file, its first argument.
    size
        Bytes of the file, by which the time is.
    *arguments
        Its further arguments.

    Raises
    ------
    OptimizerError
        What the reader raises.
    FileFormatError
        The reader crashed, or took more time or memory than is allowed.
    """
    seconds = most("seconds") + most("seconds_per_mib") * size / MIB
    asked = (reader, (str(path), *arguments), seconds, most("memory_mib"), most("log_mib"))
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", f"from {__name__} import call_limited; call_limited()"],
            input=pickle.dumps(asked),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=known,
            timeout=PATIENCE * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileFormatError(_too_long(path, seconds)) from None
    if done.returncode == 0 and done.stdout:
        kind, content = pickle.loads(done.stdout)
        if kind == "error":
            raise content
        return content
    if -done.returncode in {signal.SIGXCPU, signal.SIGKILL}:
        raise FileFormatError(_too_long(path, seconds))
    raise FileFormatError(
        f"{path}: cannot be read: the reader broke off, as it does with broken files and those "
        f"that take more than {most('memory_mib'):,.0f} MiB of memory; save the file anew, or "
        "allow more with BRANCH_READ_MEMORY_MIB"
    )


def call_limited() -> None:
    """Read what is asked on stdin, and write what comes of it to stdout."""
    reader, arguments, seconds, memory, largest = pickle.load(sys.stdin.buffer)
    answer = os.dup(1)
    os.dup2(2, 1)  # what the reader itself prints is no part of the answer
    _limit(seconds, memory, largest)
    module, name = reader.split(":")
    result: tuple[str, Any]
    try:
        result = ("result", getattr(import_module(module), name)(*arguments))
    except OptimizerError as error:
        result = ("error", error)
    with os.fdopen(answer, "wb") as out:
        pickle.dump(result, out)


def _limit(seconds: float, memory: float, largest: float) -> None:
    """Bind this process to processor time in seconds, and memory and file size in MiB."""
    try:
        import resource
    except ImportError:  # where there is no such thing, the waiting time alone is limited
        return
    bounds: Sequence[tuple[int, float]] = (
        (resource.RLIMIT_CPU, seconds + 1),
        (resource.RLIMIT_DATA, memory * MIB),
        (resource.RLIMIT_FSIZE, largest * MIB),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, bound in bounds:
        hard = resource.getrlimit(kind)[1]
        limit = int(bound) if hard == resource.RLIM_INFINITY else min(int(bound), hard)
        resource.setrlimit(kind, (limit, hard))


def _too_long(path: str | Path, seconds: float) -> str:
    return (
        f"{path}: reading takes more than {seconds:.0f} s of processor time; leave out what is "
        "not needed, or allow more with BRANCH_READ_SECONDS"
    )
