"""Takes what belongs to a case out of the ledger, with the proof of every event. Reads, never writes or signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from audit.belonging import belonging
from audit.bundle import Contents, Proven, assemble
from audit.entries import EvidenceBroken, must_follow
from ledger import schema
from ledger.chain import NOTHING_BEFORE
from ledger.rows import Row, Rows
from ledger.seals import Sealed, Seals, SealsDamaged
from proofs.merkle import consistency_proof, inclusion_proof
from proofs.notes import Checkpoint, Note, NoteRefused


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished bundle."""

    content: bytes  # the ZIP file
    events: int
    size: int  # events under its checkpoint


class ExportRefused(Exception):
    """The bundle that was asked for cannot be made: says why, and the way forward."""


def export(
    rows: Rows,
    seals: Seals,
    subject: str,
    editions: Mapping[str, bytes],
    *,
    sealed_only: bool = False,
    since: bytes | None = None,
    history: bytes | None = None,
) -> Exported:
    """The bundle about one stream; `editions` are programme files by sha256, `since` an older checkpoint's note.

    Raises ExportRefused; EvidenceBroken if the ledger is not what was sealed, or the sealer's file is damaged;
    SealsUnavailable; NoteRefused for a `since` that is none.
    """
    older = Checkpoint.parse(Note.parse(since).body) if since else None
    try:
        return _exported(rows, seals, subject, editions, sealed_only, older, history)
    except SealsDamaged as error:
        raise EvidenceBroken(f"The sealer's file is damaged: {error}") from None


def _exported(
    rows: Rows,
    seals: Seals,
    subject: str,
    editions: Mapping[str, bytes],
    sealed_only: bool,
    older: Checkpoint | None,
    history: bytes | None,
) -> Exported:
    found = belonging(rows, subject)
    if subject not in found.whole:
        raise ExportRefused(f"There is no stream {subject}.")
    sealed = _covering(seals, found.rows, sealed_only)
    checkpoint = _over_the_tree(seals, sealed)
    if checkpoint.extensions != (schema.extension(),):
        raise ExportRefused(
            f"The checkpoint of {sealed.size} events names another schema than this version's. Seal again with this "
            "version (duifu ledger seal), or export with the version that sealed."
        )
    found = found.upto(sealed.size)
    if not any(row.stream == subject for row in found.rows):
        raise ExportRefused(f"Nothing of {subject} is sealed yet. Seal it first: duifu ledger seal")
    if missing := sorted(found.editions - editions.keys()):
        raise ExportRefused(
            f"The programme edition {missing[0]} is named by an event, and no programme file has that sha256. "
            "Put the file back into the folder of programmes, or name its folder with DUIFU_PROGRAMMES."
        )
    contents = Contents(
        subject=subject,
        note=sealed.note,
        events=_proven(rows, seals, found.rows, sealed.size),
        whole=found.whole,
        schema=schema.descriptors(),
        editions={digest: editions[digest] for digest in found.editions},
        consistency=_consistency(seals, checkpoint, older) if older else {},
        history=history,
    )
    return Exported(assemble(contents), len(contents.events), sealed.size)


def _covering(seals: Seals, rows: Sequence[Row], sealed_only: bool) -> Sealed:
    """The newest checkpoint; or an older one that covers everything and has more cosignatures."""
    newest, last = seals.newest(), rows[-1].position
    if newest is None:
        raise ExportRefused("Nothing is sealed yet, so nothing can be proven. Seal it first: duifu ledger seal")
    if last > newest.size:
        if sealed_only:
            return newest
        raise ExportRefused(
            f"The newest checkpoint covers positions up to {newest.size}, but the event at {last} belongs to the "
            "bundle. Seal it first: duifu ledger seal. Or export what is sealed: --sealed-only"
        )
    first = seals.at_least(last)
    assert first is not None
    return max(first, newest, key=lambda sealed: (len(_note(sealed).signatures), sealed.size))


def _note(sealed: Sealed) -> Note:
    try:
        return Note.parse(sealed.note)
    except NoteRefused as error:
        raise EvidenceBroken(f"The checkpoint of {sealed.size} events in the sealer's file is none: {error}") from None


def _over_the_tree(seals: Seals, sealed: Sealed) -> Checkpoint:
    """What the checkpoint says, if it is of the tree from which the proofs are made."""
    try:
        checkpoint = Checkpoint.parse(_note(sealed).body)
    except NoteRefused as error:
        raise EvidenceBroken(f"The checkpoint of {sealed.size} events in the sealer's file is none: {error}") from None
    if checkpoint.size != sealed.size:
        raise EvidenceBroken(
            f"The checkpoint kept for {sealed.size} events is of {checkpoint.size}. Run: duifu audit verify"
        )
    if seals.root(sealed.size) != checkpoint.root:
        raise EvidenceBroken(
            f"The checkpoint of {sealed.size} events has another root than the tree in the sealer's file: one of them "
            "is not genuine. Run: duifu audit verify"
        )
    return checkpoint


def _proven(rows: Rows, seals: Seals, kept: Sequence[Row], size: int) -> list[Proven]:
    node = cache(seals.node)  # proofs of neighbours share most of their hashes
    leaves = {(row.stream, row.version): row.leaf for row in kept}
    proven = []
    for row in kept:
        before = (row.stream, row.version - 1)
        previous = NOTHING_BEFORE if row.version == 1 else leaves.get(before) or rows.leaf_of(*before)
        must_follow(row, previous)
        assert previous is not None
        if node(0, row.position - 1) != row.leaf:
            raise EvidenceBroken(f"Position {row.position} ({row.stream} version {row.version}) is not what was sealed")
        proven.append(Proven(row, previous, inclusion_proof(row.position - 1, size, node)))
    return proven


def _consistency(seals: Seals, checkpoint: Checkpoint, old: Checkpoint) -> dict[int, Sequence[bytes]]:
    """The proof that the log still begins with what an older checkpoint covers."""
    if old.origin != checkpoint.origin:
        raise ExportRefused(f"The checkpoint given is of {old.origin}; this ledger is {checkpoint.origin}.")
    if old.size == 0:
        raise ExportRefused("The checkpoint given is of an empty ledger: every ledger begins with that.")
    if old.size > checkpoint.size or seals.root(old.size) != old.root:
        raise EvidenceBroken(
            f"This ledger does not begin with the {old.size} events under the checkpoint given: one of them is not "
            "genuine. Keep the checkpoint, and run: duifu audit verify"
        )
    if old.size == checkpoint.size:
        return {}
    return {old.size: consistency_proof(old.size, checkpoint.size, seals.node)}
