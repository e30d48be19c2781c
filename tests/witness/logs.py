"""Logs for a witness to watch: honest ones, and one that tells two stories."""

from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import replace as changed

from proofs.merkle import consistency_proof, leaf_hash, root_of
from proofs.notes import Checkpoint, Note, Signer
from proofs.submission import Submission


@dataclass(frozen=True)
class Log:
    """A log of any size, and the places at which it began to tell another story."""

    signer: Signer = field(default_factory=lambda: Signer.generate("ledger.example.gov.cn/duifu"))
    forks: tuple[int, ...] = ()

    def fork(self, at: int) -> "Log":
        """The same log and key with another story from entry `at` on."""
        return changed(self, forks=(*self.forks, at))

    def leaves(self, size: int) -> list[bytes]:
        return [leaf_hash(f"{at} {[fork for fork in self.forks if fork <= at]}".encode()) for at in range(size)]

    def note(self, size: int) -> Note:
        """The checkpoint of this size, signed."""
        body = Checkpoint(self.signer.name, size, root_of(self.leaves(size)), ("schema sha256:00",)).body()
        return Note(body, (self.signer.sign(body),))

    def proof(self, old: int, size: int) -> list[bytes]:
        leaves = self.leaves(size)
        return consistency_proof(old, size, lambda level, at: root_of(leaves[at << level : (at + 1) << level]))

    def prover(self, size: int) -> Callable[[int], list[bytes]]:
        return lambda old: self.proof(old, size)

    def submission(self, old: int, size: int) -> Submission:
        """What an honest log would send to a witness that signed `old` leaves."""
        return Submission(old, tuple(self.proof(old, size) if 0 < old < size else ()), self.note(size))

    def request(self, old: int, size: int) -> bytes:
        return self.submission(old, size).text().encode()
