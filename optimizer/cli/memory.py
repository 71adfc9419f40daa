"""What to do where the system gives the program less memory than it may want.

In: limits that a shell or a batch queue has set (`ulimit -v`, `ulimit -d`). Out: one line before
the start where the libraries themselves do not fit, and a watch over a child that stands still for
want of memory and would never end by itself.
"""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from optimizer.reading_limits import MIB, PREFIX, least

if sys.platform != "win32":
    import resource

__all__ = ["StarvationWatch", "Work", "memory_allowed", "refusal", "spare_threads"]

LEAST = "program_mib"
#: Seconds for which a child that only asks for memory is left alone, and the least of them that
#: the processor must have given it, on a machine that is shared.
PATIENCE, WORKED = 4.0, 0.25
#: Part of its time that a program which goes on works outside the system, at least.
OUTSIDE = 0.1
#: How often a thread slept or was set aside, as its status tells.
SWITCHES = re.compile(r"ctxt_switches:\s*(\d+)")


def memory_allowed() -> float:
    """Bytes that this process may ask for; infinite where nothing limits it."""
    if sys.platform == "win32":
        return float("inf")
    limits = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return min((limit for limit in limits if limit != resource.RLIM_INFINITY), default=float("inf"))


def refusal() -> str | None:
    """Sentence where the limit is below what the libraries take, else None."""
    allowed, needed = memory_allowed(), least(LEAST) * MIB
    if allowed >= needed:
        return None
    return (
        f"not enough memory: {allowed / MIB:,.0f} MiB are allowed, and the libraries alone take "
        f"{needed / MIB:,.0f} MiB; allow more with ulimit -v (tell otherwise with "
        f"{PREFIX}{LEAST.upper()})"
    )


def spare_threads() -> None:
    """Keep libraries not yet loaded from setting memory aside for each core."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


class StarvationWatch:
    """Whether a group of processes does nothing but want memory that it does not get.

    It asks again and again, in the system alone; or its main thread waits for another one that
    never began, for Python had no memory to begin it, and nobody in the group has done anything.

    Parameters
    ----------
    group
        Number of the process group, which is that of its first process.
    """

    def __init__(self, group: int) -> None:
        self._group = group
        self._asking = (time.monotonic(), Work())
        self._waiting = (time.monotonic(), Work())

    def starves(self) -> bool:
        """Look once more; whether it has stood still for `PATIENCE` seconds."""
        now, work = time.monotonic(), _work(self._group)
        begun, then = self._asking
        outside, within = work.outside - then.outside, work.within - then.within
        if outside > OUTSIDE * within or within == 0:
            self._asking = (now, work)
        elif now - begun >= PATIENCE and within >= WORKED:
            return True
        begun, then = self._waiting
        if work != then or not work.waits:
            self._waiting = (now, work)
        return now - begun >= PATIENCE and work == then and work.waits


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a group of processes has done.

    Parameters
    ----------
    outside, within
        Seconds of the processor that it has had outside of the system and within.
    turns
        How often one of its threads was put to sleep or set aside.
    waits
        Whether all its threads sleep, the main one of the first process for another thread.
    """

    outside: float = 0.0
    within: float = 0.0
    turns: int = 0
    waits: bool = False


def _work(group: int) -> Work:
    """Return what a group has done so far."""
    ticks, outside, within, turns = os.sysconf("SC_CLK_TCK"), 0, 0, 0
    waits = _place(group).startswith("futex")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _fields(folder)
            if int(fields[2]) != group:
                continue
            outside += int(fields[11])
            within += int(fields[12])
            for thread in (folder / "task").iterdir():
                waits = waits and _fields(thread)[0] == "S"
                turns += sum(int(n) for n in SWITCHES.findall((thread / "status").read_text()))
        except OSError:  # it has ended
            continue
    return Work(outside=outside / ticks, within=within / ticks, turns=turns, waits=waits)


def _fields(folder: Path) -> list[str]:
    """Return the figures of a process or thread; its name before may hold spaces and brackets."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def _place(process: int) -> str:
    """Return where in the system a process waits, as far as that may be asked."""
    try:
        return Path(f"/proc/{process}/wchan").read_text()
    except OSError:
        return ""
