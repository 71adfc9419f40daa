"""Files from strangers: each is one clear line and exit code 2, soon and in little memory.

Every case is run through the command line as a process of its own, bound to 10 s of processor
time and 1 GiB of address space; the waiting time is longer, for machines are shared.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="NOT TESTED: this system cannot limit memory")

ROOT = Path(__file__).resolve().parents[2]
GIB = 1 << 30
SECONDS = 10
MOST_LINE = 700


def run(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command, bound to the time and memory of a hostile file."""

    def bind() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (GIB, GIB))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    return subprocess.run(
        [sys.executable, "-m", "optimizer", *(str(word) for word in words)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        preexec_fn=bind,
        timeout=600,
        check=False,
    )


def refused(ran: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a command ended with, exit code 2."""
    assert ran.returncode == 2, (ran.returncode, ran.stderr[-2000:])
    lines = ran.stderr.splitlines()
    assert len(lines) == 1, lines[:5]
    assert lines[0].startswith("error: ")
    assert "an error of the program itself" not in lines[0]
    assert len(lines[0]) < MOST_LINE
    assert lines[0].isprintable()
    return lines[0]


def dxf(entities: str, blocks: str = "") -> str:
    """Text of a drawing in millimetres."""
    head = "0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n4\n0\nENDSEC\n"
    body = f"0\nSECTION\n2\nBLOCKS\n{blocks}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n{entities}"
    return f"{head}{body}0\nENDSEC\n0\nEOF\n"


def line(*ends: object) -> str:
    """Text of a LINE on a wall layer."""
    codes = (10, 20, 11, 21)
    return "0\nLINE\n8\nA-WALL\n" + "".join(f"{c}\n{e}\n" for c, e in zip(codes, ends, strict=True))


def insert(name: str, *more: object) -> str:
    """Text of an INSERT of a block."""
    return f"0\nINSERT\n8\n0\n2\n{name}\n10\n0\n20\n0\n" + "".join(f"{word}\n" for word in more)


def block(name: str, content: str) -> str:
    """Text of a block."""
    return f"0\nBLOCK\n8\n0\n2\n{name}\n70\n0\n10\n0\n20\n0\n3\n{name}\n{content}0\nENDBLK\n"


def a_million_lines(path: Path) -> None:
    """Write a drawing of a million entities, 51 MB."""
    entities = "".join(line(n % 977, n % 499, n % 331, n % 787) for n in range(1000))
    path.write_text(dxf(entities * 1000))


def a_million_vertices(path: Path) -> None:
    """Write a drawing of one polyline, 16 MB."""
    spots = "".join(f"10\n{n % 1000}\n20\n{n % 977}\n" for n in range(1000))
    start = "0\nLWPOLYLINE\n100\nAcDbEntity\n8\nA-WALL\n100\nAcDbPolyline\n90\n1000000\n70\n1\n"
    path.write_text(dxf(start + spots * 1000))


def blocks_in_blocks(path: Path) -> None:
    """Write ten inserts of a block of ten inserts of … twelve deep: 10^12 lines."""
    blocks = [block(f"B{n}", insert(f"B{n + 1}") * 10) for n in range(12)]
    path.write_text(dxf(insert("B0"), "".join(blocks) + block("B12", line(0, 0, 9000, 0))))


def rows_and_columns(path: Path) -> None:
    """Write one insert in 30,000 rows and 30,000 columns."""
    words = ("70", "30000", "71", "30000", "44", "100", "45", "100")
    path.write_text(dxf(insert("B", *words), block("B", line(0, 0, 9000, 0))))


def three_gibibytes(path: Path) -> None:
    """Make a file of 3 GiB that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(3 * GIB)


def packed(name: str, content: bytes) -> bytes:
    """Return a ZIP file with one file in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return out.getvalue()


def workbook(sheet: str, strings: str = "") -> bytes:
    """Return a workbook with the XML of one sheet."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    space = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types"><Default '
        f'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override '
        f'PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship '
        f'Id="rId1" Type="{space}/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}/spreadsheetml/2006/main" xmlns:r="{space}/'
        'officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{space}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{space}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{strings}<worksheet xmlns="{space}/spreadsheetml/2006/main">'
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return out.getvalue()


def a_billion_laughs() -> bytes:
    """Return a workbook whose one cell is an entity of 10^9 letters."""
    names = "abcdefghij"
    entities = "".join(
        f'<!ENTITY {one} "{f"&{other};" * 10}">'
        for one, other in zip(names[1:], names, strict=False)
    )
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>'
    return workbook(cell, f'<!DOCTYPE x [<!ENTITY a "ha">{entities}]>')


#: What is drawn → how its file is made, and words of the line that it ends with.
DRAWINGS = {
    "1e6 entities.dxf": (a_million_lines, "lines of text"),
    "1e6 vertices.dxf": (a_million_vertices, "lines of text"),
    "blocks in blocks.dxf": (blocks_in_blocks, "blocks broken up"),
    "rows and columns.dxf": (rows_and_columns, "900,000,000 strokes"),
    "huge.dxf": (three_gibibytes, "3,072 MiB"),
    "huge.ifc": (three_gibibytes, "3,072 MiB"),
    "huge.geojson": (three_gibibytes, "3,072 MiB"),
    "zeros.dxf": (bytes(1_000_000), "is not a DXF file"),
    "no bytes.dxf": (b"", "empty"),
    "no bytes.ifc": (b"", "empty"),
    "no bytes.geojson": (b"", "empty"),
    "NaN.dxf": (dxf(line("nan", "nan", 1, "inf") * 9).encode(), "nothing is drawn"),
    "beyond all size.dxf": (dxf(line(1e300, 0, 1e305, 1e300)).encode(), "nothing is drawn"),
    "torn.dxf": (dxf(line(0, 0, 9000, 0) * 9).encode()[:150], "nothing is drawn"),
    "other code.dxf": (dxf("").encode("utf-16"), "UTF-16"),
    "dwg.dxf": (b"AC1032" + bytes(200), "DWG"),
    "torn.ifc": (b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('", "breaks off"),
    "no model.ifc": (
        b"ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n#1=IFCWALL(#1,#1);\n"
        b"ENDSEC;\nEND-ISO-10303-21;\n",
        "no model.ifc",
    ),
    "packed.ifczip": (packed("a.ifc", bytes(50_000_000)), "ZIP"),
    "packed.dxf": (packed("a.dxf", bytes(50_000_000)), "ZIP"),
    "deep.geojson": (b'{"features":' + b"[" * 500_000 + b"]" * 500_000 + b"}", "nested"),
    "endless number.geojson": (b'{"features": [' + b"9" * 100_000 + b"]}", "endless"),
    "torn.geojson": (b'{"type": "FeatureCollection", "features": [{', "not JSON"),
    "other code.geojson": ('{"name": "大厅"}'.encode("gb18030"), "UTF-8"),
    "only brackets.geojson": (b"[" + b"[]," * 4_000_000 + b"[]]", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWINGS)
def test_a_hostile_drawing_is_one_line(name: str, tmp_path: Path) -> None:
    """`check` says what is wrong with it in one line, and stops."""
    content, words = DRAWINGS[name]
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    said = refused(run("check", path))
    assert words in said
    assert name in said


#: Queue logs → their bytes and words of the line.
LOGS = {
    "bomb.xlsx": (lambda: packed("xl/workbook.xml", bytes(900_000_000)), "unpacks to 858"),
    "no workbook.xlsx": (lambda: packed("a.txt", b"a"), "no workbook"),
    "laughs.xlsx": (a_billion_laughs, ""),
    "far corner.xlsx": (
        lambda: workbook(
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        ),
        "",
    ),
    "torn.xlsx": (lambda: workbook("")[:400], "no workbook"),
    "text.xls": (lambda: b"taken,business\n", "no workbook"),
    "no bytes.csv": (lambda: b"", "no header"),
    "one line.csv": (lambda: b"x," * 5_000_000, "characters"),
    "other code.csv": (lambda: b"\xff\xfe\x00\xd8", ""),
    "binary.csv": (lambda: bytes(range(256)) * 1000, ""),
}


def study_with_log(folder: Path, name: str) -> Path:
    """Return a study of ours in a folder, its arrivals from a log there."""
    floor = ROOT / "floorplans" / "old_corner"
    for file in ("plan.geojson", "today.json"):
        (folder / file).write_bytes((floor / file).read_bytes())
    text = (floor / "study.toml").read_text(encoding="utf-8")
    text = re.sub(r"^\[arrivals\]\n[^\[]*", f'[arrivals]\nlog = "{name}"\n\n', text, flags=re.M)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGS)
def test_a_hostile_log_is_one_line(name: str, tmp_path: Path) -> None:
    """A study that names it says what is wrong with it in one line, and stops."""
    make, words = LOGS[name]
    (tmp_path / name).write_bytes(make())
    said = refused(run("log", study_with_log(tmp_path, name)))
    assert words in said
    assert name in said


#: Study files → their bytes and words of the line.
STUDIES = {
    "deep": (b"a = " + b"[" * 100_000 + b"]" * 100_000, "nested"),
    "dotted": (b"a" + b".a" * 100_000 + b" = 1", ""),
    "tables": (b"[" + b"a." * 100_000 + b"a]\n", ""),
    "large": (b"# " + b"x" * 3_000_000, "MiB"),
    "other code": ('name = "大厅"'.encode("gb18030"), "UTF-8"),
    "torn": (b'name = "Hal', "TOML"),
    "endless number": (b"a = " + b"9" * 100_000, ""),
    "no bytes": (b"", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_a_hostile_study_is_refused(name: str, tmp_path: Path) -> None:
    """Every line is one of ours, the first says what is wrong, and the exit code is 2."""
    content, words = STUDIES[name]
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    ran = run("check", path)
    assert ran.returncode == 2
    lines = ran.stderr.splitlines()
    assert lines
    assert all(said.startswith("error: ") and len(said) < MOST_LINE for said in lines)
    assert "of the program itself" not in ran.stderr
    assert words in lines[0]


#: Other files: the command, the name, the bytes, words of the line.
OTHERS = {
    "pairs of words": ("distances", "pairs.csv", b"1,2,3,four\n", "four finite numbers"),
    "large pairs": ("distances", "pairs.csv", b"1,1,2,2\n" * 3_000_000, "MiB"),
    "pairs in quotes": ("distances", "pairs.csv", b'"' + b"1" * 200_000, "CSV"),
    "layout that is deep": ("evaluate", "layout.json", b"[" * 200_000, "nested"),
    "layout of nothing": ("evaluate", "layout.json", b"", "not valid JSON"),
    "layout of NaN": (
        "evaluate",
        "layout.json",
        b'[{"fixture": "guide_desk-1", "type": "guide_desk", "x": NaN, "y": 1e999, "angle": 0}]',
        "finite number",
    ),
    "large layout": ("evaluate", "layout.json", b" " * 20_000_000, "MiB"),
    "assignment of words": ("assign", "a.dat", b"2 0 1 1 0 0 x 3 0", "finite number"),
    "large assignment": ("assign", "a.dat", b"1 " * 12_000_000, "MiB"),
    "assignment of too many": ("assign", "a.dat", b"9" * 100_000, "it must be 1 to"),
    "portfolio of zeros": ("network rank", "p.csv", bytes(1000), "no text"),
    "large portfolio": ("network rank", "p.csv", b"a,b\n" * 5_000_000, "MiB"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_other_hostile_files_are_refused(name: str, tmp_path: Path) -> None:
    """Layouts, pairs, assignment problems and portfolios: lines of ours and exit code 2."""
    command, file, content, words = OTHERS[name]
    path = tmp_path / file
    path.write_bytes(content)
    floor = ROOT / "floorplans" / "old_corner"
    before = {"distances": [floor / "plan.geojson"], "evaluate": [floor / "study.toml"]}
    ran = run(*command.split(), *before.get(command, ()), path)
    assert ran.returncode == 2, ran.stderr[-1000:]
    lines = ran.stderr.splitlines()
    assert all(said.startswith("error: ") and len(said) < MOST_LINE for said in lines)
    assert "of the program itself" not in ran.stderr
    assert words in ran.stderr
