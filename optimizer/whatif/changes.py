"""Changes of a study by name, as the axes of a sweep have them.

In: a study and numbers by key. Out: the changed study. Keys:

    share.<business>    its share of the arrivals; the businesses that no key names shrink or grow
                        in proportion ("_" may stand for a space)
    count.<type>        fixtures of a type
    weight.<measure>    its weight in the objective
    limit.<measure>     its limit
    rule.<id>           value of a rule
    lever.<name>        a lever of the mix pulled so far, 0 to 1
    arrivals            so many times as many people

Shares are set first, levers are pulled on what then comes.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.demand.levers import read_levers
from optimizer.errors import StudyError
from optimizer.measures import BASIC, MEASURES
from optimizer.reading import nearest
from optimizer.rules.packs import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from optimizer.study import Study

__all__ = ["change_study", "check_keys", "known_keys"]

ARRIVALS = "arrivals"


def known_keys(study: Study) -> tuple[str, ...]:
    """Keys that a study can be changed by, sorted."""
    names = {
        "share": (business.name for business in study.mix.businesses),
        "count": (group.type for group in study.groups),
        "weight": MEASURES,
        "limit": MEASURES,
        "rule": (rule.id for rule in rules_of(study) if rule.value is not None),
        "lever": read_levers(),
    }
    found = {f"{kind}.{_plain(name)}" for kind, those in names.items() for name in those}
    return tuple(sorted(found | {ARRIVALS}))


def check_keys(study: Study, keys: Iterable[str]) -> None:
    """Raise one sentence for each key that a study cannot be changed by.

    Raises
    ------
    StudyError
        With the nearest key that there is.
    """
    known = known_keys(study)
    wrong = [key for key in keys if _plain(key) not in known]
    if wrong:
        raise StudyError(*(f"no change is called {key!r}; {_meant(key, known)}" for key in wrong))


def change_study(study: Study, changes: Mapping[str, float]) -> Study:
    """Changed copy of a study.

    Parameters
    ----------
    study
        What is changed.
    changes
        Numbers by key, as the module says.

    Raises
    ------
    StudyError
        If a key is unknown or a number is none that it can have.
    """
    check_keys(study, changes)
    defects = [
        f"{key} is {value!r}; it must be a number of 0 or more"
        for key, value in changes.items()
        if isinstance(value, bool) or not _is_number(value)
    ]
    if defects:
        raise StudyError(*defects)
    by_kind: dict[str, dict[str, float]] = {}
    for key, value in changes.items():
        kind, _, name = _plain(key).partition(".")
        by_kind.setdefault(kind, {})[name] = value
    for kind, change in _ORDER.items():
        if kind in by_kind:
            study = change(study, by_kind[kind])
    return study


def _plain(name: str) -> str:
    """Name as keys write it."""
    return name.replace(" ", "_")


def _is_number(value: object) -> bool:
    try:
        return 0.0 <= float(value) < math.inf  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _meant(key: str, known: tuple[str, ...]) -> str:
    """End of the sentence about an unknown key: the nearest, or those of its kind, or the kinds."""
    kind = key.partition(".")[0]
    alike = tuple(k for k in known if k.partition(".")[0] == kind)
    if alike:
        return nearest(_plain(key), alike)
    kinds = sorted({k if k == ARRIVALS else f"{k.partition('.')[0]}.…" for k in known})
    return f"a key is one of {', '.join(kinds)}"


def _shares(study: Study, shares: Mapping[str, float]) -> Study:
    """Study with these shares at once; the other businesses share out the rest as before."""
    businesses = study.mix.businesses
    left = 1.0 - sum(shares.values())
    others = sum(b.share for b in businesses if _plain(b.name) not in shares)
    if left < -1e-9 or (others <= 0 and abs(left) > 1e-9):
        what = ", ".join(f"share.{name} = {share:g}" for name, share in shares.items())
        right = "at most 1" if others > 0 else "1, for no other business has customers"
        raise StudyError(f"{what}: together {1.0 - left:g}; must be {right}")
    factor = max(left, 0.0) / others if others > 0 else 0.0
    changed = tuple(
        replace(b, share=float(shares.get(_plain(b.name), b.share * factor))) for b in businesses
    )
    return study.replace(mix=replace(study.mix, businesses=changed))


def _counts(study: Study, counts: Mapping[str, float]) -> Study:
    for name, count in counts.items():
        if float(count) != int(count):
            raise StudyError(f"count.{name} is {count:g}; it must be a whole number")
        study = study.with_count(name, int(count))
    return study


def _weights(study: Study, weights: Mapping[str, float]) -> Study:
    basic: dict[str, Any] = {n: float(weight) for n, weight in weights.items() if n in BASIC}
    more = {name: float(weight) for name, weight in weights.items() if name not in BASIC}
    measures = {**study.objective.measures, **more}
    return study.replace(objective=replace(study.objective, measures=measures, **basic))


def _limits(study: Study, limits: Mapping[str, float]) -> Study:
    return study.replace(limits={**study.limits, **{k: float(v) for k, v in limits.items()}})


def _rules(study: Study, values: Mapping[str, float]) -> Study:
    overrides = {name: dict(changes) for name, changes in study.rule_overrides.items()}
    for name, value in values.items():
        overrides[name] = {**overrides.get(name, {}), "value": float(value)}
    return study.replace(rule_overrides=overrides)


def _levers(study: Study, amounts: Mapping[str, float]) -> Study:
    for name, amount in amounts.items():
        study = study.with_lever(name, float(amount))
    return study


def _arrivals(study: Study, factors: Mapping[str, float]) -> Study:
    """Study with more or fewer people, in its periods' own numbers too."""
    (factor,) = factors.values()
    periods = tuple(
        p if p.arrivals is None else replace(p, arrivals=p.arrivals * float(factor))
        for p in study.periods
    )
    arrivals = study.mix.arrivals.scaled(float(factor))
    return study.replace(mix=replace(study.mix, arrivals=arrivals), periods=periods)


#: How each kind of key changes a study, in the order in which they are applied.
_ORDER: Mapping[str, Callable[[Study, Mapping[str, float]], Study]] = {
    "share": _shares,
    "count": _counts,
    "weight": _weights,
    "limit": _limits,
    "rule": _rules,
    "lever": _levers,
    ARRIVALS: _arrivals,
}
