from __future__ import annotations

import pytest

from optimizer.errors import FileFormatError
from optimizer.plan.read import read_plan

OUTLINE = ({"kind": "outline"}, "Polygon", [[[0, 0], [6, 0], [6, 4], [0, 4], [0, 0]]])


def square(_, space) -> None:
    space.add_lwpolyline(
        [(0, 0), (6000, 0), (6000, 4000), (0, 4000)],
        close=True,
        dxfattribs={"layer": "OUTLINE"},
    )


@pytest.mark.parametrize("suffix", [".geojson", ".json", ".txt", ""])
def test_geojson_is_told_by_its_content(write_plan, suffix) -> None:
    """A plan in GeoJSON reads under any suffix."""
    path = write_plan(OUTLINE)
    assert read_plan(path.rename(path.with_suffix(suffix))).size == (6, 4)


@pytest.mark.parametrize("name", ["plan.dxf", "plan.DXF", "plan.txt"])
def test_dxf_is_told_by_its_content(draw, name) -> None:
    """A drawing reads under any suffix."""
    assert read_plan(draw(square, name=name)).size == pytest.approx((6, 4))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.dwg", b"AC1032\0\0\0", "DWG drawing; save it as DXF"),
        ("a.dxf", b"AC1027\0\0\0", "DWG drawing; save it as DXF"),
        ("a.pdf", b"%PDF-1.7", "this is a PDF file"),
        ("a.skp", b"SketchUp", "this is a SKP file"),
        ("a", b"hello", "of no format that is known"),
        ("a.dxf", b"", "the file is empty"),
        ("a.dxf", b"hello world\n", "cannot be read as DXF"),
    ],
)
def test_other_formats_get_one_line(tmp_path, name, content, words) -> None:
    """What cannot be read is told in one line with the formats that can."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError) as caught:
        read_plan(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_is_named(tmp_path) -> None:
    """A drawing that is not there is named, with the reason."""
    with pytest.raises(FileFormatError, match=r"nowhere.dxf: cannot be opened: No such file"):
        read_plan(tmp_path / "nowhere.dxf")


def test_cut_off_drawing_reads_or_is_one_line(draw) -> None:
    """A drawing that breaks off gives one line, or the plan where its entities are still whole."""
    path = draw(square)
    whole = path.read_bytes()
    told, sizes = [], []
    for share in (0.05, 0.3, 0.6, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        try:
            sizes.append(read_plan(path).size)
        except FileFormatError as error:
            told.append(str(error))
    assert len(told) >= 1
    assert not any("\n" in sentence for sentence in told)
    assert sizes == [pytest.approx((6, 4))] * len(sizes)
