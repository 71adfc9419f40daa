"""What is installed is what was tried, its licences are listed, and no job asks the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)
FILES = ("ready", "tests", "browser", "bench", "fuzz", "peers")


def pins(text: str) -> set[tuple[str, str]]:
    """Names and versions of a file of requirements."""
    return {(name.lower().replace("_", "-"), version) for name, version in PIN.findall(text)}


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_has_a_hash_and_the_pinned_version(root, name) -> None:
    """Each package of requirements/*.txt is one of constraints.txt, with a hash of every file."""
    text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.M).strip())
    assert len(entries) == len(PIN.findall(text)) > 0
    assert all(entry.count("--hash=sha256:") >= 1 for entry in entries)
    if name != "peers":  # comes without its dependencies
        known = pins((root / "constraints.txt").read_text(encoding="utf-8"))
        assert pins(text) <= known


def test_the_requirements_hold_what_pyproject_asks_for(root) -> None:
    """Every dependency of the program is in requirements/ready.txt."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[^A-Za-z0-9._-]", d)[0].lower() for d in project["dependencies"]}
    asked |= {
        re.split(r"[^A-Za-z0-9._-]", d)[0].lower() for d in project["optional-dependencies"]["data"]
    }
    ready = (root / "requirements" / "ready.txt").read_text(encoding="utf-8")
    assert asked <= {name for name, _ in pins(ready)}


def test_the_licence_of_every_package_is_listed(root) -> None:
    """docs/licences.md has a row with a licence for each package of constraints.txt."""
    table = (root / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\S+) \| \S+ \| (.+) \|$", table, re.M))
    known = {name for name, _ in pins((root / "constraints.txt").read_text(encoding="utf-8"))}
    assert known == rows.keys() - {"package", "---"}
    assert not [name for name in known if "not stated" in rows[name] or "not inst" in rows[name]]


REFUSED = """
import sys
def refuse(event, arguments):
    local = event == "socket.connect" and isinstance(arguments[1], (str, bytes))
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"} and not local:
        raise PermissionError(f"the network was asked: {event} {arguments}")
sys.addaudithook(refuse)
"""


def refusing(root: Path, folder: Path) -> dict[str, str]:
    """Environment in which every Python refuses the network, which is tried first."""
    (folder / "sitecustomize.py").write_text(REFUSED, encoding="utf-8")
    known = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(root)])}
    asked = "import socket; socket.create_connection(('127.0.0.1', 9))"
    tried = subprocess.run(
        [sys.executable, "-c", asked], env=known, capture_output=True, text=True, check=False
    )
    assert "the network was asked" in tried.stderr
    return known


def ended(known: dict[str, str], *words: object) -> str:
    """What a command prints that ends as ever, and has not asked the network."""
    ran = subprocess.run(
        [sys.executable, "-m", "optimizer", *map(str, words)],
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stderr[-2000:]
    assert "the network was asked" not in ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_the_main_job_asks_no_network(root, tmp_path) -> None:
    """`optimize` ends as ever where every connection and every look-up of a name is refused."""
    known = refusing(root, tmp_path)
    study = root / "floorplans" / "old_corner" / "study.toml"
    out = tmp_path / "out"
    said = ended(known, "optimize", study, "--time-limit", "4", "--out", out, "--json")
    assert json.loads(said)["placements"]


@pytest.mark.slow
def test_the_job_of_all_branches_asks_no_network(root, tmp_path) -> None:
    """`network optimize` has its workers on this machine, and they ask nobody else."""
    known = refusing(root, tmp_path)
    shutil.copytree(root / "floorplans" / "old_corner", tmp_path / "old_corner")
    head = "branch,study,format,customers_per_day,mean_wait_minutes,replaceable_share,area_m2"
    row = "corner,old_corner/study.toml,standard,400,5,0.6,200"
    portfolio = tmp_path / "list.csv"
    portfolio.write_text(f"{head},wall_slots\n{row},4\n", encoding="utf-8")
    more = ("--store", tmp_path / "store.db", "--out", tmp_path / "net", "--workers", "1")
    said = ended(known, "network", "optimize", portfolio, "--time-limit", "4", *more, "--json")
    (branch,) = json.loads(said)["branches"]
    assert branch["state"] == "done"
