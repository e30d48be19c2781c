"""What one command does to the claims of a quarter: its terms, looked up once, and what every step shares."""

from collections.abc import Iterable
from functools import cached_property

from commands.quarters import open_quarter, quarters_from
from commands.work import Work
from domain.cycle import Cycle
from domain.dates import Quarter, from_iso
from domain.format.programme import Programme
from domain.kinds import CASE, ENTERPRISE_YEAR
from domain.money import show
from domain.quarter_index import Claim
from domain.serving import Paying, served
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CaseClosed,
    ClaimAdmitted,
    ClaimPaymentChanged,
    ClaimPaymentStatus,
)
from ledger import streams
from ledger.store import APPEND_MAX

CLAIM_EVENTS_MAX = 17  # of one claim in one step, with the receipt, a quarter that opens and the batch


class InQuarter:
    """A quarter while one command deals with its claims."""

    def __init__(self, work: Work, cycle_id: str):
        self.work, self.cycle_id = work, cycle_id
        opened = self.quarter.opened
        self.programme: Programme = work.rulebook.in_force(opened.programme_id, from_iso(opened.opens_on))
        work.edition_sha256 = self.programme.sha256

    @property
    def quarter(self) -> Cycle:
        """The quarter, with this command's own events."""
        return self.work.cycle(self.cycle_id)

    @cached_property
    def terms(self) -> Paying:
        """On what terms it pays."""
        return served(self.programme).paying(from_iso(self.quarter.opened.as_of_on))

    @cached_property
    def answer_due_on(self) -> str:
        """By when the treasury should answer what is ordered today; empty where it is signed first."""
        opened = self.quarter.opened
        return "" if opened.release else self.work.answer_due_on(opened.programme_id, from_iso(opened.pay_on))

    @property
    def is_full(self) -> bool:
        """Whether there may be no room for one more claim in the commit: who is left is dealt with in the next one."""
        return len(self.work.events) + CLAIM_EVENTS_MAX > APPEND_MAX

    def look_up(self, claims: Iterable[Claim]) -> None:
        """Read the cases and the years of these claims at once, not one after the other."""
        claims = list(claims)
        self.work.look_up([streams.case(claim.case_id) for claim in claims], CASE)
        self.work.look_up([self.year_stream(claim) for claim in claims], ENTERPRISE_YEAR)

    def limit_year(self, claim: Claim) -> int:
        """The year that a payment counts in: of the batch, or of the request. (BJ-A7)"""
        return self.terms.limit_year(self.quarter.opened, self.work.case(claim.case_id).received_on)

    def year_stream(self, claim: Claim) -> str:
        """The stream of that year."""
        return streams.enterprise_year(self.quarter.opened.programme_id, claim.uscc, self.limit_year(claim))

    def carry(self, claim: Claim, amount_fen: int, first: Quarter | None = None) -> str:
        """Let an amount join the next quarter, or `first`, cut off or not; its id, or nothing after the last batch."""
        later = open_quarter(self.work, self.programme, first or self.quarter.number.next, claim.case_id)
        if later is None:
            return ""
        admitted = ClaimAdmitted(
            case_id=claim.case_id,
            voucher_id=claim.voucher_id,
            uscc=claim.uscc,
            carried_from_cycle_id=self.cycle_id,
            carried_fen=amount_fen,
            verified_by=claim.verified_by,
            requested_by=claim.requested_by,
            is_with_quarter=claim.is_with_quarter,
        )
        self.work.on_cycle(later.cycle_id, [admitted])
        return later.cycle_id

    def end_if_over(self, case_id: str) -> None:
        """Once nothing of it waits in any quarter, the claim ends with what was paid, and the rest of it lapses."""
        case = self.work.case(case_id)
        quarters = quarters_from(self.work, self.programme, case.cycle_id)
        if not case.is_open or any(known.is_open_for(case_id) for known in quarters):
            return
        rest, last = show(case.due_fen - case.paid_fen), served(self.programme).redemption.last_quarter
        paid = f"已兑付{show(case.paid_fen)}；" if case.paid_fen else ""
        closed = CaseClosed(
            outcome=CASE_OUTCOME_PAID if case.paid_fen else CASE_OUTCOME_REFUSED,
            summary=f"{paid}{rest}在最后批次{last}后无后续批次，失效",
            code="REDEMPTION_ENDED",
            clause=self.quarter.opened.clause,
            voucher_id=case.redemption.voucher_id,
            amount_fen=case.paid_fen,
        )
        self.work.on_case(case_id, [closed])

    def tell(
        self, case_id: str, status: ClaimPaymentStatus.ValueType, amount_fen: int, explanation: str, later: str = ""
    ) -> None:
        """Put on the claim's own record what became of it here."""
        told = ClaimPaymentChanged(
            cycle_id=self.cycle_id, status=status, amount_fen=amount_fen, explanation=explanation, to_cycle_id=later
        )
        case = self.work.case(case_id)
        if case.is_open or case.is_owed_again:
            self.work.on_case(case_id, [told])
