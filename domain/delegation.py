"""The roles that one person has lent to others under one programme, from day to day."""

from dataclasses import dataclass, replace
from datetime import date

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.dates import add_years, from_iso
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, DelegateRole, RevokeDelegation
from duifu.v1.events_pb2 import DelegationRevoked, RoleDelegated

TITLE = "授权"
YEARS_MAX = 1  # then it is given anew, or somebody else holds the role


@dataclass(frozen=True, slots=True)
class Delegations:
    """What one person has lent and not taken back, in the order in which it was lent."""

    lent: tuple[RoleDelegated, ...] = ()

    def to(self, account: str, role: str) -> tuple[RoleDelegated, ...]:
        """What this account was lent of a role."""
        return tuple(loan for loan in self.lent if (loan.to, loan.role) == (account, role))


def delegate(command: DelegateRole, actor: Actor, on: date) -> list[Message]:
    """Lend one's role to somebody, for a time. `on` is the business date.

    Raises Refused DELEGATION_ONWARD, ROLE_MISMATCH, DELEGATION_TO_SELF, DELEGATION_IN_PAST, DELEGATION_TOO_LONG.
    """
    if actor.on_behalf_of:
        raise Refused("DELEGATION_ONWARD", role=actor.role, delegator=actor.on_behalf_of)
    if actor.role != command.role:
        raise Refused("ROLE_MISMATCH", role=actor.role, needed=command.role, title=TITLE)
    if command.to == actor.id:
        raise Refused("DELEGATION_TO_SELF", account=actor.id)
    from_on, through_on = from_iso(command.from_on), from_iso(command.through_on)
    if from_on < on:
        raise Refused("DELEGATION_IN_PAST", from_on=from_on, today=on)
    if through_on > (last := add_years(from_on, YEARS_MAX)):
        raise Refused("DELEGATION_TOO_LONG", from_on=from_on, through_on=through_on, last=last)
    return [
        RoleDelegated(
            delegator=actor.id,
            to=command.to,
            role=command.role,
            programme_id=command.programme_id,
            from_on=command.from_on,
            through_on=command.through_on,
            reason=command.reason,
        )
    ]


def revoke(delegations: Delegations, command: RevokeDelegation, actor: Actor) -> list[Message]:
    """Take back a role that one has lent, at once. Raises Refused DELEGATION_MISSING."""
    if not delegations.to(command.to, command.role):
        raise Refused("DELEGATION_MISSING", account=command.to, role=command.role, delegator=actor.id)
    return [DelegationRevoked(delegator=actor.id, to=command.to, role=command.role, reason=command.reason)]


def must_be_lent(delegations: Delegations, actor: Actor, on: date) -> None:
    """The role in which the actor acts for somebody is theirs on this day.

    Raises Refused DELEGATION_MISSING; DELEGATION_EXPIRED, also of one that has not begun.
    """
    loans = delegations.to(actor.id, actor.role)
    if not loans:
        raise Refused("DELEGATION_MISSING", account=actor.id, role=actor.role, delegator=actor.on_behalf_of)
    if not any(loan.from_on <= on.isoformat() <= loan.through_on for loan in loans):
        periods = "、".join(f"{loan.from_on}..{loan.through_on}" for loan in loans)
        raise Refused(
            "DELEGATION_EXPIRED",
            account=actor.id,
            role=actor.role,
            delegator=actor.on_behalf_of,
            periods=periods,
            today=on,
        )


def evolve(delegations: Delegations, event: Message) -> Delegations:
    """What is lent after one more event."""
    match event:
        case RoleDelegated():
            return replace(delegations, lent=(*delegations.lent, event))
        case DelegationRevoked():
            taken_back = delegations.to(event.to, event.role)
            return replace(delegations, lent=tuple(loan for loan in delegations.lent if loan not in taken_back))
    raise UnknownEvent(type(event).__name__)
