"""Which part of a DXF is read: model space, a layout, or what a layout shows of model space.

In: an ezdxf document and the name of a layout. Out: the entities to read, the window of the view,
and a note where a layout was read because model space is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.errors import FloorPlanError
from optimizer.plan.defect import Defect, Severity

if TYPE_CHECKING:
    from optimizer.plan.dxf.drawn import Window

__all__ = ["Sheet", "choose_sheet"]

#: Kinds of entities that are no drawing: the view onto model space itself.
VIEW = "VIEWPORT"
#: Number of the viewport that is the sheet itself.
PAPER = 1


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is read of a document.

    Parameters
    ----------
    space
        The ezdxf layout whose entities are read.
    window
        Part of it, in drawing units; None for all.
    defects
        Notes about the choice.
    """

    space: Any
    window: Window | None = None
    defects: tuple[Defect, ...] = ()


def choose_sheet(document: Any, layout: str | None, path: str) -> Sheet:
    """Part of a document that is read.

    Parameters
    ----------
    document
        The ezdxf document.
    layout
        Name of a layout (tab), or None for model space.
    path
        File, for messages.

    Raises
    ------
    FloorPlanError
        There is no such layout, or it shows nothing.
    """
    model = document.modelspace()
    papers = {str(name): document.layout(name) for name in document.layout_names_in_taborder()[1:]}
    if layout is not None:
        return _named(papers, layout, model, path)
    if len(model):
        return Sheet(space=model)
    drawn = {name: paper for name, paper in papers.items() if _entities(paper)}
    if not drawn:
        return Sheet(space=model)
    name, paper = max(drawn.items(), key=lambda pair: _entities(pair[1]))
    note = Defect(
        code="paper-space",
        sentence=f"model space is empty; the layout {name!r} was read, in the units of the paper; "
        'give the scale by [plan] unit, or draw in model space; say [plan] layout = "<name>" for '
        f"another of {', '.join(drawn)}",
        severity=Severity.WARNING,
    )
    return Sheet(space=paper, defects=(note,))


def _named(papers: dict[str, Any], layout: str, model: Any, path: str) -> Sheet:
    """The layout of a name: its own drawing, else its largest view of model space."""
    paper = next((p for name, p in papers.items() if name.casefold() == layout.casefold()), None)
    if paper is None:
        known = ", ".join(papers) or "none"
        raise FloorPlanError(f"{path}: layout {layout!r} is not in the drawing; it has {known}")
    views = [e for e in paper if e.dxftype() == VIEW and int(e.dxf.get("id", 0)) != PAPER]
    if views and len(model):
        view = max(views, key=lambda e: float(e.dxf.width) * float(e.dxf.height))
        centre, target = view.dxf.view_center_point, view.dxf.get("view_target_point", (0, 0, 0))
        x, y = centre[0] + target[0], centre[1] + target[1]
        half_y = float(view.dxf.view_height) / 2
        half_x = half_y * float(view.dxf.width) / float(view.dxf.height)
        return Sheet(space=model, window=(x - half_x, y - half_y, x + half_x, y + half_y))
    if not _entities(paper):
        raise FloorPlanError(
            f"{path}: layout {layout!r} shows nothing; draw in it, or name another"
        )
    return Sheet(space=paper)


def _entities(paper: Any) -> int:
    """Number of entities of a layout that draw."""
    return sum(entity.dxftype() != VIEW for entity in paper)
