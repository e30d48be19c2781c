"""What came back after it was settled, made again: how much, whose year gets it, and which quarter pays it. (F-7)"""

from audit.compared import Decision
from audit.remaking import Remaking
from domain import payment_answers
from domain.came_back import came_back as adjusted
from domain.came_back import grant_came_back as grant_adjusted
from domain.came_back import is_paid_again
from domain.dates import Quarter
from domain.kinds import CASE, ROUND, VOUCHER
from domain.release import must_not_have_signed
from domain.round import Round
from duifu.v1.commands_pb2 import RecordGrantPayment, RecordPayment
from duifu.v1.events_pb2 import GrantCameBack, PaymentCameBack, RedemptionHeadroomReturned
from ledger import streams


def came_back(remaking: Remaking, event: PaymentCameBack) -> None:
    """All of what the quarter paid of the claim, by somebody who may hand a bank's file in."""
    voucher, quarter = remaking.state(remaking.entry.stream, VOUCHER), remaking.quarter(event.cycle_id)
    opened = quarter.opened
    check = remaking.compare(
        Decision.PAYMENT, event.case_id, event.cycle_id, voucher.programme_id, event.amount_fen, is_part=True
    )
    if check is None:
        return
    payment_answers.must_hand_in(remaking.entry.envelope.actor, event.evidence_sha256, event.order_id)
    said = RecordPayment(
        cycle_id=event.cycle_id,
        order_id=event.order_id,
        bank_reference=event.bank_reference,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
        returned_on=event.came_back_on,
    )
    year = remaking.applied.paying_year(opened, remaking.state(streams.case(event.case_id), CASE))
    derived = adjusted(voucher, opened, event.case_id, said, int(year.rpartition("/")[2]), remaking.on)
    if is_paid_again(derived, remaking.applied.paying(opened)):
        first = max(Quarter.parse(opened.quarter).next, Quarter.of(remaking.on))
        derived.to_cycle_id = remaking.joins(remaking.applied.edition_of(opened), first, event.case_id)
    check.same_message("", event, derived, opened.clause)


def given_back(remaking: Remaking, event: RedemptionHeadroomReturned) -> None:
    """The year gets back what came back in it."""
    voucher = remaking.state(streams.voucher(event.voucher_id), VOUCHER)
    known = voucher.came_back.get(event.order_id, PaymentCameBack())
    check = remaking.compare(Decision.PAYMENT, known.case_id, known.cycle_id, voucher.programme_id, is_part=True)
    if check is not None:
        wanted_fen = known.amount_fen if known.in_its_year else 0
        check.same("amount_fen", event.amount_fen, wanted_fen, known.clause)


def grant_came_back(remaking: Remaking, event: GrantCameBack) -> None:
    """All of what one level paid, by somebody who may hand a bank's file in, and nobody who let it go out."""
    round_: Round = remaking.state(remaking.entry.stream, ROUND)
    opened, actor = round_.opened, remaking.entry.envelope.actor
    check = remaking.compare(Decision.PAYMENT, event.case_id, "", opened.programme_id, event.amount_fen, is_part=True)
    if check is None:
        return
    payment_answers.must_hand_in(actor, event.evidence_sha256, event.order_id)
    must_not_have_signed(round_, event.order_id, actor)
    said = RecordGrantPayment(
        order_id=event.order_id,
        bank_reference=event.bank_reference,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
        returned_on=event.came_back_on,
    )
    programme = remaking.applied.programme(opened.edition_sha256)
    ordered = round_.orders[event.order_id].ordered
    check.same_message("", event, grant_adjusted(programme, ordered, said, opened.clause, remaking.on), opened.clause)
