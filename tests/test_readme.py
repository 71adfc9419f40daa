"""What the README says is so."""

from __future__ import annotations

import re
import tomllib

import jsonschema

import optimizer
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
