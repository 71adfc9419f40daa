"""The optional packages of the group `simulate`.

In: the name of a package. Out: the package, or one sentence that says how to get it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from optimizer.errors import OptimizerError

__all__ = ["load"]


def load(name: str) -> Any:
    """Return an optional package.

    Raises
    ------
    OptimizerError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise OptimizerError(
            f"simulation needs the package {name!r}, which is not installed: "
            "pip install 'branch-layout[simulate]'"
        ) from error
