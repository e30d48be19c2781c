"""A payment that was settled comes back, as a file of the bank says. (退汇, F-7)"""

from commands.in_quarter import InQuarter
from domain.came_back import came_back, is_paid_again, must_not_be_recovered
from domain.dates import Quarter
from domain.kinds import ENTERPRISE_YEAR, RECOVERY, VOUCHER
from domain.money import show
from duifu.v1.commands_pb2 import RecordPayment
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    ClaimPaymentChanged,
    PaymentOrdered,
    RedemptionHeadroomReturned,
)
from ledger import streams


def take_back_settled(here: InQuarter, ordered: PaymentOrdered, said: RecordPayment) -> None:
    """Put the adjustment on record; nothing if it is there. What is paid again joins a quarter of today or later.

    Raises Refused PAYMENT_IN_RECOVERY, NOT_YET_HAPPENED.
    """
    work, stream = here.work, streams.voucher(ordered.voucher_id)
    voucher, claim = work.read(stream, VOUCHER), here.quarter.claims[ordered.case_id]
    if ordered.order_id in voucher.came_back:
        return
    recoveries = work.streams(streams.recoveries_of(voucher.case_id))
    known = (work.read(name, RECOVERY) for name in recoveries)
    must_not_be_recovered(known, said.order_id, said.cycle_id, ordered.case_id)
    returned = came_back(voucher, here.quarter.opened, ordered.case_id, said, here.limit_year(claim), work.on)
    if is_paid_again(returned, here.terms):
        first = max(here.quarter.number.next, Quarter.of(work.on))
        returned.to_cycle_id = here.carry(claim, returned.amount_fen, first)
    work.record(stream, VOUCHER, [returned])
    if returned.in_its_year:
        again = RedemptionHeadroomReturned(
            order_id=ordered.order_id, voucher_id=ordered.voucher_id, amount_fen=returned.amount_fen
        )
        work.record(here.year_stream(claim), ENTERPRISE_YEAR, [again])
    after = f"转入{returned.to_cycle_id}，请更换账户" if returned.to_cycle_id else "缴回国库，不再支付"
    told = ClaimPaymentChanged(
        cycle_id=here.cycle_id,
        status=CLAIM_PAYMENT_STATUS_CAME_BACK,
        amount_fen=returned.amount_fen,
        explanation=f"{returned.came_back_on}退回{show(returned.amount_fen)}：{said.reason}；{after}",
        to_cycle_id=returned.to_cycle_id,
    )
    work.on_case(ordered.case_id, [told])
    if not returned.to_cycle_id:
        here.end_if_over(ordered.case_id)
