"""One layout judged again and again under changed studies, fast.

In: a study and a layout. Out: a `FixedLayout`, whose `evaluate` does what `optimizer.evaluate`
does, but keeps what a change of mix, weights or arrivals leaves as it is: the walkable shells and
the outcome of every rule that looks at neither walks nor waits.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.equipment.layout import Layout
from optimizer.errors import StudyError
from optimizer.evaluate import evaluate
from optimizer.rules.checks import CHECKS
from optimizer.rules.finding import judge
from optimizer.rules.packs import rules_of
from optimizer.rules.scene import Scene
from optimizer.walked_legs import prepare_shells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.evaluation import Evaluation, Leg, WaitingFigures
    from optimizer.rules.model import Finding, Rule
    from optimizer.study import Study

__all__ = ["PEOPLE_CHECKS", "FixedLayout", "thin_out"]

#: Checks that look at walks or waits; all others look at the plan and at what stands in it.
PEOPLE_CHECKS = frozenset(
    {
        "cash_route",
        "half_turn",
        "passing_place",
        "queue_space",
        "reachability",
        "through_flow",
        "utilisation",
        "wait_mean",
        "wait_percentile",
        "waiting_area",
        "waiting_seats",
    }
)
#: Parts of a study that must be those that the layout was fixed for.
KEPT = ("plan", "types", "walking", "crowded_place")


def thin_out(study: Study, layout: Layout) -> Layout:
    """Layout with as many fixtures of each type as a study places; the last ones are taken away.

    Raises
    ------
    StudyError
        One sentence for each type of which the study places more than the layout holds.
    """
    held: defaultdict[str, list[str]] = defaultdict(list)
    for placement in layout.placements:
        held[placement.type].append(placement.fixture)
    least: defaultdict[str, int] = defaultdict(int)
    most: defaultdict[str, int] = defaultdict(int)
    for group in study.groups:
        least[group.type] += group.min
        most[group.type] += group.max
    missing = [
        f"the study places {count} of {name!r} and the layout holds {len(held[name])}; a fixed "
        "layout can lose fixtures, for more of them it must be laid out anew"
        for name, count in least.items()
        if len(held[name]) < count
    ]
    if missing:
        raise StudyError(*missing)
    gone = {name for kind, names in held.items() for name in names[most.get(kind, len(names)) :]}
    if not gone:
        return layout
    return Layout(placements=tuple(p for p in layout.placements if p.fixture not in gone))


class FixedLayout:
    """A layout that stays while the study changes.

    Parameters
    ----------
    study
        The brief; changed copies of it on the same plan are what `evaluate` takes.
    layout
        What stands there.
    """

    def __init__(self, study: Study, layout: Layout) -> None:
        self.study = study
        self.layout = layout
        self._shells = prepare_shells(study)
        self._rulings: dict[tuple[object, ...], dict[str, tuple[Rule, tuple[Finding, ...]]]] = {}

    def evaluate(self, study: Study | None = None, *, places: bool = False) -> Evaluation:
        """What the layout is worth under a changed study.

        Where the study places fewer of a type, the last ones of the layout are taken away.

        Parameters
        ----------
        study
            A changed copy of the study, on the same plan; None for the study itself.
        places
            Whether to look for the worst places of the conflict map: slower.

        Raises
        ------
        StudyError
            If the plan or the walking speeds are other ones, or the study places more of a type
            than the layout holds.
        """
        study = self.study if study is None else study
        if any(getattr(study, part) is not getattr(self.study, part) for part in KEPT):
            raise StudyError(
                f"study {study.name!r} has another plan, catalogue or way of walking than the one "
                "that the layout was fixed for; fix it anew"
            )
        return evaluate(
            study,
            thin_out(study, self.layout),
            shells=self._shells,
            places=places,
            find_rules=self._find_rules,
        )

    def foresee(self, study: Study) -> Iterator[None]:
        """Judge the rules about the plan ahead, one at each step, for a later `evaluate`.

        Raises
        ------
        StudyError
            If the study places more of a type than the layout holds.
        """
        scene = Scene(study=study, layout=thin_out(study, self.layout))
        for rule in rules_of(study):
            if rule.check not in PEOPLE_CHECKS:
                self._known(rule, scene)
                yield

    def _find_rules(
        self,
        study: Study,
        layout: Layout,
        *,
        legs: Sequence[Leg],
        waiting: Mapping[str, WaitingFigures],
        unreachable: Sequence[str],
    ) -> tuple[Finding, ...]:
        """Outcome of every rule, of those about the plan alone as found the first time."""
        scene = Scene(
            study=study,
            layout=layout,
            legs=tuple(legs),
            waiting=waiting,
            unreachable=tuple(unreachable),
        )
        found: list[Finding] = []
        for rule in rules_of(study):
            if rule.check in PEOPLE_CHECKS:
                found += judge((rule,), scene, CHECKS)
            else:
                found += self._known(rule, scene)
        return tuple(found)

    def _known(self, rule: Rule, scene: Scene) -> tuple[Finding, ...]:
        """Outcome of a rule about the plan, judged where it is not known yet."""
        known = self._rulings.setdefault((scene.layout, scene.study.groups), {})
        if rule.id not in known or known[rule.id][0] != rule:
            known[rule.id] = (rule, judge((rule,), scene, CHECKS))
        return known[rule.id][1]
