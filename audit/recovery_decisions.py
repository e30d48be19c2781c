"""Recoveries made again: the computed finding, whose payments it takes, days and sums, and what limits got back."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from google.protobuf.message import Message

from audit.compared import Comparison, Decision
from audit.remaking import Remaking
from domain import (
    bars,
    recovery_collecting,
    recovery_deadlines,
    recovery_reducing,
    recovery_shares,
    recovery_transfer,
    set_off,
)
from domain import recovery_decisions as decisions
from domain.calendar import WorkingCalendar
from domain.dates import from_iso
from domain.kinds import BARS, CASE, RECOVERY, VOUCHER
from domain.recovery import COMPUTED, Recovery, recovery_id
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import (
    BarEnterprise,
    DemandRecovery,
    EnterpriseBarred,
    LapseRecovery,
    PaidShare,
    ProposeWriteOff,
    RecordRecoveryReceipt,
    RecoveryClosed,
    RecoveryDemanded,
    RecoveryLapsed,
    RecoveryNoticed,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryTransferred,
    RecoveryWithdrawn,
    RecoveryWrittenOff,
    RedemptionHeadroomRecovered,
    SendRecoveryNotice,
    TransferRecovery,
    WithdrawRecovery,
    WriteOffProposed,
)
from ledger import streams


def opened(remaking: Remaking, event: RecoveryOpened) -> None:
    """The rule is the edition's; the payments make up the amount; a computed one is what the voucher says. (BJ-A18)"""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.RECOVERY, case, event.amount_fen)) is None:
        return
    earlier = _before(remaking, event)
    check.same("rule", event.rule, remaking.applied.recovery_rule(case), event.clause)
    check.same("uscc", event.uscc, case.applicant_uscc, event.clause)
    paid = recovery_shares.of_grant(case)
    if event.voucher_id:
        voucher = remaking.state(streams.voucher(event.voucher_id), VOUCHER)
        paid = [
            PaidShare(source_id=payout.cycle_id, case_id=payout.case_id, amount_fen=payout.amount_fen)
            for payout in voucher.payouts
        ]
        if event.finding in COMPUTED:
            computed_fen = recovery_shares.computed_fen(voucher.claw_back_fen, paid, earlier)
            check.same("amount_fen", event.amount_fen, computed_fen, event.clause)
    derived = recovery_shares.chosen(event.case_id, paid, earlier, event.amount_fen, event.redemption_id)
    check.same("shares", _plain(event.shares), _plain(derived), event.clause)


def noticed(remaking: Remaking, event: RecoveryNoticed) -> None:
    """The enterprise had as many days to be heard as the rule gives it."""
    command = SendRecoveryNotice(document_number=event.document_number, evidence_sha256=event.evidence_sha256)
    made_again(remaking, event, lambda before, by: decisions.notify(before, command, by, *_today(remaking)))


def demanded(remaking: Remaking, event: RecoveryDemanded) -> None:
    """No more than was found was demanded, after the enterprise was heard, by somebody who stood apart."""
    command = DemandRecovery(
        amount_fen=event.amount_fen,
        document_number=event.document_number,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
    )
    made_again(
        remaking, event, lambda before, by: decisions.demand(before, command, by, *_today(remaking)), event.amount_fen
    )


def received(remaking: Remaking, event: RecoveryReceived) -> None:
    """Not more than was open came in, and limits got back what was paid in the same budget year. (F-7)"""
    if event.order_id:
        made_again(remaking, event, lambda before, _by: [set_off.settle(before, event.order_id, remaking.on)[0]])
        return
    command = RecordRecoveryReceipt(
        bank_reference=event.bank_reference,
        amount_fen=event.amount_fen,
        received_on=event.received_on,
        evidence_sha256=event.evidence_sha256,
    )
    made_again(remaking, event, lambda before, by: recovery_collecting.receive(before, command, by, remaking.on))


def given_back(remaking: Remaking, event: RedemptionHeadroomRecovered) -> None:
    """A year gets what came in of its own payments, in their budget year. (F-7)"""
    recovery = remaking.state(streams.recovery(event.recovery_id), RECOVERY)
    if (check := comparing(remaking, recovery)) is None:
        return
    receipt = recovery.receipts[event.bank_reference or event.order_id]
    others = {reference: other for reference, other in recovery.receipts.items() if other is not receipt}
    before = replace(recovery, receipts=others)
    parts = recovery_shares.given_back(before, receipt.amount_fen, from_iso(receipt.received_on).year)
    derived_fen = parts.get(int(remaking.entry.stream.rpartition("/")[2]), 0)
    check.same("amount_fen", event.amount_fen, derived_fen, recovery.opened.clause)


def proposed(remaking: Remaking, event: WriteOffProposed) -> None:
    """Not more than was open was to be written off."""
    command = ProposeWriteOff(
        amount_fen=event.amount_fen,
        decision_number=event.decision_number,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
    )
    made_again(remaking, event, lambda before, by: recovery_collecting.propose(before, command, by))


def written_off(remaking: Remaking, event: RecoveryWrittenOff) -> None:
    """What was proposed was written off, by somebody else."""
    made_again(remaking, event, recovery_collecting.write_off)


def transferred(remaking: Remaking, event: RecoveryTransferred) -> None:
    """What was open was handed over, by somebody who stood apart. (BJ-5.6)"""
    command = TransferRecovery(
        authority=event.authority,
        document_number=event.document_number,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
    )
    made_again(remaking, event, lambda before, by: recovery_transfer.transfer(before, command, by))


def lapsed(remaking: Remaking, event: RecoveryLapsed) -> None:
    """The deadline ran, and its last day was over."""
    command = LapseRecovery(deadline=event.deadline)
    at = remaking.entry.business_at
    made_again(remaking, event, lambda before, _by: recovery_deadlines.lapse(before, command, at))


def withdrawn(remaking: Remaking, event: RecoveryWithdrawn) -> None:
    """Nothing was demanded yet, and whoever withdrew it stood apart; of a computed one, nothing is left. (F-2)"""
    command = WithdrawRecovery(reason=event.reason)

    def decide(before: Recovery, by: Actor) -> list[Message]:
        if before.opened.finding in COMPUTED:
            return recovery_reducing.ending(before)
        return decisions.withdraw(before, command, by)

    made_again(remaking, event, decide)


def closed(remaking: Remaking, event: RecoveryClosed) -> None:
    """Nothing was open, and the sums are those of its events."""
    recovery = own(remaking)
    if (check := comparing(remaking, recovery)) is not None:
        clause = recovery.opened.clause
        check.same("demanded_fen", event.demanded_fen, recovery.claimed_fen, clause)
        check.same("received_fen", event.received_fen, recovery.received_fen, clause)
        check.same("written_off_fen", event.written_off_fen, recovery.written_off_fen, clause)
        check.same("open_fen", 0, recovery.open_fen, clause)


def barred(remaking: Remaking, event: EnterpriseBarred) -> None:
    """Money was demanded, the time is one that the edition allows, and whoever barred it stood apart. (F-8)"""
    recovery = remaking.state(streams.recovery(event.recovery_id), RECOVERY)
    if (check := comparing(remaking, recovery)) is None:
        return
    command = BarEnterprise(
        from_on=event.from_on,
        through_on=event.through_on,
        document_number=event.document_number,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
    )
    known = remaking.state(remaking.entry.stream, BARS)
    derived = bars.bar(recovery, known, command, remaking.entry.envelope.actor, remaking.on)[0]
    check.same_message("", event, derived, event.clause)


def made_again(
    remaking: Remaking,
    event: Message,
    decide: Callable[[Recovery, Actor], list[Message]],
    amount_fen: int = 0,
) -> None:
    """Compare an event with what the same command would give now."""
    recovery = own(remaking)
    if (check := comparing(remaking, recovery, amount_fen)) is not None:
        derived = next(iter(decide(recovery, remaking.entry.envelope.actor)))
        check.same_message("", event, derived, recovery.opened.clause)


def comparing(remaking: Remaking, recovery: Recovery, amount_fen: int = 0) -> Comparison | None:
    """What goes by a recovery, if it is wanted; counted by itself where there is an amount."""
    case = remaking.state(streams.case(recovery.opened.case_id), CASE)
    return remaking.compare_case(Decision.RECOVERY, case, amount_fen, is_part=not amount_fen)


def own(remaking: Remaking) -> Recovery:
    """The recovery whose stream is read."""
    return remaking.state(remaking.entry.stream, RECOVERY)


def _today(remaking: Remaking) -> tuple[date, WorkingCalendar]:
    return remaking.on, remaking.applied.calendar


def _before(remaking: Remaking, event: RecoveryOpened) -> list[Recovery]:
    """The recoveries of the same case that were there before."""
    count = int(event.recovery_id.rpartition("-")[2]) - 1
    names = (streams.recovery(recovery_id(event.case_id, number + 1)) for number in range(count))
    return [remaking.state(name, RECOVERY) for name in names]


def _plain(shares: Iterable[PaidShare]) -> list[tuple[str, str, int]]:
    return [(share.source_id, share.case_id, share.amount_fen) for share in shares]
