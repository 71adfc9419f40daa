"""Going through a proof again: right ones are believed, and no made-up one proves too much."""

import itertools

import numpy as np
import pytest

from optimizer.place.bound import TableProblem, conflict_matrix
from optimizer.place.bound.engine import compute_bound
from optimizer.place.bound.record import record_proof
from optimizer.verify.proof_region import Witness
from optimizer.verify.replay import ReplayError, replay
from optimizer.verify.stated import Stated, StatedKind

COUNTS = (2, 1, 1)
SIZES = (6, 5, 6)


def problem_of(seed):
    """Three classes, one of two like fixtures; costs of whole steps of 1/64; some conflicts."""
    rng = np.random.default_rng(seed)

    def costs(*shape):
        return (rng.integers(0, 640, shape) / 64).astype(np.float32)

    own = costs(6, 6)
    barred = rng.random((6, 6)) < 0.3
    return TableProblem(
        counts=COUNTS,
        unary=tuple(costs(size).astype(float) for size in SIZES),
        pairs={(0, 0): own + own.T, (0, 1): costs(6, 5), (0, 2): costs(6, 6), (1, 2): costs(5, 6)},
        conflicts={
            (0, 0): barred | barred.T | np.eye(6, dtype=bool),
            (0, 1): rng.random((6, 5)) < 0.3,
            (1, 2): rng.random((5, 6)) < 0.3,
        },
    )


def exclusion_of(problem):
    """Which poses of two kinds exclude each other, as the checker asks for it."""

    def exclusion(k, m):
        rows, columns = np.arange(SIZES[k]), np.arange(SIZES[m])
        return conflict_matrix(problem, k, m, rows=rows, columns=columns)

    return exclusion


def cheapest(problem):
    """Least cost by complete enumeration; inf where nothing fits."""
    exclusion = exclusion_of(problem)
    best = np.inf
    for a, b, c, d in itertools.product(range(6), range(6), range(5), range(6)):
        standing = ((0, a), (0, b), (1, c), (2, d))
        if a >= b or any(
            exclusion(k, m)[p, q] for (k, p), (m, q) in itertools.combinations(standing, 2)
        ):
            continue
        total = sum(problem.unary[k][p] for k, p in standing)
        for (k, p), (m, q) in itertools.combinations(standing, 2):
            total += float(problem.pairs[k, m][p, q])
        best = min(best, float(total))
    return best


def stated_of(problem, record):
    """The proof as its file would state it."""
    return Stated(
        kinds=tuple(
            StatedKind(members=(), fixtures=tuple((f"{k}-{i}",) for i in range(count)))
            for k, count in enumerate(COUNTS)
        ),
        poses=tuple(np.zeros((size, 3)) for size in SIZES),
        unary=problem.unary,
        pairs=problem.pairs,
        barriers=record.barriers,
        units=dict.fromkeys(problem.pairs, 1 / 64),
        steps=record.arrays,
    )


def proof_of(problem, *, upper_bound=None, leaf_layouts=0):
    """The flat proof of the engine's bound, and the bound itself."""
    bound = compute_bound(
        problem,
        upper_bound=upper_bound,
        time_limit=20.0,
        target_gap=0.0,
        on_progress=None,
        should_stop=None,
        leaf_layouts=leaf_layouts,
        search_runs=1,
    )
    return record_proof(problem, bound.certificate), bound


@pytest.mark.parametrize("leaf_layouts", [0, 50])
@pytest.mark.parametrize("seed", range(8))
def test_the_kept_proof_proves_the_bound(seed, leaf_layouts):
    """Engine, kept proof and checker agree, and none is above the best layout of all."""
    problem = problem_of(seed)
    best = cheapest(problem)
    record, bound = proof_of(problem, upper_bound=best * 1.05, leaf_layouts=leaf_layouts)
    found = replay(stated_of(problem, record), exclusion_of(problem), target=record.value)
    # the engine closes these problems; sixteen bits cost at most a share of 1e-3 here
    assert bound.value == pytest.approx(best, rel=1e-6)
    assert record.value <= best * (1 + 1e-9)
    assert record.value >= bound.value * (1 - 1e-3)
    assert record.value * (1 - 1e-9) <= found <= best * (1 + 1e-9)


def corrupted(arrays, rng):
    """The arrays of a proof with one of them changed at random."""
    name = rng.choice([n for n in arrays if len(arrays[n])])
    changed = arrays[name].copy()
    for _ in range(int(rng.integers(1, 4))):
        at = tuple(int(rng.integers(0, size)) for size in changed.shape)
        if changed.dtype.kind == "f":
            with np.errstate(invalid="ignore"):  # 0 · inf, where one is changed twice
                changed[at] *= rng.choice([-1.0, 0.0, 0.5, 3.0, np.nan, np.inf])
        else:
            low, high = int(changed.min()), int(changed.max())
            changed[at] = rng.integers(low, max(high, low + 1) + 1)
    return {**arrays, name: changed}


@pytest.mark.parametrize("seed", range(6))
def test_no_changed_proof_proves_more_than_the_truth(seed):
    """Whatever is changed in the steps, they are refused or prove at most the least cost."""
    problem = problem_of(seed)
    best = cheapest(problem)
    record, _ = proof_of(problem, upper_bound=best * 1.2)
    rng = np.random.default_rng(seed)
    proven = []
    for _ in range(60):
        stated = stated_of(problem, record)
        steps = corrupted(record.arrays, rng)
        changed = Stated(**{**vars(stated), "steps": steps})
        try:
            proven.append(replay(changed, exclusion_of(problem), target=best * 2))
        except ReplayError:
            proven.append(-np.inf)
    assert max(proven) <= best * (1 + 1e-9)
    # most changes of a step spoil the proof: the check is not blind
    assert min(proven) < record.value * (1 - 1e-3)


def test_a_clique_that_goes_together_is_refused():
    """A row over two poses that can stand side by side is no step of a proof."""
    problem = problem_of(1)
    record, _ = proof_of(problem)
    free = np.argwhere(~exclusion_of(problem)(0, 1))[0]
    members = np.array([free[0], SIZES[0] + free[1]], dtype=np.int32)
    steps = {
        **record.arrays,
        "nodes": np.array([[1, 0, -1, 0, 0]]),
        "stages": np.array([[1, 0]]),
        "priced": np.array([0]),
        "prices": np.array([1.0]),
        "cliques": members,
        "clique_ends": np.array([2]),
    }
    changed = Stated(**{**vars(stated_of(problem, record)), "steps": steps})
    with pytest.raises(ReplayError, match="go together"):
        replay(changed, exclusion_of(problem), target=1.0)
    priced = {**steps, "prices": np.array([-1.0])}
    with pytest.raises(ReplayError, match="below 0"):
        replay(Stated(**{**vars(changed), "steps": priced}), exclusion_of(problem), target=1.0)


def test_a_split_must_list_every_number():
    """Two like blocks give three parts (none, one, both on a side); two parts are refused."""
    problem = problem_of(2)
    record, _ = proof_of(problem)
    steps = {
        **record.arrays,
        "nodes": np.array([[0, 0, 0, 2, 0], [0, 0, -1, 0, 0], [0, 0, -1, 0, 0]]),
        "sides": np.packbits(np.arange(6) < 3),
    }
    changed = Stated(**{**vars(stated_of(problem, record)), "steps": steps})
    with pytest.raises(ReplayError, match="2 parts, not 3"):
        replay(changed, exclusion_of(problem), target=1.0)


def test_charges_beyond_the_tables_need_a_witness():
    """Arithmetic cannot tell whether more than the tables is walked: nobody to ask, no proof."""
    problem = problem_of(3)
    record, _ = proof_of(problem)
    more = np.zeros(sum(SIZES), dtype=np.uint16)
    more[0] = 5
    steps = {
        **record.arrays,
        "nodes": np.array([[0, 0, -1, 1, 0], [0, 0, -1, 0, 1]]),
        "more": more,
        "unit": np.array([0.5]),
    }
    changed = Stated(**{**vars(stated_of(problem, record)), "steps": steps})
    with pytest.raises(ReplayError, match="more than the tables"):
        replay(changed, exclusion_of(problem), target=1.0)
    witness = Witness()
    replay(changed, exclusion_of(problem), target=1.0, witness=witness)
    # five units of a half, at the first pose of the first class, in the one region
    (region,) = witness.charged
    assert [group.more.tolist()[:2] for group in region.groups] == [[2.5, 0.0], [0, 0], [0, 0]]


def test_charges_for_pairs_come_on_top_of_their_costs():
    """Two steps more for one pair of poses; none for groups without costs, and none twice."""
    problem = problem_of(3)
    record, _ = proof_of(problem)
    beyond = np.zeros(6 * 5, dtype=np.uint16)
    beyond[7] = 2  # second pose of the first class, third of the second
    steps = {
        **record.arrays,
        "nodes": np.array([[0, 0, -1, 1, 0], [0, 0, -1, 0, 2]]),
        "more": np.zeros(sum(SIZES), dtype=np.uint16),
        "linked": np.array([[0, 1]]),
        "beyond": beyond,
    }
    stated = stated_of(problem, record)
    witness = Witness()
    exclusion = exclusion_of(problem)
    replay(Stated(**{**vars(stated), "steps": steps}), exclusion, target=1.0, witness=witness)
    (region,) = witness.charged
    assert region.added[0, 1][1, 2] == 2 / 64
    assert region.added[0, 1].sum() == 2 / 64
    for links in ([[1, 0]], [[5, 6]]):
        wrong = {**steps, "linked": np.array(links)}
        with pytest.raises(ReplayError, match="two groups"):
            replay(
                Stated(**{**vars(stated), "steps": wrong}), exclusion, target=1.0, witness=witness
            )


def test_layouts_said_to_be_walked_are_handed_over():
    """A region searched by walking names every layout that its costs leave below the target."""
    problem = problem_of(4)
    record, _ = proof_of(problem)
    best = cheapest(problem)
    steps = {**record.arrays, "nodes": np.array([[0, 2, -1, 0, 0]])}
    changed = Stated(**{**vars(stated_of(problem, record)), "steps": steps})
    few, none = Witness(), Witness()
    assert replay(changed, exclusion_of(problem), target=best * 1.01, witness=few) == best * 1.01
    replay(changed, exclusion_of(problem), target=best * 0.99, witness=none)
    assert (len(few.layouts) > 0, none.layouts) == (True, [])
    with pytest.raises(ReplayError, match="by walking"):
        replay(changed, exclusion_of(problem), target=best)
