"""duifu audit refusals: who asked for what, and which rule said no."""

from typing import Any

import click

from audit.labels import AUTHENTICATIONS
from audit.moments import Clock, beginning, moment
from audit.refusals import Attempt, Sought, attempts, counted
from audit.story import COMMANDS
from cli import auditing
from cli.auditing import say
from cli.output import as_json, at_home, print_json


@click.command("refusals")
@click.option("--case", "case_id", default="", metavar="ID", help="Only attempts on this case.")
@click.option("--actor", "actor_id", default="", metavar="ID", help="Only attempts of this account.")
@click.option("--code", default="", help="Only this reason code, such as STAGE_NOT_OPEN.")
@click.option("--clause", default="", help="Only this clause, such as BJ-1.0c.")
@click.option("--since", metavar="DATE", help="From the beginning of this day, or of a time, 2024-03-31T15:00.")
@click.option("--until", metavar="DATE", help="To the end of this day, or of a time.")
@auditing.by_clock
@click.option("--summary", is_flag=True, help="Count by reason code and account instead.")
@at_home
@as_json
def refusals_command(
    case_id: str,
    actor_id: str,
    code: str,
    clause: str,
    since: str | None,
    until: str | None,
    clock: str,
    summary: bool,
    home: str | None,
    json_wanted: bool,
) -> None:
    """List every well-formed command that was refused, in log order: who, what, and which rule said no.

    The same attempt, refused for the same reason, is on record once however often it was repeated.

    \b
    Examples:
      duifu audit refusals
      duifu audit refusals --case bj-claim-2024-000005
      duifu audit refusals --since 2024-04-01 --until 2024-06-30 --summary
    """
    with auditing.evidence(home) as rows:
        sought = Sought(
            case_id=case_id,
            actor_id=actor_id,
            code=code,
            clause=clause,
            since=beginning(since, Clock(clock)) if since else None,
            until=moment(until, Clock(clock)) if until else None,
        )
        found = attempts(rows, sought)
        if summary:
            counts = counted(found)
            if json_wanted:
                print_json([{"code": code, "actorId": actor, "attempts": count} for code, actor, count in counts])
                return
            for given, actor, count in counts:
                say(f"{count:>6}  {given}  {actor}")
            say(f"共{sum(count for _, _, count in counts)}次")
            return
        if json_wanted:
            auditing.print_json_list(map(told, found))
            return
        count = 0
        for attempt in found:
            say(line(attempt))
            count += 1
        say(f"共{count}次")


def line(attempt: Attempt) -> str:
    """One attempt in one line of words."""
    entry, refused, actor = attempt.entry, attempt.refused, attempt.actor
    asked = COMMANDS.get(refused.command_kind, refused.command_kind)
    rests_on = f"（{refused.clause}）" if refused.clause else ""
    who = f"{auditing.who(actor)}{AUTHENTICATIONS.get(actor.authentication, '')}"
    at = f"{entry.business_at:%Y-%m-%d %H:%M}"
    said = f"[{refused.code}]{rests_on} {refused.message}"
    return f"{entry.position:>6}  {at}  {who}  {asked}  {refused.case_id or '—'}  {said}"


def told(attempt: Attempt) -> dict[str, Any]:
    """One attempt for machines."""
    refused = attempt.refused
    return {
        "position": attempt.entry.position,
        **auditing.attributed(attempt.entry),
        "commandKind": refused.command_kind,
        "caseId": refused.case_id,
        "code": refused.code,
        "clause": refused.clause,
        "message": refused.message,
        "leaf": auditing.leaf(attempt.entry),
    }
