"""What reports call the places that people walk between.

In: a study, a layout, the name of a fixture, a fixture type or a door. Out: its label in a
language; names of the drawing's doors are kept in English and told by their kind in Chinese.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.demand.flows import ENTRANCE, EXIT
from optimizer.report.words import both, fixture_label, word

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.plan.model import FloorPlan
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["door_label", "flow_label", "has_chinese", "place_label", "type_label"]

#: What stands between the two ends of a flow's name.
ARROW = " → "


def has_chinese(text: str) -> bool:
    """Whether a text has a Chinese sign in it."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def type_label(study: Study, name: str, language: Language) -> str:
    """Return what reports call a fixture type; its name, readable, where the study has none."""
    kind = study.types.get(name)
    return both(kind.label, kind.label_zh, language) if kind else name.replace("_", " ")


def door_label(plan: FloorPlan, name: str, language: Language) -> str:
    """Return what reports call a door.

    In Chinese a door whose name has no Chinese sign is told by its kind, with a number where the
    plan has several of them.
    """
    plain = name.replace("_", " ")
    door = next((door for door in plan.doors if door.name == name), None)
    if door is None or language != "zh" or has_chinese(name):
        return plain
    same = [other.name for other in plan.doors if other.kind is door.kind]
    number = f" {same.index(name) + 1}" if len(same) > 1 else ""
    return word("door", door.kind, "zh") + number


def place_label(study: Study, layout: Layout | None, name: str, language: Language) -> str:
    """Return what reports call a fixture of a layout, a fixture type or a door."""
    for placement in layout.placements if layout else ():
        if placement.fixture == name:
            return fixture_label(study, name, placement.type, language, " ")
    if name in study.types:
        return type_label(study, name, language)
    if name in (ENTRANCE, EXIT):
        return word("door", name, language)
    return door_label(study.plan, name, language)


def flow_label(study: Study, layout: Layout | None, name: str, language: Language) -> str:
    """Return what reports call a walk "from → to"."""
    return ARROW.join(place_label(study, layout, end, language) for end in name.split(ARROW))
