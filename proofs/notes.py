"""Signed notes: whom to believe, and what a checkpoint must carry before anybody may.

The only entrance for others: how notes are written is in note_text.py, how they are signed in keys.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from proofs.keys import ALGORITHMS, COSIGNATURE_V1, ED25519, Algorithm, Cosigner, Signer, Verifier
from proofs.note_text import Checkpoint, Note, NoteRefused, SignatureLine

__all__ = [
    "ALGORITHMS",
    "COSIGNATURE_V1",
    "ED25519",
    "Algorithm",
    "Checkpoint",
    "Cosigner",
    "Note",
    "NoteRefused",
    "SignatureLine",
    "Signer",
    "Trusted",
    "Verifier",
    "trusted",
]


@dataclass(frozen=True, slots=True)
class Trusted:
    """A checkpoint that its log signed, and which witnesses saw it when, in seconds since 1970."""

    checkpoint: Checkpoint
    witnessed: tuple[tuple[str, int], ...]


def trusted(note: Note, log: Verifier, witnesses: Sequence[Verifier] = (), quorum: int = 0) -> Trusted:
    """What may be believed of a note: signed by `log`, and seen by at least `quorum` of `witnesses`.

    Signatures of other keys are ignored; one that names a known key and does not verify spoils the note.
    Raises NoteRefused, which says what is missing or wrong.
    """
    known = _by_name_and_id(log, witnesses)
    if not 0 <= quorum <= len(witnesses):
        raise NoteRefused(f"{quorum} witnesses are asked for, but {len(witnesses)} keys of witnesses are given")
    times: dict[Verifier, int | None] = {}
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        if verifier in times:
            raise NoteRefused(f"{line.name} signed twice with key id {line.key_id.hex()}: one line of each key counts")
        times[verifier] = verifier.verify(note.body, line)
    if log not in times:
        raise NoteRefused(f"no signature of the log {log.name} with key id {log.key_id.hex()}{_signers(note)}")
    checkpoint = Checkpoint.parse(note.body)
    if checkpoint.origin != log.name:
        raise NoteRefused(f"the checkpoint is of {checkpoint.origin}, but the key is of {log.name}")
    witnessed = tuple((verifier.name, at) for verifier, at in times.items() if verifier != log and at is not None)
    if len(witnessed) < quorum:
        absent = ", ".join(witness.name for witness in witnesses if witness not in times)
        raise NoteRefused(f"{len(witnessed)} of {quorum} witnesses signed; not there: {absent}")
    return Trusted(checkpoint, witnessed)


def _by_name_and_id(log: Verifier, witnesses: Sequence[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    """All keys that count. Raises NoteRefused if one would count twice, or could not say when it signed."""
    for witness in witnesses:
        if not witness.has_time:
            raise NoteRefused(f"the key of {witness.name} is not a witness's: its signatures do not say when")
    keys = [log, *witnesses]
    known = {(key.name, key.key_id): key for key in keys}
    # A cosignature does not name its signer: one key under two names would be two witnesses.
    if len({key.public_key for key in keys}) < len(keys) or len(known) < len(keys):
        raise NoteRefused("one key is given twice: the log and every witness must have a key of their own")
    return known


def _signers(note: Note) -> str:
    return "; it is signed by " + ", ".join(f"{line.name} {line.key_id.hex()}" for line in note.signatures)
