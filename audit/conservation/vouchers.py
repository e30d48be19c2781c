"""A voucher: what of its face value is not due yet, due, ordered, paid, lapsed or to be paid back. (BJ-4.6, BJ-A18)"""

from audit.conservation.account import Account, Bucket, Kind, Pool
from audit.conservation.books import Books, Fault
from audit.conservation.facts import Book, Fact
from domain.money import show
from duifu.v1 import events_pb2 as events
from duifu.v1.recovery_pb2 import ReversalWithdrawn, SettlementReversed


def issued(books: Books, event: events.VoucherIssued) -> None:
    """So much may become due."""
    pool = Pool(event.programme_id, Kind.VOUCHER, event.issued_on[:4])
    clause = event.trace.steps[-1].clause if event.trace.steps else ""
    account = books.account(f"voucher/{event.voucher_id}", pool, event.uscc, clause)
    books.must_be(account, "发放前的券面金额", 0, account.authorised_fen)
    account.authorise(event.face_value_fen)
    books.worth[account.name] = event.face_value_fen
    books.vouchers_of_claims[event.case_id] = account
    books.say(Fact.ISSUED, event.case_id, Book.VOUCHER, event.face_value_fen, account)


def assessed(books: Books, event: events.RedemptionAssessed) -> None:
    """A claim makes a part of it due."""
    account = _own(books)
    books.move(account, Bucket.FREE, Bucket.RESERVED, event.due_fen)
    books.say(Fact.ASSESSED, event.case_id, Book.VOUCHER, event.due_fen, account)


def redeemed(books: Books, event: events.VoucherRedeemed) -> None:
    """A part of it was paid: with what came in taken off, never more than it is worth."""
    account = _own(books)
    books.move(account, Bucket.COMMITTED, Bucket.PAID, event.amount_fen)
    worth_fen = books.worth.get(account.name, 0)
    kept_fen = books.kept[account.name] = books.kept.get(account.name, 0) + event.amount_fen
    if kept_fen > worth_fen:
        text = f"已支付而未缴回{show(kept_fen)}，超过券面金额{show(worth_fen)}"
        books.fault(Fault.OVERDRAWN, account, text, kept_fen, worth_fen)
    books.say(Fact.SETTLED, f"{event.cycle_id}/{event.case_id}", Book.VOUCHER, event.amount_fen, account)


def rescaled(books: Books, event: events.VoucherRescaled) -> None:
    """It is worth less: what was paid beyond that is to be paid back, the rest of the difference lapses.

    Nothing of a voucher that is rescaled is under way, and nothing of it has lapsed in a batch (VOUCHER_IN_PAYMENT).
    """
    account = _own(books)
    books.worth[account.name] = event.face_value_fen
    expired_fen = books.expired.pop(account.name, 0)
    books.move(account, Bucket.RELEASED, Bucket.FREE, expired_fen)
    books.move(account, Bucket.PAID, Bucket.RECOVERED, event.claw_back_fen)
    books.move(account, Bucket.FREE, Bucket.RELEASED, event.lapsed_fen - event.claw_back_fen)
    gone_fen = account.held[Bucket.RELEASED] + account.held[Bucket.RECOVERED]
    books.must_be(account, "重新核定的券面金额", event.face_value_fen, account.authorised_fen - gone_fen)
    books.must_be(account, "重新核定的应兑付", event.due_fen, account.held[Bucket.PAID])
    if expired_fen:
        _expire(books, account, event.face_value_fen - event.due_fen)


def lapsed(books: Books, event: events.VoucherLapsed) -> None:
    """Nobody asked for the rest in time; neither the voucher nor its year gets it back. (BJ-A13)"""
    _expire(books, _own(books), event.lapsed_fen)


def came_back(books: Books, event: events.PaymentCameBack) -> None:
    """What was paid came back: it waits to be paid again, or it is the treasury's. (F-7)"""
    account = _own(books)
    books.kept[account.name] = books.kept.get(account.name, 0) - event.amount_fen
    if event.to_cycle_id:
        _may_be_paid_again(books, account, event.amount_fen)
        books.move(account, Bucket.FREE, Bucket.RESERVED, event.amount_fen)
        about = f"{event.cycle_id}→{event.to_cycle_id}/{event.case_id}"
        books.say(Fact.CARRIED, about, Book.OUT, event.amount_fen, account)
    else:
        books.move(account, Bucket.PAID, Bucket.RECOVERED, event.amount_fen)
    if event.in_its_year:
        books.say(Fact.CAME_BACK, event.order_id, Book.VOUCHER, event.amount_fen, account)


def reversed_by_red(books: Books, event: SettlementReversed) -> None:
    """A red invoice: what was paid on the blue one is to be paid back, and as much may become due anew. (F-2)"""
    account = _own(books)
    _may_be_paid_again(books, account, event.claw_back_fen)
    books.must_be(account, "红冲后的应兑付", event.due_fen, account.held[Bucket.PAID])


def reversal_withdrawn(books: Books, event: ReversalWithdrawn) -> None:
    """There was no such red invoice: what was paid on the blue one counts again, and may not be due anew. (F-2)"""
    account, fen = _own(books), event.claw_back_fen
    lapsed_fen = books.expired.get(account.name, 0)
    if (not_lapsed_fen := lapsed_fen + event.due_fen - books.worth.get(account.name, 0)) > 0:
        books.expired[account.name] = lapsed_fen - not_lapsed_fen
        books.move(account, Bucket.RELEASED, Bucket.FREE, not_lapsed_fen)
    issuing, account.whole = account.whole, None
    books.move(account, Bucket.RECOVERED, Bucket.PAID, fen)
    account.whole = issuing
    if issuing is not None:
        books.move(issuing, Bucket.COMMITTED, Bucket.PAID, fen)
    account.authorise(account.authorised_fen - fen)
    books.must_be(account, "撤回红冲登记后的应兑付", event.due_fen, account.held[Bucket.PAID])


def _expire(books: Books, account: Account, fen: int) -> None:
    books.expired[account.name] = books.expired.get(account.name, 0) + fen
    books.move(account, Bucket.FREE, Bucket.RELEASED, fen)


def _may_be_paid_again(books: Books, account: Account, fen: int) -> None:
    """What was paid is kept as such, and the voucher is worth as much more; the year's promise stands."""
    issuing, account.whole = account.whole, None
    books.move(account, Bucket.PAID, Bucket.RECOVERED, fen)
    account.whole = issuing
    if issuing is not None:
        books.move(issuing, Bucket.PAID, Bucket.COMMITTED, fen)
    account.authorise(account.authorised_fen + fen)


def _own(books: Books) -> Account:
    """The voucher whose stream is read."""
    return books.voucher(books.entry.stream.removeprefix("voucher/"))
