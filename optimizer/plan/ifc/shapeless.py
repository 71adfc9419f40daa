"""Elements of a model that cannot be given to the machine code that makes shapes.

In: an open model. Out: the numbers of the elements that are drawn with a line of no points, or that
have an opening drawn so. The machine code divides by the number of points and ends the whole
process; found so, the element alone is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["shapeless_elements"]

LINE, POINT = "IfcPolyline", "IfcCartesianPoint"
#: What stands between an opening and the element that it is cut out of.
VOIDS = "IfcRelVoidsElement"


def shapeless_elements(model: Any) -> frozenset[int]:
    """Numbers of the elements that rest on a line of no points.

    Parameters
    ----------
    model
        As ifcopenshell opens it.
    """
    # points that are missing or are no points are none to the machine code either
    bare = (
        line
        for line in model.by_type(LINE)
        if not any(point.is_a(POINT) for point in line.Points or ())
    )
    return frozenset(_users(model, bare))


def _users(model: Any, lines: Iterable[Any]) -> Iterable[int]:
    """Numbers of the products that rest on a line."""
    todo = list(lines)
    seen: set[int] = set()
    while todo:
        thing = todo.pop()
        if thing.id() in seen:
            continue
        seen.add(thing.id())
        if thing.is_a("IfcProduct"):
            yield int(thing.id())
            cuts = (one for one in model.get_inverse(thing) if one.is_a(VOIDS))
            todo += [cut.RelatingBuildingElement for cut in cuts]
        else:
            todo += model.get_inverse(thing)
