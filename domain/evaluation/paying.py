"""Batches in order: each pays what its claims are due within the annual limits, oldest first or pro rata. (BJ-A17)

The engine pays one claim after another and asks `payable` (commands/cycle_payments.py); `pay_out` is all of it in one
calculation, for quotes and simulations.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from domain import headroom
from domain.calculation.allocation import Share, pro_rata
from domain.dates import Quarter
from domain.headroom import Cap, EnterpriseYear
from domain.quarter_index import Claim


@dataclass(frozen=True, slots=True)
class Due:
    """What one claim is due, and the batch that it joined. Claims are given in the order of their requests."""

    claim: str
    holder: str  # whose annual limit it uses
    quarter: Quarter
    due_fen: int
    counts_in: int | None = None  # the year whose limit it uses; None: that of the batch that pays (BJ-A7)

    def limited_by(self, quarter: Quarter) -> tuple[str, int]:
        """The holder and year whose limit a payment in this batch uses."""
        return self.holder, self.counts_in or quarter.year


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment to one claim."""

    claim: str
    quarter: Quarter
    counts_in: int
    amount_fen: int
    was_deferred: bool  # an earlier batch had no room for it


@dataclass(frozen=True)
class PaidOut:
    """What became of all claims."""

    paid: Sequence[Paid]
    lapsed_fen: Mapping[str, int]  # claim -> what no batch had room for


def pay_out(
    dues: Sequence[Due],
    last: Quarter,
    limit_fen: Callable[[Quarter], int | None],
    used_fen: Mapping[tuple[str, int], int],
    is_pro_rata: Callable[[Quarter], bool] = lambda _: False,
) -> PaidOut:
    """Pay every claim as early as the limits allow, up to the batch `last`; what is left then lapses.

    `limit_fen` is the annual limit that holds for a batch, None for no limit; `used_fen` maps (holder, year) to
    what was paid before. What a limit allows goes to the oldest claims, or to all of a holder's batch in proportion to
    what they are due if it `is_pro_rata`. Nothing is paid twice and no limit is exceeded, whatever the order of `dues`.
    """
    used = defaultdict(int, used_fen)
    paid: list[Paid] = []
    waiting: list[Due] = []
    joining = defaultdict(list)
    for due in dues:
        joining[due.quarter].append(due)
    order = {due.claim: number for number, due in enumerate(dues)}
    quarter = min(joining, default=last)
    while quarter <= last and (waiting or any(later >= quarter for later in joining)):
        carried = {due.claim for due in waiting}
        later: list[Due] = []
        batch = sorted([*waiting, *joining.pop(quarter, [])], key=lambda due: order[due.claim])
        limit = limit_fen(quarter)
        parts: dict[str, int] = {}
        if limit is not None and is_pro_rata(quarter):
            parts = _parts(batch, quarter, limit, used)
        for due in batch:
            key = due.limited_by(quarter)
            amount = parts.get(due.claim, due.due_fen)
            if limit is not None:
                amount = min(amount, max(0, limit - used[key]))
            if amount:
                used[key] += amount
                paid.append(Paid(due.claim, quarter, key[1], amount, due.claim in carried))
            if rest := due.due_fen - amount:
                later.append(replace(due, due_fen=rest))
        waiting, quarter = later, quarter.next
    left = [*waiting, *(due for rows in joining.values() for due in rows)]
    return PaidOut(paid, {due.claim: due.due_fen for due in left})


def payable(
    claim: Claim,
    year: EnterpriseYear,
    cap: Cap | None,
    together: Sequence[Claim] = (),
    orders: Container[str] = (),
) -> int:
    """How much of a claim the year allows now: what is left; or, with others, its part of what was left before any.

    `together` are the claims of the quarter that share what the year leaves, this one among them, oldest first; nobody
    if the oldest goes first. `orders` names the quarter's payment orders, so that who comes on a later page gets the
    same part. (BJ-3.3, BJ-A17)
    """
    allowed = headroom.redeemable(year, claim.due_fen, cap)
    if cap is None or not together:
        return allowed
    ordered_fen = sum(fen for order_id, fen in year.redeemed.items() if order_id in orders)
    left_fen = max(0, cap.most_fen - year.used_by_payments(cap.combined) + ordered_fen)
    parts = in_proportion(left_fen, [other.due_fen for other in together])
    return min(allowed, parts[[other.case_id for other in together].index(claim.case_id)])


def in_proportion(left_fen: int, due_fen: Sequence[int]) -> list[int]:
    """What each of a batch's claims gets of what a limit leaves, in proportion to what it is due. (BJ-A17)

    Claims come in the order of their requests. A fen that rounding leaves goes to the largest fraction, then to the
    oldest request.
    """
    shares = [Share(f"{number:09d}", fen, Fraction(fen)) for number, fen in enumerate(due_fen)]
    given = pro_rata(left_fen, shares)
    return [given[share.key] for share in shares]


def _parts(batch: Sequence[Due], quarter: Quarter, limit: int, used: Mapping[tuple[str, int], int]) -> dict[str, int]:
    """Claim -> its part, among the claims of a batch that use the same limit."""
    together = defaultdict(list)
    for due in batch:
        together[due.limited_by(quarter)].append(due)
    parts: dict[str, int] = {}
    for key, dues in together.items():
        given = in_proportion(max(0, limit - used.get(key, 0)), [due.due_fen for due in dues])
        parts |= {due.claim: fen for due, fen in zip(dues, given, strict=True)}
    return parts
