"""What is done to a stage short of deciding it, made again: outputs, lists of what is missing, ways back."""

from audit import acting
from audit.compared import Decision
from audit.remaking import Remaking
from domain import outputs, returns
from domain.case import Case
from domain.kinds import ROUND
from domain.round import Standing
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, RecordOutput, RequestCorrection, ReturnForRework
from duifu.v1.events_pb2 import CorrectionRequested, OutputRecorded, SentBack
from ledger import streams


def output_recorded(remaking: Remaking, event: OutputRecorded) -> None:
    """A letter has the words of the pinned edition's template, and their digest."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.PROCEDURE, case)) is None:
        return
    row = case.row(case.at(event.stage).key)
    text = remaking.applied.output(case, row, event.output, event.document_number)
    asked = RecordOutput(
        case_id=case.case_id,
        stage=event.stage,
        output=event.output,
        document_number=event.document_number,
        sha256=event.sha256,
        note=event.note,
    )
    (derived,) = outputs.record_output(case, asked, remaking.entry.envelope.actor, text)
    check.same_message("", event, derived, row.clause)
    acting.compare(remaking, check, case, row)


def correction_requested(remaking: Remaking, event: CorrectionRequested) -> None:
    """The applicant was asked once, by whoever had the stage. (行政许可法 32)"""
    case = remaking.case
    if (check := remaking.compare_case(Decision.PROCEDURE, case)) is None:
        return
    row = case.row(event.stage)
    asked = RequestCorrection(case_id=case.case_id, stage=event.stage, items=event.items, caused_by=event.caused_by)
    actor, calendar = remaking.entry.envelope.actor, remaking.applied.calendar
    derived, *_ = returns.request_correction(case, asked, actor, remaking.on, calendar)
    check.same_message("", event, derived, row.clause)
    acting.compare(remaking, check, case, row)


def sent_back(remaking: Remaking, event: SentBack) -> None:
    """By whoever had the stage, to one to which the plan lets it go back; or by the round."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.PROCEDURE, case)) is None:
        return
    open_stage = case.any_stage()
    row = case.row(open_stage.key)
    check.same("from_stage", event.from_stage, open_stage.key, row.clause)
    if case.is_grant and _is_by_round(remaking, case, event):
        return
    asked = ReturnForRework(case_id=case.case_id, stage=open_stage.key, to_stage=event.to_stage, reason=event.reason)
    actor, calendar = remaking.entry.envelope.actor, remaking.applied.calendar
    derived, *_ = returns.send_back(case, asked, actor, remaking.on, calendar)
    check.same_message("", event, derived, row.clause)
    acting.compare(remaking, check, case, row)


def _is_by_round(remaking: Remaking, case: Case, event: SentBack) -> bool:
    """The result is shown to the public again, or is determined again because an objection was upheld. (QD-A10)"""
    round_ = remaking.state(streams.grant_round(case.round_id), ROUND)
    to_row, actor = case.row(event.to_stage), remaking.entry.envelope.actor
    if to_row.task == "publish_notice":
        is_shown = round_.applicants[case.case_id].standing is Standing.NOTICED
        return is_shown and actor.authentication == AUTHENTICATION_INTERNAL
    upheld = (one.settled for one in round_.objections.values() if one.raised.case_id == case.case_id)
    reasons = [f"异议成立：{settled.reason}" for settled in upheld if settled and settled.is_upheld]
    return to_row.sets_amount and event.reason in reasons
