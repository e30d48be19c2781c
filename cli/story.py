"""An event in one sentence, for people who read a case."""

from google.protobuf import json_format
from google.protobuf.message import Message

from domain.dates import SHANGHAI
from domain.money import show
from domain.wording import CHECKS, PAYMENTS, check_title, deadline
from duifu.v1.commands_pb2 import VERDICT_PASS
from duifu.v1.events_pb2 import (
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
from duifu.v1.plan_pb2 import ON_SILENCE_ESCALATES, ON_SILENCE_PASSES, ON_SILENCE_WITHDRAWS

SILENCE = {
    ON_SILENCE_PASSES: "逾期视为通过",
    ON_SILENCE_WITHDRAWS: "逾期视为放弃",
    ON_SILENCE_ESCALATES: "逾期督办",
}


def sentence(event: Message) -> str:
    """What happened, in Chinese official terms."""
    match event:
        case CaseOpened():
            return f"收件：{event.plan.programme_title}（{event.received_on}）"
        case StageOpened():
            due_at = event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None
            return f"进入“{event.title}”，由{event.waits_on}办理，{deadline(due_at)}（{event.rests_on}）"
        case CheckRecorded():
            return f"{check_title(event.result.check)}：{CHECKS[event.result.outcome]} {event.result.detail}"
        case CorrectionRequested():
            return f"要求补正：{'；'.join(event.items)}（{event.clause}）"
        case CorrectionSupplied():
            return "提交补正"
        case Decided():
            verdict = "通过" if event.verdict == VERDICT_PASS else f"不予通过 {event.code}（{event.clause}）"
            amount = f"，核定{show(event.approved_fen)}" if event.approved_fen else ""
            return f"{event.stage}：{verdict}{amount} {event.reason}".rstrip()
        case StageLapsed():
            return f"{event.stage}：{SILENCE[event.meaning]}"
        case CaseAccepted():
            return f"受理于{event.accepted_on}，上限{show(event.ceiling_fen)}，按受理顺序排入年度额度"
        case IssuanceHeld():
            return f"额度等待在先受理的案件 {'、'.join(event.behind_case_ids)}"
        case IssuanceResumed():
            return f"在先案件 {event.released_by_case_id} 已办结，继续发放"
        case AmountDetermined():
            return f"核定应兑付{show(event.amount_fen)}"
        case ClaimPaymentChanged():
            later = f"，转入{event.to_cycle_id}" if event.to_cycle_id else ""
            return f"{PAYMENTS[event.status]}{show(event.amount_fen)}（{event.cycle_id}）：{event.explanation}{later}"
        case BankAccountReplaced():
            return "更换收款账户"
        case LetterSent():
            return f"送达《{event.letter.title}》"
        case CaseClosed():
            return f"办结：{event.summary}"
    return f"{event.DESCRIPTOR.name} {json_format.MessageToJson(event, indent=None, ensure_ascii=False)}"
