"""The solver's conflicts and the rules' geometry are the same relation, on random layouts."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.place.problem import build_problem
from optimizer.rules.placement import placement_findings
from optimizer.study_file import read_study

PAIR_RULES = {"PLC-03", "PLC-04", "PLC-06", "PLC-09"}
ROOMS = ["two_machines", "three_in_a_queue", "counter_row"]


def has_conflict(problem, chosen) -> bool:
    """Whether two blocks of a choice cannot stand together, by the solver."""
    standing = [
        (k, problem.candidates[k][p]) for (k, _), p in zip(problem.blocks, chosen, strict=True)
    ]
    return any(
        problem.shapes.conflicts(k, p[None], m, q[None])[0, 0]
        for i, (k, p) in enumerate(standing)
        for m, q in standing[i + 1 :]
    )


def agree(problem, rng, rounds: int) -> tuple[int, int]:
    """Compare both on random layouts, half of them near a legal one; count both answers."""
    sizes = [len(problem.candidates[k]) for k, _ in problem.blocks]
    legal = None
    answers = [0, 0]
    for turn in range(rounds):
        chosen = [int(rng.integers(size)) for size in sizes]
        if legal is not None and turn % 2:
            moved = rng.integers(len(sizes))
            chosen = [*legal[:moved], chosen[moved], *legal[moved + 1 :]]
        conflict = has_conflict(problem, chosen)
        found = placement_findings(problem.study, problem.layout(chosen))
        broken = {f.rule.id for f in found if f.passed is False}
        assert conflict == bool(broken & PAIR_RULES), (chosen, broken)
        answers[conflict] += 1
        if not conflict:
            legal = chosen
    return answers[0], answers[1]


@pytest.mark.parametrize("name", ROOMS)
def test_small_rooms(name, request):
    """CP-SAT's and the search's pair rules accept what the geometry accepts, and nothing else."""
    problem = build_problem(request.getfixturevalue(name))
    legal, illegal = agree(problem, np.random.default_rng(5), 120)
    assert legal >= 10
    assert illegal >= 10


def test_standard_hall(root):
    """The same on the bundled hall, near today's density of furniture."""
    study = read_study(root / "floorplans" / "standard_hall" / "study.toml")
    problem = build_problem(study.replace(rules=(), pitch=0.5))
    rng = np.random.default_rng(11)
    # random layouts of 20 blocks are never legal: take pairs of blocks alone
    answers = [0, 0]
    for _ in range(150):
        one, other = rng.choice(len(problem.blocks), size=2, replace=False)
        k, m = problem.blocks[one][0], problem.blocks[other][0]
        p = problem.candidates[k][rng.integers(len(problem.candidates[k]))]
        near = np.hypot(*(problem.candidates[m][:, :2] - p[:2]).T).argsort()[:40]
        q = problem.candidates[m][rng.choice(near)]
        layout = [*problem.kinds[k].placements(0, p), *problem.kinds[m].placements(0, q)]
        conflict = bool(problem.shapes.conflicts(k, p[None], m, q[None])[0, 0])
        found = placement_findings(study.replace(rules=()), layout_of(layout))
        broken = {f.rule.id for f in found if f.passed is False}
        assert conflict == bool(broken & PAIR_RULES), (k, m, p, q, broken)
        answers[conflict] += 1
    assert min(answers) >= 15


def layout_of(placements):
    """A layout of placements, those of one fixture twice told apart."""
    from dataclasses import replace

    from optimizer.equipment.layout import Layout

    return Layout(
        placements=tuple(replace(p, fixture=f"{p.type}#{i}") for i, p in enumerate(placements))
    )
