"""Tracks of a run as frames, and as the file that PedPy and JuPedSim's viewer read.

In: a `Run` and its hall. Out: who is where in each frame; a trajectory file in JuPedSim's SQLite
format.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.report.atomic import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.simulate.hall import Hall
    from optimizer.simulate.records import Run

__all__ = ["Frames", "busiest", "frames_of", "write_trajectories"]

#: Frames a second of trajectory files, and version of JuPedSim's format.
FRAMES_A_SECOND, FORMAT = 5, 2
TABLES = """
CREATE TABLE trajectory_data (frame INTEGER NOT NULL, id INTEGER NOT NULL, pos_x REAL NOT NULL,
    pos_y REAL NOT NULL, ori_x REAL NOT NULL, ori_y REAL NOT NULL);
CREATE TABLE metadata (key TEXT NOT NULL UNIQUE PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE geometry (hash INTEGER NOT NULL, wkt TEXT NOT NULL);
CREATE UNIQUE INDEX geometry_hash ON geometry (hash);
CREATE TABLE frame_data (frame INTEGER NOT NULL, geometry_hash INTEGER NOT NULL);
CREATE INDEX frame_id_idx ON trajectory_data (frame, id);
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Frames:
    """Who is where: one row per person and frame, sorted by frame.

    Parameters
    ----------
    frame, walker
        (n,) numbers; frame 0 is the first of the time asked for.
    at
        (n, 2) metres.
    walking
        (n,) whether the person walks; others stand.
    count
        How many frames there are.
    seconds
        Between two frames.
    """

    frame: NDArray[np.int64]
    walker: NDArray[np.int64]
    at: NDArray[np.float64]
    walking: NDArray[np.bool_]
    count: int
    seconds: float

    def people(self, frame: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Where people are in a frame, and which of them walk."""
        own = slice(*np.searchsorted(self.frame, [frame, frame + 1]))
        return self.at[own], self.walking[own]


def frames_of(run: Run, *, start: float, seconds: float, every: float) -> Frames:
    """Frames of a part of a run.

    Parameters
    ----------
    run
        The run.
    start, seconds
        Its part.
    every
        Seconds between two frames.
    """
    moments = start + every * np.arange(int(seconds / every + 1e-9) + 1)
    frames, walkers, places, walks = [], [], [], []
    for walk in run.walks:
        first, last = np.searchsorted(moments, [walk.times[0], walk.times[-1]])
        own = np.arange(first, last)
        times, once = np.unique(walk.times, return_index=True)
        x, y = (np.interp(moments[own], times, walk.points[once, axis]) for axis in (0, 1))
        frames.append(own)
        walkers.append(np.full(len(own), walk.walker))
        places.append(np.column_stack([x, y]))
        walks.append(np.ones(len(own), dtype=bool))
    for stay in run.stays:
        first, last = np.searchsorted(moments, [stay.start, stay.end])
        own = np.arange(first, last)
        frames.append(own)
        walkers.append(np.full(len(own), stay.walker))
        places.append(np.tile(stay.where, (len(own), 1)))
        walks.append(np.zeros(len(own), dtype=bool))
    if not frames:
        frames, walkers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        places, walks = [np.empty((0, 2))], [np.empty(0, bool)]
    frame, walker = np.concatenate(frames), np.concatenate(walkers)
    order = np.lexsort((walker, frame))
    return Frames(
        frame=frame[order],
        walker=walker[order],
        at=np.concatenate(places)[order],
        walking=np.concatenate(walks)[order],
        count=len(moments),
        seconds=every,
    )


def busiest(run: Run, seconds: float) -> float:
    """Beginning of the part of the measured time in which people walk most."""
    starts = np.arange(run.start, run.start + max(run.seconds - seconds, 0.0) + 1.0, seconds / 4)
    walked = [
        sum(max(0.0, min(w.times[-1], start + seconds) - max(w.times[0], start)) for w in run.walks)
        for start in starts
    ]
    return float(starts[int(np.argmax(walked))])


def write_trajectories(run: Run, hall: Hall, path: Path) -> None:
    """Write the tracks of the measured time in JuPedSim's SQLite format, which PedPy reads.

    Whoever sits is not on the floor and has no rows meanwhile.
    """
    frames = frames_of(run, start=run.start, seconds=run.seconds, every=1.0 / FRAMES_A_SECOND)
    floor = hall.floor.wkt
    x0, y0, x1, y1 = hall.floor.bounds
    with whole_file(path) as temporary:
        file = sqlite3.connect(temporary)
        try:
            file.executescript(TABLES)
            file.executemany(
                "INSERT INTO trajectory_data VALUES (?, ?, ?, ?, 1.0, 0.0)",
                zip(
                    frames.frame.tolist(),
                    frames.walker.tolist(),
                    *(frames.at[:, axis].tolist() for axis in (0, 1)),
                    strict=True,
                ),
            )
            file.executemany(
                "INSERT INTO metadata VALUES (?, ?)",
                [
                    (key, str(value))
                    for key, value in (
                        ("version", FORMAT),
                        ("fps", FRAMES_A_SECOND),
                        ("xmin", x0),
                        ("xmax", x1),
                        ("ymin", y0),
                        ("ymax", y1),
                    )
                ],
            )
            file.execute("INSERT INTO geometry VALUES (1, ?)", (floor,))
            file.executemany(
                "INSERT INTO frame_data VALUES (?, 1)", ((k,) for k in range(frames.count))
            )
            file.commit()
        finally:
            file.close()
