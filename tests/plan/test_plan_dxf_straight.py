from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiLineString, linestrings, union_all

from optimizer.plan.dxf.network import build_network
from optimizer.plan.dxf.straight import straight_pieces


def lines(*ends: tuple[float, ...]) -> list[np.ndarray]:
    return [np.array(pair, dtype=float).reshape(-1, 2) for pair in ends]


def test_pieces_on_one_another_become_one() -> None:
    """0..3, 2..5 the other way round and 4..6 are 0..6; the gap to 7..8 stays."""
    found = straight_pieces(lines((0, 0, 3, 0), (5, 0, 2, 0), (4, 0, 6, 0), (7, 0, 8, 0)))
    assert sorted(found[:, :, 0].tolist()) == [[0, 6], [7, 8]]
    assert not found[:, :, 1].any()


def test_lines_side_by_side_and_crossing_stay() -> None:
    """Parallel lines 1 mm apart, and lines that cross, are not joined."""
    assert len(straight_pieces(lines((0, 0, 3, 0), (0, 0.001, 3, 0.001), (1, -1, 1, 1)))) == 3


def test_polyline_gives_its_sides_and_points_none() -> None:
    """A closed square has four sides; a line of no length has none."""
    square = lines((0, 0, 1, 0, 1, 1, 0, 1, 0, 0))
    assert len(straight_pieces(square)) == 4
    assert len(straight_pieces(lines((2, 2, 2, 2)))) == 0


@given(
    pieces=st.lists(
        st.tuples(st.floats(0, 20), st.floats(0.1, 8), st.booleans()), min_size=1, max_size=12
    ),
    turn=st.floats(0, 2 * np.pi),
)
def test_what_is_covered_stays_the_same(pieces, turn) -> None:
    """Pieces of one line in any direction cover the same of it joined as before."""
    way = np.array([np.cos(turn), np.sin(turn)])
    paths = [
        np.array([at * way, (at + long) * way])[:: -1 if back else 1] for at, long, back in pieces
    ]
    before, after = union_all(linestrings(paths)), union_all(linestrings(straight_pieces(paths)))
    assert after.buffer(1e-4).covers(before)
    assert before.buffer(1e-4).covers(after)


def test_further_lines_are_cut_where_they_touch() -> None:
    """A line across one of two walls cuts that one alone: 2 + 2 + 1 edges of the same length."""
    walls = lines((0, 0, 4, 0), (0, 9, 4, 9))
    found = build_network(walls, lines((2, -1, 2, 1)))
    assert sorted(edge.length for edge in found) == pytest.approx([1, 1, 2, 2, 4])
    assert union_all(found).equals(
        union_all(
            [MultiLineString([p.tolist() for p in walls]), *build_network(lines((2, -1, 2, 1)))]
        )
    )
