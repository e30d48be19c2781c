"""How a quarter's payments ended: settled, returned, or held back before they went out. (F-7)"""

from collections.abc import Iterable, Iterator

from commands import set_offs
from commands.came_back import take_back_settled
from commands.in_quarter import InQuarter
from commands.work import Work
from domain import orders, payment_answers, release, set_off
from domain.cycle import Cycle
from domain.kinds import CASE, ENTERPRISE_YEAR, VOUCHER
from domain.money import show
from duifu.v1.commands_pb2 import (
    AUTHENTICATION_INTERNAL,
    PAYMENT_STATUS_SETTLED,
    PaymentResult,
    RecordPayment,
    RecordPayments,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
    CaseClosed,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
    RedemptionHeadroomRestored,
    VoucherRedeemed,
)
from ledger import streams
from ledger.store import APPEND_MAX

SETTLED_EVENTS, RETURNED_EVENTS = 4, 8  # of one answer, at most
RECEIVED_EVENTS, RELEASED_EVENTS = 4, 1  # of one set-off: with the limits of two years, if it was settled


def record_payment(work: Work, command: RecordPayment) -> str:
    """Keep the treasury's answer to one order; the same answer again changes nothing.

    What somebody's file says to have come back after it was settled is an adjustment; a treasury that takes its own
    answer back is a conflict.

    Raises Refused ROLE_MISMATCH, EVIDENCE_MISSING, SIGNER_NOT_APART, ORDER_UNKNOWN, PAYMENT_RESULT_CONFLICT,
    PAYMENT_NOT_RELEASED, BANK_REFERENCE_MISSING, ORDER_SET_OFF, and what `take_back_settled` raises.
    """
    payment_answers.must_hand_in(work.actor, command.evidence_sha256, command.order_id)
    quarter = work.cycle(command.cycle_id)
    release.must_not_have_signed(quarter, command.order_id, work.actor)
    if command.order_id in quarter.orders and work.actor.authentication != AUTHENTICATION_INTERNAL:
        _must_go_out(quarter.orders[command.order_id].ordered)
    if (
        orders.is_after_settlement(quarter.orders, command.order_id, command.status)
        and work.actor.authentication != AUTHENTICATION_INTERNAL
    ):
        take_back_settled(InQuarter(work, command.cycle_id), quarter.orders[command.order_id].ordered, command)
        return command.cycle_id
    ordered = orders.answered(quarter.orders, command.order_id, command.status)
    if ordered is not None:
        payment_answers.must_have_gone_out(command.order_id, quarter.has_gone_out(command.order_id))
        payment_answers.must_name_its_booking(work.actor, command.order_id, command.status, command.bank_reference)
        result = PaymentResult(
            order_id=command.order_id,
            status=command.status,
            bank_reference=command.bank_reference,
            reason=command.reason,
        )
        _keep(InQuarter(work, command.cycle_id), ordered, result, command.evidence_sha256)
    return command.cycle_id


def record_payments(work: Work, command: RecordPayments) -> str:
    """Keep the treasury's answers to several orders in one commit; answers that are on record change nothing.

    Raises Refused ORDER_UNKNOWN, PAYMENT_RESULT_CONFLICT, PAYMENT_NOT_RELEASED; nothing is kept then, and each can be
    sent by itself.
    """
    quarter = work.cycle(command.cycle_id)
    new = [
        (ordered, result)
        for result in command.results
        if (ordered := orders.answered(quarter.orders, result.order_id, result.status))
    ]
    if not new:
        return command.cycle_id
    for ordered, _ in new:
        payment_answers.must_have_gone_out(ordered.order_id, quarter.has_gone_out(ordered.order_id))
    here = InQuarter(work, command.cycle_id)
    work.look_up([streams.case(ordered.case_id) for ordered, _ in new], CASE)
    returned = [ordered for ordered, result in new if result.status != PAYMENT_STATUS_SETTLED]
    here.look_up(quarter.claims[ordered.case_id] for ordered in returned)  # their years too: a limit is free again
    work.look_up([streams.voucher(ordered.voucher_id) for ordered, _ in new], VOUCHER)
    for ordered, result in new:
        _keep(here, ordered, result)
    return command.cycle_id


def in_commits(quarter: Cycle, results: Iterable[PaymentResult]) -> Iterator[list[PaymentResult]]:
    """Answers to orders of a quarter, cut into what one commit has room for beside its receipt."""
    some: list[PaymentResult] = []
    events = 1
    for result in results:
        parts = len(quarter.orders[result.order_id].ordered.set_off)
        is_settled = result.status == PAYMENT_STATUS_SETTLED
        its_own = SETTLED_EVENTS + parts * RECEIVED_EVENTS if is_settled else RETURNED_EVENTS + parts * RELEASED_EVENTS
        if events + its_own > APPEND_MAX:
            yield some
            some, events = [], 1
        some.append(result)
        events += its_own
    if some:
        yield some


def take_back(here: InQuarter, ordered: PaymentOrdered, returned: PaymentReturned, why: str) -> None:
    """Money does not go out, or came back: the year's head-room is free again, the claim joins a later quarter. (F-7)

    `returned` says all but which quarter that is; `why` is what the claim is told.
    """
    claim = here.quarter.claims[ordered.case_id]
    restored = RedemptionHeadroomRestored(order_id=ordered.order_id, amount_fen=ordered.amount_fen)
    here.work.record(here.year_stream(claim), ENTERPRISE_YEAR, [restored])
    later = here.carry(claim, ordered.amount_fen)
    returned.to_cycle_id = later
    here.work.on_cycle(here.cycle_id, [returned])
    set_offs.release(here.work, ordered)
    why = why if later else f"{why}；无后续批次，失效"
    here.tell(ordered.case_id, CLAIM_PAYMENT_STATUS_RETURNED, ordered.amount_fen, why, later)
    if not later:
        here.end_if_over(ordered.case_id)


def _keep(here: InQuarter, ordered: PaymentOrdered, result: PaymentResult, evidence_sha256: str = "") -> None:
    if result.status == PAYMENT_STATUS_SETTLED:
        _settle(here, ordered, result.bank_reference, evidence_sha256)
        return
    _must_go_out(ordered)
    returned = PaymentReturned(
        order_id=ordered.order_id,
        bank_reference=result.bank_reference,
        reason=result.reason,
        evidence_sha256=evidence_sha256,
    )
    take_back(here, ordered, returned, f"支付退回：{result.reason}；请更换账户")


def _must_go_out(ordered: PaymentOrdered) -> None:
    payment_answers.must_be_paid_out(ordered.order_id, orders.payable_fen(ordered))


def _settle(here: InQuarter, ordered: PaymentOrdered, bank_reference: str, evidence_sha256: str) -> None:
    work, opened = here.work, here.quarter.opened
    parts, goes_out = set_off.told(ordered), orders.payable_fen(ordered) > 0
    reference = bank_reference if goes_out else set_off.references(ordered)
    settled = PaymentSettled(
        order_id=ordered.order_id,
        bank_reference=reference,
        evidence_sha256=evidence_sha256,
        is_set_off=not goes_out,
    )
    work.on_cycle(here.cycle_id, [settled])
    redeemed = VoucherRedeemed(
        case_id=ordered.case_id,
        cycle_id=here.cycle_id,
        amount_fen=ordered.amount_fen,
        set_off_fen=orders.set_off_fen(ordered),
    )
    work.record(streams.voucher(ordered.voucher_id), VOUCHER, [redeemed])
    set_offs.settle(work, ordered)
    receipt = f"国库回单{bank_reference}" if goes_out else "全额抵扣，未经国库支付"
    told = "，".join(filter(None, (receipt, parts)))
    here.tell(ordered.case_id, CLAIM_PAYMENT_STATUS_SETTLED, ordered.amount_fen, told)
    case = work.case(ordered.case_id)
    if not case.is_open:
        return  # it came back after the end, and is paid now
    if case.paid_fen != case.due_fen:
        here.end_if_over(case.case_id)
        return
    closed = CaseClosed(
        outcome=CASE_OUTCOME_PAID,
        summary=f"已兑付{show(case.due_fen)}（{case.redemption.voucher_id}，{opened.quarter}）{parts and f'；{parts}'}",
        clause=opened.clause,
        voucher_id=case.redemption.voucher_id,
        amount_fen=case.due_fen,
    )
    work.on_case(case.case_id, [closed])
