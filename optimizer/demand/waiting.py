"""How long customers wait at each kind of fixture of a layout.

In: a `Study` (and a layout and an hour). Out: `WaitingFigures` per fixture type: mean and 95th
percentile of the wait, utilisation. All fixtures of a type share one queue, as with a queue
machine that calls the next ticket to whichever window is free.

The service time at a type is a mixture over the businesses that use it: each has its own mean
(`service_minutes`) and the coefficient of variation of `service.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.demand.flows import compute_visits
from optimizer.demand.queues import Stream, compute_queue, pool_streams
from optimizer.evaluation import WaitingFigures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.mix import BusinessMix
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["compute_streams", "compute_waiting", "service_variation"]

#: The reported percentile of the wait.
PERCENTILE = 0.95

MINUTES_PER_HOUR = 60.0


def compute_waiting(
    study: Study, layout: Layout | None = None, hour: int | None = None
) -> dict[str, WaitingFigures]:
    """Waits in minutes at each fixture type that serves customers.

    Parameters
    ----------
    study
        Business mix, arrivals and fixture types.
    layout
        Which fixtures there are; None for the full brief.
    hour
        Hour of the day; None for the design hour.

    Returns
    -------
    dict of str to WaitingFigures
        By fixture type, in alphabetical order. A type that serves nobody (servers 0), that nobody
        uses, or for which no service time is known is left out. Where more people come than can
        be served, the utilisation is 1 or more and mean and percentile are inf.
    """
    hour = study.hour if hour is None else hour
    places = study.servers(layout)
    arrivals = study.mix.arrivals.per_hour.get(hour, 0.0)
    visits = compute_visits(study.mix, places, arrivals)
    streams = compute_streams(study.mix, visits)
    figures: dict[str, WaitingFigures] = {}
    for kind in sorted(streams):
        if not study.types[kind].servers:
            continue
        queue = compute_queue(streams[kind], places[kind])
        figures[kind] = WaitingFigures(
            mean_minutes=queue.mean_wait,
            p95_minutes=queue.percentile(PERCENTILE),
            utilisation=queue.utilisation,
            arrivals_per_hour=sum(visits[kind].values()),
            servers=places[kind],
        )
    return figures


def compute_streams(
    mix: BusinessMix, visits: Mapping[str, Mapping[str, float]]
) -> dict[str, Stream]:
    """Customers per minute and service times in minutes, by fixture type.

    Businesses that use a type without a service time for it take as long there as the others do
    on average; a type for which no business has one is left out.

    Parameters
    ----------
    mix
        Holds the service times.
    visits
        Fixture type → business → customers per hour, from `compute_visits`.
    """
    minutes = {business.name: business.service_minutes for business in mix.businesses}
    streams: dict[str, Stream] = {}
    for kind, by_business in visits.items():
        known = [
            Stream(
                arrivals=rate / MINUTES_PER_HOUR,
                service=minutes[name][kind],
                variation=service_variation(),
            )
            for name, rate in by_business.items()
            if minutes[name].get(kind, 0.0) > 0
        ]
        if known:
            pooled = pool_streams(known)
            streams[kind] = Stream(
                arrivals=sum(by_business.values()) / MINUTES_PER_HOUR,
                service=pooled.service,
                variation=pooled.variation,
            )
    return streams


@cache
def service_variation() -> float:
    """Coefficient of variation of one business's service time, from `service.toml`."""
    text = files("optimizer.demand").joinpath("service.toml").read_text(encoding="utf-8")
    return float(tomllib.loads(text)["variation"]["value"])
