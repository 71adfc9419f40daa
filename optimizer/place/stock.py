"""The poses that the model of hard rules chooses from, and the layouts that they make.

In: a placement problem, or a study alone. Out: `Stock`: block kinds, their poses whether these
keep the rules or not, and the scene of any choice of them.

The search has poses only that keep every rule of one block (`place.candidates`). To find out which
rule is in the way, the model also needs those that break some: `widen` adds them, thinned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.demand.waiting import compute_waiting
from optimizer.equipment.layout import Layout
from optimizer.place.blocks import make_blocks
from optimizer.place.candidates import ground_of, masks_by_rule, poses_before_rules
from optimizer.rules.model import Severity
from optimizer.rules.packs import rules_of
from optimizer.rules.scene import Scene
from optimizer.walked_legs import walk_legs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.equipment.layout import Placement
    from optimizer.evaluation import WaitingFigures
    from optimizer.place.blocks import BlockKind
    from optimizer.place.problem import PlacementProblem
    from optimizer.rules.model import Rule
    from optimizer.study import Study

__all__ = ["PHYSICAL", "Choice", "Stock", "stock_of", "widen"]

#: A block at a pose: the index of its kind and of the pose within the kind.
Choice = tuple[int, int]
#: Rules that nothing can relax, for bodies and furniture are what they are.
PHYSICAL = ("PLC-01", "PLC-02", "PLC-03", "PLC-05", "PLC-06", "PLC-08", "PLC-10")
#: Poses of a kind that `widen` adds at most.
ADDED = 500


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Block kinds and their poses.

    Parameters
    ----------
    problem
        The placement problem; its `candidates` are the poses, whether they keep the rules or not.
    """

    problem: PlacementProblem

    @property
    def study(self) -> Study:
        """The brief."""
        return self.problem.study

    @property
    def kinds(self) -> tuple[BlockKind, ...]:
        """What is placed."""
        return self.problem.kinds

    @property
    def poses(self) -> tuple[NDArray[np.float64], ...]:
        """For each kind its poses, (n, 3)."""
        return self.problem.candidates

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Hard rules of the study."""
        return tuple(r for r in rules_of(self.study) if r.severity is Severity.HARD)

    @cached_property
    def masks(self) -> tuple[Mapping[str, NDArray[np.bool_]], ...]:
        """For each kind which poses keep the placement rules of one block, by the rule's id."""
        ground = ground_of(self.study)
        return tuple(
            masks_by_rule(self.study, ground, kind, poses)
            for kind, poses in zip(self.kinds, self.poses, strict=True)
        )

    @cached_property
    def waiting(self) -> Mapping[str, WaitingFigures]:
        """Waiting figures of the full brief, by fixture type."""
        return compute_waiting(self.study)

    def placements(self, chosen: Iterable[Choice]) -> tuple[tuple[Placement, ...], ...]:
        """Fixtures of each chosen block; the blocks of a kind are numbered as they come."""
        number = [0] * len(self.kinds)
        blocks = []
        for k, p in chosen:
            blocks.append(tuple(self.kinds[k].placements(number[k], self.poses[k][p])))
            number[k] += 1
        return tuple(blocks)

    def layout(self, chosen: Iterable[Choice]) -> Layout:
        """Layout of some chosen blocks."""
        return Layout(placements=tuple(p for block in self.placements(chosen) for p in block))

    def scene(self, chosen: Sequence[Choice], *, walked: bool = False) -> Scene:
        """What the checks look at; the walks only where they are asked for."""
        layout = self.layout(chosen)
        if not walked:
            return Scene(study=self.study, layout=layout, waiting=self.waiting)
        legs, unreachable = walk_legs(
            self.study, layout, hour=self.study.hour, shells=self.problem.shells
        )
        return Scene(
            study=self.study,
            layout=layout,
            legs=legs,
            waiting=self.waiting,
            unreachable=unreachable,
        )

    def of_study(self, study: Study) -> Stock:
        """Return the same poses for a study whose rules or sizes of use space differ."""
        return Stock(problem=replace(self.problem, study=study, kinds=make_blocks(study)))


def stock_of(problem: PlacementProblem) -> Stock:
    """Return the poses of a placement problem, all of which keep the rules of one block."""
    return Stock(problem=problem)


def widen(problem: PlacementProblem) -> Stock:
    """Return the poses of a problem and others that keep what is physical, thinned to `ADDED`."""
    study = problem.study
    ground = ground_of(study)
    widened = []
    for kind, own in zip(problem.kinds, problem.candidates, strict=True):
        tried = poses_before_rules(study, ground, kind, study.pitch)
        tried = tried[:: max(1, len(tried) // (20 * ADDED))]
        masks = masks_by_rule(study, ground, kind, tried)
        physical = [mask for rule, mask in masks.items() if rule in PHYSICAL]
        if kind.fixed is None and physical:
            tried = tried[np.logical_and.reduce(physical)]
        tried = tried[:: int(np.ceil(len(tried) / ADDED)) or 1]
        both = np.concatenate([own, tried])
        _, first = np.unique(np.round(both, 9), axis=0, return_index=True)
        widened.append(both[np.sort(first)])
    return Stock(problem=replace(problem, candidates=tuple(widened)))
