"""Versions of the package and of the libraries that decide a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

__all__ = ["versions"]

#: Libraries whose release can change a number.
LIBRARIES = ("ortools", "highspy", "shapely", "numpy", "scipy", "numba", "networkx")


def versions() -> dict[str, str]:
    """Version by name: the package, Python and the libraries that matter."""
    found = {"python": platform.python_version()}
    for name in ("branch-layout", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
