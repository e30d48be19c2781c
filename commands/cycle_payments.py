"""What a quarter pays: ordered under the annual cap, the rest deferred. (BJ-3.3, BJ-A17)"""

from commands import set_offs
from commands.in_quarter import InQuarter
from commands.quarters import open_quarters
from commands.work import Work
from domain import cycle_decisions, release, set_off
from domain.evaluation.paying import payable
from domain.kinds import ENTERPRISE_YEAR
from domain.money import show
from domain.quarter_index import Claim
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_DEFERRED,
    CLAIM_PAYMENT_STATUS_ORDERED,
    ClaimDeferred,
    PaymentOrdered,
    RedemptionHeadroomUsed,
)

CLAIMS_AT_ONCE = 160  # most have three events; what one commit has no room for is left to the next


def order_payments(work: Work, cycle_id: str) -> str:
    """Order as many payments as one commit takes: oldest claims first, each within its enterprise's annual cap.

    Where the cap does not suffice, the oldest request is paid first, or all of the quarter in proportion. (BJ-A17)
    """
    quarter = work.cycle(cycle_id)
    cycle_decisions.must_be_payable(quarter, work.at)
    if not quarter.has_paid:
        cycle_decisions.must_be_its_turn(quarter, open_quarters(work, quarter.opened.programme_id))
    here = InQuarter(work, cycle_id)
    claims = quarter.ready(CLAIMS_AT_ONCE)
    here.look_up(claims)
    for claim in claims:
        if here.is_full:
            break
        _pay(here, claim)
    work.on_cycle(cycle_id, release.make_batch(here.quarter))
    return cycle_id


def _pay(here: InQuarter, claim: Claim) -> None:
    work, quarter, limit = here.work, here.quarter, here.terms.limit
    stream = here.year_stream(claim)
    together = _sharing(here, claim, stream) if here.terms.in_proportion else []
    amount_fen = payable(claim, work.read(stream, ENTERPRISE_YEAR), limit.cap, together, quarter.orders)
    if rest_fen := claim.due_fen - amount_fen:
        _defer(here, claim, rest_fen, limit.clause)
    if not amount_fen:
        here.end_if_over(claim.case_id)
        return
    order_id = f"{here.cycle_id}-{len(quarter.orders) + 1:05d}"
    ordered = PaymentOrdered(
        order_id=order_id,
        case_id=claim.case_id,
        voucher_id=claim.voucher_id,
        uscc=claim.uscc,
        payee=work.case(claim.case_id).redemption.bank_account,
        amount_fen=amount_fen,
        pay_on=quarter.opened.pay_on,
        purpose=f"{quarter.opened.programme_title}兑付 {quarter.opened.quarter}",
        answer_due_on=here.answer_due_on,
        set_off=set_offs.parts_of(work, quarter.opened.programme_id, claim.uscc, amount_fen),
    )
    work.on_cycle(here.cycle_id, [ordered])
    work.record(stream, ENTERPRISE_YEAR, [RedemptionHeadroomUsed(order_id=order_id, amount_fen=amount_fen)])
    set_offs.hold(work, ordered)
    told = "，".join(filter(None, (f"支付指令{order_id}", set_off.told(ordered))))
    here.tell(claim.case_id, CLAIM_PAYMENT_STATUS_ORDERED, amount_fen, told)


def _defer(here: InQuarter, claim: Claim, amount_fen: int, clause: str) -> None:
    later = here.carry(claim, amount_fen)
    deferred = ClaimDeferred(case_id=claim.case_id, amount_fen=amount_fen, to_cycle_id=later, clause=clause)
    here.work.on_cycle(here.cycle_id, [deferred])
    why = f"年度限额不足，{show(amount_fen)}{'递延' if later else '无后续批次，失效'}（{clause}）"
    here.tell(claim.case_id, CLAIM_PAYMENT_STATUS_DEFERRED, amount_fen, why, later)


def _sharing(here: InQuarter, claim: Claim, stream: str) -> list[Claim]:
    """The claims of the quarter that use the same year as this one, oldest request first. (BJ-A17)"""
    return [other for other in here.quarter.paying_for(claim.uscc) if here.year_stream(other) == stream]
