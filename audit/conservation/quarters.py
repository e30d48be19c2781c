"""A quarter: what came in is ordered or put off, what was ordered is settled or comes back. (BJ-4.3, BJ-A17)"""

from collections.abc import Iterable

from audit.conservation.account import Bucket
from audit.conservation.books import Books, Fault
from audit.conservation.facts import Book, Fact
from audit.conservation.under_way import Order, Quarter, Waiting
from domain.money import show
from duifu.v1 import events_pb2 as events
from duifu.v1.recovery_pb2 import SetOff


def opened(books: Books, event: events.CycleOpened) -> None:
    """It takes claims from now on."""
    quarter = books.quarter(event.cycle_id)
    quarter.opened = event
    quarter.account.pool = quarter.account.pool._replace(programme_id=event.programme_id, period=event.quarter)
    quarter.account.clause = event.clause


def admitted(books: Books, event: events.ClaimAdmitted) -> None:
    """A claim joins: with nothing yet, or with what an earlier quarter hands over."""
    quarter = _own(books)
    waiting = quarter.waiting.setdefault(event.case_id, Waiting(event.voucher_id))
    if event.carried_from_cycle_id:
        waiting.fen += event.carried_fen
        books.bring(quarter.account, Bucket.RESERVED, event.carried_fen)
        about = f"{event.carried_from_cycle_id}→{quarter.opened.cycle_id}/{event.case_id}"
        books.say(Fact.CARRIED, about, Book.IN, event.carried_fen, quarter.account)


def assessed(books: Books, event: events.ClaimAssessed) -> None:
    """What the claim is due is to be paid here."""
    quarter = _own(books)
    waiting = quarter.waiting.get(event.case_id)
    if waiting is None:
        text = f"案件{event.case_id}没有加入本批次"
        books.fault(Fault.UNANSWERABLE, quarter.account, text, event.due_fen, 0)
        waiting = quarter.waiting[event.case_id] = Waiting()
    waiting.fen += event.due_fen
    books.bring(quarter.account, Bucket.RESERVED, event.due_fen)
    books.say(Fact.ASSESSED, event.case_id, Book.QUARTER, event.due_fen, quarter.account)


def dropped(books: Books, event: events.ClaimDropped) -> None:
    """The claim ended before anything of it was due."""
    waiting = _own(books).waiting
    if event.case_id in waiting and not waiting[event.case_id].fen:
        del waiting[event.case_id]


def ordered(books: Books, event: events.PaymentOrdered) -> None:
    """The treasury is asked to pay."""
    quarter, fen = _own(books), event.amount_fen
    books.take(quarter.account, quarter.waiting, event.case_id, fen)
    books.move(quarter.account, Bucket.RESERVED, Bucket.COMMITTED, fen)
    programme_id = quarter.opened.programme_id
    books.move(books.voucher(event.voucher_id, programme_id), Bucket.RESERVED, Bucket.COMMITTED, fen)
    books.begin(event.order_id, Order(quarter.account, event.case_id, event.voucher_id, fen, event.set_off))
    books.say(Fact.ORDERED, event.order_id, Book.QUARTER, fen, quarter.account)
    if event.set_off and (not 0 <= books.orders[event.order_id].payable_fen <= fen):
        text = f"支付指令{event.order_id}抵扣超出应付{show(fen)}"
        books.fault(Fault.OVERDRAWN, quarter.account, text, fen - books.orders[event.order_id].payable_fen, fen)
    _say_of_parts(books, quarter, Fact.SET_OFF_HELD, event.order_id, event.set_off)


def deferred(books: Books, event: events.ClaimDeferred) -> None:
    """The year has no room: the next quarter pays it, or it lapses after the last."""
    quarter, fen = _own(books), event.amount_fen
    quarter.deferred_fen += fen
    waiting = books.take(quarter.account, quarter.waiting, event.case_id, fen)
    books.move(quarter.account, Bucket.RESERVED, Bucket.RELEASED, fen)
    if event.to_cycle_id:
        _hand_over(books, quarter, event.case_id, event.to_cycle_id, fen)
    else:
        voucher = books.voucher(waiting.voucher_id, quarter.opened.programme_id)
        books.move(voucher, Bucket.RESERVED, Bucket.RELEASED, fen)


def settled(books: Books, event: events.PaymentSettled) -> None:
    """The treasury paid; the voucher says the same."""
    quarter = _own(books)
    order = books.end(event.order_id, quarter.account)
    if order is None:
        return
    books.move(quarter.account, Bucket.COMMITTED, Bucket.PAID, order.amount_fen)
    if (year := books.years_of_orders.pop(event.order_id, None)) is not None:
        books.move(year, Bucket.COMMITTED, Bucket.PAID, order.amount_fen)
    about = f"{quarter.opened.cycle_id}/{order.case_id}"
    books.say(Fact.SETTLED, about, Book.QUARTER, order.amount_fen, quarter.account)
    quarter.set_off_fen += order.amount_fen - order.payable_fen
    _say_of_parts(books, quarter, Fact.SET_OFF, event.order_id, order.set_off)


def returned(books: Books, event: events.PaymentReturned) -> None:
    """The money came back, or was held back: the next quarter pays it, or it lapses after the last. (F-7)"""
    quarter = _own(books)
    order = books.end(event.order_id, quarter.account)
    if order is None:
        return
    fen = order.amount_fen
    quarter.returned_fen += fen
    books.move(quarter.account, Bucket.COMMITTED, Bucket.RELEASED, fen)
    books.say(Fact.RETURNED, event.order_id, Book.QUARTER, fen, quarter.account)
    _say_of_parts(books, quarter, Fact.SET_OFF_RELEASED, event.order_id, order.set_off)
    voucher = books.voucher(order.voucher_id, quarter.opened.programme_id)
    books.move(voucher, Bucket.COMMITTED, Bucket.RESERVED if event.to_cycle_id else Bucket.RELEASED, fen)
    if event.to_cycle_id:
        _hand_over(books, quarter, order.case_id, event.to_cycle_id, fen)


def brought(books: Books, event: events.FiguresBroughtForward) -> None:
    """The opening figures are what the quarter before ended with."""
    quarter, before = _own(books), books.quarter(event.from_cycle_id)
    paid_fen = before.account.held[Bucket.PAID]
    quarter.paid_before_fen = before.paid_before_fen + paid_fen
    if before.opened.paying_year == quarter.opened.paying_year:
        quarter.paid_before_in_year_fen = before.paid_before_in_year_fen + paid_fen
    books.must_be(quarter.account, "期初结转", event.carried_fen, before.carried_fen)
    books.must_be(quarter.account, "期初累计支付", event.paid_fen, quarter.paid_before_fen)
    books.must_be(quarter.account, "期初本年支付", event.paid_in_year_fen, quarter.paid_before_in_year_fen)


def closed(books: Books, event: events.CycleClosed) -> None:
    """Nothing waits, and the sums are those of the account."""
    quarter = _own(books)
    books.batches.pop(books.entry.stream, None)
    held = quarter.account.held
    for what, said_fen, held_fen in (
        ("结清时待付", 0, held[Bucket.RESERVED]),
        ("结清时未答复的支付指令", 0, held[Bucket.COMMITTED]),
        ("结清的支付", event.paid_fen, held[Bucket.PAID]),
        ("结清的抵扣", event.set_off_fen, quarter.set_off_fen),
        ("结清的递延", event.deferred_fen, quarter.deferred_fen),
        ("结清的退回", event.returned_fen, quarter.returned_fen),
    ):
        books.must_be(quarter.account, what, said_fen, held_fen)
    if event.carried:  # a quarter that closed before there were opening figures names none
        books.must_be(quarter.account, "结清的结转", event.carried_fen, quarter.carried_fen)


def _own(books: Books) -> Quarter:
    """The quarter whose stream is read."""
    return books.quarter(books.entry.stream.removeprefix("cycle/"))


def _hand_over(books: Books, quarter: Quarter, case_id: str, to_cycle_id: str, fen: int) -> None:
    quarter.carried_fen += fen
    about = f"{quarter.opened.cycle_id}→{to_cycle_id}/{case_id}"
    books.say(Fact.CARRIED, about, Book.OUT, fen, quarter.account)


def _say_of_parts(books: Books, quarter: Quarter, fact: Fact, order_id: str, parts: Iterable[SetOff]) -> None:
    """What of an order is set off, each recovery says too. (抵扣)"""
    for part in parts:
        books.say(fact, f"{order_id}/{part.recovery_id}", Book.QUARTER, part.amount_fen, quarter.account)
