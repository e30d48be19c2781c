"""The ledger's rows as they lie in the database, for who checks them. Reads, never writes, decodes nothing."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg
from psycopg.errors import DataCorrupted, IndexCorrupted, UndefinedColumn, UndefinedTable

from ledger.address import is_url, shown, would_wait
from proofs.merkle import HASH_BYTES, Frontier

PAGE = 2000  # rows
COLUMNS = "originator_id, originator_version, topic, state, leaf"
POSITION_MAX = 2**63 - 1
NAME_END = "\U0010ffff"  # sorts after every name that goes on


#: The table as SQLite keeps its making; ledger/sqlite.py makes it from these words.
EVENTS = (
    "CREATE TABLE stored_events (rowid INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, leaf BLOB NOT NULL, "
    "UNIQUE (originator_id, originator_version))"
)
#: And as ledger/postgres.py makes it, in PostgreSQL's.
EVENTS_IN_POSTGRES = {
    "column originator_id text true",
    "column originator_version bigint true",
    "column topic text true",
    "column state bytea true",
    "column notification_id bigint true",
    "column leaf bytea true",
    "index CREATE UNIQUE INDEX stored_events_pkey ON public.stored_events "
    "USING btree (originator_id, originator_version) true",
    "index CREATE UNIQUE INDEX stored_events_positions ON public.stored_events USING btree (notification_id) true",
    "kind r",
}


class RowsUnavailable(RuntimeError):
    """The ledger's database cannot be read: says which and why."""


class RowsDamaged(RowsUnavailable):
    """What lies there is no ledger, or one whose file or tables were broken or taken apart."""


class Row(NamedTuple):
    """One event as stored."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes  # the envelope's bytes
    leaf: bytes


class Rows(ABC):
    """One reader's view of the event table. Not for sharing between threads."""

    position = "rowid"  # the column

    @abstractmethod
    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a statement with "?" for each value. Raises RowsUnavailable."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back."""

    def frontier(self) -> Frontier | None:
        """The tree as the last commit left it, where the database keeps one. Raises RowsDamaged if it is none."""
        return None

    @abstractmethod
    def oddities(self) -> list[str]:
        """How the table differs from the one a ledger makes, in words: whoever takes constraints away has a reason."""

    def count(self, upto: int) -> int:
        """How many rows there are up to a position, those without a place in the log included."""
        # All but those beyond it: SQLite counts all of them from its index, without looking at any position.
        statement = (
            "SELECT (SELECT count(*) FROM stored_events) - "  # noqa: S608 (our own words)
            f"(SELECT count(*) FROM stored_events WHERE {self.position} > ?)"
        )
        ((count,),) = self.query(statement, upto)
        return int(count)

    def head(self) -> int:
        """The newest position, 0 for an empty ledger."""
        ((newest,),) = self.query(f"SELECT max({self.position}) FROM stored_events")  # noqa: S608 (our own words)
        if not isinstance(newest, int | None):
            raise RowsDamaged(f"the newest position is {newest!r}, which is no number")
        return max(newest or 0, 0)

    def pages(self, after: int, upto: int, columns: str = COLUMNS, size: int = PAGE) -> Iterator[list[tuple[Any, ...]]]:
        """The position and `columns` of every row after one position up to another, in order, some at a time.

        Each page is a statement of its own: no lock, no transaction and no more memory than a page.
        """
        statement = (
            f"SELECT {self.position}, {columns} FROM stored_events "  # noqa: S608 (our own words)
            f"WHERE {self.position} > ? AND {self.position} <= ? ORDER BY {self.position} LIMIT {size}"
        )
        while page := self.query(statement, after, upto):
            yield page
            after = page[-1][0]

    def scan(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """The rows after one position up to another, in order of position."""
        for page in self.pages(after, self.head() if upto is None else upto):
            yield from map(Row._make, page)

    def stream(self, name: str) -> Iterator[Row]:
        """The events of one stream, in order of version."""
        return self._rows("originator_id = ? ORDER BY originator_version", name)

    def like(self, prefix: str) -> Iterator[Row]:
        """The events of all streams whose names begin with `prefix`, in order of position."""
        condition = f"originator_id >= ? AND originator_id < ? ORDER BY {self.position}"
        return self._rows(condition, prefix, prefix + NAME_END)

    def streams(self, prefix: str = "") -> list[str]:
        """Names of the streams that begin with `prefix`, sorted."""
        statement = (
            "SELECT originator_id FROM stored_events "
            "WHERE originator_id >= ? AND originator_id < ? AND originator_version = 1 ORDER BY originator_id"
        )
        return [name for (name,) in self.query(statement, prefix, prefix + NAME_END)]

    def leaf_of(self, stream: str, version: int) -> bytes | None:
        """The stored leaf of one event, or None."""
        found = self._rows("originator_id = ? AND originator_version = ?", stream, version)
        return next((row.leaf for row in found), None)

    def before(self, stream: str, position: int) -> Row | None:
        """The newest event of a stream below a position, or None."""
        condition = f"originator_id = ? AND {self.position} < ? ORDER BY {self.position} DESC LIMIT 1"
        return next(self._rows(condition, stream, position), None)

    def _rows(self, condition: str, *values: object) -> Iterator[Row]:
        statement = f"SELECT {self.position}, {COLUMNS} FROM stored_events WHERE {condition}"  # noqa: S608 (our own words)
        return map(Row._make, self.query(statement, *values))


class SQLiteRows(Rows):
    """Rows of a file that is opened for reading alone."""

    def __init__(self, path: str):
        if would_wait(path):
            raise RowsUnavailable(f"{path} is no regular file")
        try:
            self._connection = sqlite3.connect(
                f"file:{quote(path)}?mode=ro", uri=True, timeout=30, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise RowsUnavailable(f"{path}: {error}") from error
        self.head()

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """See Rows."""
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" in str(error) and self._connection.text_factory is str:
                # What is no UTF-8 was not written by a ledger: it is to be found, not to stop the search.
                self._connection.text_factory = lambda text: text.decode("utf-8", "replace")
                return self.query(statement, *values)
            if "no such" in str(error):
                hint = "made as a copy, it lacks what lay in its -wal file: copy it with VACUUM INTO"
                raise RowsDamaged(f"this is no ledger: {error} ({hint})") from error
            raise RowsUnavailable(f"the ledger cannot be read: {error}") from error
        except sqlite3.Error as error:
            raise RowsDamaged(f"the ledger's file is damaged: {error}") from error

    def oddities(self) -> list[str]:
        """See Rows. A second index or a trigger can make one question have two answers."""
        found = self.query("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'stored_events'")
        expected = {("table", "stored_events", EVENTS), ("index", "sqlite_autoindex_stored_events_1", None)}
        odd = [f"{kind} {name}" for kind, name, text in set(found) ^ expected]
        if not odd:
            ((indexed, stored),) = self.query(
                "SELECT (SELECT count(*) FROM stored_events INDEXED BY sqlite_autoindex_stored_events_1), "
                "(SELECT count(*) FROM stored_events NOT INDEXED)"
            )
            if indexed != stored:
                odd.append(f"index of {indexed} entries over {stored} rows")
        return sorted(set(odd))

    def close(self) -> None:
        """See Rows."""
        self._connection.close()


class PostgresRows(Rows):
    """Rows of a database, in a session that can only read."""

    position = "notification_id"

    def __init__(self, url: str):
        try:
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
            # The tables that the ledger writes, whatever a role or a database is told to search first.
            self._connection.execute("SET search_path = pg_catalog, public, pg_temp")
            self._connection.execute("SET default_transaction_read_only = on")
        except psycopg.Error as error:
            raise RowsUnavailable(f"{shown(url)}: {error}") from error
        self.head()

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """See Rows."""
        try:
            # Binary, so that bytes arrive as bytes.
            return self._connection.execute(statement.replace("?", "%s").encode(), values, binary=True).fetchall()
        except (UndefinedTable, UndefinedColumn, DataCorrupted, IndexCorrupted) as error:
            raise RowsDamaged(f"this is no ledger: {error}") from error
        except psycopg.Error as error:
            raise RowsUnavailable(f"the ledger cannot be read: {error}") from error

    def frontier(self) -> Frontier:
        """See Rows."""
        try:
            ((size, nodes),) = self.query("SELECT size, frontier FROM stored_events_head")
            levels = reversed(range(size.bit_length()))
            kept = [bytes(nodes[level]) for level in levels if size >> level & 1]
            if size < 0 or any(len(node) != HASH_BYTES for node in kept):
                raise RowsDamaged(f"the head row speaks of {size} events and keeps no tree of them")
            return Frontier(size, kept)
        except (ValueError, TypeError, IndexError) as error:
            raise RowsDamaged(f"the head row is none: {error}") from error

    def oddities(self) -> list[str]:
        """See Rows."""
        found = self.query(
            "SELECT 'column ' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull "
            "FROM pg_attribute WHERE attrelid = 'public.stored_events'::regclass AND attnum > 0 AND NOT attisdropped "
            "UNION ALL SELECT 'index ' || pg_get_indexdef(indexrelid) || ' ' || indisvalid "
            "FROM pg_index WHERE indrelid = 'public.stored_events'::regclass "
            "UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgrelid = 'public.stored_events'::regclass "
            "UNION ALL SELECT 'rule ' || rulename FROM pg_rewrite WHERE ev_class = 'public.stored_events'::regclass "
            "UNION ALL SELECT 'row security' FROM pg_class "
            "WHERE oid = 'public.stored_events'::regclass AND relrowsecurity "
            "UNION ALL SELECT 'kind ' || relkind::text FROM pg_class WHERE oid = 'public.stored_events'::regclass"
        )
        return sorted({text for (text,) in found} ^ EVENTS_IN_POSTGRES)

    def close(self) -> None:
        """See Rows."""
        self._connection.close()


def open_rows(address: Path | str) -> Rows:
    """The rows of the ledger at a path or URL. Raises RowsUnavailable."""
    return PostgresRows(str(address)) if is_url(address) else SQLiteRows(str(address))
