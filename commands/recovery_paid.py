"""What was paid on a case, and who had a hand in it: of a voucher over all its quarters, of a grant over its levels."""

from dataclasses import dataclass, field

from commands.work import Work
from domain import checks, duties, release
from domain.cycle import Cycle
from domain.dates import from_iso
from domain.kinds import VOUCHER
from domain.recovery_shares import of_grant
from domain.serving import served
from domain.voucher import Voucher
from duifu.v1.events_pb2 import VoucherRedeemed
from duifu.v1.recovery_pb2 import PaidShare
from ledger import streams


@dataclass(frozen=True, slots=True)
class Paid:
    """What a case was paid, in the order of payment."""

    case_id: str  # that the voucher was issued on, or of the grant
    voucher_id: str = ""
    redemption_id: str = ""  # that was named
    shares: list[PaidShare] = field(default_factory=list)


def paid_on(work: Work, case_id: str) -> Paid:
    """What was paid on a grant, or on the voucher of a claim or redemption. Raises Refused CASE_UNKNOWN."""
    case = work.case(case_id)
    if case.is_grant:
        return Paid(case_id, shares=of_grant(case))
    voucher_id = case.redemption.voucher_id or (case.closed.voucher_id if case.closed else "")
    if not voucher_id:
        return Paid(case_id)
    voucher = work.read(streams.voucher(voucher_id), VOUCHER)
    redemption_id = case_id if case.redemption.voucher_id else ""
    return Paid(voucher.case_id, voucher_id, redemption_id, _of_voucher(work, voucher))


def hands_of(work: Work, paid: Paid) -> list[str]:
    """Accounts that decided, entered, verified or signed anything for what was paid."""
    cases = {paid.case_id, *(share.case_id for share in paid.shares)}
    accounts: set[str] = set()
    for case_id in cases:
        case = work.case(case_id)
        accounts |= {*duties.decided_by(case), *checks.entered_by(case)}
        accounts |= {account for decided in case.decisions for account in decided.panel_members}
        accounts |= {account for opinion in case.opinions for account in (opinion.given_by, opinion.on_behalf_of)}
    if paid.voucher_id:
        for share in paid.shares:
            accounts |= _signers(work.cycle(share.source_id), share.case_id)
    elif round_id := work.case(paid.case_id).round_id:
        round_ = work.round(round_id)
        accounts |= release.signers(round_, [known.ordered.order_id for known in round_.orders_of(paid.case_id)])
    return sorted(accounts - {""})


def _of_voucher(work: Work, voucher: Voucher) -> list[PaidShare]:
    return [_share(work, payout) for payout in voucher.payouts]


def _share(work: Work, payout: VoucherRedeemed) -> PaidShare:
    opened = work.cycle(payout.cycle_id).opened
    programme = work.rulebook.in_force(opened.programme_id, from_iso(opened.opens_on))
    terms = served(programme).paying(from_iso(opened.as_of_on))
    return PaidShare(
        source_id=payout.cycle_id,
        case_id=payout.case_id,
        amount_fen=payout.amount_fen,
        budget_year=opened.paying_year,
        limit_year=terms.limit_year(opened, work.case(payout.case_id).received_on),
    )


def _signers(quarter: Cycle, case_id: str) -> set[str]:
    claim = quarter.claims[case_id]
    return release.signers(quarter, [claim.order_id]) | set(claim.verified_by)
