"""People sign what was ordered, or hold an order back, before the treasury is asked to pay. (复核、放行)"""

from commands.in_quarter import InQuarter
from commands.payment_results import take_back
from commands.work import Work
from domain import release
from duifu.v1.commands_pb2 import SignPayments, WithholdPayment
from duifu.v1.events_pb2 import PaymentReturned


def sign(work: Work, command: SignPayments) -> str:
    """One more signature under a batch; with the last one it goes out. Raises what `domain.release.sign` raises."""
    work.on_cycle(command.cycle_id, release.sign(work.cycle(command.cycle_id), command, work.actor))
    return command.cycle_id


def withhold(work: Work, command: WithholdPayment) -> str:
    """Hold an order back: the year's head-room is free again, and the claim joins a later quarter.

    Raises what `domain.release.must_be_withholdable` raises.
    """
    quarter = work.cycle(command.cycle_id)
    ordered = release.must_be_withholdable(quarter, command.order_id, work.actor, command.reason)
    withheld = PaymentReturned(order_id=ordered.order_id, reason=command.reason, withheld_by=work.actor.id)
    take_back(InQuarter(work, command.cycle_id), ordered, withheld, f"未予放行：{command.reason}")
    return command.cycle_id
