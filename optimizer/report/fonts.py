"""The font of all pictures: Latin and Simplified Chinese, from an installed package.

In: the name of a distribution that ships a font file. Out: matplotlib font properties and the
text that these fonts can draw. The font comes with a Python package and not from the machine, so
that a picture looks the same on every desk; without the package matplotlib's own font is used and
signs that it has not are drawn as "?", with one note in the log.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import PackageNotFoundError, files

import numpy as np
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextPath

__all__ = ["FONT_PACKAGE", "drawable", "font", "text_size"]

#: Distribution and file of the Chinese font: Noto Sans SC, SIL Open Font License 1.1.
FONT_PACKAGE = "pylopdf-fonts-zh-cn"
FONT_FILE = "NotoSansSC-Regular.otf"
#: What stands for a sign that no font has.
MISSING = "?"
#: Height of a line over the font size.
LINE_HEIGHT = 1.25

_log = logging.getLogger(__name__)


@cache
def _families() -> tuple[str, ...]:
    """Names of the font families to draw with, best first."""
    own = "DejaVu Sans"  # comes with matplotlib
    try:
        shipped = [f for f in files(FONT_PACKAGE) or () if f.name == FONT_FILE]
        path = str(shipped[0].locate())
        font_manager.fontManager.addfont(path)
    except (PackageNotFoundError, IndexError, OSError):
        _log.warning(
            "no Chinese font: package %s is not installed; Chinese signs are drawn as %r",
            FONT_PACKAGE,
            MISSING,
        )
        return (own,)
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


@cache
def text_size(text: str, size: float) -> tuple[float, float]:
    """Width and height of a text of one or more lines, points."""
    lines = text.split("\n")
    width = 0.0
    for line in lines:
        if line.strip():
            plain = drawable(line).replace("$", r"\$")  # no formula between dollar signs
            corners = TextPath((0, 0), plain, prop=font(size)).vertices
            width = max(width, float(np.max(corners[:, 0])))
    return width, LINE_HEIGHT * size * len(lines)
