"""The Pareto front: layouts of which none can be bettered on one axis but at a cost on another.

In: a study and a budget. Out: a `ParetoFront`, every point of which the judge has measured.
"""

from optimizer.place.pareto.axes import AXES, Axis
from optimizer.place.pareto.compute import pareto
from optimizer.place.pareto.front import ParetoFront, ParetoPoint

__all__ = ["AXES", "Axis", "ParetoFront", "ParetoPoint", "pareto"]
