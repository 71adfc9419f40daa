"""Outcomes of a sweep that were worked out before, in a folder.

In: a key and an outcome. Out: one small file for each, which appears whole or not at all. A file
that cannot be read is told of and worked out anew.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.report.atomic import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["Kept"]

logger = logging.getLogger(__name__)


class Kept:
    """Outcomes by key in a folder; without a folder nothing is kept.

    Parameters
    ----------
    folder
        Made when the first outcome is kept; None for none.
    """

    def __init__(self, folder: str | PathLike[str] | None) -> None:
        self._folder = None if folder is None else Path(folder)

    def find(self, key: str) -> dict[str, Any] | None:
        """Outcome of a key, or None."""
        if self._folder is None:
            return None
        path = self._path(key)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            outcome = content["outcome"] if content["key"] == key else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            outcome = None
        if not isinstance(outcome, dict):
            logger.warning("%s is broken; the point is worked out anew", path)
            return None
        return outcome

    def keep(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep an outcome, whole or not at all."""
        if self._folder is not None:
            write_whole(self._path(key), json.dumps({"key": key, "outcome": outcome}))

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{key[:32]}.json"
