"""Values about simulated people, from `walking.toml`.

In: the file of the package. Out: one value by name.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["parameter"]


@cache
def parameter(name: str, key: str = "value") -> Any:
    """Value of one entry of `walking.toml`, in the unit that the file says."""
    text = files("optimizer.simulate").joinpath("walking.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)[name][key]
