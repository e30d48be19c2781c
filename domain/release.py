"""What was ordered goes out when it has been checked and released, each by somebody else. (复核、放行)

The maker of a batch is the ledger: its orders follow from the claims and the rules, and an audit makes them again.
"""

import hashlib
from collections.abc import Collection, Iterable

from google.protobuf.message import Message

from domain.batches import Batch, Batches, Ordered
from domain.cycle import Cycle
from domain.cycle_decisions import must_not_be_paused
from domain.duties import accounts_of
from domain.orders import payable_fen, payable_together_fen
from domain.refusals import Refused
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, Actor, SignPayments
from duifu.v1.events_pb2 import GrantOrdered, PaymentBatchMade, PaymentBatchSigned, PaymentOrdered


def make_batch(paid_by: Batches[Ordered]) -> list[Message]:
    """Everything that was ordered since the last batch, once there is nothing more to order; none without signers."""
    if not paid_by.release or paid_by.has_more_to_order:
        return []
    batched = frozenset[str]().union(*(batch.members for batch in paid_by.batches))
    orders = [ordered for ordered in paid_by.outstanding() if ordered.order_id not in batched]
    if not orders:
        return []
    due_fen = sum(ordered.amount_fen for ordered in orders)  # a set-off disposes of money as a payment does
    return [
        PaymentBatchMade(
            batch=len(paid_by.batches) + 1,
            order_ids=[ordered.order_id for ordered in orders],
            amount_fen=payable_together_fen(orders),
            orders_sha256=digest(orders),
            steps=[step.key for step in paid_by.release if due_fen > step.above_fen],
        )
    ]


def sign(paid_by: Batches[Ordered], command: SignPayments, actor: Actor) -> list[PaymentBatchSigned]:
    """One of those who have to signs what he or she has seen.

    Raises Refused CYCLE_UNKNOWN, ROUND_UNKNOWN, CYCLE_PAUSED, BATCH_UNKNOWN, BATCH_SIGNED, BATCH_NOT_IN_TURN,
    ROLE_MISMATCH, BATCH_CHANGED, SIGNER_NOT_APART.
    """
    batch, clause = _batch(paid_by, command.batch), paid_by.release_clause
    if isinstance(paid_by, Cycle):
        must_not_be_paused(paid_by)
    if command.step in batch.signed_by:
        raise Refused("BATCH_SIGNED", clause, cycle=paid_by.list_id, batch=batch.number, step=command.step)
    if command.step != batch.next_step:
        raise Refused("BATCH_NOT_IN_TURN", clause, batch=batch.number, asked=command.step, next=batch.next_step or "—")
    step, orders = paid_by.step(command.step), paid_by.in_batch(batch)
    if actor.role != step.role:
        raise Refused("ROLE_MISMATCH", clause, role=actor.role or "—", needed=step.role, title=step.title)
    if command.orders_sha256 != digest(orders):
        raise Refused("BATCH_CHANGED", clause, batch=batch.number, asked=command.orders_sha256, now=digest(orders))
    must_stand_apart(paid_by, batch, actor)
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


def must_be_known(paid_by: Batches[Ordered]) -> None:
    """It is on record. Raises Refused CYCLE_UNKNOWN, ROUND_UNKNOWN."""
    if not paid_by.list_id:
        raise Refused("CYCLE_UNKNOWN") if isinstance(paid_by, Cycle) else Refused("ROUND_UNKNOWN", round="—")


def must_be_withholdable(paid_by: Batches[Ordered], order_id: str, actor: Actor, reason: str) -> Ordered:
    """The order, if it has not been released and this is one of those who still have to sign.

    Raises Refused CYCLE_UNKNOWN, ORDER_UNKNOWN, ORDER_RELEASED, ROLE_MISMATCH, REASON_MISSING, SIGNER_NOT_APART.
    """
    clause = paid_by.release_clause
    known = paid_by.order(order_id)
    if known is None:
        raise Refused("ORDER_UNKNOWN", clause, order=order_id)
    batch = next((batch for batch in paid_by.to_sign() if order_id in batch.members), None)
    if batch is None or known.result:
        raise Refused("ORDER_RELEASED", clause, order=order_id)
    steps = [paid_by.step(key) for key in batch.steps if key not in batch.signed_by]
    if actor.role not in [step.role for step in steps]:
        needed, titles = "、".join(step.role for step in steps), "、".join(step.title for step in steps)
        raise Refused("ROLE_MISMATCH", clause, role=actor.role or "—", needed=needed, title=titles)
    if not reason.strip():
        raise Refused("REASON_MISSING", clause, title=order_id)
    must_stand_apart(paid_by, batch, actor)
    return known.ordered


def must_stand_apart(paid_by: Batches[Ordered], batch: Batch, actor: Actor) -> None:
    """Who acts on a batch, and whoever lent the role, signed no other step of it, and requested or verified no claim.

    Raises Refused SIGNER_NOT_APART.
    """
    acted = {account: paid_by.step(key).title for key, accounts in batch.signed_by.items() for account in accounts}
    for ordered in paid_by.in_batch(batch):
        had_a_hand = paid_by.requested_by(ordered.case_id) + paid_by.verified_by(ordered.case_id)
        acted |= dict.fromkeys(had_a_hand, ordered.case_id)
    for account in accounts_of(actor):
        if account in acted:
            clause, number = paid_by.release_clause, batch.number
            raise Refused("SIGNER_NOT_APART", clause, batch=number, account=account, at=acted[account])


def must_not_have_signed(paid_by: Batches[Ordered], order_id: str, actor: Actor) -> None:
    """Who puts in how a payment ended neither asked for it nor let it go out; nor did whoever lent the role.

    Raises Refused SIGNER_NOT_APART.
    """
    known = paid_by.order(order_id)
    if actor.authentication == AUTHENTICATION_INTERNAL or known is None:
        return
    case_id, clause = known.ordered.case_id, paid_by.release_clause
    if account := next(iter(set(paid_by.requested_by(case_id)).intersection(accounts_of(actor))), ""):
        number = next((batch.number for batch in paid_by.batches if order_id in batch.members), "—")
        raise Refused("SIGNER_NOT_APART", clause, batch=number, account=account, at=case_id)
    for batch in paid_by.batches:
        for key, accounts in batch.signed_by.items() if order_id in batch.members else ():
            if account := next(iter(set(accounts).intersection(accounts_of(actor))), ""):
                title = paid_by.step(key).title
                raise Refused("SIGNER_NOT_APART", clause, batch=batch.number, account=account, at=title)


def signers(paid_by: Batches[Ordered], order_ids: Collection[str]) -> set[str]:
    """The accounts that let one of these orders go out, or for whom it was signed."""
    batches = [batch for batch in paid_by.batches if not batch.members.isdisjoint(order_ids)]
    return {account for batch in batches for accounts in batch.signed_by.values() for account in accounts}


def digest(orders: Iterable[PaymentOrdered | GrantOrdered]) -> str:
    """SHA-256 of a line for each order: its id, the payee, what goes out in fen; 64 hexadecimal digits."""
    lines = (f"{ordered.order_id}\t{ordered.payee.holder_name}\t{payable_fen(ordered)}\n" for ordered in orders)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _batch(paid_by: Batches[Ordered], number: int) -> Batch:
    must_be_known(paid_by)
    for batch in paid_by.batches:
        if batch.number == number:
            return batch
    known = "、".join(str(batch.number) for batch in paid_by.batches) or "—"
    raise Refused("BATCH_UNKNOWN", paid_by.release_clause, cycle=paid_by.list_id, batch=number, known=known)
