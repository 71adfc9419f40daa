"""A result of the store as an object again, for pictures, drawing and report.

In: a study, the content of a `result.json`, the bytes of its proof. Out: a `Result`, its layout
judged anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.demand.flows import PersonClass
from optimizer.equipment.layout_file import parse_layout
from optimizer.evaluate import evaluate
from optimizer.result import (
    BoundStep,
    ConflictEntry,
    CountTrial,
    HistoryPoint,
    Result,
    Seconds,
    Status,
    WalkingBound,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study import Study

__all__ = ["result_of"]


def result_of(study: Study, content: Mapping[str, Any], certificate: bytes = b"") -> Result:
    """The result that a `result.json` tells of.

    Parameters
    ----------
    study
        The study that it belongs to.
    content
        What `report.results.result_to_json` gave.
    certificate
        Bytes of its proof.

    Raises
    ------
    LayoutError
        Where its placements do not belong to the study.
    """
    layout = parse_layout(list(content["placements"]), study) if content["placements"] else None
    seconds = content["seconds"]
    return Result(
        status=Status(content["status"]),
        layout=layout,
        evaluation=None if layout is None else evaluate(study, layout),
        bound=content["objective"]["bound"],
        walking=_walking(study, content["walking"], certificate),
        conflict=tuple(content["conflict"]),
        conflict_rules=tuple(
            ConflictEntry(
                **row
                | {
                    "rules": tuple(row["rules"]),
                    "where": tuple(row["where"]) if row["where"] else None,
                }
            )
            for row in content["conflict_rules"]
        ),
        history=tuple(HistoryPoint(**point) for point in content["history"]),
        counts=tuple(CountTrial(**trial) for trial in content["counts"]),
        notes=tuple(content["notes"]),
        at_most=content["at_most"],
        seconds=Seconds(build=seconds["build"], solve=seconds["solve"]),
        seed=content["seed"],
        workers=content["workers"],
        budget=content["budget"],
        versions=content["versions"],
    )


def _walking(study: Study, walking: Mapping[str, Any], certificate: bytes) -> WalkingBound | None:
    """The proof about walking, back in objective units an hour."""
    if walking["bound_person_metres_per_hour"] is None:
        return None
    unit = study.metre_weight(PersonClass.CUSTOMER) or 1.0
    value = walking["bound_person_metres_per_hour"] * unit
    cost = walking["person_metres_per_hour"] * unit
    return WalkingBound(
        value=value,
        table_cost=value + walking["search_gap"] * cost,
        true_cost=cost,
        method=walking["bound_method"],
        poses=walking["poses"],
        pitch=walking["pitch"],
        steps=tuple(
            BoundStep(
                method=step["method"],
                value=step["bound_person_metres_per_hour"] * unit,
                seconds=step["seconds"],
                open_poses=step["open_poses"],
                regions=step["regions"],
            )
            for step in walking["bound_steps"]
        ),
        file=certificate,
    )
