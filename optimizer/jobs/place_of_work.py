"""Who works on a job, and whether that process is still there.

In: a process. Out: a text that names it among all machines that share a store, and the answer
whether it has died: yes, where it ran on this machine and is gone. Of other machines only their
signs of life tell.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

__all__ = ["has_died", "name_of_process", "this_process"]


def this_process() -> str:
    """Machine, process-number space, process number and the tick it was born at."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_birth(pid)}"


def name_of_process(worker: str) -> str:
    """The process as people would say it."""
    machine, pid, _ = _parts(worker)
    return f"process {pid} on {machine.split('/')[0]}"


def has_died(worker: str) -> bool:
    """Whether a worker is known to be dead: a process of this machine that is gone."""
    machine, pid, birth = _parts(worker)
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    # the number may have been given to another process since, or wait for its parent's burial
    return _birth(int(pid)) not in (birth, "")


def _parts(worker: str) -> tuple[str, str, str]:
    """Machine, process number, birth."""
    machine, pid, birth = ("//" + worker).rsplit("/", 2)
    return machine.removeprefix("//"), pid, birth


def _machine() -> str:
    """Name of the machine, and of the space in which process numbers are unique."""
    try:
        space = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        space = "0"
    return f"{socket.gethostname()}/{space}"


def _birth(pid: int) -> str:
    """Tick at which a process was born; "dead" once it has ended, "" where nobody knows."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return "dead" if Path("/proc/self/stat").exists() else ""
    except OSError:
        return ""
    return "dead" if state in "ZX" else rest[18]
