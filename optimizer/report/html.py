"""The report: one HTML file that needs nothing else.

In: a `Study`, a layout with its evaluation, and, where there is one, the `Result` it came from and
the evaluation of today's layout. Out: a page with the plan (flows by business and hour, layers to
switch, figures under the pointer, before and after to slide), figures, tables, the certificate and
the assumptions, in English and Chinese.

Nothing is loaded from anywhere, and a policy in the page forbids it. All text is escaped by
jinja2; only the pictures, which are escaped as they are written, and the page's own style and
script go in as they are.
"""

from __future__ import annotations

import base64
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from jinja2 import Environment, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from optimizer.report.atomic import write_whole
from optimizer.report.charts import plot_history, plot_waiting
from optimizer.report.fonts import subset_font
from optimizer.report.least_change_picture import change_rows, plot_least_change
from optimizer.report.page.assumptions import assumption_rows, grade_counts
from optimizer.report.page.hours import scenarios
from optimizer.report.page.inline import chart_in_both
from optimizer.report.page.notes import note_rows
from optimizer.report.page.plan import PlanPictures, plan_pictures
from optimizer.report.page.rows import (
    conflict_rows,
    figure_rows,
    group_rows,
    hour_rows,
    journey_rows,
    meeting_rows,
    place_names_of,
    reason_rows,
    rule_row,
    stop_rows,
    type_names,
)
from optimizer.report.peak_chart import plot_peaks
from optimizer.report.results import evaluation_to_json, result_to_json
from optimizer.report.roster_picture import plot_roster
from optimizer.report.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.demand.roster.model import Roster
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.place.least_change import ChangeStep
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["render_report", "write_report"]

#: Where the page's font goes, once its signs are known; stands in report.css.
FONT_PLACE = "/* font */"
#: Layers of the picture: word, beginnings of gids, whether shown at first.
LAYERS = (
    ("names", "label: leader: zone-label:", True),
    ("privacy", "privacy: own-zone:", True),
    ("reading", "read:", False),
    ("conflicts", "meeting:", False),
    ("sights", "sight: eye: screen:", False),
    ("broken", "broken:", False),
    ("routes", "route bottleneck farthest longest away:", False),
    ("guides", "guide: parting", False),
)
#: Scripts of the page, in the order in which they run.
SCRIPTS = ("report.js", "flows.js", "hover.js")


def write_report(
    study: Study,
    path: str | Path,
    *,
    layout: Layout | None,
    evaluation: Evaluation | None,
    result: Result | None = None,
    today: Evaluation | None = None,
    steps: Sequence[ChangeStep] = (),
    roster: Roster | None = None,
    language: Literal["en", "zh"] = "zh",
) -> None:
    """Write the report, whole or not at all; see `render_report`."""
    page = render_report(
        study,
        layout=layout,
        evaluation=evaluation,
        result=result,
        today=today,
        steps=steps,
        roster=roster,
        language=language,
    )
    write_whole(path, page)


def render_report(
    study: Study,
    *,
    layout: Layout | None,
    evaluation: Evaluation | None,
    result: Result | None = None,
    today: Evaluation | None = None,
    steps: Sequence[ChangeStep] = (),
    roster: Roster | None = None,
    language: Literal["en", "zh"] = "zh",
) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    study
        What was planned.
    layout, evaluation
        The layout and its figures; None where a result has none: the page then says why.
    result
        Where the layout came from: adds the certificate and the progress of the search.
    today
        Evaluation of the study's current layout: adds before and after.
    steps
        Best layouts with few moves, from `least_change`: adds what each move buys.
    roster
        Open windows and shifts, from `optimizer.roster`: adds them.
    language
        Language that is shown first; the page can be switched.
    """
    row = _row(study, layout, evaluation, result)
    was = evaluation_to_json(study, today) if today else None
    hours = scenarios(study, layout, evaluation) if layout and evaluation else ()
    plans = plan_pictures(study, layout, evaluation, hours, today)
    content = {
        "study": study,
        "row": row,
        "language": language,
        "word": word,
        "before": was is not None,
        "groups": group_rows(study, evaluation),
        "layers": _layers(plans),
        "hours": hour_rows(hours),
        "plans": plans,
        "model": Markup(htmlsafe_json_dumps(plans.model, separators=(",", ":"))),
        **_tables(study, layout, evaluation, row, was),
        **_charts(study, evaluation, result, roster),
        "steps": change_rows(study, steps),
        "steps_picture": chart_in_both(
            lambda tongue: plot_least_change(study, steps, language=tongue)
        )
        if steps
        else "",
        "css": Markup(_shipped("report.css")),
        "script": Markup("\n".join(_shipped(name) for name in SCRIPTS)),
    }
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    page = environment.from_string(_shipped("report.html")).render(content)
    return page.replace(FONT_PLACE, _font_face(page))


def _tables(
    study: Study,
    layout: Layout | None,
    evaluation: Evaluation | None,
    row: dict[str, Any],
    was: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return the rows of all tables."""
    stops = dict.fromkeys([*row["waiting"]["by_stop"], *study.types])
    return {
        "figures": figure_rows(row, was) if evaluation else [],
        "journeys": journey_rows(study, row),
        "labels": type_names(study, stops),
        "fixtures": place_names_of(study, layout),
        "meetings": meeting_rows(study, layout, row),
        "first_stops": stop_rows(study, layout, row),
        "rules": [rule_row(study, layout, rule) for rule in row["rules"]],
        "conflict_rules": conflict_rows(study, layout, row),
        "reasons": reason_rows(study, layout, row),
        "assumptions": assumption_rows(study, layout),
        "search_notes": note_rows(row["notes"]),
        "plan_notes": note_rows(study.plan.source.notes),
        "grades": grade_counts(study, layout),
    }


def _charts(
    study: Study, evaluation: Evaluation | None, result: Result | None, roster: Roster | None
) -> dict[str, Any]:
    """Return the charts, each in both languages; "" for those that there are not."""
    e, r, s = evaluation, result, roster
    return {
        "waiting_picture": chart_in_both(lambda tongue: plot_waiting(study, e, language=tongue))
        if e
        else "",
        "peaks_picture": chart_in_both(lambda tongue: plot_peaks(study, language=tongue))
        if any(people > 0 for people in study.mix.arrivals.per_hour.values())
        else "",
        "history_picture": chart_in_both(lambda tongue: plot_history(study, r, language=tongue))
        if r
        else "",
        "roster_picture": chart_in_both(lambda tongue: plot_roster(study, s, language=tongue))
        if s
        else "",
    }


def _layers(plans: PlanPictures) -> list[dict[str, Any]]:
    """Return the layers of which there is something in the picture."""
    return [
        {"key": key, "prefixes": prefixes, "shown": shown}
        for key, prefixes, shown in LAYERS
        if any(f'data-gid="{prefix}' in plans.after + plans.before for prefix in prefixes.split())
    ]


def _row(
    study: Study, layout: Layout | None, evaluation: Evaluation | None, result: Result | None
) -> dict[str, Any]:
    """Return what the tables are filled from, in the shape of `result.json`."""
    if result is not None:
        return result_to_json(study, result)
    rest: dict[str, Any] = {"status": "", "conflict": [], "conflict_rules": [], "history": []}
    rest |= {"notes": [], "counts": [], "at_most": None}
    placements = layout.to_json() if layout else []
    if evaluation is None:
        empty: dict[str, Any] = {"hour": None, "rules": [], "walking": {"by_journey": {}}}
        empty |= {"waiting": {"by_stop": {}}, "crossing": {"worst_pairs": []}, "periods": []}
        return {**empty, **rest, "placements": placements}
    return {**evaluation_to_json(study, evaluation), **rest, "placements": placements}


def _font_face(page: str) -> str:
    """Return the style that gives the page its own font, with the signs that it uses."""
    signs = subset_font("".join(sorted(set(page))))
    if signs is None:
        return ""
    coded = base64.b64encode(signs).decode()
    return (
        '@font-face { font-family: "Branch Sans"; src: url(data:font/woff;base64,'
        f'{coded}) format("woff"); }}'
    )


def _shipped(name: str) -> str:
    """Return a text file of this package."""
    return files("optimizer.report").joinpath(name).read_text(encoding="utf-8")
