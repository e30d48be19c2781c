"""How a quarter and a round stand, in one sentence for operators, and what they pay for."""

from domain import treasury_silence
from domain.batches import Batch, Batches, Ordered
from domain.cycle import Cycle
from domain.money import show
from domain.orders import payable_together_fen
from domain.quarter_index import ClaimState
from domain.round import Round, Standing

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
