"""The papers the city has received. A paper that was acknowledged survives kill -9 and never changes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from reference_city.city import Record
from reference_city.papers import OtherContent, Outcome, Paper, now_ms

_SCHEMA = """
CREATE TABLE IF NOT EXISTS papers (
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS papers_by_case ON papers (kind, json_extract(content, '$.caseId'));
CREATE TABLE IF NOT EXISTS outcomes (
    order_id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    reason TEXT NOT NULL
);
"""


class Store:
    """One SQLite file. Safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises sqlite3.Error if it cannot be used."""
        self._lock = Lock()
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        self._db.close()

    def receive(self, kind: str, paper_id: str, content: Record) -> bool:
        """Keep a paper; False if it was here already. Raises OtherContent if its id stands for something else."""
        with self._transaction() as db:
            row = db.execute("SELECT content FROM papers WHERE kind = ? AND id = ?", (kind, paper_id)).fetchone()
            if row is None:
                db.execute(
                    "INSERT INTO papers (kind, id, content, received_ms) VALUES (?, ?, ?, ?)",
                    (kind, paper_id, json.dumps(content), now_ms()),
                )
                return True
        first = json.loads(row[0])
        differing = [name for name, value in content.items() if first.get(name) != value]
        if differing:
            raise OtherContent(kind, paper_id, differing)
        return False

    def paper(self, kind: str, paper_id: str) -> Paper | None:
        """The paper with this id, if it was received."""
        found = self._papers("kind = ? AND id = ?", kind, paper_id)
        return found[0] if found else None

    def papers(self, kind: str) -> list[Paper]:
        """All papers of a kind, in the order of their receipt."""
        return self._papers("kind = ?", kind)

    def papers_of_case(self, kind: str, case_id: str) -> list[Paper]:
        """The papers of a kind whose caseId is this, in the order of their receipt."""
        return self._papers("kind = ? AND json_extract(content, '$.caseId') = ?", kind, case_id)

    def outcome(self, order_id: str) -> Outcome | None:
        """How an order ended, once it did."""
        with self._lock:
            row = self._db.execute("SELECT status, reason FROM outcomes WHERE order_id = ?", (order_id,)).fetchone()
        return Outcome(*row) if row else None

    def settle(self, order_id: str, outcome: Outcome) -> Outcome:
        """End an order and answer how it ended: if two end it at once, the first one did."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO outcomes VALUES (?, ?, ?)", (order_id, outcome.status, outcome.reason))
            row = db.execute("SELECT status, reason FROM outcomes WHERE order_id = ?", (order_id,)).fetchone()
        return Outcome(*row)

    def _papers(self, where: str, *arguments: str) -> list[Paper]:
        # `where` is one of the constants above, never what a caller sent.
        query = f"SELECT id, content, received_ms FROM papers WHERE {where} ORDER BY position"  # noqa: S608
        with self._lock:
            rows = self._db.execute(query, arguments).fetchall()
        return [Paper(paper_id, json.loads(content), received_ms) for paper_id, content, received_ms in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself if the disk was full.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
