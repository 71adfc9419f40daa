"""Why nothing fits, in the words of a planner."""

from __future__ import annotations

import re

from tiny_studies import machine, make_study, room

from optimizer.equipment.model import Anchoring
from optimizer.place.conflict import explain_homeless, explain_overfull, explain_together
from optimizer.place.problem import build_problem
from optimizer.report.page.notes import note_rows
from optimizer.study import FixtureGroup


def _reasons(groups, types, **fields) -> tuple[str, ...]:
    """Why nothing of a brief fits into a small room with a door."""
    problem = build_problem(make_study(room(3.0, 3.0), groups, types).replace(**fields))
    return (
        *explain_homeless(problem),
        *(() if problem.homeless else explain_overfull(problem)),
        *(() if problem.homeless else explain_together(problem, time_limit=20, seed=1)),
    )


def test_why_nothing_fits_is_said_in_chinese():
    """Too wide, no wall to stand in, too many, too large together: no English is left."""
    wide = machine("a", width=9.0)
    window = machine("a", Anchoring.THROUGH_WALL)
    one = (FixtureGroup(type="a", min=1, max=1),)
    both = (*one, FixtureGroup(type="b", min=1, max=1))
    large = tuple(machine(n, Anchoring.FREE, width=2.0, depth=1.2) for n in ("a", "b"))
    told = [
        *_reasons(one, (wide,)),
        *_reasons(one, (window,)),
        *_reasons((FixtureGroup(type="a", min=19, max=19),), (machine("a"),), pitch=0.6),
        *_reasons(both, large, pitch=0.5),
    ]
    assert len(told) >= 4
    for row in note_rows(told):
        left = re.sub(r"(?<![a-z])(a|b|m|PLC|cash_area|zones|ZONE)(?![a-z])", "", row["zh"])
        assert not re.search("[A-Za-z]", left), row
