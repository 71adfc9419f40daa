"""Data flows one way: which part of the program may import which, and which library is where."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "optimizer"

#: The order of the house: a part imports only parts that stand before it.
ORDER = (
    "errors",
    "versions",
    "rooms",
    "reading_limits",
    "reading_apart",
    "reading",
    "plan",
    "equipment",
    "flow_figures",  # records only: they run nothing and import nothing but records
    "demand_figures",
    "evaluation",
    "measures",  # names of what is measured
    "demand",
    "study",
    "study_file",
    "walk",
    "rules",
    "brief",
    "result",
    "streams",
    "walked_legs",
    "journeys",
    "privacy",
    "measured",
    "limits",
    "evaluate",
    "diagnose",
    "open_sets",
    "place",
    "network",
    "report",
    "simulate",
    "verify",
    "verified",
    "comparison",
    "whatif",
    "jobs",
    "cli",
    "__main__",
)

#: Records that parts before them may name in annotations, though never load.
RECORDS = ("study", "evaluation", "flow_figures", "demand_figures")

#: Annotations of records that name types of later parts.
NAMED_BY_RECORDS = {
    ("evaluation", "demand"),  # the class of people on a leg
    ("evaluation", "rules"),  # the findings of an evaluation
}

#: Library → where alone it may be imported, as beginnings of module names.
LIBRARIES = {
    "ortools": ("optimizer.place", "optimizer.network", "optimizer.demand.roster"),
    "highspy": ("optimizer.place",),
    "numba": ("optimizer.walk", "optimizer.place"),
    "matplotlib": ("optimizer.report",),
    "fontTools": ("optimizer.report",),
    "jinja2": ("optimizer.report",),
    "ezdxf": ("optimizer.plan.dxf", "optimizer.report.dxf"),
    "ifcopenshell": ("optimizer.plan.ifc",),
    "jupedsim": ("optimizer.simulate",),
    "ciw": ("optimizer.simulate",),
    "pedpy": ("optimizer.simulate",),
    "PIL": ("optimizer.report",),
    "pandas": ("optimizer.demand.queue_log", "optimizer.whatif"),
    "python_calamine": ("optimizer.demand.queue_log",),
    "ipywidgets": ("optimizer.whatif.panel",),
    "rich": (
        "optimizer.cli",
        "optimizer.report.comparison",
        "optimizer.report.least_change_picture",
        "optimizer.comparison",
        "optimizer.whatif.sweep",
    ),
    "typer": ("optimizer.cli",),
    "sqlalchemy": ("optimizer.jobs",),
    "dask": ("optimizer.jobs",),
    "distributed": ("optimizer.jobs",),
    "pydantic": (
        "optimizer.network",
        "optimizer.reading",
        "optimizer.study_file",
        "optimizer.equipment",
        "optimizer.plan",
    ),
}


class Import(NamedTuple):
    """Module `source` imports module `target`; `typing` where only annotations need it."""

    source: str
    target: str
    typing: bool


def imports_of(source: str, text: str) -> list[Import]:
    """Return every import of a module, those within functions too."""
    tree = ast.parse(text)
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source} imports relatively"
            # `from optimizer.walk import kernels` imports a module, `import Shell` a name in one
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [Import(source, target, id(node) in guarded) for target in targets]
    return found


def part(module: str) -> str:
    """Return the part of the house that a module belongs to: its first name below the package."""
    return module.split(".")[1]


def inside(module: str, place: str) -> bool:
    """Whether a module lies in a place such as `optimizer.report.dxf` (and `…dxf_frame`)."""
    return module == place or module.startswith((f"{place}.", f"{place}_"))


ALL = [
    found
    for file in sorted(PACKAGE.rglob("*.py"))
    if file != PACKAGE / "__init__.py"
    for found in imports_of(
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"),
        file.read_text(encoding="utf-8"),
    )
]
OWN = [i for i in ALL if i.target.startswith("optimizer.") and part(i.source) != part(i.target)]


def breaks_the_order(found: Import) -> bool:
    """Whether an import goes against the order, by the rules above."""
    one, other = part(found.source), part(found.target)
    if ORDER.index(other) < ORDER.index(one):
        return False
    return not (found.typing and (other in RECORDS or (one, other) in NAMED_BY_RECORDS))


def test_every_part_has_its_place():
    """Every module and package of the program stands in the order, and only those."""
    parts = {f.stem for f in PACKAGE.iterdir() if f.suffix == ".py" or (f / "__init__.py").exists()}
    assert parts - {"__init__"} <= set(ORDER)


def test_imports_go_one_way():
    """No part imports a part that stands after it."""
    wrong = sorted({f"{i.source} imports {i.target}" for i in OWN if breaks_the_order(i)})
    assert not wrong


@pytest.mark.parametrize(
    ("source", "target", "typing", "answer"),
    [
        ("optimizer.place.search", "optimizer.walk.shell", False, False),
        ("optimizer.walk.shell", "optimizer.place.search", False, True),
        ("optimizer.rules.checks", "optimizer.evaluation", False, False),
        ("optimizer.demand.waiting", "optimizer.study", True, False),
        ("optimizer.demand.waiting", "optimizer.study", False, True),
        ("optimizer.evaluate", "optimizer.report.html", True, True),
    ],
)
def test_both_answers_of_the_order(source, target, typing, answer):
    """The order forbids what it should and allows what it should."""
    assert breaks_the_order(Import(source, target, typing)) is answer


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_libraries_stay_in_their_rooms(library):
    """A heavy library is imported only where it belongs."""
    wrong = [
        f"{i.source} imports {i.target}"
        for i in ALL
        if i.target.split(".")[0] == library
        and not any(inside(i.source, place) for place in LIBRARIES[library])
    ]
    assert not wrong


def test_the_reader_of_imports_sees_them_all():
    """Imports at the top, within functions and for annotations alone are all found."""
    text = (
        "import ortools\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from optimizer.study import Study\n"
        "def f():\n    from optimizer.walk import kernels\n"
    )
    found = imports_of("optimizer.plan.x", text)
    assert Import("optimizer.plan.x", "ortools", False) in found
    assert Import("optimizer.plan.x", "optimizer.study.Study", True) in found
    assert Import("optimizer.plan.x", "optimizer.walk.kernels", False) in found
