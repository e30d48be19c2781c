"""How a case stands, in one sentence for operators."""

from datetime import date, datetime, timedelta

from domain.calendar import WorkingCalendar
from domain.case import Case, OpenStage
from domain.dates import SHANGHAI, from_iso, start_of
from domain.legal_clock import limit_of, read
from domain.opinions import given, wanted
from duifu.v1.commands_pb2 import (
    AUTHENTICATION_INTERNAL,
    OPINION_VERDICT_ABSTAIN,
    OPINION_VERDICT_CONSENT,
    OPINION_VERDICT_OBJECT,
    Actor,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_CANCELLED,
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    CLAIM_PAYMENT_STATUS_DEFERRED,
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT, CHECK_OUTCOME_UNAVAILABLE
from duifu.v1.plan_pb2 import (
    DAY_UNIT_CALENDAR_DAYS,
    OPINION_PART_COUNTED,
    OPINION_PART_OBSERVING,
    OPINION_PART_REQUIRED,
    CasePlan,
    TimeLimit,
)

OUTCOMES = {
    CASE_OUTCOME_ISSUED: "已发放",
    CASE_OUTCOME_REFUSED: "不予通过",
    CASE_OUTCOME_WITHDRAWN: "已撤回",
    CASE_OUTCOME_PAID: "已支付",
    CASE_OUTCOME_CANCELLED: "取消扶持",
}
PAYMENTS = {
    CLAIM_PAYMENT_STATUS_ORDERED: "支付中",
    CLAIM_PAYMENT_STATUS_DEFERRED: "递延",
    CLAIM_PAYMENT_STATUS_SETTLED: "已支付",
    CLAIM_PAYMENT_STATUS_RETURNED: "支付退回",
    CLAIM_PAYMENT_STATUS_CAME_BACK: "结算后退回",
}
CHECKS = {
    CHECK_OUTCOME_CLEAN: "未命中",
    CHECK_OUTCOME_HIT: "命中",
    CHECK_OUTCOME_UNAVAILABLE: "无法查询",
}
OPINIONS = {
    OPINION_VERDICT_CONSENT: "同意",
    OPINION_VERDICT_OBJECT: "不同意",
    OPINION_VERDICT_ABSTAIN: "弃权",
}
PARTS = {
    OPINION_PART_REQUIRED: "会签",
    OPINION_PART_COUNTED: "表决",
    OPINION_PART_OBSERVING: "列席",
}
NO_PLAN = CasePlan()
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


def check_title(check: str, plan: CasePlan = NO_PLAN) -> str:
    """What people call a check: the case's own plan says it, else the kind of answer it was named after."""
    return plan.checks[check].title if check in plan.checks else CHECK_TITLES.get(check, check)


def last_day(due_at: datetime) -> str:
    """The last day that counts before a deadline at 24:00, "2024-03-31"."""
    return (due_at.astimezone(SHANGHAI) - timedelta(microseconds=1)).date().isoformat()


def deadline(due_at: datetime | None) -> str:
    """A deadline in words."""
    return f"时限至{last_day(due_at)}" if due_at else "无办理时限"


def time_limit(stage: OpenStage) -> str:
    """Until when a stage is to be done, and whether its clock stands still or its deadline has passed."""
    if stage.stop is not None:
        return f"自{stage.stop.stopped_on}起停止计时（{stage.stop.title}）"
    return deadline(stage.due_at) + ("，已逾期督办" if stage.is_overdue else "")


def days(number: int, limit: TimeLimit) -> str:
    """So many days, of the kind that a limit counts."""
    return f"{number}日" if limit.unit == DAY_UNIT_CALENDAR_DAYS else f"{number}个工作日"


def clock_title(stage: OpenStage, rings_at: datetime) -> str:
    """What the clock of a stage is waiting for: the end of a stop, the deadline, or a reminder before it."""
    if stage.stop is not None:
        return f"停止计时至{last_day(rings_at)}"
    what = "" if rings_at == stage.due_at else f"，{rings_at.astimezone(SHANGHAI):%Y-%m-%d}提醒"
    return f"{deadline(stage.due_at)}{what}"


def clock_lines(case: Case, stage: OpenStage) -> list[str]:
    """How the clock of the open stage stands, and why its deadline moved."""
    limit = limit_of(case.row(stage.key), stage)
    lines = [f"{deadline(stage.due_at)}（业务时间）"]
    if stage.stop is not None:
        stop = stage.stop
        until = f"，停止计时至{last_day(start_of(from_iso(stop.restarts_on)))}" if stop.restarts_on else ""
        so_far = f"已用{days(stop.elapsed_days, limit)}，余{days(stop.left_days, limit)}"
        lines = [f"{time_limit(stage)}{until}；{so_far}，恢复计时后顺延（{stop.clause}）"]
    if stage.stopped_days:
        reasons = "、".join(dict.fromkeys(stage.moved_by))
        lines += [f"因停止计时（{reasons}），时限已顺延{days(stage.stopped_days, limit)}"]
    if stage.reminded:
        lines += [f"已提醒：余{min(stage.reminded)}个工作日"]
    return lines


def opinion_lines(case: Case) -> list[str]:
    """Whose opinions the open stage asks for, and what each has said."""
    said = given(case)
    lines = []
    for asked in wanted(case):
        here = [f"{owner}{OPINIONS[said[owner].verdict]}" for owner in asked.given_by]
        lines += [f"{asked.role_title}（{PARTS[asked.part]}）：{len(here)}/{asked.people} {'，'.join(here)}".rstrip()]
    return lines


def time_used(case: Case, on: date, calendar: WorkingCalendar) -> str:
    """What of the open stage's time has elapsed and is left at the end of a day; empty without a deadline.

    Raises Refused CALENDAR_NOT_ANNOUNCED.
    """
    if case.stage is None:
        return ""
    limit = limit_of(case.row(case.stage.key), case.stage)
    reading = read(case.stage, limit, on, calendar)
    if reading is None:
        return ""
    elapsed, stopped, left = (days(count, limit) for count in (reading.elapsed, reading.stopped, reading.left))
    return f"计时（至{on}）：已用{elapsed}，停止{stopped}，余{left}"


def standing(case: Case) -> str:
    """Where a case stands, on whom it waits and until when; or how it ended."""
    if case.closed is not None:
        later = case.payment if case.came_back_fen else None
        told = f"；{later.cycle_id} {PAYMENTS[later.status]}：{later.explanation}" if later else ""
        unpaid = (each for each in case.payments.values() if each.status != CLAIM_PAYMENT_STATUS_SETTLED)
        told += "".join(f"；{each.title} {PAYMENTS[each.status]}：{each.explanation}" for each in unpaid)
        return f"{case.closed.summary}{told}"
    if case.stage is None:
        return "未开立"
    if case.held_behind:
        return f"{case.stage.title}：额度等待在先受理的案件 {'、'.join(case.held_behind)}"
    waits_on = "系统" if case.is_unverified else case.stage.waits_on
    return f"{case.stage.title}：由{waits_on}办理，{time_limit(case.stage)}"
