"""A case: one application or claim from receipt to its end, as its events tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise

from google.protobuf.message import Message

from domain.dates import SHANGHAI, from_iso
from domain.refusals import Refused
from domain.states import changed
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_SETTLED,
    AmountAllocated,
    AmountDetermined,
    BankAccountReplaced,
    CaseAccepted,
    CaseClosed,
    CaseOpened,
    CheckRecorded,
    ClaimPaymentChanged,
    ClockRestarted,
    ClockStopped,
    CorrectionRequested,
    CorrectionSupplied,
    Decided,
    GrantPaymentChanged,
    IssuanceHeld,
    IssuanceResumed,
    LetterSent,
    OutputRecorded,
    Reminded,
    Reminder,
    SentBack,
    StageLapsed,
    StageOpened,
    TaskClaimed,
    TaskHandedOver,
    TaskReleased,
)
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    OPINION_KIND_UNSPECIFIED,
    Application,
    BankAccount,
    CheckResult,
    RedemptionRequest,
)
from duifu.v1.plan_pb2 import (
    CASE_KIND_GRANT_APPLICATION,
    CASE_KIND_REDEMPTION_CLAIM,
    ON_SILENCE_ESCALATES,
    CasePlan,
    Stage,
)

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
    outputs: Mapping[tuple[str, str], OutputRecorded] = field(default_factory=dict)  # by stage and output
    allocated: AmountAllocated | None = None  # by the round, the newest
    payments: Mapping[str, GrantPaymentChanged] = field(default_factory=dict)  # by level, the newest
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
                round_id=event.round_id,
                submitted_by=event.submitted_by,
            )
        case CaseAccepted():
            return changed(case, accepted_on=from_iso(event.accepted_on))
        case AmountDetermined():
            return changed(case, due_fen=event.amount_fen)
        case StageOpened():
            due_at = event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None
            items = case.correction_items if event.stage == CORRECTION else ()
            stage = OpenStage(
                event.stage,
                event.round,
                event.title,
                event.waits_on,
                due_at,
                event.rests_on,
                items=items,
                opened_on=from_iso(event.opened_on) if event.opened_on else None,
                reminders=_moments(event.reminders),
            )
            return changed(case, stage=stage, stages=(*case.stages, stage))
        case CheckRecorded():
            return _answered(case, event)
        case CorrectionRequested():
            return changed(
                case,
                returned_from=event.stage,
                correction_items=tuple(event.items),
                corrections=case.corrections + 1,
            )
        case CorrectionSupplied():
            asked_again = changed(case, checks={}, asked_at={}, entered_by={})
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
        case OutputRecorded():
            return changed(case, outputs={**case.outputs, (event.stage, event.output): event})
        case SentBack():
            return _sent_back(case, event)
        case ClockStopped() | ClockRestarted() | Reminded() | TaskClaimed() | TaskReleased() | TaskHandedOver():
            return changed(case, stage=_stage_with(case.stage, event)) if case.stage else case
        case AmountAllocated():
            return changed(case, allocated=event)
        case GrantPaymentChanged():
            return changed(case, payments={**case.payments, event.level: event})
        case IssuanceHeld():
            return changed(case, held_behind=tuple(event.behind_case_ids))
        case IssuanceResumed():
            return changed(case, held_behind=())
        case LetterSent():
            return changed(case, letters=case.letters | {event.letter.letter_id})
        case BankAccountReplaced():
            return _with_account(case, event.bank_account)
        case ClaimPaymentChanged():
            settled = event.amount_fen if event.status == CLAIM_PAYMENT_STATUS_SETTLED else 0
            return changed(case, payment=event, settled_fen=case.settled_fen + settled)
        case CaseClosed():
            return changed(case, closed=event, stage=None)
    raise UnknownEvent(type(event).__name__)


def _answered(case: Case, event: CheckRecorded) -> Case:
    name, asked_at = event.result.check, (event.stage, event.round)
    if _is_of_before_a_correction(case, event):
        return case
    opened = {(stage.key, stage.round): number for number, stage in enumerate(case.stages)}
    known_at = case.asked_at.get(name, asked_at)
    if opened.get(known_at, -1) > opened.get(asked_at, -1):
        return case  # a later stage has asked anew
    is_away = event.result.outcome == CHECK_OUTCOME_UNAVAILABLE
    if is_away and known_at == asked_at and name in case.entered_by:
        return case  # somebody has found out by hand what the source does not say
    others = {check: account for check, account in case.entered_by.items() if check != name}
    return changed(
        case,
        checks={**case.checks, name: event.result},
        asked_at={**case.asked_at, name: asked_at},
        entered_by={**others, name: event.entered_by} if event.entered_by else others,
    )


def _is_of_before_a_correction(case: Case, event: CheckRecorded) -> bool:
    """Whether it answers a question about the application as it was before the applicant mended it."""
    return any(
        later.key == CORRECTION and stage.key == event.stage and event.round <= stage.round
        for stage, later in pairwise(case.stages)
    )


def _with_account(case: Case, account: BankAccount) -> Case:
    if case.is_grant:
        application = Application()
        application.CopyFrom(case.application)
        application.bank_account.CopyFrom(account)
        return changed(case, application=application)
    redemption = RedemptionRequest()
    redemption.CopyFrom(case.redemption)
    redemption.bank_account.CopyFrom(account)
    return changed(case, redemption=redemption)


def _sent_back(case: Case, event: SentBack) -> Case:
    """What the stages from there on brought about is void: they bring it about again."""
    keys = [stage.key for stage in case.plan.stages]
    kept = keys[: keys.index(event.to_stage)]
    return changed(case, outputs={key: output for key, output in case.outputs.items() if key[0] in kept})


def _moments(reminders: Iterable[Reminder]) -> dict[int, datetime]:
    return {reminder.days_left: reminder.remind_at.ToDatetime(SHANGHAI) for reminder in reminders}


def _stage_with(stage: OpenStage, event: Message) -> OpenStage:
    match event:
        case ClockStopped():
            return replace(stage, stop=event)
        case ClockRestarted():
            due_at = event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None
            reason = stage.stop.title if stage.stop and event.stopped_days else ""
            return replace(
                stage,
                stop=None,
                due_at=due_at,
                stopped_days=stage.stopped_days + event.stopped_days,
                moved_by=(*stage.moved_by, reason) if reason else stage.moved_by,
                reminders=_moments(event.reminders),
            )
        case Reminded():
            return replace(stage, reminded=stage.reminded | {event.days_left})
        case TaskClaimed():
            return replace(stage, claimed_by=event.by, claimed_on=from_iso(event.claimed_on))
        case TaskHandedOver():
            return replace(stage, claimed_by=event.to, claimed_on=from_iso(event.handed_over_on))
        case TaskReleased():
            return replace(stage, claimed_by="", claimed_on=None)
    raise UnknownEvent(type(event).__name__)
