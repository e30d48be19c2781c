"""Batches in order: each pays what its claims are due, oldest first, within the holder's annual limit. (BJ-A17)

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
) -> PaidOut:
    """Pay every claim as early as the limits allow, up to the batch `last`; what is left then lapses.

    `limit_fen` is the annual limit that holds for a batch, None for no limit; `used_fen` maps (holder, year) to
    what was paid before. Nothing is paid twice and no limit is exceeded, whatever the order of `dues`.
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
        for due in sorted([*waiting, *joining.pop(quarter, [])], key=lambda due: order[due.claim]):
            limit, key = limit_fen(quarter), (due.holder, due.counts_in or quarter.year)
            amount = due.due_fen if limit is None else max(0, min(due.due_fen, limit - used[key]))
            if amount:
                used[key] += amount
                paid.append(Paid(due.claim, quarter, key[1], amount, due.claim in carried))
            if rest := due.due_fen - amount:
                later.append(replace(due, due_fen=rest))
        waiting, quarter = later, quarter.next
    left = [*waiting, *(due for rows in joining.values() for due in rows)]
    return PaidOut(paid, {due.claim: due.due_fen for due in left})
