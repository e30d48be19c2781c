"""duifu cycle page: a quarter as one page for everybody, with pictures."""

from hashlib import sha256
from pathlib import Path

import click

from audit import quarter_account
from audit.applied import Applied
from audit.moments import AtPosition, Clock, moment
from audit.quarter_account import Account
from cli import auditing, quarter_page
from cli.asking import existing_ledger, of_running
from cli.cycle_known import unknown_cycle
from cli.output import RefusedHere, WrongInput, at_home, write_file
from cli.progress import stages
from domain.refusals import Refused, sentence
from domain.serving import Limit
from ledger import streams
from ledger.rows import Rows
from policy.rulebook import ProgrammeBroken, Rulebook

BY_REQUEST = "年度限额按申请所在年度计，不随批次年度列示（BJ-A7）"


@click.command("page")
@click.argument("cycle_id")
@click.option(
    "--out",
    "file",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page, HTML. A file that is there is replaced.",
)
@click.option(
    "--at",
    "time",
    metavar="TIME",
    help="As of a date (its end), a time 2024-03-31T15:00 in Shanghai, or a position @N.",
)
@auditing.by_clock
@at_home
def page_command(cycle_id: str, file: Path, time: str | None, clock: str, home: str | None) -> None:
    """Write a page about CYCLE_ID: where the money went from request to payment, and what of the year is left.

    The page has the waterfall from what was requested to what was paid, what was carried in, put off and returned with
    the reason, the annual limits that bound, the time to pay, a table of enterprises, and what is left of the annual
    limits after each batch of the year. It is one file without script that fetches nothing. Everything is added up from
    the events of the ledger, held against the event that closed the quarter, and says where it stands in the ledger.
    The same quarter at the same position gives the same bytes. Names of enterprises are shown; bank accounts are not.

    \b
    Examples:
      duifu cycle page bj-slq-2023-2024Q1 --out 2024Q1.html
      duifu cycle page bj-slq-2023-2024Q1 --out 2024Q1.html --at 2024-04-15
      duifu cycle page bj-slq-2023-2024Q1 --out 2024Q1.html --at @120

    Exit codes: 0 written, 2 wrong input, 3 there is no such quarter, or the evidence is broken, 4 unavailable.
    """
    with auditing.evidence(home) as rows, stages(False) as stage:
        end = moment(time, Clock(clock)) if time is not None else AtPosition(rows.head())
        account = quarter_account.read(rows, cycle_id, auditing.written(rows, end), stage("读取案件"))
        if not account.tally.version:
            raise _nothing_there(rows, account)
    content = quarter_page.page(account, limit_of(_rulebook(home), account))
    write_file(file, content)
    auditing.say(f"✓ {file}　截至{end}　sha256:{sha256(content.encode()).hexdigest()}")


def limit_of(rulebook: Rulebook, account: Account) -> Limit | str:
    """The limit on what an enterprise is paid in the quarter's year, or why it cannot be shown."""
    try:
        terms = Applied(rulebook).paying(account.tally.opened)
    except Refused as error:
        return sentence(error.to_message("zh"))
    return BY_REQUEST if terms.by_request else terms.limit


def _nothing_there(rows: Rows, account: Account) -> RefusedHere:
    known, cycle_id = rows.streams(streams.CYCLES), account.stream.removeprefix(streams.CYCLES)
    if account.stream not in known:
        return unknown_cycle(cycle_id, known)
    return RefusedHere(
        f"{cycle_id} 截至{account.end}尚未开立；请给出更晚的 --at，或不给"
        f" / was not open yet; give a later --at, or leave it out"
    )


def _rulebook(home: str | None) -> Rulebook:
    try:
        rulebook = Rulebook(existing_ledger(of_running(home)).programmes)
        _ = rulebook.calendar
        return rulebook
    except ProgrammeBroken as broken:
        raise WrongInput(str(broken)) from None
