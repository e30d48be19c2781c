"""One key for each person, outside the log: with the key goes every value it encrypted, and no event changes."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from time import monotonic

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.key_stores import KeysUnavailable, Rows, open_store

KEY_BYTES, KEY_ID_BYTES, NONCE_BYTES = 32, 8, 12  # AES-256-GCM (NIST SP 800-38D)
CACHED_MAX = 20_000  # persons

#: How long a reader may go on with a key that another process destroyed. A writer asks at every commit.
CHECK_SECONDS = 1

COLUMNS = ("subject", "generation", "key_id", "secret", "made_at", "destroyed_at")
GENERATION, SECRET = COLUMNS.index("generation"), COLUMNS.index("secret")
SELECT = f"SELECT {', '.join(COLUMNS)} FROM subject_keys WHERE subject = ? ORDER BY generation"  # noqa: S608 (our own names)
INSERT = "INSERT INTO subject_keys VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
UNTIL = "subject = ? AND generation <= ? AND secret IS NOT NULL"
DESTROY = f"UPDATE subject_keys SET secret = NULL, destroyed_at = ? WHERE {UNTIL}"  # noqa: S608 (our own names)

__all__ = ["KeysUnavailable", "SubjectKey", "SubjectKeys"]


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """One generation of one person's key. `secret` is None once it is destroyed: only its number is left."""

    subject: str
    generation: int  # from 1
    key_id: bytes
    secret: bytes | None = field(repr=False)
    made_at: str  # ISO 8601, UTC
    destroyed_at: str | None = None
    _cipher: AESGCM | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.secret is not None:
            object.__setattr__(self, "_cipher", AESGCM(self._derived(b"duifu encrypt v1")))

    def encrypt(self, value: bytes, context: bytes) -> tuple[bytes, bytes]:
        """Nonce and ciphertext of a value that can only be opened in the same context.

        Nonces are random: a key may encrypt 2**32 values (NIST SP 800-38D, 8.3), more than one person will ever cause.
        """
        assert self._cipher is not None
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce, self._cipher.encrypt(nonce, value, context)

    def decrypt(self, nonce: bytes, ciphertext: bytes, context: bytes) -> bytes:
        """The value. Raises cryptography.exceptions.InvalidTag, ValueError if it is not what was encrypted there."""
        assert self._cipher is not None
        return self._cipher.decrypt(nonce, ciphertext, context)

    def digest(self, content: bytes) -> bytes:
        """HMAC-SHA256: equal content is recognised, and nobody without the key can try values out."""
        return hmac.digest(self._derived(b"duifu digest v1"), content, "sha256")

    def _derived(self, use: bytes) -> bytes:
        assert self.secret is not None
        return hmac.digest(self.secret, use, "sha256")  # a key of its own for each use


class SubjectKeys:
    """All persons' keys. Safe to share between threads; several processes may open the same store."""

    def __init__(self, address: Path | str, check_seconds: float = CHECK_SECONDS):
        """`address` is the path of a SQLite file, made if missing, or a "postgresql://" URL. Raises KeysUnavailable."""
        self._store = open_store(address)
        self._lock = RLock()
        self._known: dict[str, tuple[SubjectKey, ...]] = {}
        self._check_seconds, self._checked, self._destructions = check_seconds, monotonic(), -1
        self.refresh()

    def for_writing(self, subject: str) -> SubjectKey:
        """The person's key for new values; made now if there is none, or the last one was destroyed."""
        keys = self._keys(subject)
        if not keys or keys[-1].secret is None:
            keys = self._made(subject)
        return keys[-1]

    def find(self, subject: str, key_id: bytes) -> SubjectKey | None:
        """One of the person's keys, with `secret` None if it was destroyed; None if this store never had it."""
        if monotonic() - self._checked >= self._check_seconds:
            self.refresh()
        for keys in (self._keys, self._loaded):  # another process may have made it after we looked
            for key in keys(subject):
                if key.key_id == key_id:
                    return key
        return None

    def all_of(self, subject: str) -> tuple[SubjectKey, ...]:
        """Every key a person ever had, in order, as the store has them now."""
        return self._loaded(subject)

    def destroy(self, subject: str, generation: int) -> None:
        """Delete the secret of this generation and all before it; tombstones stay. May be repeated.

        When it returns, the secret is gone from the store's files too. Raises KeysUnavailable.
        """
        now = datetime.now(UTC).isoformat()
        with self._lock:
            with self._store.transaction() as execute:
                execute(DESTROY, (now, subject, generation))
                # A store restored from before the key was made must not give its number to another key.
                execute(INSERT, (subject, generation, b"", None, now, now))
                execute("UPDATE key_store SET destructions = destructions + 1")
            self._known.clear()
            self._store.scrub()

    def refresh(self) -> None:
        """Forget what is cached if somebody destroyed a key meanwhile: one small query."""
        with self._lock:
            ((destructions,),) = self._store.read("SELECT destructions FROM key_store")
            if destructions != self._destructions:
                self._known.clear()
            self._destructions, self._checked = destructions, monotonic()

    def position(self) -> int:
        """The destructions on record up to this position of the log are carried out in this store."""
        ((position,),) = self._store.read("SELECT position FROM key_store")
        return int(position)

    def move(self, position: int) -> None:
        """Remember how far the log's destructions are carried out."""
        with self._store.transaction() as execute:
            execute("UPDATE key_store SET position = ?", (position,))

    def close(self) -> None:
        """Close the store; forget the keys."""
        self._known.clear()
        self._store.close()

    def _keys(self, subject: str) -> tuple[SubjectKey, ...]:
        return self._known.get(subject) or self._loaded(subject)

    def _loaded(self, subject: str) -> tuple[SubjectKey, ...]:
        with self._lock:  # no thread puts back what a destruction has just cleared
            return self._remembered(subject, self._store.read(SELECT, (subject,)))

    def _made(self, subject: str) -> tuple[SubjectKey, ...]:
        with self._lock, self._store.transaction() as execute:
            rows = execute(SELECT, (subject,))
            if not rows or rows[-1][SECRET] is None:
                generation = rows[-1][GENERATION] + 1 if rows else 1
                key_id, secret = secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(KEY_BYTES)
                # Whoever is second finds the first one's key below.
                execute(INSERT, (subject, generation, key_id, secret, datetime.now(UTC).isoformat(), None))
                rows = execute(SELECT, (subject,))
        return self._remembered(subject, rows)

    def _remembered(self, subject: str, rows: Rows) -> tuple[SubjectKey, ...]:
        keys = tuple(SubjectKey(*row) for row in rows)
        if len(self._known) >= CACHED_MAX:
            self._known.clear()
        self._known[subject] = keys
        return keys
