"""What operators read of a recovery in the Temporal Web UI."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeUpdate

from domain import recovery_deadlines
from domain.money import show
from domain.recovery import TITLES, Recovery, Standing
from domain.wording import deadline
from duifu.v1.recovery_pb2 import RecoveryOpened
from duifu.v1.work_pb2 import BusinessClock
from workflows.display import AMOUNT_FEN, DUE_AT, IS_OVERDUE, OUTCOME, STAGE, WAITS_ON, mark, updated


def summary(opened: RecoveryOpened) -> str:
    """The line that introduces a recovery."""
    return f"{opened.name} {opened.programme_title}追回"


def introduction(opened: RecoveryOpened) -> str:
    """What a recovery is about, Markdown; it does not change."""
    lines = [
        f"- 单位：{opened.name}（{opened.uscc}）",
        f"- 案件：{opened.case_id}",
        f"- 查明：{show(opened.amount_fen)}，{opened.reason}（{opened.clause}）",
    ]
    return "\n".join(lines)


def standing(recovery: Recovery) -> str:
    """How far it has come, and what is open."""
    if recovery.standing is Standing.CLOSED:
        return f"{TITLES[Standing.CLOSED]}：缴回{show(recovery.received_fen)}，核销{show(recovery.written_off_fen)}"
    left = f"，尚待缴回{show(recovery.open_fen)}" if recovery.open_fen else ""
    overdue = "，已逾期" if recovery_deadlines.is_overdue(recovery) else ""
    return f"{TITLES[recovery.standing]}{left}{overdue}"


def waits_on(recovery: Recovery) -> str:
    """Who is to act; nobody once it is over."""
    rule = recovery.opened.rule
    match recovery.standing:
        case Standing.FOUND:
            return rule.finds.title
        case Standing.NOTICED:
            return "单位（陈述申辩）" if recovery_deadlines.running(recovery) else rule.decides.title
        case Standing.TRANSFERRED if recovery.transferred is not None and recovery.proposed is None:
            return recovery.transferred.authority
        case Standing.DEMANDED | Standing.TRANSFERRED:
            if recovery.proposed is not None:
                return rule.decides.title
            return rule.collects.title if recovery_deadlines.is_overdue(recovery) else "单位（缴回）"
    return ""


def recovery_attributes(recovery: Recovery) -> list[SearchAttributeUpdate[Any]]:
    """Where a recovery stands, for the list of workflows. Dates are business time."""
    running = recovery_deadlines.running(recovery)
    return [
        STAGE.value_set(TITLES[recovery.standing]),
        WAITS_ON.value_set(waits_on(recovery)),
        OUTCOME.value_set(TITLES[recovery.standing] if recovery.is_over else "办理中"),
        DUE_AT.value_set(running.due_at) if running else DUE_AT.value_unset(),
        AMOUNT_FEN.value_set(recovery.claimed_fen),
        IS_OVERDUE.value_set(recovery_deadlines.is_overdue(recovery)),
    ]


def recovery_card(recovery: Recovery, obstacle: str, now: datetime, clock: BusinessClock) -> str:
    """The status card, Markdown: what was found, demanded and came in, what is open, who is to act and until when."""
    lines = [f"## {mark(clock)}{recovery.recovery_id} {recovery.opened.name}".rstrip(), f"**{standing(recovery)}**", ""]
    lines += [f"- **受阻**：{obstacle}"] if obstacle else []
    lines += [f"- 下一步：{acting}" for acting in [waits_on(recovery)] if acting]
    if running := recovery_deadlines.running(recovery):
        lines += [f"- {running.title}{deadline(running.due_at)}（业务时间）"]
    lines += [f"- {line}" for line in _course(recovery)]
    return "\n".join([*lines, *updated(now, clock)])


def _course(recovery: Recovery) -> Iterator[str]:
    opened = recovery.opened
    yield f"查明：{show(opened.amount_fen)}，{opened.reason}（{opened.clause}）"
    if recovery.notice is not None:
        yield f"告知：{recovery.notice.document_number}，陈述申辩至{recovery.notice.heard_until_on}"
    if recovery.demand is not None:
        demand = recovery.demand
        yield f"责令追回：{show(demand.amount_fen)}（{demand.document_number}），{demand.pay_by_on}前缴回"
    for receipt in recovery.receipts.values():
        how = f"抵扣{receipt.order_id}" if receipt.order_id else receipt.bank_reference
        yield f"缴回：{receipt.received_on} {show(receipt.amount_fen)}（{how}）"
    if recovery.set_off is not None:
        held = f"，支付指令待抵扣{show(recovery.held_fen)}" if recovery.held_fen else ""
        yield f"以后续兑付抵扣：{recovery.set_off.document_number}{held}"
    if recovery.proposed is not None:
        yield f"待确认核销：{show(recovery.proposed.amount_fen)}（{recovery.proposed.decision_number}）"
    for event in recovery.reduced:
        yield f"核减：{show(event.amount_fen)}，{event.reason}（{event.clause}）"
    if recovery.written_off_fen:
        yield f"已核销：{show(recovery.written_off_fen)}"
    if recovery.transferred is not None:
        yield f"移送：{recovery.transferred.authority}（{recovery.transferred.document_number}）"
