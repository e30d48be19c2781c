"""The annual limits on a page about a quarter: those that bound, and what is left of the year after each batch."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from audit.quarter_account import Account, YearUse
from domain.headroom import Cap
from domain.money import show
from domain.serving import Limit
from pictures import charts
from pictures.charts import Column
from pictures.page import Page

NONE = "无"


def binding(made: Page, account: Account, limit: Limit | str) -> None:
    """The limits that took something from this quarter, and what had used them."""
    made.heading("起作用的年度限额")
    years = {use.uscc: use for use in account.years}
    cut: dict[str, int] = defaultdict(int)
    for one in account.tally.deferrals:
        cut[account.tally.lines[one.case_id].uscc] += one.amount_fen
    if isinstance(limit, str) or limit.cap is None or not cut:
        made.say(limit if isinstance(limit, str) else NONE)
        return
    opened, cap = account.tally.opened, limit.cap
    earlier = {cycle_id for use in years.values() for cycle_id in use.by_cycle if cycle_id < opened.cycle_id}
    rows = []
    for uscc, fen in sorted(cut.items()):
        use = years.get(uscc, YearUse(uscc))
        amounts = cap.most_fen, use.used_fen(cap.combined, earlier), use.by_cycle.get(opened.cycle_id, 0), fen
        rows.append([account.enterprise(uscc), *map(show, amounts), str(use.place or "—")])
    made.table(
        f"{opened.paying_year}年度每家企业限额{show(cap.most_fen)}（{limit.clause}）；已扣除退回",
        ["企业", "年度限额", "在先批次已用", "本批次使用", "本批次截去", "出处"],
        rows,
        4,
    )


def of_the_year(made: Page, account: Account, limit: Limit | str) -> None:
    """What each enterprise's limit still allows after each batch of the year, and all of them together."""
    opened, years = account.tally.opened, account.years
    made.heading(f"{opened.paying_year}年度限额余额")
    if isinstance(limit, str) or limit.cap is None or not years:
        made.say(limit if isinstance(limit, str) else NONE)
        return
    cap = limit.cap
    batches = sorted({cycle_id for use in years for cycle_id in use.by_cycle})
    left = [_left(cap, batches[:number]) for number in range(len(batches) + 1)]
    whole = [Column("限额合计", cap.most_fen * len(years), show(cap.most_fen * len(years)))]
    for batch, after in zip(batches, left[1:], strict=True):
        fen = sum(map(after, years))
        whole.append(Column(f"{_quarter(account, batch)}后", fen, show(fen)))
    words = f"{len(years)}家企业，每家{show(cap.most_fen)}（{limit.clause}）"
    if cap.combined:
        words += "；申领与兑付合并计算"
    description = "；".join(f"{column.label}{column.shown}" for column in whole)
    made.draw(charts.columns("各批次后的年度限额余额", f"{words}；{description}", whole), f"{words}；已扣除退回")
    head = ["企业", "年度限额", *(f"{_quarter(account, batch)}后" for batch in batches), "出处"]
    rows = [
        [account.enterprise(use.uscc), show(cap.most_fen), *(show(after(use)) for after in left[1:]), str(use.place)]
        for use in years
    ]
    made.table("每家企业各批次后的余额", head, rows, len(batches) + 1)


def _left(cap: Cap, batches: Sequence[str]) -> Callable[[YearUse], int]:
    return lambda use: cap.most_fen - use.used_fen(cap.combined, set(batches))


def _quarter(account: Account, cycle_id: str) -> str:
    return cycle_id.removeprefix(f"{account.tally.opened.programme_id}-")
