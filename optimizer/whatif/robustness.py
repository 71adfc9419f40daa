"""Which layouts stay good when the business changes, and which one is robust to all of it.

In: scenarios (changed studies of one branch) and layouts. Out: a `Robustness`: the objective of
each layout in each scenario, its regret (how far it is above the best of the layouts there), and
the layout whose worst regret is least (Savage's minimax regret, 1951,
doi:10.1080/01621459.1951.10500768).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import StudyError
from optimizer.whatif.fixed import FixedLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["Robustness", "compare_scenarios"]


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """Layouts in scenarios.

    Parameters
    ----------
    objective
        Objective by layout, then by scenario.
    broken
        Hard rules broken, likewise.
    """

    objective: Mapping[str, Mapping[str, float]]
    broken: Mapping[str, Mapping[str, int]]

    @property
    def regret(self) -> dict[str, dict[str, float]]:
        """Objective above that of the best layout for the scenario; inf where a rule is broken.

        The best are those that break none there.
        """
        scenarios = next(iter(self.objective.values()), {})
        allowed = {
            s: [row[s] for name, row in self.objective.items() if not self.broken[name][s]]
            for s in scenarios
        }
        return {
            name: {
                s: math.inf if self.broken[name][s] else value - min(allowed[s])
                for s, value in row.items()
            }
            for name, row in self.objective.items()
        }

    @property
    def robust(self) -> str | None:
        """Name of the layout whose worst regret is least; None where each breaks a rule."""
        worst = {name: max(row.values(), default=0.0) for name, row in self.regret.items()}
        best = min(worst, key=lambda name: worst[name], default=None)
        return best if best is not None and math.isfinite(worst[best]) else None

    def table(self) -> pd.DataFrame:
        """Regret as a pandas table: a row for each layout, with its worst."""
        import pandas as pd

        table = pd.DataFrame.from_dict(self.regret, orient="index")
        return table.assign(worst=table.max(axis=1))


def compare_scenarios(scenarios: Mapping[str, Study], layouts: Mapping[str, Layout]) -> Robustness:
    """Objective of every layout in every scenario.

    Parameters
    ----------
    scenarios
        Changed copies of one study, by name.
    layouts
        Layouts of its plan, by name.

    Raises
    ------
    StudyError
        Without a scenario, or where one places more of a type than a layout holds.
    """
    if not scenarios:
        raise StudyError("there is no scenario; give one changed study or more")
    first = next(iter(scenarios.values()))
    objective: dict[str, dict[str, float]] = {}
    broken: dict[str, dict[str, int]] = {}
    for name, layout in layouts.items():
        fixed = FixedLayout(first, layout)
        found = {scenario: fixed.evaluate(study) for scenario, study in scenarios.items()}
        objective[name] = {s: evaluation.objective.value for s, evaluation in found.items()}
        broken[name] = {s: len(evaluation.broken) for s, evaluation in found.items()}
    return Robustness(objective=objective, broken=broken)
