"""Sentences of rules in Chinese with the names of fixtures and doors in Chinese too.

In: a sentence with names as the study has them. Out: the same with their labels.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.report.place_words import place_label

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["translate_changes", "translate_names"]

#: Words of what a study changed in a rule.
CHANGES = (("severity", "性质"), ("value", "限值"), ("hard", "强制"), ("soft", "推荐"))


def translate_names(study: Study, layout: Layout | None, sentence: str) -> str:
    """Return a sentence with names of fixtures, fixture types and doors as labels in Chinese."""
    names = {placement.fixture for placement in layout.placements} if layout else set()
    names |= set(study.types) | {door.name for door in study.plan.doors}
    if not names:
        return sentence
    longest = sorted((name for name in names if name), key=lambda name: (-len(name), name))
    any_name = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])", re.ASCII)
    return any_name.sub(lambda found: place_label(study, layout, found[0], "zh"), sentence)


def translate_changes(changed: str) -> str:
    """Return what a study changed in a rule, in Chinese."""
    for english, chinese in CHANGES:
        changed = re.sub(rf"\b{english}\b", chinese, changed)
    return changed
