"""Pictures as elements of the report page.

In: functions that draw in a language, on a figure. Out: one SVG element that holds both languages:
what does not depend on the language is there once, names are there twice and marked with the
class of their language, so that the page can be switched.

Ids of artists become `data-gid`, so that a fixture called "slider" is never taken for a part of
the page. Texts stay texts: they are set in the page's own font, can be searched and read aloud.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from markupsafe import Markup

from optimizer.report.canvas import figure_of
from optimizer.report.sheets import save_svg

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from optimizer.report.words import Tongue

__all__ = ["PAGE_FONT", "chart_in_both", "picture_in_both"]

#: What the page calls the font that it brings along.
PAGE_FONT = "Branch Sans"
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)
LANGUAGES: tuple[Tongue, ...] = ("zh", "en")
#: Ids that matplotlib gives by itself.
NUMBERED = re.compile(r"|[A-Za-z0-9.]+_\d+|image[0-9a-f]+")
#: Dots per inch of what matplotlib cannot draw as lines: the heat map.
RASTER = 64


def picture_in_both(draw: Callable[[Tongue], Figure], *, flows: Markup | None = None) -> Markup:
    """Return a picture of a plan in both languages as one SVG element.

    Parameters
    ----------
    draw
        Draws it in a language; both drawings have the same size and scale.
    flows
        SVG group that stands for the flows, put under the fixtures; None for none.
    """
    page, other = _tree(draw("zh")), _tree(draw("en"))
    _marry(_axes(page), _axes(other))
    if flows is not None:
        axes = _axes(page)
        above = (i for i, g in enumerate(axes) if _gid(g).startswith(("standing:", "fixture:")))
        axes.insert(next(above, len(axes)), ElementTree.fromstring(flows))
    return _text(page)


def chart_in_both(draw: Callable[[Tongue], Axes]) -> Markup:
    """Return a chart as two SVG elements, one in each language."""
    pictures = Markup()
    for language in LANGUAGES:
        picture = _text(_tree(figure_of(draw(language))))
        pictures += Markup('<div class="chart {}" lang="{}">{}</div>').format(
            language, language, picture
        )
    return pictures


def _tree(figure: Figure) -> Element:
    """Return a figure as SVG, without its size, its ids as `data-gid`."""
    buffer = io.BytesIO()
    save_svg(figure, buffer, words=True, dpi=RASTER)
    root = ElementTree.fromstring(buffer.getvalue())
    for part in root.findall(f"{{{SVG}}}metadata"):
        root.remove(part)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    for kind in ("g", "image"):
        for part in root.iter(f"{{{SVG}}}{kind}"):
            name = part.attrib.pop("id", "")
            if not NUMBERED.fullmatch(name):
                part.set("data-gid", name)
    return root


def _axes(root: Element) -> Element:
    """Return the group whose children are the artists of the plan."""
    return max(root.iter(f"{{{SVG}}}g"), key=len)


def _gid(group: Element) -> str:
    return group.get("data-gid", "")


def _marry(zh: Element, en: Element) -> None:
    """Put those artists of the English drawing that differ beside those of the Chinese one."""
    same = {_written(group) for group in zh} & {_written(group) for group in en}
    own = [group for group in en if _written(group) not in same]
    for group in zh:
        if _written(group) not in same:
            _mark(group, "zh")
    for group in own:
        _mark(group, "en")
        zh.append(group)


def _mark(group: Element, language: str) -> None:
    # in a group of its own: the class must not meet one that the artist has
    group.set("class", language)


def _written(group: Element) -> str:
    return ElementTree.tostring(group, encoding="unicode")


def _text(root: Element) -> Markup:
    """Return an SVG element as it stands in the page."""
    text = ElementTree.tostring(root, encoding="unicode")
    # the families that matplotlib names are not on the reader's machine; the page brings its own
    text = re.sub(r"'Noto Sans SC[^']*'", f"'{PAGE_FONT}'", text)
    return Markup(text)  # ElementTree escapes every text and attribute in it
