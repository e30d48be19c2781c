"""An event in one sentence, in Chinese official terms, for people who read a case, a voucher or a quarter."""

from google.protobuf.message import Message

from audit.case_story import of_case
from audit.money_story import of_money, of_quarter
from audit.panel_story import of_panel
from audit.recovery_story import of_recovery
from audit.round_story import of_round
from domain.case import UnknownEvent
from duifu.v1 import events_pb2 as events
from duifu.v1.plan_pb2 import CasePlan

#: What each kind of command asks for.
COMMANDS = {
    "submit_application": "提交申领",
    "request_correction": "要求补正",
    "supply_correction": "提交补正",
    "decide": "作出决定",
    "rescale_voucher": "重新核定券额",
    "open_recovery": "立案追回",
    "send_recovery_notice": "追回告知",
    "record_recovery_statement": "登记陈述申辩",
    "demand_recovery": "责令追回",
    "record_recovery_receipt": "登记缴回",
    "propose_write_off": "提请核销",
    "write_off_recovery": "核销",
    "withdraw_recovery": "撤销追回",
    "transfer_recovery": "移送司法机关",
    "lapse_recovery": "追回时限届满",
    "record_recovery_letter": "登记追回文书送达",
    "order_set_off": "决定抵扣",
    "revoke_set_off": "撤销抵扣",
    "bar_enterprise": "限制申报",
    "report_invoice_reversed": "登记发票红冲",
    "withdraw_invoice_reversal": "撤回发票红冲登记",
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
    "assess_claims": "批量核定兑付",
    "verify_claims": "批量核验兑付申请",
    "record_claim_letters": "登记文书送达",
    "lapse_vouchers": "办理期满失效",
    "transfer_voucher": "申请转让算力券",
    "record_payments": "批量记录支付结果",
    "pause_cycle": "暂停拨付",
    "resume_cycle": "恢复拨付",
    "remind_cycle": "提醒截止",
    "sign_payments": "签署支付",
    "withhold_payment": "扣下支付",
    "report_treasury_silence": "国库逾期未答复",
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
    "give_opinion": "提出意见",
    "link_cases": "关联案件",
    "unlink_cases": "解除关联",
    "approve_specially": "专项批准",
    "revoke_special_approval": "撤销专项批准",
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
    said = of_case(event, plan)
    for tell in (of_money, of_quarter, of_round, of_panel, of_recovery, _of_house):
        said = said or tell(event)
    if said is None:
        raise UnknownEvent(type(event).__name__)
    return said


def clause(event: Message, plan: CasePlan = NO_PLAN) -> str:
    """The clause an event rests on, "BJ-3.2": its own, else of its last step, else of its stage; empty if none."""
    for name in ("clause", "rests_on", "legal_basis"):
        if own := getattr(event, name, ""):
            return str(own)
    if steps := getattr(getattr(event, "trace", None), "steps", ()):
        return str(steps[-1].clause)
    key = getattr(event, "stage", "")
    return next((row.clause for row in plan.stages if row.key == key), "")


def _of_house(event: Message) -> str | None:
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
    return None
