"""Where views are kept: the library's tracking recorders, so that rows and how far they go are one transaction."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import OperationalError, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.sqlite import SQLiteConnection, SQLiteDatastore
from eventsourcing.utils import Environment

from ledger import postgres, sqlite
from ledger.address import is_url, shown
from views.tables import percent_style

#: What only one process does at a time, and what another is told.
_TAKEN = {
    "follow": "Another process follows the log for these views; one is enough.",
    "rebuild": "Another process is building the next generation of these views. Wait for it, or stop it.",
}
#: The same as PostgreSQL's advisory locks: numbers that nobody else in a database of views has a use for.
_LOCKS = {"follow": 730_001, "rebuild": 730_002, "create": 730_003}


class Busy(RuntimeError):
    """Somebody else is doing this already."""

    def __init__(self, lease: str):
        super().__init__(_TAKEN[lease])


class DisposablePool(sqlite.DurablePool):
    """Connections that do not wait for the disk at each commit.

    A power cut may take the last commits, rows and tracking together; they are made again from the log.
    """

    def _create_connection(self) -> SQLiteConnection:
        connection = self._connected()
        connection.execute("PRAGMA synchronous=NORMAL")
        return sqlite.DurableConnection(connection, self.max_age)


class SQLiteViewRecorder(sqlite.FollowerRecorder):
    """Views in a file of their own."""

    tracking_table = "tracking"

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        datastore = SQLiteDatastore(str(path))
        datastore.pool.close()
        datastore.pool = DisposablePool(db_name=str(path), lock_timeout=30, max_overflow=50)
        super().__init__(datastore)
        self._path = path
        self.address = str(path)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A transaction that no other writer overlaps; gives a cursor."""
        with self.datastore.transaction(commit=True) as cursor:
            yield cursor

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A transaction that sees one moment, schema included; gives a cursor."""
        with self.datastore.transaction(commit=False) as cursor:
            yield cursor

    def ask(self, cursor: Any, text: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement with `:named` values; gives its rows, if it has any."""
        cursor.execute(text, values or {})
        return [dict(row) for row in cursor.fetchall()]

    def put(self, cursor: Any, text: str, values: Mapping[str, Any] | None = None) -> None:
        """Run one statement that gives no rows."""
        cursor.execute(text, values or {})

    def track(self, cursor: Any, tracking: Tracking) -> None:
        """Say in this transaction how far the rows go. Raises IntegrityError if they went as far before."""
        self._insert_tracking(cursor, tracking)

    def tracked(self, cursor: Any, name: str, _locked: bool = False) -> int:
        """How far rows go, as this transaction sees it. A writing one is alone anyway."""
        return self._max_tracking_id(name, cursor) or 0

    @contextmanager
    def lock_to_create(self) -> Iterator[None]:
        """Nothing to lock: a writing transaction is alone."""
        yield

    @contextmanager
    def lease(self, name: str) -> Iterator[None]:
        """Be the only one who does `name`, until the block or the process ends. Raises Busy."""
        with self._path.with_name(f"{self._path.name}-{name}").open("a") as claim:
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(name) from None
            yield

    def close(self) -> None:
        """Give the connections back."""
        self.datastore.close()


class PostgresViewRecorder(PostgresTrackingRecorder):
    """Views in a PostgreSQL database, which the ledger's role need not know."""

    tracking_table = "view_tracking"

    def __init__(self, url: str):
        self._factory = postgres.LedgerFactory(Environment("", postgres.environment(url)))
        super().__init__(self._factory.datastore, tracking_table_name=self.tracking_table)
        self._url = url
        self.address = shown(url)

    def create_table(self) -> None:
        """Create what is missing; several processes may start at once."""
        with self.lock_to_create():
            super().create_table()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A transaction; gives a cursor."""
        with self.datastore.transaction(commit=True) as cursor:
            yield cursor

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A transaction that sees one moment; gives a cursor."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield cursor

    def ask(self, cursor: Any, text: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement with `:named` values; gives its rows, if it has any."""
        cursor.execute(percent_style(text), values or {})
        return list(cursor.fetchall()) if cursor.description else []

    def put(self, cursor: Any, text: str, values: Mapping[str, Any] | None = None) -> None:
        """Run one statement that gives no rows."""
        cursor.execute(percent_style(text), values or {})

    def track(self, cursor: Any, tracking: Tracking) -> None:
        """Say in this transaction how far the rows go. Raises IntegrityError if they went as far before."""
        self._insert_tracking(cursor, tracking)

    def tracked(self, cursor: Any, name: str, locked: bool = False) -> int:
        """How far rows go; if `locked`, nobody else moves it before the transaction ends."""
        query = "SELECT notification_id FROM view_tracking WHERE application_name = :name"
        rows = self.ask(cursor, f"{query} FOR UPDATE" if locked else query, {"name": name})
        return int(rows[0]["notification_id"]) if rows else 0

    @contextmanager
    def lease(self, name: str) -> Iterator[None]:
        """Be the only one who does `name`, until the block or the process ends. Raises Busy."""
        with self._connection() as connection:
            (got,) = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCKS[name],)).fetchone() or (False,)
            if not got:
                raise Busy(name)
            yield
            # Said, for a server notices some time after it that a connection is closed.
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCKS[name],))

    @contextmanager
    def lock_to_create(self) -> Iterator[None]:
        """Make tables one process after the other: `IF NOT EXISTS` fails if two find it so at the same moment."""
        with self._connection() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (_LOCKS["create"],))
            yield

    @contextmanager
    def _connection(self) -> Iterator["psycopg.Connection[Any]"]:
        # Of its own, for a lease ends with its connection, and the pool may change connections.
        try:
            connection = psycopg.connect(self._url, autocommit=True)
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error
        with connection:
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self._factory.close()


ViewRecorder = SQLiteViewRecorder | PostgresViewRecorder


def open_recorder(address: Path | str) -> ViewRecorder:
    """The recorder for a path or a "postgresql://" URL, its tables made."""
    recorder = PostgresViewRecorder(str(address)) if is_url(address) else SQLiteViewRecorder(Path(address))
    recorder.create_table()
    return recorder
