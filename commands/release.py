"""People sign what was ordered, or hold an order back, before the treasury is asked to pay. (复核、放行)"""

from commands import grant_payments, payment_results
from commands.in_quarter import InQuarter
from commands.work import Work
from domain import release, treasury_silence
from domain.cycle import Cycle
from domain.dates import from_iso
from domain.round import Round
from duifu.v1.commands_pb2 import ReportTreasurySilence, SignPayments, WithholdPayment
from duifu.v1.events_pb2 import GrantReturned, PaymentBatchSigned, PaymentReturned


def sign(work: Work, command: SignPayments) -> str:
    """One more signature under a batch; with the last one it goes out. Raises what `domain.release.sign` raises."""
    if not command.cycle_id:
        round_ = work.round(command.round_id)
        signed = release.sign(round_, command, work.actor)
        work.on_round(command.round_id, [_handed_in(work, round_, event) for event in signed])
        return command.round_id
    quarter = work.cycle(command.cycle_id)
    signed = release.sign(quarter, command, work.actor)
    work.on_cycle(command.cycle_id, [_handed_in(work, quarter, event) for event in signed])
    return command.cycle_id


def report_silence(work: Work, command: ReportTreasurySilence) -> str:
    """Put on record that a treasury has not answered in time. Raises what `domain.treasury_silence.report` raises."""
    if not command.cycle_id:
        work.on_round(command.round_id, treasury_silence.report(work.round(command.round_id), command, work.at))
        return command.round_id
    work.on_cycle(command.cycle_id, treasury_silence.report(work.cycle(command.cycle_id), command, work.at))
    return command.cycle_id


def withhold(work: Work, command: WithholdPayment) -> str:
    """Hold an order back: a claim joins a later quarter, a grant is ordered again when its account was replaced.

    Raises what `domain.release.must_be_withholdable` raises.
    """
    why = f"未予放行：{command.reason}"
    if not command.cycle_id:
        round_ = work.round(command.round_id)
        grant = release.must_be_withholdable(round_, command.order_id, work.actor, command.reason)
        held = GrantReturned(order_id=grant.order_id, reason=command.reason, withheld_by=work.actor.id)
        grant_payments.take_back(work, command.round_id, grant, held, why)
        return command.round_id
    quarter = work.cycle(command.cycle_id)
    ordered = release.must_be_withholdable(quarter, command.order_id, work.actor, command.reason)
    withheld = PaymentReturned(order_id=ordered.order_id, reason=command.reason, withheld_by=work.actor.id)
    payment_results.take_back(InQuarter(work, command.cycle_id), ordered, withheld, why)
    return command.cycle_id


def _handed_in(work: Work, paid_by: Cycle | Round, signed: PaymentBatchSigned) -> PaymentBatchSigned:
    """With the last signature the treasury's days begin, or on the day of payment if that is later."""
    batch = next(known for known in paid_by.batches if known.number == signed.batch)
    if batch.steps[-1] == signed.step:
        pay_on = max((from_iso(ordered.pay_on) for ordered in paid_by.in_batch(batch)), default=work.on)
        signed.answer_due_on = work.answer_due_on(paid_by.opened.programme_id, pay_on)
    return signed
