"""A quarter counted while its events are read: how many claims and how much money have come to each step.

The quarter's own state holds what decides its next command. Here is what a page tells of it: also why a claim waits,
and when a payment was answered. Whoever comes back reads only what is new.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from google.protobuf.message import Message

from domain.dates import SHANGHAI
from domain.orders import set_off_fen
from duifu.v1 import events_pb2 as events
from duifu.v1.events_pb2 import Envelope
from ledger.registry import unwrap


class Step(StrEnum):
    """What may happen to a claim, or to a part of its money, in a quarter."""

    JOINED = "joined"  # a new request
    CARRIED = "carried"  # from an earlier quarter
    ASSESSED = "assessed"
    VERIFIED = "verified"  # found clean by the system, so that no person had to look
    REFERRED = "referred"  # by the system to a person, or taken in hand by one before it looked
    DROPPED = "dropped"  # refused or withdrawn before payment
    DEFERRED = "deferred"  # the annual limit put it off to a later quarter
    LAPSED = "lapsed"  # the annual limit cut it, and no quarter comes after
    ORDERED = "ordered"
    SETTLED = "settled"
    RETURNED = "returned"  # the bank sent it back, or it was held back before it went out


@dataclass(slots=True)
class Sum:
    """So many, and so much money."""

    count: int = 0
    fen: int = 0

    def add(self, fen: int) -> None:
        """One more."""
        self.count += 1
        self.fen += fen


@dataclass(slots=True)
class Line:
    """What the quarter did with one claim. Amounts in fen."""

    case_id: str
    voucher_id: str
    uscc: str
    joined_at: datetime
    version: int  # of the event with which it joined
    is_new: bool = False  # asked for in this quarter; else carried into it
    carried_from: list[str] = field(default_factory=list)  # cycle ids
    sums: dict[Step, int] = field(default_factory=dict)
    is_dropped: bool = False
    is_with_quarter: bool = False  # no person has it

    def add(self, step: Step, fen: int) -> None:
        """So much more."""
        self.sums[step] = self.sums.get(step, 0) + fen

    def fen(self, step: Step) -> int:
        """So much, 0 if the step was not taken."""
        return self.sums.get(step, 0)

    @property
    def left_fen(self) -> int:
        """Due here and neither ordered nor put off."""
        came, went = (Step.ASSESSED, Step.CARRIED), (Step.ORDERED, Step.DEFERRED, Step.LAPSED)
        return sum(map(self.fen, came)) - sum(map(self.fen, went))


@dataclass(frozen=True, slots=True)
class Deferral:
    """What the annual limit took out of a quarter; `to_cycle_id` is empty if it lapsed."""

    case_id: str
    amount_fen: int
    to_cycle_id: str
    clause: str
    version: int


@dataclass(slots=True)
class Payment:
    """One payment order and what the treasury said of it."""

    ordered: events.PaymentOrdered
    version: int
    answer: events.PaymentSettled | events.PaymentReturned | None = None
    answer_version: int = 0
    answered_at: datetime | None = None  # business time


@dataclass(slots=True)
class Batch:
    """Orders that go to the treasury together, once everybody has signed who has to."""

    number: int
    order_ids: list[str]
    steps: list[str]  # keys of the signatures that are still missing
    answer_due_on: str = ""  # once nothing is missing


class QuarterTally:
    """One quarter, read up to an event."""

    def __init__(self) -> None:
        """Before its first event."""
        self.version = 0
        self.opened = events.CycleOpened()
        self.closed: events.CycleClosed | None = None
        self.closed_version = 0
        self.is_frozen = self.is_confirmed = False
        self.paused: events.CyclePaused | None = None
        self.sums = {step: Sum() for step in Step}
        self.lines: dict[str, Line] = {}  # by case, in the order in which they joined
        self.unassessed: dict[str, Line] = {}
        self.ready: dict[str, Line] = {}  # assessed or carried over; to be ordered or put off
        self.payments: dict[str, Payment] = {}  # by order
        self.outstanding: dict[str, Payment] = {}
        self.set_off_fen = 0  # of what was settled, that did not go out
        self.deferrals: list[Deferral] = []
        self.batches: dict[int, Batch] = {}
        self.silent = events.TreasurySilent()  # the newest report that the treasury does not answer

    def to_sign(self) -> list[tuple[Batch, list[Payment]]]:
        """Batches without all their signatures, and what of each is still to be paid."""
        unsigned = (batch for batch in self.batches.values() if batch.steps)
        waiting = (
            (batch, [self.outstanding[order_id] for order_id in batch.order_ids if order_id in self.outstanding])
            for batch in unsigned
        )
        return [(batch, payments) for batch, payments in waiting if payments]

    def overdue(self) -> list[Payment]:
        """Orders that were reported to have no answer in time, and have none still."""
        due = {order_id: batch.answer_due_on for batch in self.batches.values() for order_id in batch.order_ids}
        days = ((payment, due.get(name, payment.ordered.answer_due_on)) for name, payment in self.outstanding.items())
        return [payment for payment, due_on in days if due_on and due_on <= self.silent.due_on]

    @property
    def has_paid(self) -> bool:
        """Whether it has begun to order payments, or to put them off."""
        return bool(self.payments or self.deferrals)

    def enter(self, envelope: Envelope) -> None:
        """One more event. Raises KeyError or ValueError if it is about something that is not here."""
        self.version += 1
        at = envelope.business_at.ToDatetime(SHANGHAI)
        event = unwrap(envelope.event)
        match event:
            case events.CycleOpened():
                self.opened = event
            case events.CycleFrozen():
                self.is_frozen = True
            case events.CycleConfirmed():
                self.is_confirmed = True
            case events.CyclePaused():
                self.paused = event
            case events.CycleResumed():
                self.paused = None
            case events.CycleClosed():
                self.closed, self.closed_version = event, self.version
            case _:
                self._of_claim(event, at)
                self._of_payment(event, at)
                self._of_batch(event)

    def _of_claim(self, event: Message, at: datetime) -> None:
        match event:
            case events.ClaimAdmitted():
                self._joined(event, at)
            case events.ClaimAssessed():
                line = self.unassessed.pop(event.case_id)
                self._take(Step.ASSESSED, line, event.due_fen)
                if line.is_with_quarter:
                    self._take(Step.VERIFIED, line, event.due_fen)
                self.ready[line.case_id] = line
            case events.ClaimReferred():
                self.lines[event.case_id].is_with_quarter = False
                self._take(Step.REFERRED, self.lines[event.case_id], 0)
            case events.ClaimDropped():
                line = self.unassessed.pop(event.case_id)
                line.is_dropped = True
                self._take(Step.DROPPED, line, 0)
            case events.ClaimDeferred():
                step = Step.DEFERRED if event.to_cycle_id else Step.LAPSED
                self._take(step, self.lines[event.case_id], event.amount_fen)
                self.ready.pop(event.case_id, None)
                self.deferrals.append(
                    Deferral(event.case_id, event.amount_fen, event.to_cycle_id, event.clause, self.version)
                )

    def _joined(self, event: events.ClaimAdmitted, at: datetime) -> None:
        line = self.lines.setdefault(event.case_id, Line(event.case_id, event.voucher_id, event.uscc, at, self.version))
        if not event.carried_from_cycle_id:
            line.is_new, line.is_with_quarter = True, event.is_with_quarter
            self._take(Step.JOINED, line, 0)
            self.unassessed[line.case_id] = line
            return
        line.carried_from.append(event.carried_from_cycle_id)
        self._take(Step.CARRIED, line, event.carried_fen)
        self.ready[line.case_id] = line

    def _of_payment(self, event: Message, at: datetime) -> None:
        match event:
            case events.PaymentOrdered():
                self._take(Step.ORDERED, self.lines[event.case_id], event.amount_fen)
                self.ready.pop(event.case_id, None)
                self.payments[event.order_id] = self.outstanding[event.order_id] = Payment(event, self.version)
            case events.PaymentSettled() | events.PaymentReturned():
                payment = self.outstanding.pop(event.order_id)
                payment.answer, payment.answer_version, payment.answered_at = event, self.version, at
                if isinstance(event, events.PaymentSettled):
                    self.set_off_fen += set_off_fen(payment.ordered)
                step = Step.SETTLED if isinstance(event, events.PaymentSettled) else Step.RETURNED
                self._take(step, self.lines[payment.ordered.case_id], payment.ordered.amount_fen)

    def _of_batch(self, event: Message) -> None:
        match event:
            case events.PaymentBatchMade():
                self.batches[event.batch] = Batch(event.batch, list(event.order_ids), list(event.steps))
            case events.PaymentBatchSigned():
                self.batches[event.batch].steps.remove(event.step)
                self.batches[event.batch].answer_due_on = event.answer_due_on
            case events.TreasurySilent():
                self.silent = event

    def _take(self, step: Step, line: Line, fen: int) -> None:
        line.add(step, fen)
        self.sums[step].add(fen)
