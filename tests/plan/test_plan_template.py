"""The template of the drawing guide is what the guide says, and the script draws it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from optimizer.plan.audit import audit_plan
from optimizer.plan.dxf.read import read_dxf
from optimizer.plan.model import DoorKind, ZoneKind

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_template_has_no_defect() -> None:
    """Not even a note: every layer, door, zone and block of the template is understood."""
    plan = read_dxf(DOCS / "template.dxf")
    assert [d.sentence for d in audit_plan(plan)] == []
    assert plan.size == pytest.approx((12, 9))
    assert sorted(str(door.kind) for door in plan.doors) == ["emergency", "entrance", "staff"]
    (entrance,) = plan.doors_of(DoorKind.ENTRANCE)
    assert entrance.width == pytest.approx(1.8)
    assert {zone.kind for zone in plan.zones} == {ZoneKind.PUBLIC_HALL, ZoneKind.CASH_AREA}
    assert (len(plan.columns), len(plan.power), len(plan.windows)) == (1, 1, 1)
    # the block of 472 x 715 mm, turned by 90 degrees, put in at (955, 2000)
    assert [f.type for f in plan.furniture] == ["atm", "atm"]
    assert plan.furniture[0].x == pytest.approx(0.955 - 0.3575)
    assert plan.furniture[0].y == pytest.approx(2.236)
    assert plan.furniture[0].angle == pytest.approx(90)


def test_script_draws_the_template() -> None:
    """The committed drawing is what the script draws: same layers, entities and places."""
    document = runpy.run_path(str(DOCS / "template.py"))["draw_template"]()
    import ezdxf

    there = ezdxf.readfile(DOCS / "template.dxf")
    assert {x.dxf.name for x in document.layers} == {x.dxf.name for x in there.layers}

    def shown(drawing):
        return [(e.dxftype(), e.dxf.layer) for e in drawing.modelspace()]

    assert shown(document) == shown(there)


@pytest.mark.parametrize("name", ["drawing-guide.md", "drawing-guide.zh.md"])
def test_guide_names_every_layer_of_the_template(name) -> None:
    """Both guides explain each layer of the template."""
    text = (DOCS / name).read_text(encoding="utf-8")
    layers = runpy.run_path(str(DOCS / "template.py"))["LAYERS"]
    assert [layer for layer in layers if layer != "TEXT" and f"`{layer}`" not in text] == []
