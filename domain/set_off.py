"""What is open of a recovery is taken out of later payments to the enterprise that owes it. (抵扣, BJ-A26)

A person decides it. Each order says what of it is set off, and holds that much of the recovery until it has ended: what
is settled came in, what came back is open again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.dates import from_iso
from domain.money import show
from domain.recovery import Recovery, Standing
from domain.recovery_collecting import came_in, must_not_be_held
from domain.recovery_decisions import must_decide, must_say_why, must_stand
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import PaymentOrdered
from duifu.v1.recovery_pb2 import (
    OrderSetOff,
    RecoveryReceived,
    RevokeSetOff,
    SetOff,
    SetOffDecided,
    SetOffHeld,
    SetOffListed,
)

TITLE = "抵扣"
AT_ONCE_MAX = 5  # recoveries that one order is set off against; the next payment takes the next ones


@dataclass(frozen=True)
class SetOffs:
    """The recoveries of a programme that somebody ordered to be set off, by enterprise, in the order of that."""

    recoveries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by uscc, their ids


def evolve(set_offs: SetOffs, event: Message) -> SetOffs:
    """The list after one more event."""
    if isinstance(event, SetOffListed):
        return SetOffs(
            {**set_offs.recoveries, event.uscc: (*set_offs.recoveries.get(event.uscc, ()), event.recovery_id)}
        )
    raise UnknownEvent(type(event).__name__)


def order(recovery: Recovery, command: OrderSetOff, actor: Actor, on: date) -> list[Message]:
    """What is open is set off from now on; nothing if this decision stands.

    Without the enterprise's agreement only where the programme says so, once the days to pay are over.

    Raises Refused SET_OFF_NOT_FORESEEN, RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, REASON_MISSING,
    SET_OFF_NOT_AGREED.
    """
    rule, opened = recovery.opened.rule, recovery.opened
    if not rule.set_off_clause or not opened.voucher_id:
        raise Refused("SET_OFF_NOT_FORESEEN", rule.clause, recovery=recovery.recovery_id)
    must_stand(recovery, TITLE, Standing.DEMANDED)
    must_decide(recovery, actor, TITLE)
    must_say_why(command.reason, TITLE, rule.set_off_clause)
    assert recovery.demand is not None
    pay_by = from_iso(recovery.demand.pay_by_on)
    if not command.agreement_sha256 and not (rule.set_off_when_overdue and on > pay_by):
        raise Refused("SET_OFF_NOT_AGREED", rule.set_off_clause, recovery=recovery.recovery_id, pay_by=pay_by)
    decided = SetOffDecided(
        document_number=command.document_number,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        agreement_sha256=command.agreement_sha256,
        clause=rule.set_off_clause,
    )
    return [] if recovery.set_off == decided else [decided]


def listed(set_offs: SetOffs, recovery: Recovery) -> list[Message]:
    """Where a quarter will find it; nothing if it does already."""
    opened = recovery.opened
    if opened.recovery_id in set_offs.recoveries.get(opened.uscc, ()):
        return []
    return [SetOffListed(recovery_id=opened.recovery_id, uscc=opened.uscc)]


def revoke(recovery: Recovery, command: RevokeSetOff, actor: Actor) -> list[Message]:
    """Nothing more is set off.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, SET_OFF_NOT_ORDERED, REASON_MISSING,
    SET_OFF_HELD.
    """
    must_stand(recovery, "撤销抵扣", Standing.DEMANDED)
    must_decide(recovery, actor, "撤销抵扣")
    clause = recovery.opened.rule.set_off_clause
    if recovery.set_off is None:
        raise Refused("SET_OFF_NOT_ORDERED", clause, recovery=recovery.recovery_id)
    must_say_why(command.reason, "撤销抵扣", clause)
    must_not_be_held(recovery)
    return [SetOffDecided(is_revoked=True, reason=command.reason, clause=clause)]


def parts(known: Iterable[Recovery], amount_fen: int) -> list[SetOff]:
    """What of an order is set off against which recoveries, in this order, no more of each than nobody holds."""
    found: list[SetOff] = []
    for recovery in known:
        is_ordered = recovery.set_off is not None and recovery.standing is Standing.DEMANDED
        fen = min(amount_fen, recovery.unheld_fen) if is_ordered else 0
        if fen and len(found) < AT_ONCE_MAX:
            found.append(SetOff(recovery_id=recovery.recovery_id, amount_fen=fen))
            amount_fen -= fen
    return found


def hold(order_id: str, part: SetOff) -> SetOffHeld:
    """The order holds its part of the recovery until it has ended."""
    return SetOffHeld(order_id=order_id, amount_fen=part.amount_fen)


def release(order_id: str, part: SetOff) -> SetOffHeld:
    """The order came back, or did not go out: nothing was set off."""
    return SetOffHeld(order_id=order_id, amount_fen=part.amount_fen, is_released=True)


def settle(recovery: Recovery, order_id: str, on: date) -> tuple[RecoveryReceived, list[Message]]:
    """What an order held came in with its settlement, like money on that day. (F-7)"""
    return came_in(recovery, recovery.to_set_off[order_id], on, order_id=order_id)


def references(ordered: PaymentOrdered) -> str:
    """By what an order that is wholly set off is settled: its recoveries."""
    return "、".join(part.recovery_id for part in ordered.set_off)


def told(ordered: PaymentOrdered) -> str:
    """What of an order is set off against what, in Chinese; empty for nothing."""
    named = "、".join(f"{part.recovery_id} {show(part.amount_fen)}" for part in ordered.set_off)
    return f"其中抵扣{named}" if named else ""
