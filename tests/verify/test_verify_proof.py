"""The proof of a whole result: believed as it is, refuted with any part of it falsified."""

import copy
import hashlib
import io

import numpy as np
import pytest

from optimizer.place.bound.engine import compute_bound
from optimizer.place.bound.enumeration import Effort
from optimizer.place.optimize import optimize
from optimizer.report.results import result_to_json
from optimizer.verify import verify_result
from optimizer.verify.stated import ProofFileError, read_stated

BOUND = "walking.bound_person_metres_per_hour"


@pytest.fixture(scope="module")
def proven(small_study):
    """A short optimization of the small hall: its result.json and the file of its proof.

    Nothing is searched completely: the proof rests on its duals.
    """
    usual, none = compute_bound.__kwdefaults__["efforts"], Effort(poses=0, nodes=1, layouts=1)
    compute_bound.__kwdefaults__["efforts"] = (none, none)
    try:
        result = optimize(small_study, time_limit=6.0, steps=150, seed=1, workers=1)
    finally:
        compute_bound.__kwdefaults__["efforts"] = usual
    return result_to_json(small_study, result), result.walking.file


@pytest.fixture
def failed(small_study, proven):
    """Names of the claims that fail after a change of result or file."""

    def run(change=None, content=proven[1]):
        result = copy.deepcopy(proven[0])
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()
            result["walking"]["certificate"]["sha256"] = digest
        if change is not None:
            change(result["walking"])
        claims = verify_result(small_study, result, content)
        return {claim.name for claim in claims if claim.passed is False}

    return run


def rewritten(content, change):
    """The file with its arrays changed; the checksum in the result follows."""
    with np.load(io.BytesIO(content)) as file:
        arrays = {name: file[name].copy() for name in file.files}
    change(arrays)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def test_an_honest_proof_is_believed(small_study, proven, failed):
    """Nothing fails, and that the bound is proven is among what passed."""
    claims = verify_result(small_study, *proven)
    passed = {claim.name for claim in claims if claim.passed}
    assert failed() == set()
    assert {BOUND, "walking.certificate.tables", "walking.certificate.poses"} <= passed
    assert proven[0]["walking"]["bound_steps"][0]["method"] == "message passing"
    # the proof says something: the bound is most of what is walked
    assert proven[0]["walking"]["gap"] < 0.5


def test_without_the_file_the_proof_stays_open(small_study, proven):
    """A result by itself can be checked but for its proof, and says so."""
    claims = verify_result(small_study, proven[0])
    assert [c.passed for c in claims if c.name == "walking.certificate"] == [None]


def test_a_raised_bound_is_refuted(failed):
    """One percent more than proven, with the gaps made to fit: only the proof tells."""

    def raised(walking):
        walking[BOUND.split(".")[1]] *= 1.01
        walking["gap"] = 1 - walking[BOUND.split(".")[1]] / walking["person_metres_per_hour"]
        walking["search_gap"] = walking["gap"] - walking["detour_gap"]

    assert BOUND in failed(raised)


def test_a_raised_bound_of_the_objective_is_refuted(small_study, proven):
    """It is the bound of walking and what no layout changes; half a percent more is not proven."""
    result = copy.deepcopy(proven[0])
    goal = result["objective"]
    goal["bound"] = min(goal["bound"] * 1.005, goal["value"])
    goal["gap"] = 1 - goal["bound"] / goal["value"]
    claims = verify_result(small_study, result, proven[1])
    assert {claim.name for claim in claims if claim.passed is False} == {"objective.bound"}


def test_another_checksum_is_refuted(failed):
    """The result names the one file that it was written with."""

    def other(walking):
        walking["certificate"]["sha256"] = "0" * 64

    assert failed(other) == {"walking.certificate.sha256"}


@pytest.mark.parametrize(
    ("key", "index", "value"),
    [("seconds", 0, 1e6), ("open_poses", 0, 0), ("regions", 0, 10**6)],
)
def test_steps_of_the_bound_out_of_order_are_refuted(failed, key, index, value):
    """Methods come one after the other, and none gives back what another proved."""

    def mixed(walking):
        walking["bound_steps"][index][key] = value

    assert failed(mixed) == {"walking.bound_steps"}


def test_steps_above_the_bound_are_refuted(failed):
    """The last method cannot have proven more than the bound."""

    def more(walking):
        walking["bound_steps"][-1]["bound_person_metres_per_hour"] *= 1.1

    assert failed(more) == {"walking.bound_steps"}


def test_another_number_of_poses_is_refuted(failed):
    """The bound is said to hold for as many poses as the proof has."""

    def fewer(walking):
        walking["poses"] += 1

    assert failed(fewer) == {"walking.poses"}


def _dual(arrays):
    arrays["proof_potentials"] = np.roll(arrays["proof_potentials"], 40)


def _units(arrays):
    arrays["proof_scales"] *= 2.0


def _end(arrays):
    arrays["proof_potentials"] = arrays["proof_potentials"][:-5]


def _closed(arrays):
    # all bits off but the first of each byte: nearly all poses are said to be closed
    arrays["proof_kept"] &= np.uint8(0x80)


def _price(arrays):
    arrays["proof_prices"] = -np.abs(arrays["proof_prices"]) - 1.0


@pytest.mark.parametrize("change", [_dual, _units, _end, _closed, _price])
def test_a_changed_step_is_refuted(failed, proven, change):
    """A dual, its unit, its end, the poses closed or a price changed: the bound is not proven."""
    if change is _price:
        with np.load(io.BytesIO(proven[1])) as file:
            if not len(file["proof_prices"]):
                pytest.skip("no clique is priced in this proof")
    assert BOUND in failed(content=rewritten(proven[1], change))


def _pairs(arrays):
    # 30 % more along each row; the steps fit into 16 bits, as the largest is at most half of them
    for name in [n for n in arrays if n.startswith("pair_")]:
        whole = np.cumsum(arrays[name], axis=1, dtype=np.uint16)
        dearer = np.where(whole == 65_535, whole, whole * 1.3).astype(np.uint16)
        arrays[name] = np.diff(dearer, axis=1, prepend=np.uint16(0))


def _unary(arrays):
    for name in [n for n in arrays if n.startswith("unary_")]:
        arrays[name] *= 1.3


@pytest.mark.parametrize("change", [_pairs, _unary])
def test_dearer_tables_are_refuted(failed, proven, change):
    """Costs 30 % above what is walked prove nothing about walking."""
    names = failed(content=rewritten(proven[1], change))
    assert "walking.certificate.tables" in names


def _without_place(arrays):
    arrays["poses_0"] = arrays["poses_0"] + 0.01


def _without_fixture(arrays):
    arrays["kinds"] = np.frombuffer(
        arrays["kinds"].tobytes().replace(b"open_desk-2", b"open_desk-3"), dtype=np.uint8
    )


@pytest.mark.parametrize("change", [_without_place, _without_fixture])
def test_a_proof_of_something_else_is_refuted(failed, proven, change):
    """Poses without the layout's own, or other fixtures: the proof does not speak of it."""
    assert failed(content=rewritten(proven[1], change)) == {"walking.certificate.poses"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x00" * 300])
def test_bytes_that_are_no_proof_are_refuted(failed, content):
    """Whatever lies in the file's place, it is named and nothing is raised."""
    assert failed(content=content) == {"walking.certificate.file"}
    with pytest.raises(ProofFileError, match="cannot be read"):
        read_stated(content)


def test_a_size_that_does_not_fit_is_refuted(failed, proven):
    """A table of another size than its kinds is no table of theirs."""

    def cut(arrays):
        name = next(n for n in arrays if n.startswith("pair_"))
        arrays[name] = arrays[name][:-1]

    assert failed(content=rewritten(proven[1], cut)) == {"walking.certificate.file"}
