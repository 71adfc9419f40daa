"""The connection to a database that may be busy, full, stopped and started again.

In: a URL. Out: an SQLAlchemy engine, and a way to do something again until it succeeds or patience
ends; what then went wrong is one line.
"""

from __future__ import annotations

import logging
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Float, create_engine, event, literal_column
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from optimizer.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, ColumnElement, Engine

__all__ = ["again", "clock", "connect", "shown"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

#: Milliseconds that SQLite waits for another writer.
BUSY_MS = 30_000
#: Seconds between two tries, at first and at most.
SOON, LATER = 0.05, 2.0
#: What an error says that trying again may cure.
PASSING = (
    "locked",
    "busy",
    "full",
    "disk i/o error",
    "no space",
    "could not extend",
    "could not write",
    "unable to open database file",
    "deadlock",
    "could not serialize",
    "shutting down",
    "starting up",
    "terminating connection",
    "connection",
    "server closed",
    "recovery mode",
    "too many clients",
)
#: What an error says that trying again does not cure.
LASTING = ("password", "does not exist", "pg_hba", "not a database", "translate host name")


def connect(url: str) -> Engine:
    """Engine of a store.

    Parameters
    ----------
    url
        `postgresql://user@host/name`, `sqlite:///path`, or the path of an SQLite file.

    Raises
    ------
    StoreError
        Where the URL names no database that can be used.
    """
    try:
        address = make_url(url if "://" in url else f"sqlite:///{Path(url).absolute()}")
    except ArgumentError:
        raise StoreError(
            f"{url!r} names no store; a file such as jobs.db or postgresql://user@host/name does"
        ) from None
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{shown(address)}: the store may be SQLite or PostgreSQL, nothing else")
    try:
        if address.get_backend_name() == "sqlite":
            return _sqlite(address)
        return create_engine(
            address, pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": 5}
        )
    except (NoSuchModuleError, ModuleNotFoundError):
        raise StoreError(
            f"{shown(address)}: the driver psycopg is missing: pip install 'branch-layout[cluster]'"
        ) from None


def _sqlite(address: URL) -> Engine:
    """Engine of an SQLite file that several processes write to."""
    if address.database and address.database != ":memory:":
        folder = Path(address.database).absolute().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder}: {error.strerror}; name another place") from None
    engine = create_engine(address, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # readers never wait for a writer; a killed process leaves a whole database
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


def clock(engine: Engine) -> ColumnElement[float]:
    """Seconds since 1970 by the clock of the database: workers' clocks may differ."""
    if engine.dialect.name == "sqlite":
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float(53))
    return literal_column("extract(epoch from clock_timestamp())", Float(53))


def shown(address: URL) -> str:
    """A URL without its password."""
    return address.render_as_string(hide_password=True)


def again(engine: Engine, work: Callable[[], T], *, patience: float, what: str = "used") -> T:
    """Do something with the database, again and again while its troubles may pass.

    Parameters
    ----------
    engine
        The store.
    work
        What to do; a transaction of its own, as it may be done again.
    patience
        Seconds after which the trouble is told.
    what
        What could not be done: "read", "written to".

    Raises
    ------
    StoreError
        Where it did not succeed.
    """
    until, pause = time.monotonic() + patience, SOON
    while True:
        try:
            return work()
        except SQLAlchemyError as error:
            why = " ".join(str(getattr(error, "orig", None) or error).split())
            passing = isinstance(error, DBAPIError) and (
                error.connection_invalidated or any(word in why.lower() for word in PASSING)
            )
            passing = passing and not any(word in why.lower() for word in LASTING)
            if not passing or time.monotonic() + pause > until:
                why = why or type(error).__name__
                raise StoreError(
                    f"{shown(engine.url)}: the store cannot be {what}: {why}"
                ) from error
            logger.info("the store is not there: %s; trying again", why)
        # not all at once, when a stopped database comes back
        time.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(2 * pause, LATER)
