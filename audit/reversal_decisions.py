"""Red invoices after the payment made again: what each took back, and what a report in error lets go. (F-2)"""

from audit.compared import Decision
from audit.recovery_decisions import comparing, own
from audit.remaking import Remaking
from domain import recovery_reducing
from domain.duties import accounts_of
from domain.evaluation.reversal_withdrawal import TITLE
from domain.kinds import CASE, RECOVERY, VOUCHER
from domain.recovery import Recovery, recovery_id
from domain.recovery_decisions import must_be, must_have_no_part
from domain.voucher import Voucher
from duifu.v1.recovery_pb2 import (
    RecoveryReduced,
    ReportInvoiceReversed,
    ReversalWithdrawn,
    SettlementReversed,
    WithdrawInvoiceReversal,
)
from ledger import streams


def reported(remaking: Remaking, event: SettlementReversed) -> None:
    """What a red invoice leaves of what is due, and what was paid beyond. (F-2)"""
    voucher = remaking.state(remaking.entry.stream, VOUCHER)
    case = remaking.state(streams.case(voucher.case_id), CASE)
    if (check := remaking.compare_case(Decision.ASSESSMENT, case)) is None:
        return
    asked = ReportInvoiceReversed(
        voucher_id=voucher.voucher_id,
        invoice_key=event.invoice_key,
        red_invoice_number=event.red_invoice_number,
        amount_fen=event.amount_fen,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
    )
    reported_by = accounts_of(remaking.entry.envelope.actor) if event.reported_by else ()  # early ones name nobody
    derived = remaking.applied.reversed_by_red(voucher, asked, case.received_on, reported_by)
    assert derived is not None  # one that counts twice is not recorded
    check.same_message("", event, derived, derived.clause)


def withdrawn(remaking: Remaking, event: ReversalWithdrawn) -> None:
    """What is due without the red invoice, by somebody who decides and stood apart."""
    voucher = remaking.state(remaking.entry.stream, VOUCHER)
    case = remaking.state(streams.case(voucher.case_id), CASE)
    if (check := remaking.compare_case(Decision.ASSESSMENT, case)) is None:
        return
    known = _recoveries(remaking, case.case_id)
    derived = _made_again(remaking, voucher, known, event)
    check.same_message("", event, derived, derived.clause)
    rule, actor = remaking.applied.recovery_rule(case), remaking.entry.envelope.actor
    assert rule is not None
    must_be(actor, rule.decides, rule.clause)
    hands = {account for recovery in known for account in recovery.opened.hands}
    must_have_no_part(rule, actor, TITLE, voucher.reversals[event.red_invoice_number].reported_by, hands)


def reduced(remaking: Remaking, event: RecoveryReduced) -> None:
    """What the withdrawal leaves of each recovery. They are told before the voucher is, one after another."""
    recovery = own(remaking)
    if (check := comparing(remaking, recovery)) is None:
        return
    voucher = remaking.state(streams.voucher(recovery.opened.voucher_id), VOUCHER)
    known = _recoveries(remaking, recovery.opened.case_id)
    withdrawal = _made_again(remaking, voucher, known, event)
    reversed_ = voucher.reversals[event.red_invoice_number]
    left = recovery_reducing.reductions(known, voucher.claw_back_fen, reversed_, withdrawal)
    derived = {before.recovery_id: reduction for before, reduction in left}
    check.same_message("", event, derived[recovery.recovery_id], event.clause)


def _made_again(
    remaking: Remaking, voucher: Voucher, known: list[Recovery], told: RecoveryReduced | ReversalWithdrawn
) -> ReversalWithdrawn:
    asked = WithdrawInvoiceReversal(
        voucher_id=voucher.voucher_id,
        red_invoice_number=told.red_invoice_number,
        reason=told.reason,
        evidence_sha256=told.evidence_sha256,
    )
    case = remaking.state(streams.case(voucher.case_id), CASE)
    derived = remaking.applied.reversal_withdrawn(voucher, known, asked, case.received_on)
    assert derived is not None  # one that was withdrawn already is not withdrawn again
    return derived


def _recoveries(remaking: Remaking, case_id: str) -> list[Recovery]:
    """All of a case that there were, in order."""
    found: list[Recovery] = []
    while (known := remaking.state(streams.recovery(recovery_id(case_id, len(found) + 1)), RECOVERY)).recovery_id:
        found.append(known)
    return found
