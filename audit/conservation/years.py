"""An enterprise's year: what it may be issued, and what it may be paid. (BJ-3.3, BJ-A6, BJ-A24)"""

from collections.abc import Callable
from datetime import date

from audit.conservation.account import Account, Bucket, Kind, Pool
from audit.conservation.books import Books, Fault
from audit.conservation.facts import Book, Fact
from audit.conservation.under_way import Place
from domain.dates import civil_date
from domain.headroom import Cap
from domain.refusals import Refused
from domain.serving import Limit
from duifu.v1 import events_pb2 as events
from duifu.v1.facts_pb2 import SpecialApproval
from duifu.v1.recovery_pb2 import RedemptionHeadroomRecovered
from ledger import streams


def approved(books: Books, event: events.SpecialApprovalGiven) -> None:
    """One case may be issued more than the limit, up to another one."""
    approval = SpecialApproval(account=event.account, approved_by=event.given_by, reason=event.reason)
    books.approvals.setdefault(_case_id(books), {})[event.account] = approval


def approval_revoked(books: Books, event: events.SpecialApprovalRevoked) -> None:
    """It may not any more."""
    books.approvals.get(_case_id(books), {}).pop(event.account, None)


def reserved(books: Books, event: events.HeadroomReserved) -> None:
    """A claim takes its place in the queue, with the most that it may come to."""
    on = _day(books)
    account, _ = _limited(books, Kind.ISSUING, lambda: _issuing(books, event.case_id, on))
    books.queues.setdefault(books.entry.stream, {})[event.case_id] = Place(account, on, event.ceiling_fen)
    _commit(books, account)


def held(books: Books, event: events.HeadroomHeld) -> None:
    """It is decided, waits, and wants what was approved."""
    place = books.queues.get(books.entry.stream, {}).get(event.case_id)
    if place is not None:
        place.fen = event.wanted_fen
        _commit(books, place.account)


def issued(books: Books, event: events.HeadroomIssued) -> None:
    """The year has promised a voucher."""
    place = books.queues.get(books.entry.stream, {}).pop(event.case_id, None)
    on = place.on if place else _day(books)
    account, cap = _limited(books, Kind.ISSUING, lambda: _issuing(books, event.case_id, on))
    _commit(books, account, event.amount_fen, cap.beyond_fen if cap else 0)
    books.approvals.pop(event.case_id, None)
    books.say(Fact.ISSUED, event.case_id, Book.YEAR, event.amount_fen, account)
    voucher = books.vouchers_of_claims.get(event.case_id)
    if voucher is not None and account.pool.kind is Kind.ISSUING:
        voucher.whole = account


def released(books: Books, event: events.HeadroomReleased) -> None:
    """The claim ended without a voucher: its place is free."""
    books.approvals.pop(event.case_id, None)
    place = books.queues.get(books.entry.stream, {}).pop(event.case_id, None)
    if place is not None:
        _commit(books, place.account)


def used(books: Books, event: events.RedemptionHeadroomUsed) -> None:
    """A payment order counts in this year."""
    opened = books.quarter(event.order_id.rpartition("-")[0]).opened
    account, _ = _limited(books, Kind.REDEEMING, lambda: books.limits.redeeming(opened))
    _commit(books, account, event.amount_fen)
    books.years_of_orders[event.order_id] = account
    books.say(Fact.ORDERED, event.order_id, Book.YEAR, event.amount_fen, account)


def restored(books: Books, event: events.RedemptionHeadroomRestored) -> None:
    """The bank sent the money back: the year may pay it again."""
    account = books.years_of_orders.pop(event.order_id, None) or _account(books, Kind.REDEEMING)
    books.move(account, Bucket.COMMITTED, Bucket.FREE, event.amount_fen)
    books.say(Fact.RETURNED, event.order_id, Book.YEAR, event.amount_fen, account)


def recovered(books: Books, event: RedemptionHeadroomRecovered) -> None:
    """Money that was demanded came in, in its budget year. (F-7)"""
    books.say(Fact.RECOVERED, event.recovery_id, Book.YEAR, event.amount_fen, _back(books, event.amount_fen))


def returned(books: Books, event: events.RedemptionHeadroomReturned) -> None:
    """A payment that was settled came back in its budget year. (F-7)"""
    books.say(Fact.CAME_BACK, event.order_id, Book.YEAR, event.amount_fen, _back(books, event.amount_fen))


def _back(books: Books, fen: int) -> Account:
    """It stays paid and recovered, and the year may pay as much again."""
    account = books.accounts.get(_name(books, Kind.COMBINED)) or _account(books, Kind.REDEEMING)
    books.move(account, Bucket.PAID, Bucket.RECOVERED, fen)
    account.authorise(account.authorised_fen + fen)
    return account


def _commit(books: Books, account: Account, fen: int = 0, beyond_fen: int = 0) -> None:
    """Promise an amount; what is left is reserved for the queue, as far as it goes.

    A limit that was lowered since takes nothing from what was promised under a higher one.
    """
    queue = books.queues.get(books.entry.stream, {})
    wanted = sum(place.fen for place in queue.values() if place.account is account)
    books.move(account, Bucket.RESERVED, Bucket.FREE, account.held[Bucket.RESERVED])
    back_fen = account.held[Bucket.RECOVERED] if account.pool.kind is not Kind.ISSUING else 0
    most_fen = account.used_fen + fen + wanted if account.most_fen is None else account.most_fen + back_fen
    account.authorise(max(account.used_fen, most_fen + beyond_fen))
    books.move(account, Bucket.FREE, Bucket.COMMITTED, fen)
    if beyond_fen:  # for this case alone: what of it is left is nobody's
        account.authorise(max(account.used_fen, most_fen))
    books.move(account, Bucket.FREE, Bucket.RESERVED, min(wanted, max(0, account.held[Bucket.FREE])))


def _limited(books: Books, kind: Kind, ask: Callable[[], Limit]) -> tuple[Account, Cap | None]:
    """The account that a limit is about, and the limit; a break, and no limit, if it cannot be known."""
    try:
        limit = ask()
    except Refused as refused:
        account = _account(books, kind)
        books.fault(Fault.LIMIT_UNKNOWN, account, f"限额无从得知：{refused.message('zh')}", 0, 0)
        return account, None
    account = _account(books, Kind.COMBINED if limit.cap and limit.cap.combined else kind)
    account.clause, account.most_fen = limit.clause, limit.cap.most_fen if limit.cap else None
    return account, limit.cap


def _issuing(books: Books, case_id: str, on: date) -> Limit:
    edition_sha256 = books.entry.envelope.edition_sha256
    return books.limits.issuing(edition_sha256, on, books.approvals.get(case_id, {}))


def _account(books: Books, kind: Kind) -> Account:
    """An account of the year whose stream is read."""
    _, programme_id, rest = books.entry.stream.split("/", 2)
    holder, _, year = rest.rpartition("/")
    return books.account(_name(books, kind), Pool(programme_id, kind, year), holder)


def _name(books: Books, kind: Kind) -> str:
    return f"{kind}/{books.entry.stream.partition('/')[2]}"


def _day(books: Books) -> date:
    """The day of the event; of a claim of another year, the day of this year that is nearest to it."""
    year, on = int(books.entry.stream.rpartition("/")[2]), civil_date(books.entry.business_at)
    return on if on.year == year else date(year, 12, 31) if on.year > year else date(year, 1, 1)


def _case_id(books: Books) -> str:
    return books.entry.stream.removeprefix(streams.CASES)
