"""duifu audit conserve: is every fen that was authorised where it should be?"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.conservation.account import Bucket
from audit.conservation.books import Break
from audit.conservation.conserve import Conserved, conserve
from audit.conservation.picture import draw, sum_of
from audit.moments import Clock, Moment, moment
from cli import auditing
from cli.auditing import say
from cli.output import REFUSED, RefusedHere, WrongInput, as_json, at_home, errors, print_json, write_file
from domain.money import show
from policy.rulebook import PROGRAMMES, ProgrammeBroken, Rulebook


@click.command("conserve")
@click.option("--at", "time", metavar="MOMENT", help="As of a date (its end), a time, or a log position @N.")
@auditing.by_clock
@click.option("--programme", metavar="ID", help="Only this programme.")
@click.option("--enterprise", "holder", metavar="USCC", default="", help="Each account of this enterprise instead.")
@click.option(
    "--draw",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also draw the pools, as SVG.",
)
@click.option(
    "--programmes",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PROGRAMMES,
    help="Folder with the editions and the working days [default: those of this deployment].",
)
@at_home
@as_json
def conserve_command(
    time: str | None,
    clock: str,
    programme: str | None,
    holder: str,
    picture: Path | None,
    folder: Path,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Prove that at every position authorised = reserved + committed + paid + released + recovered + free.

    Accounts are kept from the events alone: each enterprise's two limits of a year, each voucher, each quarter, each
    level of a round. Every event moves an amount from one bucket to another; no bucket may fall below nothing, and
    books that speak of the same payment must agree. Of each account the first position at which it breaks is named.

    Exit codes: 0 conserved, 2 wrong usage, 3 something breaks, 4 the ledger is out of reach.

    \b
    Examples:
      duifu audit conserve
      duifu audit conserve --at 2024-03-31 --programme bj-slq-2023
      duifu audit conserve --enterprise 91110108MAYB000177
      duifu audit conserve --draw conservation.svg
    """
    rulebook = _rulebook(folder)
    end: Moment | None = None
    with auditing.evidence(home) as rows, _bar(json_wanted) as progress:
        if time is not None:
            end = auditing.written(rows, moment(time, Clock(clock)))
        whole = conserve(rows, rulebook, end, progress)
    found = _chosen(whole, programme, holder, {one.programme_id for one in rulebook.programmes})
    if picture is not None:
        write_file(picture, draw(found, str(end or "最新"), holder))
    if json_wanted:
        print_json(_told(found, end, holder))
    else:
        for each in found.programmes:
            part = found.of(each)
            if not holder or part.lines(holder):
                _tell(each, part, holder)
        say(f"截至{end or '最新'}，读取变动资金的事件{found.events}个")
    if not found.is_conserved:
        raise click.exceptions.Exit(REFUSED)


def _chosen(whole: Conserved, programme: str | None, holder: str, known: set[str]) -> Conserved:
    if programme and programme not in known | set(whole.programmes):
        raise RefusedHere(f"There is no programme {programme} here. Known: {', '.join(sorted(known))}.")
    found = whole.of(programme) if programme else whole
    if holder and not found.lines(holder):
        raise RefusedHere(f"{holder} has no account here up to then. Write a unified social credit code in full.")
    return found


def _rulebook(folder: Path) -> Rulebook:
    try:
        return Rulebook(folder)
    except (ProgrammeBroken, OSError, ValueError) as error:
        raise WrongInput(f"{folder}: {error}") from None


def _tell(programme: str, found: Conserved, holder: str) -> None:
    if found.is_conserved:
        say(f"✓ {programme or '—'} 守恒：{len(found.accounts)}个账户，在每个位置上核定金额都等于各部分之和")
    else:
        further = f"，另有后续{found.further_breaks[programme]}处" if found.further_breaks[programme] else ""
        errors.print(f"✗ {programme or '—'} 不守恒：{len(found.breaks)}个账户有误{further}", markup=False)
        for one in found.breaks:
            errors.print(f"  {_line_of(one)}", markup=False)
    paid = found.paid(programme)
    if any(paid):
        vouchers, quarters, years = map(show, paid)
        is_equal = "三账相符" if len(set(paid)) == 1 else "一次写入尚未完整" if found.is_torn else "三账不符"
        say(f"  已支付：算力券{vouchers}，批次{quarters}，年度限额{years}，{is_equal}")
    for line in found.lines(holder):
        say(f"  {line.title}（{line.accounts}个账户）：{sum_of(line)}")


def _line_of(one: Break) -> str:
    clause = f"（{one.clause}）" if one.clause else ""
    return f"位置{one.position} {one.stream} {one.topic.rpartition('.')[2]}{clause} {one.account.name}：{one.text}"


def _told(found: Conserved, end: Moment | None, holder: str) -> dict[str, Any]:
    return {
        "isConserved": found.is_conserved,
        "asOf": auditing.as_of(end),
        "events": found.events,
        "isTorn": found.is_torn,
        "programmes": [_programme(each, found.of(each), holder) for each in found.programmes],
        "breaks": [
            {
                "fault": one.fault.value,
                "account": one.account.name,
                "position": one.position,
                "stream": one.stream,
                "topic": one.topic,
                "clause": one.clause,
                "text": one.text,
                "saidFen": one.said_fen,
                "heldFen": one.held_fen,
            }
            for one in found.breaks
        ],
    }


def _programme(programme: str, found: Conserved, holder: str) -> dict[str, Any]:
    vouchers, quarters, years = found.paid(programme)
    return {
        "programmeId": programme,
        "isConserved": found.is_conserved,
        "furtherBreaks": found.further_breaks.get(programme, 0),
        "paidFen": {"vouchers": vouchers, "quarters": quarters, "years": years},
        "pools": [
            {
                "kind": line.kind.value,
                "title": line.title,
                "accounts": line.accounts,
                "authorisedFen": line.authorised_fen,
                **{f"{bucket.name.lower()}Fen": line.held[bucket] for bucket in Bucket},
            }
            for line in found.lines(holder)
        ],
    }


@contextmanager
def _bar(json_wanted: bool) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_shown = sys.stderr.isatty() and not json_wanted
    with Progress(*columns, console=errors, transient=True, disable=not is_shown, auto_refresh=False) as bar:
        task = bar.add_task("守恒", total=None)
        yield lambda done, events: bar.update(task, completed=done, total=events, refresh=True)
