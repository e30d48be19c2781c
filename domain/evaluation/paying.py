"""Batches in order: each pays what its claims are due within the annual limits, oldest first or pro rata. (BJ-A17)

The engine does this one commit at a time (commands/cycles.py); here it is one calculation, for quotes and
simulations.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.dates import Quarter


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
        asked: dict[tuple[str, int], int] = defaultdict(int)
        for due in batch:
            asked[due.limited_by(quarter)] += due.due_fen
        for due in batch:
            key = due.limited_by(quarter)
            amount = due.due_fen
            if limit is not None:
                allowed = max(0, limit - used[key])
                if is_pro_rata(quarter):  # among those not served yet: rounded down each time, the last takes the rest
                    allowed = allowed * amount // asked[key]
                amount = min(amount, allowed)
            asked[key] -= due.due_fen
            if amount:
                used[key] += amount
                paid.append(Paid(due.claim, quarter, key[1], amount, due.claim in carried))
            if rest := due.due_fen - amount:
                later.append(replace(due, due_fen=rest))
        waiting, quarter = later, quarter.next
    left = [*waiting, *(due for rows in joining.values() for due in rows)]
    return PaidOut(paid, {due.claim: due.due_fen for due in left})
