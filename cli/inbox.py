"""duifu inbox: what waits on a role, and what of it one person may take."""

from collections.abc import Iterator
from contextlib import closing

import click
from google.protobuf import json_format

from cli.asking import existing_ledger, of_running
from cli.output import as_json, at_home, print_json, print_table
from commands.work import fold
from domain import tasks
from domain.case import Case
from domain.kinds import CASE, SUBJECT
from duifu.v1.work_pb2 import NextStep
from ledger import streams
from ledger.store import Ledger


@click.command()
@click.option("--role", required=True, help="On whom the cases wait, such as acceptance-officer or applicant.")
@click.option(
    "--account", default="", help="Only what this person may act on: not kept from it, nor another's in hand."
)
@click.option("--programme", "programme_id", default="", help="Only this programme, such as bj-slq-2023.")
@at_home
@as_json
def inbox(role: str, account: str, programme_id: str, home: str | None, json_wanted: bool) -> None:
    """Open cases that wait on a role: stage, since when, until when, and who has it in hand; first what is due first.

    Example: duifu inbox --role review-officer --account zhao.lei
    """
    with closing(Ledger(existing_ledger(of_running(home)).ledger)) as ledger:
        waiting = list(_waiting(ledger, role, programme_id))
        own = _applicants_of(ledger, account) if account else ()
    if account:
        waiting = [(case, step) for case, step in waiting if case.applicant_uscc not in own and _is_free(step, account)]
    waiting.sort(key=lambda found: (found[1].due_on or "9999", found[1].case_id))
    if json_wanted:
        print_json([_row(case, step) for case, step in waiting])
        return
    table = [
        [
            step.case_id,
            case.applicant_name,
            step.title,
            step.opened_on or "—",
            f"{step.due_on or '—'}{'（已逾期）' if step.is_overdue else ''}",
            f"{step.claimed_by}（{step.claimed_on}）" if step.claimed_by else "—",
        ]
        for case, step in waiting
    ]
    print_table(f"{role} 待办 {len(table)} 件", ["案件", "申请单位", "环节", "自", "时限", "认领"], table)


def _waiting(ledger: Ledger, role: str, programme_id: str) -> Iterator[tuple[Case, NextStep]]:
    for stream in ledger.streams(streams.CASES):
        case, _ = fold(ledger, stream, CASE)
        step = tasks.next_step(case)
        if step.role == role and programme_id in ("", case.plan.programme_id):
            yield case, step


def _applicants_of(ledger: Ledger, account: str) -> set[str]:
    """The enterprises that name this person as contact, in whatever case."""
    named_in, _ = fold(ledger, streams.subject(account), SUBJECT)
    return {fold(ledger, streams.case(case_id), CASE)[0].applicant_uscc for case_id in named_in.case_ids}


def _is_free(step: NextStep, account: str) -> bool:
    return step.claimed_by in ("", account) and account not in {kept.account for kept in step.excluded}


def _row(case: Case, step: NextStep) -> dict[str, object]:
    told = json_format.MessageToDict(step, always_print_fields_with_no_presence=True)
    return told | {"applicant": case.applicant_name, "programmeId": case.plan.programme_id}
