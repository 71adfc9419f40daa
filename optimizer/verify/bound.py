"""The claim that no layout walks less than the bound: the file of the proof, gone through again.

In: a `Scene`, the parsed result and the bytes of `certificate.npz`. Out: claims. The file is
believed in what it speaks of, the candidate poses; everything else is held against the study: that
its blocks are the study's fixtures and its poses hold the layout, that its cost tables charge no
more than what is walked (all walks of the layout, and a sample of other poses, walked anew round
the two blocks), that its cliques and barred pairs follow from the placement rules, and that its
steps prove the stated bound. What the tables say of poses outside the sample stays believed.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import union_all

from optimizer.equipment.model import Role
from optimizer.plan.space import Audience
from optimizer.verify.claim import agree, hold, is_number, lookup, open_claim
from optimizer.verify.exclusion import excludes, outline_of
from optimizer.verify.placed import Placed
from optimizer.verify.replay import ReplayError, replay
from optimizer.verify.stated import ProofFileError, read_stated
from optimizer.verify.ways import find_ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.verify.claim import Claim
    from optimizer.verify.demand import Walk
    from optimizer.verify.scene import Scene
    from optimizer.verify.stated import Stated

__all__ = ["check_proof"]

#: A placement is at a pose of the proof up to this, metres and degrees: results are rounded.
SAME_PLACE = 2e-6
#: The tables may charge this share more than what is found: rounding of lengths.
LENGTH = 1e-5
#: The steps may prove this share less than stated: rounding of sums.
SUMS = 1e-9
#: Entries of each cost table that are walked anew.
SAMPLE = 2

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
    yield _check_steps(scene, proof, result)


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
                at = _turned(proof.poses[k], x, y)
                turn = np.abs((proof.poses[k][:, 2] - f.angle + 180.0) % 360.0 - 180.0)
                off = np.maximum.reduce([off, np.abs(at[:, 0] - f.x), np.abs(at[:, 1] - f.y), turn])
            if not len(off) or off.min() > SAME_PLACE:
                return f"{', '.join(block)} stands at no pose of the proof"
            chosen[-1].append(int(off.argmin()))
    return chosen


def _turned(poses: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """Where a point of the block's frame lies at each pose."""
    turn = np.deg2rad(poses[:, 2])
    cos, sin = np.cos(turn), np.sin(turn)
    return poses[:, :2] + np.column_stack([cos * x - sin * y, sin * x + cos * y])


def _check_tables(scene: Scene, proof: Stated, chosen: list[list[int]]) -> Iterator[Claim]:
    """Claims that the tables charge no more than what is walked."""
    costs = _Costs(scene, proof)
    blocks = [(k, i, p) for k, of_kind in enumerate(chosen) for i, p in enumerate(of_kind)]
    table = sum(float(proof.unary[k][p]) for k, _, p in blocks)
    for n, (k, _, p) in enumerate(blocks):
        for m, _, q in blocks[n + 1 :]:
            table += float(proof.pairs[k, m][p, q]) if (k, m) in proof.pairs else 0.0
    true = costs.of_layout()
    yield hold(
        f"{FILE}.table_cost",
        table <= true * (1 + LENGTH),
        f"the tables charge {table:.6g} for the layout; {true:.6g} is walked",
        stated=table,
        found=true,
    )
    faults, tried = [], 0
    for what, charged, found in costs.sample(chosen):
        tried += 1
        if charged > found * (1 + LENGTH) + 1e-9:
            faults.append(f"{what}: {charged:.6g} is charged, {found:.6g} is walked")
    yield hold(
        f"{FILE}.tables",
        not faults,
        f"of {tried} costs that were walked anew, {len(faults)} are too high"
        + (f": {'; '.join(faults[:2])}" if faults else ""),
    )


def _check_steps(scene: Scene, proof: Stated, result: Any) -> Claim:
    """Claim that the steps of the proof prove the stated bound."""
    bound = lookup(result, BOUND)
    value = bound * (scene.study.objective.walking or 1.0) if is_number(bound) else math.nan
    radius = scene.study.walking.radius
    outlines = [outline_of(scene.study, kind) for kind in proof.kinds]

    @cache
    def exclusion(k: int, m: int) -> NDArray[np.bool_]:
        return excludes(outlines[k], proof.poses[k], outlines[m], proof.poses[m], radius=radius)

    try:
        found = replay(proof, exclusion, target=value)
    except ReplayError as error:
        return hold(BOUND, False, f"{BOUND} is not proven: {error}", stated=bound)
    return hold(
        BOUND,
        found >= value * (1 - SUMS),
        f"{BOUND} is {bound:.6g} ({value:.6g} weighted); the proof gives {found:.6g}",
        stated=bound,
        found=found / (scene.study.objective.walking or 1.0),
    )


@dataclass(frozen=True)
class _Costs:
    """What walks cost, weighted, from lengths that are worked out here."""

    scene: Scene
    proof: Stated

    def of_layout(self) -> float:
        """Weighted person-metres an hour of the layout, those from door to door left out."""
        names = {fixture.name for fixture in self.scene.fixtures}
        return math.fsum(
            self._weight(walk) * length
            for walk, length in zip(self.scene.walks, self.scene.lengths, strict=True)
            if walk.source in names or walk.target in names
        )

    def sample(self, chosen: list[list[int]]) -> Iterator[tuple[str, float, float]]:
        """Yield some entries of the tables: what they are, what is charged, what is walked."""
        rng = np.random.default_rng(20)
        for k, costs in enumerate(self.proof.unary):
            for p in rng.integers(0, len(costs), min(SAMPLE, len(costs))):
                yield self._entry(float(costs[p]), ((k, 0, int(p)),))
        for (k, m), table in self.proof.pairs.items():
            near = [int(chosen[k][0]), int(rng.integers(0, len(table)))]
            for p in near[:SAMPLE]:
                q = int(rng.integers(0, table.shape[1]))
                if np.isfinite(table[p, q]):
                    other = 1 if k == m else 0
                    if other < len(self.proof.kinds[m].fixtures):
                        yield self._entry(float(table[p, q]), ((k, 0, p), (m, other, q)))

    def _entry(
        self, charged: float, blocks: Sequence[tuple[int, int, int]]
    ) -> tuple[str, float, float]:
        standing = [self._placed(*block) for block in blocks]
        own = [{fixture.name for fixture in block} for block in standing]
        fixtures = [fixture for block in standing for fixture in block]
        names = {fixture.name for fixture in self.scene.fixtures}
        found = 0.0
        for audience in (Audience.CUSTOMER, Audience.STAFF):
            walks = [
                walk
                for walk in self.scene.walks
                if walk.staff is (audience is Audience.STAFF)
                and self._weight(walk)
                and _between(walk, own, names)
            ]
            found += self._walked(walks, fixtures, audience)
        what = " and ".join(
            f"{fixtures_of[0].name} at ({fixtures_of[0].x:.2f}, {fixtures_of[0].y:.2f})"
            for fixtures_of in standing
        )
        return what, charged, found

    def _walked(
        self, walks: Sequence[Walk], fixtures: Sequence[Placed], audience: Audience
    ) -> float:
        """Weighted cost of some walks with only these fixtures standing."""
        if not walks:
            return 0.0
        radius = self.scene.study.walking.radius
        region = self.scene.room[audience].difference(
            union_all([fixture.footprint(grow=radius) for fixture in fixtures])
        )
        role = Role.STAFF if audience is Audience.STAFF else Role.CUSTOMER
        by_name = {fixture.name: fixture for fixture in fixtures}

        def end(name: str) -> tuple[float, float]:
            point = by_name[name].access(role) if name in by_name else None
            return point or self.scene.end(name, audience)

        ways = find_ways(region, [(end(walk.source), end(walk.target)) for walk in walks])
        return math.fsum(
            self._weight(walk) * way.length for walk, way in zip(walks, ways, strict=True)
        )

    def _placed(self, k: int, block: int, pose: int) -> tuple[Placed, ...]:
        kind, at = self.proof.kinds[k], self.proof.poses[k][pose : pose + 1]
        return tuple(
            Placed(
                name=name,
                kind=self.scene.study.types[type_name],
                x=float(_turned(at, x, y)[0, 0]),
                y=float(_turned(at, x, y)[0, 1]),
                angle=float(at[0, 2]),
            )
            for name, (type_name, x, y) in zip(kind.fixtures[block], kind.members, strict=True)
        )

    def _weight(self, walk: Walk) -> float:
        return walk.rate * self.scene.study.metre_weight(walk.person)


def _between(walk: Walk, own: Sequence[set[str]], names: set[str]) -> bool:
    """Whether a walk is charged to one block (to doors and within it) or to two blocks."""
    ends = (walk.source, walk.target)
    if len(own) == 1:
        inside = [end in own[0] for end in ends]
        return any(inside) and all(
            ok or end not in names for ok, end in zip(inside, ends, strict=True)
        )
    one, other = own
    return (ends[0] in one and ends[1] in other) or (ends[0] in other and ends[1] in one)
