"""How rows of the views are read and printed: which deployment, as of which position, in words or as JSON."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from cli.asking import configuration, existing_ledger
from cli.output import RefusedHere, Unavailable, WrongInput, as_json, at_home, console, print_json, print_table
from commands import deployment
from domain import rehearsal
from domain.money import show
from domain.paying_wording import RESULTS
from ledger.following import HoleInLog
from ledger.store import Ledger, LedgerUnavailable
from views.following import LogTooShort
from views.recorders import Busy
from views.store import NoViews, OtherSchema, Reading, Views, ViewsUnavailable, opened

WAIT_SECONDS = 30

#: What the views call a rule, a book or what became of an order, for people.
IN_WORDS = {
    "issued": "发放",
    "issue-headroom": "发放额度",
    "redemption-headroom": "兑付额度",
    "redeemed": "兑付",
    "claims-settled": "案件实付",
    "due": "应兑",
    "decided": "应付去向",
    "orders": "支付指令",
    "closing-paid": "结清：支付",
    "closing-rest": "结清：递延与退回",
    "claims": "案件",
    "vouchers": "算力券",
    "enterprise-years": "企业年度额度",
    "cycles: ordered - returned": "批次：已下达 − 退回",
    "cycles: settled": "批次：已付",
    "cycles: due of claims done": "批次：已办申请应付",
    "cycles: ordered + deferred": "批次：已下达 + 递延",
    "cycles: ordered": "批次：已下达",
    "cycles: settled + returned + under way": "批次：已付 + 退回 + 支付中",
    "closings: paid": "结清记录：支付",
    "closed cycles: settled": "已结清批次：已付",
    "closings: deferred + returned": "结清记录：递延 + 退回",
    "closed cycles": "已结清批次：递延 + 退回",
    "pools": "资金池",
    "allocated": "分配",
    "grants-settled": "补助实付",
    "grants-ordered": "补助下达",
    "grant-orders": "拨付指令",
    "closing-grants": "办结：拨付",
    "pools: given + free": "资金池：已分配 + 余额",
    "rounds: allocated": "轮次：已分配",
    "applications": "申报案件",
    "rounds: settled": "轮次：已付",
    "rounds: settled + under way + to order again": "轮次：已付 + 支付中 + 待重新下达",
    "orders to treasuries": "国库指令",
    "rounds: settled + returned + under way": "轮次：已付 + 退回 + 支付中",
    "closed rounds: settled + came back": "已办结轮次：已付 + 退回待再付",
    "under-way": RESULTS[""],
    "settled": RESULTS["settled"],
    "returned": RESULTS["returned"],
}


@dataclass(frozen=True)
class Asked:
    """How an answer is wanted."""

    home: str | None
    json_wanted: bool
    wait: int | None

    def show(self, title: str, columns: dict[str, str], query: str, values: dict[str, Any]) -> Reading:
        """Read and print rows: in words the named columns, as JSON all of them."""
        with at_work(self.home) as (kept, ledger):
            if self.wait is not None:
                _wait(kept, self.wait)
            found, head = kept.read(query, values), ledger.head()
            is_rehearsal = deployment.current(ledger).is_rehearsal
        if self.json_wanted:
            rows = [{_camel(name): value for name, value in row.items()} for row in found.rows]
            print_json(place(found.generation, found.position, head) | {"isRehearsal": is_rehearsal, "rows": rows})
            return found
        cells = [[_cell(name, row[name]) for name in columns] for row in found.rows]
        mark = rehearsal.MARK if is_rehearsal else ""
        print_table(f"{mark}{title}：{len(cells)} 行", list(columns.values()), cells)
        console.print(place_in_words(found.position, head), markup=False)
        return found


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that every reading has; the command gets them as one `Asked`."""

    @click.option("--wait", type=click.IntRange(min=1), help="Wait until this ledger position is in the views.")
    @at_home
    @as_json
    @wraps(command)
    def with_asked(*args: Any, home: str | None, json_wanted: bool, wait: int | None, **kwargs: Any) -> None:
        command(*args, asked=Asked(home, json_wanted, wait), **kwargs)

    return with_asked


def of_programme(command: Callable[..., None]) -> Callable[..., None]:
    """Adds `--programme`."""
    return click.option("--programme", help="Only this programme, such as bj-slq-2023.")(command)


def of_enterprise(command: Callable[..., None]) -> Callable[..., None]:
    """Adds `--uscc`."""
    return click.option("--uscc", help="Only this enterprise (统一社会信用代码).")(command)


def of_year(command: Callable[..., None]) -> Callable[..., None]:
    """Adds `--year`."""
    return click.option("--year", type=int, help="Only this year.")(command)


@contextmanager
def at_work(home: str | None) -> Iterator[tuple[Views, Ledger]]:
    """The views and the ledger of a deployment; what goes wrong there ends the program with a sentence."""
    config = existing_ledger(configuration(home))
    if not config.views:
        raise WrongInput("DUIFU_VIEWS is off; name a SQLite file or a postgresql:// URL, or leave it out")
    try:
        ledger = Ledger(config.ledger)
        try:
            with opened(config.views) as kept:
                yield kept, ledger
        finally:
            ledger.close()
    except HoleInLog as hole:
        raise RefusedHere(
            f"The ledger is broken: {hole}. The views stop before it. Find out what happened with: duifu audit verify"
        ) from None
    except (Busy, LogTooShort, OtherSchema) as refusal:
        raise RefusedHere(str(refusal)) from None
    except (LedgerUnavailable, NoViews, ViewsUnavailable) as error:
        raise Unavailable(str(error)) from None


def _wait(kept: Views, position: int) -> None:
    try:
        kept.wait(position, WAIT_SECONDS)
    except TimeoutError:
        raise Unavailable(
            f"The views are not yet at position {position}. Does anything follow the ledger? See duifu views status, "
            "and start it with: duifu views run"
        ) from None


def place(generation: int, position: int, head: int) -> dict[str, Any]:
    """How far views are, and how far behind the ledger, for machines."""
    return {"generation": generation, "position": position, "head": head, "behind": max(0, head - position)}


def place_in_words(position: int, head: int) -> str:
    """The same for people."""
    behind = f"，落后 {head - position}" if head > position else ""
    return f"截至账本位置 {position}，账本已到 {head}{behind}"


def _cell(name: str, value: Any) -> str:
    if name.endswith("_fen"):
        return show(value)
    return "—" if value is None else IN_WORDS.get(value, str(value))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
