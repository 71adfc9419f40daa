"""A Pareto front as files: JSON and a table for spreadsheets.

In: a `Study` and its `ParetoFront`. Out: the content of `pareto.json`, and `pareto.csv`.

`pareto.json` (schema 1) holds "axes" (name, unit, whether it varies, reference point, today's
value), "hypervolume", "knee", and "points" in the order of the first axis, each with its "name",
"roles", "values" by axis, "changes" against the point that is best on the first axis (shares), the
study's "objective", rules broken, and "placements".
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from optimizer.report.atomic import write_whole
from optimizer.report.comparison import plain_cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.place.pareto import ParetoFront, ParetoPoint
    from optimizer.study import Study

__all__ = ["FRONT_SCHEMA", "front_to_json", "knee_sentence", "write_front_csv"]

#: Version of the shape of `pareto.json`.
FRONT_SCHEMA = 1


def front_to_json(study: Study, front: ParetoFront) -> dict[str, Any]:
    """Return the content of `pareto.json`.

    Parameters
    ----------
    study
        What was searched.
    front
        Its front; without points every key is there all the same, and "conflict" says why.
    """
    return {
        "schema": FRONT_SCHEMA,
        "study": {"name": study.name, "sha256": study.sha256},
        "seed": front.seed,
        "workers": front.workers,
        "budget": front.budget,
        "seconds": {
            "build": front.seconds.build,
            "solve": front.seconds.solve,
            "total": front.seconds.total,
        },
        "versions": dict(front.versions),
        "conflict": list(front.conflict),
        "evaluated": front.evaluated,
        "refused": front.refused,
        "axes": _axes(front),
        "hypervolume": front.hypervolume,
        "knee": front.knee.name if front.knee else None,
        "points": [_point(front, point) for point in front.points],
    }


def write_front_csv(front: ParetoFront, path: str | Path) -> None:
    """Write one line for each point: name, roles, value and change of every axis, layout file."""
    names = [axis.name for axis in front.axes]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    changes = [f"{name} change %" for name in names]
    constant = [f"{name} (constant)" for name in front.constant]
    head = ["name", "roles", *names, *changes, *constant, "objective", "layout"]
    writer.writerow([plain_cell(cell) for cell in head])
    for point in front.points:
        change = front.changes(point, front.points[0])
        writer.writerow(
            [
                plain_cell(point.name),
                plain_cell(" ".join(point.roles)),
                *(f"{point.values[name]:.6g}" for name in names),
                *("" if (c := change[n]) is None else f"{100 * c:.2f}" for n in names),
                *(f"{value:.6g}" for value in front.constant.values()),
                f"{point.evaluation.objective.value:.6g}",
                plain_cell(f"layouts/{point.name}.json"),
            ]
        )
    write_whole(path, out.getvalue())


def knee_sentence(front: ParetoFront) -> str:
    """What the knee gives for what, against the point that is best on the first axis; "" if none.

    For example: "knee: encounters −83 %, walking +0.8 %, against the least walking".
    """
    knee = front.knee
    if knee is None:
        return ""
    changes = front.changes(knee, front.points[0])
    names = [axis.name for axis in front.axes]
    parts = [
        f"{name.replace('_', ' ')} {percent(changes[name])}" for name in (*names[1:], names[0])
    ]
    return f"knee: {', '.join(parts)}, against the least {names[0].replace('_', ' ')}"


def percent(change: float | None) -> str:
    """A share as a change in per cent, with a sign."""
    return "from none" if change is None else f"{100 * change:+.1f} %".replace("-", "−")


def _axes(front: ParetoFront) -> list[dict[str, Any]]:
    today = front.today or {}
    varying = [
        {
            "name": axis.name,
            "unit": axis.unit,
            "varies": True,
            "reference": front.reference[axis.name],
            "today": today.get(axis.name),
        }
        for axis in front.axes
    ]
    constant = [
        {"name": name, "varies": False, "value": value, "today": today.get(name)}
        for name, value in front.constant.items()
    ]
    return [*varying, *constant]


def _point(front: ParetoFront, point: ParetoPoint) -> dict[str, Any]:
    findings = point.evaluation.findings
    broken: Mapping[str, int] = {
        severity: sum(f.passed is False and f.rule.severity == severity for f in findings)
        for severity in ("hard", "soft")
    }
    return {
        "name": point.name,
        "roles": list(point.roles),
        "values": dict(point.values),
        "changes": front.changes(point, front.points[0]),
        "objective": point.evaluation.objective.value,
        "hard_broken": broken["hard"],
        "soft_broken": broken["soft"],
        "layout": f"layouts/{point.name}.json",
        "placements": point.layout.to_json(),
    }
