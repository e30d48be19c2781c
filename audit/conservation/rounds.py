"""A round: what each level's money is shared, ordered and paid, and what is left of it. (QD-2.3, QD-2.4, QD-2.5)"""

from collections import Counter
from collections.abc import Iterator

from audit.conservation.account import Account, Bucket, Kind, Pool
from audit.conservation.books import Books, Fault
from audit.conservation.facts import Book, Fact
from audit.conservation.under_way import Order, Round, Waiting
from domain.refusals import Refused
from duifu.v1 import events_pb2 as events
from ledger import streams

PAYMENT_FACTS = {
    events.CLAIM_PAYMENT_STATUS_ORDERED: Fact.GRANT_ORDERED,
    events.CLAIM_PAYMENT_STATUS_SETTLED: Fact.GRANT_SETTLED,
    events.CLAIM_PAYMENT_STATUS_RETURNED: Fact.GRANT_RETURNED,
    events.CLAIM_PAYMENT_STATUS_CAME_BACK: Fact.GRANT_CAME_BACK,
}


def opened(books: Books, event: events.RoundOpened) -> None:
    """The pool is there."""
    round_ = books.rounds[event.round_id] = Round(event)
    try:
        round_.quota = books.limits.quota(event)
    except Refused as refused:
        for account in accounts(books, round_):
            books.fault(Fault.LIMIT_UNKNOWN, account, f"限额无从得知：{refused.message('zh')}", 0, 0)
    for account in accounts(books, round_):
        account.clause = round_.quota.clause or event.clause
        if account.most_fen is not None and not round_.quota.is_for_each:
            account.authorise(account.most_fen)


def allocated(books: Books, event: events.RoundAllocated) -> None:
    """The pool is shared, or shared again: what was reserved for these applicants gives way to what is now."""
    round_ = _own(books)
    applicants = len(event.shares) if round_.quota.is_for_each else 1
    for account in accounts(books, round_):
        shares, new = round_.shares.setdefault(account.name, {}), Counter[str]()
        for share in event.shares:
            parts = (row.amount_fen for row in share.levels if _name(round_, row.level) == account.name)
            new[share.case_id] = sum(parts)
        before = sum(shares[case_id].fen for case_id in new if case_id in shares)
        books.move(account, Bucket.RESERVED, Bucket.FREE, before)
        most = new.total() if account.most_fen is None else account.most_fen * applicants
        account.authorise(account.used_fen + new.total() if account.most_fen is None else max(account.used_fen, most))
        books.move(account, Bucket.FREE, Bucket.RESERVED, new.total())
        shares.update((case_id, Waiting(fen=fen)) for case_id, fen in new.items())
    for share in event.shares:
        account = next(accounts(books, round_))
        books.must_be(
            account, f"案件{share.case_id}各级合计", share.amount_fen, sum(r.amount_fen for r in share.levels)
        )
        about = f"{round_.opened.round_id}#{event.number}/{share.case_id}"
        books.say(Fact.ALLOCATED, about, Book.ROUND, share.amount_fen, account)


def told_share(books: Books, event: events.AmountAllocated) -> None:
    """The case says what it was given."""
    about = f"{event.round_id}#{event.number}/{_case_id(books)}"
    account = next(accounts(books, _round(books, event.round_id)))
    books.say(Fact.ALLOCATED, about, Book.CASE, event.amount_fen, account)


def left(books: Books, event: events.ApplicantLeft) -> None:
    """What was reserved for whoever leaves is free for the others."""
    round_ = _own(books)
    for account in accounts(books, round_):
        waiting = round_.shares.get(account.name, {}).pop(event.case_id, Waiting())
        books.move(account, Bucket.RESERVED, Bucket.FREE, waiting.fen)


def ordered(books: Books, event: events.GrantOrdered) -> None:
    """A level's treasury is asked to pay."""
    round_ = _own(books)
    account = _account(books, round_, event.level)
    books.take(account, round_.shares.setdefault(account.name, {}), event.case_id, event.amount_fen)
    books.move(account, Bucket.RESERVED, Bucket.COMMITTED, event.amount_fen)
    books.begin(event.order_id, Order(account, event.case_id, "", event.amount_fen))
    books.say(Fact.GRANT_ORDERED, event.order_id, Book.ROUND, event.amount_fen, account)


def settled(books: Books, event: events.GrantSettled) -> None:
    """It paid."""
    order = books.end(event.order_id, next(accounts(books, _own(books))))
    if order is not None:
        books.move(order.account, Bucket.COMMITTED, Bucket.PAID, order.amount_fen)
        books.say(Fact.GRANT_SETTLED, event.order_id, Book.ROUND, order.amount_fen, order.account)


def returned(books: Books, event: events.GrantReturned) -> None:
    """The money came back, and is ordered again. (F-7)"""
    round_ = _own(books)
    order = books.end(event.order_id, next(accounts(books, round_)))
    if order is not None:
        books.move(order.account, Bucket.COMMITTED, Bucket.RESERVED, order.amount_fen)
        round_.shares.setdefault(order.account.name, {}).setdefault(order.case_id, Waiting()).fen += order.amount_fen
        books.say(Fact.GRANT_RETURNED, event.order_id, Book.ROUND, order.amount_fen, order.account)


def came_back(books: Books, event: events.GrantCameBack) -> None:
    """What was settled came back: it waits to be ordered again, or it is the treasury's. (F-7)"""
    round_ = _own(books)
    account = _account(books, round_, event.level)
    books.move(account, Bucket.PAID, Bucket.RESERVED if event.is_paid_again else Bucket.RECOVERED, event.amount_fen)
    if event.is_paid_again:
        round_.shares.setdefault(account.name, {}).setdefault(event.case_id, Waiting()).fen += event.amount_fen
    books.say(Fact.GRANT_CAME_BACK, event.order_id, Book.ROUND, event.amount_fen, account)


def told_payment(books: Books, event: events.GrantPaymentChanged) -> None:
    """The case says what becomes of its money."""
    round_ = _round(books, event.order_id.rsplit("-", 2)[0])
    account = _account(books, round_, event.level)
    books.say(PAYMENT_FACTS[event.status], event.order_id, Book.CASE, event.amount_fen, account)


def closed(books: Books, event: events.RoundClosed) -> None:
    """Nothing waits, the sums are those of the accounts, and nobody gets what is left."""
    round_ = _own(books)
    for account in accounts(books, round_):
        paid = sum(row.amount_fen for row in event.paid_by_level if _name(round_, row.level) == account.name)
        books.must_be(account, "办结时待付", 0, account.held[Bucket.RESERVED])
        books.must_be(account, "办结时未答复的支付指令", 0, account.held[Bucket.COMMITTED])
        held_fen = account.held[Bucket.PAID] + account.held[Bucket.RECOVERED]  # what came back had been paid
        books.must_be(account, "办结的支付", paid, held_fen)
        books.move(account, Bucket.FREE, Bucket.RELEASED, max(0, account.held[Bucket.FREE]))


def accounts(books: Books, round_: Round) -> Iterator[Account]:
    """Of each level; one for all of them if the pool is everybody's."""
    levels = [row.level for row in round_.opened.levels] if round_.quota.level else [""]
    return (_account(books, round_, level) for level in levels)


def _own(books: Books) -> Round:
    """The round whose stream is read."""
    return _round(books, books.entry.stream.removeprefix(streams.ROUNDS))


def _round(books: Books, round_id: str) -> Round:
    return books.rounds.setdefault(round_id, Round(events.RoundOpened(round_id=round_id)))


def _account(books: Books, round_: Round, level: str) -> Account:
    opened, quota = round_.opened, round_.quota
    titles = {row.level: row.title for row in opened.levels} if quota.level else {}
    period = f"{opened.round or opened.round_id} {titles.get(level, '')}".rstrip()
    account = books.account(_name(round_, level), Pool(opened.programme_id, Kind.ROUND, period))
    account.most_fen = quota.most_fen if quota.level in (None, level) else None
    return account


def _name(round_: Round, level: str) -> str:
    name = f"{streams.ROUNDS}{round_.opened.round_id}"
    return f"{name}/{level}" if round_.quota.level else name


def _case_id(books: Books) -> str:
    return books.entry.stream.removeprefix(streams.CASES)
