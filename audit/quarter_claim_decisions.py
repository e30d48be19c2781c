"""What a quarter decides of its claims, made again: taken over, assessed, ordered or put off, and how it was paid."""

from audit import set_off_decisions
from audit.compared import Comparison, Decision
from audit.folded import Quarter
from audit.quarter_decisions import comparing
from audit.remaking import Remaking
from domain import cycle_decisions, duties, payment_answers, release, set_off
from domain.came_back import went_out_fen
from domain.dates import Quarter as Days
from domain.evaluation.paying import payable
from domain.kinds import CASE, ENTERPRISE_YEAR, VOUCHER
from domain.orders import payable_fen
from domain.quarter_index import Claim, ClaimState
from duifu.v1 import events_pb2 as events
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    ClaimAssessed,
    ClaimDeferred,
    ClaimPaymentChanged,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
)
from ledger import streams

ORDER_DIGITS = 5


def admitted(remaking: Remaking, event: ClaimAdmitted) -> None:
    """What a quarter takes over is what the one before could not pay, or got back."""
    if not event.carried_from_cycle_id:
        return
    source = remaking.quarter(event.carried_from_cycle_id)
    check = comparing(remaking, source, event.case_id, is_part=True)
    if check is None:
        return
    voucher = remaking.state(streams.voucher(event.voucher_id), VOUCHER)
    settled = [p for p in voucher.payouts if (p.cycle_id, p.case_id) == (event.carried_from_cycle_id, event.case_id)]
    if settled:  # and came back
        check.same("carried_fen", event.carried_fen, went_out_fen(settled[0]), source.opened.clause)
        return
    claim = source.claims.get(event.case_id)
    if claim is None:
        return
    if claim.state == ClaimState.READY:
        amount_fen, clause = _payable(remaking, source, claim)
        check.same("carried_fen", event.carried_fen, claim.due_fen - amount_fen, clause)
    else:
        check.same("carried_fen", event.carried_fen, source.ordered_fen(event.case_id), source.opened.clause)


def assessed(remaking: Remaking, event: ClaimAssessed) -> None:
    """The quarter pays what the voucher makes due."""
    quarter, case = remaking.own_quarter, remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.ASSESSMENT, case, is_part=True)) is not None:
        check.same("due_fen", event.due_fen, remaking.due_fen.pop(event.case_id, 0), quarter.opened.clause)
        check.same("verified_by", list(event.verified_by), duties.decided_by(case), quarter.opened.clause)


def ordered(remaking: Remaking, event: PaymentOrdered) -> None:
    """Oldest first or in proportion, and no more than the year's limit still allows. (BJ-3.3, BJ-A17)"""
    quarter = remaking.own_quarter
    check = comparing(remaking, quarter, event.case_id, event.amount_fen)
    claim = quarter.claims.get(event.case_id)
    if check is None:
        return
    _must_be_payable(remaking, quarter)
    if claim is None or event.case_id not in quarter.deferred:  # what is put off in part was looked at just before
        check.same("case_id", event.case_id, quarter.next_case_id, quarter.opened.clause)
    if claim is not None:
        amount_fen, clause = _payable(remaking, quarter, claim)
        check.same("amount_fen", event.amount_fen, amount_fen, clause)
        parts = set_off_decisions.of_order(remaking, quarter, claim.uscc, amount_fen)
        check.same("set_off", list(event.set_off), parts, clause)
    number = f"{quarter.opened.cycle_id}-{len(quarter.orders) + 1:0{ORDER_DIGITS}d}"
    check.same("order_id", event.order_id, number, quarter.opened.clause)
    check.same("pay_on", event.pay_on, quarter.opened.pay_on, quarter.opened.clause)


def deferred(remaking: Remaking, event: ClaimDeferred) -> None:
    """What the year has no room for waits for the next quarter, or lapses after the last. (BJ-A17)"""
    quarter = remaking.own_quarter
    check = comparing(remaking, quarter, event.case_id)
    if check is None:
        return
    _must_be_payable(remaking, quarter)
    check.same("case_id", event.case_id, quarter.next_case_id, quarter.opened.clause)
    if (claim := quarter.claims.get(event.case_id)) is not None:
        amount_fen, clause = _payable(remaking, quarter, claim)
        check.same("amount_fen", event.amount_fen, claim.due_fen - amount_fen, clause)
        check.same("clause", event.clause, clause, clause)
    _compare_onward(remaking, quarter, check, event.case_id, event.to_cycle_id)


def settled(remaking: Remaking, event: PaymentSettled) -> None:
    """The treasury said so itself, or somebody handed its file in who may. (F-7)"""
    quarter = remaking.own_quarter
    check = comparing(remaking, quarter, event.order_id, is_part=True)
    if check is not None:
        _must_be_handed_in(remaking, quarter, event)
        ordered = quarter.orders[event.order_id].ordered
        check.same("is_set_off", event.is_set_off, not payable_fen(ordered), quarter.opened.clause)
        if event.is_set_off:  # nobody outside was asked
            references = set_off.references(ordered)
            check.same("bank_reference", event.bank_reference, references, quarter.opened.clause)


def returned(remaking: Remaking, event: PaymentReturned) -> None:
    """What the bank sent back waits for the next quarter. (F-7)"""
    quarter = remaking.own_quarter
    order = quarter.orders.get(event.order_id)
    check = comparing(remaking, quarter, order.ordered.case_id if order else "", is_part=True)
    if check is not None:
        if event.withheld_by:
            actor = remaking.entry.envelope.actor
            release.must_be_withholdable(quarter.whole(), event.order_id, actor, event.reason)
            check.same("withheld_by", event.withheld_by, actor.id, quarter.opened.release_clause)
        else:
            _must_be_handed_in(remaking, quarter, event)
        _compare_onward(remaking, quarter, check, order.ordered.case_id if order else "", event.to_cycle_id)


def told(remaking: Remaking, event: ClaimPaymentChanged) -> None:
    """The case says what the quarter does."""
    case, quarter = remaking.case, remaking.quarter(event.cycle_id)
    if (check := comparing(remaking, quarter, case.case_id, is_part=True)) is not None:
        match event.status:
            case events.CLAIM_PAYMENT_STATUS_DEFERRED:
                amount_fen = quarter.deferred.get(case.case_id, 0)
            case events.CLAIM_PAYMENT_STATUS_CAME_BACK:
                voucher = remaking.state(streams.voucher(case.redemption.voucher_id), VOUCHER)
                back = (known for known in voucher.came_back.values() if known.case_id == case.case_id)
                amount_fen = next((known.amount_fen for known in back if known.cycle_id == event.cycle_id), 0)
            case _:
                amount_fen = quarter.ordered_fen(case.case_id)
        check.same("amount_fen", event.amount_fen, amount_fen, quarter.opened.clause)


def _must_be_payable(remaking: Remaking, quarter: Quarter) -> None:
    if not quarter.may_pay:
        whole = quarter.whole()
        cycle_decisions.must_be_payable(whole, remaking.entry.business_at)
        cycle_decisions.must_be_its_turn(whole, remaking.open_quarters(quarter.opened.programme_id))
        quarter.may_pay = True


def _payable(remaking: Remaking, quarter: Quarter, claim: Claim) -> tuple[int, str]:
    """How much of a claim the year still allows, and the clause of the limit."""
    terms, stream = remaking.applied.paying(quarter.opened), _year_stream(remaking, quarter, claim)
    together = []
    if terms.in_proportion:
        found = quarter.paying_for(claim.uscc)
        together = [other for other in found if _year_stream(remaking, quarter, other) == stream]
    year = remaking.state(stream, ENTERPRISE_YEAR)
    return payable(claim, year, terms.limit.cap, together, quarter.orders), terms.limit.clause


def _year_stream(remaking: Remaking, quarter: Quarter, claim: Claim) -> str:
    return remaking.applied.paying_year(quarter.opened, remaking.state(streams.case(claim.case_id), CASE))


def _must_be_handed_in(remaking: Remaking, quarter: Quarter, event: PaymentSettled | PaymentReturned) -> None:
    actor = remaking.entry.envelope.actor
    payment_answers.must_hand_in(actor, event.evidence_sha256, event.order_id)
    payment_answers.must_have_gone_out(event.order_id, quarter.whole().has_gone_out(event.order_id))
    release.must_not_have_signed(quarter.whole(), event.order_id, actor)


def _compare_onward(remaking: Remaking, quarter: Quarter, check: Comparison, case_id: str, recorded: str) -> None:
    opened = quarter.opened
    edition = remaking.applied.edition_of(opened)
    joins = remaking.joins(edition, Days.parse(opened.quarter).next, case_id)
    check.same("to_cycle_id", recorded, joins, opened.clause)
