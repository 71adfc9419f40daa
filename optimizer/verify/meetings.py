"""Expected encounters worked out again, of people: wheelchair users at their own speed.

In: a `Scene`. Out: `Meetings`, spans from least to most, for of equally short ways either may be
walked.

Every walk of customers is two flows: those on foot and those in a wheelchair. Each two flows are
judged by `encounters`, and what two walks meet is the sum over the people of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.flows import PersonClass
from optimizer.verify.encounters import Lanes, Stream, pair_encounters
from optimizer.verify.people import kinds_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.verify.scene import Scene

    Array = NDArray[np.float64]
    Span = tuple[float, float]

__all__ = ["Meetings", "measure_encounters"]


@dataclass(frozen=True, kw_only=True)
class Meetings:
    """Expected encounters an hour.

    Parameters
    ----------
    named
        Of each two walks by name, in order: one span for each two walks of these names.
    total, weighted
        Of all, and of all with the class weights.
    by_class
        By the classes of the two walks.
    wheelchairs
        Of wheelchair users with anybody.
    """

    named: Mapping[tuple[str, str], list[Span]]
    total: Span
    weighted: Span
    by_class: Mapping[frozenset[PersonClass], Span]
    wheelchairs: Span


def measure_encounters(scene: Scene) -> Meetings:
    """Expected encounters of the walks of a scene."""
    streams, people, path_of, owner = _people(scene)
    if not streams:
        nothing = (0.0, 0.0)
        return Meetings(named={}, total=nothing, weighted=nothing, by_class={}, wheelchairs=nothing)
    walking = scene.study.walking
    pairs = pair_encounters(
        streams, Lanes(width=walking.lane_width, distance=walking.encounter_distance)
    )
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    member = np.zeros((len(streams), len(owner)))
    member[np.arange(len(streams)), path_of] = 1.0

    def spans(weight: Array | float) -> tuple[Array, Array]:
        """Least and most of each two walks over their equally short ways."""
        of_paths: Array = member.T @ (pairs * weight) @ member
        return _by_walk(np.minimum, of_paths, first), _by_walk(np.maximum, of_paths, first)

    kinds = sorted(set(people))
    number = np.array([kinds.index(person) for person in people])
    goal = scene.study.objective
    table = np.array([[goal.class_weight(one, other) for other in kinds] for one in kinds])
    chair = np.array([person is PersonClass.WHEELCHAIR for person in people])
    low, high = spans(1.0)
    walks = [scene.walks[k] for k in owner[first]]
    names = [f"{walk.source} → {walk.target}" for walk in walks]
    named: dict[tuple[str, str], list[Span]] = {}
    by_class: dict[frozenset[PersonClass], Span] = {}
    for i, j in np.argwhere(np.triu(high, k=1) > 0).tolist():
        key = min((names[i], names[j]), (names[j], names[i]))
        named.setdefault(key, []).append((float(low[i, j]), float(high[i, j])))
        classes = frozenset({walks[i].person, walks[j].person})
        least, most = by_class.get(classes, (0.0, 0.0))
        by_class[classes] = (least + float(low[i, j]), most + float(high[i, j]))
    return Meetings(
        named=named,
        total=_sums((low, high)),
        weighted=_sums(spans(table[np.ix_(number, number)])),
        by_class=by_class,
        wheelchairs=_sums(spans(np.logical_or.outer(chair, chair).astype(float))),
    )


def _people(
    scene: Scene,
) -> tuple[list[Stream], list[PersonClass], NDArray[np.int64], NDArray[np.int64]]:
    """Flows of one kind of people, their kind, the path of each, and the walk of each path."""
    streams: list[Stream] = []
    people: list[PersonClass] = []
    path_of: list[int] = []
    owner: list[int] = []
    for k, (walk, way) in enumerate(zip(scene.walks, scene.ways, strict=True)):
        for path in way.paths:
            for person, share in kinds_of(scene.study, walk.person):
                if share <= 0:
                    continue
                people.append(person)
                path_of.append(len(owner))
                streams.append(
                    Stream(
                        path=path,
                        rate=walk.rate * share,
                        speed=scene.study.walking.speed[person],
                        start=(walk.source, walk.staff),
                        end=(walk.target, walk.staff),
                    )
                )
            owner.append(k)
    return streams, people, np.array(path_of, dtype=np.int64), np.array(owner, dtype=np.int64)


def _by_walk(pick: np.ufunc, pairs: Array, first: NDArray[np.int64]) -> Array:
    """The least or most over the equally short ways of each walk."""
    rows: Array = pick.reduceat(pick.reduceat(pairs, first, axis=0), first, axis=1)
    np.fill_diagonal(rows, 0.0)
    return rows


def _sums(tables: tuple[Array, Array]) -> Span:
    """Sum over all pairs of walks, each once."""
    return float(tables[0].sum() / 2), float(tables[1].sum() / 2)
