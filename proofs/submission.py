"""What a log sends to a witness, and what comes back. (C2SP tlog-witness, add-checkpoint)"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from proofs.merkle import HASH_BYTES
from proofs.note_text import (
    Note,
    NoteRefused,
    SignatureLine,
    from_base64,
    must_be_clean,
    shown,
    to_base64,
    to_size,
)

PROOF_MAX = 63
PATH = "/add-checkpoint"
#: The type of a 409's body, which is the size the witness signed last, in decimal and a newline.
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint, and the proof that it extends the tree of `old_size` leaves which the witness signed last."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def text(self) -> str:
        """The body of the request: old size, proof, an empty line, the checkpoint."""
        proof = "".join(f"{to_base64(each)}\n" for each in self.proof)
        return f"old {self.old_size}\n{proof}\n{self.note.text()}"

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read the body of a request. Raises NoteRefused."""
        head, blank, note = must_be_clean(content).partition("\n\n")
        old, *proof = head.split("\n")
        if not blank or not old.startswith("old "):
            raise NoteRefused("a request is “old N”, the lines of the proof, an empty line and the checkpoint")
        if len(proof) > PROOF_MAX:
            raise NoteRefused(f"a proof has at most {PROOF_MAX} lines, not {len(proof)}")
        return cls(to_size(old.removeprefix("old ")), tuple(_hash(line) for line in proof), Note.parse(note))


def to_answer(lines: Iterable[SignatureLine]) -> str:
    """The body of a 200: the witness's cosignatures, one a line."""
    return "".join(f"{line.text()}\n" for line in lines)


def from_answer(content: bytes) -> list[SignatureLine]:
    """Read the body of a 200. Raises NoteRefused."""
    text = must_be_clean(content)
    if not text.endswith("\n"):
        raise NoteRefused(f"cosignatures are lines that end in a newline, not {shown(text)}")
    return [SignatureLine.parse(line) for line in text[:-1].split("\n")]


def to_latest(size: int) -> str:
    """The body of a 409."""
    return f"{size}\n"


def from_latest(content: bytes) -> int:
    """Read the body of a 409. Raises NoteRefused."""
    text = must_be_clean(content)
    if not text.endswith("\n"):
        raise NoteRefused(f"a size is a number and a newline, not {shown(text)}")
    return to_size(text[:-1])


def _hash(line: str) -> bytes:
    content = from_base64(line)
    if len(content) != HASH_BYTES:
        raise NoteRefused(f"a line of a proof is {HASH_BYTES} bytes in base64, not {shown(line)}")
    return content
