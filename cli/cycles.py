"""duifu cycle: open and read redemption cycles."""

from dataclasses import replace

import click
from google.protobuf import json_format

from cli.asking import Asking, acting, as_seen, existing_ledger, of_running
from cli.came_back import came_back, in_words
from cli.cycle_known import unknown_cycle
from cli.cycle_page import page_command
from cli.cycle_watch import watch
from cli.freezes import held
from cli.output import as_json, at_home, console, link, print_json, print_table, unmasking
from cli.release import show_batches, sign_batch, withhold_order
from commands.work import fold
from domain.dates import civil_date
from domain.kinds import CYCLE
from domain.money import show as show_money
from domain.orders import set_off_fen
from domain.paying_wording import CLAIM_STATES, RESULTS, quarter_standing
from duifu.v1.commands_pb2 import Command, ConfirmCycle, OpenCycle, PauseCycle, ResumeCycle
from front_door import open_door
from ledger import streams

OFFICER = "cycle-officer"


@click.group()
def cycle() -> None:
    """Redemption cycles (兑付批次): one for each programme and quarter.

    A cycle opens with its first claim, or ahead of it with `open`. Its workflow cuts it off, has payments ordered
    and paid, defers what the annual cap cuts, and closes it.
    """


@cycle.command("open")
@click.argument("quarter")
@click.option("--programme", "programme_id", default="bj-slq-2023", show_default=True, help="Programme.")
@acting
def open_cycle(quarter: str, programme_id: str, asking: Asking) -> None:
    """Open QUARTER (2024Q1) before its first claim; one that is open stays as it is."""
    opened = OpenCycle(programme_id=programme_id, quarter=quarter)
    asking.send(Command(open_cycle=opened), OFFICER)


@cycle.command()
@click.argument("cycle_id")
@click.option("--reason", required=True, help="The authority's ruling.")
@acting
def confirm(cycle_id: str, reason: str, asking: Asking) -> None:
    """Confirm a batch that waits for the authority's ruling, such as the one after the scheme's end (BJ-A13)."""
    asking.send(Command(confirm_cycle=ConfirmCycle(cycle_id=cycle_id, reason=reason)), OFFICER)


@cycle.command()
@click.argument("cycle_id")
@click.option("--reason", required=True, help="Why payments have to wait.")
@acting
def pause(cycle_id: str, reason: str, asking: Asking) -> None:
    """Pause the payments of CYCLE_ID: nothing more is ordered or handed to the treasury until it is resumed.

    What the treasury has already comes to its end there, and its answers are recorded.
    """
    _of_now(asking, cycle_id).send(Command(pause_cycle=PauseCycle(cycle_id=cycle_id, reason=reason)), OFFICER)


@cycle.command()
@click.argument("cycle_id")
@click.option("--reason", required=True, help="Why it may go on.")
@acting
def resume(cycle_id: str, reason: str, asking: Asking) -> None:
    """Let the payments of CYCLE_ID go on where they were paused."""
    _of_now(asking, cycle_id).send(Command(resume_cycle=ResumeCycle(cycle_id=cycle_id, reason=reason)), OFFICER)


def _of_now(asking: Asking, cycle_id: str) -> Asking:
    """Who pauses again what was resumed asks for something new, in whatever words: the id says of when it is."""
    _, version = asking.door().quarter(cycle_id)
    return replace(asking, command_id=asking.command_id or f"cli:{cycle_id}:{version}")


@cycle.command("show")
@click.argument("cycle_id")
@unmasking
@at_home
@as_json
def show_cycle(cycle_id: str, unmask: bool, home: str | None, json_wanted: bool) -> None:
    """Where CYCLE_ID stands: its dates, claims, payments and what became of each."""
    config = existing_ledger(of_running(home))
    door = open_door(config)
    ledger = door.ledger
    recorded = ledger.stream(streams.cycle(cycle_id))
    if not recorded:
        raise unknown_cycle(cycle_id, ledger.streams(streams.CYCLES))
    if json_wanted:
        print_json([json_format.MessageToDict(as_seen(event.envelope, unmask)) for event in recorded])
        return
    state, _ = fold(ledger, streams.cycle(cycle_id), CYCLE)
    opened = state.opened
    console.print(f"{opened.programme_title} {cycle_id}", markup=False)
    console.print(quarter_standing(state), markup=False)
    for window in held(door.rulebook, [opened.programme_id], civil_date(door.business_now())):
        console.print(window, markup=False)
    console.print(
        f"受理 {opened.opens_on} 至 {opened.cut_off_on}，批次日 {opened.as_of_on}（{opened.clause}）", markup=False
    )
    if (index := state.index).conducted or index.referred:
        own = f"系统核验通过{index.verified}笔，转人工{index.referred}笔，待系统核验{len(index.unverified)}笔"
        console.print(own, markup=False)
    console.print(link(config, cycle_id), markup=False)
    paid = {order.ordered.case_id: order for order in state.orders.values()}
    rows, has_set_off = [], any(order.ordered.set_off for order in paid.values())
    for claim in state.in_order():
        order = paid.get(claim.case_id)
        result = RESULTS[order.result] if order else CLAIM_STATES[claim.state]
        ordered_fen = order.ordered.amount_fen if order else 0
        taken_fen = set_off_fen(order.ordered) if order else 0
        deferred_fen = state.deferred.get(claim.case_id, 0)
        amounts = (claim.due_fen, ordered_fen, *([taken_fen] if has_set_off else []), deferred_fen)
        rows.append([claim.case_id, *map(show_money, amounts), result])
    columns = ["案件", "应兑付", "支付指令", *(["其中抵扣"] if has_set_off else []), "递延", "结果"]
    print_table(f"{len(rows)} 笔", columns, rows)
    for back in came_back(ledger, (order.ordered for order in paid.values() if order.result == "settled")):
        console.print(in_words(back), markup=False)


for command in (watch, page_command, show_batches, sign_batch, withhold_order):
    cycle.add_command(command)
