"""The witness: signs that a log has only grown, and keeps what says otherwise."""

import time
from collections.abc import Callable, Mapping

import structlog

from proofs.notes import Checkpoint, Cosigner, Note, NoteRefused, SignatureLine, Verifier, trusted
from proofs.submission import Submission
from witness.rules import Finding, Objection, objection
from witness.state import Deciding, Evidence, Signed, State

log = structlog.get_logger(__name__)


class Objected(Exception):
    """The checkpoint is not signed, for this reason; `size` is what was signed last for its log."""

    def __init__(self, objection: Objection, size: int = 0):
        super().__init__(objection.sentence)
        self.status = objection.status
        self.size = size


class Witness:
    """Signs for the logs it knows by their origin. Several processes may share one state."""

    def __init__(
        self,
        cosigner: Cosigner,
        logs: Mapping[str, Verifier],
        state: State,
        now_seconds: Callable[[], int] = lambda: int(time.time()),
    ):
        self.cosigner = cosigner
        self.logs = logs
        self.state = state
        self._now_seconds = now_seconds

    def add_checkpoint(self, content: bytes) -> SignatureLine:
        """Answer the body of a request with a cosignature, once its checkpoint is on the disk.

        Raises Objected, StateDamaged.
        """
        submission = _readable(content)
        checkpoint = self._of_a_known_log(submission.note)
        note = self._without_other_signatures(submission.note, checkpoint.origin)
        with self.state.deciding(checkpoint.origin) as deciding:
            before = deciding.latest.checkpoint if deciding.latest else None
            against = objection(before, checkpoint, submission.old_size, submission.proof)
            if against is None:
                line = self._sign(deciding, note)
            elif deciding.latest and against.finding:
                self._keep(deciding, Evidence(against.finding, deciding.latest.note, note, self._now_seconds()))
        if against is not None:
            log.info("checkpoint refused", origin=checkpoint.origin, size=checkpoint.size, reason=against.sentence)
            raise Objected(against, before.size if before else 0)
        log.info("checkpoint signed", origin=checkpoint.origin, size=checkpoint.size)
        return line

    def _of_a_known_log(self, note: Note) -> Checkpoint:
        try:
            checkpoint = Checkpoint.parse(note.body)
        except NoteRefused as error:
            raise Objected(Objection(400, f"Not a checkpoint: {error}.")) from None
        if checkpoint.origin not in self.logs:
            raise Objected(Objection(404, f"{self.cosigner.name} signs for other logs, not for {checkpoint.origin}."))
        return checkpoint

    def _without_other_signatures(self, note: Note, origin: str) -> Note:
        """The note as its log signed it: anybody may have added lines to it, and they are not ours to keep."""
        verifier = self.logs[origin]
        try:
            trusted(note, verifier)
        except NoteRefused as error:
            raise Objected(Objection(403, f"Not signed by {origin} as this witness knows it: {error}.")) from None
        return Note(
            note.body, tuple(line for line in note.signatures if (line.name, line.key_id) == (origin, verifier.key_id))
        )

    def _sign(self, deciding: Deciding, note: Note) -> SignatureLine:
        at_seconds = self._now_seconds()
        line = self.cosigner.cosign(note.body, at_seconds)
        deciding.sign(Signed(note.signed(line), at_seconds))
        return line

    def _keep(self, deciding: Deciding, evidence: Evidence) -> None:
        if not deciding.keep(evidence):
            return
        tell = log.critical if evidence.finding is Finding.FORK else log.error
        tell(
            "evidence against a log kept",
            origin=deciding.origin,
            finding=evidence.finding.value,
            signed=evidence.signed.text(),
            refused=evidence.refused.text(),
        )


def _readable(content: bytes) -> Submission:
    try:
        return Submission.parse(content)
    except NoteRefused as error:
        raise Objected(Objection(400, f"Not a request to sign: {error}.")) from None
