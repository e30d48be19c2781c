"""What is open of a recovery, set off against the payments that a quarter orders to the same enterprise. (抵扣)"""

from commands import recoveries
from commands.work import Work
from domain import set_off
from domain.kinds import RECOVERY, SET_OFFS
from domain.refusals import Refused
from duifu.v1.events_pb2 import PaymentOrdered
from duifu.v1.recovery_pb2 import OrderSetOff, RevokeSetOff, SetOff
from ledger import streams


def order(work: Work, command: OrderSetOff) -> str:
    """From now on payments are set off. Raises RECOVERY_UNKNOWN, DUTY_REQUESTER, and what `set_off.order` raises."""
    recovery = recoveries.acted_on(work, command.recovery_id)
    if recoveries.pays_another(work, recovery):
        raise Refused("SET_OFF_NOT_FORESEEN", recovery.opened.clause, recovery=recovery.recovery_id)
    decided = set_off.order(recovery, command, work.actor, work.on)
    work.record(streams.recovery(recovery.recovery_id), RECOVERY, decided)
    if decided:
        stream = streams.set_offs(recovery.opened.programme_id)
        work.record(stream, SET_OFFS, set_off.listed(work.read(stream, SET_OFFS), recovery))
    return recovery.recovery_id


def revoke(work: Work, command: RevokeSetOff) -> str:
    """None is any more. Raises RECOVERY_UNKNOWN, DUTY_REQUESTER, and what `set_off.revoke` raises."""
    recovery = recoveries.acted_on(work, command.recovery_id)
    work.record(streams.recovery(recovery.recovery_id), RECOVERY, set_off.revoke(recovery, command, work.actor))
    return recovery.recovery_id


def parts_of(work: Work, programme_id: str, uscc: str, amount_fen: int) -> list[SetOff]:
    """What of an order to an enterprise is set off: one read for all claims of a command, where there is nothing."""
    of_enterprise = work.read(streams.set_offs(programme_id), SET_OFFS).recoveries.get(uscc, ())
    return set_off.parts((work.read(streams.recovery(name), RECOVERY) for name in of_enterprise), amount_fen)


def hold(work: Work, ordered: PaymentOrdered) -> None:
    """The order holds its parts until it has ended."""
    for part in ordered.set_off:
        work.record(streams.recovery(part.recovery_id), RECOVERY, [set_off.hold(ordered.order_id, part)])


def release(work: Work, ordered: PaymentOrdered) -> None:
    """The order came back, or did not go out: its parts are open again."""
    for part in ordered.set_off:
        work.record(streams.recovery(part.recovery_id), RECOVERY, [set_off.release(ordered.order_id, part)])


def settle(work: Work, ordered: PaymentOrdered) -> None:
    """Its parts came in, with the settlement of the order."""
    for part in ordered.set_off:
        stream = streams.recovery(part.recovery_id)
        recovery = work.read(stream, RECOVERY)
        received, closed = set_off.settle(recovery, ordered.order_id, work.on)
        work.record(stream, RECOVERY, [received, *closed])
        recoveries.give_back(work, recovery, received)
