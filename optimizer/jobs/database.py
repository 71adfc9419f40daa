"""The connection to a database that may be busy, full, stopped and started again.

In: a URL, and what to read or write. Out: it is done, if need be after several tries, until
patience ends; what then went wrong is one line.
"""

from __future__ import annotations

import logging
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import Float, create_engine, event, literal_column
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from optimizer.errors import StoreError
from optimizer.jobs.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, ColumnElement, Connection, Engine

__all__ = ["PATIENCE", "Database"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

#: Milliseconds that SQLite waits for another writer.
BUSY_MS = 30_000
#: Seconds that reading and writing wait for a store that is gone; that opening one does.
PATIENCE, OPENING = 120.0, 5.0
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


class Database:
    """A database with the tables of jobs; a context manager that gives its connections back.

    Parameters
    ----------
    url
        `postgresql://user@host/name`, `sqlite:///path`, or the path of an SQLite file.

    Raises
    ------
    StoreError
        Where it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _connect(url)
        #: Seconds since 1970 by the clock of the database: workers' clocks may differ.
        self.now = _clock(self._engine)
        _again(self._engine, self._make_tables, patience=OPENING, what="opened")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @property
    def name(self) -> str:
        """Where the database is, without a password."""
        return _shown(self._engine.url)

    def read(self, work: Callable[[Connection], T]) -> T:
        """What a reader makes of the database; tried again while its troubles may pass."""

        def once() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        return _again(self._engine, once, patience=PATIENCE, what="read")

    def write(self, work: Callable[[Connection], T], *, patience: float = PATIENCE) -> T:
        """Write in one transaction; tried again, for some seconds, while troubles may pass.

        What is written is written for good when this returns. Where the answer of the database is
        lost it may be done twice, so `work` must not mind that.
        """

        def once() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return _again(self._engine, once, patience=patience, what="written to")

    def _make_tables(self) -> None:
        try:
            metadata.create_all(self._engine)
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            # somebody else makes them at the same time
            if "exist" not in str(error) and "duplicate" not in str(error):
                raise
            metadata.create_all(self._engine)


def _connect(url: str) -> Engine:
    """Engine of a store."""
    try:
        address = make_url(url if "://" in url else f"sqlite:///{Path(url).absolute()}")
    except ArgumentError:
        raise StoreError(
            f"{url!r} names no store; a file such as jobs.db or postgresql://user@host/name does"
        ) from None
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{_shown(address)}: the store may be SQLite or PostgreSQL, nothing else")
    try:
        if address.get_backend_name() == "sqlite":
            return _sqlite(address)
        return create_engine(
            address, pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": 5}
        )
    except (NoSuchModuleError, ModuleNotFoundError):
        raise StoreError(
            f"{_shown(address)}: psycopg is missing: pip install 'branch-layout[cluster]'"
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


def _clock(engine: Engine) -> ColumnElement[float]:
    """Seconds since 1970 by the clock of the database: workers' clocks may differ."""
    if engine.dialect.name == "sqlite":
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float(53))
    return literal_column("extract(epoch from clock_timestamp())", Float(53))


def _shown(address: URL) -> str:
    """A URL without its password."""
    return address.render_as_string(hide_password=True)


def _again(engine: Engine, work: Callable[[], T], *, patience: float, what: str = "used") -> T:
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
                    f"{_shown(engine.url)}: the store cannot be {what}: {why}"
                ) from error
            logger.info("the store is not there: %s; trying again", why)
        # not all at once, when a stopped database comes back
        time.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(2 * pause, LATER)
