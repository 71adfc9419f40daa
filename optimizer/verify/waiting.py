"""Waiting worked out again: one queue per fixture type, by Allen and Cunneen's formula.

In: a study and its placed fixtures. Out: the figures of "waiting.by_stop" and the person-seconds.

With a = λ·s people in service on average at c servers, Erlang's C is the chance to wait,
Wq = C · s / (c − a) · (1 + v²)/2 the mean wait, and P(wait > t) = C · exp(−C t / Wq).
"""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.verify.demand import count_places, count_visits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.study import Study
    from optimizer.verify.placed import Placed

__all__ = ["queue_figures", "waiting_seconds"]


def queue_figures(study: Study, fixtures: Sequence[Placed]) -> dict[str, dict[str, float]]:
    """Figures of each type that serves customers for whom a service time is known."""
    minutes = {business.name: business.service_minutes for business in study.mix.businesses}
    spread = _service_variation()
    places = count_places(fixtures)
    figures: dict[str, dict[str, float]] = {}
    for kind, by_business in count_visits(study, fixtures).items():
        known = {
            name: rate
            for name, rate in by_business.items()
            if rate > 0 and minutes[name].get(kind, 0.0) > 0
        }
        if not known or not study.types[kind].servers:
            continue
        timed = sum(known.values())
        mean = sum(rate * minutes[name][kind] for name, rate in known.items()) / timed
        # E[S²] of the mixture: each business has mean m and standard deviation v·m
        square = sum(
            rate * minutes[name][kind] ** 2 * (1 + spread**2) for name, rate in known.items()
        )
        variation = square / timed / mean**2 - 1  # squared coefficient of variation
        arrivals = sum(by_business.values())
        figures[kind] = {
            **_queue(arrivals / 60, mean, variation, places[kind]),
            "arrivals_per_hour": arrivals,
            "servers": places[kind],
        }
    return figures


def waiting_seconds(figures: Mapping[str, Mapping[str, float]]) -> float:
    """Person-seconds of waiting in an hour.

    Where more come than can be served, the mean wait of the hour is half of what is missing at
    its end: (utilisation − 1) · 30 minutes.
    """
    total = 0.0
    for row in figures.values():
        wait = row["mean_minutes"]
        if not math.isfinite(wait):
            wait = max(row["utilisation"] - 1, 0.0) * 30
        total += 60 * wait * row["arrivals_per_hour"]
    return total


def _queue(rate: float, mean: float, variation: float, servers: int) -> dict[str, float]:
    """Mean and 95th percentile of the wait in minutes, and the utilisation."""
    load = rate * mean
    if load >= servers:
        wait = late = math.inf
    else:
        # terms a^k / k! over the last of them, so that many servers do not overflow
        below, term = 0.0, 1.0
        for k in range(servers, 0, -1):
            term *= k / load
            below += term
        tail = servers / (servers - load)
        delayed = tail / (below + tail)
        wait = delayed * mean / (servers - load) * (1 + variation) / 2
        late = wait / delayed * math.log(delayed / 0.05) if delayed > 0.05 else 0.0
    return {"mean_minutes": wait, "p95_minutes": late, "utilisation": load / servers}


def _service_variation() -> float:
    """Coefficient of variation of one business's service time."""
    text = files("optimizer.demand").joinpath("service.toml").read_text(encoding="utf-8")
    return float(tomllib.loads(text)["variation"]["value"])
