"""What to do where the system gives the program less memory than it may want.

In: limits that a shell or a batch queue has set (`ulimit -v`, `ulimit -d`). Out: one line before
the start where the libraries themselves do not fit, and a watch over a child that does. A library
that asks again and again for memory that it does not get never ends by itself: it works in the
system alone, its program stands still, and the parent sees that.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from optimizer.reading_limits import MIB, PREFIX, least

if sys.platform != "win32":
    import resource

__all__ = ["StarvationWatch", "memory_allowed", "refusal", "spare_threads"]

LEAST = "program_mib"
#: Seconds for which a child that only asks for memory is left alone, and the least of them that
#: the processor must have given it, on a machine that is shared.
PATIENCE, WORKED = 4.0, 0.25
#: Part of its time that a program which goes on works outside the system, at least.
OUTSIDE = 0.1


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
    """Whether a group of processes does nothing but ask for memory that it does not get.

    Parameters
    ----------
    group
        Number of the process group.
    """

    def __init__(self, group: int) -> None:
        self._group = group
        self._mark = (time.monotonic(), 0.0, 0.0)

    def starves(self) -> bool:
        """Look once more; whether it has stood still for `PATIENCE` seconds."""
        now, (outside, within) = time.monotonic(), _worked(self._group)
        begun, outside_then, within_then = self._mark
        if outside - outside_then > OUTSIDE * (within - within_then) or within == within_then:
            self._mark = (now, outside, within)
            return False
        return now - begun >= PATIENCE and within - within_then >= WORKED


def _worked(group: int) -> tuple[float, float]:
    """Seconds of the processor that a group has had, outside of the system and within."""
    outside = within = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # the name in brackets may hold spaces and brackets
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == group:
            outside += int(fields[11])
            within += int(fields[12])
    ticks = os.sysconf("SC_CLK_TCK")
    return outside / ticks, within / ticks
