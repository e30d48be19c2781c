"""How signed notes and the checkpoints in them are written. (C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0)

Strict on purpose: a note has one spelling, so that whoever parses and writes it again writes the same bytes.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from typing import Self

from proofs.merkle import HASH_BYTES

NOTE_MAX_BYTES = 1_000_000
SIGNATURES_MAX = 100  # the specification asks for at least 16
SIZE_MAX = 2**63 - 1
KEY_ID_BYTES = 4

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNATURE = re.compile(r"— ([^\n ]+) ([^\n ]+)")


class NoteRefused(ValueError):
    """A note, a key or a signature is malformed, or does not prove what is asked of it."""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """What one key says of a note's body; `signature` is everything after the key id, whatever the algorithm."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        """Raises NoteRefused if this could not be written as a line."""
        must_be_a_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.signature:
            raise NoteRefused(f"the signature of {self.name} is shorter than a key id and one byte")

    def text(self) -> str:
        """The line without its newline: — name base64(key id || signature)."""
        return f"— {self.name} {to_base64(self.key_id + self.signature)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read one line without its newline. Raises NoteRefused."""
        found = _SIGNATURE.fullmatch(line)
        if not found:
            raise NoteRefused(f"not a signature line, which is “— name base64”: {shown(line)}")
        content = from_base64(found[2])
        return cls(found[1], content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it. Nothing in it may be believed before `proofs.notes.trusted` has returned it.

    `body` includes its final newline. Lines of keys and algorithms we do not know are kept as they are.
    """

    body: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Read a note as published; `text` keeps the newlines it came with. Raises NoteRefused."""
        text = must_be_clean(text)
        body, blank, lines = text.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise NoteRefused("a note is a text, an empty line and signature lines, each ending in a newline")
        signatures = lines[:-1].split("\n")
        if len(signatures) > SIGNATURES_MAX:
            raise NoteRefused(f"{len(signatures)} signatures; at most {SIGNATURES_MAX} are read")
        return cls(body + "\n", tuple(SignatureLine.parse(line) for line in signatures))

    def text(self) -> str:
        """The note as it is published."""
        return f"{self.body}\n" + "".join(f"{line.text()}\n" for line in self.signatures)

    def signed(self, line: SignatureLine) -> Self:
        """The same note with one more signature, which takes the place of an earlier one of the same key."""
        others = (other for other in self.signatures if (other.name, other.key_id) != (line.name, line.key_id))
        return replace(self, signatures=(*others, line))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log at one size: who it is, its number of leaves, the root over them, and further lines it signs."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises NoteRefused if this could not be written as a note's body."""
        if not 0 <= self.size <= SIZE_MAX:
            raise NoteRefused(f"a checkpoint's size is 0 to {SIZE_MAX}, not {self.size}")
        if len(self.root) != HASH_BYTES:
            raise NoteRefused(f"a checkpoint's root is {HASH_BYTES} bytes of SHA-256, not {len(self.root)}")
        for line in (self.origin, *self.extensions):
            if not line or "\n" in must_be_clean(line):
                raise NoteRefused(f"a checkpoint's origin and extensions are one line each, not {shown(line)}")

    def body(self) -> str:
        """The text that is signed: origin, size, root in base64, extensions; each line ends in a newline."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, body: str) -> Self:
        """Read a note's body. Raises NoteRefused."""
        lines = must_be_clean(body).split("\n")
        if len(lines) < 4 or lines.pop():
            raise NoteRefused("a checkpoint is at least three lines, each ending in a newline: origin, size and root")
        origin, size, root, *extensions = lines
        return cls(origin, to_size(size), from_base64(root), tuple(extensions))


def must_be_clean(text: str | bytes) -> str:
    """UTF-8 without control characters but newline, not above NOTE_MAX_BYTES. Raises NoteRefused."""
    try:
        content = text if isinstance(text, bytes) else text.encode()
        text = content.decode()
    except UnicodeError as error:
        raise NoteRefused(f"not UTF-8: {error}") from None
    if len(content) > NOTE_MAX_BYTES:
        raise NoteRefused(f"{len(content)} bytes; at most {NOTE_MAX_BYTES} are read")
    if found := _CONTROL.search(text):
        raise NoteRefused(f"control character {found[0]!r} at {found.start()}; newline is the only one allowed")
    return text


def must_be_a_name(name: str) -> None:
    """A key's name: not empty, no space, no plus. Raises NoteRefused."""
    if not must_be_clean(name) or "+" in name or any(character.isspace() for character in name):
        raise NoteRefused(f"a key's name has no spaces and no “+”, like example.gov.cn/log: {shown(name)}")


def to_size(text: str) -> int:
    """A number of leaves or seconds in decimal, without sign or leading zeros. Raises NoteRefused."""
    if not _DECIMAL.fullmatch(text) or int(text) > SIZE_MAX:
        raise NoteRefused(f"not a decimal number from 0 to {SIZE_MAX} without leading zeros: {shown(text)}")
    return int(text)


def to_base64(content: bytes) -> str:
    """Standard base64. (RFC 4648, 4)"""
    return b64encode(content).decode("ascii")


def from_base64(text: str) -> bytes:
    """Standard base64 in its one canonical spelling. Raises NoteRefused. (RFC 4648, 3.5 and 4)"""
    try:
        content = b64decode(text, validate=True)
    except ValueError as error:
        raise NoteRefused(f"not base64 ({error}): {shown(text)}") from None
    if to_base64(content) != text:
        raise NoteRefused(f"base64 with bits to spare: {shown(text)}")
    return content


def shown(text: str) -> str:
    """Foreign text for a message: quoted, escaped, and not longer than a line."""
    return ascii(text if len(text) <= 100 else f"{text[:100]}…")
