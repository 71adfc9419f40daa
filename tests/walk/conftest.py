"""Lets the walking tests import the slow reference and the random worlds beside them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def shared():
    """Return the folder of public benchmark files beside the repository; skip without it."""
    folder = Path(__file__).parents[2].parent / "shared"
    if not (folder / "paths").is_dir():
        pytest.skip(f"public benchmark files are not at {folder}")
    return folder
