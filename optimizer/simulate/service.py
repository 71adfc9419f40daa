"""How long a simulated customer takes at a stop.

In: a study, and the places of a layout. Out: mean seconds by fixture type and business, as the
formulas of `demand.waiting` have them, and seconds at stops without a service time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.flows import compute_visits
from optimizer.demand.waiting import business_streams
from optimizer.simulate.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = ["dwell", "service_seconds"]


def dwell(kind: str) -> float:
    """Seconds at a stop for which the study has no service time."""
    return float(parameter("dwell").get(kind, parameter("dwell", "other")))


def service_seconds(
    study: Study, servers: Mapping[str, int], arrivals: float
) -> dict[str, dict[str, float]]:
    """Mean seconds of service by type and business, with what checks by staff add."""
    visits = compute_visits(study.mix, servers, arrivals)
    return {
        kind: {name: 60.0 * stream.service for name, stream in streams.items()}
        for kind, streams in business_streams(study.mix, visits, servers).items()
    }
