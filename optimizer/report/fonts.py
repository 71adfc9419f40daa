"""The font of all pictures: Latin and Simplified Chinese, from an installed package.

In: the name of a distribution that ships a font file. Out: matplotlib font properties and the
text that these fonts can draw. The font comes with a Python package and not from the machine, so
that a picture looks the same on every desk; without the package matplotlib's own font is used and
signs that it has not are drawn as "?", with one note in the log.
"""

from __future__ import annotations

import io
import logging
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
from fontTools.subset import (  # type: ignore[import-untyped]
    Options,
    Subsetter,
    load_font,
    save_font,
)
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextPath

__all__ = ["FONT_PACKAGE", "drawable", "font", "subset_font", "text_box", "text_size"]

#: Distribution and file of the Chinese font: Noto Sans SC, SIL Open Font License 1.1.
FONT_PACKAGE = "pylopdf-fonts-zh-cn"
FONT_FILE = "NotoSansSC-Regular.otf"
#: What stands for a sign that no font has.
MISSING = "?"
#: Font size at which texts are measured, points.
MEASURED = 20.0
#: Height of a line over the font size.
LINE_HEIGHT = 1.25

_log = logging.getLogger(__name__)


@cache
def _shipped() -> str | None:
    """Path of the Chinese font, or None where its package is not installed."""
    try:
        found = [str(f.locate()) for f in files(FONT_PACKAGE) or () if f.name == FONT_FILE]
    except PackageNotFoundError:
        found = []
    if found and Path(found[0]).is_file():
        return found[0]
    _log.warning(
        "no Chinese font: package %s is not installed; Chinese signs are drawn as %r",
        FONT_PACKAGE,
        MISSING,
    )
    return None


@cache
def _families() -> tuple[str, ...]:
    """Names of the font families to draw with, best first."""
    own = "DejaVu Sans"  # comes with matplotlib
    path = _shipped()
    if path is None:
        return (own,)
    font_manager.fontManager.addfont(path)
    return (FT2Font(path).family_name, own)


@cache
def _signs() -> frozenset[int]:
    """Code points that at least one of the fonts has."""
    found: set[int] = set()
    for family in _families():
        path = font_manager.findfont(font_manager.FontProperties(family=[family]))
        found |= set(FT2Font(path).get_charmap())
    return frozenset(found)


@cache
def font(size: float) -> font_manager.FontProperties:
    """Return the font at a size in points; the Chinese font has one weight, so nothing is bold."""
    return font_manager.FontProperties(family=list(_families()), size=size)


def drawable(text: str) -> str:
    """Return the text with signs that no font has replaced, line breaks kept."""
    signs = _signs()
    return "".join(c if c == "\n" or ord(c) in signs else MISSING for c in text)


def text_size(text: str, size: float) -> tuple[float, float]:
    """Width and height of a text of one or more lines, points."""
    lines = text.split("\n")
    width = max(_line_width(line) for line in lines)
    return width * size, LINE_HEIGHT * size * len(lines)


@cache
def _line_width(line: str) -> float:
    """Width of a line of text over the font size."""
    if not line.strip():
        return 0.0
    plain = drawable(line).replace("$", r"\$")  # no formula between dollar signs
    corners = TextPath((0, 0), plain, prop=font(MEASURED)).vertices
    return float(np.max(corners[:, 0])) / MEASURED


def text_box(
    where: tuple[float, float], text: str, size: float, metres_per_point: float
) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of what a text with its middle at a place covers, metres."""
    width, height = (extent * metres_per_point for extent in text_size(text, size))
    x, y = where
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def subset_font(text: str) -> bytes | None:
    """Return the Chinese font with no more signs than a text needs, as WOFF.

    A page that holds it looks the same on a machine without Chinese fonts. None where the font's
    package is not installed.
    """
    path = _shipped()
    if path is None:
        return None
    options = Options(layout_features=[], hinting=False, flavor="woff", notdef_outline=True)
    with load_font(path, options) as whole:
        subsetter = Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(whole)
        stream = io.BytesIO()
        save_font(whole, stream, options)
    return stream.getvalue()
