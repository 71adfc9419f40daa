"""`moves`, and the pictures of `compare` and `optimize`."""

import json


def test_moves_writes_table_pictures_layouts_and_report(room, run, tmp_path):
    """One and two moves of the small room: what they save adds up to what is gained from today."""
    folder = tmp_path / "moves"
    study = str(room / "study.toml")
    ran = run("moves", study, "--most", "2", "--steps", "300", "--workers", "1",
              "--out", str(folder), "--json")  # fmt: skip
    assert ran.code in (0, 1)
    steps = ran.json["steps"]
    assert [step["at_most"] for step in steps] == [1, 2]
    assert steps[1]["objective"] <= steps[0]["objective"]
    assert abs(steps[0]["objective"] - steps[1]["objective"] - steps[1]["saved"]) < 1e-6
    written = {path.name for path in folder.iterdir()}
    assert written == {
        "moves.csv", "moves.png", "moves_sheet.pdf", "moves-1.json", "moves-2.json", "report.html",
    }  # fmt: skip
    assert 'id="steps"' in (folder / "report.html").read_text(encoding="utf-8")


def test_moves_needs_a_today(room, run):
    """A study without a layout of today is one sentence, and nothing is written."""
    study = room / "study.toml"
    text = study.read_text(encoding="utf-8").replace('current = "today.json"\n', "")
    (room / "bare.toml").write_text(text, encoding="utf-8")
    ran = run("moves", str(room / "bare.toml"))
    assert ran.code in (1, 2)
    assert "no layout of today" in ran.err


def test_compare_draws_the_changes(room, run, tmp_path):
    """The picture has the ending that was asked for; another ending is one sentence."""
    study = str(room / "study.toml")
    run("optimize", study, "--steps", "200", "--workers", "1", "--out", str(tmp_path / "one"),
        "--lang", "en")  # fmt: skip
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert '<body class="en">' in page
    assert (tmp_path / "one" / "before_after.pdf").read_bytes().startswith(b"%PDF")
    result = tmp_path / "one" / "result.json"
    content = json.loads(result.read_text(encoding="utf-8"))
    content["walking"]["metres_per_customer"] *= 0.5
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    picture = tmp_path / "change.svg"
    assert run("compare", str(result), str(other), "--picture", str(picture)).code == 0
    assert "<svg" in picture.read_text(encoding="utf-8")
    ran = run("compare", str(result), str(other), "--picture", str(tmp_path / "change.gif"))
    assert ran.code == 2
    assert "change.gif" in ran.err
