"""Two ways back: to the applicant, once and with the complete list (补正); and inside the authority (内部退回)."""

from datetime import date

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.case import CORRECTION, Case
from domain.legal_clock import due_at
from domain.refusals import Refused
from domain.review import must_be_applicant, must_hold, open_stage
from duifu.v1.commands_pb2 import (
    Actor,
    RequestCorrection,
    ReturnForRework,
    SupplyCorrection,
)
from duifu.v1.events_pb2 import (
    CorrectionRequested,
    CorrectionSupplied,
    SentBack,
    StageOpened,
)


def request_correction(
    case: Case, command: RequestCorrection, actor: Actor, on: date, calendar: WorkingCalendar
) -> list[Message]:
    """Tell the applicant once, and completely, what is missing; again only for what the reply brought. (行政许可法 32)

    Raises Refused STAGE_NOT_OPEN, ROLE_MISMATCH, CORRECTION_NOT_ALLOWED, CORRECTION_USED_UP, CORRECTION_EMPTY,
    CORRECTION_NOT_REPLIED.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    must_hold(actor, row)
    if not row.HasField("correction"):
        raise Refused("CORRECTION_NOT_ALLOWED", row.clause, stage=row.title)
    rule = row.correction
    if stage.key == CORRECTION:
        raise Refused("CORRECTION_NOT_REPLIED", rule.clause, case=case.case_id)
    if case.corrections >= rule.rounds_max and not command.caused_by.strip():
        raise Refused("CORRECTION_USED_UP", rule.clause, rounds=rule.rounds_max, items="；".join(case.correction_items))
    if command.caused_by.strip() and not case.corrections:
        raise Refused("CORRECTION_NOT_REPLIED", rule.clause, case=case.case_id)
    if not [item for item in command.items if item.strip()]:
        raise Refused("CORRECTION_EMPTY", rule.clause)
    return [
        CorrectionRequested(stage=row.key, items=command.items, clause=rule.clause, caused_by=command.caused_by),
        StageOpened(
            stage=CORRECTION,
            round=case.corrections + 1,
            title=rule.title,
            waits_on=case.applicant_name,
            due_at=due_at(rule.time_limit, on, calendar),
            rests_on=rule.clause,
            opened_on=on.isoformat(),
        ),
    ]


def supply_correction(
    case: Case, command: SupplyCorrection, actor: Actor, on: date, calendar: WorkingCalendar
) -> list[Message]:
    """The applicant answers the list; the stage that asked goes on in its next round.

    Raises Refused STAGE_NOT_OPEN, NOT_YOUR_CASE, CORRECTION_OTHER_APPLICANT, CORRECTION_OF_OTHER_KIND.
    """
    case.at(CORRECTION)
    must_be_applicant(actor, case)
    supplied = CorrectionSupplied()
    if command.HasField("application") == command.HasField("redemption"):
        raise Refused("CORRECTION_OF_OTHER_KIND", case=case.case_id)
    if not case.is_redemption and command.HasField("application"):
        if command.application.applicant.uscc != case.applicant_uscc:
            raise Refused("CORRECTION_OTHER_APPLICANT", case=case.case_id, uscc=case.applicant_uscc)
        supplied.application.CopyFrom(command.application)
    elif case.is_redemption and command.HasField("redemption"):
        if command.redemption.voucher_id != case.redemption.voucher_id:
            raise Refused("CORRECTION_OTHER_VOUCHER", case=case.case_id, voucher=case.redemption.voucher_id)
        supplied.redemption.CopyFrom(command.redemption)
    else:
        raise Refused("CORRECTION_OF_OTHER_KIND", case=case.case_id)
    row = case.row(CORRECTION)
    return [supplied, open_stage(row, case.times_opened(row.key) + 1, on, calendar)]


def send_back(case: Case, command: ReturnForRework, actor: Actor, on: date, calendar: WorkingCalendar) -> list[Message]:
    """Back to an earlier stage, inside the authority: the applicant has nothing to mend.

    Raises Refused STAGE_NOT_OPEN, ROLE_MISMATCH, REWORK_NOT_ALLOWED, REASON_MISSING.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    must_hold(actor, row)
    if command.to_stage not in row.rework_to or stage.key == CORRECTION:
        allowed = "、".join(case.row(key).title for key in row.rework_to) or "—"
        raise Refused("REWORK_NOT_ALLOWED", row.clause, title=stage.title, asked=command.to_stage, allowed=allowed)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", row.clause, title=stage.title)
    return reopen(case, command.to_stage, command.reason, on, calendar)


def reopen(case: Case, to_stage: str, reason: str, on: date, calendar: WorkingCalendar) -> list[Message]:
    """An earlier stage of the plan opens again."""
    stage = case.any_stage()
    number = case.times_opened(to_stage) + 1
    sent_back = SentBack(from_stage=stage.key, to_stage=to_stage, reason=reason)
    return [sent_back, open_stage(case.row(to_stage), number, on, calendar)]
