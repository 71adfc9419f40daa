"""Queue logs: what a ticket system recorded, turned into demand.

In: a CSV or Excel file of tickets and a map of its columns. Out: a `QueueLog`: arrivals by hour and
weekday, business mix, service times, abandonment, use of the windows, and every row that cannot be.
"""

from optimizer.demand.queue_log.model import (
    LogFormat,
    QueueLog,
    RowFault,
    ServiceTimes,
    WindowFigures,
)
from optimizer.demand.queue_log.read import read_queue_log

__all__ = ["LogFormat", "QueueLog", "RowFault", "ServiceTimes", "WindowFigures", "read_queue_log"]
