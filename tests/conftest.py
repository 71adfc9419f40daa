"""What all tests share: the folder of real drawings and benchmarks beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

#: Root of the repository.
ROOT = Path(__file__).resolve().parent.parent

# how long an example takes says how busy the machine is, not whether the program is right
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real drawings, maps and benchmark problems, which are not part of the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("NOT TESTED: the folder ../shared with real drawings and benchmarks is absent")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the repository."""
    return ROOT
