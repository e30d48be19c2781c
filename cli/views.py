"""duifu views: keep the read models up with the ledger, build them anew, and read them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.asking import configuration, existing_ledger
from cli.output import (
    REFUSED,
    RefusedHere,
    Unavailable,
    WrongInput,
    as_json,
    at_home,
    console,
    errors,
    print_json,
    print_table,
)
from commands import deployment
from domain.clock import business_time
from domain.dates import civil_date, from_iso
from domain.money import show
from ledger.following import HoleInLog
from ledger.store import Ledger, LedgerUnavailable
from views.following import Follower, LogTooShort, rebuild
from views.recorders import Busy
from views.store import NoViews, OtherSchema, Reading, Views, ViewsUnavailable, opened, question

WAIT_SECONDS = 30
REHEARSAL_MARK = "【演练】"

#: What the view calls a rule or a book, for people.
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
}


@click.group()
def views() -> None:
    """Read models (视图): tables of cases, vouchers, enterprise-years, quarters, the pool, and what must agree.

    They are made from the ledger alone and may be thrown away. Every answer names the ledger position it is of.
    """


@dataclass(frozen=True)
class Asked:
    """How an answer is wanted."""

    home: str | None
    json_wanted: bool
    wait: int | None

    def show(self, title: str, columns: dict[str, str], query: str, values: dict[str, Any]) -> Reading:
        """Read and print rows: in words the named columns, as JSON all of them."""
        with _at_work(self.home) as (kept, ledger):
            if self.wait is not None:
                _wait(kept, self.wait)
            found, head = kept.read(query, values), ledger.head()
            is_rehearsal = deployment.current(ledger).is_rehearsal
        if self.json_wanted:
            rows = [{_camel(name): value for name, value in row.items()} for row in found.rows]
            place = _place(found.generation, found.position, head)
            print_json(place | {"isRehearsal": is_rehearsal, "rows": rows})
            return found
        cells = [[_cell(name, row[name]) for name in columns] for row in found.rows]
        mark = REHEARSAL_MARK if is_rehearsal else ""
        print_table(f"{mark}{title}：{len(cells)} 行", list(columns.values()), cells)
        console.print(_place_in_words(found.position, head), markup=False)
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


@views.command()
@at_home
def run(home: str | None) -> None:
    """Keep the views up with the ledger until Ctrl-C; build them first if there are none.

    One process is enough, and a second one is refused. Ends with exit code 3 if a position of the ledger is missing.
    """
    with _at_work(home) as (kept, ledger):
        console.print(f"views {kept.recorder.address} follow ledger position {ledger.head()}; Ctrl-C stops")
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            Follower(kept, ledger).run()
        except KeyboardInterrupt:
            console.print("stopped; start again to continue")
        finally:
            signal.signal(signal.SIGTERM, before)


@views.command("rebuild")
@click.option("--switch/--no-switch", default=True, help="Let readers see the new tables once they are complete.")
@click.option("--drop-old", is_flag=True, help="Then remove the tables that readers no longer see.")
@at_home
@as_json
def rebuild_views(switch: bool, drop_old: bool, home: str | None, json_wanted: bool) -> None:
    """Build all views anew from the ledger, beside those in use, and switch when they have come to its head.

    Readers see the old tables until the switch, then the new ones, never half of them. Broken off, it goes on where it
    was when it is called again.
    """
    with _at_work(home) as (kept, ledger), _progress() as told:
        number = rebuild(kept, ledger, told, switch=switch)
        dropped = kept.drop_retired() if drop_old else []
        position, head = kept.position(number), ledger.head()
    if json_wanted:
        print_json(_place(number, position, head) | {"isCurrent": switch, "dropped": dropped})
        return
    console.print(f"✓ 视图第{number}代已建成{'并启用' if switch else '，尚未启用'}")
    if dropped:
        console.print(f"  已删除：{'、'.join(f'第{old}代' for old in dropped)}")
    console.print(_place_in_words(position, head))


@views.command()
@at_home
@as_json
def status(home: str | None, json_wanted: bool) -> None:
    """Every generation of the views: whether readers see it, how far it is and how far behind the ledger."""
    with _at_work(home) as (kept, ledger):
        known, head = kept.generations(), ledger.head()
        address = kept.recorder.address
    if not known:
        raise Unavailable(str(NoViews()))
    if json_wanted:
        generations = [
            _place(one.number, one.position, head)
            | {"state": one.state, "schemaSha256": one.schema_sha256, "isOfThisVersion": one.is_of_this_version}
            for one in known
        ]
        print_json({"views": address, "generations": generations})
        return
    states = {"building": "建设中", "current": "使用中", "retired": "已停用"}
    rows = [
        [
            str(one.number),
            states[one.state],
            str(one.position),
            str(head - one.position),
            "本版本" if one.is_of_this_version else "其他版本，请重建",
        ]
        for one in known
    ]
    print_table(f"{address}，账本位置 {head}", ["代", "状态", "位置", "落后", "格式"], rows)


@views.command()
@of_programme
@of_enterprise
@click.option("--waits-on", help="Only cases that wait on this desk, such as 市经信局审核岗.")
@click.option("--open", "open_only", is_flag=True, help="Only cases under way.")
@click.option("--overdue", is_flag=True, help="Only cases whose deadline has passed.")
@click.option("--as-of", metavar="DATE", help="Overdue on this date; default: today by the deployment's clock.")
@reading
def cases(
    programme: str | None,
    uscc: str | None,
    waits_on: str | None,
    open_only: bool,
    overdue: bool,
    as_of: str | None,
    asked: Asked,
) -> None:
    """Cases: who applied, where each stands, on whom it waits and until when."""
    if as_of and not overdue:
        raise click.UsageError("--as-of goes with --overdue")
    conditions = [text for wanted, text in ((open_only, "closed_on IS NULL"), (overdue, "due_on < :day")) if wanted]
    query, values = question(
        "view_case", {"programme_id": programme, "applicant_uscc": uscc, "waits_on": waits_on}, *conditions
    )
    if overdue:
        values["day"] = (_date(as_of) if as_of else _today(asked.home)).isoformat()
    columns = {"case_id": "案件", "applicant_name": "申请单位", "standing": "状态", "amount_fen": "金额"}
    asked.show("案件", columns, query, values)


@views.command()
@of_programme
@of_enterprise
@click.option("--status", type=click.Choice(["unused", "part-redeemed", "redeemed"]), help="Only vouchers used so far.")
@reading
def vouchers(programme: str | None, uscc: str | None, status: str | None, asked: Asked) -> None:
    """Vouchers: face value, what is due of it, what was paid and what is left."""
    query = question("view_voucher", {"programme_id": programme, "uscc": uscc, "status": status})
    columns = {
        "voucher_id": "算力券",
        "holder_name": "持有单位",
        "face_fen": "券面",
        "redeemed_fen": "已付",
        "left_fen": "余额",
    }
    asked.show("算力券", columns, *query)


@views.command()
@of_programme
@of_enterprise
@of_year
@reading
def enterprise_years(programme: str | None, uscc: str | None, year: int | None, asked: Asked) -> None:
    """The annual ledgers of enterprises: reserved, held and issued; ordered and not returned."""
    query = question("view_enterprise_year", {"programme_id": programme, "uscc": uscc, "year": year})
    columns = {
        "uscc": "企业",
        "year": "年度",
        "reserved_fen": "排队占用",
        "held_fen": "等待额度",
        "issued_fen": "已发放",
        "redeemed_fen": "已用兑付额度",
    }
    asked.show("企业年度额度", columns, *query)


@views.command()
@of_programme
@of_year
@reading
def cycles(programme: str | None, year: int | None, asked: Asked) -> None:
    """Redemption cycles: claims, orders, and what became of the money."""
    query = question("view_cycle", {"programme_id": programme, "year": year})
    columns = {
        "cycle_id": "批次",
        "standing": "状态",
        "ordered_fen": "已下达",
        "settled_fen": "已付",
        "returned_fen": "退回",
    }
    asked.show("兑付批次", columns, *query)


@views.command()
@of_programme
@of_year
@reading
def pool(programme: str | None, year: int | None, asked: Asked) -> None:
    """The money of a programme by year: reserved, issued, ordered, paid, returned, and outstanding on vouchers."""
    query = question("view_pool", {"programme_id": programme, "year": year})
    columns = {
        "programme_id": "项目",
        "year": "年度",
        "issued_fen": "已发放",
        "outstanding_fen": "券面未付",
        "ordered_fen": "已下达",
        "paid_fen": "已付",
        "under_way_fen": "支付中",
        "returned_fen": "退回",
    }
    asked.show("资金", columns, *query)


@views.command()
@of_programme
@of_year
@reading
def conservation(programme: str | None, year: int | None, asked: Asked) -> None:
    """Books that are kept apart and must agree, to the fen. Ends with exit code 3 if two do not.

    Books that are not kept by year are compared over all years; --year leaves them out.
    """
    columns = {
        "rule": "规则",
        "year": "年度",
        "left_book": "账一",
        "left_fen": "金额一",
        "right_book": "账二",
        "right_fen": "金额二",
        "difference_fen": "差额",
    }
    query = question("view_conservation", {"programme_id": programme, "year": year})
    found = asked.show("账账相符", columns, *query)
    broken = sorted({row["rule"] for row in found.rows if row["difference_fen"]})
    if broken:
        errors.print(f"✗ 账账不符：{'、'.join(f'{IN_WORDS[rule]}（{rule}）' for rule in broken)}", markup=False)
        errors.print(
            "  → Verify the ledger (duifu audit verify); if it holds, build the views anew (duifu views rebuild) and "
            "look again.",
            markup=False,
        )
        raise click.exceptions.Exit(REFUSED)


@contextmanager
def _at_work(home: str | None) -> Iterator[tuple[Views, Ledger]]:
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


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("ledger positions"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda position, head: bar.update(task, completed=position, total=head)


def _wait(kept: Views, position: int) -> None:
    try:
        kept.wait(position, WAIT_SECONDS)
    except TimeoutError:
        raise Unavailable(
            f"The views are not yet at position {position}. Does anything follow the ledger? See duifu views status, "
            "and start it with: duifu views run"
        ) from None


def _today(home: str | None) -> date:
    ledger = Ledger(existing_ledger(configuration(home)).ledger)
    try:
        return civil_date(business_time(datetime.now(UTC), deployment.current(ledger).clock))
    finally:
        ledger.close()


def _date(text: str) -> date:
    try:
        return from_iso(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _place(generation: int, position: int, head: int) -> dict[str, Any]:
    return {"generation": generation, "position": position, "head": head, "behind": max(0, head - position)}


def _place_in_words(position: int, head: int) -> str:
    behind = f"，落后 {head - position}" if head > position else ""
    return f"截至账本位置 {position}，账本已到 {head}{behind}"


def _cell(name: str, value: Any) -> str:
    if name.endswith("_fen"):
        return show(value)
    return "—" if value is None else IN_WORDS.get(value, str(value))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
