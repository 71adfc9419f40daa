"""Notes of a search and of a drawing in both languages.

In: the English sentence, as `result.json` and the plan have it. Out: it beside its Chinese, from
`notes.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["note_rows"]

#: A number word of the sentences that stands among numbers.
NONE = "none"


def note_rows(notes: Iterable[str]) -> list[dict[str, str]]:
    """Return each note in English and Chinese: "en" and "zh".

    A note whose like is not in the table stays in English on both pages.
    """
    return [{"en": note, "zh": _chinese(note)} for note in notes]


def _chinese(note: str) -> str:
    """A note in Chinese; the note itself where the table has none like it."""
    for pattern, chinese in _table():
        found = pattern.fullmatch(note)
        if found:
            words = {key: "0" if text == NONE else text for key, text in found.groupdict().items()}
            return chinese.format(**words)
    return note


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = files("optimizer.report").joinpath("notes.toml").read_text(encoding="utf-8")
    return tuple((re.compile(row["en"]), row["zh"]) for row in tomllib.loads(text)["note"])
