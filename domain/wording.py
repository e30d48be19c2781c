"""How a case and a quarter stand, in one sentence for operators."""

from datetime import date, datetime, timedelta

from domain import treasury_silence
from domain.batches import Batch, Batches, Ordered
from domain.calendar import WorkingCalendar
from domain.case import Case, OpenStage
from domain.cycle import Cycle
from domain.dates import SHANGHAI, from_iso, start_of
from domain.legal_clock import limit_of, read
from domain.money import show
from domain.opinions import given, wanted
from domain.orders import payable_together_fen
from domain.quarter_index import ClaimState
from domain.round import Round, Standing
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
STANDINGS = {
    Standing.REVIEWED: "审核中",
    Standing.DETERMINED: "已核定",
    Standing.NOTICED: "公示中",
    Standing.PUBLISHED: "公示期满",
    Standing.CLEARED: "待拨付",
    Standing.LEFT: "已退出",
}
CLAIM_STATES = {
    ClaimState.ADMITTED: "待核定",
    ClaimState.READY: "待支付",
    ClaimState.DROPPED: "已退出",
    ClaimState.DONE: "已处理",
}
#: What became of an order to a treasury.
RESULTS = {"": "待国库结果", "settled": "已支付", "returned": "支付退回", "withheld": "未予放行"}
WAITING_NAMED = 5  # claims that hold up a quarter
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


def quarter_standing(cycle: Cycle) -> str:
    """Where a quarter stands; or how it closed."""
    quarter = cycle.opened.quarter
    if cycle.closed is not None:
        closed = cycle.closed
        return (
            f"{quarter}已结清：支付{len(closed.paid)}笔{show(closed.paid_fen)}{of_which_set_off(closed.set_off_fen)}，"
            f"递延{len(closed.deferred)}笔{show(closed.deferred_fen)}，退回{len(closed.returned)}笔{show(closed.returned_fen)}"
        )
    if cycle.paused is not None:
        return f"{quarter}暂停拨付：{cycle.paused.reason}"
    if not cycle.frozen:
        return f"{quarter}受理中：{len(cycle.claims)}笔申请，{cycle.opened.cut_off_on}截止"
    if cycle.awaits_ruling:
        return f"{quarter}待主管部门确认"
    if waiting := cycle.waiting_for(WAITING_NAMED):
        more = f"等{len(cycle.index.waiting)}笔" if len(cycle.index.waiting) > len(waiting) else ""
        return f"{quarter}等待核定：{'、'.join(waiting)}{more}"
    if to_sign := cycle.to_sign():
        return quarter + _to_be_signed(cycle, to_sign[0])
    if outstanding := len(cycle.index.unanswered):
        return f"{quarter}支付中：{outstanding}笔待国库结果{_late(cycle)}"
    return f"{quarter}待支付：{len(cycle.index.payable)}笔，{cycle.opened.pay_on}起支付"


def _to_be_signed(paid_by: Batches[Ordered], batch: Batch) -> str:
    step, orders = paid_by.step(batch.next_step), paid_by.in_batch(batch)
    return f"待{step.title}：{len(orders)}笔{show(payable_together_fen(orders))}，由{step.role_title}签署"


def _late(paid_by: Batches[Ordered]) -> str:
    late = treasury_silence.overdue(paid_by)
    return f"，其中{late.count}笔至{paid_by.silent.due_on}未答复" if late.count else ""


def of_which_set_off(fen: int) -> str:
    """In brackets, what of an amount is set off; nothing if nothing is. (抵扣)"""
    return f"（其中抵扣{show(fen)}）" if fen else ""


def round_standing(round_: Round) -> str:
    """Where a round stands; or how it closed."""
    number = f"{round_.opened.round}年度"
    if round_.closed is not None:
        titles = round_.titles
        parts = "，".join(f"{titles[paid.level]}{show(paid.amount_fen)}" for paid in round_.closed.paid_by_level)
        again = "" if round_.is_over else "；结算后退回的待再次拨付"
        return f"{number}已办结：{len(round_.closed.paid)}家获补助，{parts}{again}"
    if reviewed := round_.standing(Standing.REVIEWED):
        return f"{number}审核中：{len(reviewed)}家待核定，{len(round_.sharing)}家已核定"
    if round_.is_stale and round_.sharing:
        return f"{number}待分配：{len(round_.sharing)}家"
    if noticed := round_.standing(Standing.NOTICED):
        objections = f"，{len(round_.open_objections())}件异议待处理" if round_.open_objections() else ""
        return f"{number}公示中：{len(noticed)}家{objections}"
    if to_sign := round_.to_sign():
        return number + _to_be_signed(round_, to_sign[0])
    if outstanding := round_.outstanding():
        return f"{number}拨付中：{len(outstanding)}笔待国库结果{_late(round_)}"
    if published := round_.standing(Standing.PUBLISHED):
        return f"{number}拨付审核中：{len(published)}家"
    return f"{number}待拨付：{len(round_.standing(Standing.CLEARED))}家"
