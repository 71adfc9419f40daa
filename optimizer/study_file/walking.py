"""How people walk and what a meeting weighs: `demand/walking.toml` with a study's changes.

In: the `walking` and `objective` parts of a study file. Out: `Walking` and `Objective`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.demand.flows import PersonClass
from optimizer.measures import BASIC, MEASURES
from optimizer.reading import read_toml
from optimizer.study import Objective, Walking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study_file.model import WalkingTable
    from optimizer.study_file.weights import LimitsTable, LimitTable, ObjectiveTable

__all__ = [
    "build_limits",
    "build_objective",
    "build_walking",
    "default_objective",
    "default_walking",
]

LENGTHS = ("radius", "encounter_distance", "lane_width")


@cache
def _values() -> Mapping[str, Any]:
    """Values of `demand/walking.toml`, read once."""
    return read_toml(Path(str(files("optimizer.demand").joinpath("walking.toml"))))


def default_walking() -> Walking:
    """How people walk where a study says nothing."""
    values = _values()
    return Walking(
        radius=values["radius"]["value"],
        speed={person: values["speed"][person.value]["value"] for person in PersonClass},
        encounter_distance=values["encounter_distance"]["value"],
        lane_width=values["lane_width"]["value"],
        wheelchair_share=values["wheelchair_share"]["value"],
    )


def default_objective() -> Objective:
    """Weights where a study says nothing, with those of the classes that meet."""
    pairs = _values()["class_weight"]["pairs"]
    return Objective(
        classes={
            (PersonClass(pair["classes"][0]), PersonClass(pair["classes"][1])): pair["value"]
            for pair in pairs
        }
    )


def build_walking(table: WalkingTable, defects: list[str]) -> Walking:
    """How people walk, with the study's changes."""
    default = default_walking()
    lengths: dict[str, float] = {}
    for key in LENGTHS:
        value = getattr(table, key)
        if value is not None and not 0 < value <= 10:
            defects.append(f"[walking] {key} is {value:g}; must be more than 0 and at most 10 m")
        lengths[key] = getattr(default, key) if value is None else value
    for person, value in table.speed.items():
        if not 0 < value <= 10:
            defects.append(
                f"[walking] speed of {person.value} is {value:g}; must be more than 0 and at most "
                "10 m/s"
            )
    share = default.wheelchair_share if table.wheelchair_share is None else table.wheelchair_share
    if not 0 <= share <= 1:
        defects.append(f"[walking] wheelchair_share is {share:g}; must be 0 to 1")
    return Walking(speed={**default.speed, **table.speed}, wheelchair_share=share, **lengths)


def build_limits(table: LimitsTable, defects: list[str]) -> dict[str, float]:
    """Limits by measure, each on the side that suits it."""
    limits: dict[str, float] = {}
    for name, measure in MEASURES.items():
        given: LimitTable | None = getattr(table, name)
        if given is None:
            continue
        found = {k: v for k in ("max", "min", "value") if (v := getattr(given, k)) is not None}
        side = measure.side
        wrong = "min" if side == "max" else "max"
        better = f"{measure.better.value} of it is better"
        if wrong in found:
            defects.append(f"[limits] {name} has {wrong!r}; {better}, so {side!r} is right")
        elif len(found) != 1:
            defects.append(f"[limits] {name} must be a number or {{ {side} = number }}")
        else:
            (value,) = found.values()
            most = 1.0 if measure.unit == "share" else math.inf
            if not 0 <= value <= most:
                right = "0 to 1" if most == 1.0 else "0 or more"
                defects.append(f"[limits] {name} is {value:g}; must be {right}")
            limits[name] = float(value)
    return limits


def build_objective(table: ObjectiveTable, defects: list[str]) -> Objective:
    """Weights, with the study's changes."""
    default = default_objective()
    weights: dict[str, Any] = {}
    measures: dict[str, float] = {}
    for key in MEASURES:
        value = getattr(table, key)
        if value is not None and value < 0:
            defects.append(f"[objective] {key} is {value:g}; must be 0 or more")
        if key in BASIC:
            weights[key] = getattr(default, key) if value is None else value
        elif value:
            measures[key] = value
    classes = dict(default.classes)
    for one, others in table.class_weights.items():
        for other, value in others.items():
            if value < 0:
                defects.append(
                    f"[objective.class_weights] {one.value} and {other.value} is {value:g}; must "
                    "be 0 or more"
                )
            classes.pop((other, one), None)
            classes[one, other] = value
    return replace(default, classes=classes, measures=measures, periods=table.periods, **weights)
