"""duifu payments: orders out to a treasury or bank in files, and what it sends back."""

import os
from pathlib import Path

import click

from cli.asking import Asking, acting, ask, existing_ledger, of_running, try_out
from cli.exchange_files import handed_in, read_file
from cli.output import RefusedHere, WrongInput, as_json, at_home, refused
from cli.payments_told import Told, Written, tell_returns, tell_written
from commands.door import Door
from domain.cycle_decisions import must_not_be_paused
from domain.payment_answers import RECONCILER
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, Command
from exchange.payments.lines import Line
from exchange.payments.matching import Matching
from exchange.payments.order_files import Debtor, must_be_readable, to_csv, to_pain_001
from exchange.payments.payment_list import PaymentList, find_list, ordered_at
from exchange.payments.returns import read_returned
from exchange.unusable import Unusable
from front_door import open_door

CSV, PAIN_001 = "csv", "pain.001"


@click.group()
def payments() -> None:
    """Hand payment orders out and take what became of them in, in files (支付文件), where a treasury has no interface.

    What comes back goes through the same door as everything else, line by line. A second run changes nothing.
    """


@payments.command()
@click.argument("list_id", metavar="ID")
@click.option("--format", "form", type=click.Choice([CSV, PAIN_001]), default=CSV, show_default=True)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE; of a round FILE-LEVEL."
)
@click.option("--debtor", default="", help="Whose money it is; needed for pain.001.")
@click.option("--debtor-account", default="", help="The account that pays; needed for pain.001.")
@click.option("--debtor-bank", default="", help="Its bank or treasury; needed for pain.001.")
@at_home
@as_json
def export(
    list_id: str,
    form: str,
    out: Path,
    debtor: str,
    debtor_account: str,
    debtor_bank: str,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Write the orders of ID, a quarter or a round, that may go out and have no answer. Each level gets a file.

    The same orders give the same file, byte for byte. Account numbers are in it in full: only you can read a new file.
    An order stays in the file until it has an answer: hand over one file at a time, or a bank may pay twice.

    Example: duifu payments export bj-slq-2023-2024Q1 --out orders.csv
    """
    payer = Debtor(debtor, debtor_account, debtor_bank)
    if form == PAIN_001 and not (debtor and debtor_account and debtor_bank):
        raise click.UsageError("pain.001 needs --debtor, --debtor-account and --debtor-bank")
    door = open_door(existing_ledger(of_running(home)))
    listed = find_list(door.ledger, list_id)
    if listed is None:
        raise RefusedHere(f"没有季度批次或轮次 {list_id}，请核对编号 / there is no quarter or round of that id")
    try:
        must_not_be_paused(listed.quarter)
    except Refused as error:
        raise refused(error) from None
    try:
        tell_written(list_id, _write_all(door, listed, form, out, payer), json_wanted)
    except Unusable as problem:
        raise RefusedHere(str(problem)) from None


@payments.command("import")
@handed_in
@click.option("--dry-run", is_flag=True, help="Say what would become of each line now; put nothing on record.")
@acting
def import_(file: Path, dry_run: bool, asking: Asking) -> None:
    """Take in what came back: our CSV of returns, pain.002.001.10 or camt.053.001.08, told by what is in FILE.

    You act as payment-reconciler (支付对账岗); the SHA-256 of FILE is the evidence. A refused line stops none of the
    others, and ends with exit code 3 when all were tried.

    Example: duifu payments import returns.csv --actor sun.li
    """
    returned = read_file(file, read_returned)
    door, actor = asking.door(), asking.actor(RECONCILER)
    matching = Matching(door.ledger, returned.lines, returned.sha256)
    lines = [_take_in(line, matching, door, actor, asking, dry_run) for line in returned.lines]
    tell_returns(file.name, returned, lines, asking.json_wanted)


def _take_in(line: Line, matching: Matching, door: Door, actor: Actor, asking: Asking, dry_run: bool) -> Told:
    told = Told(line)
    try:
        found = matching.match(line, actor)
    except Refused as error:
        return told.refused(error.to_message(asking.lang))
    if not isinstance(found, Command):
        return told.standing(found)
    found.language = asking.lang
    if asking.command_id:
        found.command_id = f"{asking.command_id}:{line.order_id}"
    if dry_run:
        refusal = try_out(door, found, actor)
        return told.refused(refusal) if refusal else told.tried()
    return told.answered(ask(door, found, actor))


def _write_all(door: Door, listed: PaymentList, form: str, out: Path, debtor: Debtor) -> list[Written]:
    """Every file is made before the first is written. Raises Unusable for orders that fit in none."""
    files = []
    for level, orders in listed.going_out().items():
        must_be_readable(orders)
        name = f"{listed.list_id}-{level}" if level else listed.list_id
        if form == CSV:
            content = to_csv(orders)
        else:
            content = to_pain_001(orders, name, debtor, ordered_at(door.ledger, listed, orders))
        path = out.with_stem(f"{out.stem}-{level}") if level else out
        files.append(Written(path, level, len(orders), sum(order.amount_fen for order in orders), content))
    for file in files:
        _write(file.path, file.content)
    return files


def _write(path: Path, content: bytes) -> None:
    """A new file is for its owner alone. Raises WrongInput where it cannot be written."""
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as opened:
            opened.write(content)
    except OSError as error:
        raise WrongInput(f"{path} 无法写入 / cannot be written: {error.strerror}") from None
