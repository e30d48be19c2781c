"""A red invoice that was put on record in error is taken off it: what its blue one settled is settled again. (F-2)

Due at once is what was paid and never paid back. What was paid back is due with the next request, as whatever waits is.
"""

from collections.abc import Sequence
from datetime import date

from domain.evaluation.edition import Edition
from domain.evaluation.reversal import CLAUSE, must_not_be_in_payment, settled
from domain.money import exact_text
from domain.recovery import COMPUTED, Recovery
from domain.recovery_decisions import must_say_why
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.recovery_pb2 import ReversalWithdrawn, WithdrawInvoiceReversal

TITLE = "撤回发票红冲登记"


def withdraw(
    edition: Edition,
    voucher: Voucher,
    known: Sequence[Recovery],
    asked: WithdrawInvoiceReversal,
    received_on: date,
) -> ReversalWithdrawn | None:
    """What becomes of a voucher without a red invoice; None if that is on record already.

    `known` are the recoveries of its case, `received_on` is of the claim. What came in of computed findings is the
    least that is still to be paid back: it was paid back, and does not become what was paid by this.
    Raises Refused REASON_MISSING, REVERSAL_UNKNOWN, VOUCHER_IN_PAYMENT, PARAMETER_EXPIRED.
    """
    must_say_why(asked.reason, TITLE, CLAUSE)
    number = asked.red_invoice_number
    reversed_ = voucher.reversals.get(number)
    if reversed_ is None:
        before = voucher.reversals_withdrawn.get(number)
        if before and (before.reason, before.evidence_sha256) == (asked.reason, asked.evidence_sha256):
            return None
        raise Refused("REVERSAL_UNKNOWN", CLAUSE, number=number, voucher=voucher.voucher_id)
    must_not_be_in_payment(voucher)
    after = voucher.invoices[reversed_.invoice_key].without(reversed_.amount_fen, number)
    cumulative_fen, now_fen = settled(edition, voucher, reversed_.invoice_key, after, received_on)
    came_in_fen = sum(recovery.received_fen for recovery in known if recovery.opened.finding in COMPUTED)
    more_fen = max(0, now_fen - voucher.due_fen)
    let_go_fen = min(more_fen, voucher.claw_back_fen - came_in_fen)
    return ReversalWithdrawn(
        red_invoice_number=number,
        invoice_key=reversed_.invoice_key,
        amount_fen=reversed_.amount_fen,
        base_fen=exact_text(after.used_fen),
        cumulative_fen=exact_text(cumulative_fen),
        due_fen=voucher.due_fen + let_go_fen,
        claw_back_fen=let_go_fen,
        waits_fen=more_fen - let_go_fen,
        reason=asked.reason,
        evidence_sha256=asked.evidence_sha256,
        clause=CLAUSE,
    )
