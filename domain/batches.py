"""Payment orders that are signed together before they go out, of a quarter as of a round. (复核、放行)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from domain.orders import Order
from domain.states import DERIVED
from domain.sums import Sum
from duifu.v1.events_pb2 import (
    CycleOpened,
    GrantOrdered,
    PaymentBatchMade,
    PaymentBatchSigned,
    PaymentOrdered,
    ReleaseStep,
    RoundOpened,
    TreasurySilent,
)

Ordered = TypeVar("Ordered", PaymentOrdered, GrantOrdered)


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders that are released together: who has to sign, and who has."""

    number: int
    order_ids: tuple[str, ...]
    steps: tuple[str, ...]
    signed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # step -> accounts
    answer_due_on: str = ""  # once it is released: the treasury should have answered by then
    members: frozenset[str] = field(default=frozenset(), metadata=DERIVED)  # the same orders, to look one up

    @property
    def is_signed(self) -> bool:
        """Whether it is released."""
        return not self.next_step

    @property
    def next_step(self) -> str:
        """The first step that nobody has signed; empty: it is released."""
        return next((step for step in self.steps if step not in self.signed_by), "")


class Batches(Generic[Ordered]):
    """Who pays: a quarter or a round, with the batches of what it ordered."""

    opened: CycleOpened | RoundOpened
    orders: Mapping[str, Order[Ordered]]
    batches: tuple[Batch, ...]
    silent: TreasurySilent  # the newest report of a treasury

    @property
    def list_id(self) -> str:
        """Of the quarter or the round; empty if nobody has joined it."""
        raise NotImplementedError

    @property
    def release(self) -> Sequence[ReleaseStep]:
        """Who signs, as it was pinned when it was opened; nobody: what is ordered goes out."""
        return self.opened.release

    @property
    def release_clause(self) -> str:
        """Where the programme says so."""
        return self.opened.release_clause

    @property
    def has_more_to_order(self) -> bool:
        """Whether a batch would not have everything yet."""
        raise NotImplementedError

    def order(self, order_id: str) -> Order[Ordered] | None:
        """An order and what came of it; None: it was never given."""
        return self.orders.get(order_id)

    def outstanding(self) -> list[Ordered]:
        """Orders without an answer of the treasury, as they were given."""
        raise NotImplementedError

    def awaited(self) -> Mapping[str, Sum]:
        """Orders that were handed in and have no answer, by the last day on which it is in time."""
        raise NotImplementedError

    def requested_by(self, case_id: str) -> tuple[str, ...]:
        """The accounts that asked for the money of a case, or for whom they asked."""
        raise NotImplementedError

    def verified_by(self, case_id: str) -> tuple[str, ...]:
        """The accounts that decided that it is due."""
        raise NotImplementedError

    def has_gone_out(self, order_id: str) -> bool:
        """Whether an order was signed by everybody who has to, answered or not."""
        return not self.release or any(order_id in batch.members for batch in self.batches if batch.is_signed)

    def answer_due_on(self, ordered: Ordered) -> str:
        """The last day on which an answer is in time; empty before the order is handed in, and where nobody counts."""
        if not self.release:
            return ordered.answer_due_on
        found = (batch.answer_due_on for batch in self.batches if ordered.order_id in batch.members)
        return next(found, "")

    def in_batch(self, batch: Batch) -> list[Ordered]:
        """The orders of a batch that were not held back, and not answered."""
        known = (self.orders[order_id] for order_id in batch.order_ids)
        return [order.ordered for order in known if not order.result]

    def to_sign(self) -> list[Batch]:
        """Batches that wait to be signed."""
        return [batch for batch in self.batches if batch.next_step and self.in_batch(batch)]

    def step(self, key: str) -> ReleaseStep:
        """How a batch is signed. Raises KeyError."""
        return {step.key: step for step in self.release}[key]


def with_batch(batches: tuple[Batch, ...], made: PaymentBatchMade) -> tuple[Batch, ...]:
    """The batches with one more."""
    orders = tuple(made.order_ids)
    return (*batches, Batch(made.batch, orders, tuple(made.steps), members=frozenset(orders)))


def with_signature(batches: tuple[Batch, ...], signed: PaymentBatchSigned) -> tuple[Batch, ...]:
    """The batches with one more signature."""
    accounts = tuple(account for account in (signed.signed_by, signed.on_behalf_of) if account)
    due_on = signed.answer_due_on
    return tuple(
        replace(batch, signed_by={**batch.signed_by, signed.step: accounts}, answer_due_on=due_on)
        if batch.number == signed.batch
        else batch
        for batch in batches
    )
