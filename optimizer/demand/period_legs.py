"""Legs of a layout with the people of every period.

In: a study and the names of a layout's fixtures. Out: `LegEnds` with people per hour by the
study's reference weights, and by period. Paths are the same in all periods, only rates differ.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass, compute_flows
from optimizer.demand.legs import LegEnds, expand_flows
from optimizer.demand.open_windows import open_fixtures, open_places
from optimizer.demand.periods import period_arrivals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = ["fixture_places", "layout_legs"]


def fixture_places(study: Study, names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Places by fixture type of fixtures by type; one that serves nobody counts one."""
    return {kind: len(own) * max(1, study.types[kind].servers) for kind, own in names.items()}


def layout_legs(
    study: Study, names: Mapping[str, tuple[str, ...]], hour: int | None = None
) -> tuple[LegEnds, ...]:
    """Legs between the fixtures and doors of a layout.

    Parameters
    ----------
    study
        Business mix, doors, periods.
    names
        Names of the fixtures by type.
    hour
        An hour of the day, with everything open; None for the study's periods, or its design
        hour where it has none.

    Returns
    -------
    tuple of LegEnds
        With periods, `rate` and `by_group` are those of the reference weights.
    """
    places = fixture_places(study, names)
    if hour is not None or not study.periods:
        return expand_flows(study.plan, study.flows_for(places, hour), names)
    count = len(study.periods)
    found: defaultdict[tuple[str, str, PersonClass], list[Mapping[str, float]]] = defaultdict(
        lambda: [{} for _ in range(count)]
    )
    for k, period in enumerate(study.periods):
        arrivals = period_arrivals(study.mix.arrivals, period)
        flows = compute_flows(study.mix, open_places(study, period, places), arrivals)
        for leg in expand_flows(study.plan, flows, open_fixtures(study, period, names)):
            found[leg.source, leg.target, leg.person][k] = leg.by_group
    weights = study.reference_weights
    legs = []
    for (source, target, person), by_period in found.items():
        by_group: defaultdict[str, float] = defaultdict(float)
        for weight, groups in zip(weights, by_period, strict=True):
            for group, rate in groups.items():
                by_group[group] += weight * rate
        legs.append(
            LegEnds(
                source=source,
                target=target,
                rate=sum(by_group.values()),
                by_group=dict(by_group),
                person=person,
                by_period=tuple(by_period),
            )
        )
    return tuple(legs)
