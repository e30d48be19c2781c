"""duifu quote: what would I get, and why."""

from collections.abc import Sequence
from pathlib import Path

import click
from google.protobuf.json_format import MessageToDict

from cli.editions import edition_of
from cli.facts import read_facts
from cli.output import REFUSED, RefusedHere, WrongInput, as_json, at_home, console, print_json
from cli.terminal import one_line
from domain.cel.errors import RuleBroken
from domain.dates import from_iso
from domain.evaluation import quoting
from domain.evaluation.edition import Edition
from domain.money import show, show_exact
from domain.refusals import Refused, sentence
from domain.wellformed import problems_of_facts
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    AmountStep,
    AmountTrace,
    ConditionStatus,
    Evaluation,
    Ground,
    RedemptionQuote,
)
from duifu.v1.facts_pb2 import Facts
from policy.rulebook import calendar_beside

MARKS: dict[ConditionStatus.ValueType, tuple[str, str]] = {
    CONDITION_STATUS_MET: ("✓", "满足"),
    CONDITION_STATUS_NOT_MET: ("✗", "不满足"),
    CONDITION_STATUS_NEEDS_EVIDENCE: ("…", "数据不足"),
    CONDITION_STATUS_NEEDS_PERSON: ("?", "需人工认定"),
}


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
    pools: first come by day of acceptance, or pro rata where the programme says so.

    With --ledger the facts get what the deployment's ledger knows besides: what vouchers and payments have used of the
    limits that this application shares, and what other programmes granted the applicant. Claims that are still under
    way count as nothing.

    \b
    Examples:
      duifu quote programmes/beijing/ai-compute-voucher-2023.yaml --facts docs/examples/beijing-facts.yaml
      duifu quote programmes/beijing/ai-compute-voucher-2023.yaml --facts facts.json --on 2025-01-06 --json
      duifu quote programmes/beijing/ai-compute-voucher-2023.yaml --facts facts.json --ledger --home .duifu

    Exit codes: 0 something is granted to each and every request is paid, 3 the rules say no to one of them or to one
    of its requests, 2 wrong input.
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
            _tell(edition, path, facts, evaluation, brief)
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
        raise WrongInput(f"{path}:\n  " + "\n  ".join(map(one_line, problems[:20])))
    return facts


def _tell(edition: Edition, path: str, facts: Facts, evaluation: Evaluation, brief: bool) -> None:
    programme = edition.programme
    _say(
        f"{programme.title.zh}（{evaluation.programme_id}，版本{evaluation.edition}，{evaluation.edition_sha256[:12]}）"
    )
    applicant = facts.application.applicant
    _say(f"{applicant.name or path}，按{evaluation.evaluated_on}的规定")
    _say("")
    _tell_conditions([g for g in evaluation.grounds if not brief or g.status != CONDITION_STATUS_MET])
    if not brief:
        _tell_amount("金额", evaluation.amount)
    _tell_result(evaluation)
    for number, redemption in enumerate(evaluation.redemptions, 1):
        _tell_redemption(number, redemption, brief)


def _tell_conditions(grounds: Sequence[Ground]) -> None:
    if not grounds:
        return
    _say("支持条件")
    for ground in grounds:
        mark, standing = MARKS[ground.status]
        why = f"：{ground.explanation}" if ground.explanation else ""
        _say(f"  {mark} {ground.clause} {ground.title}  {standing}{why}（{ground.code}）")
    _say("")


def _tell_amount(title: str, trace: AmountTrace) -> None:
    _say(title)
    for step in trace.steps:
        _say(f"  {step.clause} {step.explanation}  {_exact(step.exact_fen, trace)}{_taken(step, trace)}")
    for level in trace.levels:
        _say(f"    {level.level}：{_whole(level.amount_fen, trace)}")


def _tell_result(evaluation: Evaluation) -> None:
    amount = _whole(evaluation.amount.amount_fen, evaluation.amount)
    if evaluation.code:
        _say(f"结果：不予支持。{evaluation.explanation}{_cited(evaluation)}")
    else:
        payee = "，付给供给方" if evaluation.payee == "supplier" else ""
        until = f"，有效期至{evaluation.valid_through}" if evaluation.valid_through else ""
        _say(f"结果：{amount}{payee}{until}")


def _tell_redemption(number: int, redemption: RedemptionQuote, brief: bool) -> None:
    _say("")
    if not brief:
        _tell_amount(f"第{number}次兑付申请，{redemption.requested_on}提出", redemption.trace)
    if redemption.code:
        _say(f"结果：不予兑付。{redemption.explanation}{_cited(redemption)}")
        return
    _say(f"结果：应兑付{show(redemption.due_fen)}")
    for payment in redemption.payments:
        why = "，因年度限额递延" if payment.deferred else ""
        _say(f"  {payment.quarter}批次{show(payment.amount_fen)}，计入{payment.counts_in_year}年限额{why}")
    if rest := redemption.due_fen - sum(payment.amount_fen for payment in redemption.payments):
        _say(f"  {show(rest)}在最后批次后无后续批次，失效")
    if redemption.awaits_ruling:
        _say("  该批次待主管部门确认后支付")


def _cited(answer: Evaluation | RedemptionQuote) -> str:
    return f"（{'，'.join(filter(None, (answer.code, answer.clause)))}）"


def _taken(step: AmountStep, trace: AmountTrace) -> str:
    lost = f"，不予计入{_exact(step.lost_fen, trace)}" if step.lost_fen else ""
    deferred = f"，递延{_exact(step.deferred_fen, trace)}" if step.deferred_fen else ""
    return f"{lost}{deferred}"


def _exact(text: str, trace: AmountTrace) -> str:
    return f"{text}{trace.unit}" if _in_kind(trace) else show_exact(text)


def _whole(amount: int, trace: AmountTrace) -> str:
    return f"{amount}{trace.unit}" if _in_kind(trace) else show(amount)


def _in_kind(trace: AmountTrace) -> bool:
    return trace.unit not in ("", "fen")


def _say(text: str) -> None:
    console.print(one_line(text), markup=False)
