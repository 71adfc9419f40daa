"""How people walk and what a meeting weighs: `demand/walking.toml` with a study's changes.

In: the `walking` and `objective` parts of a study file. Out: `Walking` and `Objective`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.demand.flows import PersonClass
from optimizer.reading import read_toml
from optimizer.study import Objective, Walking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.study_file.model import ObjectiveTable, WalkingTable

__all__ = ["build_objective", "build_walking", "default_objective", "default_walking"]

TERMS = ("walking", "staff_walking", "encounters", "waiting", "overlooked")
LENGTHS = ("radius", "encounter_distance", "lane_width")


def _values() -> Mapping[str, Any]:
    """Values of `demand/walking.toml`."""
    return read_toml(Path(str(files("optimizer.demand").joinpath("walking.toml"))))


def default_walking() -> Walking:
    """How people walk where a study says nothing."""
    values = _values()
    return Walking(
        radius=values["radius"]["value"],
        speed={person: values["speed"][person.value]["value"] for person in PersonClass},
        encounter_distance=values["encounter_distance"]["value"],
        lane_width=values["lane_width"]["value"],
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
    return Walking(speed={**default.speed, **table.speed}, **lengths)


def build_objective(table: ObjectiveTable, defects: list[str]) -> Objective:
    """Weights, with the study's changes."""
    default = default_objective()
    weights: dict[str, float] = {}
    for key in TERMS:
        value = getattr(table, key)
        if value is not None and value < 0:
            defects.append(f"[objective] {key} is {value:g}; must be 0 or more")
        weights[key] = getattr(default, key) if value is None else value
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
    return Objective(classes=classes, **weights)
