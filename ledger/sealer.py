"""Seals the log: now and then, or on demand, it signs what the tree over all events has become, and has it witnessed.

It works beside the writers. Its tree grows only from leaves it has not seen; what it once saw it never reads again, so
a checkpoint over a changed past is never signed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from ledger import schema
from ledger.rows import Rows
from ledger.seals import Sealed, Seals
from ledger.witnesses import WitnessClient, WitnessRefused, WitnessUnavailable
from proofs.merkle import HASH_BYTES, consistency_proof
from proofs.notes import Checkpoint, Note, Signer

log = structlog.get_logger(__name__)

STEP = 1 << 16  # leaves added in one transaction


class LogChanged(RuntimeError):
    """The log is shorter than what was sealed, or has a hole: no checkpoint may be signed over it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a witness said to the newest checkpoint."""

    name: str
    has_signed: bool
    answer: str


class Sealer:
    """One ledger's sealer. Not for sharing between threads; a second one on the same file does no harm."""

    def __init__(self, rows: Rows, seals: Seals, signer: Signer, witnesses: Sequence[WitnessClient] = ()):
        """`signer` names the log: its name is the origin of every checkpoint."""
        self._rows, self._seals, self._signer, self.witnesses = rows, seals, signer, witnesses

    def seal(self, progress: Callable[[int], None] = lambda _position: None) -> Sealed | None:
        """Sign a checkpoint over everything there is; None for an empty log. What is sealed already stays as it is.

        `progress` hears of each position reached. Raises LogChanged, RowsUnavailable, SealsUnavailable, NoteRefused.
        """
        size = self._seals.size()
        if (head := self._rows.head()) < size:
            raise LogChanged(f"the log has {head} events, but {size} were sealed: it was cut back")
        if (newest := self._seals.newest()) is not None:
            self._must_go_on_from(newest)
        for leaves in self._new_leaves(size, head):
            with self._seals.writing():
                known = self._seals.size()  # another sealer may have been here
                self._seals.extend(leaves[known - size :] if known > size else leaves)
                size += len(leaves)
            progress(size)
        newest = self._seals.newest()
        if size == 0 or (newest is not None and newest.size >= size):
            return newest
        body = Checkpoint(self._signer.name, size, self._seals.root(size), (schema.extension(),)).body()
        sealed = Sealed(size, Note(body, (self._signer.sign(body),)).text())
        with self._seals.writing():
            if self._seals.of(size) is None:
                self._seals.keep(sealed.size, sealed.note)
        return sealed

    def _must_go_on_from(self, newest: Sealed) -> None:
        """The tree still is the one that was signed last. Raises LogChanged."""
        signed = Checkpoint.parse(Note.parse(newest.note).body)
        if self._seals.size() < signed.size or self._seals.root(signed.size) != signed.root:
            raise LogChanged(f"the sealer's tree is not the one under its checkpoint of {signed.size} events")

    def ask_witnesses(self) -> list[Asked]:
        """Have the newest checkpoint cosigned by whoever has not yet. A witness that is away is asked again later."""
        newest = self._seals.newest()
        return [self._ask(witness, newest.size) for witness in self.witnesses] if newest else []

    def _ask(self, witness: WitnessClient, size: int) -> Asked:
        sealed = self._seals.of(size)
        assert sealed is not None
        note, name = Note.parse(sealed.note), witness.verifier.name
        if any((line.name, line.key_id) == (name, witness.verifier.key_id) for line in note.signatures):
            return Asked(name, True, "signed before")
        try:
            line = witness.ask(note, lambda known: consistency_proof(known, size, self._seals.node))
        except WitnessUnavailable as error:
            log.warning("a witness does not answer", witness=name, size=size, error=str(error))
            return Asked(name, False, str(error))
        except WitnessRefused as error:
            log.error("a witness refuses to sign", witness=name, size=size, error=str(error))
            return Asked(name, False, str(error))
        with self._seals.writing():
            now = self._seals.of(size)
            assert now is not None
            self._seals.keep(size, Note.parse(now.note).signed(line).text())
        return Asked(name, True, "signed now")

    def _new_leaves(self, size: int, head: int) -> Iterator[list[bytes]]:
        leaves: list[bytes] = []
        expected = size
        for page in self._rows.pages(size, head, columns="leaf"):
            for position, leaf in page:
                expected += 1
                if position != expected:
                    raise LogChanged(f"position {expected} is missing, {position} is there")
                if type(leaf) is not bytes or len(leaf) != HASH_BYTES:
                    raise LogChanged(f"the event at position {position} has no leaf")
                leaves.append(leaf)
            if len(leaves) >= STEP:
                yield leaves
                leaves = []
        if leaves:
            yield leaves
