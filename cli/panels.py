"""duifu panel: how a panel of experts stands, an expert's score sheet, and whether a draw was honest."""

from collections.abc import Iterator
from contextlib import closing

import click
from google.protobuf import json_format

from audit.story import sentence
from cli.asking import Asking, acting, existing_ledger, of_running
from cli.facts import read_facts
from cli.output import REFUSED, RefusedHere, as_json, at_home, console, print_json, print_table, refused
from commands.work import fold
from domain import panel as panels
from domain.case import Case
from domain.draw import verify_draw
from domain.experts import candidates
from domain.kinds import CASE, EXPERTS, PANEL
from domain.panel import Panel
from domain.panel_wording import standing
from domain.refusals import Refused
from domain.scoring import sheet_sha256
from duifu.v1.commands_pb2 import Command
from duifu.v1.facts_pb2 import Application
from duifu.v1.panel_pb2 import OpenSheet, PanelConvened, PanelDrawn, ScoreSheet, SealSheet
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger

EXPERT = "expert"


@click.group()
def panel() -> None:
    """Panels of experts (专家评审组): read one, score a case, check a draw.

    The secretary and the experts send their other commands with `duifu send`; see docs/guides/experts.md.
    """


@panel.command("show")
@click.argument("case_id")
@at_home
@as_json
def show_panel(case_id: str, home: str | None, json_wanted: bool) -> None:
    """Every panel of CASE_ID: on whom it waits, and what happened."""
    with closing(_ledger(home)) as ledger:
        told = {name: [unwrap(one.envelope.event) for one in ledger.stream(name)] for name in _names(ledger, case_id)}
    if json_wanted:
        print_json([json_format.MessageToDict(event) for events in told.values() for event in events])
        return
    for name, events in told.items():
        console.print(f"{name.removeprefix(streams.PANELS)}  {standing(PANEL.fold(events))}", markup=False)
        rows = [[str(number), sentence(event)] for number, event in enumerate(events, 1)]
        print_table("经过", ["序号", "事项"], rows)


@panel.command("sheet")
@click.argument("case_id")
@click.option("--actor", "actor_id", required=True, help="Account of the expert.")
@at_home
def show_sheet(case_id: str, actor_id: str, home: str | None) -> None:
    """What an expert is shown of CASE_ID, with an empty score sheet, as JSON. Refused before the declaration."""
    with closing(_ledger(home)) as ledger:
        case, state = _open(ledger, case_id)
    try:
        state.declared(actor_id)
    except Refused as error:
        raise refused(error) from None
    material = Application()
    material.CopyFrom(case.application)
    for private in ("contact", "bank_account"):
        material.ClearField(private)
    shown = {
        "panelId": state.panel_id,
        "scoring": state.scoring,
        "criteria": [json_format.MessageToDict(criterion) for criterion in state.rule.criteria],
        "application": json_format.MessageToDict(material),
        "sheet": {"scores": [{"criterion": one.key, "points": 0} for one in state.rule.criteria], "remark": ""},
    }
    print_json(shown)


@panel.command("seal")
@click.argument("case_id")
@click.argument("sheet_file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--salt", required=True, help="64 hexadecimal digits that only you know; you need them to open it.")
@click.option("--reason", default="", help="Of a later version, and whenever all score again.")
@acting
def seal_sheet(case_id: str, sheet_file: str, salt: str, reason: str, asking: Asking) -> None:
    """Seal SHEET_FILE, a JSON or YAML ScoreSheet: only its digest leaves this machine."""
    sheet = read_facts(sheet_file, ScoreSheet())
    with closing(_ledger(asking.home)) as ledger:
        _, state = _open(ledger, case_id)
    digest = sheet_sha256(state.panel_id, state.scoring, asking.actor_id, sheet, salt)
    sealed = SealSheet(case_id=case_id, scoring=state.scoring, sheet_sha256=digest, reason=reason)
    asking.send(Command(seal_sheet=sealed), EXPERT)


@panel.command("open")
@click.argument("case_id")
@click.argument("sheet_file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--salt", required=True, help="The one with which it was sealed.")
@acting
def open_sheet(case_id: str, sheet_file: str, salt: str, asking: Asking) -> None:
    """Open SHEET_FILE, which was sealed, once every sheet is in."""
    sheet = read_facts(sheet_file, ScoreSheet())
    with closing(_ledger(asking.home)) as ledger:
        _, state = _open(ledger, case_id)
    opened = OpenSheet(case_id=case_id, scoring=state.scoring, sheet=sheet, salt=salt)
    asking.send(Command(open_sheet=opened), EXPERT)


@panel.command("verify")
@click.argument("case_id")
@at_home
def verify(case_id: str, home: str | None) -> None:
    """Work every draw of CASE_ID out again from the ledger; exit code 3 if one is not as it must be."""
    with closing(_ledger(home)) as ledger:
        found = [(name, problem) for name in _names(ledger, case_id) for problem in _problems(ledger, name)]
        for name in _names(ledger, case_id):
            wrong = [problem for other, problem in found if other == name]
            told = "；".join(wrong) or "抽取无误：承诺、信标、回避和顺序均相符"
            console.print(f"{'✗' if wrong else '✓'} {name.removeprefix(streams.PANELS)} {told}", markup=False)
    if found:
        raise click.exceptions.Exit(REFUSED)


def _problems(ledger: Ledger, name: str) -> Iterator[str]:
    convened = PanelConvened()
    beacon, at = "", 0
    for version, recorded in enumerate(ledger.stream(name), 1):
        match unwrap(recorded.envelope.event):
            case PanelConvened() as convened:
                beacon, at = ledger.leaf_of(name, version).hex(), ledger.position_of(name, version)
                if list(convened.candidates) != _pool_before(ledger, convened, at):
                    yield "候选人不是召集时的整个专家库"
            case PanelDrawn() as drawn:
                yield from verify_draw(convened, drawn, beacon)


def _pool_before(ledger: Ledger, convened: PanelConvened, position: int) -> list[object]:
    stream = streams.experts(convened.programme_id)
    recorded = [one for one in ledger.stream(stream) if ledger.position_of(stream, one.originator_version) < position]
    return list(candidates(EXPERTS.fold(unwrap(one.envelope.event) for one in recorded), convened))


def _ledger(home: str | None) -> Ledger:
    return Ledger(existing_ledger(of_running(home)).ledger)


def _names(ledger: Ledger, case_id: str) -> list[str]:
    found = list(ledger.streams(streams.panels_of(case_id)))
    if not found:
        raise RefusedHere(f"There is no panel of case {case_id}.")
    return found


def _open(ledger: Ledger, case_id: str) -> tuple[Case, Panel]:
    case, _ = fold(ledger, streams.case(case_id), CASE)
    try:
        return case, fold(ledger, streams.panel(panels.panel_id(case)), PANEL)[0]
    except Refused as error:
        raise refused(error) from None
