"""The commands, each on a room of 6 × 5 m: what they print, write and return."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import tomllib
from importlib import import_module
from math import hypot, sqrt

import jsonschema
import pytest

from optimizer.cli.folder import FILES

QUICK = ("--time-limit", "3", "--workers", "1")


@pytest.fixture(scope="session")
def result_keys():
    """Keys that every `result.json` has, at the top and below."""
    return {
        "study": {"name", "sha256"},
        "seconds": {"build", "solve", "total"},
        "objective": {"value", "bound", "gap", "weights"},
        "walking": {
            "metres_per_customer",
            "person_metres_per_hour",
            "bound_person_metres_per_hour",
            "gap",
            "search_gap",
            "detour_gap",
            "by_journey",
            "staff_person_metres_per_hour",
        },
        "crossing": {
            "encounters_per_hour",
            "path_crossings",
            "share_of_customers_crossing",
            "worst_pairs",
        },
        "detour": {"mean", "worst", "backtrack_ratio"},
        "waiting": {"by_stop"},
        "privacy": {"overlooked_pairs", "through_flow_per_hour"},
    }


@pytest.fixture
def solved(room, run):
    """What an optimization of the room printed, and the folder that it wrote."""
    folder = room.parent / "out" / "small_room"
    return run("optimize", room / "study.toml", *QUICK, "--json"), folder


def test_optimize_writes_six_files_and_prints_the_result(solved, result_keys):
    """All files are there, result.json is what was printed, and has every key of the contract."""
    ran, folder = solved
    assert ran.code == 0
    assert ran.errors == []
    assert sorted(os.listdir(folder)) == sorted(FILES)
    content = ran.json
    assert content == json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert content["schema"] == 1
    assert content["status"] in ("OPTIMAL", "FEASIBLE")
    assert {"seed", "versions", "rules", "history", "placements"} <= set(content)
    for key, inner in result_keys.items():
        assert inner <= set(content[key])
    assert [set(p) for p in content["placements"]] == [{"fixture", "type", "x", "y", "angle"}] * 2


def test_optimize_is_no_worse_than_today(solved, room, run):
    """The best layout costs no more than today's, and no less than the bound."""
    today = run("evaluate", room / "study.toml", room / "today.json", "--json").json
    best = solved[0].json["objective"]
    assert best["bound"] <= best["value"] <= today["objective"]["value"]


def test_what_was_written_can_be_read_again(solved, room, run):
    """The judge finds the same objective in result.json, layout.json and layout.dxf."""
    ran, folder = solved
    stated = ran.json["objective"]["value"]
    for name in ("result.json", "layout.json", "layout.dxf"):
        again = run("evaluate", room / "study.toml", folder / name, "--json")
        assert again.code == 0
        assert again.json["objective"]["value"] == pytest.approx(stated, rel=1e-6)


def test_optimize_says_where_the_picture_and_the_report_lie(room, run):
    """Without --json the figures are printed, and where the files are."""
    ran = run("optimize", room / "study.toml", *QUICK, "--out", "here")
    assert ran.code == 0
    assert "here/layout.png" in ran.out
    assert "here/report.html" in ran.out
    assert "Walk per customer" in ran.out


def test_steps_make_a_layout_reproducible(room, run):
    """Two runs with the same steps and seed give the same placements."""
    words = ("optimize", room / "study.toml", *QUICK, "--steps", "300", "--seed", "5", "--json")
    one, other = run(*words).json, run(*words).json
    assert one["placements"] == other["placements"]
    assert one["budget"] == "steps"
    assert one["seed"] == 5


def test_a_result_is_verified_before_it_is_written(solved, room, run):
    """The verifier's answer stands in the result, and the command gives the same one."""
    ran, folder = solved
    assert ran.json["verified"]["failed"] == []
    assert ran.json["verified"]["held"] > 20
    again = run("verify", room / "study.toml", folder / "result.json", "--json")
    assert again.code == 0
    assert again.json["passed"] is True
    assert len(again.json["claims"]) == ran.json["verified"]["claims"]


def test_verify_finds_a_result_that_was_changed(solved, room, run):
    """A result that claims to walk less than its layout does fails: exit code 1, and says where."""
    _, folder = solved
    content = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    content["walking"]["metres_per_customer"] *= 0.9
    (folder / "result.json").write_text(json.dumps(content), encoding="utf-8")
    ran = run("verify", room / "study.toml", folder / "result.json")
    assert ran.code == 1
    assert any("metres_per_customer" in line for line in ran.errors)


def test_evaluate_prints_figures_for_people(room, run):
    """Without --json the headline figures stand in lines."""
    ran = run("evaluate", room / "study.toml", room / "today.json")
    assert ran.code == 0
    assert "Hard rules broken" in ran.out


def test_a_broken_hard_rule_is_exit_code_1(room, run):
    """Two fixtures on one place break a hard rule: it is named, the figures are printed."""
    layout = json.loads((room / "today.json").read_text(encoding="utf-8"))
    for placement in layout["placements"]:
        placement.update(x=3.0, y=3.0)
    (room / "both.json").write_text(json.dumps(layout), encoding="utf-8")
    ran = run("evaluate", room / "study.toml", room / "both.json", "--json")
    assert ran.code == 1
    broken = [r for r in ran.json["rules"] if r["severity"] == "hard" and r["passed"] is False]
    assert broken
    assert [f"error: {r['id']}: {r['sentence']}" for r in broken] == ran.errors


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "dxf", "html"])
def test_render_writes_the_format_of_the_ending(ending, room, run):
    """Each ending gives a file of that format."""
    starts = {
        "png": b"\x89PNG",
        "svg": b"<?xml",
        "pdf": b"%PDF",
        "dxf": b"  0\nSECTION",
        "html": b"<!doctype html>",
    }
    file = room / f"picture.{ending}"
    ran = run("render", room / "study.toml", room / "today.json", "--out", file)
    assert ran.code == 0
    assert ran.out.strip() == str(file)
    assert file.read_bytes().lower().startswith(starts[ending].lower())


def test_compare_shows_changes_from_the_first(solved, room, run):
    """The same result twice differs by nothing; names are unique, with a column each."""
    _, folder = solved
    file = room / "table.csv"
    ran = run("compare", folder / "result.json", folder, "--csv", file)
    assert ran.code == 0
    assert "small_room (2)" in ran.out
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][2:4] == ["small_room", "small_room (2)"]
    assert {row[4] for row in rows[1:] if row[4]} == {"0"}


def test_comply_goes_item_by_item(room, run):
    """Every item of the standard has an answer; one that fails says what would pass."""
    ran = run("comply", room / "study.toml", room / "today.json", "--json")
    items = ran.json["items"]
    answers = {item["answer"] for item in items}
    assert answers == {"passed", "failed", "manual"}
    assert all(item["findings"] for item in items if item["answer"] == "failed")
    assert ran.json["counts"]["failed"] == sum(item["answer"] == "failed" for item in items)
    hard = any(i["answer"] == "failed" and i["severity"] == "hard" for i in items)
    assert ran.code == int(hard)
    table = run("comply", room / "study.toml", room / "today.json")
    assert all(item["id"] in table.out for item in items)


def test_comply_in_chinese(room, run):
    """The table and the findings in Chinese; English sentences stay out of the table."""
    ran = run("comply", room / "study.toml", room / "today.json", "--lang", "zh")
    assert "不符合" in ran.out
    assert "须现场核对" in ran.out
    assert "to be looked at" not in ran.out
    items = run("comply", room / "study.toml", room / "today.json", "--json").json["items"]
    assert all(len(item["findings_zh"]) == len(item["findings"]) for item in items)


def test_comply_shows_what_the_study_changed(room, run):
    """A value of `[rules.override]` is in force, and told as changed."""
    file = room / "study.toml"
    text = file.read_text(encoding="utf-8")
    rules = '[rules]\npacks = ["service-standard"]\n[rules.override]\nSVC-03b.value = 3.5\n'
    file.write_text(f"{text}\n{rules}", encoding="utf-8")
    ran = run("comply", file, room / "today.json", "--json")
    item = next(i for i in ran.json["items"] if i["id"] == "SVC-03b")
    assert item["changed"] == "value 8 → 3.5"
    assert "changed by the study: value 8 → 3.5" in run("comply", file, room / "today.json").out


def test_comply_with_an_unknown_pack(room, run):
    """A rule pack that does not exist is one line with those that do."""
    ran = run("comply", room / "study.toml", room / "today.json", "--pack", "cn-bransh")
    assert ran.code == 2
    assert "cn-branch" in ran.errors[0]


def test_check_describes_a_sound_plan(room, run):
    """A room of 6 × 5 m with one door has 30 m², one part and no defects, alone and in a study."""
    for file in ("plan.geojson", "study.toml"):
        ran = run("check", room / file, "--json")
        assert ran.code == 0
        assert ran.json["size_m"] == [6, 5]
        assert ran.json["doors"] == 1
        assert sum(ran.json["areas_m2"].values()) == 30
        assert ran.json["components"] == 1
        assert ran.json["defects"] == []


def test_check_lists_defects_with_their_places(room, run):
    """A door that hangs in the room is a defect with code, sentence and place: exit code 1."""
    text = (room / "plan.geojson").read_text(encoding="utf-8")
    (room / "plan.geojson").write_text(text.replace("[[2, 0], [3.5, 0]]", "[[2, 2], [3.5, 2]]"))
    ran = run("check", room / "plan.geojson", "--json")
    assert ran.code == 1
    defect = next(d for d in ran.json["defects"] if d["severity"] == "error")
    assert set(defect) == {"code", "sentence", "severity", "x", "y", "layer"}
    assert hypot(defect["x"] - 2.75, defect["y"] - 2) < 1


def test_plan_replaces_the_drawing_of_the_study(room, run):
    """With --plan another drawing counts: a room twice as deep has 60 m²."""
    text = (room / "plan.geojson").read_text(encoding="utf-8").replace("5]", "10]")
    (room / "deep.geojson").write_text(text, encoding="utf-8")
    ran = run("check", room / "study.toml", "--plan", room / "deep.geojson", "--json")
    assert ran.json["size_m"] == [6, 10]


def pairs(room, *rows):
    """Write a file of pairs and return it."""
    file = room / "pairs.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_distances_around_a_wall(room, run):
    """A wall from (3, 0) to (3, 3) is walked around at its end, a body's radius away.

    With radius 0 from (2, 2) to (4, 2), by the wall's end (2.95, 3) and (3.05, 3):
    2·√(0.95² + 1²) + 0.1.
    """
    wall = {
        "type": "Feature",
        "properties": {"kind": "wall"},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[2.95, 0], [3.05, 0], [3.05, 3], [2.95, 3], [2.95, 0]]],
        },
    }
    content = json.loads((room / "plan.geojson").read_text(encoding="utf-8"))
    content["features"].append(wall)
    content["features"][1]["geometry"]["coordinates"] = [[1, 0], [2.5, 0]]
    (room / "plan.geojson").write_text(json.dumps(content), encoding="utf-8")
    file = pairs(room, "x1,y1,x2,y2", "2,2,4,2", "1,4,5,4", "2,2,9,9", "2,2,3,1")
    ran = run("distances", room / "plan.geojson", file, "--radius", "0", "--json")
    assert ran.code == 0
    around, straight, outside, in_wall = ran.json["lengths"]
    assert around == pytest.approx(2 * sqrt(0.95**2 + 1) + 0.1, abs=1e-6)
    assert straight == pytest.approx(4, abs=1e-9)
    assert outside is in_wall is None
    wide = run("distances", room / "plan.geojson", file, "--radius", "0.25", "--json").json
    assert wide["lengths"][0] > around
    assert run("distances", room / "study.toml", file, "--json").json == wide


def test_distances_start_on_walls(room, run):
    """With radius 0 the ends may lie on the walls themselves: corner to corner is √61 m."""
    file = pairs(room, "0,0,6,5", "0,2.5,6,2.5", "0;0;6;5".replace(";", ", "))
    ran = run("distances", room / "plan.geojson", file, "--radius", "0", "--json")
    assert ran.json["lengths"] == pytest.approx([sqrt(61), 6, sqrt(61)], abs=1e-6)
    # a body of 0.25 m cannot stand in the corner
    fat = run("distances", room / "plan.geojson", file, "--json")
    assert fat.json["lengths"] == [None, None, None]


def test_distances_print_a_line_a_pair(room, run):
    """Without --json there is one line for each pair, empty where there is no way."""
    file = pairs(room, "1,1,4,5", "1,1,9,9", "1,1,4,1")
    ran = run("distances", room / "plan.geojson", file, "--radius", "0")
    assert ran.out.splitlines() == ["5.000000", "", "3.000000"]


def test_distances_name_bad_rows_by_their_lines(room, run):
    """Each row that is not four finite numbers is one line with its number."""
    file = pairs(room, "x1,y1,x2,y2", "1,1,2,2", "1,1,2", "1,1,2,nan", "", "a,b,c,d", "1,1,3,3")
    ran = run("distances", room / "plan.geojson", file, "--json")
    assert ran.code == 2
    assert [line.split(": ")[2].split(" is ")[0] for line in ran.errors] == [
        "line 3",
        "line 4",
        "line 6",
    ]


def test_distances_of_no_pairs(room, run):
    """A file with a header alone has no pairs: an empty list."""
    ran = run("distances", room / "plan.geojson", pairs(room, "x1,y1,x2,y2"), "--json")
    assert ran.code == 0
    assert ran.json == {"lengths": []}


def test_assign_solves_a_small_problem(run, tmp_path):
    """Three fixtures in a row: the two that see most of each other stand side by side.

    Flows 1–2: 5, 2–3: 3, 1–3: 1, places on a line at 0, 1, 2. With 2 in the middle the ordered
    pairs cost 2·(5·1 + 3·1 + 1·2) = 20; with 1 in the middle 2·(5 + 1 + 6) = 24; with 3, 28.
    """
    file = tmp_path / "three.dat"
    file.write_text("3\n\n0 5 1\n5 0 3\n1 3 0\n\n0 1 2\n1 0 1\n2 1 0\n", encoding="utf-8")
    ran = run("assign", file, "--seed", "3", "--json")
    assert ran.code == 0
    assert set(ran.json) == {"value", "permutation", "seconds", "seed"}
    assert ran.json["value"] == 20
    assert ran.json["permutation"][1] == 2
    assert ran.json["seed"] == 3


def test_schema_is_a_schema_that_fits(room, run):
    """The schema is valid and accepts the study of the room."""
    ran = run("schema")
    assert ran.code == 0
    jsonschema.Draft202012Validator.check_schema(ran.json)
    study = tomllib.loads((room / "study.toml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(ran.json).validate(study)


def test_help_lists_what_works(run):
    """The help names every command that works and none that does not."""
    ran = run("--help")
    assert ran.code == 0
    named = [line.split()[0] for line in ran.out.split("Commands:")[1].splitlines() if line.strip()]
    assert named == [
        "check",
        "optimize",
        "evaluate",
        "verify",
        "render",
        "compare",
        "pareto",
        "moves",
        "simulate",
        "comply",
        "distances",
        "assign",
        "log",
        "demand",
        "peaks",
        "roster",
        "diagnose",
        "strategies",
        "marginal",
        "schema",
        "jobs",
        "network",
    ]


def test_an_error_of_the_program_is_one_line_too(room, run, monkeypatch):
    """Even what nobody thought of is one line, not a traceback; asked for, it is one."""

    def fail(*arguments, **options):
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(import_module("optimizer.evaluate"), "evaluate", fail)
    words = ("evaluate", room / "study.toml", room / "today.json")
    ran = run(*words)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert "please report it: RuntimeError: nobody thought of this" in ran.err
    monkeypatch.setenv("BRANCH_LAYOUT_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        run(*words)


def test_ctrl_c_ends_the_search_with_the_best_so_far(room, root):
    """SIGINT during a long search: the files are written all the same, soon."""
    words = ["optimize", str(room / "study.toml"), "--time-limit", "600", "--workers", "1"]
    # two of each, so that there is something to search for
    study = (room / "study.toml").read_text(encoding="utf-8")
    (room / "study.toml").write_text(study.replace("count = 1", "count = 2"), encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(root)}
    out = room / "out"
    program = subprocess.Popen(
        [sys.executable, "-m", "optimizer", *words, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )
    assert program.stderr is not None
    try:
        first = program.stderr.readline()  # the first stage: Ctrl-C is listened to
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=60)
    finally:
        program.kill()
    assert first.strip()
    assert program.returncode in (0, 1)
    assert "Traceback" not in err
    assert sorted(os.listdir(out)) == sorted(FILES)


def test_a_closed_pipe_is_no_error(room, root):
    """`branch-layout schema | head -1` ends quietly."""
    env = os.environ | {"PYTHONPATH": str(root)}
    program = subprocess.Popen(
        [sys.executable, "-m", "optimizer", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    err = program.stderr.read()
    program.stderr.close()
    program.wait(timeout=60)
    assert err == b""
