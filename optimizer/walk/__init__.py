"""Walking: walkable space, exact shortest paths, encounters and sightlines.

In: the free floor of a plan, footprints of fixtures, ends of legs. Out: distances, paths and what
they meet. Public names are loaded on first use, so that importing `optimizer` compiles nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

ROOMS = {
    "ABSENT": "routing",
    "FREE": "routing",
    "Router": "moves",
    "Routes": "routing",
    "Shell": "shell",
    "WALL": "routing",
    "prepare_shell": "shell",
    "route": "routing",
    "to_networkx": "graph",
    "erode": "space",
    "what_closes": "routing",
    "widest_path": "clearance",
}
"""Public name → module of this package that defines it."""

__all__ = sorted(ROOMS)


def __getattr__(name: str) -> Any:
    """Return a public name from the module that defines it."""
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(ROOMS)
