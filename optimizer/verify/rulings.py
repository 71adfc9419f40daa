"""What a result says about rules, held against the rules in force and the layout.

In: a `Scene` and the parsed result. Out: one claim per rule that is computed again, and one that
names the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.rules.model import Severity
from optimizer.rules.packs import rules_of
from optimizer.verify.claim import MISSING, Claim, hold, lookup
from optimizer.verify.pack_rules import OPEN, PACKS
from optimizer.verify.placing import PLACING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.rules.model import Rule
    from optimizer.verify.scene import Scene

__all__ = ["check_rules"]

#: Poses in a result are rounded to a micrometre: what is nearer to a limit is undecided, metres.
SLACK = 2e-6
#: So many breaches are named.
NAMED = 3


def check_rules(scene: Scene, result: Any) -> Iterator[Claim]:
    """Claims about the rows of "rules"."""
    rows = lookup(result, "rules")
    if (
        not isinstance(rows, Sequence)
        or isinstance(rows, str)
        or not all(isinstance(row, Mapping) and isinstance(row.get("id"), str) for row in rows)
    ):
        yield hold(
            "rules",
            False,
            "rules must be a list of {id, sentence, value, limit, unit, severity, passed, …}",
            stated=None if rows is MISSING else rows,
        )
        return
    rules = {rule.id: rule for rule in rules_of(scene.study)}
    limits = {f"LIMIT-{name}" for name in scene.study.limits}  # held against figures elsewhere
    for name in dict.fromkeys(row["id"] for row in rows):
        if name not in rules and name not in limits:
            yield hold(f"rules.{name}", False, f"rule {name} is not one of the study's rules")
    left: list[str] = []
    for rule in rules.values():
        claim = _check(scene, rule, [row for row in rows if row["id"] == rule.id])
        if claim is None:
            left.append(rule.id)
        else:
            yield claim
    if left:
        yield Claim(
            name="rules",
            sentence=f"not re-computed: the outcome of {', '.join(left)}",
            passed=None,
        )


def _check(scene: Scene, rule: Rule, rows: Sequence[Mapping[str, Any]]) -> Claim | None:
    """Claim about one rule; None where its rows are in order and its outcome is not computed."""
    name = f"rules.{rule.id}"
    if not rows:
        return hold(name, False, f"the result says nothing of rule {rule.id}: {rule.sentence}")
    for row in rows:
        for key, right in (("severity", str(rule.severity)), ("limit", rule.value)):
            if row.get(key, MISSING) != right:
                return hold(
                    name,
                    False,
                    f"rule {rule.id} has {key} {row.get(key)!r} in the result; {right!r} is right",
                    stated=row.get(key),
                    found=right,
                )
    outcomes = [row.get("passed", MISSING) for row in rows]
    if not all(outcome is None or isinstance(outcome, bool) for outcome in outcomes):
        return hold(name, False, f"rule {rule.id}: passed must be true, false or null in each row")
    stated = False if False in outcomes else None if None in outcomes else True
    if rule.severity is Severity.MANUAL:
        says = "is left open, as it must be" if stated is None else "must have passed null"
        sentence = f"rule {rule.id} is decided on site and {says}"
        return hold(name, stated is None, sentence, stated=stated)
    if rule.id not in PLACING and rule.check not in PACKS:
        return None
    return _compare(scene, rule, stated)


def _compare(scene: Scene, rule: Rule, stated: bool | None) -> Claim:
    """Claim that the stated outcome of a rule is the one found."""
    name = f"rules.{rule.id}"
    # a breach beyond all doubt, and one that the doubt of both methods allows
    certain = tuple(_breaches(scene, rule, SLACK))
    possible = certain or tuple(_breaches(scene, rule, -SLACK))
    asked = OPEN[rule.check](scene, rule) if rule.check in OPEN and not certain else ()
    to_ask = tuple(dict.fromkeys(asked))
    found = False if certain else None if possible or to_ask else True
    right = (False,) if certain else (*((False,) if possible else ()), None if to_ask else True)
    reasons = certain or possible or to_ask
    more = f" and {len(reasons) - NAMED} more" if len(reasons) > NAMED else ""
    says = {True: "kept", False: "broken", None: "open"}
    here = f"found: {'; '.join(reasons[:NAMED])}{more}" if reasons else "found kept"
    return hold(
        name,
        stated in right,
        f"rule {rule.id} is said to be {says[stated]}; {here}",
        stated=stated,
        found=found,
    )


def _breaches(scene: Scene, rule: Rule, slack: float) -> Iterator[str]:
    if rule.id in PLACING:
        return PLACING[rule.id](scene, rule.value or 0.0, slack)
    return PACKS[rule.check](scene, rule, slack)
