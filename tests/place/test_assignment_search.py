"""The assignment search: against brute force, known optima, and itself."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimizer.errors import StudyError
from optimizer.place.assignment import (
    AssignmentProblem,
    assignment_to_json,
    assignment_value,
    read_qaplib,
    solve_assignment,
)
from optimizer.place.assignment.engine import TabuEngine, number_type
from optimizer.place.assignment.kernels import fill_changes
from optimizer.place.assignment.population import Population, cross, shake
from optimizer.place.assignment.search import enumerate_assignments, search_assignment

#: Number types in which the search is exact, with entries that ask for each.
SIZES = [(9, np.float32), (10_000, np.float64), (2**24, np.int64)]


def draw_problem(seed: int, n: int, *, largest: int = 9, symmetric: bool = False):
    """A random problem with diagonals and negative numbers."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(-largest // 3, largest + 1, (2, n, n))
    return AssignmentProblem(n, a + a.T, b + b.T) if symmetric else AssignmentProblem(n, a, b)


@st.composite
def problems(draw) -> AssignmentProblem:
    """Problems of 2 to 6 fixtures, whole or fractional, symmetric or not."""
    n = draw(st.integers(2, 6))
    numbers = draw(st.sampled_from([st.integers(-9, 9).map(float), st.floats(-9, 9, width=16)]))
    a, b = (draw(arrays(np.float64, (n, n), elements=numbers)) for _ in range(2))
    fold = draw(st.sampled_from(["neither", "a", "both"]))
    if fold != "neither":
        a = a + a.T
    if fold == "both":
        b = b + b.T
    return AssignmentProblem(n, a, b)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 3))
def test_search_equals_brute_force(problem: AssignmentProblem, seed: int) -> None:
    """The search finds the least of all permutations, and so does the enumeration."""
    least = min(
        assignment_value(problem, p) for p in itertools.permutations(range(1, problem.n + 1))
    )
    found = search_assignment(problem, time_limit=None, steps=3000, seed=seed)
    assert found.value == pytest.approx(least, rel=1e-12, abs=1e-12)
    assert found.value == assignment_value(problem, found.permutation)
    assert enumerate_assignments(problem).value == pytest.approx(least, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize(("largest", "kind"), SIZES)
def test_changes_are_those_of_real_swaps(largest: int, kind: type, symmetric: bool) -> None:
    """After many steps, value and Δ of every pair equal those computed from scratch."""
    n = 11
    problem = draw_problem(5, n, largest=largest, symmetric=symmetric)
    assert number_type(problem)[0] is kind
    engine = TabuEngine(problem, 1)
    engine.start(np.random.default_rng(2).permutation(n))
    engine.run(500)
    tabu = engine.state
    value = assignment_value(problem, (tabu.place + 1).tolist())
    assert engine.value == value
    assert engine.best_value == assignment_value(problem, (engine.best + 1).tolist())
    assert engine.best_value <= value
    for i, j in itertools.combinations(range(n), 2):
        swapped = tabu.place + 1
        swapped[[i, j]] = swapped[[j, i]]
        assert int(tabu.change[i, j]) == assignment_value(problem, swapped.tolist()) - value
    kept = np.triu(tabu.change, 1)
    fill_changes(tabu, engine.symmetric)
    assert np.array_equal(kept, np.triu(tabu.change, 1))


def test_fractions_do_not_drift() -> None:
    """With rounded sums, Δ stays right to nine digits over thousands of steps."""
    rng = np.random.default_rng(3)
    problem = AssignmentProblem(12, rng.random((12, 12)), rng.random((12, 12)))
    engine = TabuEngine(problem, 1)
    engine.start(np.arange(12))
    engine.run(5000)
    kept = np.triu(engine.state.change, 1)
    fill_changes(engine.state, engine.symmetric)
    assert np.allclose(kept, np.triu(engine.state.change, 1), rtol=0, atol=1e-9)
    best = assignment_value(problem, (engine.best + 1).tolist())
    assert engine.best_value == pytest.approx(best, rel=1e-9)


def test_numbers_beyond_int64_are_searched_in_double_precision() -> None:
    """Where no machine type is exact, the search still runs and the value is exact."""
    problem = draw_problem(1, 9, largest=2**40)
    assert number_type(problem)[0] is np.float64
    found = solve_assignment(problem, time_limit=None, steps=2000)
    assert isinstance(found.value, int)
    assert found.value == assignment_value(problem, found.permutation)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(8)), st.permutations(range(8)), st.booleans())
def test_relabelling_changes_nothing(fixtures, places, symmetric: bool) -> None:
    """Renumbered fixtures and places: the same optimum."""
    problem = draw_problem(7, 8, symmetric=symmetric)
    renamed = AssignmentProblem(
        8, problem.a[np.ix_(fixtures, fixtures)], problem.b[np.ix_(places, places)]
    )
    values = {solve_assignment(p, time_limit=None, steps=5000).value for p in (problem, renamed)}
    assert len(values) == 1


def test_same_seed_and_steps_give_the_same_result() -> None:
    """The steps, not the clock, decide: two runs agree in every figure but the seconds."""
    problem = draw_problem(11, 40)
    runs = [solve_assignment(problem, time_limit=None, steps=7000, seed=s) for s in (4, 4, 5)]
    assert runs[0].permutation == runs[1].permutation
    assert (runs[0].value, runs[0].steps) == (runs[1].value, runs[1].steps) == (runs[1].value, 7000)
    assert runs[0].permutation != runs[2].permutation


def test_chunks_do_not_matter() -> None:
    """Stopping to look at the clock does not change the course of the search."""
    problem = draw_problem(13, 20)
    whole, parts = TabuEngine(problem, 1), TabuEngine(problem, 1)
    for engine in (whole, parts):
        engine.start(np.arange(20))
    whole.run(300)
    for steps in (1, 2, 97, 200):
        parts.run(steps)
    assert np.array_equal(whole.state.place, parts.state.place)
    assert np.array_equal(whole.best, parts.best)


def test_progress_falls_and_ends_at_the_result() -> None:
    """Every better value is reported once, with seconds that do not fall."""
    seen: list[tuple[float, int | float]] = []
    found = solve_assignment(
        draw_problem(17, 25),
        time_limit=None,
        steps=20000,
        on_progress=lambda seconds, value: seen.append((seconds, value)),
    )
    values = [value for _, value in seen]
    assert values == sorted(set(values), reverse=True)
    assert values[-1] == found.value
    assert [seconds for seconds, _ in seen] == sorted(seconds for seconds, _ in seen)


def test_every_limit_ends_the_search() -> None:
    """Steps, target, a stop from outside and a time of 0 each end it with a permutation."""
    problem = draw_problem(19, 12)
    best = solve_assignment(problem, time_limit=None, steps=30000)
    goal = solve_assignment(problem, time_limit=None, target=best.value)
    assert goal.value == best.value
    assert goal.steps <= best.steps
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) == 3

    for found in (
        solve_assignment(problem, time_limit=None, should_stop=stop),
        solve_assignment(problem, time_limit=0.0),
        solve_assignment(problem, time_limit=None, steps=0),
    ):
        assert sorted(found.permutation) == list(range(1, 13))
        assert found.value >= best.value
    assert len(asked) == 3


def test_limits_that_are_none_are_refused() -> None:
    """A search without an end, and negative limits, are refused."""
    problem = draw_problem(23, 9)
    with pytest.raises(StudyError, match="never end"):
        solve_assignment(problem, time_limit=None)
    with pytest.raises(StudyError) as error:
        solve_assignment(problem, time_limit=-1.0, steps=-1)
    assert len(error.value.sentences) == 2
    with pytest.raises(StudyError, match="nan"):
        solve_assignment(problem, time_limit=float("nan"))


def test_few_fixtures_are_solved_at_once() -> None:
    """Up to seven fixtures, every permutation is tried: the least is proven."""
    seen: list[int | float] = []
    found = solve_assignment(draw_problem(29, 5), on_progress=lambda _, value: seen.append(value))
    assert found.steps == 0
    assert seen == [found.value]
    one = solve_assignment(AssignmentProblem(1, np.array([[3]]), np.array([[4]])))
    assert (one.value, one.permutation) == (12, (1,))


def test_equal_values_do_not_hang_the_search() -> None:
    """A problem of zeros has one value everywhere; the search ends with it."""
    zeros = np.zeros((9, 9))
    found = solve_assignment(AssignmentProblem(9, zeros, zeros), time_limit=None, steps=50000)
    assert (found.value, found.steps) == (0, 50000)


def test_json_has_whole_numbers() -> None:
    """The JSON form has the four fields of the contract; whole values are ints."""
    found = solve_assignment(draw_problem(31, 4), seed=6)
    record = assignment_to_json(found)
    assert set(record) == {"value", "permutation", "seconds", "seed"}
    assert record["seed"] == 6
    assert type(record["value"]) is int
    assert sorted(record["permutation"]) == [1, 2, 3, 4]


@settings(deadline=None)
@given(st.permutations(range(9)), st.permutations(range(9)), st.integers(0, 99))
def test_children_keep_what_parents_agree_on(one, other, seed: int) -> None:
    """A child is a permutation, and has every place that both parents share."""
    one, other = np.array(one), np.array(other)
    child = cross(one, other, np.random.default_rng(seed))
    assert sorted(child.tolist()) == list(range(9))
    assert np.array_equal(child[one == other], one[one == other])


@settings(deadline=None)
@given(st.permutations(range(9)), st.integers(2, 9), st.integers(0, 99))
def test_shaking_moves_as_many_as_asked(place, count: int, seed: int) -> None:
    """A shaken permutation is one, and differs in exactly the places asked for."""
    shaken = shake(np.array(place), count, np.random.default_rng(seed))
    assert sorted(shaken.tolist()) == list(range(9))
    assert int((shaken != np.array(place)).sum()) == count


def test_population_takes_better_and_refuses_twins() -> None:
    """A full population drops its worst for a better one, and takes no value twice."""
    rng = np.random.default_rng(1)
    population = Population(depth=10)
    while len(population.members) < 12:
        population.add(float(len(population.members)), population.breed(30, rng))
    population.add(3.0, population.breed(30, rng))
    assert sorted(value for value, _ in population.members) == list(range(12))
    population.add(-1.0, population.breed(30, rng))
    assert sorted(value for value, _ in population.members) == list(range(-1, 11))
    for _ in range(100):
        population.add(99.0, rng.permutation(30))
    population.breed(30, rng)
    assert population.members == []  # nothing new for long: it begins again


def best_known(shared: Path) -> dict[str, int]:
    """Values of the bundled instances."""
    with (shared / "qaplib" / "best_known.csv").open(newline="") as file:
        return {row["instance"]: int(row["best_known"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", ["nug12", "nug15", "nug20", "rou15", "scr20", "had20", "els19"])
def test_known_optima(shared: Path, name: str) -> None:
    """Proven optima are met, and not undercut even where the search is asked to."""
    target = best_known(shared)[name]
    problem = read_qaplib(shared / "qaplib" / f"{name}.dat")
    found = solve_assignment(problem, time_limit=None, steps=300_000, target=target - 1)
    assert found.steps == 300_000
    assert found.value == target
    assert assignment_value(problem, found.permutation) == target


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_known_optima(shared: Path, seed: int) -> None:
    """Every bundled instance meets its best known value with every seed."""
    for name, target in best_known(shared).items():
        problem = read_qaplib(shared / "qaplib" / f"{name}.dat")
        found = solve_assignment(
            problem, time_limit=None, steps=8_000_000, seed=seed, target=target
        )
        assert found.value == target, name
