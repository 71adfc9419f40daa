"""Rule packs: rules as data that a planner can read, swap and argue about.

In: the TOML files beside this module, a planner's own pack file, and the overrides of a study.
Out: the tuple of `Rule` that is in force, with what the study changed.

A pack file has `schema`, `name`, `title`, `title_zh`, `version` and a list of `[[rule]]` tables
with the fields of `Rule`. `crowded_value` is the value for a crowded public place. In a sentence,
`{value}` and `{name of a limit}` stand for the numbers in force.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.errors import FileFormatError, StudyError
from optimizer.reading import read_text
from optimizer.reading_limits import file_within
from optimizer.rules.model import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.study import Study

__all__ = ["PLACEMENT", "Pack", "pack_names", "read_pack", "read_pack_file", "rules_of"]

#: The pack that every study has.
PLACEMENT = "placement"

_TEXTS = frozenset(
    {
        "id",
        "check",
        "sentence",
        "sentence_zh",
        "unit",
        "edition",
        "clause",
        "source",
        "confidence",
        "severity",
        "part",
    }
)
_NUMBERS = frozenset({"value", "crowded_value", "points"})
_REQUIRED = ("id", "sentence", "source", "confidence", "severity")


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A rule pack.

    Parameters
    ----------
    name, title, title_zh, version
        What reports call it.
    rules
        Its rules, with the values for a place that is not crowded.
    crowded
        Values for a crowded public place, by rule id.
    """

    name: str
    title: str
    title_zh: str
    version: str
    rules: tuple[Rule, ...]
    crowded: Mapping[str, float]


def pack_names() -> tuple[str, ...]:
    """Names of the bundled packs that a study may name."""
    names = (f.name.removesuffix(".toml") for f in files(__package__).iterdir())
    return tuple(sorted(n for n in names if _is_pack(n) and n != PLACEMENT))


def read_pack(name: str) -> tuple[Rule, ...]:
    """Rules of a bundled pack, as the pack has them.

    Raises
    ------
    StudyError
        Where there is no such pack.
    """
    return tuple(_worded(rule) for rule in _bundled(name).rules)


def read_pack_file(path: Path) -> Pack:
    """Return a planner's own pack.

    Raises
    ------
    StudyError
        One sentence per defect of the file.
    """
    try:
        text = read_text(path, limit="toml_mib")
    except FileFormatError as error:
        raise StudyError(
            f"rule pack {error}: it cannot be read; bundled packs are {', '.join(pack_names())}"
        ) from error
    return _parse(path.stem, text)


def rules_of(study: Study) -> tuple[Rule, ...]:
    """Rules in force for a study: the placement rules, its packs, its overrides.

    A pack whose name ends in ".toml" is a file beside the study.

    Raises
    ------
    StudyError
        One sentence per unknown pack, rule or field, with the nearest names.
    """
    defects: list[str] = []
    packs: list[Pack] = []
    for name in dict.fromkeys((PLACEMENT, *study.rules)):
        try:
            own = name.endswith(".toml")
            packs.append(
                read_pack_file(file_within(Path(study.directory), name)) if own else _bundled(name)
            )
        except (FileFormatError, StudyError) as error:
            defects.extend(error.sentences)
    rules: dict[str, Rule] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in rules:
                defects.append(
                    f"rule {rule.id} is in the packs {rules[rule.id].pack!r} and {pack.name!r}; "
                    "name only one of them"
                )
            crowded = pack.crowded.get(rule.id) if study.crowded_place else None
            rules[rule.id] = rule if crowded is None else replace(rule, value=crowded)
    for rule_id, changes in study.rule_overrides.items():
        if rule_id not in rules:
            defects.append(f"[rules.override]: no rule {rule_id!r}{_nearest(rule_id, rules)}")
            continue
        wrong = tuple(_override_defects(rules[rule_id], changes))
        defects.extend(wrong)
        if not wrong:
            rules[rule_id] = _overridden(rules[rule_id], changes)
    if defects:
        raise StudyError(*defects)
    return tuple(_worded(rule) for rule in rules.values())


def _override_defects(rule: Rule, changes: Mapping[str, Any]) -> Iterator[str]:
    fields = {"severity", *rule.limits, *(() if rule.value is None else ("value",))}
    for name, new in changes.items():
        if name not in fields:
            yield (
                f"[rules.override.{rule.id}]: cannot change {name!r}{_nearest(name, fields)}; "
                f"it has {', '.join(sorted(fields))}"
            )
        elif name == "severity":
            if new not in set(Severity):
                yield (
                    f"[rules.override.{rule.id}]: severity {new!r} is not one of "
                    f"{', '.join(Severity)}"
                )
            elif new != Severity.MANUAL and not rule.check:
                yield (
                    f"[rules.override.{rule.id}]: severity {new!r} is not possible, for no "
                    "geometry decides this rule; leave it manual"
                )
        elif isinstance(new, bool) or not isinstance(new, int | float) or not new >= 0:
            yield f"[rules.override.{rule.id}]: {name} {new!r} must be a number of at least 0"


def _overridden(rule: Rule, changes: Mapping[str, Any]) -> Rule:
    """Return the rule with a study's changes, which have no defects."""
    notes = []
    value, limits, severity = rule.value, dict(rule.limits), rule.severity
    for name, new in changes.items():
        if name == "severity":
            notes.append(f"severity {severity} → {new}")
            severity = Severity(new)
        elif name == "value":
            notes.append(f"value {value:g} → {new:g}")
            value = float(new)
        else:
            notes.append(f"{name} {limits[name]:g} → {new:g}")
            limits[name] = float(new)
    return replace(
        rule,
        value=value,
        limits=MappingProxyType(limits),
        severity=severity,
        changed=", ".join(notes),
    )


@cache
def _bundled(name: str) -> Pack:
    resource = files(__package__).joinpath(f"{name}.toml")
    if not _is_pack(name) or not resource.is_file():
        raise StudyError(
            f"no rule pack {name!r}{_nearest(name, pack_names())}; "
            f"bundled packs are {', '.join(pack_names())}"
        )
    return _parse(name, resource.read_text(encoding="utf-8"))


def _is_pack(name: str) -> bool:
    return bool(name) and name.replace("-", "").isalnum()


def _parse(stem: str, text: str) -> Pack:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"rule pack {stem!r} is no TOML file: {error}") from error
    name = table.get("name", stem)
    rows = table.get("rule", [])
    texts = ("name", "title", "title_zh")
    wrong = [key for key in texts if not isinstance(table.get(key, ""), str)]
    if wrong or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise StudyError(
            f"rule pack {stem!r} must have texts for name and title, and a [[rule]] table for each "
            f"rule{''.join(f'; {key} is {table[key]!r}' for key in wrong)}"
        )
    defects = [d for i, row in enumerate(rows) for d in _row_defects(name, i, row)]
    if not rows:
        defects.append(f"rule pack {name!r} has no [[rule]] table")
    ids = [str(row.get("id")) for row in rows]
    defects += [
        f"rule pack {name!r} has {i!r} twice" for i in dict.fromkeys(ids) if ids.count(i) > 1
    ]
    if defects:
        raise StudyError(*defects)
    return Pack(
        name=name,
        title=table.get("title", name),
        title_zh=table.get("title_zh", ""),
        version=str(table.get("version", "")),
        rules=tuple(_rule(name, row) for row in rows),
        crowded=MappingProxyType(
            {row["id"]: float(row["crowded_value"]) for row in rows if "crowded_value" in row}
        ),
    )


def _row_defects(pack: str, place: int, row: Mapping[str, Any]) -> Iterator[str]:
    what = f"rule pack {pack!r}, rule {row.get('id', place + 1)!r}"
    known = {*_TEXTS, *_NUMBERS, "limits", "subjects"}
    for name, value in row.items():
        if name not in known:
            yield f"{what}: unknown field {name!r}{_nearest(name, known)}"
        elif name in _TEXTS and not isinstance(value, str):
            yield f"{what}: {name} {value!r} must be a text"
        elif name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield f"{what}: {name} {value!r} must be a number"
    yield from (f"{what}: {name} is missing" for name in _REQUIRED if name not in row)
    limits, subjects = row.get("limits", {}), row.get("subjects", [])
    if not isinstance(limits, dict) or not all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in limits.values()
    ):
        yield f"{what}: limits {limits!r} must be a table of numbers"
    if not isinstance(subjects, list) or not all(isinstance(one, str) for one in subjects):
        yield f"{what}: subjects {subjects!r} must be a list of texts"
    else:
        yield from _worded_defects(what, row)
    severity = row.get("severity")
    if severity is not None and severity not in list(Severity):
        yield f"{what}: severity {severity!r} is not one of {', '.join(Severity)}"
    elif severity != Severity.MANUAL and not row.get("check"):
        yield f"{what}: check is missing; only a manual rule has none"


def _worded_defects(what: str, row: Mapping[str, Any]) -> Iterator[str]:
    """Signs in braces that stand for no number of the rule."""
    limits = row.get("limits", {})
    known = {*(limits if isinstance(limits, dict) else ()), *({"value"} & row.keys())}
    for name in ("sentence", "sentence_zh"):
        try:
            parts = list(Formatter().parse(str(row.get(name, ""))))
        except ValueError as error:
            yield f"{what}: {name} has braces that do not fit ({error})"
            continue
        for _, field, form, how in parts:
            if field is not None and (field not in known or form or how):
                yield f"{what}: {name} has {{{field}}}, which is no number of it"


def _rule(pack: str, row: Mapping[str, Any]) -> Rule:
    fields: dict[str, Any] = {name: row[name] for name in _TEXTS & row.keys()}
    fields |= {name: float(row[name]) for name in ("value", "points") if name in row}
    limits = {name: float(value) for name, value in row.get("limits", {}).items()}
    fields |= {
        "check": row.get("check", ""),
        "severity": Severity(row["severity"]),
        "limits": MappingProxyType(limits),
        "subjects": tuple(row.get("subjects", ())),
    }
    return Rule(**fields, pack=pack)


def _worded(rule: Rule) -> Rule:
    """Return the rule with the numbers in force in its sentences."""
    numbers = {name: f"{value:g}" for name, value in rule.limits.items()}
    if rule.value is not None:
        numbers["value"] = f"{rule.value:g}"
    return replace(
        rule,
        sentence=rule.sentence.format_map(numbers),
        sentence_zh=rule.sentence_zh.format_map(numbers),
    )


def _nearest(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, tuple(names), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}?" if near else ""
