"""What one event adds to the log: its leaf covers its bytes, its place in its stream and the event before it there."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from threading import Lock

from eventsourcing.persistence import IntegrityError, StoredEvent

from proofs.merkle import leaf_hash

_LENGTH = Struct(">H").pack
_VERSION = Struct(">Q").pack
new_hash = sha256().copy  # a copy costs a tenth less than one made anew, and short texts cost little else

#: In place of a previous leaf, at the first event of a stream.
NOTHING_BEFORE = bytes(32)

Tail = tuple[int, bytes]  # version and leaf of the newest event of a stream
NAME_MAX_BYTES = 2_000  # an index of PostgreSQL takes no longer key


class UnfitName(ValueError):
    """A stream has a name that not every database can keep. Nothing was written."""


def entry(stream: str, version: int, topic: str, previous: bytes, state_sha256: bytes) -> bytes:
    """One log entry: fields in fixed order, integers big-endian, texts preceded by their length in bytes.

    It holds the hash of the stored bytes and not the bytes, so it may be shown where the event may not.
    """
    return about_stream(stream) + about_event(version, topic) + previous + state_sha256


@lru_cache(4096)
def about_stream(stream: str) -> bytes:
    """How every entry of a stream begins: the version of this format, and the stream's name."""
    return b"ev1" + _text(stream)


def about_event(version: int, topic: str) -> bytes:
    """What follows: the event's version and kind."""
    return about_version(version) + about_topic(topic)


def about_version(version: int) -> bytes:
    """The event's version."""
    return _VERSION(version)


@lru_cache(4096)
def about_topic(topic: str) -> bytes:
    """The event's kind."""
    return _text(topic)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _LENGTH(len(encoded)) + encoded


def leaf(stream: str, version: int, topic: str, previous: bytes, state: bytes) -> bytes:
    """The leaf of one event, 32 bytes; `previous` is the leaf of the event before it in its stream. (RFC 6962, 2.1)"""
    return leaf_hash(entry(stream, version, topic, previous, sha256(state).digest()))


def leaves(
    events: Sequence[StoredEvent], leaf_of: Callable[[str, int], bytes | None]
) -> tuple[list[bytes], dict[str, Tail]]:
    """The leaf of each event, and what is then the newest of each stream.

    `leaf_of(stream, version)` gives the leaf of what is stored already. Raises IntegrityError if an event does not
    follow the newest one of its stream, UnfitName.
    """
    made = []
    newest: dict[str, Tail] = {}
    for event in events:
        stream, version = str(event.originator_id), event.originator_version
        if stream not in newest:
            must_be_fit(stream)
            stored = leaf_of(stream, version - 1) if version > 1 else NOTHING_BEFORE
            newest[stream] = version - 1 if stored else -1, stored or NOTHING_BEFORE
        known, previous = newest[stream]
        if version < 1 or known != version - 1:
            raise IntegrityError(f"version {version} of {stream} does not follow the newest one there")
        # As `leaf`, without calls: much of the time of an append goes here.
        state, entire = new_hash(), new_hash()
        state.update(event.state)
        fields = about_stream(stream), _VERSION(version), about_topic(event.topic), previous, state.digest()
        entire.update(b"\x00%b%b%b%b%b" % fields)
        this = entire.digest()
        newest[stream] = version, this
        made.append(this)
    return made, newest


class Tails:
    """The newest leaves seen of the streams used last, so that an append rarely has to look one up.

    A committed event never changes, so neither does its leaf. Safe to share between threads.
    """

    def __init__(self, room: int = 20_000):
        self._room, self._lock = room, Lock()
        self._tails: OrderedDict[str, Tail] = OrderedDict()

    def leaf_of(self, stream: str, version: int) -> bytes | None:
        """The leaf of one event, if it is the newest one seen of its stream."""
        with self._lock:
            known, leaf = self._tails.get(stream, (0, b""))
        return leaf if known == version else None

    def remember(self, tails: Mapping[str, Tail]) -> None:
        """By stream, the version and leaf of an event that is committed."""
        with self._lock:
            for stream, tail in tails.items():
                self._tails[stream] = tail
                self._tails.move_to_end(stream)
            while len(self._tails) > self._room:
                self._tails.popitem(last=False)


def must_be_fit(stream: str) -> None:
    """A name is text of at most NAME_MAX_BYTES in UTF-8, without U+0000. Raises UnfitName."""
    try:
        size = len(stream.encode())
    except UnicodeEncodeError:
        raise UnfitName(f"{stream!r} cannot name a stream: half of a surrogate pair is no character") from None
    if size > NAME_MAX_BYTES:
        raise UnfitName(f"{stream[:40]!r}… cannot name a stream: {size} bytes, at most {NAME_MAX_BYTES} are kept")
    if "\0" in stream:
        raise UnfitName(f"{stream!r} cannot name a stream: PostgreSQL does not keep U+0000")
