"""Which poses of two blocks forbid each other, from the placement rules, for many poses at once.

In: the fixtures of two kinds of block and poses of each. Out: a matrix. Two blocks exclude each
other where a footprint overlaps a footprint, a use space or a privacy zone of the other (PLC-03,
04), where it takes the room of a standing point (PLC-06), or where a customer's standing point lies
in the other's privacy zone (PLC-09); what touches by less than `CONTACT` does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.model import Role
from optimizer.verify.placing import CONTACT, ROOM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.model import Box
    from optimizer.study import Study
    from optimizer.verify.stated import StatedKind

__all__ = ["Outline", "excludes", "outline_of"]

#: Rounding that a touch is allowed, metres.
EASE = 1e-7
#: Pairs of poses that are compared at once.
CHUNK = 200_000


@dataclass(frozen=True, kw_only=True)
class Outline:
    """Rectangles (n, 4) of a block in its own frame, metres, by what they mean."""

    feet: NDArray[np.float64]
    spaces: NDArray[np.float64]
    zones: NDArray[np.float64]
    customers: NDArray[np.float64]
    standing: NDArray[np.float64]


def outline_of(study: Study, kind: StatedKind) -> Outline:
    """Rectangles of one block of a kind."""
    feet: list[Box] = []
    spaces: list[Box] = []
    zones: list[Box] = []
    customers: list[Box] = []
    standing: list[Box] = []
    for name, x, y in kind.members:
        fixture = study.types[name]
        half, deep = fixture.width / 2, fixture.depth / 2
        feet.append((x - half, y - deep, x + half, y + deep))
        for x0, y0, x1, y1 in fixture.clearances:
            spaces.append((x0 + x, y0 + y, x1 + x, y1 + y))
        if fixture.privacy_depth:
            zone = (x - half, y - deep - fixture.privacy_depth, x + half, y - deep)
            zones.append(zone)
            spaces.append(zone)
        for place in fixture.standing:
            point = (place.x + x, place.y + y, place.x + x, place.y + y)
            standing.append(point)
            if place.role is Role.CUSTOMER:
                customers.append(point)
    return Outline(
        **{
            name: np.array(boxes, dtype=float).reshape(-1, 4)
            for name, boxes in (
                ("feet", feet), ("spaces", spaces), ("zones", zones),
                ("customers", customers), ("standing", standing),
            )
        }
    )  # fmt: skip


def excludes(
    one: Outline,
    poses: NDArray[np.float64],
    other: Outline,
    places: NDArray[np.float64],
    *,
    radius: float,
) -> NDArray[np.bool_]:
    """Which poses (n, 3) of one block and (m, 3) of another cannot be taken by two blocks.

    Parameters
    ----------
    one, other
        The two blocks.
    poses, places
        Their poses.
    radius
        Body radius, metres.
    """
    core, body = -CONTACT + EASE, radius + ROOM + EASE
    relations = [
        (_grown(one.feet, core), other.feet),
        (_grown(one.feet, core), other.spaces),
        (one.spaces, _grown(other.feet, core)),
        (_grown(one.feet, body), other.standing),
        (one.standing, _grown(other.feet, body)),
        (_grown(one.zones, core), other.customers),
        (one.customers, _grown(other.zones, core)),
    ]
    reach = _reach(one, body) + _reach(other, body)
    apart = np.hypot(poses[:, None, 0] - places[None, :, 0], poses[:, None, 1] - places[None, :, 1])
    found = np.zeros(apart.shape, dtype=bool)
    rows, columns = np.nonzero(apart <= reach)
    for first in range(0, len(rows), CHUNK):
        p, q = (index[first : first + CHUNK] for index in (rows, columns))
        found[p, q] = _any_meet(relations, _turned(poses)[p], _turned(places)[q])
    return found


def _any_meet(
    relations: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    poses: NDArray[np.float64],
    places: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether any two rectangles of a relation meet, for each pair of poses (x, y, cos, sin)."""
    meets = np.zeros(len(poses), dtype=bool)
    for boxes, others in relations:
        for box in boxes:
            for other in others:
                left = np.flatnonzero(~meets)
                meets[left] = _meet(box, poses[left], other, places[left])
    return meets


def _meet(
    box: NDArray[np.float64],
    poses: NDArray[np.float64],
    other: NDArray[np.float64],
    places: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether a rectangle of one block meets one of the other: no axis separates them."""
    here, there = _middle(box, poses), _middle(other, places)
    gap = there - here
    half = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    half_other = np.array([other[2] - other[0], other[3] - other[1]]) / 2
    along = np.abs(poses[:, 2] * places[:, 2] + poses[:, 3] * places[:, 3])
    across = np.abs(poses[:, 2] * places[:, 3] - poses[:, 3] * places[:, 2])
    free = np.zeros(len(poses), dtype=bool)
    for frame, own, far in ((poses, half, half_other), (places, half_other, half)):
        x = np.abs(gap[:, 0] * frame[:, 2] + gap[:, 1] * frame[:, 3])
        y = np.abs(-gap[:, 0] * frame[:, 3] + gap[:, 1] * frame[:, 2])
        free |= x > own[0] + far[0] * along + far[1] * across
        free |= y > own[1] + far[0] * across + far[1] * along
    return ~free


def _middle(box: NDArray[np.float64], poses: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return np.column_stack(
        [
            poses[:, 0] + poses[:, 2] * x - poses[:, 3] * y,
            poses[:, 1] + poses[:, 3] * x + poses[:, 2] * y,
        ]
    )


def _turned(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    angle = np.deg2rad(poses[:, 2])
    return np.column_stack([poses[:, :2], np.cos(angle), np.sin(angle)])


def _grown(boxes: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    grown: NDArray[np.float64] = boxes + np.array([-by, -by, by, by])
    return grown


def _reach(outline: Outline, by: float) -> float:
    every = [_grown(outline.feet, by), outline.spaces, outline.zones, outline.standing]
    corners = np.abs(np.concatenate(every))
    return float(np.hypot(corners[:, [0, 2]].max(axis=1), corners[:, [1, 3]].max(axis=1)).max())
