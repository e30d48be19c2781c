"""People sign what was ordered, or hold an order back, before the treasury is asked to pay. (复核、放行)"""

from commands import grant_payments, payment_results
from commands.in_quarter import InQuarter
from commands.work import Work
from domain import release
from duifu.v1.commands_pb2 import SignPayments, WithholdPayment
from duifu.v1.events_pb2 import GrantReturned, PaymentReturned


def sign(work: Work, command: SignPayments) -> str:
    """One more signature under a batch; with the last one it goes out. Raises what `domain.release.sign` raises."""
    if not command.cycle_id:
        work.on_round(command.round_id, release.sign(work.round(command.round_id), command, work.actor))
        return command.round_id
    work.on_cycle(command.cycle_id, release.sign(work.cycle(command.cycle_id), command, work.actor))
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
