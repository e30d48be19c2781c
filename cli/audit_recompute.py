"""duifu audit recompute: does every recorded decision follow from its facts and its rules?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from audit.compared import Difference, Tally
from audit.recompute import recompute_about, recompute_ledger
from audit.scope import Scope
from audit.subjects import find
from cli import auditing
from cli.asking import existing_ledger, of_running
from cli.audit_recomputed import TEXTS, as_words, told
from cli.auditing import say
from cli.output import REFUSED, RefusedHere, WrongInput, as_json, at_home, errors, print_json
from cli.progress import stages
from ledger.rows import Rows
from policy.rulebook import PROGRAMMES, ProgrammeBroken, Rulebook

LISTED_MAX = 1_000  # differences; what follows is counted
RECOMPUTABLE = ("case/", "voucher/", "cycle/")


@click.command("recompute")
@click.argument("subject", metavar="[CASE]", required=False)
@click.option("--cycle", metavar="CYCLE", help="Only decisions on this quarter and on the claims that joined it.")
@click.option("--year", type=click.IntRange(2000, 2999), metavar="YEAR", help="Only decisions of this business year.")
@click.option("--programme", metavar="ID", help="Only decisions under this programme.")
@click.option(
    "--programmes",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PROGRAMMES,
    help="Folder with the editions and the working days [default: those of this deployment].",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of words.")
@at_home
@as_json
def recompute_command(
    subject: str | None,
    cycle: str | None,
    year: int | None,
    programme: str | None,
    folder: Path,
    lang: str,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Make every decision that rests on a rule again, from the ledger and the programme files alone, and compare.

    CASE is a case, a voucher or a quarter; without it the whole ledger is recomputed. Each edition is found by the hash
    of its file: a decision under a file that is not in the folder is counted as one that cannot be recomputed.

    Exit codes: 0 every decision is what the rules give, 2 wrong usage, 3 one is not, or cannot be recomputed, 4 the
    ledger is out of reach.

    \b
    Examples:
      duifu audit recompute
      duifu audit recompute bj-claim-2024-000004
      duifu audit recompute --cycle bj-slq-2023-2024Q1
      duifu audit recompute --year 2024 --programme bj-slq-2023 --json
    """
    if subject and (cycle or year or programme):
        raise click.UsageError("say either CASE, or --cycle, --year and --programme")
    rulebook = _rulebook(folder)
    if programme and programme not in (known := {one.programme_id for one in rulebook.programmes}):
        raise RefusedHere(f"There is no programme {programme} here. Known: {', '.join(sorted(known))}.")
    listed: list[Difference] = []

    def keep(difference: Difference) -> None:
        if len(listed) < LISTED_MAX:
            listed.append(difference)

    scope = Scope(cycle_id=cycle or "", year=year or 0, programme_id=programme or "")
    address = str(existing_ledger(of_running(home)).ledger)
    with auditing.evidence(home) as rows, stages(json_wanted) as stage:
        progress = stage(TEXTS[lang]["progress"])
        tally = _recomputed(address, rows, rulebook, keep, subject, scope, progress)
    if json_wanted:
        print_json(told(tally, listed))
    else:
        for is_wrong, line in as_words(tally, listed, lang):
            errors.print(line, markup=False) if is_wrong else say(line)
    if not tally.is_equal:
        raise click.exceptions.Exit(REFUSED)


def _rulebook(folder: Path) -> Rulebook:
    try:
        rulebook = Rulebook(folder)
        _ = rulebook.calendar
    except (ProgrammeBroken, OSError, ValueError) as error:
        raise WrongInput(f"{folder}: {error}") from None
    return rulebook


def _recomputed(
    address: str,
    rows: Rows,
    rulebook: Rulebook,
    report: Callable[[Difference], None],
    subject: str | None,
    scope: Scope,
    progress: Callable[[int, int], None],
) -> Tally:
    asked = subject or scope.cycle_id
    if not asked:
        return recompute_ledger(address, rulebook, report, scope, progress)
    stream = find(rows, asked)
    kinds = RECOMPUTABLE if subject else ("cycle/",)
    if not stream.startswith(kinds):
        raise WrongInput(f"{stream} has no decisions of its own: name a case, a voucher or a quarter")
    if stream.startswith("cycle/"):
        of_quarter = replace(scope, cycle_id=stream.removeprefix("cycle/"))
        return recompute_ledger(address, rulebook, report, of_quarter, progress)
    return recompute_about(rows, rulebook, report, stream)
