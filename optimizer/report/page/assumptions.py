"""What the figures of a report rest on, with source and confidence.

In: a study and the fixture types in use. Out: rows for the table of assumptions, and how many
values there are of each grade.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from optimizer.report.place_words import type_label
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["assumption_rows", "grade_counts"]

#: Files of values that every study uses: package, name.
SHARED = (("demand", "walking.toml"), ("walk", "pedestrian.toml"), ("demand", "service.toml"))
#: What stands beside a value and is none.
BESIDE = ("source", "confidence", "unit", "value")
#: A longer unit is an explanation, which the name of the value gives too.
LONGEST_UNIT = 20
#: Grade of what a study sets itself.
STUDY = "study"


def assumption_rows(study: Study, layout: Layout | None) -> list[dict[str, str]]:
    """Return one row for each source: whose values, which, confidence, source."""
    rows = (*_equipment(study, layout), *_shared(study), *_demand(study))
    return [{**row, "confidence_zh": _grade_zh(row["confidence"])} for row in rows]


def grade_counts(study: Study, layout: Layout | None) -> dict[str, int]:
    """Return how many values there are of each grade: fixtures in use, rules apart."""
    grades = Counter(
        origin.confidence
        for name in _used(study, layout)
        for origin in study.types[name].provenance.values()
    )
    return dict(sorted(grades.items()))


def _grade_zh(confidence: str) -> str:
    """Return a grade in Chinese: "A (sector), ASM (radius)" names what each part is for."""
    named = re.sub(r"[a-z][a-z_ ]*[a-z]", lambda found: word("grade", found[0], "zh"), confidence)
    return named.replace(" (", "（").replace(")", "）").replace(", ", "，")


def _used(study: Study, layout: Layout | None) -> list[str]:
    used = {p.type for p in layout.placements} if layout else {g.type for g in study.groups}
    return sorted(used & set(study.types))


def _equipment(study: Study, layout: Layout | None) -> Iterator[dict[str, str]]:
    """Values of the fixture types in use, one row per source."""
    for name in _used(study, layout):
        by_source: dict[tuple[str, str], list[str]] = {}
        for value, origin in study.types[name].provenance.items():
            by_source.setdefault((origin.confidence, origin.source), []).append(value)
        for (confidence, source), values in sorted(by_source.items()):
            yield {
                "en": type_label(study, name, "en"),
                "zh": type_label(study, name, "zh"),
                "fields": ", ".join(word("field", value, "en") for value in values),
                "fields_zh": "、".join(word("field", value, "zh") for value in values),
                "confidence": confidence,
                "source": source,
            }


def _shared(study: Study) -> Iterator[dict[str, str]]:
    """How people walk, see, crowd and are served."""
    own = {
        "radius": study.walking.radius,
        "encounter_distance": study.walking.encounter_distance,
        "lane_width": study.walking.lane_width,
        **{f"speed {person.value}": value for person, value in study.walking.speed.items()},
    }
    for package, name in SHARED:
        text = files(f"optimizer.{package}").joinpath(name).read_text(encoding="utf-8")
        for key, table in _sourced(tomllib.loads(text)):
            value = table.get("value")
            changed = key in own and value is not None and own[key] != value
            shown = own.get(key, value) if changed else value
            numbers = "" if shown is None or isinstance(shown, (dict, list)) else f" {shown:g}"
            unit = str(table.get("unit", "")) if numbers else ""
            unit = unit if len(unit) <= LONGEST_UNIT else ""
            yield {
                "en": word("field", key, "en"),
                "zh": word("field", key, "zh"),
                "fields": f"{numbers} {unit}".strip(),
                "fields_zh": f"{numbers} {word('short_unit', unit, 'zh') if unit else ''}".strip(),
                "confidence": STUDY if changed else str(table["confidence"]),
                "source": "" if changed else str(table["source"]),
            }


def _sourced(
    tables: Mapping[str, Any], before: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and table of everything that names its source."""
    for key, table in tables.items():
        if isinstance(table, dict):
            name = f"{before} {key}".strip()
            if "source" in table and "confidence" in table:
                yield name, table
            yield from _sourced(table, name)


def _demand(study: Study) -> Iterator[dict[str, str]]:
    if study.mix.arrivals.source:
        yield {
            "en": word("field", "mix", "en"),
            "zh": word("field", "mix", "zh"),
            "fields": word("field", "arrivals", "en"),
            "fields_zh": word("field", "arrivals", "zh"),
            "confidence": STUDY,
            "source": study.mix.arrivals.source,
        }
