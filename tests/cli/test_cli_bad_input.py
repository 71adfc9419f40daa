"""Bad input: one clear line each, the right exit code, no traceback, nothing half written."""

from __future__ import annotations

import json
import os

import pytest

from optimizer.cli.folder import FILES

OPTIONS = ("--time-limit", "2", "--workers", "1")


def optimize(run, room, *more):
    """Run the optimization of the room into the folder `out` beside it."""
    return run("optimize", room / "study.toml", "--out", room.parent / "out", *OPTIONS, *more)


def change(file, old, new):
    """Replace a text that stands in a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def broken(room, study=(), plan=()):
    """Change the study and the plan of the room."""
    if study:
        change(room / "study.toml", *study)
    if plan:
        change(room / "plan.geojson", *plan)


BAD = {
    "wrong key": (
        {"study": ("current =", "curent =")},
        "unknown key 'curent'; did you mean 'current'?",
    ),
    "missing plan": ({"study": ("plan.geojson", "plam.geojson")}, "plam.geojson"),
    "missing current layout": ({"study": ("today.json", "todai.json")}, "todai.json"),
    "self-crossing outline": (
        {"plan": ("[[0, 0], [6, 0], [6, 5], [0, 5], [0, 0]]", "[[0,0],[6,5],[6,0],[0,5],[0,0]]")},
        "crosses itself at (3.00, 2.50)",
    ),
    "door on no wall": ({"plan": ("[[2, 0], [3.5, 0]]", "[[2, 2], [3.5, 2]]")}, "'street'"),
    "mix that does not add to 1": ({"study": ("share = 0.75", "share = 0.7")}, "0.95"),
    "unknown fixture type": (
        {"study": ('type = "guide_desk"', 'type = "giude_desk"')},
        "did you mean 'guide_desk'?",
    ),
    "negative arrivals": ({"study": ('"09" = 12', '"09" = -12')}, "-12"),
    "share that is no number": ({"study": ("share = 0.75", "share = nan")}, "share"),
    "plan with NaN": ({"plan": ("[6, 5]", "[NaN, 5]")}, "outline"),
    "plan with huge numbers": (
        {"plan": ("[6, 5]", "[6e300, 5]")},
        "coordinate 6e+300 is no place on the Earth",
    ),
    "plan in another unit": (
        {
            "plan": (
                "[[0, 0], [6, 0], [6, 5], [0, 5], [0, 0]]",
                "[[0,0],[6000,0],[6000,5000],[0,5000],[0,0]]",
            )
        },
        "6000",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_one_line_says_what_is_wrong(case, room, run):
    """A study or plan with a fault gives exit code 2, one line or two, and no files."""
    changes, words = BAD[case]
    broken(room, **changes)
    ran = optimize(run, room)
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.errors) == len(ran.err.splitlines()) <= 2
    assert words in ran.errors[0]
    assert not (room.parent / "out").exists()


def test_every_fault_is_named_at_once(room, run):
    """Three faults give three lines, not the first alone."""
    broken(room, study=("share = 0.75", "share = 0.7"))
    broken(room, study=('"09" = 12', '"09" = -12'))
    broken(room, study=("current =", "curent ="))
    ran = optimize(run, room)
    assert ran.code == 2
    for words in ("0.95", "-12", "curent"):
        assert any(words in line for line in ran.errors)


def test_an_error_is_json_too(room, run):
    """With --json an error is one object on stdout, and the same line on stderr."""
    broken(room, study=("plan.geojson", "plam.geojson"))
    ran = optimize(run, room, "--json")
    assert ran.code == ran.json["exit_code"] == 2
    assert [f"error: {sentence}" for sentence in ran.json["errors"]] == ran.errors


def test_a_fixture_that_cannot_fit_is_infeasible(room, run):
    """Twelve desks in 30 m² are well-formed and impossible: exit code 1, the reason, a result."""
    change(room / "study.toml", 'type = "guide_desk"\ncount = 1', 'type = "guide_desk"\ncount = 40')
    folder = room.parent / "out"
    folder.mkdir()
    (folder / "layout.png").write_bytes(b"of an earlier run")
    ran = optimize(run, room, "--json", "--lang", "zh")
    assert ran.code == 1
    assert ran.json["status"] == "INFEASIBLE"
    assert ran.json["conflict"]
    assert ran.errors == [
        *(f"error: {sentence}" for sentence in ran.json["conflict"]),
        *(error for error in ran.errors if "同时最多可摆放" in error),
        *(f"error: {row['sentence_zh']}" for row in ran.json["conflict_rules"]),
    ]
    # the reason itself, and what was asked for
    assert sum("同时最多可摆放" in error for error in ran.errors) == 1
    assert any("方案要求" in error for error in ran.errors)
    # which wish it is, and what would do, rule by rule
    for row in ran.json["conflict_rules"]:
        assert row["sentence"] in ran.json["conflict"]
        assert row["relaxed_to"] is None or row["relaxed_to"] != row["value"]
    # a picture of an earlier result beside this one would lie
    assert os.listdir(folder) == ["result.json"]
    assert json.loads((folder / "result.json").read_text(encoding="utf-8")) == ran.json


def test_a_layer_that_is_not_in_the_drawing(room, run, root, monkeypatch):
    """A layer map that names an unknown layer is one line with the layer's name."""
    monkeypatch.setenv("BRANCH_READ_FOLDERS", str(root / "floorplans"))
    drawing = root / "floorplans" / "standard_hall" / "plan.dxf"
    change(
        room / "study.toml",
        'plan = "plan.geojson"\ncurrent = "today.json"',
        f'[plan]\nfile = "{drawing.as_posix()}"\nlayers = {{ wall = "MAUERN" }}\n',
    )
    ran = run("check", room / "study.toml")
    assert ran.code == 2
    assert any("MAUERN" in line for line in ran.errors)


FILES_THAT_ARE_NONE = {
    "empty": b"",
    "binary": bytes(range(256)) * 40,
    "null bytes": b"\x00" * 4096,
    "png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "deep": b"[" * 100_000,
    "list": b"[]",
    "word": b'"plan"',
}


@pytest.mark.parametrize("kind", FILES_THAT_ARE_NONE)
@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("check", "x.geojson"),
        ("check", "x.dxf"),
        ("check", "x.toml"),
        ("optimize", "x.toml"),
        ("assign", "x.dat"),
        ("compare", "x.json"),
    ],
)
def test_files_that_are_none(kind, command, name, run, tmp_path):
    """Whatever a file holds, the answer is one line with its name and exit code 2."""
    file = tmp_path / name
    file.write_bytes(FILES_THAT_ARE_NONE[kind])
    ran = run(command, file)
    assert ran.code == 2
    assert ran.errors
    assert all("error of the program itself" not in line for line in ran.errors)
    assert all(name in line for line in ran.errors)
    assert len(ran.err.splitlines()) == len(ran.errors)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("check", ()),
        ("optimize", ()),
        ("assign", ()),
        ("evaluate", ("layout.json",)),
        ("comply", ("layout.json",)),
        ("render", ("layout.json", "--out", "x.png")),
        ("distances", ("pairs.csv",)),
    ],
)
@pytest.mark.parametrize("name", ["gone.toml", "."])
def test_missing_files_and_folders(command, more, name, run, tmp_path):
    """A file that is not there, or is a folder, is one line with its name and exit code 2."""
    ran = run(command, tmp_path / name, *more)
    assert ran.code == 2
    assert len(ran.errors) == len(ran.err.splitlines()) == 1
    assert str(tmp_path / name) in ran.errors[0]


LAYOUTS = {
    "unknown fixture": ([{"fixture": "atm-1", "type": "atm", "x": 1, "y": 1}], "atm-1"),
    "no number": (
        [{"fixture": "guide_desk-1", "type": "guide_desk", "x": "left", "y": 1}],
        "'x' is \"left\"; must be a finite number",
    ),
    "no list": ({"placement": []}, "there is no list of placements"),
}


@pytest.mark.parametrize("case", LAYOUTS)
@pytest.mark.parametrize("command", ["evaluate", "comply", "render"])
def test_layouts_that_do_not_belong(case, command, room, run):
    """A layout that cannot be the study's is exit code 2, and no picture is written."""
    content, words = LAYOUTS[case]
    (room / "layout.json").write_text(json.dumps(content), encoding="utf-8")
    more = ("--out", room / "x.png") if command == "render" else ()
    ran = run(command, room / "study.toml", room / "layout.json", *more)
    assert ran.code == 2
    assert any(words in line for line in ran.errors)
    assert not (room / "x.png").exists()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("optimise", "x"),
        ("optimize",),
        ("optimize", "x.toml", "--time-limit", "0"),
        ("optimize", "x.toml", "--time-limit", "nan"),
        ("optimize", "x.toml", "--time-limit", "-3"),
        ("optimize", "x.toml", "--time-limit", "long"),
        ("optimize", "x.toml", "--seed", "-1"),
        ("optimize", "x.toml", "--workers", "0"),
        ("optimize", "x.toml", "--steps", "0"),
        ("optimize", "x.toml", "--budget", "3"),
        ("distances", "x.dxf", "x.csv", "--radius", "-0.1"),
        ("render", "x.toml", "x.json", "--out", "x.gif"),
        ("check", "plan.dxf", "--plan", "other.dxf"),
    ],
)
def test_wrong_usage_is_exit_code_2(words, run):
    """Wrong arguments are exit code 2 and one line, before anything is read."""
    ran = run(*words)
    assert ran.code == 2
    if words:
        assert len(ran.errors) == len(ran.err.splitlines()) == 1


def test_out_that_is_a_file_is_said_before_the_work(room, run):
    """A file where the folder shall be is named at once."""
    (room.parent / "out").write_text("mine", encoding="utf-8")
    ran = optimize(run, room)
    assert ran.code == 2
    assert len(ran.errors) == 1
    assert (room.parent / "out").read_text(encoding="utf-8") == "mine"


def test_what_fails_late_leaves_the_old_files(room, run, monkeypatch):
    """A picture that cannot be drawn leaves all files of the earlier result as they were."""
    folder = room.parent / "out"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text(name, encoding="utf-8")

    def full(*arguments, **options):
        raise OSError(28, "No space left on device", "layout.png")

    monkeypatch.setattr("optimizer.report.sheets.draw_sheet", full)
    ran = optimize(run, room)
    assert ran.code == 2
    assert ran.errors == ["error: layout.png: No space left on device"]
    assert {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()} == {
        n: n for n in FILES
    }


@pytest.mark.parametrize("command", ["verify", "compare"])
def test_a_result_that_is_not_there(command, room, run):
    """A missing result is said to be missing, not to be wrong inside."""
    more = (room / "study.toml",) if command == "verify" else ()
    ran = run(command, *more, room / "gone" / "result.json")
    assert ran.code == 2
    assert ran.errors == [f"error: {room / 'gone' / 'result.json'}: no such file"]


@pytest.mark.parametrize(
    ("section", "value"), [("objective", 3), ("walking", None), ("waiting", {"by_stop": 3})]
)
def test_compare_of_a_result_edited_by_hand(section, value, room, run):
    """A section that is none is one line with file and key, never an error of the program."""
    content = {"schema": 1, "objective": {"value": 1.0}, section: value}
    (room / "result.json").write_text(json.dumps(content), encoding="utf-8")
    ran = run("compare", room / "result.json")
    assert ran.code == 2
    assert ran.out == ""
    assert f"result.json: {section}" in ran.errors[0]
    assert not any("of the program itself" in line for line in ran.errors)


@pytest.mark.parametrize("out", ["plan.geojson", "plan.geojson/deeper"])
def test_a_folder_that_cannot_be_made_is_refused_before_the_search(out, room, run):
    """--out in a file: one line at once, without a word of progress before it."""
    ran = run("optimize", room / "study.toml", "--out", room / out, *OPTIONS)
    assert ran.code == 2
    assert ran.err.splitlines() == ran.errors
    assert ran.errors == [f"error: {room / 'plan.geojson'}: is a file; --out needs a folder"]


def test_usage_errors_are_sentences(room, run):
    """The complaint and the hint at the help are two sentences."""
    ran = run("optimize", room / "study.toml", "--seed", "text")
    assert ran.code == 2
    (line,) = ran.errors
    assert ". Type 'branch-layout optimize --help' for help." in line


@pytest.mark.parametrize("command", ["check", "evaluate", "optimize"])
def test_a_rule_pack_that_there_is_not(command, room, run):
    """An unknown rule pack is named with the study's file, by `check` too."""
    change(room / "study.toml", 'current = "today.json"', 'rules = ["nix"]')
    more = {"evaluate": (room / "today.json",), "check": (), "optimize": OPTIONS}[command]
    ran = run(command, room / "study.toml", *more)
    assert ran.code == 2
    (line,) = ran.errors
    assert f"{room / 'study.toml'}: " in line
    assert "'nix'" in line
    assert ran.err.splitlines() == ran.errors


def test_a_unit_for_a_drawing_that_has_its_own(room, run):
    """A unit for a GeoJSON plan is no silent wish: metres pass, millimetres are refused."""
    old = 'plan = "plan.geojson"\ncurrent = "today.json"'
    change(room / "study.toml", old, '[plan]\nfile = "plan.geojson"\nunit = "m"')
    assert run("check", room / "study.toml").code == 0
    change(room / "study.toml", 'unit = "m"', 'unit = "mm"')
    ran = run("check", room / "study.toml")
    assert ran.code == 2
    assert "unit is 'mm'; it is for DXF drawings" in ran.errors[0]


def test_a_drawing_without_a_layout_is_none(room, run, root):
    """A DXF that holds no fixtures of ours is said to hold no layout."""
    drawing = root / "floorplans" / "standard_hall" / "plan.dxf"
    ran = run("evaluate", room / "study.toml", drawing)
    assert ran.code == 2
    assert ran.out == ""
    (line,) = ran.errors
    assert f"{drawing}: holds no layout" in line


def test_rows_with_other_separators_are_no_headers(room, run):
    """Semicolons make no header of a row of numbers; every such row is named."""
    file = room / "pairs.csv"
    file.write_text("1;2;3;4\n5;6;7;8\n", encoding="utf-8")
    ran = run("distances", room / "plan.geojson", file)
    assert ran.code == 2
    assert ["line 1" in ran.errors[0], "line 2" in ran.errors[1]] == [True, True]


def test_a_result_with_sections_of_another_kind_is_refused(run, tmp_path):
    """A study that is a list and placements that are a number: a line each, exit code 2."""
    path = tmp_path / "result.json"
    path.write_text('{"schema": 1, "objective": {}, "study": [], "placements": 3}')
    ran = run("compare", path)
    assert ran.code == 2
    assert len(ran.errors) == 2
    assert "study must be a table" in ran.errors[0]
    assert "placements must be a list" in ran.errors[1]
