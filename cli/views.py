"""duifu views: keep the read models up with the ledger, build them anew, and read them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.output import (
    Unavailable,
    as_json,
    at_home,
    console,
    errors,
    print_json,
    print_table,
)
from cli.view_reading import at_work, place, place_in_words
from cli.view_tables import (
    cases,
    conservation,
    cycles,
    enterprise_years,
    pool,
    round_payments,
    rounds,
    vouchers,
)
from views.following import Follower, rebuild
from views.store import NoViews


@click.group()
def views() -> None:
    """Read models (视图): tables of cases, vouchers, enterprise-years, quarters, rounds, pools, and what must agree.

    They are made from the ledger alone and may be thrown away. Every answer names the ledger position it is of.
    """


for table in (cases, vouchers, enterprise_years, cycles, rounds, round_payments, pool, conservation):
    views.add_command(table)


@views.command()
@at_home
def run(home: str | None) -> None:
    """Keep the views up with the ledger until Ctrl-C; build them first if there are none.

    One process is enough, and a second one is refused. Ends with exit code 3 if a position of the ledger is missing.
    """
    with at_work(home) as (kept, ledger):
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
    with at_work(home) as (kept, ledger), _progress() as told:
        number = rebuild(kept, ledger, told, switch=switch)
        dropped = kept.drop_retired() if drop_old else []
        position, head = kept.position(number), ledger.head()
    if json_wanted:
        print_json(place(number, position, head) | {"isCurrent": switch, "dropped": dropped})
        return
    console.print(f"✓ 视图第{number}代已建成{'并启用' if switch else '，尚未启用'}")
    if dropped:
        console.print(f"  已删除：{'、'.join(f'第{old}代' for old in dropped)}")
    console.print(place_in_words(position, head))


@views.command()
@at_home
@as_json
def status(home: str | None, json_wanted: bool) -> None:
    """Every generation of the views: whether readers see it, how far it is and how far behind the ledger."""
    with at_work(home) as (kept, ledger):
        known, head = kept.generations(), ledger.head()
        address = kept.recorder.address
    if not known:
        raise Unavailable(str(NoViews()))
    if json_wanted:
        generations = [
            place(one.number, one.position, head)
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


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("ledger positions"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda position, head: bar.update(task, completed=position, total=head)
