"""What people sign before it goes out is what was ordered and not held back. (复核、放行)"""

from audit.conservation.account import Account
from audit.conservation.books import Books
from audit.conservation.rounds import accounts
from duifu.v1.events_pb2 import PaymentBatchMade, PaymentBatchSigned
from ledger import streams


def batched(books: Books, event: PaymentBatchMade) -> None:
    """Orders are to be signed together."""
    books.batches.setdefault(books.entry.stream, {})[event.batch] = list(event.order_ids)
    books.must_be(_account(books), f"第{event.batch}批支付", event.amount_fen, _under_way(books, event.batch))


def signed(books: Books, event: PaymentBatchSigned) -> None:
    """Somebody signed what of them was not held back."""
    books.must_be(_account(books), f"第{event.batch}批支付签署", event.amount_fen, _under_way(books, event.batch))


def _account(books: Books) -> Account:
    """That of the quarter; of a round that of its first level."""
    stream = books.entry.stream
    if stream.startswith(streams.ROUNDS):
        return next(accounts(books, books.rounds[stream.removeprefix(streams.ROUNDS)]))
    return books.quarter(stream.removeprefix(streams.CYCLES)).account


def _under_way(books: Books, batch: int) -> int:
    """What the orders of a batch that have no answer come to, in fen."""
    known = books.batches.get(books.entry.stream, {})
    orders = (books.orders.get(order_id) for order_id in known.get(batch, ()))
    return sum(order.payable_fen for order in orders if order is not None)
