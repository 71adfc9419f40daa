"""What holds of every reader, whatever the file: round trips, strange letters, broken files.

A number in BRANCH_EXAMPLES makes more examples of each (`make fuzz` does).
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.cli.files import read_any_layout
from optimizer.cli.walks import read_pairs
from optimizer.demand.arrivals import read_arrivals_file
from optimizer.demand.queue_log import read_queue_log
from optimizer.demand.queue_log.workbook import write_sheet
from optimizer.equipment.layout import Layout, Placement
from optimizer.equipment.layout_file import read_layout, write_layout
from optimizer.errors import OptimizerError
from optimizer.network.portfolio import read_portfolio
from optimizer.report.dxf import write_layout_dxf
from optimizer.study_file import read_study

ROOT = Path(__file__).resolve().parents[2]
FLOOR = ROOT / "floorplans" / "old_corner"
EXAMPLES = int(os.environ.get("BRANCH_EXAMPLES", "12"))
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
#: Letters of every script, marks that turn the line round, and signs of other languages.
STRANGE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from("\u202e\u2066\u200f\ufeff\u0301<>&\"'=+-@|\\{}[]大厅🏦\u00df\u0130"),
    ),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() == text and text.isprintable())
READERS = (
    *("json", "dxf", "layout", "layout_dxf", "result", "study", "pack", "arrivals", "log"),
    *("pairs", "portfolio", "assignment", "workbook"),
)


def toml(value: object) -> str:
    """Text of a value in TOML, on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(str(key))} = {toml(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, float):
        return repr(value)
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f") if isinstance(value, str) else text


@pytest.fixture(scope="module")
def corner():
    """The study whose files are changed."""
    return read_study(FLOOR / "study.toml")


@pytest.fixture(scope="module")
def document():
    """The study as the values of its file."""
    return tomllib.loads((FLOOR / "study.toml").read_text(encoding="utf-8"))


@QUICK
@given(
    name=STRANGE,
    business=STRANGE,
    people=st.floats(0.01, 500),
    weight=st.floats(0, 1e4),
    seed=st.integers(0, 99),
)
def test_a_study_written_anew_is_the_same(
    corner, document, name, business, people, weight, seed
) -> None:
    """Names, numbers and objective come back as written; in another order nothing changes."""
    changed = json.loads(json.dumps(document))
    others = {row["name"] for row in changed["business"][1:]}
    assume(business not in others)
    changed["name"] = name
    changed["business"][0]["name"] = business
    changed["arrivals"] = {"09": people, "10": 2 * people}
    changed["objective"] = {**changed.get("objective", {}), "encounters": weight}
    keys = list(changed)
    random.Random(seed).shuffle(keys)
    text = "".join(f"{key} = {toml(changed[key])}\n" for key in keys)
    with tempfile.TemporaryDirectory() as folder:
        for file in ("plan.geojson", "today.json"):
            (Path(folder) / file).write_bytes((FLOOR / file).read_bytes())
        path = Path(folder) / "study.toml"
        path.write_text(text, encoding="utf-8")
        study = read_study(path)
    assert study.name == name
    assert study.mix.businesses[0].name == business
    assert study.mix.arrivals.per_hour == {9: people, 10: 2 * people}
    assert study.objective.encounters == weight
    assert study.groups == corner.groups
    assert study.plan.outline == corner.plan.outline
    assert study.current_layout == corner.current_layout


POSE = st.tuples(*(st.floats(-1e6, 1e6) for _ in range(2)), st.floats(0, 360, exclude_max=True))


@QUICK
@given(poses=st.lists(POSE, max_size=12), seed=st.integers(0, 99))
def test_a_layout_written_is_read_back(corner, poses, seed) -> None:
    """Names, places and angles are those that were written, and so is the file written again."""
    names = [(name, group.type) for group in corner.groups for name in group.names()]
    random.Random(seed).shuffle(names)
    layout = Layout(
        placements=tuple(
            Placement(fixture=name, type=kind, x=x, y=y, angle=angle)
            for (name, kind), (x, y, angle) in zip(names, poses, strict=False)
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "a.json", Path(folder) / "b.json"
        write_layout(layout, first, corner)
        found = read_layout(first, corner)
        write_layout(found, second, corner)
        assert first.read_bytes() == second.read_bytes()
    assert [(p.fixture, p.type) for p in found.placements] == [
        (p.fixture, p.type) for p in layout.placements
    ]
    for one, other in zip(found.placements, layout.placements, strict=True):
        assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=1e-6)
        assert abs((one.angle - other.angle + 180) % 360 - 180) < 1e-6


@settings(QUICK, max_examples=max(EXAMPLES // 4, 3))
@given(seed=st.integers(0, 999))
def test_a_layout_drawn_is_read_back(corner, seed) -> None:
    """Places in a drawing are those of the layout, to a micrometre, wherever the fixtures stand."""
    chance = random.Random(seed)
    layout = Layout(
        placements=tuple(
            Placement(
                fixture=p.fixture,
                type=p.type,
                x=chance.uniform(-50, 50),
                y=chance.uniform(-50, 50),
                angle=chance.uniform(0, 360),
            )
            for p in corner.current_layout.placements
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layout.dxf"
        write_layout_dxf(corner, layout, path)
        found = {p.fixture: p for p in read_any_layout(path, corner).placements}
    for one in layout.placements:
        other = found[one.fixture]
        assert (other.type, other.x, other.y) == (
            one.type,
            pytest.approx(one.x, abs=1e-6),
            pytest.approx(one.y, abs=1e-6),
        )
        assert abs((one.angle - other.angle + 180) % 360 - 180) < 1e-6


ENDS = st.sampled_from(["\n", "\r\n"])
MARK = st.sampled_from(["", "\ufeff"])
NUMBERS = st.floats(-1e9, 1e9)


def written(rows, end: str, mark: str, delimiter: str = ",") -> bytes:
    """Rows as a CSV file of some program."""
    out = io.StringIO()
    csv.writer(out, lineterminator=end, delimiter=delimiter).writerows(rows)
    return (mark + out.getvalue()).encode()


@QUICK
@given(rows=st.lists(st.tuples(*[NUMBERS] * 4), max_size=8), end=ENDS, mark=MARK)
def test_pairs_are_those_written(tmp_path, rows, end, mark) -> None:
    """Four numbers a line come back to the last digit, with or without a mark or header."""
    path = tmp_path / "pairs.csv"
    path.write_bytes(written([("x1", "y1", "x2", "y2"), *rows], end, mark))
    assert read_pairs(path).tolist() == [list(row) for row in rows]


@QUICK
@given(
    people=st.dictionaries(st.integers(0, 23), st.floats(0, 1e5), min_size=1), end=ENDS, mark=MARK
)
def test_arrivals_are_those_written(tmp_path, people, end, mark) -> None:
    """Hours and people come back to the last digit."""
    path = tmp_path / "arrivals.csv"
    path.write_bytes(written([("hour", "people"), *people.items()], end, mark))
    assert read_arrivals_file(path).per_hour == people


@QUICK
@given(
    names=st.lists(STRANGE.filter(lambda n: n[0] != "#"), min_size=1, max_size=6, unique=True),
    end=ENDS,
    mark=MARK,
    delimiter=st.sampled_from(",;\t"),
)
def test_branches_are_those_written(tmp_path, names, end, mark, delimiter) -> None:
    """Names of any script come back in their order, whatever stands between the cells."""
    rows = [(name, i, 0.5 * i) for i, name in enumerate(names)]
    path = tmp_path / "portfolio.csv"
    path.write_bytes(written([("branch", "x", "y"), *rows], end, mark, delimiter))
    assert [branch.name for branch in read_portfolio(path).branches] == names


@QUICK
@given(
    minutes=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 300)), min_size=1, max_size=6),
    business=STRANGE.filter(lambda text: text[0] not in "'\""),
    seed=st.integers(0, 1),
)
def test_a_log_and_its_workbook_are_the_same(tmp_path, fuzzing, minutes, business, seed) -> None:
    """Tickets of a CSV and of a workbook with the same cells are as many, with the same waits."""
    day = "2025-03-03"
    head = ["ticket", "business", "taken", "called", "done"]
    rows = [
        [
            f"A{i}",
            business,
            f"{day} 09:{m:02d}:00",
            *(f"{day} 1{w // 60}:{w % 60:02d}:{s}" for s in ("00", "59")),
        ]
        for i, (m, w) in enumerate(minutes)
    ]
    text = tmp_path / "log.csv"
    text.write_bytes(written([head, *rows], "\n", ""))
    cells = [[_escaped(cell) for cell in row] for row in [head, *rows]]
    book, copy = tmp_path / "log.xlsx", tmp_path / "copy.csv"
    packed = fuzzing.workbooks
    book.write_bytes(packed.packed_workbook(packed.workbook_text(cells, shared=bool(seed))))
    write_sheet(str(book), None, str(copy))
    one, other = read_queue_log(text), read_queue_log(copy)
    assert one.kept == other.kept == len(rows)
    assert one.arrivals == other.arrivals
    assert one.mean_wait == other.mean_wait


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("reader", READERS)
@settings(QUICK, max_examples=max(EXAMPLES // 2, 5))
@given(seed=st.integers(0, 2**31), which=st.integers(0, 9))
def test_a_file_that_is_nearly_right_is_read_or_refused(reader, fuzzing, seed, which) -> None:
    """Numbers, words and lines of a right file exchanged: a value or sentences of ours."""
    known = fuzzing.readers.READERS[reader]
    small = [one for one in fuzzing.seeds.seeds(reader) if len(one) < 8000]
    words = tuple(word.encode() for word in known.words)
    content = fuzzing.mutations.nearly_right(small[which % len(small)], 8000, seed, words)
    with tempfile.TemporaryDirectory() as folder:
        fuzzing.readers.feed(reader, content, Path(folder))


@pytest.mark.parametrize("reader", READERS)
@settings(QUICK, max_examples=max(EXAMPLES // 2, 5))
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_bytes_of_any_kind_are_read_or_refused(reader, fuzzing, content) -> None:
    """What was never a file of the format: a value or sentences of ours."""
    with tempfile.TemporaryDirectory() as folder:
        fuzzing.readers.feed(reader, content, Path(folder))


@pytest.mark.parametrize("reader", ["arrivals", "pairs", "portfolio", "log"])
def test_a_cell_without_end_is_refused(reader, fuzzing, tmp_path) -> None:
    """A quote that never closes, 200,000 letters on: the CSV reader's own limit is told."""
    known = fuzzing.readers.READERS[reader]
    content = fuzzing.seeds.seeds(reader)[0] + b'"' + b"9" * 200_000
    path = tmp_path / known.file
    path.write_bytes(content)
    with pytest.raises(OptimizerError):
        known.read(path)
