"""Which layouts under search keep the rules about the whole hall, as the judge sees them.

In: a placement problem and choices of candidates. Out: `Keeping`, which counts what the rules
find broken. Poses and pairs of poses that break a rule are no candidates of the search; routes,
sight, room and walks depend on all fixtures at once, and cost the search some milliseconds to look
at. It therefore asks for some of its layouts only, and in its last phases for each one that it
would go to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from optimizer.place.rule_cuts import WALKED
from optimizer.place.rule_forms import FORMS, Form
from optimizer.place.stock import stock_of
from optimizer.rules.checks import CHECKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.place.problem import PlacementProblem
    from optimizer.rules.model import Rule

__all__ = ["Keeping"]

#: Forms of rules that no choice of candidates settles beforehand.
LATE = frozenset({Form.CUT, Form.CLAUSE, Form.PAIR})


class Keeping:
    """Counts broken findings of the hard rules about the whole hall.

    Parameters
    ----------
    problem
        The placement problem.
    """

    def __init__(self, problem: PlacementProblem) -> None:
        self._stock = stock_of(problem)
        self._kind = [k for k, _ in problem.blocks]
        # those that broke last are asked first
        self._rules = [r for r in self._stock.rules if FORMS[r.check] in LATE]
        self._known: dict[tuple[int, ...], int] = {}

    @classmethod
    def of(cls, problem: PlacementProblem) -> Self | None:
        """Return the rules of a problem; None where no hard rule is about the whole hall."""
        found = cls(problem)
        return found if found._rules else None

    def broken(self, chosen: Sequence[int], *, most: int | None = None) -> int:
        """Findings that break hard rules, 0 where all are kept.

        Parameters
        ----------
        chosen
            Candidate of each block.
        most
            Counting ends when there are more than so many.
        """
        key = tuple(int(pose) for pose in chosen)
        if key in self._known:
            return self._known[key]
        blocks = list(zip(self._kind, key, strict=True))
        scenes = {False: self._stock.scene(blocks)}
        count = 0
        for rule in (*self._rules,):
            walked = rule.check in WALKED
            if walked not in scenes:
                scenes[walked] = self._stock.scene(blocks, walked=True)
            found = sum(f.passed is False for f in CHECKS[rule.check](rule, scenes[walked]))
            if found:
                count += found
                self._to_front(rule)
            if most is not None and count > most:
                return count
        self._known[key] = count
        return count

    def _to_front(self, rule: Rule) -> None:
        self._rules.remove(rule)
        self._rules.insert(0, rule)
