"""A case: one application or claim from receipt to its end, as its events tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.refusals import Refused
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    AmountAllocated,
    CaseClosed,
    CaseLinked,
    ClaimPaymentChanged,
    ClockRestarted,
    ClockStopped,
    Decided,
    GrantPaymentChanged,
    OpinionGiven,
    OutputRecorded,
    SpecialApprovalGiven,
)
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    OPINION_KIND_UNSPECIFIED,
    Application,
    CheckResult,
    RedemptionRequest,
)
from duifu.v1.plan_pb2 import (
    CASE_KIND_GRANT_APPLICATION,
    CASE_KIND_REDEMPTION_CLAIM,
    CasePlan,
    Stage,
)

CORRECTION = "correction"  # the stage in which the applicant mends the claim
_WAITING = (CLAIM_PAYMENT_STATUS_ORDERED, CLAIM_PAYMENT_STATUS_RETURNED)  # a payment that has not arrived


@dataclass(frozen=True, slots=True)
class OpenStage:
    """Where the case stands."""

    key: str
    round: int
    title: str
    waits_on: str
    due_at: datetime | None  # business time
    rests_on: str
    is_overdue: bool = False  # the deadline passed and was escalated
    items: tuple[str, ...] = ()  # of a correction: what was asked for
    opened_on: date | None = None
    claimed_by: str = ""  # account of who works on it
    claimed_on: date | None = None
    stop: ClockStopped | None = None  # the clock stands still
    stopped_days: int = 0  # of its limit, on which it stood still before
    moved_by: tuple[str, ...] = ()  # titles of the stops that moved the deadline
    reminders: Mapping[int, datetime] = field(default_factory=dict)  # of the deadline, by working days left
    reminded: frozenset[int] = frozenset()  # working days left at each reminder


@dataclass(frozen=True)
class Case:
    """The state of one case. Empty before its first event."""

    case_id: str = ""
    plan: CasePlan = field(default_factory=CasePlan)
    received_on: date = date.min
    applicant_uscc: str = ""
    applicant_name: str = ""
    application: Application = field(default_factory=Application)
    redemption: RedemptionRequest = field(default_factory=RedemptionRequest)
    stage: OpenStage | None = None
    stages: tuple[OpenStage, ...] = ()  # as they opened, to the newest
    cycle_id: str = ""  # of a redemption claim
    is_with_quarter: bool = False  # no person has it: its quarter verifies it, and sends its letters
    round_id: str = ""  # of an application for a grant
    submitted_by: str = ""  # account
    accepted_on: date | None = None
    due_fen: int = 0  # of a redemption claim, once assessed
    returned_from: str = ""  # the stage that waits while the applicant mends the claim
    correction_items: tuple[str, ...] = ()
    corrections: int = 0
    checks: Mapping[str, CheckResult] = field(default_factory=dict)  # the newest answers
    asked_at: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # the stage and round that each answers
    entered_by: Mapping[str, str] = field(default_factory=dict)  # account, of those that were put in by hand
    decisions: tuple[Decided, ...] = ()
    held_behind: tuple[str, ...] = ()
    letters: frozenset[str] = frozenset()
    payment: ClaimPaymentChanged | None = None
    settled_fen: int = 0
    came_back_fen: int = 0  # of what was settled (F-7)
    returns: tuple[ClaimPaymentChanged | GrantPaymentChanged, ...] = ()  # of money that did not arrive, or came back
    stops: tuple[ClockStopped | ClockRestarted, ...] = ()  # of all stages, as they came
    opinions: tuple[OpinionGiven, ...] = ()
    outputs: Mapping[tuple[str, str], OutputRecorded] = field(default_factory=dict)  # by stage and output
    allocated: AmountAllocated | None = None  # by the round, the newest
    payments: Mapping[str, GrantPaymentChanged] = field(default_factory=dict)  # by level, the newest
    special_approvals: Mapping[str, SpecialApprovalGiven] = field(default_factory=dict)  # by account
    links: Mapping[str, CaseLinked] = field(default_factory=dict)  # by the other case
    closed: CaseClosed | None = None

    @property
    def is_grant(self) -> bool:
        """Whether the case applies for a grant of a round."""
        return self.plan.kind == CASE_KIND_GRANT_APPLICATION

    @property
    def is_redemption(self) -> bool:
        """Whether the case asks for money for a voucher, rather than applies for something."""
        return self.plan.kind == CASE_KIND_REDEMPTION_CLAIM

    @property
    def is_unverified(self) -> bool:
        """Whether its quarter is still to verify it; nobody else decides it meanwhile."""
        return self.is_with_quarter and self.stage is not None and self.row(self.stage.key).passes_when_clean

    @property
    def is_open(self) -> bool:
        """Opened and not closed."""
        return bool(self.case_id) and self.closed is None

    @property
    def paid_fen(self) -> int:
        """What was settled and did not come back."""
        return self.settled_fen - self.came_back_fen

    @property
    def is_owed_again(self) -> bool:
        """Money that came back after the end is to be paid again: the record of its payments goes on. (F-7)"""
        if self.is_grant:
            told = self.payments.values()
            return self.closed is not None and any(each.is_due_again or each.status in _WAITING for each in told)
        waits = self.payment is not None and bool(self.payment.to_cycle_id)
        under_way = self.payment is not None and self.payment.status == CLAIM_PAYMENT_STATUS_ORDERED
        return self.closed is not None and self.paid_fen < self.due_fen and (waits or under_way)

    @property
    def amount_fen(self) -> int:
        """What the case is about: its amount at the end, else as shared by its round, else due, else approved."""
        if self.closed is not None:
            return self.closed.amount_fen
        return self.allocated.amount_fen if self.allocated else self.due_fen or self.approval.approved_fen

    def row(self, key: str) -> Stage:
        """The plan's row for a stage; for a correction, the row that asked for it."""
        wanted = self.returned_from if key == CORRECTION else key
        return next(stage for stage in self.plan.stages if stage.key == wanted)

    def row_after(self, key: str) -> Stage:
        """The row that follows. Raises StopIteration after the last."""
        keys = [stage.key for stage in self.plan.stages]
        return self.plan.stages[keys.index(key) + 1]

    def at(self, key: str) -> OpenStage:
        """The open stage, which must be `key`. Raises Refused CASE_CLOSED or STAGE_NOT_OPEN."""
        stage = self.any_stage()
        if stage.key != key:
            raise Refused("STAGE_NOT_OPEN", case=self.case_id, asked=key, stage=stage.key, title=stage.title)
        return stage

    def must_have_a_person(self) -> None:
        """Who verifies it is a person, not its quarter. Raises Refused CLAIM_WITH_QUARTER."""
        if self.is_unverified:
            raise Refused("CLAIM_WITH_QUARTER", case=self.case_id, cycle=self.cycle_id)

    def any_stage(self) -> OpenStage:
        """The open stage. Raises Refused CASE_CLOSED."""
        if self.stage is None or self.closed is not None:
            summary = self.closed.summary if self.closed else ""
            raise Refused("CASE_CLOSED", case=self.case_id, summary=summary)
        return self.stage

    def times_opened(self, key: str) -> int:
        """How often a stage was opened."""
        return sum(stage.key == key for stage in self.stages)

    def newest_round(self, key: str) -> int:
        """The round in which a stage is, or was last, open; 0 if it never was."""
        return next((stage.round for stage in reversed(self.stages) if stage.key == key), 0)

    @property
    def counting_checks(self) -> Mapping[str, CheckResult]:
        """What counts now: of a check that the open stage asks anew, only its own answer. (QD-A14)"""
        stage = self.stage
        if stage is None or stage.key == CORRECTION:
            return self.checks
        anew, here = self.row(stage.key).checks, (stage.key, stage.round)
        return {name: result for name, result in self.checks.items() if name not in anew or self.asked_at[name] == here}

    @property
    def ruled_met(self) -> frozenset[str]:
        """Codes of conditions that a person found met, by the newest finding on each."""
        found = {finding.code: finding.is_met for decided in self.decisions for finding in decided.findings}
        return frozenset(code for code, is_met in found.items() if is_met)

    @property
    def approval(self) -> Decided:
        """The decision that set the amount; empty before."""
        return next((d for d in reversed(self.decisions) if d.HasField("trace")), Decided())


def is_answered(result: CheckResult | None, kind: str = "") -> bool:
    """Whether a source really answered: it says clean or hit, and gives a record, of the kind that is asked for."""
    if result is None or result.outcome not in (CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT):
        return False
    answer = result.WhichOneof("answer")
    if answer == "opinion" and result.opinion.kind == OPINION_KIND_UNSPECIFIED:  # 未回复 (QD-4.2e)
        return False
    return answer == kind if kind else answer is not None


def must_be_about(result: CheckResult, uscc: str) -> None:
    """What a register says of an enterprise, it says of this one. Raises Refused CHECK_OF_OTHER."""
    answer = result.enterprise
    if result.HasField("enterprise") and answer.uscc != uscc:
        raise Refused("CHECK_OF_OTHER", check=result.check, named=f"{answer.name}（{answer.uscc}）", uscc=uscc)


class UnknownEvent(TypeError):
    """An event of another kind of stream, or of a newer version."""
