"""How a check says what it found: one sentence with fixture, place, value and what is right.

In: a rule and what was measured. Out: `Finding`s; `judge` runs the checks of many rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from optimizer.rules.model import Finding, Rule, Severity
from optimizer.rules.scene import Scene

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Check", "about", "at", "broken", "judge", "kept", "overlap", "place_of", "unknown"]

#: One kind of check. It yields every broken instance; it may yield findings that pass, to tell
#: what was measured, and nothing at all where the rule is kept.
Check = Callable[[Rule, Scene], Iterator[Finding]]


def judge(rules: Iterable[Rule], scene: Scene, checks: Mapping[str, Check]) -> tuple[Finding, ...]:
    """Outcome of every rule, in the order of the rules; at least one finding each."""
    findings: list[Finding] = []
    for rule in rules:
        if rule.severity is Severity.MANUAL:
            findings.append(unknown(rule, f"To be looked at on site: {rule.sentence}"))
            continue
        found = tuple(checks[rule.check](rule, scene))
        findings.extend(found or (kept(rule, f"Kept: {rule.sentence}"),))
    return tuple(findings)


def kept(
    rule: Rule,
    sentence: str,
    *,
    value: float | None = None,
    where: BaseGeometry | ArrayLike | None = None,
    fixtures: Sequence[str] = (),
) -> Finding:
    """Return a finding that the layout keeps a rule."""
    return Finding(
        rule=rule,
        passed=True,
        sentence=sentence,
        value=None if value is None else float(value),
        where=None if where is None else place_of(where),
        fixtures=tuple(fixtures),
    )


def broken(
    rule: Rule,
    sentence: str,
    *,
    value: float | None = None,
    where: BaseGeometry | ArrayLike | None = None,
    fixtures: Sequence[str] = (),
) -> Finding:
    """Return a finding that the layout breaks a rule."""
    return Finding(
        rule=rule,
        passed=False,
        sentence=sentence,
        value=None if value is None else float(value),
        where=None if where is None else place_of(where),
        fixtures=tuple(fixtures),
    )


def unknown(rule: Rule, sentence: str) -> Finding:
    """Return a finding that leaves a rule open."""
    return Finding(rule=rule, passed=None, sentence=sentence)


def overlap(
    rule: Rule, scene: Scene, one: int, other: int, shape: BaseGeometry, how: str, right: str
) -> Finding:
    """Return a finding that a fixture's footprint lies in a shape of another fixture.

    Parameters
    ----------
    one
        Index of the fixture whose footprint is meant.
    other, shape
        Index of the fixture whose shape it is, and the shape.
    how, right
        Parts of the sentence: "lies in the privacy zone of", "it must stay out of it".
    """
    common = scene.footprints.polygon[one].intersection(shape)
    return broken(
        rule,
        f"{about(scene, one)} {how} {about(scene, other)} by {common.area:.3f} m² at "
        f"{at(common)}; {right}",
        value=common.area,
        where=common,
        fixtures=(scene.names[one], scene.names[other]),
    )


def about(scene: Scene, index: int) -> str:
    """Name and place of a fixture."""
    return f"{scene.names[index]} at {at(scene.where(index))}"


def at(where: BaseGeometry | ArrayLike) -> str:
    """Return a place as a sentence says it, metres."""
    x, y = place_of(where)
    return f"({x:.2f}, {y:.2f})"


def place_of(where: BaseGeometry | ArrayLike) -> tuple[float, float]:
    """Return a place in a geometry (the middle of a line), or the point itself."""
    point: NDArray[np.float64]
    if isinstance(where, LineString):
        point = shapely.get_coordinates(where.interpolate(0.5, normalized=True))
    elif isinstance(where, BaseGeometry):
        point = shapely.get_coordinates(where.representative_point())
    else:
        point = np.asarray(where, dtype=float)
    x, y = point.reshape(-1)[:2]
    return float(x), float(y)
