"""How customers are called, as a study file says it; and what changes its business mix.

In: the `service`, `combination` and `levers` parts of a study file. Out: a `Service`, a changed
mix, and a sentence for everything that cannot be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.demand.combination import Combination, combine
from optimizer.demand.levers import pull_lever
from optimizer.demand.service import PriorityClass, ReservedWindows, Service
from optimizer.errors import StudyError
from optimizer.reading import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.demand.mix import BusinessMix
    from optimizer.study_file.model import ServiceTable, StudyTable

__all__ = ["build_service", "change_mix", "check_variation"]

#: More members of staff than any lobby has.
MOST_STAFF = 1000
#: A wider spread than any service has: a digit or a unit is wrong.
MOST_VARIATION = 10.0


def build_service(table: StudyTable, known: Sequence[str], defects: list[str]) -> Service:
    """How customers are called; defects are added to the list.

    Parameters
    ----------
    table
        The study file.
    known
        Names of the fixture types.
    defects
        Sentences about what is wrong are added here.
    """
    given = table.service
    found = [f"[service] {sentence}" for sentence in _check(given, table, known)]
    defects += found
    default = Service()
    if found:
        return default
    patience: dict[str, float] = {}
    if isinstance(given.patience_minutes, dict):
        patience = dict(given.patience_minutes)
    elif given.patience_minutes is not None:
        patience = dict.fromkeys(known, given.patience_minutes)
    changes: dict[str, Any] = {
        key: value
        for key in (
            "lobby_staff",
            "staffed",
            "variation",
            "appointment_variation",
            "appointment_skips",
        )
        if (value := getattr(given, key)) is not None
    }
    return replace(
        default,
        patience=patience,
        own_lines=given.own_lines,
        priority=tuple(
            PriorityClass(name=p.name, share=p.share, business=p.business, label_zh=p.label_zh)
            for p in given.priority
        ),
        reserved=tuple(
            ReservedWindows(type=r.type, windows=r.windows, business=r.business)
            for r in given.reserved
        ),
        **changes,
    )


def change_mix(mix: BusinessMix, table: StudyTable, defects: list[str]) -> BusinessMix:
    """Mix with the study's combinations, then with its levers; defects are added to the list."""
    for number, row in enumerate(table.combination, start=1):
        combination = Combination(
            business=row.business, share=row.share, setup_minutes=row.setup_minutes
        )
        try:
            mix = combine(mix, combination)
        except StudyError as error:
            defects += (f"[combination {number}] {sentence}" for sentence in error.sentences)
    for name, amount in table.levers.items():
        try:
            mix = pull_lever(mix, name, amount)
        except StudyError as error:
            defects += (f"[levers] {sentence}" for sentence in error.sentences)
    return mix


def _check(given: ServiceTable, table: StudyTable, known: Sequence[str]) -> list[str]:
    """What is wrong with the service part."""
    defects: list[str] = []
    businesses = [business.name for business in table.business]
    by_type = given.patience_minutes if isinstance(given.patience_minutes, dict) else {}
    for key, words in (
        ("patience_minutes", by_type),
        ("own_lines", given.own_lines),
        ("staffed", given.staffed or ()),
        ("appointment_skips", given.appointment_skips or ()),
        ("reserved type", [r.type for r in given.reserved]),
    ):
        defects += _unknown(key, words, known, "not in the catalogue")
    named = [*(p.business for p in given.priority), *(r.business for r in given.reserved)]
    for words in named:
        defects += _unknown("business", words, businesses, "no business of the study")
    minutes = by_type.values() if by_type else (given.patience_minutes,)
    defects += [
        f"patience_minutes is {value:g}; must be more than 0"
        for value in minutes
        if isinstance(value, float | int) and value <= 0
    ]
    defects += [
        f"priority {p.name!r}: share is {p.share:g}; must be 0 to 1"
        for p in given.priority
        if not 0 <= p.share <= 1
    ]
    names = [p.name for p in given.priority]
    defects += [f"priority {n!r} is given twice" for n in set(names) if names.count(n) > 1]
    defects += [
        f"reserved {r.type!r}: windows is {r.windows}; must be 1 or more"
        for r in given.reserved
        if r.windows < 1
    ]
    defects += [f"reserved {r.type!r} names no business" for r in given.reserved if not r.business]
    pairs = [(r.type, name) for r in given.reserved for name in r.business]
    defects += [
        f"reserved {kind!r}: {name!r} has windows of its own twice"
        for kind, name in dict.fromkeys(pairs)
        if pairs.count((kind, name)) > 1
    ]
    if given.lobby_staff is not None and not 1 <= given.lobby_staff <= MOST_STAFF:
        defects.append(f"lobby_staff is {given.lobby_staff}; must be 1 to {MOST_STAFF}")
    if given.variation is not None:
        defects += check_variation("variation", [given.variation])
    variation = given.appointment_variation
    if variation is not None and not 0 <= variation <= 1:
        defects.append(f"appointment_variation is {variation:g}; must be 0 to 1")
    return defects


def check_variation(key: str, values: Iterable[float]) -> list[str]:
    """What is wrong with spreads of service times."""
    return [
        f"{key} is {value:g}; must be 0 to {MOST_VARIATION:g} (standard deviation over mean, such "
        "as 0.9)"
        for value in dict.fromkeys(values)
        if not 0 <= value <= MOST_VARIATION
    ]


def _unknown(key: str, words: Iterable[str], known: Sequence[str], what: str) -> list[str]:
    """A sentence for each word that is not known."""
    return [
        f"{key} names {word!r}, which is {what}; {nearest(word, known)}"
        for word in words
        if word not in known
    ]
