"""How each event changes a case. Only assigns; what was decided stays decided under any later rule."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from google.protobuf.message import Message

from domain import stage_course
from domain.case import CORRECTION, Case, UnknownEvent
from domain.dates import from_iso
from domain.states import changed
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
    AmountAllocated,
    AmountDetermined,
    BankAccountReplaced,
    CaseAccepted,
    CaseClosed,
    CaseLinked,
    CaseOpened,
    CaseUnlinked,
    CheckRecorded,
    ClaimPaymentChanged,
    ClaimReferred,
    ClockRestarted,
    ClockStopped,
    CorrectionRequested,
    CorrectionSupplied,
    Decided,
    GrantPaymentChanged,
    IssuanceHeld,
    IssuanceResumed,
    LetterSent,
    OpinionGiven,
    OutputRecorded,
    Reminded,
    SentBack,
    SpecialApprovalGiven,
    SpecialApprovalRevoked,
    StageLapsed,
    StageOpened,
    TaskClaimed,
    TaskHandedOver,
    TaskReleased,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE, Application, BankAccount, RedemptionRequest
from duifu.v1.plan_pb2 import ON_SILENCE_ESCALATES

T = TypeVar("T")

_RETURNED = (CLAIM_PAYMENT_STATUS_RETURNED, CLAIM_PAYMENT_STATUS_CAME_BACK)


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
                is_with_quarter=bool(event.cycle_id) and event.plan.stages[0].passes_when_clean,
                round_id=event.round_id,
                submitted_by=event.submitted_by,
            )
        case CaseAccepted():
            return changed(case, accepted_on=from_iso(event.accepted_on))
        case AmountDetermined():
            return changed(case, due_fen=event.amount_fen)
        case StageOpened():
            stage = stage_course.opened(event, case.correction_items)
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
        case OpinionGiven():
            return changed(case, opinions=(*case.opinions, event))
        case OutputRecorded():
            return changed(case, outputs={**case.outputs, (event.stage, event.output): event})
        case ClaimReferred():
            return changed(case, is_with_quarter=False)
        case SentBack():
            return _sent_back(case, event)
        case ClockStopped() | ClockRestarted():
            stopped = stage_course.evolve(case.stage, event) if case.stage else None
            return changed(case, stage=stopped, stops=(*case.stops, event))
        case Reminded() | TaskClaimed() | TaskReleased() | TaskHandedOver():
            return changed(case, stage=stage_course.evolve(case.stage, event)) if case.stage else case
        case AmountAllocated():
            return changed(case, allocated=event)
        case GrantPaymentChanged():
            return changed(case, payments={**case.payments, event.level: event}, returns=_returns(case, event))
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
            back = event.amount_fen if event.status == CLAIM_PAYMENT_STATUS_CAME_BACK else 0
            so_far = {"settled_fen": case.settled_fen + settled, "came_back_fen": case.came_back_fen + back}
            return changed(case, payment=event, returns=_returns(case, event), **so_far)
        case SpecialApprovalGiven():
            return changed(case, special_approvals={**case.special_approvals, event.account: event})
        case SpecialApprovalRevoked():
            return changed(case, special_approvals=_without(case.special_approvals, event.account))
        case CaseLinked():
            return changed(case, links={**case.links, event.other_case_id: event})
        case CaseUnlinked():
            return changed(case, links=_without(case.links, event.other_case_id))
        case CaseClosed():
            return changed(case, closed=event, stage=None)
    raise UnknownEvent(type(event).__name__)


def _returns(
    case: Case, event: ClaimPaymentChanged | GrantPaymentChanged
) -> tuple[ClaimPaymentChanged | GrantPaymentChanged, ...]:
    return (*case.returns, event) if event.status in _RETURNED else case.returns


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


def _without(known: Mapping[str, T], key: str) -> dict[str, T]:
    return {name: value for name, value in known.items() if name != key}
