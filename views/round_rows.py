"""The rows of a round of grants. Each is a function of the round's stream at a position. (QD-2.3, QD-2.5)"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.orders import Order
from domain.paying_wording import round_standing
from domain.round import Round, Standing
from duifu.v1.events_pb2 import GrantOrdered
from views.books import Place, RoundBook

BACK = ("returned", "withheld", "came-back")  # ends of an order after which there is another


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round: its window, who takes part and where it stands."""

    round_id: str
    programme_id: str
    year: int  # in which its window opens
    state: str  # "under-review", "to-allocate", "noticed", "to-order", "paying" or "closed"
    standing: str  # in words
    opens_on: str
    closes_on: str
    closed_on: str | None
    applicants: int  # ApplicantJoined
    gone: int  # ApplicantLeft
    allocations: int  # RoundAllocated
    is_stale: bool  # the pool has to be shared anew
    objections: int
    open_objections: int
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class RoundLevelRow:
    """What one level pays in one round."""

    round_id: str
    level: str
    programme_id: str
    year: int
    title: str
    treasury: str
    allocated_fen: int  # RoundAllocated, of those who have not left
    orders: int  # GrantOrdered
    ordered_fen: int
    settled_fen: int  # GrantSettled, and not to be paid again
    returned_fen: int  # GrantReturned, or GrantCameBack of what is paid again
    under_way_fen: int  # without an answer of the treasury
    to_reorder_fen: int  # of these, not ordered again
    came_back_fen: int  # GrantCameBack, and not paid again yet
    closed_paid_fen: int  # what RoundClosed says, 0 before
    is_closed: bool
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class RoundPaymentRow:
    """One order to one treasury."""

    order_id: str
    round_id: str
    programme_id: str
    year: int
    case_id: str
    uscc: str
    level: str
    treasury: str
    pay_on: str
    amount_fen: int
    state: str  # "under-way", "settled", "returned", "withheld", or "came-back" of what is paid again
    version: int
    position: int


def of_round(book: RoundBook, place: Place) -> list[RoundRow | RoundLevelRow | RoundPaymentRow]:
    """A round with its levels and its orders."""
    orders = [_payment(book.round, order, place) for order in book.round.orders.values()]
    return [_round(book, place), *_levels(book.round, place), *orders]


def _round(book: RoundBook, place: Place) -> RoundRow:
    round_, opened = book.round, book.round.opened
    return RoundRow(
        round_id=round_.round_id,
        programme_id=opened.programme_id,
        year=_year(round_),
        state=_state(round_),
        standing=round_standing(round_),
        opens_on=opened.opens_on,
        closes_on=opened.closes_on,
        closed_on=book.closed_on,
        applicants=len(round_.applicants),
        gone=len(round_.standing(Standing.LEFT)),
        allocations=round_.allocations,
        is_stale=round_.is_stale,
        objections=len(round_.objections),
        open_objections=len(round_.open_objections()),
        version=place.version,
        position=place.position,
    )


def _levels(round_: Round, place: Place) -> list[RoundLevelRow]:
    closed = {paid.level: paid.amount_fen for paid in round_.closed.paid_by_level} if round_.closed else {}
    rows = []
    for level in round_.opened.levels:
        orders = [order for order in round_.orders.values() if order.ordered.level == level.level]
        allocated_fen = sum(one.levels.get(level.level, 0) for one in round_.applicants.values())
        newest = {order.ordered.case_id: order for order in orders}
        rows.append(
            RoundLevelRow(
                round_id=round_.round_id,
                level=level.level,
                programme_id=round_.opened.programme_id,
                year=_year(round_),
                title=level.title,
                treasury=level.treasury,
                allocated_fen=allocated_fen,
                orders=len(orders),
                ordered_fen=sum(order.ordered.amount_fen for order in orders),
                settled_fen=_fen(round_, orders, "settled"),
                returned_fen=_fen(round_, orders, *BACK),
                under_way_fen=_fen(round_, orders, "under-way"),
                to_reorder_fen=_fen(round_, newest.values(), *BACK),
                came_back_fen=sum(_came_back_fen(round_, case_id, level.level) for case_id in newest),
                closed_paid_fen=closed.get(level.level, 0),
                is_closed=round_.closed is not None,
                version=place.version,
                position=place.position,
            )
        )
    return rows


def _payment(round_: Round, order: Order[GrantOrdered], place: Place) -> RoundPaymentRow:
    ordered = order.ordered
    return RoundPaymentRow(
        order_id=ordered.order_id,
        round_id=round_.round_id,
        programme_id=round_.opened.programme_id,
        year=_year(round_),
        case_id=ordered.case_id,
        uscc=ordered.uscc,
        level=ordered.level,
        treasury=ordered.treasury,
        pay_on=ordered.pay_on,
        amount_fen=ordered.amount_fen,
        state=_end(round_, order),
        version=place.version,
        position=place.position,
    )


def _fen(round_: Round, orders: Iterable[Order[GrantOrdered]], *ends: str) -> int:
    return sum(order.ordered.amount_fen for order in orders if _end(round_, order) in ends)


def _came_back_fen(round_: Round, case_id: str, level: str) -> int:
    orders = [order for order in round_.orders_of(case_id) if order.ordered.level == level]
    is_owed = any(round_.is_due_again(order) for order in orders) and _end(round_, orders[-1]) != "settled"
    return orders[-1].ordered.amount_fen if is_owed else 0


def _end(round_: Round, order: Order[GrantOrdered]) -> str:
    return "came-back" if round_.is_due_again(order) else order.result or "under-way"


def _year(round_: Round) -> int:
    return int(round_.opened.opens_on[:4])


def _state(round_: Round) -> str:
    if round_.closed is not None:
        return "closed"
    if round_.standing(Standing.REVIEWED):
        return "under-review"
    if round_.is_stale and round_.sharing:
        return "to-allocate"
    if round_.standing(Standing.NOTICED):
        return "noticed"
    return "paying" if round_.orders else "to-order"
