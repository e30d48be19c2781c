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
    is_with_quarter: bool = False  # no person has it
    verify_on: str = ""  # of such a request: the day at whose end it is verified

    @property
    def is_unverified(self) -> bool:
        """Whether the quarter is still to verify it."""
        return self.is_with_quarter and self.state == ClaimState.ADMITTED


@dataclass(frozen=True)
class Index:
    """Claims by where they stand and by holder, orders without an answer, and how much each kind comes to."""

    waiting: Numbered = field(default_factory=Numbered)  # claims that are not assessed
    payable: Numbered = field(default_factory=Numbered)  # claims that are ready
    of_holder: HashTrieMap[str, tuple[str, ...]] = field(default_factory=HashTrieMap)  # uscc -> its claims
    unanswered: Numbered = field(default_factory=Numbered)  # orders
    unverified: Numbered = field(default_factory=Numbered)  # claims that the quarter is still to verify
    verify_days: HashTrieMap[str, int] = field(default_factory=HashTrieMap)  # day -> so many of those
    verified: int = 0  # claims that the quarter found clean
    referred: int = 0  # claims that it had, and a person has
    conducted: int = 0  # claims that no person has
    claims: Sums[ClaimState] = field(default_factory=Sums)  # what they are due
    orders: Sums[str] = field(default_factory=Sums)  # by result
    set_off: Sums[str] = field(default_factory=Sums)  # the same, of what is set off of them
    deferred: Sum = NOTHING
    awaited: Sums[str] = field(default_factory=Sums)  # unanswered orders that were handed in, by when an answer is due

    def with_claim(self, before: Claim | None, claim: Claim) -> Index:
        """After a claim came, or changed."""
        case_id, index = claim.case_id, self
        if before is None:
            known = self.of_holder.get(claim.uscc, ())
            index = changed(self, of_holder=self.of_holder.insert(claim.uscc, (*known, case_id)))
        sums = self.claims.minus(before.state, before.due_fen) if before else self.claims
        was = before.state if before else None
        if was != claim.state:
            waiting = self.waiting.discard(case_id) if was == ClaimState.ADMITTED else self.waiting
            payable = self.payable.discard(case_id) if was == ClaimState.READY else self.payable
            waiting = waiting.insert(case_id) if claim.state == ClaimState.ADMITTED else waiting
            payable = payable.insert(case_id) if claim.state == ClaimState.READY else payable
            index = changed(index, waiting=waiting, payable=payable)
        if claim.is_with_quarter or (before is not None and before.is_with_quarter):
            index = index._with_own(before, claim)
        return changed(index, claims=sums.plus(claim.state, claim.due_fen))

    def _with_own(self, before: Claim | None, claim: Claim) -> Index:
        was_own, was_unverified = (
            before is not None and before.is_with_quarter,
            before is not None and before.is_unverified,
        )
        days, unverified = self.verify_days, self.unverified.discard(claim.case_id)
        if before is not None and was_unverified:
            left = days[before.verify_on] - 1
            days = days.insert(before.verify_on, left) if left else days.remove(before.verify_on)
        if claim.is_unverified:
            days = days.insert(claim.verify_on, days.get(claim.verify_on, 0) + 1)
            unverified = unverified.insert(claim.case_id)
        return changed(
            self,
            unverified=unverified,
            verify_days=days,
            verified=self.verified + (was_unverified and claim.state == ClaimState.READY),
            referred=self.referred + (was_own and not claim.is_with_quarter),
            conducted=self.conducted + claim.is_with_quarter - was_own,
        )

    def with_order(self, order_id: str, amount_fen: int, set_off_fen: int, due_on: str) -> Index:
        """After an order was given, to be answered by a day; empty: it is not handed in yet, or nobody counts."""
        unanswered, awaited = self.unanswered.insert(order_id), self.awaited
        awaited = awaited.plus(due_on, amount_fen) if due_on else awaited
        set_off = self.set_off.plus("", set_off_fen) if set_off_fen else self.set_off
        orders = self.orders.plus("", amount_fen)
        return changed(self, unanswered=unanswered, orders=orders, set_off=set_off, awaited=awaited)

    def with_answer(
        self, order_id: str, before: str, result: str, amount_fen: int, set_off_fen: int, due_on: str
    ) -> Index:
        """After the treasury's answer to an order; `before` is the result that it had."""
        orders = self.orders.minus(before, amount_fen).plus(result, amount_fen)
        set_off = self.set_off.minus(before, set_off_fen).plus(result, set_off_fen) if set_off_fen else self.set_off
        awaited = self.awaited.minus(due_on, amount_fen) if due_on and not before else self.awaited
        unanswered = self.unanswered.discard(order_id)
        return changed(self, unanswered=unanswered, orders=orders, set_off=set_off, awaited=awaited)

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
