"""One connection to either database, as durable as the ledger's: statements with %s for each value."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import psycopg

Row = tuple[Any, ...]


class Rows(Protocol):
    """A connection. What is written stays undone until `commit`."""

    def read(self, statement: str, values: Row = ()) -> list[Row]:
        """What a query answers."""

    def write(self, statement: str, rows: Sequence[Row], batched: bool = True) -> None:
        """Run a statement for each row: all at once as the driver does that, or one after the other."""

    def script(self, statements: Iterable[str]) -> None:
        """Run statements without values, and commit."""

    def commit(self) -> None:
        """Wait until it is on the disk."""


class SQLiteRows:
    """A file with a write-ahead log."""

    def __init__(self, path: Path):
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=60)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")

    def read(self, statement: str, values: Row = ()) -> list[Row]:
        """What a query answers."""
        return self._db.execute(_own(statement), values).fetchall()

    def write(self, statement: str, rows: Sequence[Row], batched: bool = True) -> None:
        """Run a statement for each row."""
        if batched:
            self._db.executemany(_own(statement), rows)
            return
        for row in rows:
            self._db.execute(_own(statement), row)

    def script(self, statements: Iterable[str]) -> None:
        """Run statements without values, and commit."""
        for statement in statements:
            self._db.execute(statement)
        self._db.commit()

    def commit(self) -> None:
        """Wait until it is on the disk."""
        self._db.commit()


class PostgresRows:
    """A session of the server. Statements that come again are prepared, and many go out in one pipeline."""

    def __init__(self, url: str):
        self._db = psycopg.connect(url)

    def read(self, statement: str, values: Row = ()) -> list[Row]:
        """What a query answers."""
        return self._db.execute(statement.encode(), values).fetchall()

    def write(self, statement: str, rows: Sequence[Row], batched: bool = True) -> None:
        """Run a statement for each row."""
        with self._db.cursor() as cursor:
            if batched:
                cursor.executemany(statement.encode(), rows)
                return
            for row in rows:
                cursor.execute(statement.encode(), row)

    def script(self, statements: Iterable[str]) -> None:
        """Run statements without values, and commit."""
        for statement in statements:
            self._db.execute(statement.encode())
        self._db.commit()

    def commit(self) -> None:
        """Wait until it is on the disk."""
        self._db.commit()


def open_rows(url: str, path: Path) -> Rows:
    """The database of this URL, or the file if there is none."""
    return PostgresRows(url) if url else SQLiteRows(path)


def _own(statement: str) -> str:
    return statement.replace("%s", "?")
