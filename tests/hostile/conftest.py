"""What the tests of hostile files share: the readers, seeds and mutations of fuzzing."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import pytest

#: Modules of the folder fuzz that tests use.
MODULES = ("workbooks", "models", "readers", "seeds", "mutations")


@pytest.fixture(scope="session")
def fuzzing(root):
    """Modules of the folder fuzz, which is no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "fuzz"))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    for name in MODULES:
        del sys.modules[name]
