"""One round of a programme: who applied, what each gets of the shared pool, objections, and what was paid. (QD-2.5)"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain import orders
from domain.batches import Batch, Batches
from domain.dates import SHANGHAI, from_iso
from domain.orders import Order
from domain.sums import Sum, Sums
from duifu.v1.events_pb2 import (
    GrantCameBack,
    GrantOrdered,
    ObjectionRaised,
    ObjectionSettled,
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
