"""duifu simulate: what other rules would have cost, and who would have gained or lost by them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from cli import auditing
from cli.editions import edition_of
from cli.output import WrongInput, as_json, at_home, print_json, refused, write_file
from cli.progress import Stage, stages
from cli.simulated import as_dict, tell
from domain.calendar import WorkingCalendar
from domain.cel.errors import RuleBroken
from domain.dates import Period, from_iso
from domain.evaluation.edition import Edition
from domain.refusals import Refused
from policy.rulebook import ProgrammeBroken, calendar_beside
from simulation import casebook, picture, table
from simulation.casebook import Casebook
from simulation.comparison import Comparison, compare
from simulation.run import Result, run


@dataclass(frozen=True, slots=True)
class Rules:
    """A programme file, and what it is called here."""

    name: str
    path: Path
    edition: Edition


@click.command("simulate")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as",
    "altered",
    metavar="ALTERED",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rules as they could be: a changed copy of FILE, or another programme.",
)
@click.option("--from", "first", metavar="DATE", help="Tell only of claims accepted from this day, 2024-01-01.")
@click.option("--through", "last", metavar="DATE", help="Tell only of claims accepted up to this day, 2024-12-31.")
@click.option(
    "--top", type=click.IntRange(0, 1000), default=5, show_default=True, help="How many who gain or lose most."
)
@click.option(
    "--csv", "csv_file", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path), help="One row a claim."
)
@click.option(
    "--picture", "svg_file", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path), help="Charts, as SVG."
)
@at_home
@as_json
def simulate_command(
    file: Path,
    altered: Path,
    first: str | None,
    last: str | None,
    top: int,
    csv_file: Path | None,
    svg_file: Path | None,
    home: str | None,
    json_wanted: bool,
) -> None:
    """What would it have cost, who would have gained or lost, and when would the money have run out?

    Replays every claim of the ledger under the programme in FILE, as it is, and under the one in ALTERED, as it could
    be: conditions, amounts, limits in the order of acceptance, and payments. Nothing is written to the ledger. FILE
    also shows how far a replay agrees with what was really granted; the difference means as much as that agreement.

    A claim that was taken back is left out. What is under way counts as if it passed. What a person refused where the
    rules did not stays refused, and an amount that a person set lower stays set. --from and --through choose what is
    told: earlier claims still use up limits.

    --csv is UTF-8 with a byte order mark, so that spreadsheets show Chinese; its amounts are fen.

    \b
    Examples:
      cp programmes/beijing/ai-compute-voucher-2023.yaml altered.yaml     # and change a value in it
      duifu simulate programmes/beijing/ai-compute-voucher-2023.yaml --as altered.yaml
      duifu simulate FILE --as altered.yaml --from 2024-01-01 --through 2024-12-31 --top 20
      duifu simulate FILE --as altered.yaml --csv claims.csv --picture claims.svg --json

    Exit codes: 0 done, 2 wrong input, 3 the evidence or a rule does not allow an answer, 4 unavailable.
    """
    period = _period(first, last)
    before, after = Rules("现行", file, edition_of(file)), Rules("模拟", altered, edition_of(altered))
    if before.edition.programme.sha256 == after.edition.programme.sha256:
        raise WrongInput(f"{file} and {altered} are the same to the byte: there is nothing to compare. Change a copy.")
    units = [rules.edition.programme.award.unit for rules in (before, after)]
    if units[0] != units[1]:
        raise WrongInput(f"{file} grants {units[0]} and {altered} grants {units[1]}: amounts cannot be compared.")
    try:
        calendar = calendar_beside(file)
    except ProgrammeBroken as broken:
        raise WrongInput(str(broken)) from None
    with auditing.evidence(home) as rows, stages(json_wanted) as stage:
        book = casebook.read(rows, stage("读取账本"))
        comparison = _compared(book, before, after, calendar, period, stage)
    if csv_file is not None:
        write_file(csv_file, table.as_csv(comparison))
    if svg_file is not None:
        write_file(svg_file, picture.draw(comparison, before.edition, after.edition, (_called(before), _called(after))))
    if json_wanted:
        print_json(as_dict(comparison, before.edition, after.edition, top))
    else:
        tell(comparison, before.edition, (_called(before), _called(after)), top)
        for path in (csv_file, svg_file):
            if path is not None:
                auditing.say(f"✓ {path}")


def _compared(
    book: Casebook, before: Rules, after: Rules, calendar: WorkingCalendar, period: Period, stage: Stage
) -> Comparison:
    claims = book.of(before.edition.programme.programme_id)
    if not claims:
        known = ", ".join(book.programmes) or "none at all"
        asked = before.edition.programme.programme_id
        raise WrongInput(f"The ledger has no claim under {asked}; it has claims under: {known}. Name that programme.")
    days = [claim.facts.counted_on for claim in claims]
    if not any(day in period for day in days):
        raise WrongInput(
            f"No claim was accepted from {period.first} through {period.last}; those of the ledger were accepted from "
            f"{min(days)} through {max(days)}."
        )

    def ran(rules: Rules) -> Result:
        try:
            return run(rules.edition, claims, calendar, stage(rules.name + "规则"))
        except Refused as error:
            raise refused(error) from None
        except RuleBroken as broken:
            raise WrongInput(f"{rules.path}: {broken}") from None

    return compare(book, claims, ran(before), ran(after), period)


def _period(first: str | None, last: str | None) -> Period:
    try:
        period = Period(from_iso(first) if first else date.min, from_iso(last) if last else date.max)
    except ValueError as error:
        raise WrongInput(f"--from, --through: {error}") from None
    if not len(period):
        raise WrongInput(f"--from {first} is after --through {last}: no day lies between them.")
    return period


def _called(rules: Rules) -> str:
    programme = rules.edition.programme
    return f"{rules.path}（{programme.programme_id}，版本{programme.edition}，{programme.sha256[:12]}）"
