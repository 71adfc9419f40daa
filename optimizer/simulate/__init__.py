"""A check by simulation: people walk through a layout, and queues run customer by customer.

In: a study and a layout. Out: what was walked, met and waited, with confidence intervals, beside
the figures of `evaluate`. Needs the optional packages of the group `simulate`: JuPedSim walks the
people, Ciw runs the queues.
"""

from optimizer.simulate.figures import Compared, Simulated
from optimizer.simulate.queue_day import DayHour, simulate_queue_days
from optimizer.simulate.queue_run import LineRun, simulate_queues
from optimizer.simulate.run import simulate

__all__ = [
    "Compared",
    "DayHour",
    "LineRun",
    "Simulated",
    "simulate",
    "simulate_queue_days",
    "simulate_queues",
]
