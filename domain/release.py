"""What was ordered goes out when it has been checked and released, each by somebody else. (复核、放行)

The maker of a batch is the ledger: its orders follow from the claims and the rules, and an audit makes them again.
"""

import hashlib
from collections.abc import Iterable

from google.protobuf.message import Message

from domain.cycle import Batch, Cycle
from domain.cycle_decisions import must_not_be_paused
from domain.duties import accounts_of
from domain.orders import payable_fen, payable_together_fen
from domain.quarter_index import Claim
from domain.refusals import Refused
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, Actor, SignPayments
from duifu.v1.events_pb2 import PaymentBatchMade, PaymentBatchSigned, PaymentOrdered


def make_batch(cycle: Cycle) -> list[Message]:
    """Everything that was ordered since the last batch, once there is nothing more to order; none without signers."""
    if not cycle.opened.release or len(cycle.index.payable):
        return []
    batched = frozenset[str]().union(*(batch.members for batch in cycle.batches))
    orders = [ordered for ordered in cycle.outstanding() if ordered.order_id not in batched]
    if not orders:
        return []
    due_fen = sum(ordered.amount_fen for ordered in orders)  # a set-off disposes of money as a payment does
    return [
        PaymentBatchMade(
            batch=len(cycle.batches) + 1,
            order_ids=[ordered.order_id for ordered in orders],
            amount_fen=payable_together_fen(orders),
            orders_sha256=digest(orders),
            steps=[step.key for step in cycle.opened.release if due_fen > step.above_fen],
        )
    ]


def sign(cycle: Cycle, command: SignPayments, actor: Actor) -> list[Message]:
    """One of those who have to signs what he or she has seen.

    Raises Refused CYCLE_UNKNOWN, CYCLE_PAUSED, BATCH_UNKNOWN, BATCH_SIGNED, BATCH_NOT_IN_TURN, ROLE_MISMATCH,
    BATCH_CHANGED, SIGNER_NOT_APART.
    """
    batch, clause = _batch(cycle, command.batch), cycle.opened.release_clause
    must_not_be_paused(cycle)
    if command.step in batch.signed_by:
        raise Refused("BATCH_SIGNED", clause, cycle=cycle.cycle_id, batch=batch.number, step=command.step)
    if command.step != batch.next_step:
        raise Refused("BATCH_NOT_IN_TURN", clause, batch=batch.number, asked=command.step, next=batch.next_step or "—")
    step, orders = cycle.step(command.step), cycle.in_batch(batch)
    if actor.role != step.role:
        raise Refused("ROLE_MISMATCH", clause, role=actor.role or "—", needed=step.role, title=step.title)
    if command.orders_sha256 != digest(orders):
        raise Refused("BATCH_CHANGED", clause, batch=batch.number, asked=command.orders_sha256, now=digest(orders))
    must_stand_apart(cycle, batch, actor)
    return [
        PaymentBatchSigned(
            batch=batch.number,
            step=step.key,
            title=step.title,
            orders_sha256=command.orders_sha256,
            amount_fen=payable_together_fen(orders),
            signed_by=actor.id,
            on_behalf_of=actor.on_behalf_of,
        )
    ]


def must_be_withholdable(cycle: Cycle, order_id: str, actor: Actor, reason: str) -> PaymentOrdered:
    """The order, if it has not been released and this is one of those who still have to sign.

    Raises Refused CYCLE_UNKNOWN, ORDER_UNKNOWN, ORDER_RELEASED, ROLE_MISMATCH, REASON_MISSING, SIGNER_NOT_APART.
    """
    clause = cycle.opened.release_clause
    if order_id not in cycle.orders:
        raise Refused("ORDER_UNKNOWN", clause, cycle=cycle.cycle_id or "—", order=order_id)
    batch = next((batch for batch in cycle.to_sign() if order_id in batch.members), None)
    if batch is None or cycle.orders[order_id].result:
        raise Refused("ORDER_RELEASED", clause, order=order_id)
    steps = [cycle.step(key) for key in batch.steps if key not in batch.signed_by]
    if actor.role not in [step.role for step in steps]:
        needed, titles = "、".join(step.role for step in steps), "、".join(step.title for step in steps)
        raise Refused("ROLE_MISMATCH", clause, role=actor.role or "—", needed=needed, title=titles)
    if not reason.strip():
        raise Refused("REASON_MISSING", clause, title=order_id)
    must_stand_apart(cycle, batch, actor)
    return cycle.orders[order_id].ordered


def must_stand_apart(cycle: Cycle, batch: Batch, actor: Actor) -> None:
    """Who acts on a batch, and whoever lent the role, signed no other step of it, and requested or verified no claim.

    Raises Refused SIGNER_NOT_APART.
    """
    acted = {account: cycle.step(key).title for key, accounts in batch.signed_by.items() for account in accounts}
    for ordered in cycle.in_batch(batch):
        acted |= dict.fromkeys(_had_a_hand_in(cycle.claims[ordered.case_id]), ordered.case_id)
    for account in accounts_of(actor):
        if account in acted:
            clause, number = cycle.opened.release_clause, batch.number
            raise Refused("SIGNER_NOT_APART", clause, batch=number, account=account, at=acted[account])


def must_not_have_signed(cycle: Cycle, order_id: str, actor: Actor) -> None:
    """Who puts in how a payment ended neither asked for it nor let it go out; nor did whoever lent the role.

    Raises Refused SIGNER_NOT_APART.
    """
    if actor.authentication == AUTHENTICATION_INTERNAL or order_id not in cycle.orders:
        return
    case_id, clause = cycle.orders[order_id].ordered.case_id, cycle.opened.release_clause
    if account := next(iter(set(cycle.claims[case_id].requested_by).intersection(accounts_of(actor))), ""):
        number = next((batch.number for batch in cycle.batches if order_id in batch.members), "—")
        raise Refused("SIGNER_NOT_APART", clause, batch=number, account=account, at=case_id)
    for batch in cycle.batches:
        for key, accounts in batch.signed_by.items() if order_id in batch.members else ():
            if account := next(iter(set(accounts).intersection(accounts_of(actor))), ""):
                title = cycle.step(key).title
                raise Refused("SIGNER_NOT_APART", clause, batch=batch.number, account=account, at=title)


def digest(orders: Iterable[PaymentOrdered]) -> str:
    """SHA-256 of a line for each order: its id, the payee, what goes out in fen; 64 hexadecimal digits."""
    lines = (f"{ordered.order_id}\t{ordered.payee.holder_name}\t{payable_fen(ordered)}\n" for ordered in orders)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _had_a_hand_in(claim: Claim) -> tuple[str, ...]:
    return claim.requested_by + claim.verified_by


def _batch(cycle: Cycle, number: int) -> Batch:
    if not cycle.cycle_id:
        raise Refused("CYCLE_UNKNOWN")
    for batch in cycle.batches:
        if batch.number == number:
            return batch
    known = "、".join(str(batch.number) for batch in cycle.batches) or "—"
    raise Refused("BATCH_UNKNOWN", cycle.opened.release_clause, cycle=cycle.cycle_id, batch=number, known=known)
