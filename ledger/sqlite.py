"""The ledger's file: one SQLite database in WAL mode, written durably, one writer at a time."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
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


class ImmediateTransaction(SQLiteTransaction):
    """Takes the write lock at the start of a writing transaction.

    A deferred one that reads before it writes fails with "database is locked", whatever the time-out, as soon as
    another process has written in between.
    """

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        return cursor


class DurableConnection(SQLiteConnection):
    """A connection whose transactions are immediate."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """One transaction; rolled back unless `commit`."""
        with ImmediateTransaction(self, commit=commit) as cursor, cursor:
            yield cursor


class DurablePool(SQLiteConnectionPool):
    """Connections that wait for the disk at each commit."""

    def _create_connection(self) -> SQLiteConnection:
        connection = self._connected()
        connection.execute("PRAGMA synchronous=FULL")
        return DurableConnection(connection, self.max_age)

    def _connected(self) -> sqlite3.Connection:
        deadline = time.monotonic() + (self.lock_timeout or SQLITE3_DEFAULT_LOCK_TIMEOUT)
        while True:
            try:
                return super()._create_connection()._sqlite_conn
            except sqlite3.OperationalError:
                # Switching a new file to WAL does not wait, whatever the time-out, for a process that does the same.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


class LedgerRecorder(SQLiteApplicationRecorder):
    """The library's recorder with an explicit position column, so that a deleted last row is never numbered again."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "stored_events"):
        super().__init__(datastore, events_table_name)
        self.insert_events_statement = (
            f"INSERT INTO {events_table_name} (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"  # noqa: S608 (our own table name)
        )

    def construct_create_table_statements(self) -> list[str]:
        """One table; `rowid` is the position in the log, dense from 1."""
        return [
            f"CREATE TABLE IF NOT EXISTS {self.events_table_name} ("
            "rowid INTEGER PRIMARY KEY, "
            "originator_id TEXT NOT NULL, "
            "originator_version INTEGER NOT NULL, "
            "topic TEXT NOT NULL, "
            "state BLOB NOT NULL, "
            "UNIQUE (originator_id, originator_version))"
        ]

    def position_of(self, stream: str, version: int) -> int | None:
        """The log position of one event, or None if there is no such event."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT rowid FROM {self.events_table_name} WHERE originator_id=? AND originator_version=?",  # noqa: S608 (our own table name)
                (stream, version),
            )
            row = cursor.fetchone()
            return int(row["rowid"]) if row else None

    def streams_like(self, prefix: str) -> Sequence[str]:
        """Names of the streams that begin with `prefix`, sorted."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT originator_id FROM {self.events_table_name} "  # noqa: S608 (our own table name)
                "WHERE originator_id >= ? AND originator_id < ? AND originator_version = 1 ORDER BY originator_id",
                (prefix, prefix + "\U0010ffff"),
            )
            return [row["originator_id"] for row in cursor.fetchall()]

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        positions = super()._insert_events(c, stored_events, **kwargs)
        assert positions is not None
        return positions


class FollowerRecorder(SQLiteTrackingRecorder):
    """How far each follower of the log has come. Two processes may start at once."""

    def create_table(self) -> None:
        """Create the table, or find that another process just did."""
        try:
            super().create_table()
        except IntegrityError:
            super().create_table()


class LedgerFactory(SQLiteFactory):
    """Builds the parts above from `SQLITE_DBNAME`."""

    application_recorder_class = LedgerRecorder
    tracking_recorder_class = FollowerRecorder

    def __init__(self, env: Any):
        super().__init__(env)
        old = self.datastore.pool
        old.close()
        self.datastore.pool = DurablePool(
            db_name=old.db_name, lock_timeout=old.lock_timeout, pool_size=old.pool_size, max_overflow=50
        )
