"""Files of known assignments: what is read, either way round, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import FileFormatError
from optimizer.place.assignment import AssignmentProblem, assignment_value, read_solution

PROBLEM = AssignmentProblem(
    n=3,
    a=np.array([[0, 5, 1], [0, 0, 0], [0, 2, 0]]),
    b=np.array([[0, 1, 9], [4, 0, 3], [7, 2, 0]]),
)


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def write(text):
        path = tmp_path / "known.sln"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    "text", ["3 20\n3 1 2\n", "  3   20\n\n3\n1\n2", "3,20\n3,1,2,\n", "3 20.0 3 1 2"]
)
def test_white_space_and_commas_are_free(write, text):
    """Header and permutation in their order, whatever stands between them."""
    solution = read_solution(write(text))
    assert (solution.n, solution.value, solution.permutation) == (3, 20.0, (3, 1, 2))


def test_a_permutation_is_read_the_way_that_costs_less(write):
    """Some files hold the fixture of each place: (3, 1, 2) and its inverse (2, 3, 1)."""
    # p = (3, 1, 2): 5 b[3,1] + 1 b[3,2] + 2 b[2,1] = 35 + 2 + 8 = 45
    # p = (2, 3, 1): 5 b[2,3] + 1 b[2,1] + 2 b[1,3] = 15 + 4 + 18 = 37
    assert assignment_value(PROBLEM, (3, 1, 2)) == 45
    for text in ("3 37 3 1 2", "3 37 2 3 1"):
        assert read_solution(write(text)).value_in(PROBLEM) == 37


def test_a_permutation_may_be_missing(write):
    """The value alone is told."""
    solution = read_solution(write("3 37"))
    assert solution.value == 37.0
    assert solution.value_in(PROBLEM) is None


@pytest.mark.parametrize("text", ["", "3", "3 37 1 2", "3 37 1 2 2", "3 x 1 2 3", "3 37 1.5 2 3"])
def test_what_is_no_solution_is_refused(write, text):
    """One line that names the file."""
    with pytest.raises(FileFormatError, match=r"known\.sln"):
        read_solution(write(text))


def test_no_file_is_refused(tmp_path):
    """One line that names the file."""
    with pytest.raises(FileFormatError, match=r"none\.sln"):
        read_solution(tmp_path / "none.sln")
