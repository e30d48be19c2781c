"""Vouchers end: swept before their last quarter closes, and made over to nobody. (BJ-A13, BJ-5.3)"""

from itertools import islice
from typing import NoReturn

from commands.in_quarter import InQuarter
from commands.quarters import open_quarters
from commands.redemptions import voucher_of
from commands.work import Work
from domain import cycle_closing
from domain.kinds import VOUCHER
from domain.lapsing import lapsed, must_be_its_holder, refuse_transfer
from domain.refusals import Refused
from duifu.v1.commands_pb2 import LapseVouchers, TransferVoucher
from duifu.v1.events_pb2 import VouchersSwept
from ledger import streams

VOUCHERS_AT_ONCE = 400  # one event each


def lapse(work: Work, command: LapseVouchers) -> str:
    """Look at the next vouchers; what is left of those whose validity ended by the cut-off lapses.

    By then every claim that was made in time is due, or was refused. Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED,
    CYCLE_NOT_FROZEN, CYCLE_NOT_SETTLED, EARLIER_QUARTER_OPEN, NOTHING_LAPSES.
    """
    quarter = work.cycle(command.cycle_id)
    cycle_closing.must_be_settled(quarter)
    if not quarter.lapses:
        raise Refused("NOTHING_LAPSES", quarter.opened.clause, cycle=command.cycle_id)
    cycle_closing.must_close_in_order(quarter, open_quarters(work, quarter.opened.programme_id))
    here = InQuarter(work, command.cycle_id)
    valid_for = here.programme.award.valid_for
    assert valid_for is not None
    after = streams.voucher(quarter.swept_through)
    left = (name for name in work.streams(streams.voucher(f"{here.programme.case_prefix}-voucher-")) if name > after)
    names = list(islice(left, VOUCHERS_AT_ONCE + 1))
    work.look_up(names[:VOUCHERS_AT_ONCE], VOUCHER)
    swept = VouchersSwept(is_last=len(names) <= VOUCHERS_AT_ONCE, last_voucher_id=quarter.swept_through)
    for name in names[:VOUCHERS_AT_ONCE]:
        voucher = work.read(name, VOUCHER)
        swept.last_voucher_id = voucher.voucher_id
        if voucher.programme_id != quarter.opened.programme_id:
            continue
        event = lapsed(voucher, quarter.opened, valid_for.clause)
        if event is not None:
            work.record(name, VOUCHER, [event])
            swept.lapsed += 1
            swept.lapsed_fen += event.lapsed_fen
    work.on_cycle(command.cycle_id, [swept])
    return command.cycle_id


def transfer(work: Work, command: TransferVoucher) -> NoReturn:
    """Raises Refused VOUCHER_UNKNOWN, NOT_YOUR_CASE, NOT_THE_HOLDER, NOT_TRANSFERABLE: the attempt is on record."""
    voucher = voucher_of(work, command.voucher_id)
    must_be_its_holder(voucher, work.actor)
    raise refuse_transfer(voucher, command.to_uscc)
