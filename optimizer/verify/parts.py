"""The periods of a study worked out again: each as a study of one hour with some windows closed.

In: a study and its placed fixtures. Out: `Part`s with the study of each period, the fixtures that
are open in it, and its weight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.demand.mix import Arrivals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.demand.periods import Period
    from optimizer.study import Study
    from optimizer.verify.placed import Placed

__all__ = ["Part", "list_parts"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A period: its weight, its people as a study of one hour, and the fixtures open in it."""

    name: str
    weight: float
    study: Study
    open: tuple[Placed, ...]


def list_parts(study: Study, fixtures: Sequence[Placed]) -> tuple[Part, ...]:
    """All periods of a study; weights add to 1."""
    people = [_people(study, period) for period in study.periods]
    opened = [_open(study, period, fixtures) for period in study.periods]
    if study.objective.periods == "mix":
        given = [
            len(p.hours) * (len(p.weekdays) or 7) if p.weight is None else p.weight
            for p in study.periods
        ]
        weights = [value / sum(given) for value in given]
    else:
        brief = _brief(study)
        pressure = []
        for period, number in zip(study.periods, people, strict=True):
            staffed = sum(
                _places(study, period, kind, count) * max(1, study.types[kind].servers)
                for kind, count in brief.items()
                if kind in study.mix.service.staffed
            )
            pressure.append(number / max(staffed, 1))
        heaviest = pressure.index(max(pressure))
        weights = [float(k == heaviest) for k in range(len(pressure))]
    return tuple(
        Part(
            name=period.name,
            weight=weight,
            study=replace(
                study,
                periods=(),
                design_hour=study.hour,
                mix=replace(study.mix, arrivals=Arrivals(per_hour={study.hour: number})),
            ),
            open=ones,
        )
        for period, weight, number, ones in zip(study.periods, weights, people, opened, strict=True)
    )


def _people(study: Study, period: Period) -> float:
    """Customers per hour of a period."""
    if period.arrivals is not None:
        return period.arrivals
    arrivals = study.mix.arrivals
    days = [arrivals.by_weekday.get(d, arrivals.per_hour) for d in period.weekdays]
    table = days or [arrivals.per_hour]
    return math.fsum(day.get(h, 0.0) for day in table for h in period.hours) / (
        len(table) * len(period.hours)
    )


def _brief(study: Study) -> dict[str, int]:
    """Fixtures by type of the full brief."""
    counts: dict[str, int] = {}
    for group in study.groups:
        counts[group.type] = counts.get(group.type, 0) + group.max
    return counts


def _places(study: Study, period: Period, kind: str, count: int) -> int:
    """Fixtures of a type that are open, of so many."""
    each = max(1, study.types[kind].servers)
    if kind in period.open:
        return min(count, math.ceil(period.open[kind] / each))
    if kind in study.mix.service.staffed and study.types[kind].servers:
        wanted = max(1, math.ceil(period.open_share * count * each - 1e-9))
        return min(count, math.ceil(wanted / each))
    return count


def _open(study: Study, period: Period, fixtures: Sequence[Placed]) -> tuple[Placed, ...]:
    """Fixtures that are open: the first of each type by the study's order of names."""
    order = [name for group in study.groups for name in group.names()]
    place = {name: k for k, name in enumerate(order)}
    by_type: dict[str, list[Placed]] = {}
    for fixture in sorted(fixtures, key=lambda f: place.get(f.name, len(order))):
        by_type.setdefault(fixture.kind.name, []).append(fixture)
    kept = {
        fixture.name
        for kind, own in by_type.items()
        for fixture in own[: _places(study, period, kind, len(own))]
    }
    return tuple(fixture for fixture in fixtures if fixture.name in kept)
