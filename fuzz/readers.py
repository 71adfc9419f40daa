"""The readers that are fuzzed: bytes of a file in, nothing or an error of ours out.

In: the name of a reader and the bytes of a file. Out: nothing; what is no `OptimizerError` goes
through to the caller, and so does the name of a file that a reader left behind.
"""

from __future__ import annotations

import json
import os
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from workbooks import packed_workbook

from optimizer.errors import FileFormatError, OptimizerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.study import Study

__all__ = ["READERS", "Reader", "feed"]

ROOT = Path(__file__).resolve().parent.parent
FLOORPLANS = ROOT / "floorplans"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A reader and the file that it reads.

    Parameters
    ----------
    file
        Name of the file; its ending tells the format.
    read
        Reads a path.
    modules
        Modules whose branches guide the mutations.
    words
        What the format is written with, for the dictionary of the mutations.
    pack
        Makes the file of what is mutated, where that is a text within a packed file.
    longest
        Bytes of the largest file: what the small seeds need, for large files are slow.
    """

    file: str
    read: Callable[[Path], object]
    modules: tuple[str, ...]
    words: tuple[str, ...] = ()
    pack: Callable[[bytes], bytes] = bytes
    longest: int = 1024


@cache
def _study() -> Study:
    from optimizer.study_file import read_study

    return read_study(FLOORPLANS / "old_corner" / "study.toml")


def _ifc(path: Path) -> object:
    # not in a process of its own, which would take a second each; a crash ends the run
    from optimizer.plan.ifc.read import read_ifc
    from optimizer.plan.summary import summarize_plan

    return summarize_plan(read_ifc(path))


def _plan(path: Path) -> object:
    from optimizer.plan.read import read_plan
    from optimizer.plan.summary import summarize_plan

    return summarize_plan(read_plan(path))


def _read_study(path: Path) -> object:
    from optimizer.study_file import read_study

    for name in ("plan.geojson", "today.json"):
        if not (path.parent / name).exists():
            (path.parent / name).write_bytes((FLOORPLANS / "old_corner" / name).read_bytes())
    return read_study(path)


def _layout(path: Path) -> object:
    from optimizer.equipment.layout_file import read_layout

    return read_layout(path, _study())


def _result(path: Path) -> object:
    from optimizer.cli.files import read_result
    from optimizer.report.comparison import build_table, compare_table
    from optimizer.report.figures import check_figures

    content = read_result(path)
    check_figures(content, path)
    return build_table(compare_table({"first": content, "same again": content}))


def _layout_dxf(path: Path) -> object:
    from optimizer.cli.files import read_any_layout

    return read_any_layout(path, _study())


def _pack(path: Path) -> object:
    from optimizer.rules.packs import read_pack_file

    return read_pack_file(path)


def _arrivals(path: Path) -> object:
    from optimizer.demand.arrivals import read_arrivals_file

    return read_arrivals_file(path)


def _log(path: Path) -> object:
    from optimizer.demand.queue_log import read_queue_log

    return read_queue_log(path)


def _workbook(path: Path) -> object:
    from optimizer.demand.queue_log import read_queue_log

    with _in_this_process():
        return read_queue_log(path)


@contextmanager
def _in_this_process() -> Iterator[None]:
    """Let what is read in a process of its own be read here: starting one takes a second."""
    from optimizer.demand.queue_log import read, tables

    apart = read.read_apart
    read.read_apart = tables.read_apart = _here
    try:
        yield
    finally:
        read.read_apart = tables.read_apart = apart


def _here(reader: str, path: Path, size: int, *arguments: object) -> object:
    """What `read_apart` does, here; a panic of the machine code is told as the end of it is."""
    module, name = reader.split(":")
    try:
        return getattr(import_module(module), name)(str(path), *arguments)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileFormatError(f"{path}: the reader broke off") from None


def _pairs(path: Path) -> object:
    from optimizer.cli.walks import read_pairs

    return read_pairs(path)


def _portfolio(path: Path) -> object:
    from optimizer.network.portfolio import read_portfolio

    return read_portfolio(path)


def _assignment(path: Path) -> object:
    from optimizer.place.assignment.problem import read_qaplib

    return read_qaplib(path)


DXF_WORDS = (
    *("SECTION", "ENDSEC", "ENTITIES", "BLOCKS", "TABLES", "HEADER", "EOF", "LAYER", "BLOCK"),
    *("ENDBLK", "INSERT", "LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "LWPOLYLINE", "POLYLINE"),
    *("VERTEX", "SEQEND", "HATCH", "SOLID", "TEXT", "MTEXT", "AcDbEntity", "AcDbLine", "nan"),
    *("A-WALL", "A-DOOR", "OUTLINE", "1e308", "-1e9", "$INSUNITS", "$ACADVER", "AC1009"),
)
JSON_WORDS = (
    *('"type"', '"FeatureCollection"', '"features"', '"Feature"', '"geometry"', '"Polygon"'),
    *('"coordinates"', '"LineString"', '"Point"', '"properties"', '"kind"', '"outline"', '"wall"'),
    *(
        '"door"',
        '"zone"',
        '"column"',
        '"thickness"',
        "NaN",
        "Infinity",
        "1e999",
        "null",
        "[[",
        "]]",
    ),
    *('"indoor"', '"level"', '"room"', '"rect"', '"MultiPolygon"', '"placements"', '"fixture"'),
)
TOML_WORDS = (
    *("schema", "plan", "name", "[[fixtures]]", "[[business]]", "[arrivals]", "[objective]", "nan"),
    *("count", "min", "max", "at", "type", "share", "journey", "inf", "1e400", "-1", "true", "[["),
    *("[[zones]]", "[[doors]]", "[walking]", "[roster]", "[[periods]]", "pitch", "service_minutes"),
)
RESULT_WORDS = (
    *('"schema"', '"study"', '"objective"', '"value"', '"walking"', '"metres_per_customer"', "[["),
    *(
        '"crossing"',
        '"worst_pairs"',
        '"waiting"',
        '"by_stop"',
        '"rules"',
        '"history"',
        "null",
        "{}",
    ),
    *('"placements"', '"passed"', '"detour"', '"privacy"', '"gap"', "NaN", "1e999", "Infinity"),
)
CSV_WORDS = ("hour,people", "09", "\r\n", '"', ";", "\t", "nan", "inf", "1e999", "branch", "study")

#: Every reader of a file from outside.
READERS = {
    "dxf": Reader(
        file="plan.dxf",
        read=_plan,
        modules=("ezdxf", "optimizer.plan.dxf.read", "optimizer.plan.summary"),
        words=DXF_WORDS,
    ),
    "json": Reader(
        file="plan.geojson",
        read=_plan,
        modules=(
            "optimizer.plan.indoor.read",
            "optimizer.plan.indoor.structural",
            "optimizer.plan.summary",
        ),
        words=JSON_WORDS,
    ),
    "ifc": Reader(
        file="plan.ifc",
        read=_ifc,
        modules=("optimizer.plan.ifc.read", "optimizer.plan.summary"),
        words=("IFCWALL", "IFCDOOR", "#1", "$", "*", ".T."),
        longest=2560,
    ),
    "study": Reader(
        file="study.toml",
        read=_read_study,
        modules=("optimizer.study_file", "optimizer.plan.read"),
        words=TOML_WORDS,
    ),
    "layout": Reader(
        file="layout.json",
        read=_layout,
        modules=("optimizer.equipment.layout_file", "optimizer.study_file"),
        words=JSON_WORDS,
    ),
    "layout_dxf": Reader(
        file="layout.dxf",
        read=_layout_dxf,
        modules=("ezdxf", "optimizer.cli.files", "optimizer.report.dxf"),
        words=DXF_WORDS,
    ),
    "result": Reader(
        file="result.json",
        read=_result,
        modules=("optimizer.cli.files", "optimizer.report.comparison", "optimizer.report.figures"),
        words=RESULT_WORDS,
    ),
    "pack": Reader(
        file="pack.toml", read=_pack, modules=("optimizer.rules.packs",), words=TOML_WORDS
    ),
    "arrivals": Reader(
        file="arrivals.csv", read=_arrivals, modules=("optimizer.demand.arrivals",), words=CSV_WORDS
    ),
    "log": Reader(
        file="log.csv", read=_log, modules=("optimizer.demand.queue_log",), words=CSV_WORDS
    ),
    "workbook": Reader(
        file="log.xlsx",
        read=_workbook,
        modules=(
            "optimizer.demand.queue_log.workbook",
            "optimizer.demand.queue_log.tables",
            "optimizer.demand.queue_log.sheet",
        ),
        words=(
            '<row r="',
            '<c r="',
            ' t="s"',
            ' t="inlineStr"',
            "<v>",
            "<is><t>",
            ' s="1"',
            "&lt;",
        ),
        pack=packed_workbook,
        longest=2048,
    ),
    "pairs": Reader(
        file="pairs.csv", read=_pairs, modules=("optimizer.cli.walks",), words=CSV_WORDS
    ),
    "portfolio": Reader(
        file="portfolio.csv",
        read=_portfolio,
        modules=("optimizer.network.portfolio",),
        words=CSV_WORDS,
    ),
    "assignment": Reader(
        file="problem.dat",
        read=_assignment,
        modules=("optimizer.place.assignment.problem",),
        words=("1e999", "nan", "\n"),
    ),
}


def feed(name: str, content: bytes, folder: Path) -> None:
    """Give a reader one file, alone in a folder.

    Parameters
    ----------
    name
        Name of the reader.
    content
        What the file holds.
    folder
        Folder for the file, on a fast disk.

    Raises
    ------
    AssertionError
        The reader left a file behind.
    """
    reader = READERS[name]
    path = folder / reader.file
    path.write_bytes(reader.pack(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with suppress(OptimizerError):
            _checked(reader, path)
    if name != "study":  # its plan and layout lie beside it
        assert os.listdir(folder) == [reader.file], "the reader left a file behind"


def _checked(reader: Reader, path: Path) -> None:
    """Read a file; what a reader says must be sentences that can be shown."""
    try:
        reader.read(path)
    except OptimizerError as error:
        json.dumps(error.sentences)
        if not error.sentences or not all(error.sentences):
            raise ValueError(f"an error without a sentence: {error!r}") from error
        raise
