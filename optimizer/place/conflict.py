"""Why nothing fits, in sentences for a planner.

In: a placement problem without a layout. Out: the reason, as far as it could be proven: a fixture
that fits nowhere, or the smallest set of kinds that cannot stand together.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from optimizer.equipment.model import Anchoring
from optimizer.place.candidates import count_by_rule
from optimizer.place.feasibility import smallest_conflict
from optimizer.place.packing import most_blocks

if TYPE_CHECKING:
    from optimizer.place.blocks import BlockKind
    from optimizer.place.problem import PlacementProblem

__all__ = ["explain_homeless", "explain_overfull", "explain_together"]


def explain_homeless(problem: PlacementProblem) -> tuple[str, ...]:
    """One sentence for each kind that fits nowhere: the rule that rules the last pose out."""
    sentences = []
    for k, kind in enumerate(problem.kinds):
        if len(problem.candidates[k]):
            continue
        what = f"{_name(kind)} ({kind.width:.2f} × {kind.depth:.2f} m)"
        if k in problem.cut_off:
            if not problem.cut_off[k]:
                continue  # told with the kind that it cannot be walked to from
            sentences.append(f"{what} fits nowhere: {problem.cut_off[k]}")
            continue
        counts = count_by_rule(problem.study, kind)
        tried = counts[0][1] if counts else 0
        if not tried:
            where = f"zone {kind.zone!r}" if kind.zone else "its zones"
            sentences.append(
                f"{what} fits nowhere: the plan has no place to try in {where} "
                f"({kind.anchoring.value.replace('_', ' ')} fixture){_wanting(problem, kind)}"
            )
            continue
        last, rule = next(
            (alive, rule)
            for (_, alive), (rule, left) in itertools.pairwise(counts)
            if alive and not left
        )
        sentences.append(
            f"{what} fits nowhere: of {tried} poses tried, the last {last} are ruled out by {rule}"
        )
    return tuple(sentences)


def _wanting(problem: PlacementProblem, kind: BlockKind) -> str:
    """What a plan needs for a kind that finds no place to try; "" where it is not known."""
    zones = problem.study.plan.zones
    if kind.anchoring is not Anchoring.THROUGH_WALL or any(z.kind.staff_only for z in zones):
        return ""
    has = ", ".join(f"{zone.name} ({zone.kind})" for zone in zones) or "none"
    return (
        "; it stands in the wall between the public hall and a zone of staff, such as cash_area, "
        f"and the plan has no zone of staff (zones: {has}); draw one on a layer ZONE, or add it "
        "to the study as [[zones]]"
    )


def explain_overfull(problem: PlacementProblem) -> tuple[str, ...]:
    """A sentence where a count of blocks alone proves that they cannot all stand; () if not."""
    total = sum(kind.count for kind in problem.kinds)
    for k, kind in enumerate(problem.kinds):
        most = most_blocks(problem, [k]) if kind.count > 1 else float(kind.count)
        if most < kind.count - 1e-6:
            return (
                f"at most {int(most + 1e-6)} of the {kind.count} × {kind.label} can stand in "
                f"their zone at once{_grid(problem)}",
            )
    most = most_blocks(problem)
    if most < total - 1e-6:
        return (
            f"at most {int(most + 1e-6)} of the {total} fixtures and rows can stand at once"
            f"{_grid(problem)}",
        )
    return ()


def explain_together(problem: PlacementProblem, *, time_limit: float, seed: int) -> tuple[str, ...]:
    """A sentence that names the smallest set of kinds that cannot stand together."""
    kinds = smallest_conflict(problem, time_limit=time_limit, seed=seed)
    if not kinds:
        return ("no arrangement keeps all placement rules; which fixtures conflict is not proven",)
    names = ", ".join(f"{problem.kinds[k].count} × {problem.kinds[k].label}" for k in kinds)
    return (
        f"these cannot stand together{_grid(problem)}: {names}; each of them could without the "
        "others",
    )


def _grid(problem: PlacementProblem) -> str:
    """What a proof of impossibility holds for."""
    return f" (poses on a grid of {problem.pitch:g} m, or along walls)"


def _name(kind: BlockKind) -> str:
    names = [name for block in kind.fixtures for name in block]
    return names[0] if len(names) == 1 else f"{kind.label} ({names[0]} … {names[-1]})"
