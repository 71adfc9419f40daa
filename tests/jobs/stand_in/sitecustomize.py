"""A stand-in for the search, in every Python that finds this folder on its path.

In: the name of the study's folder, which says how the search shall behave. Out: news at a steady
pace, each written to a log before it is told; no result of worth. It takes the place of
`optimizer.place.optimize` before anybody imports that, so no solver is loaded.

quick     ends at once
slow      finds something better every 20 ms until its time is over
deadly    ends its process without a word
broken    raises an error that nobody expects
full      finds the disk full
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time
import types
from pathlib import Path
from typing import Any

STEP = 0.02


def optimize(study: Any, **orders: Any) -> Any:
    """Pretend to optimize."""
    from optimizer.equipment.layout import Layout, Placement
    from optimizer.result import Result, Seconds, Status

    how = Path(study.directory).name.split("-")[0]
    log = Path(study.directory) / "log.jsonl"
    start = orders["start"]
    value = 1000.0 if start is None else start.placements[0].x
    begun = time.monotonic()

    def note(**row: Any) -> None:
        with log.open("a") as file:
            file.write(json.dumps(row | {"time": time.time()}) + "\n")

    note(start=None if start is None else value, limit=orders["time_limit"], pid=os.getpid())
    if how == "deadly":
        os._exit(7)
    if how == "broken":
        raise ZeroDivisionError("on purpose")
    if how == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "cache")
    while how == "slow" and time.monotonic() - begun < orders["time_limit"]:
        if orders["should_stop"]():
            break
        value -= 1.0
        names = [(name, g.type) for g in study.groups for name in g.names()]
        layout = Layout(
            placements=tuple(Placement(fixture=n, type=t, x=value, y=0.0) for n, t in names)
        )
        note(objective=value)
        seconds = time.monotonic() - begun
        orders["on_progress"](
            types.SimpleNamespace(
                stage="search", seconds=seconds, objective=value, bound=1.0, layout=layout
            )
        )
        time.sleep(STEP)
    return Result(
        status=Status.UNKNOWN,
        layout=None,
        evaluation=None,
        bound=None,
        walking=None,
        conflict=(),
        history=(),
        seconds=Seconds(build=0.0, solve=time.monotonic() - begun),
        seed=orders["seed"],
        workers=orders["workers"],
        budget="seconds",
        versions={},
    )


def verified_content(study: Any, result: Any) -> dict[str, Any]:
    """Pretend to verify."""
    return {
        "status": str(result.status),
        "objective": {"value": None, "bound": None},
        "placements": [],
        "verified": {"failed": []},
    }


def _module(name: str, **content: Any) -> None:
    module = types.ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module


_module("optimizer.place.optimize", optimize=optimize)
_module("optimizer.place.warm_up", warm_up=lambda: None)
_module("optimizer.verified", verified_content=verified_content)
