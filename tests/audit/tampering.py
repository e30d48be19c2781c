"""What somebody with all rights on a ledger's database could do, on either engine."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from google.protobuf.message import Message

from duifu.v1.events_pb2 import Envelope
from ledger import chain
from ledger.address import is_url
from ledger.rows import Row, open_rows
from ledger.sealer import Sealer
from ledger.seals import Seals
from proofs.merkle import Frontier
from proofs.notes import Signer

Attack = Callable[[list[Row]], Sequence[Row]]


class Victim:
    """A ledger with its sealer, and the ways into both."""

    def __init__(self, address: str, owner_address: str, seals_path: Path, signer: Signer):
        self.address, self.owner_address, self.seals_path, self.signer = address, owner_address, seals_path, signer

    def seal(self) -> str:
        """Seal what is there; gives the checkpoint."""
        with closing(open_rows(self.address)) as rows, closing(Seals(self.seals_path)) as seals:
            sealed = Sealer(rows, seals, self.signer).seal()
        assert sealed is not None
        return sealed.note

    def rows(self) -> list[Row]:
        """Everything that is stored."""
        with closing(open_rows(self.address)) as rows:
            return list(rows.scan())

    def overwrite(self, rows: Sequence[Row]) -> None:
        """Put these rows in place of all that were there, constraints or not."""
        position = "notification_id" if is_url(self.owner_address) else "rowid"
        marks = ("%s" if is_url(self.owner_address) else "?",) * 6
        with self._owner() as execute:
            execute("DELETE FROM stored_events")
            for row in rows:
                execute(
                    f"INSERT INTO stored_events ({position}, originator_id, originator_version, topic, state, leaf) "
                    f"VALUES ({', '.join(marks)})",
                    tuple(row),
                )

    def run(self, statement: str) -> None:
        """Run one statement as the owner."""
        with self._owner() as execute:
            execute(statement)

    def unprotect(self) -> None:
        """Take every constraint away from the table."""
        if is_url(self.owner_address):
            for name in ("stored_events_notification_id_check", "stored_events_leaf_check"):
                self.run(f"ALTER TABLE stored_events DROP CONSTRAINT {name}")
            return
        self.run("CREATE TABLE loose (rowid, originator_id, originator_version, topic, state, leaf)")
        columns = "rowid, originator_id, originator_version, topic, state, leaf"
        self.run(f"INSERT INTO loose SELECT {columns} FROM stored_events")
        self.run("DROP TABLE stored_events")
        self.run("ALTER TABLE loose RENAME TO stored_events")

    def exchange_index_entries(self, one: Row, other: Row) -> None:
        """Let the index of a SQLite file lead to one row where the other is meant; rows and counts stay as they are."""
        with closing(sqlite3.connect(self.owner_address)) as file, file:
            (made,) = file.execute("SELECT sql FROM sqlite_schema WHERE name = 'stored_events'").fetchone()
            file.execute(made.replace("TABLE stored_events", "TABLE twin"))
            file.execute("INSERT INTO twin SELECT * FROM stored_events")
            file.execute("DELETE FROM twin WHERE rowid IN (?, ?)", (one.position, other.position))
            for row in (one._replace(position=other.position), other._replace(position=one.position)):
                file.execute("INSERT INTO twin VALUES (?, ?, ?, ?, ?, ?)", row)
            names = "sqlite_autoindex_stored_events_1", "sqlite_autoindex_twin_1"
            (place,), (twins,) = (
                file.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone() for name in names
            )
            file.execute("PRAGMA writable_schema = ON")
            for name, page in zip(names, (twins, place), strict=True):
                file.execute("UPDATE sqlite_schema SET rootpage = ? WHERE name = ?", (page, name))
        self.run("DROP TABLE twin")

    def overwrite_head(self, rows: Sequence[Row]) -> None:
        """Make the head row, where there is one, fit these rows."""
        if not is_url(self.owner_address):
            return
        tree = Frontier()
        tree.extend([row.leaf for row in rows])
        nodes: list[bytes] = []
        subtrees = iter(reversed(tree.nodes))
        for level in range(tree.size.bit_length()):
            nodes.append(next(subtrees) if tree.size >> level & 1 else bytes(32))
        with self._owner() as execute:
            execute("UPDATE stored_events_head SET size = %s, frontier = %s", (tree.size, nodes))

    def forget_seals(self) -> None:
        """Remove the sealer's memory, as if nothing had ever been sealed."""
        for path in self.seals_path.parent.glob(f"{self.seals_path.name}*"):
            path.unlink()

    @contextmanager
    def _owner(self) -> Iterator[Callable[..., Any]]:
        if is_url(self.owner_address):
            with psycopg.connect(self.owner_address) as connection:
                yield connection.execute
        else:
            with closing(sqlite3.connect(self.owner_address)) as file, file:
                yield file.execute


def forged(path: Path, kind: type[Message], alter: Callable[[Envelope], object], at: int = 0) -> int:
    """A file with one event of a kind changed and every leaf made anew, as a forger would; gives its position."""
    with closing(open_rows(path)) as opened:
        rows = list(opened.scan())
    chosen = [row for row in rows if row.topic == kind.DESCRIPTOR.full_name][at]
    envelope = Envelope.FromString(chosen.state)
    alter(envelope)
    forge(path, lambda row: envelope.SerializeToString() if row.position == chosen.position else row.state)
    return chosen.position


def forge(path: Path, state: Callable[[Row], bytes]) -> None:
    """A file whose every row says what `state` gives for it, every leaf made anew."""
    with closing(open_rows(path)) as opened:
        rows = [row._replace(state=state(row)) for row in opened.scan()]
    overwrite(path, resealed(rows))


def overwrite(path: Path, rows: Sequence[Row]) -> None:
    """Put these rows in place of all that a file has."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM stored_events")
        file.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", rows)


def resealed(rows: Sequence[Row]) -> list[Row]:
    """The rows with every leaf made anew, as the ledger would have made it."""
    newest: dict[str, bytes] = {}
    made = []
    for row in rows:
        previous = newest.get(row.stream, chain.NOTHING_BEFORE)
        newest[row.stream] = chain.leaf(row.stream, row.version, row.topic, previous, row.state)
        made.append(row._replace(leaf=newest[row.stream]))
    return made


def renumbered(rows: Sequence[Row]) -> list[Row]:
    """The rows with positions from 1 and versions from 1, in this order."""
    versions: dict[str, int] = {}
    made = []
    for position, row in enumerate(rows, 1):
        versions[row.stream] = versions.get(row.stream, 0) + 1
        made.append(row._replace(position=position, version=versions[row.stream]))
    return made
