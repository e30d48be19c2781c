"""What one enterprise has to pay back: of what was demanded, what came in, what was written off, what is open. (F-8)"""

from audit.conservation.account import Account, Bucket, Kind, Pool
from audit.conservation.books import Books
from audit.conservation.facts import Book, Fact
from duifu.v1 import recovery_pb2 as events
from ledger import streams


def opened(books: Books, event: events.RecoveryOpened) -> None:
    """Something was found; nothing is demanded yet."""
    pool = Pool(event.programme_id, Kind.RECOVERY, str(books.entry.business_at.year))
    account = books.account(books.entry.stream, pool, event.uscc, event.clause)
    if event.voucher_id:
        books.vouchers_of_recoveries[account.name] = books.voucher(event.voucher_id)


def demanded(books: Books, event: events.RecoveryDemanded) -> None:
    """So much is to come in."""
    account = _own(books)
    books.must_be(account, "责令追回之前", 0, account.authorised_fen)
    account.authorise(event.amount_fen)


def received(books: Books, event: events.RecoveryReceived) -> None:
    """A part came in; what of it a year may pay again, the year says in the same commit."""
    account = _own(books)
    books.move(account, Bucket.COMMITTED if event.order_id else _open(account), Bucket.RECOVERED, event.amount_fen)
    if voucher := books.vouchers_of_recoveries.get(account.name):
        books.kept[voucher.name] = books.kept.get(voucher.name, 0) - event.amount_fen
    books.say(Fact.RECOVERED, _id(books), Book.RECOVERY, event.restored_fen, account)
    if event.order_id:
        books.say(Fact.SET_OFF, f"{event.order_id}/{_id(books)}", Book.RECOVERY, event.amount_fen, account)


def held(books: Books, event: events.SetOffHeld) -> None:
    """A payment order holds a part until it has ended; what came back is open again. (抵扣)"""
    account, about = _own(books), f"{event.order_id}/{_id(books)}"
    if event.is_released:
        books.move(account, Bucket.COMMITTED, Bucket.FREE, event.amount_fen)
        books.say(Fact.SET_OFF_RELEASED, about, Book.RECOVERY, event.amount_fen, account)
    else:
        books.move(account, Bucket.FREE, Bucket.COMMITTED, event.amount_fen)
        books.say(Fact.SET_OFF_HELD, about, Book.RECOVERY, event.amount_fen, account)


def written_off(books: Books, event: events.RecoveryWrittenOff) -> None:
    """A part never will."""
    account = _own(books)
    books.move(account, _open(account), Bucket.RELEASED, event.amount_fen)


def transferred(books: Books, event: events.RecoveryTransferred) -> None:
    """A judicial organ takes over what is open; what was never demanded is authorised with that."""
    account = _own(books)
    if not account.authorised_fen:
        account.authorise(event.amount_fen)
    books.must_be(account, "移送", event.amount_fen, account.held[Bucket.FREE])
    books.move(account, Bucket.FREE, Bucket.RESERVED, event.amount_fen)


def reduced(books: Books, event: events.RecoveryReduced) -> None:
    """A part was not owed after all; what was demanded or handed over of it is not any more. (F-2)"""
    account = _own(books)
    if account.authorised_fen:
        books.move(account, _open(account), Bucket.FREE, event.open_fen)
        account.authorise(account.authorised_fen - event.open_fen)


def closed(books: Books, event: events.RecoveryClosed) -> None:
    """Nothing is open, and the sums are those of the account."""
    account = _own(books)
    books.must_be(account, "责令追回", event.demanded_fen, account.authorised_fen)
    books.must_be(account, "缴回", event.received_fen, account.held[Bucket.RECOVERED])
    books.must_be(account, "核销", event.written_off_fen, account.held[Bucket.RELEASED])
    books.must_be(account, "办结时待缴回", 0, account.held[_open(account)])
    books.must_be(account, "办结时待抵扣", 0, account.held[Bucket.COMMITTED])


def _open(account: Account) -> Bucket:
    """Where what is still to come in is: with the office, or handed over."""
    return Bucket.RESERVED if account.held[Bucket.RESERVED] else Bucket.FREE


def _id(books: Books) -> str:
    return books.entry.stream.removeprefix(streams.RECOVERIES)


def _own(books: Books) -> Account:
    """The recovery whose stream is read."""
    return books.account(books.entry.stream, Pool("", Kind.RECOVERY, ""))
