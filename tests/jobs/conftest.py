"""What the tests of jobs share: small studies, stores, and a PostgreSQL server of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.jobs import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OUTLINE = [[0, 0], [6, 0], [6, 5], [0, 5], [0, 0]]
STUDY = """schema = 1
name = "Small room"
plan = "plan.geojson"

[[fixtures]]
type = "queue_machine"
count = 1

[[fixtures]]
type = "guide_desk"
count = 1

[[business]]
name = "advice"
share = 1.0
journey = ["queue_machine", "guide_desk"]
service_minutes = { queue_machine = 0.5, guide_desk = 2 }

[arrivals]
"09" = 12
"""


def _feature(kind: str, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"kind": kind} | properties,
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


PLAN = {
    "type": "FeatureCollection",
    "properties": {"units": "m", "name": "Small room"},
    "features": [
        _feature("outline", "Polygon", [OUTLINE]),
        _feature("door", "LineString", [[2, 0], [3.5, 0]], door="entrance", name="street"),
    ],
}


@pytest.fixture
def make_branch(tmp_path: Path) -> Callable[[str], Path]:
    """Make the study of a room of 6 × 5 m in a folder of its own; its path."""

    def make(name: str) -> Path:
        folder = tmp_path / "branches" / name
        folder.mkdir(parents=True)
        (folder / "plan.geojson").write_text(json.dumps(PLAN), encoding="utf-8")
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
        return folder / "study.toml"

    return make


class Server:
    """A PostgreSQL server in a folder, run by a user without rights, on a socket of its own."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self.url = f"postgresql://planner@/postgres?host={folder}"

    def _run(self, *words: str) -> None:
        command = [str(self._programs / words[0]), *words[1:]]
        if os.getuid() == 0:
            # PostgreSQL refuses to be run by root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def make(self) -> None:
        """Make an empty database."""
        self._run("initdb", "-D", f"{self._folder}/data", "-A", "trust", "-U", "planner", "-N")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._folder}' -c fsync=off"
        log = f"{self._folder}/log"
        self._run(
            "pg_ctl", "-D", f"{self._folder}/data", "-o", options, "-l", log, "-w", "-s", "start"
        )

    def stop(self) -> None:
        """Stop the server at once, as a power cut would; connections break."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "-s", "stop")


def _programs() -> Path | None:
    """Folder of PostgreSQL's programs: initdb and pg_ctl are not on the path in Debian."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running PostgreSQL server; skipped loudly where there is none, but never in CI."""
    programs = _programs()
    if programs is None:
        why = "NOT TESTED: PostgreSQL is not installed (apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    # a socket's path may have 107 letters at most, fewer than a test's folder often has
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(folder, programs)
    server.make()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty store, in each of the two databases."""
    if request.param == "sqlite":
        return str(tmp_path / "jobs.db")
    server = request.getfixturevalue("postgres")
    name = f"s{time.monotonic_ns()}"
    _create(server.url, name)
    return server.url.replace("/postgres?", f"/{name}?")


def _create(url: str, name: str) -> None:
    """Make an empty database on a server."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


@pytest.fixture
def store(url: str):
    """An empty store."""
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def local_store(tmp_path: Path):
    """An empty store in an SQLite file."""
    with open_store(str(tmp_path / "jobs.db")) as opened:
        yield opened


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python on some code in a process group of its own; all are ended with the test."""
    started: list[subprocess.Popen[str]] = []
    root = Path(__file__).resolve().parents[2]

    def start(code: str, *words: object) -> subprocess.Popen[str]:
        environment = {"PYTHONPATH": str(root)} | os.environ
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, words)],
            cwd=tmp_path,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(condition: Callable[[], Any], what: str, *, seconds: float = 120.0) -> Any:
    """What a condition gives once it is true; the test fails where it never is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    return pytest.fail(f"waited in vain for {what}")


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for something to be so."""
    return wait_until


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Pythons that are started from here search with the stand-in of `stand_in/`."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parent / 'stand_in'}{os.pathsep}{root}")
