"""How a case and a quarter stand, in one sentence for operators."""

from datetime import datetime, timedelta

from domain.case import Case
from domain.cycle import Cycle
from domain.dates import SHANGHAI
from domain.money import show
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, Actor
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    CLAIM_PAYMENT_STATUS_DEFERRED,
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT, CHECK_OUTCOME_UNAVAILABLE

OUTCOMES = {
    CASE_OUTCOME_ISSUED: "已发放",
    CASE_OUTCOME_REFUSED: "不予通过",
    CASE_OUTCOME_WITHDRAWN: "已撤回",
    CASE_OUTCOME_PAID: "已支付",
}
PAYMENTS = {
    CLAIM_PAYMENT_STATUS_ORDERED: "支付中",
    CLAIM_PAYMENT_STATUS_DEFERRED: "递延",
    CLAIM_PAYMENT_STATUS_SETTLED: "已支付",
    CLAIM_PAYMENT_STATUS_RETURNED: "支付退回",
}
CHECKS = {
    CHECK_OUTCOME_CLEAN: "未命中",
    CHECK_OUTCOME_HIT: "命中",
    CHECK_OUTCOME_UNAVAILABLE: "无法查询",
}
#: For who has no programme at hand; a programme file titles its own.
CHECK_TITLES = {
    "enterprise": "登记信息",
    "relation": "关联关系",
    "credit": "信用记录",
    "invoices": "发票查验",
    "opinion": "征求意见",
    "duplicates": "查重",
}


def actor_name(actor: Actor) -> str:
    """Who acts and as what, "王芳（acceptance-officer）"; a process has no name of its own."""
    is_process = actor.authentication == AUTHENTICATION_INTERNAL
    name = actor.name or ("系统" if is_process else actor.id)
    return f"{name}（{actor.role}）"


def check_title(check: str) -> str:
    """What people call a check of the plan."""
    return CHECK_TITLES.get(check, check)


def last_day(due_at: datetime) -> str:
    """The last day that counts before a deadline at 24:00, "2024-03-31"."""
    return (due_at.astimezone(SHANGHAI) - timedelta(microseconds=1)).date().isoformat()


def deadline(due_at: datetime | None) -> str:
    """A deadline in words."""
    return f"时限至{last_day(due_at)}" if due_at else "无办理时限"


def standing(case: Case) -> str:
    """Where a case stands, on whom it waits and until when; or how it ended."""
    if case.closed is not None:
        return case.closed.summary
    if case.stage is None:
        return "未开立"
    if case.held_behind:
        return f"{case.stage.title}：额度等待在先受理的案件 {'、'.join(case.held_behind)}"
    overdue = "，已逾期督办" if case.stage.is_overdue else ""
    return f"{case.stage.title}：由{case.stage.waits_on}办理，{deadline(case.stage.due_at)}{overdue}"


def quarter_standing(cycle: Cycle) -> str:
    """Where a quarter stands; or how it closed."""
    quarter = cycle.opened.quarter
    if cycle.closed is not None:
        closed = cycle.closed
        return (
            f"{quarter}已结清：支付{len(closed.paid)}笔{show(closed.paid_fen)}，"
            f"递延{len(closed.deferred)}笔{show(closed.deferred_fen)}，退回{len(closed.returned)}笔{show(closed.returned_fen)}"
        )
    if not cycle.frozen:
        return f"{quarter}受理中：{len(cycle.claims)}笔申请，{cycle.opened.cut_off_on}截止"
    if cycle.opened.awaits_ruling and not cycle.confirmed:
        return f"{quarter}待主管部门确认"
    if waiting := cycle.waiting_for():
        return f"{quarter}等待核定：{'、'.join(waiting)}"
    if outstanding := cycle.outstanding():
        return f"{quarter}支付中：{len(outstanding)}笔待国库结果"
    return f"{quarter}待支付：{len(cycle.ready())}笔，{cycle.opened.pay_on}起支付"
