"""Which payments a recovery takes back, and which years get what comes in. (F-7)"""

from collections.abc import Iterable, Sequence

from domain.case import Case
from domain.recovery import COMPUTED, Recovery
from domain.refusals import Refused
from duifu.v1.events_pb2 import CLAIM_PAYMENT_STATUS_SETTLED
from duifu.v1.recovery_pb2 import PaidShare


def chosen(
    case_id: str, paid: Sequence[PaidShare], earlier: Iterable[Recovery], amount_fen: int, redemption_id: str = ""
) -> list[PaidShare]:
    """Payments that make up an amount, the newest first, without what other recoveries want back of them.

    `paid` is in the order of payment. What is found on a redemption takes its own payments alone.
    Raises Refused RECOVERY_ABOVE_PAID.
    """
    free = [(share, fen) for share, fen in _free(paid, earlier) if redemption_id in ("", share.case_id)]
    available_fen = sum(fen for _, fen in free)
    if amount_fen > available_fen:
        raise Refused("RECOVERY_ABOVE_PAID", case=case_id, asked_fen=amount_fen, available_fen=available_fen)
    found, left_fen = [], amount_fen
    for share, fen in reversed(free):
        if part_fen := min(left_fen, fen):
            found.append(_part(share, part_fen))
            left_fen -= part_fen
    return found


def computed_fen(claw_back_fen: int, paid: Sequence[PaidShare], earlier: Sequence[Recovery]) -> int:
    """What a voucher is to pay back and no computed finding has yet, as far as typed ones have left anything of it."""
    known_fen = sum(other.found_fen for other in earlier if other.opened.finding in COMPUTED)
    return min(claw_back_fen - known_fen, sum(fen for _, fen in _free(paid, earlier)))


def of_grant(case: Case) -> list[PaidShare]:
    """What the levels of a grant have paid. Money that comes back goes to their treasuries, and to no limit."""
    settled = [told for told in case.payments.values() if told.status == CLAIM_PAYMENT_STATUS_SETTLED]
    return [
        PaidShare(source_id=told.order_id, case_id=case.case_id, amount_fen=told.amount_fen)
        for told in sorted(settled, key=lambda told: told.order_id)
    ]


def given_back(recovery: Recovery, amount_fen: int, budget_year: int) -> dict[int, int]:
    """What limits get back of a receipt, by the year of the limit: of payments of the budget year in which it came in.

    Money that comes in is for the first share until that is complete, then for the next. (F-7)
    """
    before_fen, found = recovery.received_fen, dict[int, int]()
    for share in recovery.opened.shares:
        skipped_fen = min(before_fen, share.amount_fen)
        before_fen -= skipped_fen
        part_fen = min(amount_fen, share.amount_fen - skipped_fen)
        amount_fen -= part_fen
        if part_fen and share.budget_year == budget_year:
            found[share.limit_year] = found.get(share.limit_year, 0) + part_fen
    return found


def _free(paid: Sequence[PaidShare], earlier: Iterable[Recovery]) -> list[tuple[PaidShare, int]]:
    """Each payment, with what of it no other recovery wants back."""
    taken: dict[tuple[str, str], int] = {}
    for other in earlier:
        left_fen = other.claimed_fen
        for share in other.opened.shares:
            fen = min(left_fen, share.amount_fen)
            taken[_key(share)] = taken.get(_key(share), 0) + fen
            left_fen -= fen
    return [(share, share.amount_fen - taken.get(_key(share), 0)) for share in paid]


def _key(share: PaidShare) -> tuple[str, str]:
    return share.source_id, share.case_id


def _part(share: PaidShare, amount_fen: int) -> PaidShare:
    part = PaidShare()
    part.CopyFrom(share)
    part.amount_fen = amount_fen
    return part
