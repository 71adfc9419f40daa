"""Words of pictures and reports in English and Chinese.

In: `words.toml`. Out: the word for a key in a language; "both" gives Chinese and English.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = [
    "Language",
    "Tongue",
    "both",
    "business_label",
    "fixture_label",
    "quantity",
    "unit_of",
    "word",
]

#: Language of a picture; "both" puts Chinese and English side by side.
Language = Literal["en", "zh", "both"]
#: One of the two languages.
Tongue = Literal["en", "zh"]


def word(section: str, key: str, language: Language = "both", between: str = " ") -> str:
    """Return the word for a key; the key itself, readable, where the table has none.

    Parameters
    ----------
    section, key
        Place in `words.toml`, for example "zone" and "public_hall".
    language
        "en", "zh", or "both": Chinese, `between`, English.
    """
    entry = _words().get(section, {}).get(key)
    if entry is None:
        return key.replace("_", " ")
    return both(entry["en"], entry["zh"], language, between)


def unit_of(figure: str) -> str:
    """Unit of a headline figure; "" where it has none."""
    return _words()["figure"].get(figure, {}).get("unit", "")


def quantity(value: float | None, unit: str, language: Language) -> str:
    """Return a number of a rule with its unit; "" where there is none."""
    if value is None:
        return ""
    entry = _words()["unit"].get(unit, {"en": unit, "zh": unit})
    english = entry.get("one", entry["en"]) if value == 1 else entry["en"]
    return f"{value:.3g} {both(english, entry['zh'], language)}".rstrip()


def both(en: str, zh: str, language: Language, between: str = " ") -> str:
    """Return a pair of words in one language, or both; what is missing is left out."""
    if language == "en":
        return en or zh
    if language == "zh":
        return zh or en
    return between.join(dict.fromkeys(part for part in (zh, en) if part))


def business_label(study: Study, name: str, language: Language = "both") -> str:
    """Return what pictures call a business or a staff round."""
    for business in study.mix.businesses:
        if business.name == name:
            return both(name.replace("_", " "), business.label_zh, language)
    for staff_round in study.mix.rounds:
        if staff_round.name == name:
            return both(name.replace("_", " "), staff_round.label_zh, language)
    return name.replace("_", " ")


def fixture_label(
    study: Study, fixture: str, type_name: str, language: Language = "both", between: str = "\n"
) -> str:
    """Return what pictures call a fixture: its group's or its type's label, and its number.

    Parameters
    ----------
    study
        Groups and types.
    fixture
        Its name, "smart_terminal-2"; the number is dropped where it is the only one.
    type_name
        Name of its type; one that the study does not know is written as it is.
    """
    group = next((g for g in study.groups if g.type == type_name and fixture in g.names()), None)
    kind = study.types.get(type_name)
    stem, _, number = fixture.rpartition("-")
    alone = not number.isdigit() or not stem or (group is not None and group.max == 1)
    ending = "" if alone else f" {number}"
    if group is not None and group.label:
        return group.label + ending
    if kind is None:
        return type_name.replace("_", " ") + ending
    return both(kind.label + ending, kind.label_zh + ending, language, between)


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files("optimizer.report").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
