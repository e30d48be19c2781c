"""What is seen of a quarter while it moves: on a screen, in lines, and for machines."""

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from audit.quarter_tally import QuarterTally, Step
from cli.came_back import in_words
from cli.quarter_followed import Look
from cli.terminal import harmless
from domain.dates import SHANGHAI
from domain.money import show

#: The steps, as operators call them, and whether money is counted at it.
STEPS = {
    Step.JOINED: ("新申请", False),
    Step.CARRIED: ("由在先批次结转", True),
    Step.ASSESSED: ("已核定", True),
    Step.VERIFIED: ("系统核验通过", True),
    Step.REFERRED: ("转人工核验", False),
    Step.DROPPED: ("已退出", False),
    Step.DEFERRED: ("递延", True),
    Step.LAPSED: ("失效", True),
    Step.ORDERED: ("已下达支付指令", True),
    Step.SETTLED: ("已支付", True),
    Step.RETURNED: ("退回、未予放行", True),
}
#: Told only of quarters that verify their claims themselves.
OWN = frozenset({Step.VERIFIED, Step.REFERRED})
BAR_WIDTH = 40  # characters


def on_screen(look: Look) -> Group:
    """A screenful: bars, steps, what keeps it, and the oldest claims that it waits for."""
    bars = Table.grid(padding=(0, 1))
    for title, done, whole in stretches(look.tally):
        bars.add_row(title, ProgressBar(total=max(whole, 1), completed=done, width=BAR_WIDTH), f"{done}/{whole}")
    parts: list[Any] = [*map(_text, _heading(look)), bars, _steps(look.tally), *map(_text, _kept(look))]
    if look.awaited:
        parts.append(_awaited(look))
    return Group(*parts)


def as_lines(look: Look) -> Iterator[str]:
    """The same in lines, for a file or a pipe."""
    yield from _heading(look)
    yield "，".join(f"{title}{done}/{whole}" for title, done, whole in stretches(look.tally))
    for step, title, has_money in _taken(look.tally):
        found = look.tally.sums[step]
        yield f"  {title} {found.count}笔" + (f" {show(found.fen)}" if has_money else "")
    yield from _kept(look)
    for claim in look.awaited:
        yield f"  {claim.case_id} 自{claim.since or '—'} {claim.standing}"


def as_dict(look: Look) -> dict[str, Any]:
    """The same for machines. Amounts in fen."""
    tally, opened = look.tally, look.tally.opened
    sums = {step.value: {"count": tally.sums[step].count, "amountFen": tally.sums[step].fen} for step in Step}
    return {
        "cycleId": opened.cycle_id,
        "isRehearsal": look.is_rehearsal,
        "businessTime": look.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "version": tally.version,
        "cutOffOn": opened.cut_off_on,
        "payOn": opened.pay_on,
        "isFrozen": tally.is_frozen,
        "isClosed": tally.closed is not None,
        "steps": sums,
        "unassessed": len(tally.unassessed),
        "ready": len(tally.ready),
        "outstanding": len(tally.outstanding),
        "cameBack": [
            {
                "orderId": one.order_id,
                "caseId": one.case_id,
                "cameBackOn": one.came_back_on,
                "amountFen": one.amount_fen,
                "toCycleId": one.to_cycle_id,
            }
            for one in look.came_back
        ],
        "keptBy": [{"reason": reason.keeps.value, "text": reason.text} for reason in look.reasons],
        "oldestUnassessed": [
            {
                "caseId": claim.case_id,
                "stage": claim.stage,
                "since": claim.since.isoformat() if claim.since else None,
                "standing": claim.standing,
            }
            for claim in look.awaited
        ],
    }


def stretches(tally: QuarterTally) -> list[tuple[str, int, int]]:
    """The three stretches of the way: title, how many have done it, of how many."""
    assessed, paid_for = tally.sums[Step.ASSESSED].count, len(tally.lines) - tally.sums[Step.DROPPED].count
    return [
        ("核定", assessed, assessed + len(tally.unassessed)),
        ("安排支付", paid_for - len(tally.unassessed) - len(tally.ready), paid_for),
        ("国库结果", len(tally.payments) - len(tally.outstanding), len(tally.payments)),
    ]


def _heading(look: Look) -> Iterator[str]:
    opened, mark = look.tally.opened, "【演练】" if look.is_rehearsal else ""
    yield f"{mark}{opened.programme_title} {opened.cycle_id}"
    yield f"受理{opened.opens_on}至{opened.cut_off_on}，{opened.pay_on}起支付（{opened.clause}）"
    yield f"业务时间{look.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}，本批次第{look.tally.version}个事件"


def _kept(look: Look) -> Iterator[str]:
    if look.tally.closed is not None:
        yield "已结清"
    yield from map(in_words, look.came_back)
    for number, reason in enumerate(look.reasons):
        yield f"{'等待' if not number else '　　'} {reason.text}"
    if more := len(look.tally.unassessed) - len(look.awaited):
        yield f"最早的{len(look.awaited)}笔未核定申请，另有{more}笔"


def _taken(tally: QuarterTally) -> Iterator[tuple[Step, str, bool]]:
    """The steps that are told, with their titles, and whether money is counted at them."""
    for step, (title, has_money) in STEPS.items():
        if step not in OWN or tally.sums[step].count:
            yield step, title, has_money


def _steps(tally: QuarterTally) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("环节")
    table.add_column("笔数", justify="right")
    table.add_column("金额", justify="right")
    for step, title, has_money in _taken(tally):
        found = tally.sums[step]
        table.add_row(title, str(found.count), show(found.fen) if has_money else "—")
    return table


def _awaited(look: Look) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("案件", "自", "所处环节"):
        table.add_column(column, overflow="fold", no_wrap=column == "案件")
    for claim in look.awaited:
        table.add_row(_text(claim.case_id), str(claim.since or "—"), _text(claim.standing))
    return table


def _text(words: str) -> Text:
    return Text(harmless(words))
