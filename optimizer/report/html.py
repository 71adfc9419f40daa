"""The report: one HTML file that needs nothing else.

In: a `Study`, a layout with its evaluation, and, where there is one, the `Result` it came from and
the evaluation of today's layout. Out: a page with the plan (flows and layers to switch, before and
after to slide), figures, tables, the certificate and the assumptions, in English and Chinese.

Nothing is loaded from anywhere, and a policy in the page forbids it. All text is escaped by
jinja2; only the pictures, which matplotlib escapes, and the page's own style and script go in as
they are.
"""

from __future__ import annotations

import base64
import io
import math
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from optimizer.report.atomic import write_whole
from optimizer.report.canvas import figure_of, floor_limits, new_figure
from optimizer.report.charts import plot_history, plot_waiting
from optimizer.report.colours import INK, group_colours
from optimizer.report.conflict_picture import plot_conflicts
from optimizer.report.figures import format_figure, headline_figures, rise_is_better
from optimizer.report.flow_picture import plot_flows
from optimizer.report.fonts import subset_font
from optimizer.report.layout_picture import plot_layout
from optimizer.report.overlays import plot_privacy, plot_rules
from optimizer.report.plan_picture import plot_plan
from optimizer.report.results import evaluation_to_json, result_to_json
from optimizer.report.sheets import save_svg
from optimizer.report.words import business_label, quantity, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["render_report", "write_report"]

#: Inches per metre and longest side of the picture in the report.
INCHES_PER_METRE, LONGEST = 0.62, 16.0
#: Where the page's font goes, once its signs are known; stands in report.css.
FONT_PLACE = "/* font */"
#: Layers of the picture: word, beginnings of gids, whether shown at first.
LAYERS = (
    ("names", "label: leader: zone-label:", True),
    ("privacy", "privacy:", True),
    ("conflicts", "meeting:", False),
    ("sights", "sight: eye: screen:", False),
    ("broken", "broken:", False),
)


def write_report(
    study: Study,
    path: str | Path,
    *,
    layout: Layout | None,
    evaluation: Evaluation | None,
    result: Result | None = None,
    today: Evaluation | None = None,
    language: Literal["en", "zh"] = "zh",
) -> None:
    """Write the report, whole or not at all; see `render_report`."""
    page = render_report(
        study,
        layout=layout,
        evaluation=evaluation,
        result=result,
        today=today,
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
    language
        Language that is shown first; the page can be switched.
    """
    row = _row(study, layout, evaluation, result)
    was = evaluation_to_json(study, today) if today else None
    before = today is not None and study.current_layout is not None and layout is not None
    content = {
        "study": study,
        "row": row,
        "language": language,
        "word": word,
        "before": was is not None,
        "figures": _figures(row, was) if evaluation else [],
        "groups": _groups(study, evaluation),
        "layers": [{"key": key, "prefixes": p, "shown": on} for key, p, on in LAYERS],
        "picture": _picture(study, layout, evaluation),
        "picture_before": _picture(study, study.current_layout, today) if before else "",
        "journeys": _journeys(study, row),
        "labels": {name: _type_names(study, name) for name in row["waiting"]["by_stop"]},
        "waiting_picture": _svg(figure_of(plot_waiting(study, evaluation))) if evaluation else "",
        "history_picture": _svg(figure_of(plot_history(study, result))) if result else "",
        "rules": [_rule(rule) for rule in row["rules"]],
        "assumptions": _assumptions(study, layout),
        "css": Markup(_shipped("report.css")),
        "script": Markup(_shipped("report.js")),
    }
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    page = environment.from_string(_shipped("report.html")).render(content)
    return page.replace(FONT_PLACE, _font_face(page))


def _row(
    study: Study, layout: Layout | None, evaluation: Evaluation | None, result: Result | None
) -> dict[str, Any]:
    """Return what the tables are filled from, in the shape of `result.json`."""
    if result is not None:
        return result_to_json(study, result)
    rest: dict[str, Any] = {"status": "", "conflict": [], "history": []}
    placements = layout.to_json() if layout else []
    if evaluation is None:
        empty: dict[str, Any] = {"hour": None, "rules": [], "walking": {"by_journey": {}}}
        empty |= {"waiting": {"by_stop": {}}, "crossing": {"worst_pairs": []}}
        return {**empty, **rest, "placements": placements}
    return {**evaluation_to_json(study, evaluation), **rest, "placements": placements}


def _figures(row: Mapping[str, Any], was: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Return the headline figures as text, with today's and the change where there is a today."""
    old = {f.key: f for f in headline_figures(was, flows=True)} if was else {}
    lines = []
    for f in headline_figures(row, flows=True):
        before = old.get(f.key)
        change, mood = "–", ""
        if before and before.value is not None and f.value is not None:
            rise = f.value - before.value
            if math.isfinite(rise):
                change = format_figure(f.key, rise, sign=True)
                worse = -rise if rise_is_better(f.key) else rise
                mood = "worse" if worse > 1e-9 else "better" if worse < -1e-9 else ""
        lines.append(
            {
                "key": f.key,
                "before": before.text if before else "–",
                "after": f.text,
                "change": change,
                "mood": mood,
            }
        )
    return lines


def _groups(study: Study, evaluation: Evaluation | None) -> list[dict[str, str]]:
    """Return name, colour and words of each business and staff round that walks."""
    walking = {group for leg in (evaluation.legs if evaluation else ()) for group in leg.by_group}
    return [
        {
            "name": name,
            "colour": colour,
            "en": business_label(study, name, "en"),
            "zh": business_label(study, name, "zh"),
        }
        for name, colour in group_colours(study).items()
        if name in walking
    ]


def _journeys(study: Study, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the walking table: business, its share of customers, metres per customer."""
    colours = group_colours(study)
    shares = {business.name: business.share for business in study.mix.businesses}
    return [
        {
            "colour": colours.get(name, INK),
            "en": business_label(study, name, "en"),
            "zh": business_label(study, name, "zh"),
            "share": shares.get(name),
            "metres": metres,
        }
        for name, metres in row["walking"]["by_journey"].items()
    ]


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
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
        "sentence_zh": rule.get("sentence_zh", rule["sentence"]),
        "outcome": outcome,
        "mood": mood,
        "measured": _quantities(rule["value"], rule["unit"]),
        "most": _quantities(rule["limit"], rule["unit"]),
    }


def _quantities(value: float | None, unit: str) -> dict[str, str]:
    """Return a number with its unit in both languages."""
    return {"en": quantity(value, unit, "en"), "zh": quantity(value, unit, "zh")}


def _assumptions(study: Study, layout: Layout | None) -> list[dict[str, str]]:
    """Return where the values of the fixture types in use come from, one row per source."""
    used = {p.type for p in layout.placements} if layout else {g.type for g in study.groups}
    rows = []
    for name in sorted(used & set(study.types)):
        by_source: dict[tuple[str, str], list[str]] = {}
        for value, origin in study.types[name].provenance.items():
            by_source.setdefault((origin.confidence, origin.source), []).append(value)
        for (confidence, source), values in sorted(by_source.items()):
            words = ", ".join(value.replace("_", " ") for value in values)
            row = {"fields": words, "confidence": confidence, "source": source}
            rows.append({**_type_names(study, name), **row})
    if study.mix.arrivals.source:
        row = {"fields": "arrivals", "confidence": "study", "source": study.mix.arrivals.source}
        rows.append({"en": "Business mix", "zh": "业务结构", **row})
    return rows


def _type_names(study: Study, name: str) -> dict[str, str]:
    kind = study.types.get(name)
    plain = name.replace("_", " ")
    return {"en": kind.label if kind else plain, "zh": kind.label_zh if kind else plain}


def _picture(study: Study, layout: Layout | None, evaluation: Evaluation | None) -> Markup:
    """Return the plan with layout, flows and all layers as inline SVG."""
    x0, y0, x1, y1 = floor_limits(study.plan)
    scale = min(INCHES_PER_METRE, LONGEST / max(x1 - x0, y1 - y0))
    figure = new_figure((x1 - x0) * scale, (y1 - y0) * scale)
    ax = figure.add_axes((0, 0, 1, 1))
    if layout is None:
        plot_plan(study, ax=ax)
        return _svg(figure)
    plot_layout(study, layout, ax=ax, evaluation=evaluation)
    if evaluation is not None:
        plot_flows(study, evaluation, ax=ax, legend=False)
        for plot in (plot_conflicts, plot_privacy, plot_rules):
            plot(study, evaluation, ax=ax, legend=False)
    return _svg(figure)


def _svg(figure: Figure) -> Markup:
    """Return a figure as an SVG element that fills the width of the page."""
    buffer = io.BytesIO()
    save_svg(figure, buffer)
    text = buffer.getvalue().decode()
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text[text.index("<svg") :]
    text = re.sub(r' (?:width|height)="[\d.]+pt"', "", text, count=2)
    return Markup(text)  # matplotlib escapes every text and id in it


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
