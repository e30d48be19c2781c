"""The events of a case in one sentence each, from its receipt to its end."""

from google.protobuf.message import Message

from domain.case import CORRECTION
from domain.case_links import relation
from domain.dates import SHANGHAI
from domain.money import show
from domain.wording import CHECKS, OPINIONS, PAYMENTS, check_title, deadline
from duifu.v1 import events_pb2 as events
from duifu.v1.commands_pb2 import VERDICT_PASS
from duifu.v1.plan_pb2 import ON_SILENCE_ESCALATES, ON_SILENCE_PASSES, ON_SILENCE_WITHDRAWS, CasePlan

SILENCE = {
    ON_SILENCE_PASSES: "逾期视为通过",
    ON_SILENCE_WITHDRAWS: "逾期视为放弃",
    ON_SILENCE_ESCALATES: "逾期督办",
}


def of_case(event: Message, plan: CasePlan) -> str | None:
    """What happened; None for an event of something else. `plan` gives the stages their titles."""
    match event:
        case events.CaseOpened():
            return f"收件：{event.plan.programme_title}（{event.received_on}）"
        case events.StageOpened():
            due_at = event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None
            return f"进入“{event.title}”，由{event.waits_on}办理，{deadline(due_at)}（{event.rests_on}）"
        case events.CheckRecorded():
            outcome = CHECKS.get(event.result.outcome, "未记录结果")
            by_hand = f"（{event.entered_by}人工录入：{event.reason}）" if event.entered_by else ""
            return f"{check_title(event.result.check, plan)}：{outcome} {event.result.detail}{by_hand}".rstrip()
        case events.CorrectionRequested():
            why = f"，由申请人的答复引起：{event.caused_by}" if event.caused_by else ""
            return f"要求补正：{'；'.join(event.items)}（{event.clause}）{why}"
        case events.CorrectionSupplied():
            return "提交补正"
        case events.Decided():
            verdict = "通过" if event.verdict == VERDICT_PASS else f"不予通过 {event.code}（{event.clause}）"
            amount = f"，核定{show(event.approved_fen)}" if event.approved_fen else ""
            return f"{title(event.stage, plan)}：{verdict}{amount} {event.reason}".rstrip()
        case events.OpinionGiven():
            return f"{title(event.stage, plan)}：{_opinion(event, plan)} {event.reason}".rstrip()
        case events.ClaimReferred():
            return f"转人工核验：{event.reason}"
        case events.StageLapsed():
            return f"{title(event.stage, plan)}：{SILENCE.get(event.meaning, '逾期')}"
        case events.ClockStopped():
            why = f"{event.title}（{event.clause}）{event.note}"
            return f"{title(event.stage, plan)}：自{event.stopped_on}起停止计时，{why}"
        case events.ClockRestarted():
            moved = f"停止{event.stopped_days}日，{deadline(event.due_at.ToDatetime(SHANGHAI))}"
            return f"{title(event.stage, plan)}：自{event.restarted_on}起恢复计时，{moved} {event.note}".rstrip()
        case events.Reminded():
            return f"{title(event.stage, plan)}：提醒办理，余{event.days_left}个工作日"
        case events.TaskClaimed():
            return f"{title(event.stage, plan)}：{event.by}于{event.claimed_on}认领"
        case events.TaskReleased():
            return f"{title(event.stage, plan)}：释放认领 {event.reason}".rstrip()
        case events.TaskHandedOver():
            return f"{title(event.stage, plan)}：于{event.handed_over_on}转交{event.to} {event.reason}".rstrip()
        case events.CaseAccepted():
            return f"受理于{event.accepted_on}，上限{show(event.ceiling_fen)}，按受理顺序排入年度额度"
        case events.IssuanceHeld():
            return f"额度等待在先受理的案件 {'、'.join(event.behind_case_ids)}"
        case events.IssuanceResumed():
            return f"在先案件 {event.released_by_case_id} 已办结，继续发放"
        case events.AmountDetermined():
            return f"核定应兑付{show(event.amount_fen)}"
        case events.ClaimPaymentChanged():
            status = PAYMENTS.get(event.status, "支付情况未记录")
            return (
                f"{status}{show(event.amount_fen)}（{event.cycle_id}）：{event.explanation}{_onward(event.to_cycle_id)}"
            )
        case events.BankAccountReplaced():
            return "更换收款账户"
        case events.LetterSent():
            return f"送达《{event.letter.title}》"
        case events.SpecialApprovalGiven():
            return f"{event.role_title}专项批准{event.title}：{event.reason} {event.document_number}（{event.clause}）"
        case events.SpecialApprovalRevoked():
            return f"撤销专项批准（{event.account}）：{event.reason}"
        case events.CaseLinked():
            return f"关联案件{event.other_case_id}：{relation(event)}（{event.reason}）"
        case events.CaseUnlinked():
            return f"解除与案件{event.other_case_id}的关联：{event.reason}"
        case events.CaseClosed():
            return f"办结：{event.summary}"
    return None


def title(key: str, plan: CasePlan) -> str:
    """What people call a stage."""
    if key == CORRECTION:
        return next((row.correction.title for row in plan.stages if row.HasField("correction")), "补正")
    return next((row.title for row in plan.stages if row.key == key), key)


def _opinion(event: events.OpinionGiven, plan: CasePlan) -> str:
    roles = (asked for row in plan.stages if row.key == event.stage for asked in row.opinions.roles)
    role = next((asked.role_title for asked in roles if asked.role == event.role), event.role)
    most = f"（至多{show(event.agreed_fen)}）" if event.HasField("agreed_fen") else ""
    return f"{role}{event.given_by}{OPINIONS.get(event.verdict, '未表态')}{most}"


def _onward(cycle_id: str) -> str:
    return f"，转入{cycle_id}" if cycle_id else ""
