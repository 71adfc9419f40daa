"""A search that lies: nothing is written, each wrong claim is named, the refused content is kept.

The lies are told by what stands for the search here: it finds a result as ever and changes one
thing in it. Lies in a `result.json` that is there already are those of tests/verify.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.cli.folder import REFUSED
from optimizer.equipment.layout import Layout
from optimizer.place import optimize as room_of_search
from optimizer.result import Status

if TYPE_CHECKING:
    from optimizer.result import Result


def cheaper(result: Result) -> Result:
    """An objective one metre below what the layout has."""
    return replace(
        result,
        evaluation=replace(
            result.evaluation,
            objective=replace(result.evaluation.objective, value=result.objective - 1.0),
        ),
    )


def shorter(result: Result) -> Result:
    """A walk per customer that is off by 2e-6 of itself."""
    walking = result.evaluation.walking
    short = replace(walking, metres_per_customer=walking.metres_per_customer * (1 - 2e-6))
    return replace(result, evaluation=replace(result.evaluation, walking=short))


def bound_above(result: Result) -> Result:
    """A bound above the value of the layout."""
    return replace(result, bound=result.objective * 1.01)


def walking_bound_above(result: Result) -> Result:
    """A bound of the walking above what is walked."""
    return replace(result, walking=replace(result.walking, value=result.walking.value * 1.5))


def optimal(result: Result) -> Result:
    """Proven where the gap is open; a bound below, if there was none open."""
    return replace(result, status=Status.OPTIMAL, bound=result.objective * 0.9)


def moved(result: Result) -> Result:
    """A fixture a decimetre beside where it was judged."""
    first, *others = result.layout.placements
    return replace(
        result,
        layout=Layout(placements=(replace(first, x=first.x + 0.1, y=first.y + 0.1), *others)),
    )


def overlapping(result: Result) -> Result:
    """Two fixtures in one place, with the findings of where they stood."""
    first, second, *others = result.layout.placements
    same = replace(second, x=first.x, y=first.y, angle=first.angle)
    return replace(result, layout=Layout(placements=(first, same, *others)))


def outside(result: Result) -> Result:
    """A fixture in the street."""
    first, *others = result.layout.placements
    return replace(result, layout=Layout(placements=(replace(first, x=-20.0), *others)))


def rule_turned(result: Result) -> Result:
    """A rule that is kept is said to be broken."""
    first, *others = result.evaluation.findings
    turned = replace(first, passed=not first.passed)
    return replace(result, evaluation=replace(result.evaluation, findings=(turned, *others)))


LIES = (
    cheaper,
    shorter,
    bound_above,
    walking_bound_above,
    optimal,
    moved,
    overlapping,
    outside,
    rule_turned,
)


@pytest.mark.parametrize("lie", LIES)
def test_a_search_that_lies_writes_no_result(lie, room, run, monkeypatch, tmp_path):
    """Exit code 1, a line for each wrong claim, no file of a result; the earlier one stays."""
    true = room_of_search.optimize
    monkeypatch.setattr(
        room_of_search, "optimize", lambda study, **orders: lie(true(study, **orders))
    )
    out = tmp_path / "out"
    out.mkdir()
    (out / "result.json").write_text("{}")
    ran = run("optimize", room / "study.toml", "--steps", "60", "--workers", "1", "--out", out)
    assert ran.code == 1
    assert ran.errors
    assert all("verifier found another value" in line for line in ran.errors)
    assert {file.name for file in out.iterdir()} == {"result.json", REFUSED}
    assert (out / "result.json").read_text() == "{}"
    refused = json.loads((out / REFUSED).read_text(encoding="utf-8"))
    assert len(refused["verified"]["failed"]) == len(ran.errors)
    assert refused["placements"]


def test_the_truth_is_written_and_a_refused_result_goes(room, run, tmp_path):
    """The same search without a lie is written: the tests above fail for the lies alone."""
    out = tmp_path / "out"
    out.mkdir()
    (out / REFUSED).write_text("{}")
    ran = run("optimize", room / "study.toml", "--steps", "60", "--workers", "1", "--out", out)
    assert ran.code == 0
    assert (out / "result.json").exists()
    assert not (out / REFUSED).exists()
