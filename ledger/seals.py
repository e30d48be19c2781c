"""The sealer's memory, in a file of its own outside the ledger: the tree over the log, and every checkpoint signed.

It is also the auditor's second copy of every leaf: who rewrites the ledger and not this file shows where.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ledger.address import would_wait
from proofs.merkle import EMPTY_ROOT, HASH_BYTES, above, root_at

TILE = 256  # nodes of one level that are kept together
TILES_REMEMBERED = 512

CREATE = """
CREATE TABLE IF NOT EXISTS tree (
    level INTEGER NOT NULL, tile INTEGER NOT NULL, nodes BLOB NOT NULL, PRIMARY KEY (level, tile)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tree_size (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL);
INSERT OR IGNORE INTO tree_size VALUES (1, 0);
"""


class SealsUnavailable(RuntimeError):
    """The sealer's file cannot be read or written: says which and why."""


class SealsDamaged(SealsUnavailable):
    """The sealer's file was taken apart, or is none: what it says cannot be relied on."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One checkpoint as it is kept."""

    size: int
    note: str  # signed, with the cosignatures that came in


class Seals:
    """One file. Several processes may use it; not for sharing between threads."""

    def __init__(self, path: Path, *, read_only: bool = False):
        """Open, and unless `read_only` make what is missing. Raises SealsUnavailable."""
        if would_wait(path):
            raise SealsUnavailable(f"{path} is no regular file")
        self.path = path
        try:
            if read_only:
                self._file = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
                self.size()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
                self._file.execute("PRAGMA journal_mode=WAL")
                self._file.execute("PRAGMA synchronous=FULL")
                self._file.executescript(f"BEGIN IMMEDIATE; {CREATE} COMMIT;")
        except sqlite3.Error as error:
            raise SealsUnavailable(f"{path}: {error}") from error
        self._tile = lru_cache(TILES_REMEMBERED)(self._read_tile)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def size(self) -> int:
        """How many leaves the tree has."""
        rows = self._read("SELECT size FROM tree_size")
        if len(rows) != 1 or type(rows[0][0]) is not int or rows[0][0] < 0:
            raise SealsDamaged(f"{self.path}: the size of the tree is {rows}")
        size: int = rows[0][0]
        return size

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2**level leaves. Raises SealsDamaged if it is not there."""
        tile, at = divmod(index, TILE)
        nodes = self._tile(level, tile)
        if len(nodes) < (at + 1) * HASH_BYTES:
            self._tile.cache_clear()  # it has grown since
            nodes = self._tile(level, tile)
        node = nodes[at * HASH_BYTES : (at + 1) * HASH_BYTES]
        if len(node) != HASH_BYTES:
            raise SealsDamaged(f"{self.path}: the tree has no node {index} at level {level}")
        return node

    def leaves(self, after: int, upto: int) -> bytes:
        """The leaves of positions after one up to another, 32 bytes each, one after the other."""
        first, last = after // TILE, (upto - 1) // TILE
        statement = "SELECT nodes FROM tree WHERE level = 0 AND tile BETWEEN ? AND ? ORDER BY tile"
        tiles = [nodes for (nodes,) in self._read(statement, first, last)]
        whole = [TILE * HASH_BYTES] * (len(tiles) - 1)
        if len(tiles) != last - first + 1 or [len(_bytes(nodes)) for nodes in tiles[:-1]] != whole:
            raise SealsDamaged(f"{self.path}: leaves {first * TILE} to {upto} of the tree are not whole")
        run = b"".join(tiles)[(after - first * TILE) * HASH_BYTES : (upto - first * TILE) * HASH_BYTES]
        if len(run) != (upto - after) * HASH_BYTES:
            raise SealsDamaged(f"{self.path}: leaves {after} to {upto} of the tree are missing")
        return run

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves. Raises SealsDamaged if there are fewer."""
        return root_at(size, self.node) if size else EMPTY_ROOT

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaves after the last one. Call inside `writing`."""
        start = self.size()
        size = start + len(leaves)
        level, nodes = 0, list(leaves)
        while nodes:
            self._append(level, start, nodes)
            if start & 1:
                nodes.insert(0, self.node(level, start - 1))
                start -= 1
            level, start, nodes = level + 1, start >> 1, above(nodes)
        self._file.execute("UPDATE tree_size SET size = ?", (size,))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it or none. Other writers wait. Raises SealsUnavailable."""
        try:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                self._tile.cache_clear()
                raise
            self._file.execute("COMMIT")
        except sqlite3.Error as error:
            raise SealsUnavailable(f"{self.path}: {error}") from error

    def keep(self, size: int, note: str) -> None:
        """Keep a checkpoint; with more cosignatures it takes the place of itself."""
        statement = "INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note"
        self._file.execute(statement, (size, note))

    def newest(self) -> Sealed | None:
        """The checkpoint of the most events, or None."""
        return next(self._sealed("ORDER BY size DESC LIMIT 1"), None)

    def at_least(self, size: int) -> Sealed | None:
        """The first checkpoint that covers position `size`, or None."""
        return next(self._sealed("WHERE size >= ? ORDER BY size LIMIT 1", size), None)

    def of(self, size: int) -> Sealed | None:
        """The checkpoint of exactly `size` events, or None."""
        return next(self._sealed("WHERE size = ?", size), None)

    def all(self) -> Iterator[Sealed]:
        """Every checkpoint, the smallest first."""
        return self._sealed("ORDER BY size")

    def _sealed(self, which: str, *values: int) -> Iterator[Sealed]:
        rows = self._read(f"SELECT size, note FROM checkpoints {which}", *values)  # noqa: S608 (our own words)
        for size, note in rows:
            if type(size) is not int or not isinstance(note, str):
                raise SealsDamaged(f"{self.path}: the checkpoint of {size!r} events is {note!r}")
            yield Sealed(size, note)

    def _append(self, level: int, start: int, nodes: Sequence[bytes]) -> None:
        at = 0
        while at < len(nodes):
            tile, inside = divmod(start + at, TILE)
            part = nodes[at : at + TILE - inside]
            kept = self._read_tile(level, tile) if inside else b""
            self._file.execute("REPLACE INTO tree VALUES (?, ?, ?)", (level, tile, kept + b"".join(part)))
            at += len(part)
        self._tile.cache_clear()

    def _read_tile(self, level: int, tile: int) -> bytes:
        rows = self._read("SELECT nodes FROM tree WHERE level = ? AND tile = ?", level, tile)
        return _bytes(rows[0][0]) if rows else b""

    def _read(self, statement: str, *values: int) -> list[tuple[Any, ...]]:
        try:
            return self._file.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such" in str(error):
                raise SealsDamaged(f"{self.path}: {error}; copy such a file with VACUUM INTO") from error
            raise SealsUnavailable(f"{self.path}: {error}") from error
        except sqlite3.Error as error:
            raise SealsDamaged(f"{self.path}: {error}") from error


def _bytes(nodes: object) -> bytes:
    return nodes if isinstance(nodes, bytes) else b""
