"""Charts without a plan: waiting, progress of a search, comparison of layouts.

In: a `Study` and an `Evaluation`, a `Result` or several result files. Out: axes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.report.canvas import chart_axes, draw_legend, draw_text
from optimizer.report.colours import BUSINESS_COLOURS, GOOD, HARD_BROKEN, INK
from optimizer.report.figures import headline_figures
from optimizer.report.fonts import drawable, font
from optimizer.report.words import both, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["plot_comparison", "plot_history", "plot_waiting"]

MEAN, TAIL = BUSINESS_COLOURS[0], BUSINESS_COLOURS[3]
#: Changes below this many per cent are shown as none.
HALF = 0.5
#: From this utilisation on a queue is marked: small changes then make it grow long.
BUSY = 0.85


def plot_waiting(
    study: Study, evaluation: Evaluation, ax: Axes | None = None, *, language: Language = "both"
) -> Axes:
    """Draw mean and 95th percentile of the wait by stop, with how busy each stop is.

    A queue that grows without end gets a bar to the edge, marked ∞. Gids: "mean:" and "p95:" with
    the fixture type.
    """
    stops = list(evaluation.waiting.items())
    ax = chart_axes(ax, height=1.6 + 0.5 * max(1, len(stops)))
    waits = [w for _, figures in stops for w in (figures.mean_minutes, figures.p95_minutes)]
    edge = 1.25 * max([w for w in waits if math.isfinite(w)], default=1.0) or 1.0
    handles: dict[str, Any] = {}
    for i, (stop, figures) in enumerate(stops):
        bars = (
            ("p95", figures.p95_minutes, TAIL, 0.62, "p95_wait"),
            ("mean", figures.mean_minutes, MEAN, 0.34, "mean_wait"),
        )
        for name, minutes, colour, height, key in bars:
            (bar,) = ax.barh([i], [min(minutes, edge)], height=height, color=colour)
            bar.set_gid(f"{name}:{stop}")
            handles[word("picture", key, language)] = bar
        load = f"{100 * figures.utilisation:.0f} % {word('picture', 'utilisation', language)}"
        unit = word("picture", "short_minutes", language)
        mean = "∞" if math.isinf(figures.mean_minutes) else f"{figures.mean_minutes:.1f} {unit}"
        x = min(max(figures.mean_minutes, figures.p95_minutes), edge) + 0.01 * edge
        colour = HARD_BROKEN if figures.utilisation >= BUSY else INK
        draw_text(
            ax, (x, i), f"{mean} – {load}", size=7, ha="left", color=colour, gid=f"load:{stop}"
        )
    ax.set_xlim(0, 1.45 * edge)
    names = [_type_label(study, stop, language) for stop, _ in stops]
    _label_rows(ax, names)
    _label_axis(ax, "x", word("picture", "minutes", language))
    draw_legend(ax, [(handle, text) for text, handle in handles.items()])
    return ax


def plot_history(
    study: Study, result: Result, ax: Axes | None = None, *, language: Language = "both"
) -> Axes:
    """Draw the best objective and the bound over the seconds of a search.

    Gids: "objective" and "bound". The study's name is the title. Where the search was limited by
    steps, its seconds say nothing, and no two runs have the same: it is drawn over the number of
    times that either got better.
    """
    ax = chart_axes(ax)
    by_steps = result.budget == "steps"
    moments = [i if by_steps else point.seconds for i, point in enumerate(result.history)]
    entries = []
    lines = (
        ("objective", [p.objective for p in result.history], MEAN, "-"),
        ("bound", [p.bound for p in result.history], GOOD, "--"),
    )
    for name, values, colour, style in lines:
        # a bound of 0 is one that is not proven yet: drawn, it would flatten all the rest
        known = [math.isfinite(v) and (v > 0 or name == "objective") for v in values]
        finite = [v if is_known else math.nan for v, is_known in zip(values, known, strict=True)]
        (line,) = ax.step(
            moments, finite, where="post", color=colour, linestyle=style, marker=".", gid=name
        )
        entries.append((line, word("picture", name, language)))
    _label_axis(ax, "x", word("picture", "improvements" if by_steps else "seconds", language))
    _label_axis(ax, "y", word("picture", "objective", language))
    _set_title(ax, study.name)
    draw_legend(ax, entries)
    return ax


def plot_comparison(
    study: Study | str,
    results: Mapping[str, Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    language: Language = "both",
) -> Axes:
    """Draw the headline figures of several layouts as change from the first, per cent.

    Parameters
    ----------
    study
        Its name is the title; or the title itself.
    results
        Contents of `result.json` by name; the first is the baseline.
    ax
        Axes to draw on; None for a new figure.
    language
        Language of the words.

    Returns
    -------
    Axes
        One row for each figure that the baseline has and that is not zero there. Gids:
        "change:name:figure".
    """
    names = list(results)
    rows = {name: {f.key: f for f in headline_figures(results[name])} for name in names}
    base = rows[names[0]] if names else {}
    keys = [
        key
        for key, f in base.items()
        if f.value and all(key in rows[n] and _finite(rows[n][key].value) for n in names)
    ]
    ax = chart_axes(ax, width=8.5, height=1.4 + 0.32 * max(1, len(keys)) * max(1, len(names) - 1))
    entries = []
    changes: list[float] = []
    height = 0.8 / max(1, len(names) - 1)
    for i, name in enumerate(names[1:]):
        colour = BUSINESS_COLOURS[i % len(BUSINESS_COLOURS)]
        for row, key in enumerate(keys):
            was, now = base[key].value or 1.0, rows[name][key].value or 0.0
            change = 100.0 * (now - was) / abs(was)
            changes.append(change)
            y = row - 0.4 + (i + 0.5) * height
            (bar,) = ax.barh([y], [change], height=0.9 * height, color=colour)
            bar.set_gid(f"change:{name}:{key}")
            size = "0" if abs(change) < HALF else f"{change:+.0f}".replace("-", "−")
            text = f"{size} %  ({rows[name][key].text})"
            place = (max(change, 0.0), y)
            draw_text(ax, place, f" {text}", size=6, ha="left", gid=f"value:{name}:{key}")
            if row == 0:
                entries.append((bar, name))
    ax.axvline(0.0, color=INK, linewidth=0.8)
    left, right = min([0.0, *changes]), max([0.0, *changes])
    span = right - left or 1.0
    ax.set_xlim(left - 0.05 * span, right + 0.3 * span)
    _label_rows(ax, [base[key].label(language) for key in keys])
    _label_axis(ax, "x", f"{word('picture', 'change_from', language)} {names[0] if names else ''}")
    _set_title(ax, study if isinstance(study, str) else study.name)
    draw_legend(ax, entries)
    return ax


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _type_label(study: Study, name: str, language: Language) -> str:
    kind = study.types.get(name)
    return both(kind.label, kind.label_zh, language) if kind else name.replace("_", " ")


def _label_rows(ax: Axes, names: list[str]) -> None:
    """Write names at the rows of a bar chart, the first on top."""
    ax.set_yticks(np.arange(len(names)))
    ax.set_yticklabels([drawable(name) for name in names], parse_math=False)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    for label in [*ax.get_yticklabels(), *ax.get_xticklabels()]:
        label.set_fontproperties(font(7.5))


def _label_axis(ax: Axes, which: str, text: str) -> None:
    """Write what an axis shows, and set its numbers in the pictures' font."""
    (ax.set_xlabel if which == "x" else ax.set_ylabel)(
        drawable(text), fontproperties=font(8), parse_math=False
    )
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_fontproperties(font(7.5))


def _set_title(ax: Axes, text: str) -> None:
    ax.set_title(drawable(text), fontproperties=font(10), parse_math=False)
