"""Everything that the rules of a programme look at, for one application or one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from domain.case import Case
from domain.dates import from_iso
from duifu.v1.events_pb2 import SpecialApprovalGiven
from duifu.v1.facts_pb2 import (
    Application,
    CheckResult,
    Facts,
    OtherBenefit,
    RedemptionRequest,
    SpecialApproval,
)


@dataclass(frozen=True)
class CaseFacts:
    """What is known of one case. Nothing here is decided."""

    received_on: date
    application: Application = field(default_factory=Application)
    redemption: RedemptionRequest = field(default_factory=RedemptionRequest)
    checks: Mapping[str, CheckResult] = field(default_factory=dict)
    benefits: Sequence[OtherBenefit] = ()
    accepted_on: date | None = None  # None: not yet; rules then go by the day of receipt
    today: date | None = None  # of this evaluation, for answers that grow old; None: the day that counts
    received_time: str = ""  # "16:59:59"; empty: not said, so before anything closes
    case_id: str = ""
    special_approvals: Mapping[str, SpecialApproval] = field(default_factory=dict)  # by account
    approved_fen: int | None = None  # less than the ceiling, by a decision with a reason
    approval_reason: str = ""
    approved_rate: Fraction | None = None  # of the round (QD-A1)
    ruled_met: frozenset[str] = frozenset()  # codes that a person ruled on
    is_under_way: bool = False  # in a simulation: what is still to be found out or ruled on counts as met

    @property
    def counted_on(self) -> date:
        """The day of acceptance, or of receipt before there is one."""
        return self.accepted_on or self.received_on


def of_claim(case: Case) -> CaseFacts:
    """What is known of a claim, or of an application for a grant, as it stands."""
    return CaseFacts(
        received_on=case.received_on,
        application=case.application,
        checks=case.counting_checks,
        accepted_on=case.accepted_on,
        case_id=case.case_id,
        special_approvals={name: _approval(given) for name, given in case.special_approvals.items()},
        approved_fen=case.approval.approved_fen or None,
        approval_reason=case.approval.reason,
        approved_rate=Fraction(case.approval.approved_rate) if case.approval.approved_rate else None,
        ruled_met=case.ruled_met,
    )


def from_message(facts: Facts) -> CaseFacts:
    """What a facts file says. Raises ValueError for a date or a rate that is none."""
    return CaseFacts(
        received_on=from_iso(facts.received_on),
        application=facts.application,
        checks={result.check: result for result in facts.checks},
        benefits=facts.benefits,
        accepted_on=from_iso(facts.accepted_on) if facts.accepted_on else None,
        received_time=facts.received_time,
        case_id=facts.case_id,
        special_approvals={approval.account: approval for approval in facts.special_approvals},
        approved_fen=facts.approved_fen or None,
        approved_rate=Fraction(facts.approved_rate) if facts.approved_rate else None,
        ruled_met=frozenset(facts.ruled_met),
    )


def _approval(given: SpecialApprovalGiven) -> SpecialApproval:
    return SpecialApproval(
        account=given.account,
        approved_by=f"{given.role_title}（{given.given_by}）",
        reason=given.reason,
        document_number=given.document_number,
    )
