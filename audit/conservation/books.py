"""All accounts of a ledger while the log is read; what several of them say of the same thing must agree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from audit.conservation.account import TITLES, Account, Bucket, Kind, Pool
from audit.conservation.facts import PARTIES, Book, Fact
from audit.conservation.limits import Limits
from audit.conservation.under_way import Order, Place, Quarter, Round, Waiting
from audit.entries import Entry
from domain.money import show
from duifu.v1.facts_pb2 import SpecialApproval


class Fault(StrEnum):
    """How conservation breaks."""

    OVERDRAWN = "overdrawn"  # more left a bucket than was in it; of a limit's free bucket: the limit is exceeded
    NEGATIVE = "negative"  # an amount below nothing
    DISAGREEMENT = "disagreement"  # two books say different amounts of the same thing
    UNANSWERABLE = "unanswerable"  # about an order or a claim that is not under way, or one number for two orders
    CLOSING = "closing"  # closing or opening figures that are not those of the account
    LIMIT_UNKNOWN = "limit-unknown"  # the edition is not at hand, or has no limit for that day


@dataclass(frozen=True, slots=True)
class Break:
    """The first position at which an account does not hold what it must."""

    fault: Fault
    account: Account
    position: int
    stream: str
    topic: str
    clause: str
    text: str  # in Chinese, as auditors read it
    said_fen: int
    held_fen: int


@dataclass(slots=True)
class Said:
    """What books said of one thing in this commit, and where the last of them did."""

    account: Account
    entry: Entry
    by: dict[Book, int] = field(default_factory=dict)


class Books:
    """The accounts, and what is under way between them. One entry after another is posted; nothing else is kept."""

    def __init__(self, limits: Limits):
        """Nothing authorised yet."""
        self.limits = limits
        self.entry: Entry  # that is posted now
        self.accounts: dict[str, Account] = {}
        self.breaks: dict[str, Break] = {}  # by account, its first
        self.further_breaks = Counter[str]()  # by programme
        self.quarters: dict[str, Quarter] = {}
        self.queues: dict[str, dict[str, Place]] = {}  # enterprise's year -> case -> place
        self.approvals: dict[str, dict[str, SpecialApproval]] = {}  # case -> the programme's account -> approval
        self.orders: dict[str, Order] = {}
        self.years_of_orders: dict[str, Account] = {}
        self.rounds: dict[str, Round] = {}
        self.batches: dict[str, dict[int, Sequence[str]]] = {}  # stream -> batch -> orders that are signed together
        self.expired: dict[str, int] = {}  # voucher's account -> what nobody asked for in time, fen
        self.worth: dict[str, int] = {}  # voucher's account -> its face value now, fen
        self.kept: dict[str, int] = {}  # voucher's account -> what was paid of it and did not come in again, fen
        self.vouchers_of_recoveries: dict[str, Account] = {}  # by the recovery's account
        self.vouchers_of_claims: dict[str, Account] = {}  # issued in this commit
        self._said: dict[tuple[Fact, str], Said] = {}

    def account(self, name: str, pool: Pool, holder: str = "", clause: str = "") -> Account:
        """The account of this name, opened if need be; who names it first says what it is."""
        known = self.accounts.get(name)
        if known is None:
            known = self.accounts[name] = Account(name, pool, holder, clause)
        return known

    def voucher(self, voucher_id: str, programme_id: str = "") -> Account:
        """The account of a voucher; an empty one if it was never issued."""
        return self.account(f"voucher/{voucher_id}", Pool(programme_id, Kind.VOUCHER, ""))

    def quarter(self, cycle_id: str) -> Quarter:
        """A quarter; an empty one if it was never opened."""
        known = self.quarters.get(cycle_id)
        if known is None:
            account = self.account(f"cycle/{cycle_id}", Pool("", Kind.QUARTER, cycle_id))
            known = self.quarters[cycle_id] = Quarter(account)
        return known

    def move(self, account: Account, source: Bucket, target: Bucket, fen: int) -> None:
        """Move an amount; what a voucher does is done to its year's limit, too."""
        if fen < 0:
            self.fault(Fault.NEGATIVE, account, f"{TITLES[target]}{show(fen)}，金额为负", fen, 0)
            return
        if lacking := account.move(source, target, fen):
            had = max(0, fen - lacking)
            text = f"转入{TITLES[target]}{show(fen)}，而{TITLES[source]}只有{show(had)}"
            self.fault(Fault.OVERDRAWN, account, text, fen, had)
        if account.whole is not None:
            of_whole = _of_whole(source), _of_whole(target)
            if of_whole[0] != of_whole[1]:
                self.move(account.whole, *of_whole, fen)

    def bring(self, account: Account, target: Bucket, fen: int) -> None:
        """Authorise so much more, and put it into a bucket."""
        account.authorise(account.authorised_fen + fen)
        self.move(account, Bucket.FREE, target, fen)

    def take(self, account: Account, waiting: dict[str, Waiting], case_id: str, fen: int) -> Waiting:
        """Take from what waits of one claim."""
        found = waiting.get(case_id) or Waiting()
        if fen > found.fen:
            text = f"案件{case_id}转出{show(fen)}，而待付只有{show(found.fen)}"
            self.fault(Fault.OVERDRAWN, account, text, fen, found.fen)
        found.fen -= fen
        if found.fen <= 0:
            waiting.pop(case_id, None)
        return found

    def begin(self, order_id: str, order: Order) -> None:
        """An order is under way; its number is nobody else's."""
        if order_id in self.orders:
            self.fault(Fault.UNANSWERABLE, order.account, f"支付指令{order_id}已在办理中", order.amount_fen, 0)
        self.orders[order_id] = order

    def end(self, order_id: str, account: Account) -> Order | None:
        """The order that an answer is about; a break on `account` if none of that number is under way."""
        order = self.orders.pop(order_id, None)
        if order is None:
            self.fault(Fault.UNANSWERABLE, account, f"支付指令{order_id}不存在，或已有答复", 0, 0)
        return order

    def must_be(self, account: Account, what: str, said_fen: int, held_fen: int) -> None:
        """A figure that an event gives is the account's."""
        if said_fen != held_fen:
            text = f"{what}记为{show(said_fen)}，账上为{show(held_fen)}"
            self.fault(Fault.CLOSING, account, text, said_fen, held_fen)

    def say(self, fact: Fact, about: str, book: Book, fen: int, account: Account) -> None:
        """One book says something that another must say, too, in the same commit."""
        said = self._said.setdefault((fact, about), Said(account, self.entry))
        said.entry = self.entry
        said.by[book] = said.by.get(book, 0) + fen

    def agree(self) -> None:
        """The commit is over: what books said of it agrees."""
        for (fact, about), said in self._said.items():
            one, other = PARTIES[fact]
            fen, other_fen = said.by.get(one, 0), said.by.get(other, 0)
            if fen != other_fen:
                self.entry = said.entry
                text = f"{fact}{about}：{one}记{show(fen)}，{other}记{show(other_fen)}"
                self.fault(Fault.DISAGREEMENT, said.account, text, fen, other_fen)
        self._said.clear()
        self.vouchers_of_claims.clear()

    def fault(self, fault: Fault, account: Account, text: str, said_fen: int, held_fen: int) -> None:
        """Keep an account's first break; later ones follow from it and are counted."""
        if account.name in self.breaks:
            self.further_breaks[account.pool.programme_id] += 1
            return
        entry = self.entry
        clause = getattr(entry.event, "clause", "") or account.clause
        self.breaks[account.name] = Break(
            fault, account, entry.position, entry.stream, entry.topic, clause, text, said_fen, held_fen
        )


def _of_whole(bucket: Bucket) -> Bucket:
    """A voucher is a promise of its year's limit until it is paid, or nobody gets it any more."""
    return Bucket.COMMITTED if bucket in (Bucket.FREE, Bucket.RESERVED) else bucket
