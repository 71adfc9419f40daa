"""The layout as DXF: the original drawing stays, and the layout comes back."""

from dataclasses import replace

import ezdxf
import pytest
from ezdxf.lldxf.tagwriter import TagCollector
from ezdxf.tools.text import plain_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.equipment.layout import Layout, Placement
from optimizer.errors import FileFormatError
from optimizer.plan.model import PlanSource
from optimizer.report.dxf import LAYERS, read_layout_dxf, write_layout_dxf


def assert_same(one, other):
    """Both layouts hold the same fixtures at the same poses, to a nanometre."""
    assert [(p.fixture, p.type) for p in one.placements] == [
        (p.fixture, p.type) for p in other.placements
    ]
    for a, b in zip(one.placements, other.placements, strict=True):
        assert (a.x, a.y, a.angle) == pytest.approx((b.x, b.y, b.angle), abs=1e-9)


def tags_of(entity):
    """All that DXF says of an entity, but for its owner's handle, which R12 files do not hold."""
    return [tag for tag in TagCollector.dxftags(entity) if tag.code != 330]


@pytest.fixture
def drawing(tmp_path):
    """A drawing in millimetres with a wall, a door block and a layer of its own."""

    def draw(version="R2010"):
        made = ezdxf.new(version)
        made.units = ezdxf.units.MM
        made.layers.add("A-WALL", color=3)
        block = made.blocks.new("DOOR")
        block.add_line((0, 0), (900, 0))
        space = made.modelspace()
        space.add_line((1000, 2000), (13000, 2000), dxfattribs={"layer": "A-WALL"})
        space.add_blockref("DOOR", (6000, 2000), dxfattribs={"rotation": 90})
        path = tmp_path / f"hall-{version}.dxf"
        made.saveas(path)
        return path

    return draw


def study_of(study, path):
    """The study as if its plan had been read from a drawing that begins at (1, 2) m."""
    source = PlanSource(
        path=str(path), unit_header="mm", unit_used="mm", metres_per_unit=0.001, origin=(1.0, 2.0)
    )
    return study.replace(plan=replace(study.plan, source=source))


def test_plan_without_a_drawing_becomes_a_drawing_in_millimetres(
    tmp_path, report_study, report_layout, report_evaluation
):
    """Walls, doors and fixtures are there, in millimetres, and the file is sound."""
    path = tmp_path / "layout.dxf"
    write_layout_dxf(report_study, report_layout, path, report_evaluation)
    made = ezdxf.readfile(path)
    assert not made.audit().errors
    assert made.units == ezdxf.units.MM
    assert set(LAYERS) <= {layer.dxf.name for layer in made.layers}
    space = made.modelspace()
    (outline,) = space.query('LWPOLYLINE[layer=="OUTLINE"]')
    xs = [x for x, *_ in outline.get_points()]
    assert (min(xs), max(xs)) == (0.0, 12000.0)
    assert len(space.query('LWPOLYLINE[layer=="DOOR"]')) == 3
    assert len(space.query('LWPOLYLINE[layer=="BL-FLOW"]')) > 0
    inserts = space.query('INSERT[layer=="BL-FIXTURE"]')
    assert len(inserts) == len(report_layout)
    # the queue machine stands at (7.5, 2.5) m
    machine = next(i for i in inserts if i.get_attrib_text("ID") == "queue_machine-1")
    assert tuple(machine.dxf.insert)[:2] == (7500.0, 2500.0)
    assert machine.get_attrib_text("TYPE") == "queue_machine"
    assert machine.get_attrib_text("NAME") == "取号机 Queue machine"


def test_block_has_footprint_use_space_and_privacy_zone(tmp_path, report_study, report_layout):
    """One block per type; its parts lie on the layers that their names say."""
    path = tmp_path / "layout.dxf"
    write_layout_dxf(report_study, report_layout, path)
    made = ezdxf.readfile(path)
    blocks = [block for block in made.blocks if block.name.startswith("BL_")]
    assert len(blocks) == 3
    counter = made.blocks["BL_cash_counter"]
    lines = counter.query("LWPOLYLINE")
    # 1.5 × 0.8 m
    assert max(x for x, *_ in lines[0].get_points()) == 750.0
    assert {line.dxf.layer for line in lines} == {"0", "BL-CLEARANCE", "BL-PRIVACY"}


def test_label_is_shown_as_it_is_written(tmp_path, report_study, report_layout):
    """Codes that CAD programs take for underlines and controls, and line breaks, stay letters."""
    odd = "%%uDesk 50% ^J\nwest $x$ <b>"
    kind = replace(report_study.types["queue_machine"], label=odd, label_zh="")
    study = report_study.replace(types={**report_study.types, "queue_machine": kind})
    write_layout_dxf(study, report_layout, tmp_path / "layout.dxf")
    made = ezdxf.readfile(tmp_path / "layout.dxf")
    names = [
        plain_text(attribute.dxf.text)
        for insert in made.modelspace().query("INSERT")
        for attribute in insert.attribs
        if attribute.dxf.tag == "NAME"
    ]
    assert "%%uDesk 50% ^J west $x$ <b>" in names
    back = read_layout_dxf(tmp_path / "layout.dxf")
    assert {p.fixture for p in back.placements} == {p.fixture for p in report_layout.placements}


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010", "R2018"])
def test_original_drawing_is_untouched_and_the_layout_comes_back(
    drawing, tmp_path, report_study, report_layout, report_evaluation, version
):
    """Every entity, layer, block and the unit are as they were; ours are added, at its origin."""
    original, path = drawing(version), tmp_path / "out.dxf"
    study = study_of(report_study, original)
    write_layout_dxf(study, report_layout, path, report_evaluation)
    before, after = ezdxf.readfile(original), ezdxf.readfile(path)
    assert after.dxfversion == before.dxfversion
    assert after.units == before.units
    for entity in before.modelspace():
        same = after.entitydb[entity.dxf.handle]
        assert tags_of(same) == tags_of(entity)
    assert {b.name for b in before.blocks} <= {b.name for b in after.blocks}
    assert after.layers.get("A-WALL").color == 3
    own = [e for e in after.modelspace() if e.dxf.layer in LAYERS]
    assert len(after.modelspace()) == len(before.modelspace()) + len(own)
    # (7.5, 2.5) m in the plan is (8.5, 4.5) m in the drawing
    machine = next(
        i
        for i in after.modelspace().query("INSERT")
        if i.get_attrib_text("ID") == "queue_machine-1"
    )
    assert tuple(machine.dxf.insert)[:2] == pytest.approx((8500.0, 4500.0))
    assert_same(read_layout_dxf(path), report_layout)


def test_second_layout_replaces_the_first(drawing, tmp_path, report_study, report_layout):
    """Writing into a drawing that holds a layout does not leave two."""
    first, second = tmp_path / "first.dxf", tmp_path / "second.dxf"
    write_layout_dxf(study_of(report_study, drawing()), report_layout, first)
    fewer = Layout(placements=report_layout.placements[:2])
    write_layout_dxf(study_of(report_study, first), fewer, second)
    assert_same(read_layout_dxf(second), fewer)
    blocks = [b.name for b in ezdxf.readfile(second).blocks if b.name.startswith("BL_")]
    assert blocks == ["BL_cash_counter"]


def test_fixture_moved_in_cad_is_read_where_it_is(drawing, tmp_path, report_study, report_layout):
    """Shifted by 500 mm and turned by 90°, a fixture comes back shifted and turned."""
    path = tmp_path / "out.dxf"
    write_layout_dxf(study_of(report_study, drawing()), report_layout, path)
    made = ezdxf.readfile(path)
    for insert in made.modelspace().query('INSERT[layer=="BL-FIXTURE"]'):
        if insert.get_attrib_text("ID") == "queue_machine-1":
            insert.translate(500, 0, 0)
            insert.dxf.rotation += 90
    made.saveas(path)
    moved = read_layout_dxf(path)["queue_machine-1"]
    assert moved.pose == pytest.approx((8.0, 2.5, 90.0))


def test_drawing_without_our_extended_data_is_read_in_its_unit(
    tmp_path, report_study, report_layout
):
    """A CAD program may drop the extended data; millimetres are then taken from the header."""
    path = tmp_path / "out.dxf"
    write_layout_dxf(report_study, report_layout, path)
    made = ezdxf.readfile(path)
    for insert in made.modelspace().query("INSERT"):
        insert.discard_xdata("BRANCH_LAYOUT")
    made.saveas(path)
    assert_same(read_layout_dxf(path), report_layout)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    poses=st.lists(
        st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 359.9)), max_size=4
    )
)
def test_any_layout_comes_back(tmp_path, report_study, poses):
    """Round trip of random poses, and of no fixture at all."""
    layout = Layout(
        placements=tuple(
            Placement(fixture=f"queue_machine-{i}", type="queue_machine", x=x, y=y, angle=angle)
            for i, (x, y, angle) in enumerate(poses)
        )
    )
    path = tmp_path / "any.dxf"
    write_layout_dxf(report_study, layout, path)
    assert_same(read_layout_dxf(path), layout)


def test_type_names_that_dxf_forbids_come_back(tmp_path, report_study):
    """A type called '<a>|b' gets a legal block name and keeps its own."""
    name = "<a>|b;c"
    kind = replace(report_study.types["queue_machine"], name=name, label=name)
    study = report_study.replace(types={name: kind})
    layout = Layout(placements=(Placement(fixture=f"{name}-1", type=name, x=1.0, y=2.0),))
    path = tmp_path / "odd.dxf"
    write_layout_dxf(study, layout, path)
    assert not ezdxf.readfile(path).audit().errors
    assert_same(read_layout_dxf(path), layout)


def test_drawing_that_is_gone_is_one_sentence(tmp_path, report_study, report_layout):
    """The error names the drawing; no file is left."""
    study = study_of(report_study, tmp_path / "gone.dxf")
    with pytest.raises(FileFormatError, match=r"gone\.dxf: the drawing that the plan was read"):
        write_layout_dxf(study, report_layout, tmp_path / "out.dxf")
    assert not (tmp_path / "out.dxf").exists()


def test_file_that_is_no_drawing_is_one_sentence(tmp_path):
    """Neither text nor a missing file is taken for a drawing."""
    path = tmp_path / "text.dxf"
    path.write_text("not a drawing\n")
    with pytest.raises(FileFormatError, match=r"text\.dxf"):
        read_layout_dxf(path)
    with pytest.raises(FileFormatError, match=r"none\.dxf: cannot be read"):
        read_layout_dxf(tmp_path / "none.dxf")


def test_plan_path_is_looked_up_beside_the_study(drawing, tmp_path, report_study, report_layout):
    """A drawing named relative to the study's folder is found from anywhere."""
    name = drawing().name
    study = replace(study_of(report_study, name), directory=str(tmp_path))
    write_layout_dxf(study, report_layout, tmp_path / "out.dxf")
    assert_same(read_layout_dxf(tmp_path / "out.dxf"), report_layout)
