"""The portfolio reader: encodings, headers in two languages, every defect with its place."""

from __future__ import annotations

import pytest

from optimizer.errors import FileFormatError
from optimizer.network.cells import csv_text, read_number, read_share
from optimizer.network.portfolio import read_portfolio

CHINESE = (
    "网点,业态,日均客户数,平均等候时间,业务可替代率,面积,机位,智能终端,已改造\n"
    '城东,旗舰,"1,200",12,85%,400,8,2,是\n'
    "城西,小型,300,5,0.6,100,3,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_one_list_in_every_encoding(tmp_path, encoding):
    """Chinese headers and values are the same figures in UTF-8, with a mark, and in GBK."""
    file = tmp_path / "p.csv"
    file.write_bytes(CHINESE.encode(encoding))
    east, west = read_portfolio(file).branches
    assert (east.name, east.format, east.row) == ("城东", "flagship", 2)
    assert (east.customers_per_day, east.replaceable_share) == (1200.0, 0.85)
    assert (east.devices["smart_terminal"], west.devices["smart_terminal"]) == (2, 0)
    assert (east.re_laid_out, west.re_laid_out) == (True, False)
    assert (west.wall_slots, west.refit_cost, west.study) == (3, None, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_study_paths(tmp_path, delimiter):
    """Semicolons and tabs do as well as commas; a study stands relative to the list."""
    file = tmp_path / "p.csv"
    rows = (("Branch", "Study", "Area"), ("A", "a/study.toml", "120.5"), ("# remark", "", ""))
    file.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    (branch,) = read_portfolio(file).branches
    assert branch.study == tmp_path / "a" / "study.toml"
    assert branch.area_m2 == 120.5


def test_every_defect_has_row_and_column(tmp_path):
    """All defects come at once, each with its row, column, value and what would be right."""
    file = tmp_path / "p.csv"
    file.write_text(
        "branch,format,customers,mean_wait,replaceable,pad\n"
        "A,huge,x,-1,85,1.5\n"
        "A,,1,2,0.5,0\n"
        ",,1,2,0.5,0\n"
        "C,,1,2,0.5,0,more\n",
        encoding="utf-8",
    )
    with pytest.raises(FileFormatError) as caught:
        read_portfolio(file)
    sentences = caught.value.sentences
    expected = (
        "row 2, column customers_per_day: 'x' is no number",
        "row 2, column mean_wait_minutes: '-1' must be a finite number of 0 or more",
        "row 2, column replaceable_share: '85' must be a share from 0 to 1",
        "row 2, column pad: '1.5' must be a whole number",
        "row 2, column format: 'huge'; known are",
        "row 3, column branch: 'A' is in row 2 already",
        "row 4, column branch: is empty",
        "row 5: has 7 cells, the header 6",
    )
    assert len(sentences) == len(expected)
    for part, sentence in zip(expected, sentences, strict=True):
        assert part in sentence
        assert sentence.startswith(str(file))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"branch,area\n", "holds no branch"),
        (b"name,area\nA,3\n", "no column 'branch'"),
        (b"branch,branch\nA,A\n", "a second time"),
        (b"PK\x03\x04\0\0", "is no text"),
        (b"branch\n\xff\xff\xff", "neither UTF-8 nor GBK"),
        (b'branch,area\n"A,3\n' + b"x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_files_that_are_no_portfolio(tmp_path, content, words):
    """What is no portfolio is said in one line that names the file."""
    file = tmp_path / "p.csv"
    file.write_bytes(content)
    with pytest.raises(FileFormatError, match=words) as caught:
        read_portfolio(file)
    assert all(str(file) in sentence for sentence in caught.value.sentences)


def test_a_missing_file_and_a_folder(tmp_path):
    """Neither a missing file nor a folder is a portfolio."""
    for path, words in ((tmp_path / "no.csv", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(FileFormatError, match=words):
            read_portfolio(path)


def test_unknown_columns_are_noted_with_the_nearest(tmp_path):
    """A column that is not used is told, and a slip of the pen is asked about."""
    file = tmp_path / "p.csv"
    file.write_text("branch,wal_slots,manager\nA,3,Wang\n", encoding="utf-8")
    near, far = read_portfolio(file).notes
    assert near == "column 'wal_slots' is not used; did you mean 'wall_slots'?"
    assert far == "column 'manager' is not used"


def test_numbers_as_people_write_them():
    """Groups of thousands and per cent are numbers; half a group is none."""
    assert read_number("1,234,567.5") == 1234567.5
    assert read_share("85％") == pytest.approx(0.85)
    assert read_share("1") == 1.0
    for text in ("1,23", "nan", "inf", "twelve"):
        with pytest.raises(ValueError, match="number"):
            read_number(text)


def test_csv_holds_no_formulas():
    """Text that a spreadsheet would run is disarmed; numbers below 0 stay numbers."""
    text = csv_text(("name", "value"), [("=cmd()", -1.5), ("@x", None), ("城东", True)])
    assert text == "\ufeffname,value\n'=cmd(),-1.5\n'@x,\n城东,yes\n"
