"""duifu recovery list and show: how recoveries stand."""

from contextlib import closing
from typing import Any

import click
from google.protobuf import json_format

from audit.recovery_story import FINDINGS, STATEMENTS
from audit.story import sentence
from cli.asking import existing_ledger, of_running
from cli.output import RefusedHere, as_json, at_home, console, print_json, print_table
from commands.work import fold
from domain.kinds import RECOVERY
from domain.money import show
from domain.recovery import TITLES, Recovery
from domain.recovery_deadlines import is_overdue
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger


@click.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not at their end.")
@at_home
@as_json
def list_(only_open: bool, home: str | None, json_wanted: bool) -> None:
    """Every recovery: how it stands, what was found, demanded, received, written off, and what is open.

    Example: duifu recovery list --open
    """
    with closing(_ledger(home)) as ledger:
        known = [fold(ledger, name, RECOVERY)[0] for name in ledger.streams(streams.RECOVERIES)]
    chosen = [one for one in known if not only_open or not one.is_over]
    if json_wanted:
        print_json([_figures(one) for one in chosen])
        return
    columns = ["追回案件", "单位", "事由", "状态", "查明", "责令", "缴回", "核销", "待缴回"]
    print_table("追回", columns, [_row(one) for one in chosen])


@click.command("show")
@click.argument("recovery_id")
@at_home
@as_json
def show_recovery(recovery_id: str, home: str | None, json_wanted: bool) -> None:
    """One recovery, event by event.

    Example: duifu recovery show bj-claim-2024-000001-recovery-1
    """
    with closing(_ledger(home)) as ledger:
        events = [unwrap(one.envelope.event) for one in ledger.stream(streams.recovery(recovery_id))]
    if not events:
        raise RefusedHere(f"There is no recovery {recovery_id}. List them with: duifu recovery list")
    state = RECOVERY.fold(events)
    if json_wanted:
        print_json(_figures(state) | {"events": [json_format.MessageToDict(event) for event in events]})
        return
    console.print(
        f"{recovery_id}  {TITLES[state.standing]}，待缴回{show(state.open_fen)}{_set_off(state)}", markup=False
    )
    print_table("经过", ["序号", "事项"], [[str(number), sentence(event)] for number, event in enumerate(events, 1)])


def _row(state: Recovery) -> list[str]:
    opened = state.opened
    demanded_fen = state.claimed_fen if state.demand else 0
    amounts = (state.found_fen, demanded_fen, state.received_fen, state.written_off_fen, state.open_fen)
    standing = TITLES[state.standing] + ("，已逾期" if is_overdue(state) else "") + _set_off(state)
    return [state.recovery_id, opened.name, FINDINGS[opened.finding], standing, *map(show, amounts)]


def _set_off(state: Recovery) -> str:
    """What came in and will by being set off against payments."""
    done = f"，已抵扣{show(state.set_off_fen)}" if state.set_off_fen else ""
    return done + (f"，待抵扣{show(state.held_fen)}" if state.held_fen else "")


def _figures(state: Recovery) -> dict[str, Any]:
    opened = state.opened
    return {
        "recoveryId": state.recovery_id,
        "caseId": opened.case_id,
        "uscc": opened.uscc,
        "standing": str(state.standing),
        "foundFen": state.found_fen,
        "demandedFen": state.claimed_fen if state.demand else 0,
        "reducedFen": sum(event.amount_fen for event in state.reduced),
        "isOverdue": is_overdue(state),
        "payByOn": state.demand.pay_by_on if state.demand else "",
        "receivedFen": state.received_fen,
        "setOffFen": state.set_off_fen,
        "writtenOffFen": state.written_off_fen,
        "openFen": state.open_fen,
        "heldFen": state.held_fen,
        "isSetOff": state.set_off is not None,
        "statements": [STATEMENTS[said.statement] for said in state.statements],
    }


def _ledger(home: str | None) -> Ledger:
    return Ledger(existing_ledger(of_running(home)).ledger)
