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

#: A number that the sentences say in a word: the group's name and the word.
NONE = ("left", "none")


def note_rows(notes: Iterable[str]) -> list[dict[str, str]]:
    """Return each note in English and Chinese: "en" and "zh".

    A note whose like is not in the table stays in English on both pages.
    """
    return [{"en": note, "zh": _chinese(note, "note")} for note in notes]


def _chinese(text: str, of: str) -> str:
    """A note, or a part of one, in Chinese; the text itself where the table has none like it."""
    for pattern, chinese in _table()[of]:
        found = pattern.fullmatch(text)
        if found:
            words = {name: _word(name, said) for name, said in found.groupdict(default="").items()}
            return chinese.format(**words)
    return text


def _word(name: str, said: str) -> str:
    """What a named group of a note says in Chinese."""
    return "0" if (name, said) == NONE else _chinese(said, "part")


@cache
def _table() -> dict[str, tuple[tuple[re.Pattern[str], str], ...]]:
    """What notes and their parts look like, with the Chinese of each."""
    text = files("optimizer.report").joinpath("notes.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    return {
        of: tuple((re.compile(row["en"]), row["zh"]) for row in rows[of]) for of in ("note", "part")
    }
