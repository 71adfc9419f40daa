"""What a study may read: files of its own folder, and of folders that the planner allows."""

from __future__ import annotations

import os
import shutil

import pytest

from optimizer.errors import OptimizerError
from optimizer.reading_limits import file_within, most, names
from optimizer.study_file import read_study


@pytest.fixture
def room(tmp_path, root):
    """A study in a folder of its own; beside the folder the same drawing again."""
    floor = root / "floorplans" / "old_corner"
    home = tmp_path / "home"
    shutil.copytree(floor, home)
    shutil.copy(floor / "plan.geojson", tmp_path / "plan.geojson")
    shutil.copy(floor / "today.json", tmp_path / "today.json")
    return home


def name(room, key: str, file: str) -> None:
    """Let the study name a file by a key."""
    path = room / "study.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [f'{key} = "{file}"' if line.startswith(f"{key} =") else line for line in lines]
    assert changed != lines
    path.write_text("\n".join(changed), encoding="utf-8")


@pytest.mark.parametrize(("key", "file"), [("plan", "plan.geojson"), ("current", "today.json")])
@pytest.mark.parametrize("how", ["above", "absolute", "link"])
def test_a_file_outside_the_folder_is_refused_unless_allowed(
    room, monkeypatch, key, file, how
) -> None:
    """By ../, absolute and through a link: one line; where the folder is allowed, it is read."""
    there = {"above": f"../{file}", "absolute": (room.parent / file).as_posix(), "link": "link.x"}
    if how == "link":
        (room / "link.x").symlink_to(room.parent / file)
    name(room, key, there[how])
    with pytest.raises(OptimizerError, match="leads out of the folder") as caught:
        read_study(room / "study.toml")
    assert len(caught.value.sentences) == 1
    assert there[how] in str(caught.value)
    if how != "link":  # an ending tells the format of a drawing, and the link has none
        monkeypatch.setenv("BRANCH_READ_FOLDERS", os.pathsep.join(["/nowhere", str(room.parent)]))
        assert read_study(room / "study.toml").plan.size


def test_a_folder_beside_of_a_longer_name_is_outside(tmp_path) -> None:
    """`home2` begins like `home` and is no part of it; `home/../home/a` is."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "home2").mkdir()
    with pytest.raises(OptimizerError, match="leads out"):
        file_within(home, "../home2/a")
    assert file_within(home, "../home/a").name == "a"
    with pytest.raises(OptimizerError, match="no name that a file can have"):
        file_within(home, "a\0b")


def test_a_folder_of_links_is_outside(tmp_path) -> None:
    """An indoor map is a folder; a link in it that leads out is refused as the folder would be."""
    home = tmp_path / "home"
    (home / "map").mkdir(parents=True)
    (tmp_path / "secret.geojson").write_text("{}", encoding="utf-8")
    assert file_within(home, "map") == home / "map"
    (home / "map" / "unit.geojson").symlink_to(tmp_path / "secret.geojson")
    with pytest.raises(OptimizerError, match="leads out"):
        file_within(home, "map")


def test_limits_are_settings(room, monkeypatch) -> None:
    """A limit of the environment holds instead of the file's; what is no number is said."""
    assert "dxf_entities" in names()
    monkeypatch.setenv("BRANCH_READ_TOML_MIB", "0.0001")
    with pytest.raises(OptimizerError, match=r"at most 0\.0 are allowed.*BRANCH_READ_TOML_MIB"):
        read_study(room / "study.toml")
    monkeypatch.setenv("BRANCH_READ_TOML_MIB", "none")
    with pytest.raises(OptimizerError, match="BRANCH_READ_TOML_MIB is 'none'; it must be a number"):
        most("toml_mib")
