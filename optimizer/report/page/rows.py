"""Rows of the tables of the report.

In: a study, a layout, and the figures in the shape of `result.json`. Out: rows of texts and numbers
in both languages, which the template puts into tables.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from optimizer.report.colours import INK, group_colours
from optimizer.report.figures import HEADLINES, format_figure, headline_figures, tendency
from optimizer.report.page.notes import note_rows
from optimizer.report.page.words import translate_changes, translate_names
from optimizer.report.place_words import flow_label, place_label, type_label
from optimizer.report.words import business_label, quantity
from optimizer.rules.packs import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.report.page.hours import Scenario
    from optimizer.report.words import Tongue
    from optimizer.study import Study

__all__ = [
    "conflict_rows",
    "figure_rows",
    "group_rows",
    "hour_rows",
    "in_both",
    "journey_rows",
    "meeting_rows",
    "place_names_of",
    "reason_rows",
    "rule_row",
    "stop_rows",
    "type_names",
]

#: From this utilisation on a wait is marked, and from this one on the queue grows without end.
BUSY, FULL = 0.85, 1.0


def in_both(tell: Callable[[Tongue], str]) -> dict[str, str]:
    """Return what a function says in English and in Chinese."""
    return {"en": tell("en"), "zh": tell("zh")}


def figure_rows(row: Mapping[str, Any], was: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the headline figures as text, with today's and the change where there is a today."""
    old = {f.key: f for f in headline_figures(was, flows=True)} if was else {}
    lines = []
    for f in headline_figures(row, flows=True):
        before = old.get(f.key)
        change, turn = "–", ""
        mood: str = ""
        if before and before.value is not None and f.value is not None:
            rise = f.value - before.value
            if math.isfinite(rise):
                change = format_figure(f.key, rise, sign=True)
                mood = tendency(f.key, rise)
                turn = "up" if mood and rise > 0 else "down" if mood else ""
        lines.append(
            {
                "key": f.key,
                "headline": f.key in HEADLINES,
                "before": before.text if before else "–",
                "after": f.text,
                "change": change,
                "mood": f"{mood} {turn}".strip(),
            }
        )
    return lines


def group_rows(study: Study, evaluation: Evaluation | None) -> list[dict[str, str]]:
    """Return name, colour and words of each business and staff round that walks."""
    walking = {
        group
        for leg in (evaluation.legs if evaluation else ())
        for groups in (leg.by_group, *leg.by_period)
        for group in groups
    }
    return [
        {"name": name, "colour": colour, **_business(study, name)}
        for name, colour in group_colours(study).items()
        if name in walking
    ]


def journey_rows(study: Study, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return business, its share of customers, metres and minutes from door to door."""
    colours = group_colours(study)
    shares = {business.name: business.share for business in study.mix.businesses}
    visits = row.get("door_to_door", {}).get("by_business", {})
    detours = row.get("detour", {}).get("by_journey", {})
    return [
        {
            "colour": colours.get(name, INK),
            **_business(study, name),
            "share": shares.get(name),
            "metres": metres,
            "detour": detours.get(name),
            "minutes": visits.get(name),
        }
        for name, metres in row["walking"]["by_journey"].items()
    ]


def hour_rows(hours: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Return each hour with the mean wait at every kind of fixture, busy ones marked."""
    return [
        {
            "en": hour.en,
            "zh": hour.zh,
            "arrivals": hour.arrivals,
            "base": hour.base,
            "waits": {
                stop: {
                    "minutes": figures.mean_minutes
                    if math.isfinite(figures.mean_minutes)
                    else None,
                    "mood": "full"
                    if figures.utilisation >= FULL
                    else "busy"
                    if figures.utilisation >= BUSY
                    else "",
                    "utilisation": figures.utilisation,
                }
                for stop, figures in hour.waiting.items()
            },
        }
        for hour in hours
    ]


def meeting_rows(
    study: Study, layout: Layout | None, row: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the pairs of flows that meet most, with the labels of their ends."""
    return [
        {
            **pair,
            "one": in_both(partial(flow_label, study, layout, pair["one"])),
            "other": in_both(partial(flow_label, study, layout, pair["other"])),
        }
        for pair in row["crossing"]["worst_pairs"]
    ]


def rule_row(study: Study, layout: Layout | None, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the rules table with its outcome in words and its mood."""
    outcome = {True: "kept", False: "not_kept", None: "by_eye"}[rule["passed"]]
    mood = ""
    if rule["passed"] is False:
        mood = "broken" if rule["severity"] == "hard" else "weak"
    # the column of the outcome says it already; told again in English it hides what was measured
    plain = {f"Kept: {rule['rule']}", f"To be looked at on site: {rule['rule']}", rule["rule"]}
    return {
        **rule,
        "sentence": "" if rule["sentence"] in plain else rule["sentence"],
        "sentence_zh": translate_names(study, layout, rule.get("sentence_zh", rule["sentence"])),
        "changed_zh": translate_changes(rule["changed"]),
        "outcome": outcome,
        "mood": mood,
        "measured": in_both(partial(quantity, rule["value"], rule["unit"])),
        "most": in_both(partial(quantity, rule["limit"], rule["unit"])),
    }


def conflict_rows(
    study: Study, layout: Layout | None, row: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rules and wishes that cannot hold together, with what would do."""
    entries = row.get("conflict_rules") or []
    known = {rule.id: rule for rule in rules_of(study)} if entries else {}
    return [
        {
            **entry,
            # results of earlier versions have no Chinese of their own
            "rule_zh": translate_names(study, layout, entry.get("sentence_zh", ""))
            or "；".join(known[name].sentence_zh for name in entry["rules"] if name in known),
            "asked": in_both(partial(quantity, entry["value"], entry["unit"])),
            "would_do": in_both(partial(quantity, entry["relaxed_to"], entry["unit"])),
        }
        for entry in entries
    ]


def reason_rows(
    study: Study, layout: Layout | None, row: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return the other reasons why nothing fits, in English and Chinese."""
    told = {entry["sentence"] for entry in row.get("conflict_rules") or []}
    rows = note_rows(sentence for sentence in row["conflict"] if sentence not in told)
    return [{**one, "zh": translate_names(study, layout, one["zh"])} for one in rows]


def stop_rows(study: Study, layout: Layout | None, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the first stops of customers, and from where they are seen."""
    return [
        {**stop, **in_both(partial(place_label, study, layout, stop["fixture"]))}
        for stop in row.get("diversion", {}).get("first_stops", [])
    ]


def place_names_of(study: Study, layout: Layout | None) -> dict[str, dict[str, str]]:
    """Return the labels of all fixtures of a layout by name."""
    return {
        p.fixture: in_both(partial(place_label, study, layout, p.fixture))
        for p in (layout.placements if layout else ())
    }


def type_names(study: Study, names: Any) -> dict[str, dict[str, str]]:
    """Return the labels of fixture types by name."""
    return {name: in_both(partial(type_label, study, name)) for name in names}


def _business(study: Study, name: str) -> dict[str, str]:
    return in_both(partial(business_label, study, name))
