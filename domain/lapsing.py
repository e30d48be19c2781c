"""A voucher is its holder's, and for a time: nobody else is paid for it, and what nobody asks for in time lapses.

(BJ-5.3, BJ-A13)
"""

from datetime import date

from domain.dates import from_iso
from domain.refusals import Refused
from domain.review import APPLICANT
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import CycleOpened, VoucherLapsed

HOLDER_CLAUSE = "BJ-5.3"


def must_be_its_holder(voucher: Voucher, actor: Actor) -> None:
    """Who asks speaks for the enterprise that has the voucher. Raises Refused NOT_YOUR_CASE, NOT_THE_HOLDER."""
    if actor.role != APPLICANT or not actor.uscc:
        raise Refused("NOT_YOUR_CASE", case=voucher.voucher_id, uscc=actor.uscc or "—")
    if actor.uscc != voucher.uscc:
        raise Refused("NOT_THE_HOLDER", HOLDER_CLAUSE, voucher=voucher.voucher_id, uscc=actor.uscc)


def refuse_transfer(voucher: Voucher, to_uscc: str) -> Refused:
    """No voucher is made over to anybody. (转让)"""
    return Refused(
        "NOT_TRANSFERABLE", HOLDER_CLAUSE, voucher=voucher.voucher_id, holder=voucher.holder_name, to=to_uscc
    )


def must_be_valid(voucher: Voucher, clause: str, on: date) -> None:
    """A request is in time. Raises Refused VOUCHER_EXPIRED."""
    if voucher.valid_through and on > from_iso(voucher.valid_through):
        raise Refused("VOUCHER_EXPIRED", clause, valid_through=voucher.valid_through, requested_on=on)


def lapsed(voucher: Voucher, quarter: CycleOpened, clause: str) -> VoucherLapsed | None:
    """What is not due of a voucher that the quarter took the last requests for; None if nothing lapses."""
    left_fen = voucher.face_value_fen - voucher.due_fen - voucher.expired_fen
    if not voucher.valid_through or voucher.valid_through > quarter.cut_off_on or left_fen <= 0:
        return None
    return VoucherLapsed(
        lapsed_fen=left_fen, valid_through=voucher.valid_through, cycle_id=quarter.cycle_id, clause=clause
    )
