"""Keys that sign notes, and the algorithms they use. (C2SP signed-note v1.0.0, tlog-cosignature; RFC 8032)

Key id = the first four bytes of SHA-256(name || 0x0A || type || public key).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proofs.note_text import (
    KEY_ID_BYTES,
    SIZE_MAX,
    NoteRefused,
    SignatureLine,
    from_base64,
    must_be_a_name,
    to_base64,
)

ED25519, COSIGNATURE_V1 = 0x01, 0x04

_SEED_BYTES = 32
_TIME_BYTES = 8
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(\S+)")
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One way to sign a note.

    `check(name, public key, body, signature)` returns when it was signed, in seconds since 1970, or None if the
    algorithm does not say; it raises NoteRefused or InvalidSignature.
    """

    title: str
    public_key_bytes: int
    has_time: bool
    check: Callable[[str, bytes, str, bytes], int | None]


def _check_ed25519(_name: str, public_key: bytes, body: str, signature: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, body.encode())


def _check_cosignature(_name: str, public_key: bytes, body: str, signature: bytes) -> int:
    at_seconds = int.from_bytes(signature[:_TIME_BYTES])
    message = cosigned(body, at_seconds)
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature[_TIME_BYTES:], message)
    return at_seconds


#: Signature types by their identifier byte. One more is one more entry; lines of types without one are kept unread.
ALGORITHMS = {
    ED25519: Algorithm("Ed25519", 32, False, _check_ed25519),
    COSIGNATURE_V1: Algorithm("cosignature/v1", 32, True, _check_cosignature),
}


def cosigned(body: str, at_seconds: int) -> bytes:
    """What a cosigner signs. Raises NoteRefused if the time cannot be written. (tlog-cosignature, Ed25519)"""
    if not 0 <= at_seconds <= SIZE_MAX:
        raise NoteRefused(f"a cosignature's time is 0 to {SIZE_MAX} seconds since 1970, not {at_seconds}")
    return f"cosignature/v1\ntime {at_seconds}\n{body}".encode()


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that others sign with, as they handed it over: name, algorithm and public key."""

    name: str
    algorithm: int
    public_key: bytes

    def __post_init__(self) -> None:
        """Raises NoteRefused for a name or a key that cannot be, or an algorithm that is not in ALGORITHMS."""
        must_be_a_name(self.name)
        known = ALGORITHMS.get(self.algorithm)
        if known is None:
            allowed = ", ".join(f"0x{kind:02x} {one.title}" for kind, one in ALGORITHMS.items())
            raise NoteRefused(f"the key of {self.name} is of type 0x{self.algorithm:02x}; known are {allowed}")
        if len(self.public_key) != known.public_key_bytes:
            raise NoteRefused(
                f"the key of {self.name} has {len(self.public_key)} bytes; {known.title} has {known.public_key_bytes}"
            )

    @property
    def key_id(self) -> bytes:
        """Four bytes that say, together with the name, which key signed."""
        return _key_id(self.name, self.algorithm, self.public_key)

    @property
    def has_time(self) -> bool:
        """Whether its signatures say when they were made, as a witness's must."""
        return ALGORITHMS[self.algorithm].has_time

    def vkey(self) -> str:
        """The key as it is handed over: name+hex(key id)+base64(type || public key)."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.algorithm]) + self.public_key)}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a key as it was handed over. Raises NoteRefused."""
        name, key_id, content = _parts(vkey, "a verifier key is name+key id+base64")
        verifier = cls(name, content[0], content[1:])
        if verifier.key_id != key_id:
            raise NoteRefused(
                f"the key of {name} has the id {verifier.key_id.hex()}, but is written with {key_id.hex()}: "
                "ask its owner for it again"
            )
        return verifier

    def verify(self, note_body: str, line: SignatureLine) -> int | None:
        """When this key signed the body, in seconds since 1970; None if its algorithm does not say.

        Raises NoteRefused if the line is another key's, or this key did not sign this body.
        """
        if (line.name, line.key_id) != (self.name, self.key_id):
            raise NoteRefused(f"the signature is of {line.name}, not of {self.name} with key id {self.key_id.hex()}")
        try:
            return ALGORITHMS[self.algorithm].check(self.name, self.public_key, note_body, line.signature)
        except InvalidSignature:
            raise NoteRefused(f"the signature of {self.name} does not fit the text: one of them was changed") from None


@dataclass(frozen=True, slots=True)
class _PrivateKey:
    name: str
    seed: bytes = field(repr=False)  # a key in a log line is a key lost

    ALGORITHM: ClassVar[int]

    def __post_init__(self) -> None:
        """Raises NoteRefused for an impossible name or seed."""
        must_be_a_name(self.name)
        if len(self.seed) != _SEED_BYTES:
            raise NoteRefused(f"the key of {self.name} has {len(self.seed)} bytes; its seed is {_SEED_BYTES}")

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key. Raises NoteRefused for an impossible name."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text()` wrote. Raises NoteRefused, which never shows the key."""
        if not text.startswith(_PRIVATE):
            raise NoteRefused("a signing key begins with PRIVATE+KEY+; this is something else")
        name, key_id, content = _parts(text.removeprefix(_PRIVATE), "a signing key is PRIVATE+KEY+name+key id+base64")
        if content[0] != cls.ALGORITHM:
            raise NoteRefused(
                f"the key of {name} is of type 0x{content[0]:02x}, but 0x{cls.ALGORITHM:02x} is wanted here: "
                f"logs sign with 0x{ED25519:02x}, witnesses with 0x{COSIGNATURE_V1:02x}"
            )
        key = cls(name, content[1:])
        if key.verifier.key_id != key_id:
            raise NoteRefused(f"the key of {name} is not the one its id {key_id.hex()} names: the file was changed")
        return key

    def text(self) -> str:
        """The key as it is kept, which is a secret: PRIVATE+KEY+name+hex(key id)+base64(type || seed)."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{to_base64(bytes([self.ALGORITHM]) + self.seed)}"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.ALGORITHM, self._private.public_key().public_bytes_raw())

    def _line(self, time: bytes, message: bytes) -> SignatureLine:
        return SignatureLine(self.name, self.verifier.key_id, time + self._private.sign(message))

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


class Signer(_PrivateKey):
    """The key of a log."""

    __slots__ = ()
    ALGORITHM = ED25519

    def sign(self, body: str) -> SignatureLine:
        """Sign a note's body, newline and all. Raises NoteRefused if it has none."""
        return self._line(b"", _signable(body))


class Cosigner(_PrivateKey):
    """The key of a witness, whose signatures say when they were made."""

    __slots__ = ()
    ALGORITHM = COSIGNATURE_V1

    def cosign(self, body: str, at_seconds: int) -> SignatureLine:
        """Sign a checkpoint's body as seen at this time, in seconds since 1970. Raises NoteRefused."""
        _signable(body)
        message = cosigned(body, at_seconds)
        return self._line(at_seconds.to_bytes(_TIME_BYTES), message)


def _signable(body: str) -> bytes:
    if not body.endswith("\n"):
        raise NoteRefused("only a text that ends in a newline can be signed")
    return body.encode()


def _parts(key: str, form: str) -> tuple[str, bytes, bytes]:
    found = _VKEY.fullmatch(key)
    try:
        content = from_base64(found[3]) if found else b""
    except NoteRefused:
        content = b""  # its message would show the key
    if not found or not content:
        raise NoteRefused(form)
    return found[1], bytes.fromhex(found[2]), content


def _key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public_key).digest()[:KEY_ID_BYTES]
