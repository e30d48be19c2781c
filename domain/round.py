"""One round of a programme: who applied, what each gets of the shared pool, objections, and what was paid. (QD-2.5)"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from google.protobuf.message import Message

from domain import orders
from domain.batches import Batch, Batches, with_batch, with_signature
from domain.case import UnknownEvent
from domain.dates import SHANGHAI, from_iso
from domain.orders import Order
from domain.states import changed
from domain.sums import Sum, Sums
from duifu.v1.events_pb2 import (
    ApplicantCleared,
    ApplicantDetermined,
    ApplicantJoined,
    ApplicantLeft,
    ApplicantReopened,
    GrantCameBack,
    GrantOrdered,
    GrantReturned,
    GrantSettled,
    NoticeClosed,
    ObjectionRaised,
    ObjectionSettled,
    PaymentBatchMade,
    PaymentBatchSigned,
    RoundAllocated,
    RoundClosed,
    RoundOpened,
    TreasurySilent,
)
from duifu.v1.work_pb2 import PaymentOrder


class Standing(StrEnum):
    """Where an applicant stands in its round."""

    REVIEWED = "reviewed"  # under review
    DETERMINED = "determined"  # waits for the allocation
    NOTICED = "noticed"  # its result is shown to the public
    PUBLISHED = "published"  # nobody may object any more
    CLEARED = "cleared"  # money may be ordered
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant of a round."""

    case_id: str
    uscc: str
    name: str
    standing: Standing = Standing.REVIEWED
    approved_rate: str = ""  # empty: the programme's
    amount_fen: int = 0  # of all levels, by the newest allocation
    levels: Mapping[str, int] = field(default_factory=dict)  # level -> fen
    notice_closes_at: datetime | None = None  # business time
    requested_by: tuple[str, ...] = ()  # accounts on its side, once money may be ordered
    verified_by: tuple[str, ...] = ()  # accounts that decided its case


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection and what came of it."""

    raised: ObjectionRaised
    settled: ObjectionSettled | None = None


@dataclass(frozen=True)
class Round(Batches[GrantOrdered]):
    """The state of one round. Empty before its first application."""

    batches: tuple[Batch, ...] = ()
    silent: TreasurySilent = field(default_factory=TreasurySilent)  # the newest report of a treasury
    opened: RoundOpened = field(default_factory=RoundOpened)
    applicants: Mapping[str, Applicant] = field(default_factory=dict)  # by case, in the order in which they joined
    allocations: int = 0  # how often the pool was shared
    is_stale: bool = False  # who shares the pool, or with how much, has changed since
    objections: Mapping[int, Objection] = field(default_factory=dict)
    orders: Mapping[str, Order[GrantOrdered]] = field(default_factory=dict)
    came_back: Mapping[str, GrantCameBack] = field(default_factory=dict)  # by order, after it was settled (F-7)
    closed: RoundClosed | None = None

    @property
    def round_id(self) -> str:
        """For instance "qd-slzx-2024"."""
        return self.opened.round_id

    @property
    def list_id(self) -> str:
        """The same."""
        return self.round_id

    @property
    def has_more_to_order(self) -> bool:
        """Never: all of a round is ordered at once, and what came back when its account is replaced."""
        return False

    def awaited(self) -> Mapping[str, Sum]:
        """Orders that were handed in and have no answer, by the day."""
        sums: Sums[str] = Sums()
        for ordered in self.to_pay():
            if due_on := self.answer_due_on(ordered):
                sums = sums.plus(due_on, ordered.amount_fen)
        return dict(sums.by_kind.items())

    def requested_by(self, case_id: str) -> tuple[str, ...]:
        """Who stands on the applicant's side."""
        return self.applicants[case_id].requested_by

    def verified_by(self, case_id: str) -> tuple[str, ...]:
        """Who decided the case."""
        return self.applicants[case_id].verified_by

    @property
    def titles(self) -> Mapping[str, str]:
        """Level -> what people call it, 市级."""
        return {row.level: row.title for row in self.opened.levels}

    @property
    def closes_at(self) -> datetime:
        """The first instant that is too late to apply, business time."""
        return self.opened.closes_at.ToDatetime(SHANGHAI)

    def standing(self, *wanted: Standing) -> list[Applicant]:
        """The applicants that stand there, in the order of their cases."""
        found = (applicant for applicant in self.applicants.values() if applicant.standing in wanted)
        return sorted(found, key=lambda applicant: applicant.case_id)

    @property
    def sharing(self) -> list[Applicant]:
        """Who shares the pool: determined, and not gone since."""
        return self.standing(Standing.DETERMINED, Standing.NOTICED, Standing.PUBLISHED, Standing.CLEARED)

    @property
    def is_over(self) -> bool:
        """Nobody is left whose application is open."""
        live = self.standing(*(standing for standing in Standing if standing is not Standing.LEFT))
        return all(self.is_paid(applicant) for applicant in live)

    def is_paid(self, applicant: Applicant) -> bool:
        """Every level has paid, and nothing of it came back that is to be paid again."""
        newest = {order.ordered.level: order for order in self.orders_of(applicant.case_id)}
        paid = {level for level, order in newest.items() if order.result == "settled" and not self.is_due_again(order)}
        return bool(paid) and paid >= {level for level, fen in applicant.levels.items() if fen}

    def is_due_again(self, order: Order[GrantOrdered]) -> bool:
        """Whether what an order paid came back, and is to be paid again by another."""
        known = self.came_back.get(order.ordered.order_id)
        return known is not None and known.is_paid_again

    def orders_of(self, case_id: str) -> list[Order[GrantOrdered]]:
        """Every order for one applicant, returned ones too."""
        return [order for order in self.orders.values() if order.ordered.case_id == case_id]

    def outstanding(self) -> list[GrantOrdered]:
        """Orders without an answer of the treasury."""
        return orders.outstanding(self.orders)

    def to_pay(self) -> list[GrantOrdered]:
        """Of these, what was signed by everybody who has to: the treasuries are asked to carry it out."""
        return [ordered for ordered in self.outstanding() if self.has_gone_out(ordered.order_id)]

    def open_objections(self, case_id: str = "") -> list[Objection]:
        """Objections that nobody has settled, to one result or to any."""
        found = (o for o in self.objections.values() if o.settled is None)
        return [o for o in found if case_id in ("", o.raised.case_id)]

    def next_due(self, at: datetime) -> datetime | None:
        """What the round waits for next that time alone brings: the window's end, or the end of a notice."""
        if at < self.closes_at:
            return self.closes_at
        shown = [
            applicant.notice_closes_at
            for applicant in self.standing(Standing.NOTICED)
            if applicant.notice_closes_at is not None and not self.open_objections(applicant.case_id)
        ]
        return min(shown) if shown and not self.is_stale else None

    def notice_over(self, at: datetime) -> list[Applicant]:
        """Whose time of notice has passed, with no objection open."""
        return [
            applicant
            for applicant in self.standing(Standing.NOTICED)
            if applicant.notice_closes_at is not None
            and applicant.notice_closes_at <= at
            and not self.open_objections(applicant.case_id)
        ]


def payment_order(round_id: str, ordered: GrantOrdered) -> PaymentOrder:
    """An order as its treasury is asked to carry it out."""
    return PaymentOrder(
        order_id=ordered.order_id,
        payee_name=ordered.payee.holder_name,
        account_number=ordered.payee.number,
        bank_name=ordered.payee.bank_name,
        amount_fen=ordered.amount_fen,
        purpose=ordered.purpose,
        budget_year=from_iso(ordered.pay_on).year,
        pay_on=ordered.pay_on,
        round_id=round_id,
        treasury=ordered.treasury,
    )


def evolve(round_: Round, event: Message) -> Round:
    """The round after one more event."""
    match event:
        case RoundOpened():
            return changed(round_, opened=event)
        case ApplicantJoined():
            return _with(round_, Applicant(event.case_id, event.uscc, event.name))
        case ApplicantDetermined():
            known = replace(
                round_.applicants[event.case_id], standing=Standing.DETERMINED, approved_rate=event.approved_rate
            )
            return changed(_with(round_, known), is_stale=True)
        case ApplicantReopened():
            known = replace(round_.applicants[event.case_id], standing=Standing.REVIEWED)
            return changed(_with(round_, known), is_stale=True)
        case ApplicantLeft():
            known = round_.applicants[event.case_id]
            gone = replace(known, standing=Standing.LEFT, amount_fen=0, levels={}, notice_closes_at=None)
            return changed(_with(round_, gone), is_stale=round_.is_stale or bool(known.amount_fen))
        case RoundAllocated():
            return _allocated(round_, event)
        case NoticeClosed():
            for case_id in event.case_ids:
                over = replace(round_.applicants[case_id], standing=Standing.PUBLISHED)
                round_ = _with(round_, over)
            return round_
        case ApplicantCleared():
            requested_by, verified_by = tuple(event.requested_by), tuple(event.verified_by)
            cleared = replace(
                round_.applicants[event.case_id],
                standing=Standing.CLEARED,
                requested_by=requested_by,
                verified_by=verified_by,
            )
            return _with(round_, cleared)
        case ObjectionRaised():
            return changed(round_, objections={**round_.objections, event.objection: Objection(event)})
        case ObjectionSettled():
            known_objection = replace(round_.objections[event.objection], settled=event)
            return changed(round_, objections={**round_.objections, event.objection: known_objection})
        case GrantOrdered():
            return changed(round_, orders={**round_.orders, event.order_id: Order.of(event)})
        case GrantSettled():
            return changed(round_, orders=orders.with_result(round_.orders, event.order_id, "settled"))
        case GrantReturned():
            result = "withheld" if event.withheld_by else "returned"
            return changed(round_, orders=orders.with_result(round_.orders, event.order_id, result))
        case PaymentBatchMade():
            return changed(round_, batches=with_batch(round_.batches, event))
        case PaymentBatchSigned():
            return changed(round_, batches=with_signature(round_.batches, event))
        case TreasurySilent():
            return changed(round_, silent=event)
        case GrantCameBack():
            return changed(round_, came_back={**round_.came_back, event.order_id: event})
        case RoundClosed():
            return changed(round_, closed=event)
    raise UnknownEvent(type(event).__name__)


def _allocated(round_: Round, event: RoundAllocated) -> Round:
    closes_at = event.notice_closes_at.ToDatetime(SHANGHAI) if event.HasField("notice_closes_at") else None
    applicants = dict(round_.applicants)
    for share in event.shares:
        known = applicants[share.case_id]
        levels = {level.level: level.amount_fen for level in share.levels}
        after = replace(known, amount_fen=share.amount_fen, levels=levels)
        if share.case_id in event.noticed_case_ids:
            after = replace(after, standing=Standing.NOTICED, notice_closes_at=closes_at)
        elif known.standing is Standing.DETERMINED:
            after = replace(after, standing=Standing.PUBLISHED)
        applicants[share.case_id] = after
    return changed(round_, applicants=applicants, allocations=event.number, is_stale=False)


def _with(round_: Round, applicant: Applicant) -> Round:
    return changed(round_, applicants={**round_.applicants, applicant.case_id: applicant})
