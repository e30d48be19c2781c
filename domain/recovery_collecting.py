"""What comes in of a demand, and what never will: receipts and write-offs, until nothing is open. (F-7, F-8)"""

from datetime import date

from google.protobuf.message import Message

from domain.dates import from_iso
from domain.duties import accounts_of
from domain.recovery import Recovery, Standing
from domain.recovery_decisions import must_be, must_be_apart, must_decide, must_say_why, must_stand
from domain.recovery_shares import given_back
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import (
    ProposeWriteOff,
    RecordRecoveryReceipt,
    RecoveryClosed,
    RecoveryReceived,
    RecoveryWrittenOff,
    WriteOffProposed,
)

#: While money may come in: after a transfer, it comes from a judicial organ.
COLLECTING = (Standing.DEMANDED, Standing.TRANSFERRED)


def receive(recovery: Recovery, command: RecordRecoveryReceipt, actor: Actor, on: date) -> list[Message]:
    """Money came in; nothing if this receipt is on record already.

    Raises Refused RECEIPT_CONFLICT, RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_ABOVE_OPEN, SET_OFF_HELD,
    NOT_YET_HAPPENED.
    """
    rule = recovery.opened.rule
    must_be(actor, rule.collects, rule.clause)
    if known := recovery.receipts.get(command.bank_reference):
        if (known.amount_fen, known.received_on) == (command.amount_fen, command.received_on):
            return []
        raise Refused(
            "RECEIPT_CONFLICT",
            rule.clause,
            reference=command.bank_reference,
            known_fen=known.amount_fen,
            known_on=known.received_on,
            asked_fen=command.amount_fen,
        )
    must_stand(recovery, "登记缴回", *COLLECTING)
    received_on = from_iso(command.received_on)
    if received_on > on:
        what = f"回单 {command.bank_reference}"
        raise Refused("NOT_YET_HAPPENED", rule.clause, what=what, day=received_on, received_on=on)
    _must_be_open(recovery, command.amount_fen)
    evidence_sha256 = command.evidence_sha256
    received, closed = came_in(
        recovery,
        command.amount_fen,
        received_on,
        bank_reference=command.bank_reference,
        evidence_sha256=evidence_sha256,
    )
    return [received, *closed]


def came_in(
    recovery: Recovery, amount_fen: int, received_on: date, **proof: str
) -> tuple[RecoveryReceived, list[Message]]:
    """So much came in, by a bank's receipt or a payment against which it was set off; and the end, if that is all."""
    received = RecoveryReceived(
        amount_fen=amount_fen,
        received_on=received_on.isoformat(),
        restored_fen=sum(given_back(recovery, amount_fen, received_on.year).values()),
        **proof,
    )
    return received, closing(recovery, received_fen=amount_fen)


def propose(recovery: Recovery, command: ProposeWriteOff, actor: Actor) -> list[Message]:
    """A part cannot be recovered, by somebody's decision; a newer proposal takes the place of the one before.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, REASON_MISSING, RECOVERY_ABOVE_OPEN, SET_OFF_HELD.
    """
    rule = recovery.opened.rule
    must_stand(recovery, "提请核销", *COLLECTING)
    must_be(actor, rule.collects, rule.clause)
    must_say_why(command.reason, "核销", rule.clause)
    _must_be_open(recovery, command.amount_fen)
    proposed = WriteOffProposed(
        amount_fen=command.amount_fen,
        decision_number=command.decision_number,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        proposed_by=accounts_of(actor),
    )
    return [proposed]


def write_off(recovery: Recovery, actor: Actor) -> list[Message]:
    """What was proposed is written off, by somebody else.

    Raises Refused RECOVERY_NOT_NOW, WRITE_OFF_NOT_PROPOSED, ROLE_MISMATCH, RECOVERY_NOT_APART, RECOVERY_ABOVE_OPEN,
    SET_OFF_HELD.
    """
    must_stand(recovery, "核销", *COLLECTING)
    must_decide(recovery, actor, "核销")
    if (proposed := recovery.proposed) is None:
        raise Refused("WRITE_OFF_NOT_PROPOSED", recovery.opened.clause, recovery=recovery.recovery_id)
    must_be_apart(recovery.opened.rule, actor, "核销", "提请核销", proposed.proposed_by)
    _must_be_open(recovery, proposed.amount_fen)
    written = RecoveryWrittenOff(amount_fen=proposed.amount_fen, decision_number=proposed.decision_number)
    return [written, *closing(recovery, written_off_fen=proposed.amount_fen)]


def _must_be_open(recovery: Recovery, amount_fen: int) -> None:
    if amount_fen > recovery.open_fen:
        raise Refused(
            "RECOVERY_ABOVE_OPEN",
            recovery.opened.clause,
            recovery=recovery.recovery_id,
            asked_fen=amount_fen,
            open_fen=recovery.open_fen,
        )
    if amount_fen > recovery.unheld_fen:
        must_not_be_held(recovery)


def must_not_be_held(recovery: Recovery) -> None:
    """No payment order that has not ended is set off against it. Raises Refused SET_OFF_HELD."""
    if recovery.to_set_off:
        raise Refused(
            "SET_OFF_HELD",
            recovery.opened.rule.set_off_clause,
            recovery=recovery.recovery_id,
            open_fen=recovery.unheld_fen,
            held_fen=recovery.held_fen,
            orders="、".join(sorted(recovery.to_set_off)),
        )


def closing(recovery: Recovery, received_fen: int = 0, written_off_fen: int = 0) -> list[Message]:
    """The end, once nothing is open."""
    if received_fen + written_off_fen < recovery.open_fen:
        return []
    closed = RecoveryClosed(
        demanded_fen=recovery.claimed_fen,
        received_fen=recovery.received_fen + received_fen,
        written_off_fen=recovery.written_off_fen + written_off_fen,
    )
    return [closed]
