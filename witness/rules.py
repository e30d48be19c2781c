"""When a witness signs a checkpoint, and what it says if not. (C2SP tlog-witness, add-checkpoint)"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from proofs.merkle import EMPTY_ROOT, ProofRefused, must_extend
from proofs.notes import Checkpoint


class Finding(StrEnum):
    """What a checkpoint that its log signed and that was not signed here tells about the log."""

    FORK = "fork"  # two roots of one size: the two notes are all the evidence needed
    UNPROVEN = "unproven"  # nobody has shown that it extends what was signed; the log must be able to


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a checkpoint is not signed: an HTTP status, a sentence, and what is to be kept as evidence."""

    status: int
    sentence: str
    finding: Finding | None = None


def objection(latest: Checkpoint | None, new: Checkpoint, old_size: int, proof: Sequence[bytes]) -> Objection | None:
    """What speaks against signing `new`, which its log has signed, after `latest`; None if nothing does."""
    size, root = (latest.size, latest.root) if latest else (0, EMPTY_ROOT)
    is_fork = latest is not None and new.size == size and new.root != root
    finding = Finding.FORK if is_fork else None
    if old_size > new.size:
        return Objection(400, f"The old size {old_size} is above the checkpoint's size {new.size}.", finding)
    if old_size != size:
        return Objection(409, f"The latest signed size is {size}, not {old_size}.", finding)
    try:
        must_extend(root, size, new.root, new.size, proof)
    except ProofRefused as refused:
        is_unproven = latest is not None and new.size > size
        return Objection(422, f"Not signed: {refused}.", Finding.UNPROVEN if is_unproven else finding)
    return None
