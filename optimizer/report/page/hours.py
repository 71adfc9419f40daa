"""Flows and waits of every hour, or of every period, for the switch of the report.

In: a study, a layout and its evaluation. Out: one `Scenario` for each hour at which somebody comes,
or, where the study has periods, for all of them together and for each. The ways are those of the
evaluation; only how many walk them changes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.period_legs import layout_legs
from optimizer.demand.waiting import compute_waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation, WaitingFigures
    from optimizer.study import Study

__all__ = ["Scenario", "hour_name", "scenarios"]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One hour, or one period.

    Parameters
    ----------
    en, zh
        What it is called.
    arrivals
        Customers per hour.
    rates
        People per hour by business, for each leg of the evaluation, in their order.
    waiting
        Waits by fixture type.
    base
        Whether the figures of the evaluation are those of this one.
    """

    en: str
    zh: str
    arrivals: float
    rates: tuple[Mapping[str, float], ...]
    waiting: Mapping[str, WaitingFigures]
    base: bool


def scenarios(study: Study, layout: Layout, evaluation: Evaluation) -> tuple[Scenario, ...]:
    """Return the hours at which somebody comes, in order, or the periods of the study."""
    if evaluation.periods:
        return _periods(evaluation)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for placement in layout.placements:
        names[placement.type].append(placement.fixture)
    fixtures = {kind: tuple(of) for kind, of in names.items()}
    arrivals = {
        hour: people for hour, people in sorted(study.mix.arrivals.per_hour.items()) if people > 0
    }
    found = []
    for hour, people in arrivals.items():
        if hour == evaluation.hour:
            rates = tuple(leg.by_group for leg in evaluation.legs)
            waiting = evaluation.waiting
        else:
            ends = layout_legs(study, fixtures, hour)
            by_ends = {(leg.source, leg.target, leg.person): leg.by_group for leg in ends}
            rates = tuple(
                by_ends.get((leg.source, leg.target, leg.person), {}) for leg in evaluation.legs
            )
            waiting = compute_waiting(study, layout, hour)
        name = hour_name(hour)
        found.append(
            Scenario(
                en=name,
                zh=name,
                arrivals=people,
                rates=rates,
                waiting=waiting,
                base=hour == evaluation.hour,
            )
        )
    return tuple(found)


def hour_name(hour: int) -> str:
    """Return an hour as shown: "09:00–10:00"."""
    return f"{hour:02d}:00–{hour + 1:02d}:00"


def _periods(evaluation: Evaluation) -> tuple[Scenario, ...]:
    """All periods by their weights, and each."""
    whole = Scenario(
        en="all periods, by weight",
        zh="各时段加权",
        arrivals=evaluation.arrivals_per_hour,
        rates=tuple(leg.by_group for leg in evaluation.legs),
        waiting=evaluation.waiting,
        base=True,
    )
    parts = (
        Scenario(
            en=period.name.replace("_", " "),
            zh=period.label_zh or period.name,
            arrivals=period.arrivals_per_hour,
            rates=tuple(
                leg.by_period[k] if k < len(leg.by_period) else {} for leg in evaluation.legs
            ),
            waiting=period.waiting,
            base=False,
        )
        for k, period in enumerate(evaluation.periods)
    )
    return (whole, *parts)
