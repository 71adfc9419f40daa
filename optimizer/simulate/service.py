"""How long a simulated customer takes at a stop.

In: a study, and the places of a layout. Out: mean and spread by fixture type and business, as the
formulas of `demand.waiting` have them, and seconds at stops without a service time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.flows import compute_visits
from optimizer.demand.waiting import business_streams
from optimizer.simulate.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = ["ServiceTime", "dwell", "service_times"]


@dataclass(frozen=True, kw_only=True)
class ServiceTime:
    """Service time of one business at one fixture type.

    Parameters
    ----------
    mean
        Seconds.
    variation
        Standard deviation over mean.
    """

    mean: float
    variation: float

    def drawn(self, luck: float) -> float:
        """Seconds of a lognormal time that is so many standard deviations off, in its logarithm."""
        spread = math.sqrt(math.log1p(self.variation**2))
        return self.mean * math.exp(spread * (luck - spread / 2.0))


def dwell(kind: str) -> float:
    """Seconds at a stop for which the study has no service time."""
    return float(parameter("dwell").get(kind, parameter("dwell", "other")))


def service_times(
    study: Study, servers: Mapping[str, int], arrivals: float
) -> dict[str, dict[str, ServiceTime]]:
    """Service times by type and business, with what checks by staff add."""
    visits = compute_visits(study.mix, servers, arrivals)
    return {
        kind: {
            name: ServiceTime(mean=60.0 * stream.service, variation=stream.variation)
            for name, stream in streams.items()
        }
        for kind, streams in business_streams(study.mix, visits, servers).items()
    }
