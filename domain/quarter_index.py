"""What follows from the claims and orders of a quarter, kept as they change: nobody has to go through all of them."""

from __future__ import annotations  # the maps cannot be subscripted while the program runs

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from rpds import HashTrieMap

from domain.numbered import Numbered
from domain.states import changed
from domain.sums import NOTHING, Sum, Sums
from duifu.v1.events_pb2 import PaymentOrdered


class ClaimState(StrEnum):
    """Where a claim stands in its quarter."""

    ADMITTED = "admitted"  # waits for verification and assessment
    READY = "ready"  # assessed; waits for the batch
    DROPPED = "dropped"
    DONE = "done"  # ordered, deferred, or both


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim in one quarter."""

    case_id: str
    voucher_id: str
    uscc: str
    state: ClaimState
    due_fen: int = 0
    verified_by: tuple[str, ...] = ()  # accounts
    order_id: str = ""  # the newest; empty: none
    requested_by: tuple[str, ...] = ()  # accounts


@dataclass(frozen=True)
class Index:
    """Claims by where they stand and by holder, orders without an answer, and how much each kind comes to."""

    waiting: Numbered = field(default_factory=Numbered)  # claims that are not assessed
    payable: Numbered = field(default_factory=Numbered)  # claims that are ready
    of_holder: HashTrieMap[str, tuple[str, ...]] = field(default_factory=HashTrieMap)  # uscc -> its claims
    unanswered: Numbered = field(default_factory=Numbered)  # orders
    claims: Sums[ClaimState] = field(default_factory=Sums)  # what they are due
    orders: Sums[str] = field(default_factory=Sums)  # by result
    deferred: Sum = NOTHING
    awaited: Sums[str] = field(default_factory=Sums)  # unanswered orders that were handed in, by when an answer is due

    def with_claim(self, before: Claim | None, claim: Claim) -> Index:
        """After a claim came, or changed."""
        case_id, index = claim.case_id, self
        if before is None:
            known = self.of_holder.get(claim.uscc, ())
            index = changed(self, of_holder=self.of_holder.insert(claim.uscc, (*known, case_id)))
        sums = self.claims.minus(before.state, before.due_fen) if before else self.claims
        if before is None or before.state != claim.state:
            waiting, payable = self.waiting.discard(case_id), self.payable.discard(case_id)
            is_waiting, is_payable = claim.state == ClaimState.ADMITTED, claim.state == ClaimState.READY
            waiting = waiting.insert(case_id) if is_waiting else waiting
            payable = payable.insert(case_id) if is_payable else payable
            index = changed(index, waiting=waiting, payable=payable)
        return changed(index, claims=sums.plus(claim.state, claim.due_fen))

    def with_order(self, order_id: str, amount_fen: int, due_on: str) -> Index:
        """After an order was given, to be answered by a day; empty: it is not handed in yet, or nobody counts."""
        unanswered, awaited = self.unanswered.insert(order_id), self.awaited
        awaited = awaited.plus(due_on, amount_fen) if due_on else awaited
        return changed(self, unanswered=unanswered, orders=self.orders.plus("", amount_fen), awaited=awaited)

    def with_answer(self, order_id: str, before: str, result: str, amount_fen: int, due_on: str) -> Index:
        """After the treasury's answer to an order; `before` is the result that it had."""
        orders = self.orders.minus(before, amount_fen).plus(result, amount_fen)
        awaited = self.awaited.minus(due_on, amount_fen) if due_on and not before else self.awaited
        return changed(self, unanswered=self.unanswered.discard(order_id), orders=orders, awaited=awaited)

    def handed_in(self, orders: Iterable[PaymentOrdered], due_on: str) -> Index:
        """After orders were released that are to be answered by a day."""
        awaited = self.awaited
        for ordered in orders:
            awaited = awaited.plus(due_on, ordered.amount_fen)
        return changed(self, awaited=awaited)

    def with_deferred(self, before_fen: int | None, amount_fen: int) -> Index:
        """After an amount of a claim was put off; `before_fen` is what was put off of it already."""
        count, fen = self.deferred.count + (before_fen is None), self.deferred.fen + amount_fen - (before_fen or 0)
        return changed(self, deferred=Sum(count, fen))
