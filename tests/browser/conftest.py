"""A browser, and the reports of the bundled studies that it opens."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import optimizer as bo
from optimizer.equipment.layout import Layout
from optimizer.report.html import write_report
from optimizer.result import BoundStep, HistoryPoint, Result, Seconds, Status, WalkingBound

#: Where the real drawing of `real_office` lies in the folder beside the repository.
REAL = "plans/dxf/wrld_office_floor.dxf"


@dataclass
class Seen:
    """A page, and what it did that a report must not do."""

    page: object
    complaints: list = field(default_factory=list)
    requests: list = field(default_factory=list)


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="make browser installs it")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("NOT TESTED: there is no chromium; make browser installs Debian's")
    with playwright.sync_playwright() as engine:
        # the tests may run as root in a container, where Chromium's own sandbox cannot start
        started = engine.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser):
    """Open a file in a page of its own that notes errors, dialogs and requests."""
    contexts = []

    def open_it(path, **options):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        seen = Seen(page=context.new_page())
        page = seen.page
        page.set_default_timeout(60_000)  # on a busy machine
        page.on(
            "console",
            lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda d: (seen.complaints.append(f"dialog: {d.message}"), d.dismiss()))
        page.on("request", lambda request: seen.requests.append(request.url))
        page.goto(Path(path).as_uri())
        return seen

    yield open_it
    for context in contexts:
        context.close()


def moved(layout):
    """The layout with its first fixture half a metre aside."""
    first, *rest = layout.placements
    return Layout(placements=(replace(first, x=first.x + 0.5), *rest))


def result_of(layout, evaluation):
    """A result with a proof of two steps; its numbers are told, not derived."""
    value = evaluation.objective.value
    return Result(
        status=Status.FEASIBLE,
        layout=layout,
        evaluation=evaluation,
        bound=0.9 * value,
        walking=WalkingBound(
            value=400.0,
            table_cost=420.0,
            true_cost=436.0,
            method="linear program",
            poses=1200,
            pitch=0.25,
            steps=(
                BoundStep(
                    method="message passing", value=380.0, seconds=1.0, open_poses=900, regions=1
                ),
                BoundStep(
                    method="linear program", value=400.0, seconds=2.0, open_poses=700, regions=1
                ),
            ),
        ),
        conflict=(),
        history=(
            HistoryPoint(seconds=0.5, objective=1.2 * value, bound=0.5 * value),
            HistoryPoint(seconds=4.0, objective=value, bound=0.9 * value),
        ),
        seconds=Seconds(build=1.0, solve=4.5),
        seed=1,
        workers=2,
        budget="steps",
        versions={"branch-layout": "0.1.0"},
    )


@pytest.fixture(scope="session")
def report_of(root, tmp_path_factory):
    """Write the report of a bundled study, once, and return its path with study and layout."""
    folder = tmp_path_factory.mktemp("reports")
    known = {}

    def write(name):
        if name not in known:
            options = {}
            if name == "real_office":
                drawing = root.parent / "shared" / REAL
                if not drawing.is_file():
                    pytest.skip(f"NOT TESTED: {REAL} is not in ../shared")
                options["plan"] = drawing
            study = bo.read_study(root / "floorplans" / name / "study.toml", **options)
            today = bo.evaluate(study, study.current_layout)
            layout = moved(study.current_layout)
            evaluation = bo.evaluate(study, layout)
            path = folder / f"{name}.html"
            write_report(
                study,
                path,
                layout=layout,
                evaluation=evaluation,
                result=result_of(layout, evaluation),
                today=today,
            )
            known[name] = (path, study, layout, evaluation)
        return known[name]

    return write
