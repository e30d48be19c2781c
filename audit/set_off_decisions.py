"""Set-offs made again: who decided them, what of an order they take, what a recovery holds for it. (抵扣)"""

from audit.folded import Quarter
from audit.recovery_decisions import comparing, made_again, own
from audit.remaking import Remaking
from domain import set_off
from domain.kinds import RECOVERY, SET_OFFS
from duifu.v1.recovery_pb2 import OrderSetOff, RevokeSetOff, SetOff, SetOffDecided, SetOffHeld, SetOffListed
from ledger import streams


def decided(remaking: Remaking, event: SetOffDecided) -> None:
    """Money was demanded, the edition lets it be set off, and whoever decided stood apart."""
    if event.is_revoked:
        revoking = RevokeSetOff(reason=event.reason)
        made_again(remaking, event, lambda before, by: set_off.revoke(before, revoking, by))
        return
    command = OrderSetOff(
        document_number=event.document_number,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
        agreement_sha256=event.agreement_sha256,
    )
    made_again(remaking, event, lambda before, by: set_off.order(before, command, by, remaking.on))


def listed(remaking: Remaking, event: SetOffListed) -> None:
    """A quarter finds what somebody ordered, under who owes it."""
    recovery = remaking.state(streams.recovery(event.recovery_id), RECOVERY)
    if (check := comparing(remaking, recovery)) is not None:
        check.same("uscc", event.uscc, recovery.opened.uscc, recovery.opened.rule.set_off_clause)
        check.same("is_ordered", recovery.set_off is not None, True, recovery.opened.rule.set_off_clause)


def held(remaking: Remaking, event: SetOffHeld) -> None:
    """A recovery holds, or lets go, what the order says of it."""
    recovery = own(remaking)
    if (check := comparing(remaking, recovery)) is None:
        return
    clause = recovery.opened.rule.set_off_clause
    if event.is_released:
        check.same("amount_fen", event.amount_fen, recovery.to_set_off.get(event.order_id, 0), clause)
        return
    cycle_id = event.order_id.rpartition("-")[0]
    if remaking.reads(cycle_id):
        order = remaking.quarter(cycle_id).orders[event.order_id].ordered
        fen = sum(part.amount_fen for part in order.set_off if part.recovery_id == recovery.recovery_id)
        check.same("amount_fen", event.amount_fen, fen, clause)


def of_order(remaking: Remaking, quarter: Quarter, uscc: str, amount_fen: int) -> list[SetOff]:
    """What of an order is to be set off, as the recoveries stand before it."""
    set_offs = remaking.state(streams.set_offs(quarter.opened.programme_id), SET_OFFS)
    known = (remaking.state(streams.recovery(name), RECOVERY) for name in set_offs.recoveries.get(uscc, ()))
    return set_off.parts(known, amount_fen)
