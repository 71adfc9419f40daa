"""Layout files: what is written is read again, and every defect is named."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from optimizer.equipment.catalogue import read_catalogue
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.layout_file import parse_layout, read_layout, write_layout
from optimizer.errors import FileFormatError, LayoutError
from optimizer.study import FixtureGroup

STUDY = SimpleNamespace(
    name="Two machines 两台",
    types=read_catalogue(),
    groups=(
        FixtureGroup(type="atm", min=1, max=2),
        FixtureGroup(type="form_desk", min=0, max=1),
    ),
)
LAYOUT = Layout(
    placements=(
        Placement(fixture="atm-1", type="atm", x=1.25, y=0.5, angle=90.0),
        Placement(fixture="form_desk-1", type="form_desk", x=4.0, y=2.0),
    )
)


def row(**changes):
    return {"fixture": "atm-1", "type": "atm", "x": 1.0, "y": 2.0, "angle": 90, **changes}


def test_written_and_read_again(tmp_path):
    """A layout comes back as it went, and no other file is left."""
    path = tmp_path / "new folder" / "layout.json"
    write_layout(LAYOUT, path, STUDY)
    assert read_layout(path, STUDY) == LAYOUT
    assert [file.name for file in path.parent.iterdir()] == ["layout.json"]
    content = json.loads(path.read_text("utf-8"))
    assert content["schema"] == 1
    assert content["study"] == {"name": STUDY.name}


def test_writing_replaces_the_old_file_whole(tmp_path):
    """The old layout is gone after the new one is written over it."""
    path = tmp_path / "layout.json"
    write_layout(LAYOUT, path, STUDY)
    shorter = Layout(placements=LAYOUT.placements[:1])
    write_layout(shorter, path, STUDY)
    assert read_layout(path, STUDY) == shorter


def test_failed_writing_leaves_the_old_file(tmp_path, monkeypatch):
    """A write that breaks off leaves the old layout as it was, and no half file."""
    path = tmp_path / "layout.json"
    write_layout(LAYOUT, path, STUDY)

    def full(self, target):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_layout(Layout(), path, STUDY)
    assert read_layout(path, STUDY) == LAYOUT
    assert [file.name for file in tmp_path.iterdir()] == ["layout.json"]


def test_result_file_is_read_too(tmp_path):
    """The placements of a result.json are a layout, whatever else it holds."""
    path = tmp_path / "result.json"
    content = {"schema": 1, "status": "OPTIMAL", "placements": LAYOUT.to_json()}
    path.write_text(json.dumps(content), "utf-8")
    assert read_layout(path, STUDY) == LAYOUT


def test_angle_may_be_left_out():
    """A placement without an angle is not turned."""
    bare = {key: value for key, value in row().items() if key != "angle"}
    assert parse_layout([bare], STUDY)["atm-1"].angle == 0.0


@pytest.mark.parametrize(
    ("rows", "sentences"),
    [
        ([row(fixture="atm-3")], ["'atm-3' is not in study 'Two machines 两台'; did you mean"]),
        ([row(type="amt")], ["type 'amt' is unknown; did you mean 'atm'?"]),
        ([row(type="form_desk")], ["type is 'form_desk'; in the study it is 'atm'"]),
        ([row(type=["atm"])], ["'type' is [\"atm\"]; must name a fixture type"]),
        ([row(), row()], ["fixture 'atm-1' is placed 2 times"]),
        ([row(x=float("nan"))], ["'x' is NaN; must be a finite number"]),
        ([row(y="2")], ["'y' is \"2\"; must be a finite number"]),
        ([row(x=True)], ["'x' is true; must be a finite number"]),
        ([row(x=10**400)], ["'x' is 1000"]),
        ([row(y=None)], ["'y' is missing"]),
        ([row(angle=float("inf"))], ["'angle' is Infinity"]),
        ([{"x": 1, "y": 1}], ["'type' is missing", "'fixture' is missing"]),
        ([3], ["placement 1 must be an object"]),
        ([row(x=float("nan")), row(fixture="atm-2", type="at")], ["'x' is NaN", "type 'at'"]),
    ],
)
def test_every_defect_is_named(rows, sentences):
    """Each placement that cannot belong to the study gets its sentences, all at once."""
    with pytest.raises(LayoutError) as caught:
        parse_layout({"placements": rows}, STUDY)
    assert len(caught.value.sentences) == len(sentences), str(caught.value)
    for part, sentence in zip(sentences, caught.value.sentences, strict=True):
        assert part in sentence


@pytest.mark.parametrize("content", [{}, {"placements": 3}, 3, None, "text"])
def test_no_placements(content):
    """A JSON file without placements is no layout."""
    with pytest.raises(LayoutError, match="no list of placements"):
        parse_layout(content, STUDY)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"placements": [', "not valid JSON"),
        ("[" * 100_000, "nested too deep"),
        ("9" * 5000, "endless numbers"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "no such file"),
    ],
)
def test_unreadable_files(tmp_path, text, sentence):
    """A file that is missing or not JSON is a format error that names the file."""
    path = tmp_path / "layout.json"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileFormatError, match=sentence) as caught:
        read_layout(path, STUDY)
    assert "layout.json" in str(caught.value)


def test_messages_of_a_file_name_it(tmp_path):
    """A defect of a layout file begins with the file."""
    path = tmp_path / "layout.json"
    path.write_text(json.dumps({"placements": [row(x="a")]}), "utf-8")
    with pytest.raises(LayoutError, match=r"layout\.json: placement 1 \(atm-1\)"):
        read_layout(path, STUDY)
