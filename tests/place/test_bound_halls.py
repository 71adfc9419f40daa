"""Bounds of synthetic halls with walls, cells and hub-shaped flows, of the size of real ones."""

from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse

from optimizer.place.bound import TableProblem, layout_cost, lower_bound, verify_bound

CELL = 0.25  # m


@dataclass(frozen=True)
class Kind:
    """A fixture type of the synthetic halls; lengths in metres."""

    name: str
    count: int
    width: float
    depth: float
    clear: float
    at_wall: bool


KINDS = (
    Kind("ticket", 1, 0.6, 0.6, 0.8, False),
    Kind("waiting", 1, 3.0, 2.0, 0.5, False),
    Kind("tellers", 1, 6.0, 1.5, 1.0, True),
    Kind("terminal", 3, 0.75, 0.75, 1.0, True),
    Kind("form", 1, 1.2, 0.6, 0.8, False),
    Kind("guide", 1, 1.2, 0.75, 0.8, False),
    Kind("vip", 1, 3.0, 3.0, 0.75, True),
    Kind("atm", 3, 0.75, 0.75, 1.0, True),
    Kind("desk", 3, 1.5, 1.5, 0.8, True),
)
FLOWS = (  # people per hour between kinds, None: the door
    ("ticket", None, 50), ("ticket", "waiting", 35), ("waiting", "tellers", 30),
    ("tellers", None, 28), ("ticket", "terminal", 4), ("terminal", None, 4), ("ticket", "form", 3),
    ("form", "waiting", 3), ("guide", "ticket", 8), ("guide", "terminal", 5),
    ("waiting", "desk", 3), ("desk", None, 3), ("waiting", "vip", 3), ("vip", None, 3),
    ("atm", None, 6), ("guide", None, 6), ("form", "tellers", 2),
)  # fmt: skip
FRONTS = ((0, 1), (-1, 0), (0, -1), (1, 0))


def corners(kind, *, turn, hall, step):
    """Lower left corners of a kind turned by quarter turns: along its wall, or on a grid."""
    width, depth = (kind.width, kind.depth)[:: 1 if turn % 2 == 0 else -1]
    across, up = hall[0] - width, hall[1] - depth
    if not kind.at_wall:
        return [(x, y) for x in np.arange(1, across - 1, step) for y in np.arange(1, up - 1, step)]
    along = np.arange(0, (across if turn % 2 == 0 else up) + 1e-9, 0.5)
    return {
        0: [(x, 0.0) for x in along],
        1: [(across, y) for y in along],
        2: [(x, up) for x in along],
        3: [(0.0, y) for y in along],
    }[turn]


def covered(rectangle, hall):
    """Cells of an axis-parallel rectangle (x0, y0, x1, y1), numbered column by column."""
    x0, y0, x1, y1 = (round(value / CELL) for value in rectangle)
    return (np.arange(x0, x1)[:, None] * round(hall[1] / CELL) + np.arange(y0, y1)).ravel()


def poses_of(kind, *, hall, door, step):
    """Standing points, footprint cells and clearance cells of each pose of a kind."""
    places, feet, fronts = [], [], []
    for turn, (east, north) in enumerate(FRONTS):
        width, depth = (kind.width, kind.depth)[:: 1 if turn % 2 == 0 else -1]
        for x, y in corners(kind, turn=turn, hall=hall, step=step):
            body = (x, y, x + width, y + depth)
            near = (
                x + (width if east > 0 else 0.0) - (kind.clear if east < 0 else 0.0),
                y + (depth if north > 0 else 0.0) - (kind.clear if north < 0 else 0.0),
            )
            size = (kind.clear if east else width, kind.clear if north else depth)
            zone = (*near, near[0] + size[0], near[1] + size[1])
            inside = zone[0] >= 0 and zone[1] >= 0 and zone[2] <= hall[0] and zone[3] <= hall[1]
            in_doorway = y < 1.5 and x < door[0] + 1 and x + width > door[0] - 1
            if inside and not in_doorway:
                reach = np.array([width / 2 + 0.3, depth / 2 + 0.3]) * (east, north)
                places.append(np.array([x + width / 2, y + depth / 2]) + reach)
                feet.append(covered(body, hall))
                fronts.append(covered(zone, hall))
    return np.array(places), feet, fronts


def matrix_of(rows, hall):
    """Sparse pose x cell matrix from the cells of each pose."""
    ends = np.cumsum([0, *(len(cells) for cells in rows)])
    shape = (len(rows), round(hall[0] / CELL) * round(hall[1] / CELL))
    return scipy.sparse.csr_matrix((np.ones(ends[-1]), np.concatenate(rows), ends), shape=shape)


def hall_problem(kinds=KINDS, *, hall=(20.0, 15.0), step=1.5):
    """Table problem of a hall with its door in the south wall."""
    door = np.array([0.4 * hall[0], 0.0])
    places, feet, fronts = zip(
        *(poses_of(kind, hall=hall, door=door, step=step) for kind in kinds), strict=True
    )
    index = {kind.name: number for number, kind in enumerate(kinds)}
    unary = [np.zeros(len(where)) for where in places]
    pairs = {}
    for start, end, rate in FLOWS:
        if start in index and end is None:
            unary[index[start]] += rate * np.linalg.norm(places[index[start]] - door, axis=1)
        elif start in index and end in index:
            k, l = sorted((index[start], index[end]))  # noqa: E741
            away = np.linalg.norm(places[k][:, None] - places[l][None], axis=2)
            pairs[k, l] = pairs.get((k, l), 0.0) + rate * away
    return TableProblem(
        counts=tuple(kind.count for kind in kinds),
        unary=tuple(unary),
        pairs={key: table.astype(np.float32) for key, table in pairs.items()},
        foot=tuple(matrix_of(rows, hall) for rows in feet),
        use=tuple(matrix_of(rows, hall) for rows in fronts),
        xy=places,
    )


def check_hall(problem, *, seconds, gap):
    """Bound a hall and check value, layout and certificate against each other."""
    bound = lower_bound(problem, time_limit=seconds, target_gap=gap / 2)
    assert bound.layout is not None
    cost = layout_cost(problem, bound.layout)
    assert cost == pytest.approx(bound.upper_bound)
    assert bound.message_passing_value <= bound.root_value <= bound.value <= cost
    assert bound.value >= (1 - gap) * cost
    assert verify_bound(problem, bound.certificate) == pytest.approx(bound.value, rel=1e-6)
    return bound


def test_small_hall_is_solved_exactly():
    """10 x 8 m with six fixtures: the bound meets the best layout of the tables."""
    kinds = tuple(kind for kind in KINDS if kind.name in {"ticket", "form", "guide", "atm"})
    problem = hall_problem(kinds, hall=(10.0, 8.0), step=1.0)
    assert check_hall(problem, seconds=120.0, gap=1e-6).method == "exact"


def test_mirrored_hall_has_the_same_optimum():
    """Mirrored poses in another order cost the same: only order and positions differ."""
    kinds = tuple(kind for kind in KINDS if kind.name in {"ticket", "guide", "atm"})
    problem = hall_problem(kinds, hall=(8.0, 6.0), step=1.0)
    order = [np.arange(size)[::-1] for size in problem.poses]
    mirrored = TableProblem(
        counts=problem.counts,
        unary=tuple(cost[way] for cost, way in zip(problem.unary, order, strict=True)),
        pairs={
            (k, l): table[np.ix_(order[k], order[l])]
            for (k, l), table in problem.pairs.items()  # noqa: E741
        },
        foot=tuple(part[way] for part, way in zip(problem.foot, order, strict=True)),
        use=tuple(part[way] for part, way in zip(problem.use, order, strict=True)),
        xy=tuple(where[way] * [-1, 1] for where, way in zip(problem.xy, order, strict=True)),
    )
    values = [lower_bound(each, time_limit=120.0).value for each in (problem, mirrored)]
    assert values[0] == pytest.approx(values[1], rel=1e-6)


@pytest.mark.slow
def test_hall_of_fifteen_fixtures_is_closed():
    """20 x 15 m, 15 fixtures, 2,100 poses: proven within 1 % of the best layout of the tables."""
    problem = hall_problem()
    assert sum(problem.poses) > 2000
    check_hall(problem, seconds=180.0, gap=0.01)
