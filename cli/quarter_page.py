"""The page about a quarter: from what was requested to what was paid, and what of the year is left."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from audit.quarter_account import Account
from audit.quarter_tally import Line, Step
from cli import quarter_limits as limits
from domain.cycle import Cycle
from domain.money import show
from domain.paying_wording import quarter_standing
from domain.serving import Limit
from duifu.v1.events_pb2 import PaymentReturned
from pictures import charts
from pictures.charts import Bar, Column
from pictures.page import Page

SPANS_DAYS = (1, 7, 14, 30, 60, 90, 180)  # of a column of the histogram
COLUMNS_MAX = 12
NONE = "无"
LAPSED = "无后续批次，失效"


def page(account: Account, limit: Limit | str) -> str:
    """The page as HTML. `limit` is that on the payments of an enterprise and year, or why it is not known."""
    opened = account.tally.opened
    mark = "【演练】" if account.is_rehearsal else ""
    made = Page(f"{mark}{opened.programme_title} {opened.quarter} 兑付批次")
    _standing(made, account)
    _waterfall(made, account)
    _deferrals(made, account)
    limits.binding(made, account, limit)
    _days(made, account)
    _enterprises(made, account)
    limits.of_the_year(made, account, limit)
    return made.as_text()


def _standing(made: Page, account: Account) -> None:
    tally = account.tally
    opened = tally.opened
    if tally.closed is None:
        made.say(f"尚未结清：{len(tally.lines)}笔申请，{len(tally.unassessed)}笔待核定，{len(tally.ready)}笔待支付")
        if late := tally.overdue():
            late_fen = sum(payment.ordered.amount_fen for payment in late)
            made.say(f"国库至{tally.silent.due_on}未答复：{len(late)}笔{show(late_fen)}")
    else:
        made.say(quarter_standing(Cycle(opened=opened, closed=tally.closed)))
    made.say(
        f"受理{opened.opens_on}至{opened.cut_off_on}，批次日{opened.as_of_on}，{opened.pay_on}起支付（{opened.clause}）"
    )
    made.say(
        f"截至{account.end}，本批次最后一个事件在位置{account.positions[-1]}。金额均由账本事件逐笔相加；“序号”为事件流内的顺序，“位置”为账本中的位置。",
        f"核对：duifu audit replay {opened.cycle_id}",
    )
    _agreement(made, account)


def _agreement(made: Page, account: Account) -> None:
    """Whether the sums of this page are those that the quarter closed with."""
    tally = account.tally
    closed, sums = tally.closed, tally.sums
    if closed is None:
        return
    put_off = sums[Step.DEFERRED].fen + sums[Step.LAPSED].fen
    pairs = [
        ("已支付", sums[Step.SETTLED].fen, closed.paid_fen),
        ("递延和失效", put_off, closed.deferred_fen),
        ("退回和未予放行", sums[Step.RETURNED].fen, closed.returned_fen),
    ]
    if tally.set_off_fen or closed.set_off_fen:
        pairs.append(("已支付中抵扣", tally.set_off_fen, closed.set_off_fen))
    made.heading("与结清事件核对")
    made.table(
        f"结清事件：{account.place(tally.closed_version)}",
        ["项目", "逐笔合计", "结清事件", "差额", "结论"],
        [[name, show(a), show(b), show(a - b), "✓ 一致" if a == b else "✗ 不一致"] for name, a, b in pairs],
        3,
    )


def _waterfall(made: Page, account: Account) -> None:
    bars = list(_bars(account))
    words = "；".join(f"{bar.label}{bar.shown}" for bar in bars)
    title = "从申请到支付"
    made.heading(title)
    made.draw(charts.waterfall(title, words, bars), f"出处：{account.source}，及各案件事件流")


def _bars(account: Account) -> Iterator[Bar]:
    """Each amount starts where the one before ended; sums are those of the events, and so must meet it."""
    tally, sums = account.tally, account.tally.sums
    new = [account.claims[line.case_id] for line in tally.lines.values() if line.is_new]
    dropped = [line.case_id for line in tally.lines.values() if line.is_new and line.is_dropped]
    invoiced_fen = sum(claim.invoiced_fen for claim in new)
    dropped_fen = sum(account.claims[case_id].invoiced_fen for case_id in dropped)
    pending_fen = sum(account.claims[case_id].invoiced_fen for case_id in tally.unassessed)
    base_fen = sum(claim.base_fen for claim in new)
    counted_fen = sum(claim.counted_fen for claim in new)
    outstanding_fen = sum(payment.ordered.amount_fen for payment in tally.outstanding.values())
    yield _sum("申请（发票价税合计）", invoiced_fen)
    yield _less("退出、不予兑付", dropped_fen)
    yield _less("尚未核定", pending_fen)
    yield _less("不计入基数", invoiced_fen - dropped_fen - pending_fen - base_fen)
    yield _less("超出算力券可用依据", base_fen - counted_fen)
    yield _less("企业自付部分", counted_fen - sums[Step.ASSESSED].fen)
    yield _sum("核定", sums[Step.ASSESSED].fen)
    yield Bar("由在先批次结转", sums[Step.CARRIED].fen, f"+{show(sums[Step.CARRIED].fen)}")
    yield _less("递延至后续批次", sums[Step.DEFERRED].fen)
    yield _less("无后续批次，失效", sums[Step.LAPSED].fen)
    yield _less("待下达支付指令", sum(line.left_fen for line in tally.ready.values()))
    yield _sum("已下达支付指令", sums[Step.ORDERED].fen)
    yield _less("退回、未予放行", sums[Step.RETURNED].fen)
    yield _less("待国库结果", outstanding_fen)
    yield _sum("已支付", sums[Step.SETTLED].fen)
    if set_off_fen := tally.set_off_fen:
        yield _less("抵扣追回款", set_off_fen)
        yield _sum("实付", sums[Step.SETTLED].fen - set_off_fen)


def _sum(label: str, fen: int) -> Bar:
    return Bar(label, fen, f"={show(fen)}", is_sum=True)


def _less(label: str, fen: int) -> Bar:
    return Bar(label, -fen, f"−{show(fen)}")


def _deferrals(made: Page, account: Account) -> None:
    tally, place = account.tally, account.place
    made.heading("结转、递延与退回")
    brought = [
        [case_id, show(one.amount_fen), account.name(case_id), one.from_cycle_id, one.reason, str(one.place)]
        for case_id, claim in account.claims.items()
        for one in claim.brought
    ]
    _listed(made, "由在先批次结转", ["案件", "金额", "申请单位", "自批次", "事由", "出处"], brought)
    put_off = [
        [
            one.case_id,
            show(one.amount_fen),
            account.name(one.case_id),
            one.to_cycle_id or LAPSED,
            f"年度限额不足（{one.clause}）",
            str(place(one.version)),
        ]
        for one in tally.deferrals
    ]
    _listed(made, "年度限额递延或失效", ["案件", "金额", "申请单位", "转入批次", "事由", "出处"], put_off)
    returned = [
        [
            payment.ordered.case_id,
            show(payment.ordered.amount_fen),
            account.name(payment.ordered.case_id),
            payment.answer.to_cycle_id or LAPSED,
            _came_back(payment.answer),
            str(place(payment.answer_version)),
        ]
        for payment in tally.payments.values()
        if isinstance(payment.answer, PaymentReturned)
    ]
    _listed(made, "退回、未予放行", ["案件", "金额", "申请单位", "转入批次", "事由", "出处"], returned)
    came_back = [
        [case_id, show(one.amount_fen), account.name(case_id), one.to_cycle_id or "—", one.reason, str(one.place)]
        for case_id, claim in account.claims.items()
        for one in claim.came_back
    ]
    title = "结算后退回（本批次的金额不因此变更）"
    _listed(made, title, ["案件", "金额", "申请单位", "转入批次", "事由", "出处"], came_back)


def _came_back(answer: PaymentReturned) -> str:
    return f"未予放行：{answer.reason}（{answer.withheld_by}）" if answer.withheld_by else f"支付退回：{answer.reason}"


def _listed(made: Page, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        made.table(f"{title}：{len(rows)}笔", head, rows, 1)
    else:
        made.say(f"{title}：{NONE}")


def _days(made: Page, account: Account) -> None:
    """Time to pay, in calendar days."""
    made.heading("支付用时")
    days = account.days_to_pay()
    if not days:
        made.say("尚无已支付的申请")
        return
    words = f"自申请之日至国库支付之日：中位数{_rank(days, 50)}日，九成不超过{_rank(days, 90)}日，最长{days[-1]}日"
    made.say(f"{words}（{len(days)}笔）")
    span = next((span for span in SPANS_DAYS if days[-1] // span < COLUMNS_MAX), days[-1] // COLUMNS_MAX + 1)
    counted: dict[int, int] = defaultdict(int)
    for one in days:
        counted[one // span] += 1
    found = [
        Column(f"{n * span}–{n * span + span - 1}日" if span > 1 else f"{n}日", counted[n], f"{counted[n]}笔")
        for n in range(days[0] // span, days[-1] // span + 1)
    ]
    made.draw(charts.columns("自申请至支付的日数", words, found), f"出处：{account.source}，及各案件事件流")


def _rank(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that so many per cent of all do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _enterprises(made: Page, account: Account) -> None:
    made.heading("按企业")
    steps = (Step.ASSESSED, Step.CARRIED, Step.DEFERRED, Step.LAPSED, Step.ORDERED, Step.RETURNED, Step.SETTLED)

    def amounts(lines: Iterable[Line]) -> list[str]:
        kept = list(lines)
        asked = sum(account.claims[line.case_id].invoiced_fen for line in kept if line.is_new)
        return [str(len(kept)), show(asked), *(show(sum(line.fen(step) for line in kept)) for step in steps)]

    rows = [
        [account.enterprise(uscc), *amounts(lines), _joined(account, lines)] for uscc, lines in account.lines_of.items()
    ]
    rows.append(["合计", *amounts(account.tally.lines.values()), ""])
    head = ["企业", "笔数", "申请", "核定", "结转", "递延", "失效", "支付指令", "退回", "已支付", "出处（加入批次）"]
    made.table(f"出处：{account.source}", head, rows, 9, has_sum=True)


def _joined(account: Account, lines: Iterable[Line]) -> str:
    positions = (account.place(line.version).position for line in lines)
    return f"位置{'、'.join(map(str, positions))}"
