"""A case: one claim from receipt to its end, as its events tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from google.protobuf.message import Message

from domain.dates import SHANGHAI, from_iso
from domain.refusals import Refused
from domain.states import changed
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_SETTLED,
    AmountDetermined,
    BankAccountReplaced,
    CaseAccepted,
    CaseClosed,
    CaseOpened,
    CheckRecorded,
    ClaimPaymentChanged,
    CorrectionRequested,
    CorrectionSupplied,
    Decided,
    IssuanceHeld,
    IssuanceResumed,
    LetterSent,
    StageLapsed,
    StageOpened,
)
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    OPINION_KIND_UNSPECIFIED,
    Application,
    CheckResult,
    RedemptionRequest,
)
from duifu.v1.plan_pb2 import CASE_KIND_VOUCHER_CLAIM, ON_SILENCE_ESCALATES, CasePlan, Stage

CORRECTION = "correction"  # the stage in which the applicant mends the claim


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
    accepted_on: date | None = None
    due_fen: int = 0  # of a redemption claim, once assessed
    returned_from: str = ""  # the stage that waits while the applicant mends the claim
    correction_items: tuple[str, ...] = ()
    corrections: int = 0
    checks: Mapping[str, CheckResult] = field(default_factory=dict)
    decisions: tuple[Decided, ...] = ()
    held_behind: tuple[str, ...] = ()
    letters: frozenset[str] = frozenset()
    payment: ClaimPaymentChanged | None = None
    settled_fen: int = 0
    closed: CaseClosed | None = None

    @property
    def is_voucher_claim(self) -> bool:
        """Whether the case claims a voucher, rather than money for one."""
        return self.plan.kind == CASE_KIND_VOUCHER_CLAIM

    @property
    def is_open(self) -> bool:
        """Opened and not closed."""
        return bool(self.case_id) and self.closed is None

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

    def any_stage(self) -> OpenStage:
        """The open stage. Raises Refused CASE_CLOSED."""
        if self.stage is None or self.closed is not None:
            summary = self.closed.summary if self.closed else ""
            raise Refused("CASE_CLOSED", case=self.case_id, summary=summary)
        return self.stage

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


class UnknownEvent(TypeError):
    """An event of another kind of stream, or of a newer version."""


def evolve(case: Case, event: Message) -> Case:
    """The state after one more event. Only assigns; what was decided stays decided under any later rule."""
    match event:
        case CaseOpened():
            return changed(
                case,
                case_id=event.case_id,
                plan=event.plan,
                received_on=from_iso(event.received_on),
                applicant_uscc=event.applicant_uscc,
                applicant_name=event.applicant_name,
                application=event.application,
                redemption=event.redemption,
                cycle_id=event.cycle_id,
            )
        case CaseAccepted():
            return changed(case, accepted_on=from_iso(event.accepted_on))
        case AmountDetermined():
            return changed(case, due_fen=event.amount_fen)
        case StageOpened():
            due_at = event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None
            items = case.correction_items if event.stage == CORRECTION else ()
            stage = OpenStage(
                event.stage, event.round, event.title, event.waits_on, due_at, event.rests_on, items=items
            )
            return changed(case, stage=stage, stages=(*case.stages, stage))
        case CheckRecorded():
            if event.stage == case.returned_from and event.round <= case.corrections:
                return case  # answers a question about the claim as it was before the correction
            return changed(case, checks={**case.checks, event.result.check: event.result})
        case CorrectionRequested():
            return changed(
                case,
                returned_from=event.stage,
                correction_items=tuple(event.items),
                corrections=case.corrections + 1,
            )
        case CorrectionSupplied():
            asked_again = changed(case, checks={})
            if event.HasField("application"):
                name = event.application.applicant.name
                return changed(asked_again, application=event.application, applicant_name=name)
            return changed(asked_again, redemption=event.redemption)
        case Decided():
            return changed(case, decisions=(*case.decisions, event))
        case StageLapsed():
            if event.meaning == ON_SILENCE_ESCALATES and case.stage is not None:
                return changed(case, stage=replace(case.stage, is_overdue=True))
            return case
        case IssuanceHeld():
            return changed(case, held_behind=tuple(event.behind_case_ids))
        case IssuanceResumed():
            return changed(case, held_behind=())
        case LetterSent():
            return changed(case, letters=case.letters | {event.letter.letter_id})
        case BankAccountReplaced():
            redemption = RedemptionRequest()
            redemption.CopyFrom(case.redemption)
            redemption.bank_account.CopyFrom(event.bank_account)
            return changed(case, redemption=redemption)
        case ClaimPaymentChanged():
            settled = event.amount_fen if event.status == CLAIM_PAYMENT_STATUS_SETTLED else 0
            return changed(case, payment=event, settled_fen=case.settled_fen + settled)
        case CaseClosed():
            return changed(case, closed=event, stage=None)
    raise UnknownEvent(type(event).__name__)
