"""The results of a batch as one page.

In: rows of plain values, one a branch. Out: HTML that needs no other file; what went wrong stands
in its row, and texts of the rows are never taken for markup.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["batch_page"]

#: Column of a row: heading in English and Chinese, and how a number is written.
COLUMNS = {
    "branch": ("branch", "网点", "{}"),
    "state": ("state", "状态", "{}"),
    "status": ("result", "结果", "{}"),
    "objective": ("objective", "目标值", "{:,.1f}"),
    "gap": ("gap", "差距", "{:.1%}"),
    "metres_per_customer": ("metres per customer", "每位客户步行米数", "{:.1f}"),
    "encounters_per_hour": ("encounters per hour", "每小时交会次数", "{:.2f}"),
    "longest_wait": ("longest mean wait, min", "最长平均等候(分钟)", "{:.1f}"),
    "hard_broken": ("hard rules broken", "违反强制规范", "{:.0f}"),
    "seconds": ("seconds", "用时(秒)", "{:.1f}"),
    "attempts": ("attempts", "尝试次数", "{}"),
    "reason": ("reason", "原因", "{}"),
}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font: 14px/1.4 "Noto Sans SC", sans-serif; margin: 2em; color: #222; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #ccc; padding: 0.25em 0.6em; text-align: left;
  vertical-align: top; }
th small { display: block; font-weight: normal; color: #666; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.bad td { background: #fbe9e7; }
tr.open td { background: #fff8e1; }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ rows | length }} branches: {% for state, n in counts %}{{ n }} {{ state -}}
{{ ", " if not loop.last }}{% endfor %}.</p>
<table>
<thead><tr>{% for en, zh, _ in columns %}<th>{{ en }}<small>{{ zh }}</small></th>{% endfor %}</tr>
</thead>
<tbody>
{% for row in rows %}<tr class="{{ row.mood }}">{% for text, number in row.cells -%}
<td{% if number %} class="number"{% endif %}>{{ text }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table>
</body>
</html>
"""


def batch_page(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The page of a batch.

    Parameters
    ----------
    title
        Its heading.
    rows
        Values by the keys of `COLUMNS`; None for what is not known.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    counts = Counter(row["state"] for row in rows)
    return environment.from_string(PAGE).render(
        title=title,
        counts=sorted(counts.items()),
        columns=list(COLUMNS.values()),
        rows=[{"mood": _mood(row), "cells": _cells(row)} for row in rows],
    )


def _cells(row: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Text of each cell, and whether it is a number."""
    return [
        (
            "–" if row[key] is None else form.format(row[key]),
            isinstance(row[key], (int, float)),
        )
        for key, (_, _, form) in COLUMNS.items()
    ]


def _mood(row: Mapping[str, Any]) -> str:
    """Class of a row: bad where there is no good layout, open where work is left."""
    if row["state"] in ("queued", "running", "interrupted"):
        return "open"
    good = row["state"] == "done" and row["objective"] is not None and not row["hard_broken"]
    return "" if good else "bad"
