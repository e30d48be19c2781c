"""Money that was settled and came back: which year gets it, and whether it is paid again. (退汇, F-7)

Nothing closed is opened for it: the quarter or the round has paid, and says so for ever. The adjustment is on the
voucher; of a grant in its round, which has no later one.
"""

from collections.abc import Iterable
from datetime import date

from domain.dates import from_iso
from domain.format.programme import Programme
from domain.recovery import Recovery, Standing
from domain.refusals import Refused
from domain.serving import Paying
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import RecordGrantPayment, RecordPayment
from duifu.v1.events_pb2 import CycleOpened, GrantCameBack, GrantOrdered, PaymentCameBack, VoucherRedeemed


def came_back(
    voucher: Voucher, quarter: CycleOpened, case_id: str, said: RecordPayment, limit_year: int, on: date
) -> PaymentCameBack:
    """The adjustment of what a quarter paid of a claim, but for the quarter that pays it again.

    Raises Refused NOT_YET_HAPPENED.
    """
    came_back_on = _day(said, quarter.clause, on)
    return PaymentCameBack(
        order_id=said.order_id,
        case_id=case_id,
        cycle_id=quarter.cycle_id,
        amount_fen=went_out_fen(payout(voucher, quarter.cycle_id, case_id)),
        came_back_on=came_back_on.isoformat(),
        bank_reference=said.bank_reference,
        reason=said.reason,
        evidence_sha256=said.evidence_sha256,
        limit_year=limit_year,
        in_its_year=came_back_on.year == quarter.paying_year,
        clause=quarter.clause,
    )


def grant_came_back(
    programme: Programme, ordered: GrantOrdered, said: RecordGrantPayment, clause: str, on: date
) -> GrantCameBack:
    """The adjustment of what one level paid to an applicant, and whether it is ordered again.

    Raises Refused NOT_YET_HAPPENED, PARAMETER_EXPIRED.
    """
    came_back_on, pay_on = _day(said, clause, on), from_iso(ordered.pay_on)
    in_its_year = came_back_on.year == pay_on.year
    return GrantCameBack(
        order_id=ordered.order_id,
        case_id=ordered.case_id,
        level=ordered.level,
        amount_fen=ordered.amount_fen,
        came_back_on=came_back_on.isoformat(),
        bank_reference=said.bank_reference,
        reason=said.reason,
        evidence_sha256=said.evidence_sha256,
        in_its_year=in_its_year,
        is_paid_again=in_its_year or programme.setting(programme.payments.came_back, pay_on) == "always",
        clause=clause,
    )


def is_paid_again(returned: PaymentCameBack, terms: Paying) -> bool:
    """Money of a past budget year is the treasury's, unless the programme reads it otherwise. (F-7)"""
    return returned.in_its_year or terms.always_again


def payout(voucher: Voucher, cycle_id: str, case_id: str) -> VoucherRedeemed:
    """What a quarter paid of a claim, and has not come back. Raises StopIteration."""
    return next(paid for paid in voucher.payouts if (paid.cycle_id, paid.case_id) == (cycle_id, case_id))


def went_out_fen(paid: VoucherRedeemed) -> int:
    """What of a payout the treasury paid: what was set off against a recovery stays so."""
    return paid.amount_fen - paid.set_off_fen


def must_not_be_recovered(recoveries: Iterable[Recovery], order_id: str, source_id: str, case_id: str) -> None:
    """Nobody demands the payment back: then the money is a receipt there. Raises Refused PAYMENT_IN_RECOVERY.

    `source_id` is the quarter that paid a claim, or the order that paid a grant.
    """
    for known in recoveries:
        shares = ((share.source_id, share.case_id) for share in known.opened.shares)
        if known.standing != Standing.WITHDRAWN and (source_id, case_id) in shares:
            raise Refused("PAYMENT_IN_RECOVERY", known.opened.clause, order=order_id, recovery=known.recovery_id)


def _day(said: RecordPayment | RecordGrantPayment, clause: str, on: date) -> date:
    """The day that the file says, or else that of the import. Raises Refused NOT_YET_HAPPENED."""
    came_back_on = from_iso(said.returned_on) if said.returned_on else on
    if came_back_on > on:
        what = f"支付指令 {said.order_id} 的退回"
        raise Refused("NOT_YET_HAPPENED", clause, what=what, day=came_back_on, received_on=on)
    return came_back_on
