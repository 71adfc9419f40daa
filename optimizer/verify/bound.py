"""The claim that no layout walks less than the bound: the file of the proof, gone through again.

In: a `Scene`, the parsed result and the bytes of `certificate.npz`. Out: claims. The file is
believed in what it speaks of, the candidate poses; everything else is held against the study: that
its blocks are the study's fixtures and its poses hold the layout, that its cost tables charge no
more than what is walked (all walks of the layout, and a sample of other poses, walked anew round
the two blocks; walks to doors past a third one), that its cliques and barred pairs follow from the
placement rules, and that its steps prove the stated bound. Where the proof charges more than the
tables, for walks past what is in the way in every layout of a region, or says that the layouts
which are left were walked, a sample of either is walked anew. What is said of poses and layouts
outside the samples stays believed.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.verify.claim import agree, hold, is_number, lookup, open_claim
from optimizer.verify.exclusion import excludes, outline_of
from optimizer.verify.proof_region import Witness
from optimizer.verify.replay import ReplayError, replay
from optimizer.verify.stated import ProofFileError, read_stated
from optimizer.verify.walked_costs import WalkedCosts, turned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimizer.verify.claim import Claim
    from optimizer.verify.scene import Scene
    from optimizer.verify.stated import Stated

__all__ = ["check_proof"]

#: A placement is at a pose of the proof up to this, metres and degrees: results are rounded.
SAME_PLACE = 2e-6
#: The tables may charge this share more than what is found: rounding of lengths.
LENGTH = 1e-5
#: The steps may prove this share less than stated: rounding of sums.
SUMS = 1e-9

BOUND = "walking.bound_person_metres_per_hour"
FILE = "walking.certificate"


def check_proof(scene: Scene, result: Any, content: bytes | None) -> Iterator[Claim]:
    """Claims about the proof behind the bound.

    Parameters
    ----------
    scene
        The study and the result's layout.
    result
        The parsed result.
    content
        Bytes of the file of the proof; None where there is none.
    """
    stated = lookup(result, FILE)
    if lookup(result, BOUND) is None:
        yield hold(FILE, stated is None, f"without a bound, {FILE} must be null")
        return
    if content is None:
        yield open_claim(result, FILE, "the file of the proof is not at hand")
        return
    right = hashlib.sha256(content).hexdigest()
    yield agree(result, f"{FILE}.sha256", right)
    try:
        proof = read_stated(content)
    except ProofFileError as error:
        yield hold(f"{FILE}.file", False, str(error))
        return
    chosen = _find_poses(scene, proof)
    sentence = "every fixture of the layout stands at a pose of the proof, and no other is placed"
    if isinstance(chosen, str):
        yield hold(f"{FILE}.poses", False, chosen)
        return
    yield hold(f"{FILE}.poses", True, sentence)
    yield agree(result, "walking.poses", sum(len(poses) for poses in proof.poses))
    yield from _check_tables(scene, proof, chosen)
    witness = Witness()
    yield _check_steps(scene, proof, result, witness)
    yield _check_witness(scene, proof, result, witness)


def _find_poses(scene: Scene, proof: Stated) -> list[list[int]] | str:
    """For each kind the pose of each of its blocks; a sentence where the layout is not covered."""
    fixtures = {fixture.name: fixture for fixture in scene.fixtures}
    names = Counter(n for kind in proof.kinds for block in kind.fixtures for n in block)
    placed = Counter(list(fixtures))
    if names != placed:
        wrong = sorted((names - placed) + (placed - names))
        return f"the proof and the layout differ in their fixtures: {', '.join(wrong[:3])}"
    chosen: list[list[int]] = []
    for k, kind in enumerate(proof.kinds):
        chosen.append([])
        for block in kind.fixtures:
            if [fixtures[n].kind.name for n in block] != [t for t, _, _ in kind.members]:
                return f"the proof gives {', '.join(block)} another type than the layout"
            off = np.zeros(len(proof.poses[k]))
            for name, (_, x, y) in zip(block, kind.members, strict=True):
                f = fixtures[name]
                at = turned(proof.poses[k], x, y)
                turn = np.abs((proof.poses[k][:, 2] - f.angle + 180.0) % 360.0 - 180.0)
                off = np.maximum.reduce([off, np.abs(at[:, 0] - f.x), np.abs(at[:, 1] - f.y), turn])
            if not len(off) or off.min() > SAME_PLACE:
                return f"{', '.join(block)} stands at no pose of the proof"
            chosen[-1].append(int(off.argmin()))
    return chosen


def _check_tables(scene: Scene, proof: Stated, chosen: list[list[int]]) -> Iterator[Claim]:
    """Claims that the tables charge no more than what is walked."""
    costs = WalkedCosts(scene, proof)
    blocks = [(k, i, p) for k, of_kind in enumerate(chosen) for i, p in enumerate(of_kind)]
    table, pairs = sum(float(proof.unary[k][p]) for k, _, p in blocks), proof.costs()
    for n, (k, _, p) in enumerate(blocks):
        for m, _, q in blocks[n + 1 :]:
            table += float(pairs[k, m][p, q]) if (k, m) in pairs else 0.0
    true = costs.of_layout()
    yield hold(
        f"{FILE}.table_cost",
        table <= true * (1 + LENGTH),
        f"the tables charge {table:.6g} for the layout; {true:.6g} is walked",
        stated=table,
        found=true,
    )
    faults, tried = [], 0
    for what, charged, found in (*costs.sample(chosen), *costs.sample_detours(chosen)):
        tried += 1
        if charged > found * (1 + LENGTH) + 1e-9:
            faults.append(f"{what}: {charged:.6g} is charged, {found:.6g} is walked")
    yield hold(
        f"{FILE}.tables",
        not faults,
        f"of {tried} costs that were walked anew, {len(faults)} are too high"
        + (f": {'; '.join(faults[:2])}" if faults else ""),
    )


def _stated_value(scene: Scene, result: Any) -> float:
    """The stated bound, weighted."""
    bound = lookup(result, BOUND)
    return bound * (scene.study.objective.walking or 1.0) if is_number(bound) else math.nan


def _check_witness(scene: Scene, proof: Stated, result: Any, witness: Witness) -> Claim:
    """Claim that what the proof charges beyond its tables is walked."""
    costs = WalkedCosts(scene, proof)
    faults, tried = [], 0
    for what, charged, found in (
        *costs.sample_charged(witness.charged),
        *costs.sample_layouts(witness.layouts, _stated_value(scene, result)),
    ):
        tried += 1
        if charged > found * (1 + LENGTH) + 1e-9:
            faults.append(f"{what}: {charged:.6g} is charged, {found:.6g} is walked")
    return hold(
        f"{FILE}.walks",
        not faults,
        f"of {witness.regions} regions that charge more than the tables and "
        f"{len(witness.layouts)} layouts said to be walked, {tried} costs were walked anew; "
        f"{len(faults)} are too high" + (f": {'; '.join(faults[:2])}" if faults else ""),
    )


def _check_steps(scene: Scene, proof: Stated, result: Any, witness: Witness) -> Claim:
    """Claim that the steps of the proof prove the stated bound; what is to be walked is noted."""
    bound, value = lookup(result, BOUND), _stated_value(scene, result)
    radius = scene.study.walking.radius
    outlines = [outline_of(scene.study, kind) for kind in proof.kinds]

    @cache
    def exclusion(k: int, m: int) -> NDArray[np.bool_]:
        return excludes(outlines[k], proof.poses[k], outlines[m], proof.poses[m], radius=radius)

    try:
        found = replay(proof, exclusion, target=value, witness=witness)
    except ReplayError as error:
        return hold(BOUND, False, f"{BOUND} is not proven: {error}", stated=bound)
    return hold(
        BOUND,
        found >= value * (1 - SUMS),
        f"{BOUND} is {bound:.6g} ({value:.6g} weighted); the proof gives {found:.6g}",
        stated=bound,
        found=found / (scene.study.objective.walking or 1.0),
    )
