"""The ledger's file: one SQLite database in WAL mode, written durably, one writer at a time."""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ConnectionUnavailableError,
    IntegrityError,
    OperationalError,
    ProcessRecorder,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLITE3_DEFAULT_LOCK_TIMEOUT,
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
    SQLiteTrackingRecorder,
    SQLiteTransaction,
)

from ledger import chain
from ledger.recorder import LeafedRecorder
from ledger.rows import EVENTS

VERSION_MAX = 2**63 - 1
ROWS_MAX = 100  # in one statement
COLUMNS = attrgetter("originator_id", "originator_version", "topic", "state")
WAIT_SECONDS = 30  # for the turn to write, of this process's threads and among processes


def environment(path: str) -> dict[str, str]:
    """What the library's factory needs to know of a file; its folder is made if missing."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return {"SQLITE_DBNAME": path, "SQLITE_LOCK_TIMEOUT": str(WAIT_SECONDS), "ORIGINATOR_ID_TYPE": "text"}


class ImmediateTransaction(SQLiteTransaction):
    """Takes the write lock at the start of a writing transaction.

    A deferred one that reads before it writes fails with "database is locked", whatever the time-out, as soon as
    another process has written in between.
    """

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        except sqlite3.Error as error:
            raise OperationalError(error) from error
        return cursor

    def __exit__(self, *of_error: Any) -> None:
        try:
            super().__exit__(*of_error)
        finally:
            # A commit that failed, on a full disk say, must not keep the lock that every writer needs.
            with suppress(sqlite3.Error):
                self.connection.rollback()


class DurableConnection(SQLiteConnection):
    """A connection whose transactions are immediate."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """One transaction; rolled back unless `commit`."""
        with ImmediateTransaction(self, commit=commit) as cursor, cursor:
            yield cursor


class DurablePool(SQLiteConnectionPool):
    """Connections that wait for the disk at each commit; one writer at a time, readers never wait for writers.

    The library's pool lets readers queue behind a writer that waits for its turn, and a writer who finds no connection
    keeps the turn for ever.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        self._turn = Lock()
        self._writing: SQLiteConnection | None = None

    def get_connection(self, timeout: float | None = None, *, is_writer: bool | None = None) -> SQLiteConnection:
        """A connection, to be put back. Raises ConnectionUnavailableError, or OperationalError if none can be made."""
        if not is_writer:
            return super().get_connection(timeout)
        patience = self.pool_timeout if timeout is None else timeout
        if not self._turn.acquire(timeout=patience):
            raise ConnectionUnavailableError(f"other threads of this process wrote for {patience:g} s")
        try:
            self._writing = super().get_connection(timeout)
        except BaseException:
            self._turn.release()
            raise
        return self._writing

    def put_connection(self, conn: SQLiteConnection) -> None:
        """Take a connection back, and its turn if it was the writer's."""
        was_writing = conn is self._writing
        if was_writing:
            self._writing = None
        try:
            super().put_connection(conn)
        finally:
            if was_writing:
                self._turn.release()

    def _create_connection(self) -> SQLiteConnection:
        deadline = time.monotonic() + (self.lock_timeout or SQLITE3_DEFAULT_LOCK_TIMEOUT)
        while True:
            try:
                return DurableConnection(self._connected(), self.max_age)
            except sqlite3.Error as error:
                # Switching a new file to WAL does not wait, whatever the time-out, for a process that does the same.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise OperationalError(error) from error
                time.sleep(0.01)

    def _connected(self) -> sqlite3.Connection:
        # The library keeps one prepared statement, so that every BEGIN costs the next INSERT its own.
        timeout = self.lock_timeout or SQLITE3_DEFAULT_LOCK_TIMEOUT
        connection = sqlite3.connect(
            self.db_name, timeout, isolation_level=None, check_same_thread=False, cached_statements=128
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error:
            connection.close()
            raise
        connection.row_factory = sqlite3.Row
        return connection


class LedgerRecorder(LeafedRecorder, SQLiteApplicationRecorder):
    """The library's recorder with a leaf for each event and a position that VACUUM does not renumber. The file has one
    writer at a time, so positions are dense and in the order of commits.
    """

    _position = "rowid"

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "stored_events"):
        super().__init__(datastore, events_table_name)
        table = events_table_name
        self.select_events_statements = {
            desc: f"SELECT originator_id, originator_version, topic, state, leaf FROM {table} "  # noqa: S608 (our own table name)
            "WHERE originator_id=? AND originator_version>? AND originator_version<=? "
            f"ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT ?"
            for desc in (False, True)
        }
        self._tails = chain.Tails()
        self._insert = lru_cache(self._insert_statement)
        self._select_rowid = self._select("rowid")

    def construct_create_table_statements(self) -> list[str]:
        """One table; `rowid` is the position in the log, dense from 1. An audit holds it against the same words."""
        return [EVENTS.replace("TABLE stored_events", f"TABLE IF NOT EXISTS {self.events_table_name}")]

    def create_table(self) -> None:
        """Create what is missing. Raises ProgrammingError for a file of before the leaves."""
        super().create_table()
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(f"PRAGMA table_info({self.events_table_name})")
            columns = [row["name"] for row in cursor.fetchall()]
        if "leaf" not in columns:
            raise ProgrammingError("this ledger was written before events had leaves, so nothing proves its history")

    def streams_like(self, prefix: str) -> Sequence[str]:
        """Names of the streams that begin with `prefix`, sorted."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT originator_id FROM {self.events_table_name} "  # noqa: S608 (our own table name)
                "WHERE originator_id >= ? AND originator_id < ? AND originator_version = 1 ORDER BY originator_id",
                (prefix, prefix + "\U0010ffff"),
            )
            return [row["originator_id"] for row in cursor.fetchall()]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream, as the library does; the newest leaf seen is remembered for the next append."""
        bounds = -1 if gt is None else gt, VERSION_MAX if lte is None else lte
        values = (originator_id, *bounds, -1 if limit is None else limit)
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(self.select_events_statements[desc], values)
            rows = cursor.fetchall()
        if rows:
            newest = rows[0 if desc else -1]
            self._tails.remember({newest["originator_id"]: (newest["originator_version"], newest["leaf"])})
        return [StoredEvent(*row[:4]) for row in rows]

    def select_streams(self, names: Collection[str]) -> Sequence[StoredEvent]:
        """The events of all these streams, stream by stream and in order; their newest leaves are remembered."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT originator_id, originator_version, topic, state, leaf FROM {self.events_table_name} "  # noqa: S608 (our own names)
                "WHERE originator_id IN (SELECT value FROM json_each(?)) ORDER BY originator_id, originator_version",
                (json.dumps(list(names)),),
            )
            rows = cursor.fetchall()
        self._tails.remember({row["originator_id"]: (row["originator_version"], row["leaf"]) for row in rows})
        return [StoredEvent(*row[:4]) for row in rows]

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, resting_on: Mapping[str, int] | None = None, **_: Any
    ) -> Sequence[int]:
        """Write all events or none, and return their positions. Raises IntegrityError, also if a stream has grown."""
        if not stored_events:
            return []
        leaves, newest = chain.leaves(stored_events, self.leaf_of)
        values: list[Any] = []
        for row, leaf in zip(map(COLUMNS, stored_events), leaves, strict=True):
            values += row
            values.append(leaf)
        with self.datastore.transaction(commit=True) as cursor:
            self._must_stand(cursor, resting_on or {})
            for start in range(0, len(values), ROWS_MAX * 5):
                some = values[start : start + ROWS_MAX * 5]
                cursor.execute(self._insert(len(some) // 5), some)
            last: int = cursor.lastrowid
        self._tails.remember(newest)
        return range(last - len(stored_events) + 1, last + 1)

    def _must_stand(self, cursor: SQLiteCursor, resting_on: Mapping[str, int]) -> None:
        for stream, version in resting_on.items():
            cursor.execute(self._select_rowid, (stream, version + 1))
            if cursor.fetchone():
                raise IntegrityError(f"{stream} has grown beyond version {version}")

    def _insert_statement(self, rows: int) -> str:
        # The transaction ends at the first conflict, so SQLite need not remember how to undo part of a statement.
        return (
            f"INSERT OR ROLLBACK INTO {self.events_table_name} "  # noqa: S608 (our own words)
            f"(originator_id, originator_version, topic, state, leaf) VALUES {','.join(['(?,?,?,?,?)'] * rows)}"
        )

    def _one(self, column: str, stream: str, version: int) -> Any:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(self._select(column), (stream, version))
            row = cursor.fetchone()
        return row[0] if row else None

    def _select(self, column: str) -> str:
        return f"SELECT {column} FROM {self.events_table_name} WHERE originator_id=? AND originator_version=?"  # noqa: S608 (our own words)


class FollowerRecorder(SQLiteTrackingRecorder):
    """How far each follower of the log has come. Two processes may start at once."""

    def create_table(self) -> None:
        """Create the table, or find that another process just did."""
        try:
            super().create_table()
        except IntegrityError:
            super().create_table()


class LedgerFactory(SQLiteFactory):
    """Builds the parts above from `environment`."""

    application_recorder_class = LedgerRecorder
    tracking_recorder_class = FollowerRecorder

    def __init__(self, env: Any):
        super().__init__(env)
        old = self.datastore.pool
        old.close()
        self.datastore.pool = DurablePool(
            db_name=old.db_name,
            lock_timeout=old.lock_timeout,
            pool_size=old.pool_size,
            max_overflow=50,
            pool_timeout=float(WAIT_SECONDS),
        )

    def process_recorder(self) -> ProcessRecorder:
        """The library's would write events past the log."""
        raise NotImplementedError("a follower keeps a bookmark, and writes events through the ledger")

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """The library's would keep snapshots, which nothing proves."""
        raise NotImplementedError(f"{purpose}: no snapshot stands in for events; a view may be kept beside them")
