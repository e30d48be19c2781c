"""What one stream tells a view: the domain's own state, and the few facts that a decision never asks for again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Generic, TypeVar

from domain.case import Case
from domain.cycle import Cycle
from domain.dates import SHANGHAI
from domain.headroom import EnterpriseYear
from domain.kinds import CASE, CYCLE, ENTERPRISE_YEAR, ROUND, VOUCHER
from domain.round import Round
from domain.voucher import Voucher
from duifu.v1.events_pb2 import CaseClosed, CycleClosed, Envelope, RoundClosed, VoucherIssued, VoucherRedeemed
from ledger.registry import unwrap

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Place:
    """The newest event of a stream that a row takes in."""

    version: int
    position: int


@dataclass(frozen=True)
class CaseBook:
    """A case, and the business date on which it was closed."""

    case: Case = field(default_factory=Case)
    closed_on: str | None = None


@dataclass(frozen=True)
class CycleBook:
    """A quarter, and the business date on which it was closed."""

    cycle: Cycle = field(default_factory=Cycle)
    closed_on: str | None = None


@dataclass(frozen=True)
class RoundBook:
    """A round, and the business date on which it was closed."""

    round: Round = field(default_factory=Round)
    closed_on: str | None = None


@dataclass(frozen=True)
class VoucherBook:
    """A voucher, the date on it, and in which quarter how much of it was paid."""

    voucher: Voucher = field(default_factory=Voucher)
    issued_on: str = ""
    paid_fen: Mapping[str, int] = field(default_factory=dict)  # by cycle


@dataclass(frozen=True, slots=True)
class Book(Generic[S]):
    """How the events of one kind of stream are entered, one after the other."""

    initial: S
    enter: Callable[[S, Envelope], S]

    def read(self, envelopes: Iterable[Envelope]) -> S:
        """The book after these events, from the first."""
        return reduce(self.enter, envelopes, self.initial)


def enter_case(book: CaseBook, envelope: Envelope) -> CaseBook:
    """The case after one more event."""
    event = unwrap(envelope.event)
    closed_on = _date(envelope) if isinstance(event, CaseClosed) else book.closed_on
    return CaseBook(CASE.evolve(book.case, event), closed_on)


def enter_cycle(book: CycleBook, envelope: Envelope) -> CycleBook:
    """The quarter after one more event."""
    event = unwrap(envelope.event)
    closed_on = _date(envelope) if isinstance(event, CycleClosed) else book.closed_on
    return CycleBook(CYCLE.evolve(book.cycle, event), closed_on)


def enter_round(book: RoundBook, envelope: Envelope) -> RoundBook:
    """The round after one more event."""
    event = unwrap(envelope.event)
    closed_on = _date(envelope) if isinstance(event, RoundClosed) else book.closed_on
    return RoundBook(ROUND.evolve(book.round, event), closed_on)


def enter_voucher(book: VoucherBook, envelope: Envelope) -> VoucherBook:
    """The voucher after one more event."""
    event = unwrap(envelope.event)
    after = replace(book, voucher=VOUCHER.evolve(book.voucher, event))
    match event:
        case VoucherIssued():
            return replace(after, issued_on=event.issued_on)
        case VoucherRedeemed():
            paid_fen = book.paid_fen.get(event.cycle_id, 0) + event.amount_fen
            return replace(after, paid_fen={**book.paid_fen, event.cycle_id: paid_fen})
    return after


def enter_enterprise_year(book: EnterpriseYear, envelope: Envelope) -> EnterpriseYear:
    """The year's two ledgers after one more event."""
    return ENTERPRISE_YEAR.evolve(book, unwrap(envelope.event))


#: By the first part of the stream's name; other streams make no row.
BOOKS: dict[str, Book[Any]] = {
    "case": Book(CaseBook(), enter_case),
    "cycle": Book(CycleBook(), enter_cycle),
    "enterprise-year": Book(EnterpriseYear(), enter_enterprise_year),
    "round": Book(RoundBook(), enter_round),
    "voucher": Book(VoucherBook(), enter_voucher),
}


def book_of(stream: str) -> Book[Any] | None:
    """The book of a stream by its name; None if it makes no row."""
    return BOOKS.get(stream.partition("/")[0])


def _date(envelope: Envelope) -> str:
    return envelope.business_at.ToDatetime(SHANGHAI).date().isoformat()
