"""What the README says is so."""

from __future__ import annotations

import re
import tomllib

import jsonschema

import optimizer
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
