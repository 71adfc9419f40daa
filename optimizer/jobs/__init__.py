"""Jobs: optimizations that are kept, resumed, and run by the hundred.

In: orders (which study, how long, which seed). Out: a store that says what became of each, on local
processes or on a Dask cluster. The store needs the packages of the optional group `cluster`;
importing this package loads none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.errors import StoreError
from optimizer.jobs.model import Asked, Checkpoint, Job, JobState, Order, Outcome

if TYPE_CHECKING:
    from optimizer.jobs.store import JobStore

__all__ = ["Asked", "Checkpoint", "Job", "JobState", "Order", "Outcome", "open_store"]


def open_store(url: str) -> JobStore:
    """The job store of a file or a database server.

    Parameters
    ----------
    url
        Path of an SQLite file, made where it is missing, or a URL such as
        `postgresql://user@host/name`.

    Raises
    ------
    StoreError
        Where it cannot be opened, or a package of the group `cluster` is missing.
    """
    try:
        from optimizer.jobs.store import JobStore
    except ModuleNotFoundError as error:
        raise StoreError(
            f"jobs need the package {error.name}: pip install 'branch-layout[cluster]'"
        ) from None
    return JobStore(url)
