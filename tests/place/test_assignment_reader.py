"""Reading QAPLIB files: what is read, and what is said of files that are none."""

from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import FileFormatError
from optimizer.place.assignment import AssignmentProblem, assignment_value, read_qaplib


@pytest.fixture
def write(tmp_path: Path):
    """Write a file and return its path."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "problem.dat"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refusal(path: Path) -> tuple[str, ...]:
    """What is said of a file that cannot be read."""
    with pytest.raises(FileFormatError) as error:
        read_qaplib(path)
    assert all("problem.dat" in sentence for sentence in error.value.sentences)
    return error.value.sentences


@pytest.mark.parametrize(
    "text",
    [
        "2\n\n0 1\n2 3\n\n4 5\n6 7\n",
        "2 0 1 2 3 4 5 6 7",
        "\ufeff2\r\n0\t1 2 3\r\n4 5 6\r\n\r\n+7.0",
        "2\n0,1\n2,3,\n4, 5\n6, 7\n",
        "2,0,1,2,3,4,5,6,7",
    ],
)
def test_white_space_is_free(write, text: str) -> None:
    """Numbers are read in their order, whatever stands between them."""
    problem = read_qaplib(write(text))
    assert problem.n == 2
    assert problem.a.tolist() == [[0, 1], [2, 3]]
    assert problem.b.tolist() == [[4, 5], [6, 7]]
    assert problem.whole


def test_fractions_are_kept(write) -> None:
    """A fraction makes its matrix one of real numbers; the other stays whole."""
    problem = read_qaplib(write("1 2.5 4e0"))
    assert (problem.a[0, 0], problem.a.dtype.kind) == (2.5, "f")
    assert (problem.b[0, 0], problem.b.dtype.kind) == (4, "i")
    assert not problem.whole
    assert assignment_value(problem, (1,)) == 10.0


def test_matrices_cannot_be_written(write) -> None:
    """A problem does not change after it was read."""
    with pytest.raises(ValueError, match="read-only"):
        read_qaplib(write("1 2 3")).a[0, 0] = 1


def test_decimal_commas_are_refused(write) -> None:
    """A comma within a number is no fraction and no two numbers: each such word is named."""
    assert (
        "line 2: '0,5' (A, row 1, column 1) is not a finite number"
        in refusal(write("2\n0,5 1\n2 3\n4 5\n6 7"))[0]
    )
    # a comma alone is a number left out
    assert len(refusal(write("1\n, 2"))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty; it must hold n, matrix A and matrix B"),
        (" \n \n", "empty; it must hold n, matrix A and matrix B"),
        ("two\n1", "line 1: n is 'two'; it must be a whole number of 1 to 1000"),
        ("\n\n2.5", "line 3: n is '2.5'; it must be a whole number of 1 to 1000"),
        ("0", "line 1: n is '0'; it must be 1 to 1000"),
        ("-3 1 2", "line 1: n is '-3'; it must be 1 to 1000"),
        ("1001", "line 1: n is '1001'; it must be 1 to 1000"),
        ("9" * 50, "line 1: n is '999999999999999999999...'; it must be 1 to 1000"),
        ("2\n0 1\n2", "3 numbers after n = 2, the last in line 3; two matrices of 2 × 2 have 8"),
        ("3", "0 numbers after n = 3; two matrices of 3 × 3 have 18"),
        (
            "1 5\n6\n 7 8",
            "4 numbers after n = 1, the last in line 3; two matrices of 1 × 1 have 2; the first "
            "too many is '7' in line 3",
        ),
    ],
)
def test_wrong_size(write, text: str, said: str) -> None:
    """A missing, impossible or contradicted n is named with its line and what is right."""
    (sentence,) = refusal(write(text))
    assert sentence.endswith(f"problem.dat: {said}")


@pytest.mark.parametrize(
    "word", ["x", "1,5", "nan", "inf", "-Infinity", "1e999", "0x10", "1_0", "٣"]
)
def test_words_that_are_no_finite_numbers(write, word: str) -> None:
    """Each is named with line, matrix, row and column."""
    (sentence,) = refusal(write(f"2\n0 1\n2 3\n4 5\n{word} 7"))
    assert f"line 5: {word!r} (B, row 2, column 1) is not a finite number" in sentence


def test_all_defects_are_collected(write) -> None:
    """Every bad word and the wrong count are told at once; a flood of them is cut short."""
    assert len(refusal(write("2\nx 1\n2 y\n4 5\n"))) == 3
    flood = refusal(write("9 " + "x " * 100))
    assert len(flood) == 11
    assert "91 more of these" in flood[-2]
    assert "100 numbers after n = 9" in flood[-1]


def test_files_that_are_no_text(write, tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are no text are refused in a sentence."""
    assert "byte 3 is no text" in refusal(write(b"2 \xff\xfe"))[0]
    for path in (tmp_path / "absent" / "problem.dat", tmp_path):
        with pytest.raises(FileFormatError, match="cannot be read"):
            read_qaplib(path)


def test_problems_from_arrays_are_checked() -> None:
    """Shape, size and finiteness are checked at construction too."""
    square = np.zeros((2, 2))
    with pytest.raises(FileFormatError, match=r"matrix B has the shape \(2, 3\)"):
        AssignmentProblem(2, square, np.zeros((2, 3)))
    with pytest.raises(FileFormatError, match="matrix A has a number that is not finite"):
        AssignmentProblem(2, np.full((2, 2), np.nan), square)
    with pytest.raises(FileFormatError, match="n is 0"):
        AssignmentProblem(0, np.zeros((0, 0)), np.zeros((0, 0)))


def test_value_by_hand() -> None:
    """The value sums over all ordered pairs, the diagonal too, and needs a permutation."""
    problem = AssignmentProblem(2, np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]]))
    # identity: 1·5 + 2·6 + 3·7 + 4·8 = 70; swapped: 1·8 + 2·7 + 3·6 + 4·5 = 60
    assert assignment_value(problem, (1, 2)) == 70
    assert assignment_value(problem, (2, 1)) == 60
    assert isinstance(assignment_value(problem, (2, 1)), int)
    with pytest.raises(FileFormatError, match="not a permutation of 1 to 2"):
        assignment_value(problem, (1, 1))


def test_values_beyond_machine_numbers_are_exact() -> None:
    """Whole values stay exact where 64 bits do not hold them."""
    big = 2**52 + 1
    problem = AssignmentProblem(1, np.array([[big]]), np.array([[big]]))
    assert assignment_value(problem, (1,)) == big * big
