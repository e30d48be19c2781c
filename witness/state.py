"""What the witness has signed last for each log, and what it has seen of forks. Survives kill -9."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from proofs.notes import Checkpoint, Note, NoteRefused
from witness.rules import Finding

SECONDS_END = 2**37  # after the year 6000
_WAIT_SECONDS = 3  # for another process; less than a log waits for its answer

_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (
    origin TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    signed_seconds INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS evidence (
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    finding TEXT NOT NULL,
    signed_note TEXT NOT NULL,
    refused_note TEXT NOT NULL,
    refused_body TEXT NOT NULL,
    seen_seconds INTEGER NOT NULL,
    UNIQUE (origin, refused_body)
);
"""


class StateDamaged(ValueError):
    """The file holds what no witness wrote: says what."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The newest checkpoint this witness signed for a log, with both signatures; seconds since 1970."""

    note: Note
    signed_seconds: int

    @property
    def checkpoint(self) -> Checkpoint:
        """What was signed."""
        return Checkpoint.parse(self.note.body)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A checkpoint that its log signed and this witness did not, beside the one it had signed."""

    finding: Finding
    signed: Note
    refused: Note
    seen_seconds: int


class State:
    """One SQLite file. Safe to use from several threads and processes."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open or create the file. Raises sqlite3.Error if it cannot be used."""
        self._lock = Lock()
        address = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rwc'}"
        self._db = sqlite3.connect(
            address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        if not read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        self._db.close()

    def all(self) -> list[Signed]:
        """The newest checkpoint of every log, by origin. Raises StateDamaged."""
        with self._lock:
            rows = self._db.execute("SELECT origin, note, signed_seconds FROM latest ORDER BY origin").fetchall()
        return [_signed(*row) for row in rows]

    def latest(self, origin: str) -> Signed | None:
        """The newest checkpoint signed for a log, or None. Raises StateDamaged."""
        with self._lock:
            return self._latest(origin)

    def evidence(self) -> list[Evidence]:
        """Everything that speaks against a log, oldest first. Raises StateDamaged."""
        query = "SELECT origin, finding, signed_note, refused_note, seen_seconds FROM evidence ORDER BY id"
        with self._lock:
            rows = self._db.execute(query).fetchall()
        return [_evidence(*row) for row in rows]

    @contextmanager
    def deciding(self, origin: str) -> Iterator["Deciding"]:
        """Look at a log and decide: nobody else may, in any process, until what was decided is on the disk.

        Raises StateDamaged.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Deciding(self._db, origin, self._latest(origin))
                self._db.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself if the disk was full.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _latest(self, origin: str) -> Signed | None:
        query = "SELECT note, signed_seconds FROM latest WHERE origin = ?"
        row = self._db.execute(query, (origin,)).fetchone()
        return _signed(origin, *row) if row else None


@dataclass(frozen=True, slots=True)
class Deciding:
    """One log while it is decided about."""

    _db: sqlite3.Connection
    origin: str
    latest: Signed | None

    def sign(self, signed: Signed) -> None:
        """This is the newest checkpoint from now on."""
        self._db.execute(
            "INSERT OR REPLACE INTO latest VALUES (?, ?, ?)",
            (self.origin, signed.note.text(), signed.signed_seconds),
        )

    def keep(self, evidence: Evidence) -> bool:
        """Keep what speaks against the log; False if it was kept already."""
        row = (
            self.origin, evidence.finding, evidence.signed.text(), evidence.refused.text(), evidence.refused.body,
            evidence.seen_seconds,
        )  # fmt: skip
        columns = "origin, finding, signed_note, refused_note, refused_body, seen_seconds"
        query = f"INSERT OR IGNORE INTO evidence ({columns}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 (constants)
        return self._db.execute(query, row).rowcount == 1


def _signed(origin: object, note: object, seconds: object) -> Signed:
    signed = Signed(_note(origin, note), _seconds(origin, seconds))
    try:
        is_of_it = signed.checkpoint.origin == origin
    except NoteRefused as error:
        raise StateDamaged(f"what is kept for {origin} is no checkpoint: {error}") from None
    if not is_of_it:
        raise StateDamaged(f"what is kept for {origin} is a checkpoint of {signed.checkpoint.origin}")
    return signed


def _evidence(origin: object, finding: object, signed: object, refused: object, seconds: object) -> Evidence:
    known = {each.value: each for each in Finding}
    if not isinstance(finding, str) or finding not in known:
        raise StateDamaged(f"the finding {finding!r} about {origin} is none of {', '.join(known)}")
    return Evidence(known[finding], _note(origin, signed), _note(origin, refused), _seconds(origin, seconds))


def _note(origin: object, note: object) -> Note:
    try:
        return Note.parse(note if isinstance(note, str | bytes) else "")
    except NoteRefused as error:
        raise StateDamaged(f"a note that is kept for {origin} cannot be read: {error}") from None


def _seconds(origin: object, seconds: object) -> int:
    if not isinstance(seconds, int) or not 0 <= seconds < SECONDS_END:
        raise StateDamaged(f"a time that is kept for {origin} is {seconds!r}, and not seconds since 1970")
    return seconds
