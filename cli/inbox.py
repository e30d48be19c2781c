"""duifu inbox: what waits on a role, and what of it one person may take."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import click
from google.protobuf import json_format

from cli.asking import configuration
from cli.freezes import held
from cli.output import as_json, at_home, console, print_json, print_table
from cli.view_reading import at_work, place, place_in_words
from commands import deployment
from commands.work import fold
from domain import duties, opinions, tasks
from domain.case import Case
from domain.clock import business_time
from domain.dates import civil_date
from domain.kinds import CASE, SUBJECT
from duifu.v1.work_pb2 import NextStep
from ledger import streams
from ledger.store import Ledger
from policy.rulebook import Rulebook
from views.store import OtherSchema

CATCH_UP_SECONDS = 2  # for the views to come to where the ledger is now
LISTED = 100


@click.command()
@click.option("--role", required=True, help="On whom the cases wait, such as acceptance-officer or applicant.")
@click.option(
    "--account", default="", help="Only what this person may act on: not kept from it, nor another's in hand."
)
@click.option("--programme", "programme_id", default="", help="Only this programme, such as bj-slq-2023.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=LISTED, show_default=True, help="List so many, first due first."
)
@at_home
@as_json
def inbox(role: str, account: str, programme_id: str, limit: int, home: str | None, json_wanted: bool) -> None:
    """Open cases that wait on a role: stage, since when, until when, and who has it in hand; first what is due first.

    The views say which cases these are, the ledger how each of them stands now. Days on which decisions or payments
    are held are told below.

    Example: duifu inbox --role review-officer --account zhao.lei
    """
    with at_work(home) as (kept, ledger):
        head = ledger.head()
        with suppress(TimeoutError):
            kept.wait(head, CATCH_UP_SECONDS)
        current = kept.current()
        if not current.is_of_this_version:
            raise OtherSchema(current.number)  # its cases do not say whom they await
        found = kept.read(*_question(role, programme_id))
        waiting = list(islice(_waiting(ledger, found.rows, role, account), limit))
        today = civil_date(business_time(datetime.now(UTC), deployment.current(ledger).clock))
    programmes = {programme_id, *(case.plan.programme_id for case, _ in waiting)}
    frozen = held(Rulebook(configuration(home).programmes), programmes, today)
    if json_wanted:
        rows = [_row(case, step) for case, step in waiting]
        told = {"waiting": len(found.rows), "rows": rows, "freezes": frozen}
        print_json(place(found.generation, found.position, head) | told)
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
    of_all = f"（先到期的；该岗位共 {len(found.rows)} 件）" if len(table) == limit < len(found.rows) else ""
    print_table(f"{role} 待办 {len(table)} 件{of_all}", ["案件", "申请单位", "环节", "自", "时限", "认领"], table)
    for window in frozen:
        console.print(window, markup=False)
    if found.position < head:
        console.print(place_in_words(found.position, head), markup=False)


def _question(role: str, programme_id: str) -> tuple[str, dict[str, Any]]:
    of_programme = "AND programme_id = :programme " if programme_id else ""
    query = (
        "SELECT case_id, applicant_uscc FROM view_case{g} "  # noqa: S608 (our own words)
        f"WHERE awaited IS NOT NULL AND awaited LIKE :role {of_programme}"
        "ORDER BY coalesce(due_on, '9999'), case_id"
    )
    return query, {"role": f"%|{role}|%"} | ({"programme": programme_id} if programme_id else {})


def _waiting(
    ledger: Ledger, rows: Iterable[dict[str, Any]], role: str, account: str
) -> Iterator[tuple[Case, NextStep]]:
    """Of these cases those that wait on the role still, and on which the person, if one is named, may act."""
    own = _applicants_of(ledger, account) if account else set()
    for row in rows:
        if row["applicant_uscc"] in own:
            continue
        case, _ = fold(ledger, streams.case(row["case_id"]), CASE)
        step = tasks.next_step(case)
        if role in tasks.awaited(step) and (not account or _is_free(case, step, role, account)):
            yield case, step


def _applicants_of(ledger: Ledger, account: str) -> set[str]:
    """The enterprises that name this person as contact, in whatever case."""
    named_in, _ = fold(ledger, streams.subject(account), SUBJECT)
    return {fold(ledger, streams.case(case_id), CASE)[0].applicant_uscc for case_id in named_in.case_ids}


def _is_free(case: Case, step: NextStep, role: str, account: str) -> bool:
    """Whether nothing keeps a person from deciding, or from giving the opinion that is wanted of the role."""
    if role == step.role:
        return step.claimed_by in ("", account) and account not in {kept.account for kept in step.excluded}
    asked = next(asked for asked in case.row(step.stage).opinions.roles if asked.role == role)
    kept = {kept.account for kept in duties.excluded(case, asked)}
    return account not in kept | opinions.given(case).keys()


def _row(case: Case, step: NextStep) -> dict[str, object]:
    told = json_format.MessageToDict(step, always_print_fields_with_no_presence=True)
    return told | {"applicant": case.applicant_name, "programmeId": case.plan.programme_id}
