"""What somebody can do to a ledger with a database tool, and what an auditor works out from its rows by hand."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import psycopg

from ledger.address import is_url
from ledger.rows import PostgresRows, Row, open_rows
from tests.postgres import APP, OWNER


def owners(address: str) -> str:
    """The address of the same database for the owner of its tables."""
    return address.replace(f"//{APP}@", f"//{OWNER}@")


def edit(address: str, statement: str, *values: object) -> None:
    """Change the database behind the ledger's back. `{position}` stands for the column of that name, "?" a value."""
    if is_url(address):
        written = statement.format(position="notification_id").replace("?", "%s").encode()
        with psycopg.connect(owners(address), autocommit=True) as database:
            database.execute(written, values)
    else:
        with closing(sqlite3.connect(address)) as file, file:
            file.execute(statement.format(position="rowid"), values)


def rows_of(address: str) -> list[Row]:
    """Every row, in order of position."""
    with closing(open_rows(address)) as rows:
        return list(rows.scan())


def prove(address: str) -> list[Row]:
    """Positions are dense, versions follow one another, every leaf and the root are what the construction says.

    Written out after the published construction, without ledger.chain. Gives the rows.
    """
    rows = rows_of(address)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    newest: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        version, previous = newest.get(row.stream, (0, bytes(32)))
        assert row.version == version + 1
        assert row.leaf == leaf_by_hand(row.stream, row.version, row.topic, previous, row.state)
        newest[row.stream] = row.version, row.leaf
    with closing(open_rows(address)) as opened:
        assert opened.head() == len(rows)
        if isinstance(opened, PostgresRows):
            kept = opened.frontier()
            assert (kept.size, kept.root()) == (len(rows), root_by_hand([row.leaf for row in rows]))
    return rows


def leaf_by_hand(stream: str, version: int, topic: str, previous: bytes, state: bytes) -> bytes:
    """The hash of "ev1", the stream, the version, the kind, the leaf before and the hash of the stored bytes."""
    name, kind = stream.encode("utf-8"), topic.encode("utf-8")
    entry = b"ev1"
    entry += len(name).to_bytes(2, "big") + name
    entry += version.to_bytes(8, "big")
    entry += len(kind).to_bytes(2, "big") + kind
    entry += previous
    entry += hashlib.sha256(state).digest()
    return hashlib.sha256(b"\x00" + entry).digest()


def root_by_hand(leaves: Sequence[bytes]) -> bytes:
    """The recursive definition of RFC 6962, 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    both = root_by_hand(leaves[:half]) + root_by_hand(leaves[half:])
    return hashlib.sha256(b"\x01" + both).digest()
