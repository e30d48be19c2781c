"""Red invoices that come after the payment: what is reported, and what was reported in error. (F-2)"""

from commands import invoice_uses, recoveries, vouchers
from commands.recovery_paid import hands_of, paid_on
from commands.redemptions import voucher_of
from commands.work import Work
from domain import recovery_decisions, recovery_reducing
from domain.duties import accounts_of
from domain.evaluation import reversal_withdrawal
from domain.evaluation.reversal import reverse
from domain.kinds import RECOVERY, VOUCHER
from duifu.v1.recovery_pb2 import RECOVERY_KIND_INVOICE_REVERSED, ReportInvoiceReversed, WithdrawInvoiceReversal
from ledger import streams


def report(work: Work, command: ReportInvoiceReversed) -> str:
    """A red invoice nets off a blue one that was counted; returns the claim that the voucher was issued on. (F-2)

    Raises Refused VOUCHER_UNKNOWN, RECOVERY_NOT_FORESEEN, ROLE_MISMATCH, DUTY_REQUESTER, and what `reverse` and
    `invoice_uses.reverse_for_voucher` raise.
    """
    voucher = voucher_of(work, command.voucher_id)
    case = work.case(voucher.case_id)
    rule = recoveries.rule_of(work, case.case_id)
    recovery_decisions.must_be(work.actor, rule.finds, rule.clause)
    recoveries.must_be_no_party(work, case.case_id)
    edition = work.rulebook.edition(work.rulebook.pinned(voucher.edition_sha256))
    reversed_ = reverse(edition, voucher, command, case.received_on, accounts_of(work.actor))
    if reversed_ is not None:
        invoice_uses.reverse_for_voucher(work, voucher, command)
        work.record(streams.voucher(voucher.voucher_id), VOUCHER, [reversed_])
        vouchers.take_back(work, voucher.voucher_id, RECOVERY_KIND_INVOICE_REVERSED, reversed_)
    return case.case_id


def withdraw(work: Work, command: WithdrawInvoiceReversal) -> str:
    """A red invoice was put on record in error; returns the claim that the voucher was issued on.

    Raises Refused VOUCHER_UNKNOWN, RECOVERY_NOT_FORESEEN, ROLE_MISMATCH, DUTY_REQUESTER, RECOVERY_NOT_APART, and what
    `reversal_withdrawal.withdraw`, `recovery_reducing.reductions` and `invoice_uses.forget_reversal` raise.
    """
    voucher = voucher_of(work, command.voucher_id)
    rule = recoveries.rule_of(work, voucher.case_id)
    recovery_decisions.must_be(work.actor, rule.decides, rule.clause)
    recoveries.must_be_no_party(work, voucher.case_id)
    hands = hands_of(work, paid_on(work, voucher.case_id))
    case = work.case(voucher.case_id)  # whose edition the events name
    known = list(recoveries.of_case(work, case.case_id))
    edition = work.rulebook.edition(work.rulebook.pinned(voucher.edition_sha256))
    withdrawn = reversal_withdrawal.withdraw(edition, voucher, known, command, case.received_on)
    if withdrawn is None:
        return case.case_id
    reversed_ = voucher.reversals[withdrawn.red_invoice_number]
    reduced = list(recovery_reducing.reductions(known, voucher.claw_back_fen, reversed_, withdrawn))
    found_by = {account for recovery, _ in reduced for account in recovery.opened.found_by}.union(reversed_.reported_by)
    recovery_decisions.must_have_no_part(rule, work.actor, reversal_withdrawal.TITLE, found_by, hands)
    invoice_uses.forget_reversal(work, voucher, reversed_)
    # The recoveries first: what each is reduced by follows from what the voucher is to pay back before this.
    for before, event in reduced:
        stream = streams.recovery(before.recovery_id)
        work.record(stream, RECOVERY, [event])
        work.record(stream, RECOVERY, recovery_reducing.ending(work.read(stream, RECOVERY)))
    work.record(streams.voucher(voucher.voucher_id), VOUCHER, [withdrawn])
    return case.case_id
