"""Checks by staff worked out again with the walks of the layout.

In: a `Scene` and the parsed result. Out: claims about "waiting.checks".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.demand.flows import PersonClass
from optimizer.verify.claim import Claim, agree, hold, lookup
from optimizer.verify.waiting import queue_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.demand.mix import StaffRound
    from optimizer.verify.scene import Scene

__all__ = ["check_checks"]

KEY = "waiting.checks"
#: Relative doubt: lengths and waits.
DOUBT = 1e-5


def check_checks(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about walks to checks, and the waits with them."""
    metres = {
        one.name: length
        for one in scene.study.mix.rounds
        if one.check_minutes > 0 and (length := _length(scene, one)) is not None
    }
    told = lookup(result, KEY)
    rows = told if isinstance(told, Mapping) else {}
    yield hold(
        KEY,
        isinstance(told, Mapping) and set(rows) == set(metres),
        f"{KEY} holds {', '.join(sorted(rows)) or 'nothing'}; staff walk to "
        f"{', '.join(sorted(metres)) or 'no checks'}, and a table is right",
    )
    minutes = {name: _minutes(scene, name, length) for name, length in metres.items()}
    waits = _waits(scene, {n: row["walked_minutes"] for n, row in minutes.items()})
    for name, row in minutes.items():
        right = {"metres": metres[name], **row}
        for key, value in right.items():
            yield _claim(rows.get(name), f"{KEY}.{name}", key, value)
        one = next(r for r in scene.study.mix.rounds if r.name == name)
        known = row["walked_minutes"] is not None
        longest = {k: waits[k] for k in one.per_use if k in waits} if known else {}
        own = rows.get(name)
        stated = own.get("mean_minutes") if isinstance(own, Mapping) else None
        yield hold(
            f"{KEY}.{name}.mean_minutes",
            isinstance(stated, Mapping) and set(stated) == set(longest),
            f"{KEY}.{name}.mean_minutes must name {sorted(longest)}",
        )
        for kind, wait in longest.items():
            yield _claim(stated, f"{KEY}.{name}.mean_minutes", kind, wait)


def _claim(row: Any, place: str, key: str, value: float | None) -> Claim:
    """A claim about one value of a row, whose name may hold dots."""
    claim = agree({"value": row.get(key)} if isinstance(row, Mapping) and key in row else {},
                  "value", value, relative=DOUBT, least=1e-9)  # fmt: skip
    return replace(
        claim, name=f"{place}.{key}", sentence=claim.sentence.replace("value", f"{place}.{key}", 1)
    )


def _length(scene: Scene, one: StaffRound) -> float | None:
    """Mean way to a machine that is checked, metres."""
    kind = {fixture.name: fixture.kind.name for fixture in scene.fixtures}
    rows = [
        (walk.by_group[one.name], way.length)
        for walk, way in zip(scene.walks, scene.ways, strict=True)
        if walk.staff and walk.by_group.get(one.name, 0.0) > 0
        if kind.get(walk.target) in one.per_use
    ]
    people = sum(rate for rate, _ in rows)
    return sum(rate * length for rate, length in rows) / people if people else None


def _minutes(scene: Scene, name: str, metres: float) -> dict[str, float | None]:
    """Minutes of a walk, of walk and check as the study has them, and of both in this layout."""
    study = scene.study
    one = next(r for r in study.mix.rounds if r.name == name)
    person = PersonClass.CASH if one.cash else PersonClass.STAFF
    walk = metres / study.walking.speed[person] / 60
    alone = one.check_alone_minutes
    return {
        "walk_minutes": walk,
        "check_minutes": one.check_minutes,
        "walked_minutes": None if alone is None else alone + walk,
    }


def _waits(scene: Scene, minutes: Mapping[str, float | None]) -> dict[str, float]:
    """Longest mean wait of each type over the periods, with the walks of the layout."""
    parts = [(part.study, part.open) for part, _ in scene.parts]
    longest: dict[str, float] = {}
    for study, fixtures in parts or [(scene.study, scene.fixtures)]:
        rounds = tuple(
            r if (walked := minutes.get(r.name)) is None else replace(r, check_minutes=walked)
            for r in study.mix.rounds
        )
        there = replace(study, mix=replace(study.mix, rounds=rounds))
        for kind, row in queue_figures(there, fixtures).items():
            longest[kind] = max(longest.get(kind, 0.0), row["mean_minutes"])
    return longest
