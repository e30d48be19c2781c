"""What operators read in the Temporal Web UI: search attributes, and the status card of a case or a quarter."""

from datetime import datetime
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from domain import case_links, rehearsal, special_approvals
from domain.case import CORRECTION, Case
from domain.checks import counts_through
from domain.clock import clock_reading
from domain.dates import SHANGHAI
from domain.invoices import invoiced_fen
from domain.money import show
from domain.quarter_standing import lines as quarter_lines
from domain.quarter_standing import pause_line, silence_line
from domain.wording import (
    CHECKS,
    OUTCOMES,
    PAYMENTS,
    check_title,
    clock_lines,
    opinion_lines,
    standing,
)
from duifu.v1.answers_pb2 import QuarterStanding
from duifu.v1.events_pb2 import CaseOpened
from duifu.v1.facts_pb2 import Application
from duifu.v1.work_pb2 import BusinessClock

PROGRAMME = SearchAttributeKey.for_keyword("DuifuProgramme")
APPLICANT = SearchAttributeKey.for_keyword("DuifuApplicant")
STAGE = SearchAttributeKey.for_keyword("DuifuStage")
WAITS_ON = SearchAttributeKey.for_keyword("DuifuWaitsOn")
OUTCOME = SearchAttributeKey.for_keyword("DuifuOutcome")
DUE_AT = SearchAttributeKey.for_datetime("DuifuDueAt")
AMOUNT_FEN = SearchAttributeKey.for_int("DuifuAmountFen")
IS_OVERDUE = SearchAttributeKey.for_bool("DuifuOverdue")
IS_REHEARSAL = SearchAttributeKey.for_bool("DuifuRehearsal")

#: What must be registered in a namespace, with the type's name on the command line.
SEARCH_ATTRIBUTES = {
    PROGRAMME.name: "Keyword",
    APPLICANT.name: "Keyword",
    STAGE.name: "Keyword",
    WAITS_ON.name: "Keyword",
    OUTCOME.name: "Keyword",
    DUE_AT.name: "Datetime",
    AMOUNT_FEN.name: "Int",
    IS_OVERDUE.name: "Bool",
    IS_REHEARSAL.name: "Bool",
}


def initial(programme: str, applicant: str, is_rehearsal: bool) -> TypedSearchAttributes:
    """What is known before the first step."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PROGRAMME, programme),
            SearchAttributePair(APPLICANT, applicant),
            SearchAttributePair(IS_REHEARSAL, is_rehearsal),
        ]
    )


def introduction(opened: CaseOpened) -> str:
    """What a case is about, Markdown; it does not change."""
    lines = [f"- 申请单位：{opened.applicant_name}（{opened.applicant_uscc}）", f"- 收件：{opened.received_on}"]
    if opened.round_id:
        lines += _of_grant(opened.application)
    elif opened.HasField("application"):
        contract = opened.application.contract
        lines += [
            f"- 合同：{contract.contract_number}，{contract.signed_on}签订，{show(contract.total_fen)}",
            f"- 服务期：{contract.starts_on} 至 {contract.ends_on}",
            f"- 供给方：{contract.supplier.name}（{contract.supplier.uscc}）",
        ]
    else:
        request = opened.redemption
        lines += [
            f"- 算力券：{request.voucher_id}",
            f"- 发票：{len(request.invoices)}张，{show(invoiced_fen(request))}",
            f"- 批次：{opened.cycle_id}",
        ]
    return "\n".join(lines)


def _of_grant(application: Application) -> list[str]:
    total_fen = sum(service.amount_fen for service in application.services)
    report = application.audit_report
    return [
        f"- 算力中心：{application.centre.name}（{application.centre.park}）",
        f"- 算力服务合同：{len(application.services)}份，{show(total_fen)}",
        f"- 专项审计报告：{report.report_number}，认定{show(report.confirmed_fen)}",
    ]


def case_attributes(case: Case) -> list[SearchAttributeUpdate[Any]]:
    """Where the case stands, for the list of workflows. Dates are business time."""
    stage = case.stage
    outcome = OUTCOMES[case.closed.outcome] if case.closed else ""
    waits_on = stage.waits_on if stage else ""
    return [
        STAGE.value_set(stage.title if stage else "办结"),
        WAITS_ON.value_set("在先案件" if case.held_behind else waits_on),
        OUTCOME.value_set(outcome or "办理中"),
        DUE_AT.value_set(stage.due_at) if stage and stage.due_at and not stage.stop else DUE_AT.value_unset(),
        AMOUNT_FEN.value_set(case.amount_fen),
        IS_OVERDUE.value_set(bool(stage and stage.is_overdue)),
    ]


def cycle_attributes(quarter: QuarterStanding) -> list[SearchAttributeUpdate[Any]]:
    """Where the quarter stands, for the list of workflows."""
    cut_off_at = quarter.opened.cut_off_at.ToDatetime(SHANGHAI)
    return [
        STAGE.value_set(quarter.stage),
        WAITS_ON.value_set(quarter.waits_on),
        OUTCOME.value_set("已结清" if quarter.closed else "办理中"),
        DUE_AT.value_unset() if quarter.frozen else DUE_AT.value_set(cut_off_at),
        AMOUNT_FEN.value_set(quarter.paid_fen if quarter.closed else quarter.due_fen),
        *([IS_OVERDUE.value_set(bool(quarter.silent.orders))] if quarter.HasField("silent") else []),
    ]


def case_card(case: Case, obstacle: str, now: datetime, clock: BusinessClock) -> str:
    """The status card, Markdown: on whom the case waits, until when, what to do next, and how it got here."""
    lines = [
        f"## {mark(clock)}{case.case_id} {case.applicant_name}",
        f"**{standing(case)}**",
        "",
    ]
    if obstacle:
        lines += [f"- **受阻**：{obstacle}"]
    if case.stage is not None:
        row = case.row(case.stage.key)
        doing = "补齐以下全部材料：" if case.stage.key == CORRECTION else row.guidance
        lines += [f"- 下一步：{doing}（{case.stage.rests_on}）"]
        lines += [f"  - {item}" for item in case.correction_items if case.stage.key == CORRECTION]
        lines += [f"- {line}" for line in (*clock_lines(case, case.stage), *opinion_lines(case))]
    lines += [f"- 政策：{case.plan.programme_title}（版本{case.plan.edition}，{case.plan.edition_sha256[:12]}）"]
    lines += [f"- 收件：{case.received_on}"]
    lines += [f"- {_answer(case, check)}" for check in case.checks]
    if case.approval.approved_fen:
        lines += [f"- 核定：{show(case.approval.approved_fen)}"]
    lines += [f"- {line}" for line in (*special_approvals.lines(case), *case_links.lines(case))]
    if case.allocated is not None:
        parts = "，".join(f"{part.title}{show(part.amount_fen)}" for part in case.allocated.trace.levels)
        lines += [f"- 第{case.allocated.number}次分配：{show(case.allocated.amount_fen)}（{parts}）"]
    lines += [
        f"- {payment.title}：{PAYMENTS[payment.status]} {payment.explanation}" for payment in case.payments.values()
    ]
    if case.due_fen:
        lines += [f"- 应兑付：{show(case.due_fen)}，已支付：{show(case.settled_fen)}"]
    if case.payment is not None:
        lines += [f"- {case.payment.cycle_id}：{PAYMENTS[case.payment.status]} {case.payment.explanation}"]
    lines += updated(now, clock)
    return "\n".join(lines)


def _answer(case: Case, check: str) -> str:
    """What a source says, and through which day that counts."""
    result, through = case.checks[check], counts_through(case, check)
    until = f"（有效至{through}）" if through else ""
    return f"{check_title(check, case.plan)}：{CHECKS[result.outcome]} {result.detail}{until}"


def cycle_card(quarter: QuarterStanding, obstacle: str, now: datetime, clock: BusinessClock) -> str:
    """The status card of a quarter, Markdown."""
    opened = quarter.opened
    lines = [
        f"## {mark(clock)}{opened.programme_title} {opened.quarter} 兑付批次",
        f"**{quarter.summary}**",
        "",
        *([f"- **受阻**：{obstacle}"] if obstacle else []),
        *([pause_line(quarter.paused)] if quarter.HasField("paused") else []),
        *([silence_line(quarter.silent)] if quarter.silent.orders else []),
        f"- 受理 {opened.opens_on} 至 {opened.cut_off_on}（{opened.clause}）",
        f"- 批次日 {opened.as_of_on}，{opened.pay_on}起支付",
        *quarter_lines(quarter),
    ]
    lines += updated(now, clock)
    return "\n".join(lines)


def mark(clock: BusinessClock) -> str:
    """What stands before every title in a rehearsal."""
    return rehearsal.MARK if clock.is_rehearsal else ""


def updated(now: datetime, clock: BusinessClock) -> list[str]:
    """The end of every card: when it was written, in a rehearsal on Temporal's clock too."""
    reading = f"（演练；Temporal 时间轴上为 {clock_reading(now, clock):%Y-%m-%d %H:%M}）" if clock.is_rehearsal else ""
    return ["", f"更新于业务时间 {now:%Y-%m-%d %H:%M}{reading}"]
