"""The log read once, every event posted: what every account holds then, and the first position at which one breaks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from google.protobuf.message import Message

from audit import entries
from audit.conservation import batches, quarters, recoveries, rounds, vouchers, years
from audit.conservation.account import Account, Bucket, Kind, Pool
from audit.conservation.books import Books, Break
from audit.conservation.limits import Limits
from audit.entries import Entry, EvidenceBroken
from audit.moments import AtPosition, Moment, until
from audit.relevant import relevant
from audit.side_by_side import Progress
from duifu.v1 import events_pb2 as events
from duifu.v1 import recovery_pb2 as recovery
from ledger.rows import Rows
from policy.rulebook import Rulebook

#: What every kind of event that moves money does to the accounts.
POSTINGS: dict[type[Message], Callable[[Books, Any], None]] = {
    events.SpecialApprovalGiven: years.approved,
    events.SpecialApprovalRevoked: years.approval_revoked,
    events.HeadroomReserved: years.reserved,
    events.HeadroomHeld: years.held,
    events.HeadroomIssued: years.issued,
    events.HeadroomReleased: years.released,
    events.RedemptionHeadroomUsed: years.used,
    events.RedemptionHeadroomRestored: years.restored,
    events.VoucherIssued: vouchers.issued,
    events.RedemptionAssessed: vouchers.assessed,
    events.VoucherRedeemed: vouchers.redeemed,
    events.VoucherRescaled: vouchers.rescaled,
    events.PaymentCameBack: vouchers.came_back,
    events.VoucherLapsed: vouchers.lapsed,
    events.RedemptionHeadroomReturned: years.returned,
    events.CycleOpened: quarters.opened,
    events.ClaimAdmitted: quarters.admitted,
    events.ClaimAssessed: quarters.assessed,
    events.ClaimDropped: quarters.dropped,
    events.PaymentOrdered: quarters.ordered,
    events.PaymentBatchMade: batches.batched,
    events.PaymentBatchSigned: batches.signed,
    events.ClaimDeferred: quarters.deferred,
    events.PaymentSettled: quarters.settled,
    events.PaymentReturned: quarters.returned,
    events.FiguresBroughtForward: quarters.brought,
    events.CycleClosed: quarters.closed,
    events.RoundOpened: rounds.opened,
    events.RoundAllocated: rounds.allocated,
    events.AmountAllocated: rounds.told_share,
    events.ApplicantLeft: rounds.left,
    events.GrantOrdered: rounds.ordered,
    events.GrantSettled: rounds.settled,
    events.GrantReturned: rounds.returned,
    events.GrantCameBack: rounds.came_back,
    events.GrantPaymentChanged: rounds.told_payment,
    events.RoundClosed: rounds.closed,
    recovery.RecoveryOpened: recoveries.opened,
    recovery.RecoveryDemanded: recoveries.demanded,
    recovery.RecoveryReceived: recoveries.received,
    recovery.SetOffHeld: recoveries.held,
    recovery.RecoveryWrittenOff: recoveries.written_off,
    recovery.RecoveryTransferred: recoveries.transferred,
    recovery.RecoveryReduced: recoveries.reduced,
    recovery.RecoveryClosed: recoveries.closed,
    recovery.RedemptionHeadroomRecovered: years.recovered,
    recovery.SettlementReversed: vouchers.reversed_by_red,
    recovery.ReversalWithdrawn: vouchers.reversal_withdrawn,
}
TOPICS = frozenset(kind.DESCRIPTOR.full_name for kind in POSTINGS)


@dataclass(frozen=True, slots=True)
class Line:
    """A pool: the sum of its accounts. Or one account."""

    title: str
    kind: Kind
    accounts: int
    held: tuple[int, ...]  # by bucket

    @property
    def authorised_fen(self) -> int:
        """What all buckets hold."""
        return sum(self.held)


@dataclass(frozen=True, slots=True)
class Conserved:
    """Every account as it stood at a position, and where conservation breaks."""

    accounts: list[Account]
    breaks: list[Break]  # of each account the first, in the order of the log
    further_breaks: Mapping[str, int]  # by programme
    events: int
    is_torn: bool  # the moment lies within a commit, so that some books have spoken and others not yet

    @property
    def programmes(self) -> list[str]:
        """Whose money it is."""
        return sorted({account.pool.programme_id for account in self.accounts})

    @property
    def is_conserved(self) -> bool:
        """Whether nothing breaks, and the books that count what was paid have the same sum."""
        return not self.breaks and (self.is_torn or all(len(set(self.paid(p))) == 1 for p in self.programmes))

    def of(self, programme_id: str) -> "Conserved":
        """The part that is about one programme."""
        accounts = [account for account in self.accounts if account.pool.programme_id == programme_id]
        breaks = [found for found in self.breaks if found.account.pool.programme_id == programme_id]
        return Conserved(accounts, breaks, self.further_breaks, self.events, self.is_torn)

    def paid(self, programme_id: str) -> tuple[int, int, int]:
        """What vouchers, quarters and enterprises' years say was paid, in fen."""
        sums = {kind: [0] * len(Bucket) for kind in Kind}
        for account in self.accounts:
            if account.pool.programme_id == programme_id:
                for bucket, fen in enumerate(account.held):
                    sums[account.pool.kind][bucket] += fen
        vouchers_fen = sums[Kind.VOUCHER][Bucket.PAID] + sums[Kind.VOUCHER][Bucket.RECOVERED]
        both = (sums[Kind.REDEEMING], sums[Kind.COMBINED])
        years_fen = sum(held[Bucket.PAID] + held[Bucket.RECOVERED] for held in both)
        return vouchers_fen, sums[Kind.QUARTER][Bucket.PAID], years_fen

    def lines(self, holder: str = "") -> list[Line]:
        """The pools with their sums, in the order of their kinds; of one enterprise, each of its accounts."""
        if holder:
            chosen = sorted((a for a in self.accounts if a.holder == holder), key=_place)
            return [Line(f"{a.pool.title} {a.name}", a.pool.kind, 1, tuple(a.held)) for a in chosen]
        pools = groupby(sorted(self.accounts, key=_place), key=attrgetter("pool"))
        return [_line(pool, list(accounts)) for pool, accounts in pools]


def conserve(
    rows: Rows, rulebook: Rulebook, end: Moment | None = None, progress: Progress = lambda _done, _all: None
) -> Conserved:
    """Read the log once, up to a moment. `progress` hears how many positions of all were read.

    Raises RowsUnavailable, EvidenceBroken.
    """
    books, count, command_id = Books(Limits(rulebook)), 0, ""
    upto = min(end.position, rows.head()) if isinstance(end, AtPosition) else rows.head()
    for entry in until(relevant(rows, TOPICS, 0, upto, progress), end):
        if entry.envelope.command_id != command_id:
            books.agree()
            command_id = entry.envelope.command_id
        _post(books, entry)
        count += 1
    is_torn = count > 0 and _goes_on(rows, upto, command_id)
    if not is_torn:
        books.agree()
    breaks = sorted(books.breaks.values(), key=attrgetter("position"))
    return Conserved(list(books.accounts.values()), breaks, books.further_breaks, count, is_torn)


def _post(books: Books, entry: Entry) -> None:
    books.entry = entry
    try:
        POSTINGS[type(entry.event)](books, entry.event)
    except (KeyError, ValueError, StopIteration) as error:  # a day, a year or a level that is none
        raise EvidenceBroken(f"Position {entry.position}: {entry.topic} cannot be posted ({error!r})") from error


def _goes_on(rows: Rows, upto: int, command_id: str) -> bool:
    """Whether the event after a position is of the same commit."""
    following: list[Entry] = [entries.read(row) for row in rows.scan(upto, upto + 1)]
    return any(entry.envelope.command_id == command_id for entry in following)


def _place(account: Account) -> tuple[str, int, str, str]:
    pool = account.pool
    return pool.programme_id, list(Kind).index(pool.kind), pool.period, account.name


def _line(pool: Pool, accounts: list[Account]) -> Line:
    return Line(
        pool.title, pool.kind, len(accounts), tuple(map(sum, zip(*(account.held for account in accounts), strict=True)))
    )
