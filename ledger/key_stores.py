"""Where subject keys lie, in a SQLite file or a PostgreSQL database of their own, and how they are scrubbed."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

import psycopg
from psycopg_pool import ConnectionPool

from ledger.address import is_url, shown

WAIT_SECONDS = 30

#: {bytes} is the database's own type. The single row of `key_store` counts destructions, so that caches notice, and
#: says up to which position of the log the destructions on record are carried out.
TABLES = (
    "CREATE TABLE IF NOT EXISTS subject_keys (subject TEXT NOT NULL, generation INTEGER NOT NULL, "
    "key_id {bytes} NOT NULL, secret {bytes}, made_at TEXT NOT NULL, destroyed_at TEXT, "
    "PRIMARY KEY (subject, generation))",
    "CREATE TABLE IF NOT EXISTS key_store (one INTEGER PRIMARY KEY CHECK (one = 1), "
    "destructions BIGINT NOT NULL, position BIGINT NOT NULL)",
    "INSERT INTO key_store VALUES (1, 0, 0) ON CONFLICT DO NOTHING",
)

Rows = list[tuple[Any, ...]]
Execute = Callable[..., Rows]


class KeysUnavailable(RuntimeError):
    """The key store did not answer in time, or cannot be written."""


class KeyStore(Protocol):
    """What `SubjectKeys` needs of a database. SQL is written with "?" for values."""

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """One writing transaction, committed at the end. Raises KeysUnavailable."""

    def read(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """One query. Raises KeysUnavailable."""

    def scrub(self) -> None:
        """Let no copy of a deleted key remain where this database keeps its pages. Raises KeysUnavailable."""

    def close(self) -> None:
        """Give the connections back."""


def open_store(address: Path | str) -> KeyStore:
    """The store at a path, made if missing and readable for its owner alone, or at a "postgresql://" URL."""
    return PostgresStore(str(address)) if is_url(address) else SqliteStore(Path(address))


class SqliteStore:
    """One file in WAL mode; what is deleted is overwritten with zeros, and the write-ahead log is emptied after it."""

    def __init__(self, path: Path):
        self._path, self._lock = path, RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # its companions take over the mode
            self._connection = sqlite3.connect(
                path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            for setting in ("synchronous = FULL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {setting}")
        except (OSError, sqlite3.Error) as error:
            raise KeysUnavailable(f"{path}: {error}") from error
        with self.transaction() as execute:
            for table in TABLES:
                execute(table.format(bytes="BLOB"))
        if self.read("PRAGMA journal_mode") != [("wal",)]:
            self.read("PRAGMA journal_mode = WAL")

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """One writing transaction; the write lock is taken at its start."""
        with self._lock:
            self._execute("BEGIN IMMEDIATE")
            try:
                yield self._execute
                self._execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """One query."""
        with self._lock:
            return self._execute(statement, values)

    def scrub(self) -> None:
        """Empty the write-ahead log, which still has the pages as they were."""
        with self._lock:
            ((is_busy, _, _),) = self._execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise KeysUnavailable(f"{self._path}: another process reads it, so its write-ahead log cannot be emptied")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def _execute(self, statement: str, values: Sequence[object] = ()) -> Rows:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise KeysUnavailable(f"{self._path}: {error}") from error


class PostgresStore:
    """A database of which our role owns the tables; several hosts may share it."""

    def __init__(self, url: str):
        self._address = shown(url)
        options = {"connect_timeout": 10, "options": f"-c lock_timeout={WAIT_SECONDS}s", "autocommit": True}
        self._pool = ConnectionPool(url, kwargs=options, min_size=0, max_size=4, timeout=WAIT_SECONDS, open=True)
        with self.transaction() as execute:
            execute("SELECT pg_advisory_xact_lock(50101)")  # CREATE IF NOT EXISTS fails when two run at once
            for table in TABLES:
                execute(table.format(bytes="BYTEA"))

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """One writing transaction, READ COMMITTED."""
        with self._connected() as connection, connection.transaction():
            yield lambda statement, values=(): self._execute(connection, statement, values)

    def read(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """One query."""
        with self._connected() as connection:
            return self._execute(connection, statement, values)

    def scrub(self) -> None:
        """Write the table anew: its old file, with the deleted rows, is removed."""
        with self._connected() as connection:
            connection.execute("VACUUM (FULL) subject_keys")

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.Error as error:
            raise KeysUnavailable(f"{self._address}: {error}") from error

    @staticmethod
    def _execute(connection: psycopg.Connection, statement: str, values: Sequence[object] = ()) -> Rows:
        cursor = connection.execute(statement.replace("?", "%s").encode(), values)
        return cursor.fetchall() if cursor.description else []
