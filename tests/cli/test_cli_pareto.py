"""The command `pareto`: files, picks, exit codes."""

from __future__ import annotations

import csv
import json

import pytest

#: Moves that are enough for the small room.
STEPS = ("--steps", "400", "--workers", "1")


@pytest.fixture
def front(room, run):
    """The front of the small room, written to a folder."""
    folder = room.parent / "front"
    ran = run("pareto", str(room / "study.toml"), *STEPS, "--out", str(folder), "--json")
    assert ran.code == 0
    return folder, ran.json


def test_files_of_a_front(front):
    """Table, JSON, pictures, a layout for every point; stdout holds the same object."""
    folder, content = front
    assert json.loads((folder / "pareto.json").read_text(encoding="utf-8")) == content
    assert (folder / "pareto.png").read_bytes()[:4] == b"\x89PNG"
    assert b"<svg" in (folder / "pareto.svg").read_bytes()
    names = [point["name"] for point in content["points"]]
    with (folder / "pareto.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == names
    for point, row in zip(content["points"], rows, strict=True):
        layout = json.loads((folder / row["layout"]).read_text(encoding="utf-8"))
        assert layout["placements"] == point["placements"]
        assert float(row["walking"]) == pytest.approx(point["values"]["walking"], rel=1e-5)
        assert point["hard_broken"] == 0
        assert point["verified"] == {"failed": []}
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_no_point_is_dominated(front):
    """By the figures in the file, on the axes that vary."""
    _, content = front
    axes = [axis["name"] for axis in content["axes"] if axis["varies"]]
    rows = [tuple(point["values"][name] for name in axes) for point in content["points"]]
    for one in rows:
        better = [o for o in rows if o != one and all(a <= b for a, b in zip(o, one, strict=True))]
        assert not better


def test_a_pick_is_a_result(front, room, run):
    """A picked point gets the files of `optimize`; `verify` holds it; nothing is searched anew."""
    folder, content = front
    before = (folder / "pareto.json").read_bytes()
    ran = run(
        "pareto",
        str(room / "study.toml"),
        "--out",
        str(folder),
        "--pick",
        "least-walking",
        "--json",
    )
    assert ran.code == 0
    point = next(p for p in content["points"] if "least-walking" in p["roles"])
    assert ran.json["placements"] == point["placements"]
    written = sorted(path.name for path in (folder / point["name"]).iterdir())
    assert written == [
        "before_after.pdf", "layout.dxf", "layout.json", "layout.png", "layout.svg", "report.html",
        "result.json",
    ]  # fmt: skip
    assert (folder / "pareto.json").read_bytes() == before
    assert run("verify", str(room / "study.toml"), str(folder / point["name"])).code == 0


def test_a_pick_of_nobody(front, room, run):
    """An unknown name is wrong usage, told in one line with the names that there are."""
    folder, content = front
    ran = run("pareto", str(room / "study.toml"), "--out", str(folder), "--pick", "nobody")
    assert ran.code == 2
    assert len(ran.errors) == 1
    assert "nobody" in ran.errors[0]
    assert content["points"][0]["name"] in ran.errors[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"points": []}', "another study"),
        ('{"study": 3, "points": []}', "another study"),
        ("[1]", "not a front"),
        ("{", "not valid JSON"),
    ],
)
def test_a_pick_from_something_else(content, said, room, run):
    """What is no front of this study is told by its file."""
    folder = room.parent / "other"
    folder.mkdir()
    (folder / "pareto.json").write_text(content, encoding="utf-8")
    ran = run("pareto", str(room / "study.toml"), "--out", str(folder), "--pick", "knee")
    assert ran.code == 2
    assert len(ran.errors) == 1
    assert said in ran.errors[0]
    assert "pareto.json" in ran.errors[0]


def test_steps_make_a_front_reproducible(front, room, run):
    """The same steps, seed and workers: the same points."""
    _, content = front
    again = run(
        "pareto", str(room / "study.toml"), *STEPS, "--out", str(room.parent / "again"), "--json"
    )
    assert again.json["points"] == content["points"]


def test_the_table_for_people(room, run):
    """Without --json: a line a point, and where the files lie."""
    ran = run(
        "pareto", str(room / "study.toml"), *STEPS, "--axis", "walking", "--axis", "staff_walking"
    )
    assert ran.code == 0
    assert "least-walking" in ran.out
    assert "hypervolume" in ran.out
    assert "in every layout met" in ran.out  # nobody of the staff walks here


def test_an_axis_that_does_not_exist(room, run):
    """Wrong usage, one line."""
    ran = run("pareto", str(room / "study.toml"), *STEPS, "--axis", "walking", "--axis", "speed")
    assert ran.code == 2
    assert ran.errors == [
        "error: axis 'speed' is unknown; axes are walking, encounters, overlooked, "
        "staff_walking, waiting"
    ]
