"""The proof of a bound by walks: what it charges beyond the tables, the checker walks anew."""

from __future__ import annotations

import copy
import io

import numpy as np
import pytest
from test_walked_bound import narrow_room

from optimizer.place.bound import branching
from optimizer.place.bound.engine import compute_bound
from optimizer.place.bound.enumeration import Effort
from optimizer.place.optimize import optimize
from optimizer.report.results import result_to_json
from optimizer.verify import verify_result
from optimizer.verify.stated import read_stated

WALKS = "walking.certificate.walks"
BOUND = "walking.bound_person_metres_per_hour"


@pytest.fixture(scope="module")
def proven():
    """A narrow room, its result, and a proof that splits down and charges all that it can."""
    study = narrow_room(1)
    usual, none = compute_bound.__kwdefaults__["efforts"], Effort(poses=0, nodes=1, layouts=1)
    compute_bound.__kwdefaults__["efforts"] = (none, none)
    worth, branching.WORTH = branching.WORTH, -1.0
    try:
        result = optimize(study, time_limit=6.0, seed=1, workers=1)
    finally:
        compute_bound.__kwdefaults__["efforts"] = usual
        branching.WORTH = worth
    return study, result_to_json(study, result), result.walking.file


@pytest.fixture(scope="module")
def searched():
    """The same room and result, proven by walking all layouts that the tables leave."""
    study = narrow_room(1)
    result = optimize(study, time_limit=6.0, seed=1, workers=1)
    return study, result_to_json(study, result), result.walking.file


def rewritten(content, change):
    """The file of a proof with its arrays changed."""
    with np.load(io.BytesIO(content)) as file:
        arrays = {name: file[name].copy() for name in file.files}
    change(arrays)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def failed(study, result, content):
    """Names of the claims that fail, but for the checksum of a changed file."""
    claims = verify_result(study, result, content)
    return {c.name for c in claims if c.passed is False} - {"walking.certificate.sha256"}


def test_an_honest_proof_is_believed(proven):
    """Regions charge more than the tables, and every charge walked anew is right."""
    study, result, content = proven
    assert read_stated(content).steps["nodes"][:, 4].sum() > 0
    assert failed(study, result, content) == set()
    (claim,) = (c for c in verify_result(study, result, content) if c.name == WALKS)
    assert claim.passed
    assert " 0 costs" not in claim.sentence


def test_charges_that_are_not_walked_are_refuted(proven):
    """Five times what is charged is more than is walked."""

    def dearer(arrays):
        arrays["proof_unit"] *= 5.0

    study, result, content = proven
    assert WALKS in failed(study, result, rewritten(content, dearer))


@pytest.mark.parametrize(("steps", "refuted"), [(0, False), (4_000, True)])
def test_charges_for_pairs_that_are_not_walked_are_refuted(proven, steps, refuted):
    """One step that charges all poses of two kinds more for the walks between them."""
    study, result, content = proven
    stated = read_stated(content)
    sizes = [len(poses) for poses in stated.poses]
    (k, m), *_ = stated.pairs

    def dearer(arrays):
        # the root, and the same region with more charged: nothing for poses, for one pair of kinds
        arrays["proof_nodes"] = np.array([[0, 0, -1, 1, 0], [0, 0, -1, 0, 2]])
        arrays["proof_more"] = np.zeros(sum(sizes), dtype=np.uint16)
        arrays["proof_linked"] = np.array([[k, m]])
        arrays["proof_beyond"] = np.full(sizes[k] * sizes[m], steps, dtype=np.uint16)

    assert (WALKS in failed(study, result, rewritten(content, dearer))) is refuted


def test_a_raised_bound_is_refuted(proven):
    """One percent more than the least walking: its layout is closed without proof, or walked."""
    study, result, content = proven
    raised = copy.deepcopy(result)
    raised["walking"][BOUND.split(".")[1]] *= 1.01
    assert failed(study, raised, content) & {WALKS, BOUND}


def test_a_room_whose_layouts_were_all_walked_is_believed(searched):
    """No region is split, the walking is proven least, and a sample of the layouts is walked."""
    study, result, content = searched
    nodes = read_stated(content).steps["nodes"]
    assert len(nodes) == 1
    assert nodes[0, 1] == 2
    assert result["status"] == "OPTIMAL"
    assert failed(study, result, content) == set()


def test_a_bound_that_walked_layouts_refute_fails(searched):
    """At one percent more than the least walking, the best layout is said to walk more."""
    study, result, content = searched
    raised = copy.deepcopy(result)
    raised["walking"][BOUND.split(".")[1]] *= 1.01
    assert failed(study, raised, content) & {WALKS, BOUND}
