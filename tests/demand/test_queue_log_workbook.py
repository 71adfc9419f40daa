"""Worksheets cut into columns: what spreadsheet programs write in different ways is one log."""

from __future__ import annotations

import zipfile

import numpy as np
import openpyxl
import pytest
from synthetic_log import draw_log, write_csv, written

from optimizer.demand.queue_log import read_queue_log
from optimizer.demand.queue_log.spread import spanned_cells
from optimizer.demand.queue_log.workbook import gather_sheet, write_sheet
from optimizer.errors import FileFormatError

BOOK = (
    '<workbook xmlns="m" xmlns:r="r"><workbookPr{pr}/><sheets>'
    '<sheet name="tickets" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
LINKS = '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
TEXTS = (
    "<sst><si><t>taken</t></si><si><t>business</t></si><si><t>现金&amp;汇款</t>"
    '<phoneticPr fontId="1" type="noConversion"/></si>'
    '<si><t xml:space="preserve"> card</t></si></sst>'
)
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'


def write_book(path, rows, *, texts=TEXTS, pr="", header=HEADER):
    """Write a workbook of one sheet whose rows are given as XML."""
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("xl/workbook.xml", BOOK.format(pr=pr))
        packed.writestr("xl/_rels/workbook.xml.rels", LINKS)
        packed.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet><sheetData>{header}{rows}</sheetData></worksheet>",
        )
        if texts:
            packed.writestr("xl/sharedStrings.xml", texts)
    return path


@pytest.mark.parametrize(
    ("row", "taken", "business"),
    [
        # a shared text, and a day with its part: 45356.25 is 2024-03-05 06:00
        ('<c r="A2"><v>45356.25</v></c><c r="B2" t="s"><v>2</v></c>', 6, "现金&汇款"),
        # styles before and after the type
        ('<c r="A2" s="3"><v>45356.25</v></c><c r="B2" s="11" t="s"><v>3</v></c>', 6, "card"),
        ('<c r="A2"><v>45356.25</v></c><c r="B2" t="s" s="1"><v>3</v></c>', 6, "card"),
        # texts in the cells, formulas that give a text, a number with its type
        (
            '<c r="A2" t="inlineStr"><is><t>2024-03-05 09:00</t></is></c>'
            '<c r="B2" t="str"><f>C2</f><v>a&lt;b</v></c>',
            9,
            "a<b",
        ),
        ('<c r="A2" t="n"><v>45356.25</v></c><c r="B2" t="n"><v>7</v></c>', 6, "7"),
        # cells without anything in them
        ('<c r="A2"><v>45356.25</v></c><c r="B2" s="1"/>', 6, ""),
        ('<c r="A2"><v>45356.25</v></c><c r="B2" t="inlineStr"><is><t /></is></c>', 6, ""),
        ('<c r="A2"><v>45356.25</v></c><c r="B2" t="inlineStr"><is><t/></is></c>', 6, ""),
    ],
)
def test_one_cell_in_many_forms(tmp_path, row, taken, business):
    """Numbers, shared texts, texts in place and formulas are read as what they show."""
    path = write_book(tmp_path / "log.xlsx", f'<row r="2">{row}</row>')
    tickets, meanings = gather_sheet(str(path), {})
    assert meanings == {"taken": ("taken",), "business": ("business",)}
    assert tickets.times[:, 0].tolist() == [19_787 * 86_400 + taken * 3600]
    assert tickets.businesses == (business,)
    assert tickets.row.tolist() == [2]


def test_rows_and_columns_that_are_left_out(tmp_path):
    """Rows keep their numbers, cells their columns; empty rows are no tickets."""
    rows = (
        '<row r="3"><c r="B3" t="s"><v>3</v></c></row><row r="4"><c r="A4" s="1"/></row>'
        '<row r="9" spans="1:2"><c r="A9"><v>45356.5</v></c></row><row r="10"/>'
    )
    tickets, _ = gather_sheet(str(write_book(tmp_path / "log.xlsx", rows)), {})
    assert tickets.row.tolist() == [3, 9]
    assert [tickets.businesses[k] for k in tickets.business] == ["card", ""]
    log = read_queue_log(tmp_path / "log.xlsx")
    assert {f.code: f.rows.tolist() for f in log.faults} == {"no_time": [3]}


def test_cells_without_names_stand_one_after_the_other(tmp_path):
    """Writers that leave out the names of cells and rows mean the next ones."""
    header = "<row><c><v>7</v></c><c t='s'><v>0</v></c></row>".replace("'", '"')
    rows = "<row><c><v>1</v></c><c><v>45356.5</v></c></row><row><c><v>2</v></c></row>"
    path = write_book(tmp_path / "log.xlsx", rows, header=header)
    tickets, _ = gather_sheet(str(path), {})
    assert tickets.row.tolist() == [2, 3]
    assert (tickets.times[:, 0] >= 0).tolist() == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        {"rows": '<row r="2"><c r="A2"><v>4.5E-05</v></c></row>'},
        {"rows": '<row r="2"><c r="A2" t="b"><v>1</v></c></row>'},
        {"rows": '<row r="2"><c r="A2" t="s"><v>99</v></c></row>'},
        {"rows": '<row r="2"><!-- note --><c r="A2"><v>1</v></c></row>'},
        {"rows": '<row r="2"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"/></row>'},
        {"rows": "<row r='2'><c r='A2'><v>45356.5</v></c></row>"},
        {"rows": '<row r="2"><c r="A2" cm="1" s="1" ph="1"><v>45356.5</v></c></row>'},
        {
            "rows": '<row r="2"><c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is>'
            "</c></row>"
        },
        {"rows": "", "texts": "<sst><si><r><t>ta</t></r><r><t>ken</t></r></si></sst>"},
        {"rows": "", "pr": ' date1904="1"'},
    ],
)
def test_what_is_written_otherwise_is_left_to_a_general_reader(tmp_path, change):
    """Nothing is guessed: an unusual sheet gives nothing here."""
    assert gather_sheet(str(write_book(tmp_path / "log.xlsx", **change)), {}) is None


def test_a_general_reader_takes_over(tmp_path):
    """A sheet of rich text, as openpyxl writes it, gives the figures of its CSV all the same."""
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (("taken", "business"), ("2024-03-05 09:00", "cash"), ("2024-03-05 09:30", "card")):
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    assert gather_sheet(str(tmp_path / "log.xlsx"), {}) is None
    log = read_queue_log(tmp_path / "log.xlsx")
    assert (log.rows, log.arrivals) == (2, {9: 2.0})
    assert log.shares == {"card": 0.5, "cash": 0.5}


@pytest.mark.parametrize("write_only", [True, False])
def test_pieces_of_a_sheet_join(tmp_path, monkeypatch, write_only):
    """A sheet read in pieces of a few rows is the log of its CSV, ticket by ticket."""
    columns = draw_log(weeks=1, seed=8)
    write_csv(tmp_path / "log.csv", columns)
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet("tickets", 0)
    sheet.append(list(columns))
    texts = [written(c) if c.dtype.kind == "i" else c for c in columns.values()]
    for row in zip(*(text.tolist() for text in texts), strict=True):
        sheet.append(row)
    book.save(tmp_path / "log.xlsx")
    monkeypatch.setattr("optimizer.demand.queue_log.sheet.PIECE", 20_000)
    tickets, _ = gather_sheet(str(tmp_path / "log.xlsx"), {})
    assert np.array_equal(tickets.times[:, 0], columns["taken"])
    assert np.array_equal(tickets.times[:, 3], columns["ended"])
    assert [tickets.businesses[k] for k in tickets.business] == columns["business"].tolist()
    assert [tickets.window_names[k] for k in tickets.window] == columns["window"].tolist()
    assert np.array_equal(tickets.row, np.arange(2, len(tickets) + 2))
    one, other = (read_queue_log(tmp_path / f"log.{end}") for end in ("csv", "xlsx"))
    assert one.service == other.service


def test_a_missing_column_is_named_from_the_other_process(tmp_path):
    """Defects of the header are those of a CSV."""
    header = HEADER.replace("<v>0</v>", "<v>3</v>")
    with pytest.raises(FileFormatError, match="no column says when a ticket was taken"):
        read_queue_log(write_book(tmp_path / "log.xlsx", "", header=header))


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_torn_workbook_is_refused_in_one_line(tmp_path, cut):
    """What is no whole workbook is left to the general reader, who says so."""
    rows = '<row r="2"><c r="A2"><v>45356.5</v></c></row>'
    whole = write_book(tmp_path / "log.xlsx", rows).read_bytes()
    (tmp_path / "log.xlsx").write_bytes(whole[: int(cut * len(whole))])
    assert gather_sheet(str(tmp_path / "log.xlsx"), {}) is None
    with pytest.raises(FileFormatError, match="is no workbook that can be read"):
        read_queue_log(tmp_path / "log.xlsx")


@pytest.mark.parametrize("seed", range(8))
def test_changed_bytes_of_a_sheet_are_no_other_error(tmp_path, seed):
    """A sheet with bytes changed at random gives tickets, nothing, or one line; never a crash."""
    rng = np.random.default_rng(seed)
    rows = "".join(
        f'<row r="{k}"><c r="A{k}"><v>45356.5</v></c><c r="B{k}" t="s"><v>3</v></c></row>'
        for k in range(2, 40)
    )
    for _ in range(40):
        torn = bytearray(rows.encode())
        for at in rng.integers(0, len(torn), 3):
            torn[at] = rng.choice(np.frombuffer(b'<>"/ctvrs9E&', dtype=np.uint8))
        path = write_book(tmp_path / "log.xlsx", torn.decode())
        try:
            found = gather_sheet(str(path), {})
        except FileFormatError:
            continue
        assert found is None or len(found[0]) <= 39


#: Rows under a header in A1 and B1 → cells from A1 to the last row and column with something.
SPANS = {
    "header alone": ("", 2),  # 1 row x 2 columns
    "far corner": ('<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>', 1048576 * 16384),
    "two apart": (
        '<row r="9"><c r="C9"><v>2</v></c></row><row r="4"><c s="1" r = \'AA4\'><v>2</v></c></row>',
        9 * 27,
    ),
    "shown, but empty": ('<row r="90" ht="9"/><row r="3"><c r="Z3" s="1"/></row>', 3 * 2),
    "cells without places": ('<row r="70"><c><v>2</v></c></row>', 70 * 2),
}


@pytest.mark.parametrize("case", SPANS)
def test_a_sheet_spans_to_its_last_row_and_column(tmp_path, case) -> None:
    """Rows times columns by hand; what is shown without content does not count."""
    rows, cells = SPANS[case]
    path = write_book(tmp_path / "log.xlsx", rows)
    assert spanned_cells(str(path), None) == spanned_cells(str(path), "tickets") == cells


def test_places_across_the_pieces_of_a_sheet_are_found(tmp_path) -> None:
    """A cell whose tag lies across the end of the first MiB counts; what is torn has no cells."""
    start = 57 + len(HEADER)
    for at in range((1 << 20) - 12, (1 << 20) + 2, 3):
        rows = " " * (at - start) + '<row r="5"><c r="D5"><v>2</v></c></row>'
        assert spanned_cells(str(write_book(tmp_path / "log.xlsx", rows)), None) == 5 * 4
    (tmp_path / "torn.xlsx").write_bytes(b"PK")
    assert spanned_cells(str(tmp_path / "torn.xlsx"), None) == 0


def test_a_sheet_that_spans_too_much_is_refused(tmp_path) -> None:
    """A cell in the last corner: 1,048,576 x 16,384 cells are told, and nothing is set aside."""
    path = write_book(tmp_path / "log.xlsx", SPANS["far corner"][0])
    with pytest.raises(FileFormatError, match="17,179,869,184 cells") as caught:
        write_sheet(str(path), None, str(tmp_path / "copy.csv"))
    assert len(caught.value.sentences) == 1
    assert not (tmp_path / "copy.csv").exists()
