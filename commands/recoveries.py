"""Money that was paid and has to come back, from the finding to the last receipt. (BJ-5.5, F-7, F-8)"""

from collections.abc import Iterator

from google.protobuf.message import Message

from commands.recovery_paid import hands_of, paid_on
from commands.recovery_receipts import must_count_once, must_follow_payment
from commands.work import Work
from domain import recovery_collecting, recovery_deadlines, recovery_decisions, recovery_transfer
from domain.dates import from_iso
from domain.duties import REQUESTER_CLAUSE, accounts_of, requesters
from domain.kinds import ENTERPRISE_YEAR, RECOVERY
from domain.recovery import COMPUTED, Recovery, recovery_id
from domain.recovery_shares import chosen, computed_fen, given_back
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import RecordRecoveryLetter
from duifu.v1.events_pb2 import LetterSent
from duifu.v1.recovery_pb2 import (
    DemandRecovery,
    LapseRecovery,
    OpenRecovery,
    ProposeWriteOff,
    RecordRecoveryReceipt,
    RecordRecoveryStatement,
    RecoveryKind,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryRule,
    RedemptionHeadroomRecovered,
    SendRecoveryNotice,
    TransferRecovery,
    WithdrawRecovery,
    WriteOffRecovery,
)
from ledger import streams


def open_recovery(work: Work, command: OpenRecovery) -> str:
    """Somebody found that a part of what was paid should not have been; returns the recovery's id.

    Raises Refused CASE_UNKNOWN, RECOVERY_NOT_FORESEEN, ROLE_MISMATCH, DUTY_REQUESTER, REASON_MISSING,
    RECOVERY_COMPUTED, RECOVERY_ABOVE_PAID.
    """
    rule = rule_of(work, command.case_id)
    recovery_decisions.must_be(work.actor, rule.finds, rule.clause)
    must_be_no_party(work, command.case_id)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", rule.clause, title="立案追回")
    if command.finding in COMPUTED:
        raise Refused("RECOVERY_COMPUTED", rule.clause, case=command.case_id)
    return found(work, command)


def found(work: Work, finding: OpenRecovery) -> str:
    """Put a finding on record, typed or computed; returns the recovery's id. Raises Refused RECOVERY_ABOVE_PAID."""
    benefit = paid_on(work, finding.case_id)
    case = work.case(benefit.case_id)
    earlier = list(of_case(work, case.case_id))
    opened = RecoveryOpened(
        recovery_id=recovery_id(case.case_id, len(earlier) + 1),
        case_id=case.case_id,
        voucher_id=benefit.voucher_id,
        programme_id=case.plan.programme_id,
        uscc=case.applicant_uscc,
        name=case.applicant_name,
        finding=finding.finding,
        amount_fen=finding.amount_fen,
        redemption_id=benefit.redemption_id,
        shares=chosen(finding.case_id, benefit.shares, earlier, finding.amount_fen, benefit.redemption_id),
        reason=finding.reason,
        evidence_sha256=finding.evidence_sha256,
        rule=rule_of(work, case.case_id),
        found_by=accounts_of(work.actor),
        hands=hands_of(work, benefit),
        edition_sha256=case.plan.edition_sha256,
        programme_title=case.plan.programme_title,
    )
    opened.clause = opened.rule.clause
    return _record(work, opened.recovery_id, [opened])


def found_on_voucher(
    work: Work, voucher: Voucher, finding: RecoveryKind.ValueType, reason: str, evidence_sha256: str
) -> None:
    """What a voucher was paid beyond its worth is to come back, if the programme says how.

    What typed findings want back already is not found twice; where they want all of it, nothing is.
    """
    if work.rulebook.pinned(work.case(voucher.case_id).plan.edition_sha256).recovery is None:
        return
    earlier = list(of_case(work, voucher.case_id))
    if amount_fen := computed_fen(voucher.claw_back_fen, paid_on(work, voucher.case_id).shares, earlier):
        computed = OpenRecovery(
            case_id=voucher.case_id,
            finding=finding,
            amount_fen=amount_fen,
            reason=reason,
            evidence_sha256=evidence_sha256,
        )
        found(work, computed)


def notify(work: Work, command: SendRecoveryNotice) -> str:
    """The enterprise is told what was found. Raises what `recovery_decisions.notify` raises."""
    recovery = acted_on(work, command.recovery_id)
    told = recovery_decisions.notify(recovery, command, work.actor, work.on, work.rulebook.calendar)
    return _record(work, command.recovery_id, told)


def hear(work: Work, command: RecordRecoveryStatement) -> str:
    """The enterprise was heard. Raises what `recovery_decisions.hear` raises."""
    recovery = _read(work, command.recovery_id)
    return _record(work, command.recovery_id, recovery_decisions.hear(recovery, command, work.actor))


def demand(work: Work, command: DemandRecovery) -> str:
    """The enterprise has to pay back. Raises what `recovery_decisions.demand` raises."""
    recovery = acted_on(work, command.recovery_id)
    demanded = recovery_decisions.demand(recovery, command, work.actor, work.on, work.rulebook.calendar)
    return _record(work, command.recovery_id, demanded)


def receive(work: Work, command: RecordRecoveryReceipt) -> str:
    """Money came in; limits of the same budget year get it back.

    Raises Refused RECOVERY_RECEIPT_USED, RECEIPT_BEFORE_PAYMENT, and what `recovery_collecting.receive` raises.
    """
    recovery = acted_on(work, command.recovery_id)
    received = recovery_collecting.receive(recovery, command, work.actor, work.on)
    if received:
        must_count_once(work, recovery, command)
        must_follow_payment(work, recovery, command)
    _record(work, command.recovery_id, received)
    for receipt in received:
        if isinstance(receipt, RecoveryReceived):
            give_back(work, recovery, receipt)
    return command.recovery_id


def give_back(work: Work, before: Recovery, receipt: RecoveryReceived) -> None:
    """Limits of the budget year in which it came in may pay again what was paid in that year. (F-7)"""
    opened = before.opened
    for year, amount_fen in given_back(before, receipt.amount_fen, from_iso(receipt.received_on).year).items():
        recovered = RedemptionHeadroomRecovered(
            recovery_id=before.recovery_id,
            bank_reference=receipt.bank_reference,
            order_id=receipt.order_id,
            amount_fen=amount_fen,
        )
        work.record(streams.enterprise_year(opened.programme_id, opened.uscc, year), ENTERPRISE_YEAR, [recovered])


def propose_write_off(work: Work, command: ProposeWriteOff) -> str:
    """A part cannot be recovered. Raises what `recovery_collecting.propose` raises."""
    recovery = acted_on(work, command.recovery_id)
    return _record(work, command.recovery_id, recovery_collecting.propose(recovery, command, work.actor))


def write_off(work: Work, command: WriteOffRecovery) -> str:
    """What was proposed is written off. Raises what `recovery_collecting.write_off` raises."""
    recovery = acted_on(work, command.recovery_id)
    return _record(work, command.recovery_id, recovery_collecting.write_off(recovery, work.actor))


def withdraw(work: Work, command: WithdrawRecovery) -> str:
    """The finding is not upheld. Raises what `recovery_decisions.withdraw` raises."""
    recovery = acted_on(work, command.recovery_id)
    return _record(work, command.recovery_id, recovery_decisions.withdraw(recovery, command, work.actor))


def transfer(work: Work, command: TransferRecovery) -> str:
    """A judicial organ takes over. Raises what `recovery_transfer.transfer` raises."""
    recovery = acted_on(work, command.recovery_id)
    return _record(work, command.recovery_id, recovery_transfer.transfer(recovery, command, work.actor))


def lapse(work: Work, command: LapseRecovery) -> str:
    """The days to be heard, or to pay, are over. Raises Refused RECOVERY_UNKNOWN, NOT_DUE."""
    recovery = _read(work, command.recovery_id)
    return _record(work, command.recovery_id, recovery_deadlines.lapse(recovery, command, work.at))


def record_letter(work: Work, command: RecordRecoveryLetter) -> str:
    """Keep what was delivered to the enterprise, once. Raises Refused RECOVERY_UNKNOWN."""
    recovery = _read(work, command.recovery_id)
    is_known = command.letter.letter_id in recovery.letters
    return _record(work, command.recovery_id, [] if is_known else [LetterSent(letter=command.letter)])


def rule_of(work: Work, case_id: str) -> RecoveryRule:
    """How the case's edition takes money back. Raises Refused CASE_UNKNOWN, RECOVERY_NOT_FORESEEN."""
    case = work.case(case_id)
    row = work.rulebook.pinned(case.plan.edition_sha256).recovery
    if row is None:
        raise Refused("RECOVERY_NOT_FORESEEN", case=case_id, programme=case.plan.programme_title)
    return row.message()


def pays_another(work: Work, recovery: Recovery) -> bool:
    """Whether what the programme pays goes to somebody else than who owes: to the supplier."""
    return work.rulebook.pinned(recovery.opened.edition_sha256).pays_supplier


def received_fen(work: Work, case_id: str) -> int:
    """What came in of a case's payments, over all its recoveries."""
    return sum(recovery.received_fen for recovery in of_case(work, case_id))


def of_case(work: Work, case_id: str) -> Iterator[Recovery]:
    """The recoveries of a case, in order; the number after the last was read too, so that no two take it."""
    number = 1
    while (known := work.read(streams.recovery(recovery_id(case_id, number)), RECOVERY)).recovery_id:
        yield known
        number += 1


def _read(work: Work, recovery: str) -> Recovery:
    known = work.read(streams.recovery(recovery), RECOVERY)
    if not known.recovery_id:
        raise Refused("RECOVERY_UNKNOWN", recovery=recovery)
    work.case(known.opened.case_id)  # whose edition the events name
    return known


def acted_on(work: Work, recovery: str) -> Recovery:
    """A recovery, on which nobody of the enterprise's side acts for the office."""
    known = _read(work, recovery)
    must_be_no_party(work, known.opened.case_id)
    return known


def must_be_no_party(work: Work, case_id: str) -> None:
    """Nobody of the enterprise's side acts for the office. Raises Refused DUTY_REQUESTER."""
    case = work.case(case_id)
    for account in accounts_of(work.actor):
        if account in requesters(case):
            raise Refused("DUTY_REQUESTER", REQUESTER_CLAUSE, account=account, case=case_id, at=case_id)


def _record(work: Work, recovery: str, events: list[Message]) -> str:
    work.record(streams.recovery(recovery), RECOVERY, events)
    return recovery
