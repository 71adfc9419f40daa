"""Names with markup, formulas, line ends and signs that turn the line: text wherever they go.

One study whose fixtures, business, doors and plan have such names is read from its file, and all
that is written of it is looked at: report, SVG, pictures, DXF, CSV, JSON, terminal.
"""

from __future__ import annotations

import csv
import io
import json
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import ezdxf
import pytest
from shapely import box
from shapely.geometry import mapping, shape

from optimizer.cli import main
from optimizer.cli.files import read_any_layout
from optimizer.evaluate import evaluate
from optimizer.report.comparison import compare_table, write_comparison_csv
from optimizer.report.dxf import write_layout_dxf
from optimizer.report.html import write_report
from optimizer.report.results import evaluation_to_json
from optimizer.report.sheets import draw_sheet, save_figure
from optimizer.study_file import read_study

#: What the names of the study are made of.
EVIL = {
    "script": "<script>alert(1)</script>",
    "quotes": "\"><b onload='x'>&amp;&lt;",
    "lines": "desk\n  0\nEOF\n\r\n9",
    "turned": "\u202etxt.exe\u2066\u200f",
    "formula": "=cmd|' /C calc'!A0",
    "sums": "$x^{\\frac{1}$ %%u \\P{\\fArial;x} ^J",
}
KINDS = ("open_desk", "cash_counter", "atm", "guide_desk", "form_desk", "queue_machine")
BARE = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f]")


@pytest.fixture(scope="module")
def evil(root, tmp_path_factory):
    """The study, read from its file, its layout and evaluation."""
    floor = root / "floorplans" / "old_corner"
    folder = tmp_path_factory.mktemp("evil")
    text = (floor / "study.toml").read_text(encoding="utf-8")
    names = dict(zip(KINDS, EVIL.values(), strict=True))
    for kind, name in names.items():
        more = f"label = {json.dumps(name)}\nzone = {json.dumps(name)}"
        text = text.replace(f'type = "{kind}"', f'type = "{kind}"\n{more}', 1)
    text = text.replace('name = "Old corner"', f"name = {json.dumps(EVIL['script'])}")
    text = text.replace('name = "small cash"', f"name = {json.dumps(EVIL['formula'])}")
    text = text.replace('label_zh = "小额现金"', f"label_zh = {json.dumps(EVIL['quotes'])}")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    plan = json.loads((floor / "plan.geojson").read_text(encoding="utf-8"))
    plan["properties"]["name"] = EVIL["turned"]
    hall = next(f for f in plan["features"] if f["properties"].get("zone") == "public_hall")
    whole = shape(hall["geometry"])
    x0, y0, x1, y1 = whole.bounds
    for i, name in enumerate(EVIL.values()):  # a strip of the hall for each
        part = whole.intersection(box(x0 + i * (x1 - x0) / 6, y0, x0 + (i + 1) * (x1 - x0) / 6, y1))
        zone = {"kind": "zone", "zone": "public_hall", "name": name}
        plan["features"].append({**hall, "properties": zone, "geometry": mapping(part)})
    plan["features"].remove(hall)
    door = next(f for f in plan["features"] if f["properties"]["kind"] == "door")
    door["properties"]["name"] = EVIL["lines"]
    (folder / "plan.geojson").write_text(json.dumps(plan), encoding="utf-8")
    today = json.loads((floor / "today.json").read_text(encoding="utf-8"))
    for placement in today["placements"]:
        name = names.get(placement["type"])
        if name is not None:
            kind, number = placement["fixture"].rsplit("-", 1)
            placement["fixture"] = f"{kind}@{name}-{number}"
    (folder / "today.json").write_text(json.dumps(today), encoding="utf-8")
    study = read_study(folder / "study.toml")
    return SimpleNamespace(
        study=study,
        layout=study.current_layout,
        evaluation=evaluate(study, study.current_layout),
        folder=folder,
    )


def test_the_names_are_those_of_the_study(evil) -> None:
    """What follows would show nothing otherwise: each name is one of a fixture."""
    fixtures = {placement.fixture for placement in evil.layout.placements}
    for name in EVIL.values():
        assert any(name in fixture for fixture in fixtures), name


@pytest.mark.slow
def test_the_report_holds_them_as_text(evil) -> None:
    """Two scripts, the page's own and its model, and no element or handler of a name."""
    path = evil.folder / "report.html"
    write_report(
        evil.study, path, layout=evil.layout, evaluation=evil.evaluation, today=evil.evaluation
    )
    page = path.read_text(encoding="utf-8")
    assert page.count("<script") == page.count("</script>") == 2
    assert "<b onload" not in page
    assert EVIL["script"] not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.slow
def test_pictures_hold_them_as_text(evil) -> None:
    """The SVG is XML without scripts or handlers, and the pictures are drawn at all."""
    sheet = draw_sheet(evil.study, evil.layout, evil.evaluation)
    for suffix in ("svg", "png", "pdf"):
        save_figure(sheet, evil.folder / f"layout.{suffix}")
    text = (evil.folder / "layout.svg").read_text(encoding="utf-8")
    assert not BARE.search(text)
    for element in ElementTree.fromstring(text).iter():
        assert element.tag.rsplit("}", 1)[-1] not in {"script", "b", "foreignObject"}
        assert not [key for key in element.attrib if key.lower().startswith("on")]


def test_a_drawing_holds_them_and_nothing_else(evil) -> None:
    """No name ends the file or begins an entity, and the layout is read back name by name."""
    path = evil.folder / "layout.dxf"
    write_layout_dxf(evil.study, evil.layout, path, evil.evaluation)
    drawing = ezdxf.readfile(path)
    assert not drawing.audit().errors
    found = {p.fixture: p for p in read_any_layout(path, evil.study).placements}
    assert len(found) == len(evil.layout.placements)
    for placement in evil.layout.placements:
        assert found[placement.fixture].x == pytest.approx(placement.x, abs=1e-6)


def test_tables_hold_no_formula(evil) -> None:
    """No cell of a comparison begins as a formula, and a name of two lines is one cell."""
    content = evaluation_to_json(evil.study, evil.evaluation)
    path = evil.folder / "table.csv"
    write_comparison_csv(compare_table({name: content for name in EVIL.values()}), path)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "@", "\t", "\r"))
        assert not cell.startswith(("+", "-")) or float(cell) is not None


@pytest.mark.parametrize("command", ["evaluate", "comply", "check"])
def test_the_terminal_is_not_steered(evil, capsys, command) -> None:
    """What is printed holds no sign that moves the cursor or turns the line."""
    words = [command, str(evil.folder / "study.toml")]
    words += [] if command == "check" else [str(evil.folder / "today.json")]
    assert main(words) in {0, 1}
    said = capsys.readouterr()
    assert said.out
    for text in (said.out, said.err):
        assert not BARE.search(text)
        assert not set("\u202e\u2066\u200f\r") & set(text)


def test_json_holds_them_as_they_are(evil, capsys) -> None:
    """A program that reads the figures gets each name letter by letter."""
    words = ("evaluate", str(evil.folder / "study.toml"), str(evil.folder / "today.json"))
    main([*words, "--json"])
    content = json.loads(capsys.readouterr().out)
    assert EVIL["formula"] in content["walking"]["by_journey"]
    sentences = [rule["sentence"] for rule in content["rules"]]
    assert any(EVIL["lines"] in sentence for sentence in sentences)
