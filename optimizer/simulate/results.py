"""A simulation as JSON.

In: `Simulated` and `LineRun` values. Out: what `simulate --json` prints and `simulation.json`
holds. Figures that are not known are null.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.simulate.figures import Compared, Estimate, Simulated
    from optimizer.simulate.queue_day import DayHour
    from optimizer.simulate.queue_run import LineRun
    from optimizer.study import Study

__all__ = ["simulation_to_json"]


def simulation_to_json(
    study: Study,
    simulated: Simulated,
    queues: Sequence[LineRun] = (),
    day: Sequence[DayHour] = (),
) -> dict[str, Any]:
    """Every figure with its interval, its formula's value and their difference."""
    return {
        "schema": 1,
        "study": {"name": study.name, "sha256": study.sha256},
        "hour": simulated.hour,
        "hours": simulated.hours,
        "seeds": list(simulated.seeds),
        "customers": {
            "arrived": sum(len(run.visits) for run in simulated.runs),
            "left": sum(len(run.visits) - run.lost for run in simulated.runs),
            "still_there": sum(run.lost for run in simulated.runs),
        },
        "figures": {figure.name: _compared(figure) for figure in simulated.figures},
        "waiting": {kind: _compared(figure) for kind, figure in simulated.waits.items()},
        "incidents": [
            {
                "kind": incident.kind,
                "sentence": incident.sentence,
                "x": round(incident.where[0], 3),
                "y": round(incident.where[1], 3),
                "count": incident.count,
            }
            for incident in simulated.incidents
        ],
        "queues": [
            {
                "type": line.type,
                "line": line.line,
                "class": line.name,
                "servers": line.servers,
                "utilisation": line.utilisation,
                "wait_minutes": _estimate(line.wait),
                "analytic_wait_minutes": _number(line.analytic_wait),
                "abandoned": _estimate(line.abandoned),
                "analytic_abandoned": _number(line.analytic_abandoned),
            }
            for line in queues
        ],
        "day": [
            {
                "type": row.type,
                "hour": row.hour,
                "arrivals_per_hour": row.arrivals_per_hour,
                "windows": row.windows,
                "wait_minutes": _estimate(row.wait),
                "analytic_wait_minutes": _number(row.analytic_wait),
            }
            for row in day
        ],
    }


def _compared(figure: Compared) -> dict[str, Any]:
    return {
        "unit": figure.unit,
        "simulated": _estimate(figure.simulated),
        "analytic": _number(figure.analytic),
        "difference": _number(figure.difference),
    }


def _estimate(value: Estimate) -> dict[str, Any]:
    return {
        "mean": _number(value.mean),
        "low": _number(value.low),
        "high": _number(value.high),
        "runs": value.runs,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
