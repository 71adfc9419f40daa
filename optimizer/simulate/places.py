"""Where things go wrong in a simulated hall, and how full it is.

In: runs and a hall. Out: incidents by place, people on the floor and their density.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.simulate.parameters import parameter
from optimizer.simulate.records import Incident
from optimizer.simulate.tracks import frames_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.evaluation import Leg
    from optimizer.simulate.hall import Hall
    from optimizer.simulate.records import Run

__all__ = ["crowding", "incidents_of"]

#: Incidents of one kind are told together within this many metres.
TOGETHER = 1.0
#: Who waits nearer than this to a way stands in it, metres: two bodies of 0.25 m.
IN_THE_WAY = 0.5
#: Seconds between two looks at how full the hall is, and radius of a look, metres.
EVERY, REACH = 5.0, 1.0


def incidents_of(runs: Sequence[Run], hall: Hall, legs: Sequence[Leg]) -> tuple[Incident, ...]:
    """Incidents of all runs by kind and place, and lines that stand in somebody's way."""
    groups: dict[tuple[str, int, int], Incident] = {}
    for run in runs:
        for incident in run.incidents:
            x, y = incident.where
            key = (incident.kind, round(x / TOGETHER), round(y / TOGETHER))
            known = groups.get(key)
            groups[key] = (
                incident if known is None else replace(known, count=known.count + incident.count)
            )
    found = [*groups.values(), *_spills(runs, hall, legs)]
    return tuple(sorted(found, key=lambda i: (i.kind, -i.count)))


def _spills(runs: Sequence[Run], hall: Hall, legs: Sequence[Leg]) -> Iterable[Incident]:
    """Yield the places in line that stand in the way of people who go elsewhere."""
    hours = sum(run.seconds for run in runs) / 3600.0
    place = {
        where: (fixture, ahead + 1)
        for fixture, line in hall.lines.items()
        for ahead, where in enumerate(line)
    }
    stood: defaultdict[tuple[float, float], float] = defaultdict(float)
    for run in runs:
        end = run.start + run.seconds
        for stay in run.stays:
            if stay.where in place:
                stood[stay.where] += max(0.0, min(stay.end, end) - max(stay.start, run.start))
    for where, seconds in stood.items():
        fixture, ahead = place[where]
        if seconds / hours < parameter("spill"):
            continue
        passing = [
            leg
            for leg in legs
            if fixture not in (leg.source, leg.target)
            and len(leg.path) > 1
            and shapely.LineString(leg.path).distance(shapely.Point(where)) < IN_THE_WAY
        ]
        if passing:
            worst = max(passing, key=lambda leg: leg.rate)
            x, y = where
            yield Incident(
                kind="spill",
                sentence=(
                    f"the line before {fixture!r} stands at ({x:.2f}, {y:.2f}), its place "
                    f"{ahead}, in the way from {worst.source!r} to {worst.target!r} for "
                    f"{seconds / hours:.0f} s an hour"
                ),
                where=where,
                count=seconds / hours,
            )


def crowding(run: Run) -> tuple[float, int, float]:
    """Mean and greatest number of people on the floor, and the greatest density, people per m².

    The density is that of a disc of 1 m about somebody, with that person. Who sits is not on the
    floor.
    """
    frames = frames_of(run, start=run.start, seconds=run.seconds, every=EVERY)
    numbers, densest = [], 0.0
    for frame in range(frames.count):
        at, _ = frames.people(frame)
        numbers.append(len(at))
        if len(at):
            gaps = np.hypot(*np.moveaxis(at[:, None] - at, -1, 0))
            densest = max(densest, float((gaps < REACH).sum(axis=1).max()) / (np.pi * REACH**2))
    return float(np.mean(numbers)), int(max(numbers, default=0)), densest
