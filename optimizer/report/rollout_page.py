"""The roll-out report as one HTML page and as CSV.

In: a `Rollout`, and the service standard's common failures where they were asked for. Out: a page
that loads nothing, in English or Chinese; a table with one row a branch.
"""

from __future__ import annotations

import base64
import io
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from optimizer.network.cells import csv_text
from optimizer.network.rollout import FIGURES
from optimizer.report.canvas import figure_of
from optimizer.report.fonts import subset_font
from optimizer.report.network_picture import plot_network
from optimizer.report.sheets import save_svg
from optimizer.report.words import both, word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from matplotlib.figure import Figure

    from optimizer.network.rollout import BranchProgress, CommonFailure, Rollout

__all__ = ["render_rollout", "rollout_csv"]


def render_rollout(
    rollout: Rollout,
    *,
    source: str = "",
    standard: Sequence[CommonFailure] | None = None,
    language: Literal["en", "zh"] = "zh",
) -> str:
    """Return the page.

    Parameters
    ----------
    rollout
        What is reported.
    source
        Where the list came from.
    standard
        Items of the service standard that branches fail; None where nobody asked.
    language
        Language of the page.
    """

    def say(en: str, zh: str) -> str:
        return both(en, zh, language)

    tables = [
        (say("Rules broken most often", "共性问题：不符合最多的要求"), rollout.failures),
    ]
    if standard is not None:
        title = say("Service standard: items failed most often", "服务国标：不达标最多的条目")
        tables.append((title, tuple(standard)))
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = files("optimizer.report").joinpath("rollout.html").read_text(encoding="utf-8")
    page = environment.from_string(template).render(
        rollout=rollout,
        source=source,
        language=language,
        say=say,
        percent=lambda share: f"{100 * share:.0f} %",
        figure=lambda name: word("figure", name, language),
        figures=list(FIGURES),
        pair=_pair,
        tables=tables,
        picture=_svg(figure_of(plot_network(rollout, language=language))),
    )
    return page.replace("/* font */", _font_face(page))


def rollout_csv(rollout: Rollout) -> str:
    """One row a branch."""
    header = ["branch", "format", "re_laid_out", "smart", "status", "hard_rules_broken"]
    header += [f"{name}_{side}" for name in FIGURES for side in ("before", "after")]
    return csv_text(
        header,
        [
            [
                row.branch.name,
                row.branch.format,
                row.re_laid_out,
                row.smart,
                row.status,
                row.hard_broken,
                *(getattr(row, side).get(name) for name in FIGURES for side in ("before", "after")),
            ]
            for row in rollout.rows
        ],
    )


def _pair(row: BranchProgress, name: str) -> str:
    """A figure before and after."""
    sides = [row.before.get(name), row.after.get(name)]
    return " → ".join("–" if value is None else f"{value:.1f}" for value in sides)


def _svg(figure: Figure) -> Markup:
    """Return a figure as an SVG element that fills the width of the page."""
    buffer = io.BytesIO()
    save_svg(figure, buffer)
    text = re.sub(r"<metadata>.*?</metadata>", "", buffer.getvalue().decode(), flags=re.DOTALL)
    text = re.sub(r' (?:width|height)="[\d.]+pt"', "", text[text.index("<svg") :], count=2)
    return Markup(text)  # matplotlib escapes every text and id in it


def _font_face(page: str) -> str:
    """Return the style that gives the page its own font, with the signs that it uses."""
    signs = subset_font("".join(sorted(set(page))))
    if signs is None:
        return ""
    coded = base64.b64encode(signs).decode()
    return f'@font-face {{ font-family: "Branch Sans"; src: url(data:font/woff;base64,{coded}); }}'
