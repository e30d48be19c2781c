"""duifu case show and list: where cases stand, and what happened."""

import click
from google.protobuf import json_format
from google.protobuf.message import Message

from audit.story import sentence
from cli.asking import as_seen, existing_ledger, of_running
from cli.output import RefusedHere, as_json, at_home, console, link, print_json, print_table, unmasking
from commands.door import Door
from commands.work import fold
from domain import case_links, four_way, special_approvals
from domain import voucher as vouchers
from domain.case import Case
from domain.dates import SHANGHAI, civil_date
from domain.evaluation import settlement
from domain.kinds import CASE
from domain.money import show as show_money
from domain.money import show_exact
from domain.refusals import Refused
from domain.voucher import Voucher
from domain.wording import OUTCOMES, actor_name, standing, time_used
from duifu.v1.events_pb2 import (
    AmountDetermined,
    AmountTrace,
    CaseOpened,
    CorrectionSupplied,
    Envelope,
    RedemptionAssessed,
)
from duifu.v1.facts_pb2 import Application, Contact
from front_door import open_door
from ledger import streams
from ledger.registry import unwrap


@click.command("show")
@click.argument("case_id")
@unmasking
@at_home
@as_json
def show_case(case_id: str, unmask: bool, home: str | None, json_wanted: bool) -> None:
    """Where CASE_ID stands, and its story event by event: who, when, by which clause, at which position."""
    config = existing_ledger(of_running(home))
    door = open_door(config)
    ledger = door.ledger
    recorded = ledger.stream(streams.case(case_id))
    if not recorded:
        raise RefusedHere(f"There is no case {case_id}. List the cases with: duifu case list")
    envelopes = [as_seen(event.envelope, unmask) for event in recorded]
    if json_wanted:
        print_json([json_format.MessageToDict(envelope) for envelope in envelopes])
        return
    state, _ = fold(ledger, streams.case(case_id), CASE)
    rehearsal = "【演练】" if state.plan.is_rehearsal else ""
    console.print(f"{rehearsal}{case_id}  {state.applicant_name}", markup=False)
    console.print(f"{standing(state)}", markup=False)
    if reading := time_used(state, civil_date(door.business_now()), door.rulebook.calendar):
        console.print(reading, markup=False)
    console.print(f"{state.plan.programme_title} 版本{state.plan.edition} {state.plan.edition_sha256}", markup=False)
    console.print(link(config, _conducted_by(state)), markup=False)
    for step in _amounts(state, [unwrap(event.envelope.event) for event in recorded]).steps:
        console.print(f"  {step.clause:8} {step.explanation}：{show_exact(step.exact_fen)}", markup=False)
    for line in (*_four_way(door, state), *special_approvals.lines(state), *case_links.lines(state)):
        console.print(line, markup=False)
    if contact := contact_line(newest_contact(envelopes)):
        console.print(contact, markup=False)
    rows = []
    for event, envelope in zip(recorded, envelopes, strict=True):
        position = ledger.position_of(streams.case(case_id), event.originator_version)
        at = envelope.business_at.ToDatetime(SHANGHAI)
        who = actor_name(envelope.actor)
        rows.append([str(position), f"{at:%Y-%m-%d %H:%M}", who, sentence(unwrap(envelope.event), state.plan)])
    print_table("经过（业务时间）", ["位置", "时间", "谁", "事项"], rows)


@click.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only cases under way.")
@at_home
@as_json
def list_cases(open_only: bool, home: str | None, json_wanted: bool) -> None:
    """All cases: applicant, where each stands, amount."""
    config = existing_ledger(of_running(home))
    ledger = open_door(config).ledger
    rows = []
    for stream in ledger.streams(streams.CASES):
        state, version = fold(ledger, stream, CASE)
        if open_only and not state.is_open:
            continue
        rows.append(
            {
                "caseId": state.case_id,
                "applicant": state.applicant_name,
                "stage": state.stage.key if state.stage else "",
                "outcome": OUTCOMES[state.closed.outcome] if state.closed else "",
                "standing": standing(state),
                "amountFen": state.amount_fen,
                "version": version,
                "isRehearsal": state.plan.is_rehearsal,
                "webUi": link(config, _conducted_by(state)),
            }
        )
    if json_wanted:
        print_json(rows)
        return
    table = [
        [str(r["caseId"]), str(r["applicant"]), str(r["standing"]), show_money(int(str(r["amountFen"])))] for r in rows
    ]
    print_table(f"{len(rows)} 件", ["案件", "申请单位", "状态", "金额"], table)


def newest_contact(envelopes: list[Envelope]) -> Contact:
    """The contact that a case has now, as its events are seen; empty if it has none."""
    subjects = (unwrap(envelope.event) for envelope in reversed(envelopes))
    named = (event.application for event in subjects if isinstance(event, CaseOpened | CorrectionSupplied))
    return next(named, Application()).contact


def contact_line(contact: Contact) -> str:
    """Whom the office may call, in one line; empty for nobody."""
    if not contact.person_id:
        return ""
    return f"联系人 {contact.name}（{contact.person_id}）{contact.mobile} {contact.email}".rstrip()


def _four_way(door: Door, case: Case) -> list[str]:
    """What was used, agreed, invoiced and paid of a redemption claim: as assessed, or as it stands."""
    if not case.is_redemption:
        return []
    voucher, earlier, stream = Voucher(), list[RedemptionAssessed](), streams.voucher(case.redemption.voucher_id)

    def told(assessed: RedemptionAssessed) -> list[str]:
        return [*four_way.told(assessed), *four_way.told_before(assessed, earlier, voucher.invoices)]

    for recorded in door.ledger.stream(stream):
        event = unwrap(recorded.envelope.event)
        if isinstance(event, RedemptionAssessed):
            if event.case_id == case.case_id:
                return told(event)
            earlier.append(event)
        voucher = vouchers.evolve(voucher, event)
    edition = door.rulebook.edition(door.rulebook.pinned(case.plan.edition_sha256))
    facts = settlement.facts_of(voucher, case.redemption, case.received_on, case.checks)
    try:
        terms = settlement.terms_of(edition, facts, "")
    except Refused:  # a value has expired since: the assessment itself will say so
        return []
    return told(vouchers.assess(voucher, case.case_id, case.redemption, terms))


def _conducted_by(case: Case) -> str:
    """The workflow that conducts a case: its own, or that of the quarter that has it."""
    return case.cycle_id if case.is_with_quarter else case.case_id


def _amounts(case: Case, events: list[Message]) -> AmountTrace:
    """How the amount of a case came about: as issued, as shared, as approved, or as due."""
    if case.closed and case.closed.trace.steps:
        return case.closed.trace
    if case.allocated is not None:
        return case.allocated.trace
    determined = (event.trace for event in events if isinstance(event, AmountDetermined))
    return next(determined, case.approval.trace)
