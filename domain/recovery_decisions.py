"""Who may do what in a recovery, and what follows. Each function decides one command; nothing here writes.

Three roles take part: who finds, who decides, who collects. Nobody decides who found, who had a hand in what was paid,
or who proposed the write-off that is to be confirmed.
"""

from collections.abc import Iterable
from datetime import date

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.dates import from_iso
from domain.duties import accounts_of
from domain.recovery import COMPUTED, TITLES, Recovery, Standing
from domain.recovery_shares import given_back
from domain.refusals import Refused
from domain.review import APPLICANT
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import (
    DemandRecovery,
    ProposeWriteOff,
    RecordRecoveryReceipt,
    RecordRecoveryStatement,
    RecoveryClosed,
    RecoveryDemanded,
    RecoveryNoticed,
    RecoveryReceived,
    RecoveryRole,
    RecoveryStatementTaken,
    RecoveryWithdrawn,
    RecoveryWrittenOff,
    SendRecoveryNotice,
    WithdrawRecovery,
    WriteOffProposed,
)

#: While money may come in: after a transfer, it comes from a judicial organ.
COLLECTING = (Standing.DEMANDED, Standing.TRANSFERRED)


def notify(
    recovery: Recovery, command: SendRecoveryNotice, actor: Actor, on: date, days: WorkingCalendar
) -> list[Message]:
    """The enterprise is told, and may be heard for so many working days.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, CALENDAR_NOT_ANNOUNCED.
    """
    rule = recovery.opened.rule
    must_stand(recovery, "告知", Standing.FOUND)
    must_be(actor, rule.finds, rule.clause)
    noticed = RecoveryNoticed(
        document_number=command.document_number,
        evidence_sha256=command.evidence_sha256,
        heard_until_on=days.after(on, rule.statement_days).isoformat(),
        clause=rule.statement_clause,
    )
    return [noticed]


def hear(recovery: Recovery, command: RecordRecoveryStatement, actor: Actor) -> list[Message]:
    """The enterprise was heard, or waives it; by itself or put in by who decides.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, REASON_MISSING.
    """
    rule = recovery.opened.rule
    must_stand(recovery, "陈述申辩", Standing.NOTICED)
    if (actor.role, actor.uscc) != (APPLICANT, recovery.opened.uscc):
        must_be(actor, rule.decides, rule.statement_clause)
    must_say_why(command.reason, "陈述申辩", rule.statement_clause)
    taken = RecoveryStatementTaken(
        statement=command.statement,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        taken_by=actor.id,
    )
    return [taken]


def demand(recovery: Recovery, command: DemandRecovery, actor: Actor, on: date, days: WorkingCalendar) -> list[Message]:
    """The enterprise has to pay back, at most what was found.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, STATEMENT_OPEN, REASON_MISSING,
    RECOVERY_ABOVE_FINDING, CALENDAR_NOT_ANNOUNCED.
    """
    rule, opened = recovery.opened.rule, recovery.opened
    must_stand(recovery, "责令追回", Standing.NOTICED)
    must_decide(recovery, actor, "责令追回")
    assert recovery.notice is not None
    until = from_iso(recovery.notice.heard_until_on)
    if not recovery.statements and on <= until:
        raise Refused("STATEMENT_OPEN", recovery.notice.clause, recovery=recovery.recovery_id, until=until)
    must_say_why(command.reason, "责令追回", rule.clause)
    if command.amount_fen > opened.amount_fen:
        raise Refused(
            "RECOVERY_ABOVE_FINDING",
            rule.clause,
            recovery=recovery.recovery_id,
            asked_fen=command.amount_fen,
            found_fen=opened.amount_fen,
        )
    demanded = RecoveryDemanded(
        amount_fen=command.amount_fen,
        pay_by_on=days.after(on, rule.pay_days).isoformat(),
        document_number=command.document_number,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        clause=rule.clause,
    )
    return [demanded]


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
    return received, _closing(recovery, received_fen=amount_fen)


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
    _must_be_apart(recovery, actor, "核销", "提请核销", proposed.proposed_by)
    _must_be_open(recovery, proposed.amount_fen)
    written = RecoveryWrittenOff(amount_fen=proposed.amount_fen, decision_number=proposed.decision_number)
    return [written, *_closing(recovery, written_off_fen=proposed.amount_fen)]


def withdraw(recovery: Recovery, command: WithdrawRecovery, actor: Actor) -> list[Message]:
    """The finding is not upheld; a computed one stands as long as what it was computed from.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, REASON_MISSING, COMPUTED_FINDING_STANDS.
    """
    must_stand(recovery, "撤销追回", Standing.FOUND, Standing.NOTICED)
    must_decide(recovery, actor, "撤销追回")
    must_say_why(command.reason, "撤销追回", recovery.opened.clause)
    if recovery.opened.finding in COMPUTED:
        raise Refused("COMPUTED_FINDING_STANDS", recovery.opened.clause, recovery=recovery.recovery_id)
    return [RecoveryWithdrawn(reason=command.reason)]


def must_be(actor: Actor, role: RecoveryRole, clause: str) -> None:
    """The actor holds this role. Raises Refused ROLE_MISMATCH."""
    if actor.role != role.role:
        raise Refused("ROLE_MISMATCH", clause, role=actor.role or "—", needed=role.role, title=role.title)


def must_decide(recovery: Recovery, actor: Actor, title: str) -> None:
    """The actor decides, and stands apart. Raises Refused ROLE_MISMATCH, RECOVERY_NOT_APART."""
    must_be(actor, recovery.opened.rule.decides, recovery.opened.rule.clause)
    _must_be_apart(recovery, actor, title, "查明事实", recovery.opened.found_by)
    _must_be_apart(recovery, actor, title, "办理原案件", recovery.opened.hands)


def _must_be_apart(recovery: Recovery, actor: Actor, title: str, did: str, by: Iterable[str]) -> None:
    both = set(by).intersection(accounts_of(actor))
    if both:
        account = "、".join(sorted(both))
        raise Refused("RECOVERY_NOT_APART", recovery.opened.rule.clause, account=account, did=did, title=title)


def must_stand(recovery: Recovery, title: str, *allowed: Standing) -> None:
    """It has come so far, and no farther. Raises Refused RECOVERY_NOT_NOW."""
    if recovery.standing not in allowed:
        raise Refused(
            "RECOVERY_NOT_NOW",
            recovery.opened.clause,
            recovery=recovery.recovery_id,
            title=title,
            standing=TITLES[recovery.standing],
            allowed="、".join(TITLES[one] for one in allowed),
        )


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


def must_say_why(reason: str, title: str, clause: str) -> None:
    """A reason was given. Raises Refused REASON_MISSING."""
    if not reason.strip():
        raise Refused("REASON_MISSING", clause, title=title)


def _closing(recovery: Recovery, received_fen: int = 0, written_off_fen: int = 0) -> list[Message]:
    """The end, once nothing is open."""
    if received_fen + written_off_fen < recovery.open_fen:
        return []
    closed = RecoveryClosed(
        demanded_fen=recovery.claimed_fen,
        received_fen=recovery.received_fen + received_fen,
        written_off_fen=recovery.written_off_fen + written_off_fen,
    )
    return [closed]
