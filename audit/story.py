"""An event in one sentence, in Chinese official terms, for people who read a case, a voucher or a quarter."""

from google.protobuf.message import Message

from audit.panel_story import of_panel
from audit.round_story import of_round
from domain.case import CORRECTION, UnknownEvent
from domain.dates import SHANGHAI
from domain.money import show, show_exact
from domain.wording import CHECKS, PAYMENTS, check_title, deadline
from duifu.v1 import events_pb2 as events
from duifu.v1.commands_pb2 import VERDICT_PASS
from duifu.v1.plan_pb2 import ON_SILENCE_ESCALATES, ON_SILENCE_PASSES, ON_SILENCE_WITHDRAWS, CasePlan

SILENCE = {
    ON_SILENCE_PASSES: "逾期视为通过",
    ON_SILENCE_WITHDRAWS: "逾期视为放弃",
    ON_SILENCE_ESCALATES: "逾期督办",
}
#: What each kind of command asks for.
COMMANDS = {
    "submit_application": "提交申领",
    "request_correction": "要求补正",
    "supply_correction": "提交补正",
    "decide": "作出决定",
    "withdraw_case": "撤回",
    "record_output": "登记办理事项",
    "return_for_rework": "内部退回",
    "veto_case": "一票否决",
    "raise_objection": "登记异议",
    "settle_objection": "处理异议",
    "allocate_round": "分配额度",
    "close_notice": "公示期满",
    "order_grants": "下达拨付指令",
    "record_grant_payment": "记录拨付结果",
    "close_round": "办结本轮",
    "request_redemption": "提交兑付申请",
    "replace_bank_account": "更换收款账户",
    "confirm_cycle": "确认批次",
    "open_cycle": "开立批次",
    "record_check": "记录查询结果",
    "enter_check": "人工录入查询结果",
    "record_letter": "记录文书送达",
    "lapse_stage": "办理逾期",
    "stop_clock": "停止计时",
    "restart_clock": "恢复计时",
    "remind_stage": "提醒办理",
    "issue_voucher": "发放算力券",
    "assess_redemption": "核定兑付",
    "freeze_cycle": "截止冻结",
    "order_payments": "下达支付指令",
    "record_payment": "记录支付结果",
    "close_cycle": "结清批次",
    "claim_task": "认领",
    "release_task": "释放认领",
    "hand_over_task": "转交",
    "delegate_role": "授权",
    "revoke_delegation": "撤回授权",
    "start_rehearsal": "开始演练",
    "advance_rehearsal": "推进演练时间",
    "destroy_subject_key": "销毁个人信息密钥",
    "register_expert": "专家入库",
    "retire_expert": "专家出库",
    "convene_panel": "召集评审组",
    "draw_panel": "抽取专家",
    "declare_interest": "声明利害关系",
    "seal_sheet": "密封评分表",
    "open_sheet": "开启评分表",
    "sign_conclusion": "签署评审意见",
    "lapse_panel": "办理评审组逾期",
}
NO_PLAN = CasePlan()


def sentence(event: Message, plan: CasePlan = NO_PLAN) -> str:
    """What happened. `plan` is the case's own and gives its stages their titles; without it they go by their keys.

    Raises UnknownEvent for what is no event of ours.
    """
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
            return f"要求补正：{'；'.join(event.items)}（{event.clause}）"
        case events.CorrectionSupplied():
            return "提交补正"
        case events.Decided():
            verdict = "通过" if event.verdict == VERDICT_PASS else f"不予通过 {event.code}（{event.clause}）"
            amount = f"，核定{show(event.approved_fen)}" if event.approved_fen else ""
            return f"{title(event.stage, plan)}：{verdict}{amount} {event.reason}".rstrip()
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
        case events.CaseClosed():
            return f"办结：{event.summary}"
    return _of_money(event)


def clause(event: Message, plan: CasePlan = NO_PLAN) -> str:
    """The clause an event rests on, "BJ-3.2": its own, else of its last step, else of its stage; empty if none."""
    for name in ("clause", "rests_on", "legal_basis"):
        if own := getattr(event, name, ""):
            return str(own)
    if steps := getattr(getattr(event, "trace", None), "steps", ()):
        return str(steps[-1].clause)
    key = getattr(event, "stage", "")
    return next((row.clause for row in plan.stages if row.key == key), "")


def title(key: str, plan: CasePlan) -> str:
    """What people call a stage."""
    if key == CORRECTION:
        return next((row.correction.title for row in plan.stages if row.HasField("correction")), "补正")
    return next((row.title for row in plan.stages if row.key == key), key)


def _of_money(event: Message) -> str:
    """Registers, contracts, invoices, vouchers and annual head-room."""
    match event:
        case events.CaseRegistered():
            return f"登记案件编号{event.case_id}"
        case events.ContractClaimed():
            return f"合同的唯一一次申领由案件{event.case_id}使用（{event.voucher_id}）"
        case events.InvoiceBound():
            return f"发票由案件{event.case_id}用于算力券{event.voucher_id}"
        case events.VoucherIssued():
            eligible = show_exact(event.eligible_fen)
            return (
                f"向{event.holder_name}发放算力券{event.voucher_id}：券面金额{show(event.face_value_fen)}，"
                f"核定依据{eligible}（案件{event.case_id}，{event.issued_on}）"
            )
        case events.RedemptionAssessed():
            base, so_far = show_exact(event.base_fen), show_exact(event.cumulative_fen)
            return f"案件{event.case_id}核定应兑付{show(event.due_fen)}：本次基数{base}，累计{so_far}"
        case events.VoucherRedeemed():
            return f"案件{event.case_id}兑付{show(event.amount_fen)}（{event.cycle_id}）"
        case events.HeadroomReserved():
            return f"案件{event.case_id}排入年度发放额度，上限{show(event.ceiling_fen)}"
        case events.HeadroomHeld():
            return f"案件{event.case_id}已核定{show(event.wanted_fen)}，等待在先案件"
        case events.HeadroomIssued():
            return f"案件{event.case_id}使用年度发放额度{show(event.amount_fen)}"
        case events.HeadroomReleased():
            return f"案件{event.case_id}未发放，让出年度发放额度的排位"
        case events.RedemptionHeadroomUsed():
            return f"支付指令{event.order_id}使用年度兑付额度{show(event.amount_fen)}"
        case events.RedemptionHeadroomRestored():
            return f"支付指令{event.order_id}被退回，恢复年度兑付额度{show(event.amount_fen)}"
    return _of_quarter(event)


def _of_quarter(event: Message) -> str:
    """A redemption cycle from its opening to its close."""
    match event:
        case events.CycleOpened():
            return (
                f"开立{event.programme_title}{event.quarter}兑付批次：{event.opens_on}至{event.cut_off_on}受理，"
                f"{event.pay_on}起支付（{event.clause}）"
            )
        case events.ClaimAdmitted():
            if event.carried_from_cycle_id:
                return f"案件{event.case_id}由{event.carried_from_cycle_id}转入{show(event.carried_fen)}"
            return f"案件{event.case_id}加入批次（{event.voucher_id}）"
        case events.ClaimAssessed():
            return f"案件{event.case_id}待支付{show(event.due_fen)}"
        case events.ClaimDropped():
            code = f"（{event.code}）" if event.code else ""
            return f"案件{event.case_id}退出批次{code}"
        case events.CycleFrozen():
            return f"截止冻结，共{len(event.case_ids)}笔申请"
        case events.CycleConfirmed():
            return f"主管部门确认：{event.reason}"
        case events.PaymentOrdered():
            return f"支付指令{event.order_id}：{event.pay_on}向案件{event.case_id}支付{show(event.amount_fen)}"
        case events.ClaimDeferred():
            later = _onward(event.to_cycle_id) or "，无后续批次，失效"
            return f"案件{event.case_id}递延{show(event.amount_fen)}{later}（{event.clause}）"
        case events.PaymentSettled():
            return f"支付指令{event.order_id}已支付，国库回单{event.bank_reference}"
        case events.PaymentReturned():
            later = _onward(event.to_cycle_id) or "，无后续批次，失效"
            return f"支付指令{event.order_id}被退回：{event.reason}{later}"
        case events.CycleClosed():
            return (
                f"批次结清：支付{len(event.paid)}笔{show(event.paid_fen)}，"
                f"递延{len(event.deferred)}笔{show(event.deferred_fen)}，"
                f"退回{len(event.returned)}笔{show(event.returned_fen)}，退出{len(event.dropped_case_ids)}笔"
            )
    if said := of_round(event):
        return said
    return _of_house(event)


def _of_house(event: Message) -> str:
    """What was asked of the ledger, what kind of ledger it is, and whose personal data it holds."""
    match event:
        case events.CommandAccepted():
            return f"命令{event.command_id}的回执：{event.summary}"
        case events.CommandRefused():
            asked = COMMANDS.get(event.command_kind, event.command_kind)
            rests_on = f"（{event.clause}）" if event.clause else ""
            return f"拒绝“{asked}”：[{event.code}]{rests_on} {event.message}"
        case events.RehearsalStarted():
            return f"演练开始，业务日期{event.business_date}"
        case events.RehearsalAdvanced():
            return f"推进演练时间，业务时间减机器时间为{event.offset_seconds}秒"
        case events.RoleDelegated():
            period = f"{event.from_on}至{event.through_on}"
            return (
                f"{event.delegator}将岗位{event.role}授权给{event.to}（{event.programme_id}），{period}：{event.reason}"
            )
        case events.DelegationRevoked():
            return f"{event.delegator}撤回给{event.to}的岗位{event.role}授权：{event.reason}"
        case events.ContactNamed():
            return f"案件{event.case_id}以其为联系人"
        case events.SubjectKeyDestroyed():
            return (
                f"销毁{event.subject}第{event.generation}代及以前的密钥，其个人信息不再可读："
                f"{event.reason}（{event.legal_basis}）"
            )
    if told := of_panel(event):
        return told
    raise UnknownEvent(type(event).__name__)


def _onward(cycle_id: str) -> str:
    return f"，转入{cycle_id}" if cycle_id else ""
