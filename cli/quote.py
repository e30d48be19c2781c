"""duifu quote: what would I get, and why."""

from collections.abc import Sequence
from pathlib import Path

import click
from google.protobuf.json_format import MessageToDict

from cli.editions import edition_of
from cli.facts import read_facts
from cli.output import REFUSED, RefusedHere, WrongInput, as_json, at_home, print_json
from cli.quoted import tell, tell_together
from cli.terminal import one_line
from domain.cel.errors import RuleBroken
from domain.dates import from_iso
from domain.evaluation import quoting
from domain.evaluation.edition import Edition
from domain.field_problems import SHOWN_MAX
from domain.refusals import Refused, sentence
from domain.wellformed import problems_of_facts
from duifu.v1.facts_pb2 import Facts
from policy.rulebook import calendar_beside


@click.command("quote")
@click.argument("programme", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--facts",
    "facts_files",
    metavar="FACTS",
    required=True,
    multiple=True,
    help="What is known of an application (JSON or YAML, - for standard input); more than one shares the same limits.",
)
@click.option("--on", "day", metavar="DATE", help="As if it had been received on this day, 2024-01-08.")
@click.option("--brief", is_flag=True, help="Only what stands against it, and the result.")
@click.option(
    "--ledger", "asks_ledger", is_flag=True, help="Add what the ledger knows of limits used and money granted."
)
@at_home
@as_json
def quote_command(
    programme: Path,
    facts_files: tuple[str, ...],
    day: str | None,
    brief: bool,
    asks_ledger: bool,
    home: str | None,
    json_wanted: bool,
) -> None:
    """What would I get under the programme in FILE, and why: every condition, every step, every clause.

    FACTS is the JSON form of duifu.v1.Facts: the application, the day of receipt, the sources' answers, what was used
    of limits before, and requests to have a voucher paid. Nothing is written anywhere. Several FACTS share limits and
    pools: first come by day of acceptance, or pro rata where the programme says so; the order and what is left
    are told.

    With --ledger the facts get what the deployment's ledger knows besides: what vouchers and payments have used of the
    limits that this application shares, and what other programmes granted the applicant. Claims that are still under
    way count as nothing.

    \b
    Examples:
      duifu quote programmes/beijing/ai-compute-voucher-2023.yaml --facts docs/examples/beijing-facts.yaml
      duifu quote programmes/beijing/ai-compute-voucher-2023.yaml --facts facts.json --on 2025-01-06 --json
      duifu quote programmes/beijing/ai-compute-voucher-2023.yaml --facts facts.json --ledger --home .duifu

    Exit codes: 0 something is granted to each and every request is paid, 3 the rules say no to one of them or to one
    of its requests, or it cannot be known yet, 2 wrong input.
    """
    edition = edition_of(programme)
    asked = [_facts(path, day) for path in facts_files]
    if home is not None and not asks_ledger:
        raise click.UsageError("--home names the folder of a ledger: say --ledger, too")
    try:
        if asks_ledger:
            _ask_ledger(edition, asked, home)
        evaluations = quoting.quote(edition, asked, calendar_beside(programme))
    except Refused as error:
        raise RefusedHere(one_line(sentence(error.to_message("zh")))) from None
    except RuleBroken as broken:
        raise WrongInput(f"{programme}: {broken}") from None
    if json_wanted:
        print_json(evaluations[0] if len(evaluations) == 1 else [MessageToDict(each) for each in evaluations])
    else:
        for path, facts, evaluation in zip(facts_files, asked, evaluations, strict=True):
            tell(edition, path, facts, evaluation, brief)
        if len(asked) > 1:
            tell_together(edition, facts_files, asked, evaluations)
    if any(evaluation.code or any(request.code for request in evaluation.redemptions) for evaluation in evaluations):
        raise click.exceptions.Exit(REFUSED)


def _ask_ledger(edition: Edition, asked: Sequence[Facts], home: str | None) -> None:
    """Complete the facts with what the ledger knows. Raises Refused PARAMETER_EXPIRED, FACT_MISSING."""
    # Who quotes without a ledger waits for none of its modules.
    from cli.auditing import evidence
    from cli.known import complete

    with evidence(home) as rows:
        complete(edition, asked, rows)


def _facts(path: str, day: str | None) -> Facts:
    facts = read_facts(path, Facts())
    if day is not None:
        try:
            facts.received_on = from_iso(day).isoformat()
        except ValueError as error:
            raise WrongInput(f"--on: {error}") from None
        facts.accepted_on = ""
    if problems := list(problems_of_facts(facts)):
        told = "\n  ".join(one_line(f"{found.message('zh')} / {found.text('en')}") for found in problems[:SHOWN_MAX])
        raise WrongInput(f"{path} 中有不能使用的内容 / holds what cannot be used:\n  {told}")
    return facts
