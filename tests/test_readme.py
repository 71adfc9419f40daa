"""What the README says is so."""

from __future__ import annotations

import re
import shlex
import tomllib

import jsonschema
import pytest

import optimizer
from optimizer.cli import main
from optimizer.plan.dxf.layers import LayerMap
from optimizer.report.figures import HEADLINES
from optimizer.report.words import word
from optimizer.study import Objective
from optimizer.study_file import study_schema


def readme(root):
    """Return the text of the README."""
    return (root / "README.md").read_text(encoding="utf-8")


def test_the_study_of_the_readme_is_one(root):
    """The example study has only keys that a study may have, of the right types."""
    (text,) = re.findall(r"```toml\n(.*?)```", readme(root), re.DOTALL)
    jsonschema.Draft202012Validator(study_schema()).validate(tomllib.loads(text))


def test_the_names_of_the_readme_are_public(root):
    """Every `bo.name` of the notebook example is a public name."""
    names = set(re.findall(r"\bbo\.(\w+)", readme(root)))
    assert len(names) > 3
    assert names <= set(optimizer.__all__)


def test_the_files_of_the_readme_are_there(root):
    """Every picture and file of the project that the README names is in the repository."""
    text = readme(root)
    named = re.findall(r"\]\((docs/[^)]+)\)|`((?:optimizer|floorplans|tests)/[\w/.]+)`", text)
    paths = [one or other for one, other in named]
    assert len(paths) > 3
    assert not [path for path in paths if not (root / path).exists()]


def test_the_targets_of_the_readme_are_in_the_makefile(root):
    """Every `make target` that the README names exists."""
    targets = set(re.findall(r"^ +make (\w+)", readme(root), re.MULTILINE))
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "test", "lint"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_figures_of_the_readme_are_in_a_result(root):
    """Every headline figure is explained by its name, and so is every sum of walking."""
    text = readme(root)
    assert "| hard and soft rules broken |" in text
    for key in HEADLINES:
        if key not in ("hard_broken", "soft_broken"):
            assert f"| {word('figure', key, 'en').lower()} |" in text, key
    for key in (
        "person_metres_per_hour",
        "customer_person_metres_per_hour",
        "staff_person_metres_per_hour",
        "bound_person_metres_per_hour",
    ):
        assert re.search(rf"[`.]{key}`", text), key


def test_the_weights_of_the_readme_are_those_of_a_study(root):
    """The example names every weight of the objective, with its usual value."""
    (text,) = re.findall(r"```toml\n(.*?)```", readme(root), re.DOTALL)
    weights = tomllib.loads(text)["objective"]
    usual = Objective()
    assert weights == {name: getattr(usual, name) for name in weights}
    assert set(weights) >= {"walking", "staff_walking", "encounters", "waiting", "overlooked"}


def own_drawing(root):
    """The walk-through with a drawing of one's own: its commands, and the rows of its table."""
    text = readme(root).split("**Your own drawing")[1].split("**2. The study.**")[0]
    commands = re.findall(r"^    branch-layout (.+)$", text, re.MULTILINE)
    rows = re.findall(r"^\| (`.+) \| (`.+) \|$", text, re.MULTILINE)
    return [shlex.split(command) for command in commands], rows


def test_the_checks_of_an_own_drawing_pass(root, tmp_path, monkeypatch):
    """Each `check` of the walk-through ends with 0, and the picture is drawn."""
    commands, _ = own_drawing(root)
    checks = [words for words in commands if words[0] == "check"]
    assert len(checks) == 3
    monkeypatch.chdir(tmp_path)
    for words in checks:
        there = [str(root / w) if (root / w).is_file() else w for w in words]
        (tmp_path / "out").mkdir(exist_ok=True)
        assert main(there) == 0, words
    assert (tmp_path / "out" / "defects.png").stat().st_size > 1000


@pytest.mark.slow
def test_the_search_on_an_own_drawing_gives_a_layout(root, tmp_path, monkeypatch):
    """The `optimize` of the walk-through, in less time: a layout of the hall in the drawing."""
    commands, _ = own_drawing(root)
    (words,) = [words for words in commands if words[0] == "optimize"]
    monkeypatch.chdir(tmp_path)
    there = [str(root / w) if (root / w).is_file() else w for w in words]
    main(["2" if w == "60" else w for w in there] + ["--out", "there", "--workers", "1"])
    assert (tmp_path / "there" / "layout.dxf").is_file()


def test_the_answers_to_a_check_are_keys_of_a_study(root):
    """Every `[plan]` entry of the table is one that a study may have; every code is one of ours."""
    _, rows = own_drawing(root)
    code = "".join(f.read_text(encoding="utf-8") for f in (root / "optimizer/plan").rglob("*.py"))
    assert len(rows) == 8
    whole = study_schema()
    part = {"$ref": "#/$defs/PlanTable", "$defs": whole["$defs"]}
    validator = jsonschema.Draft202012Validator(part)
    for said, answer in rows:
        assert all(f'"{word}"' in code for word in re.findall(r"`([a-z-]+)`", said)), said
        for entry in re.findall(r"`(\w+ = .+?)`", answer):
            if entry.startswith("kind"):
                continue
            table = tomllib.loads(entry.replace("[x0, y0, x1, y1]", "[0, 0, 1, 1]"))
            validator.validate({"file": "a.dxf"} | table)
            LayerMap.from_table(table.get("layers", {}))
