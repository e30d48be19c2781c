"""duifu case: file, decide and read cases."""

import click
from google.protobuf import json_format
from google.protobuf.message import Message

from audit.story import sentence
from cli.asking import Asking, acting, as_seen, existing_ledger, of_running
from cli.facts import read_facts
from cli.output import RefusedHere, as_json, at_home, console, link, print_json, print_table, unmasking
from commands.work import fold
from domain.case import Case
from domain.dates import SHANGHAI
from domain.kinds import CASE
from domain.money import show as show_money
from domain.money import show_exact, yuan
from domain.wording import OUTCOMES, actor_name, standing
from duifu.v1.commands_pb2 import (
    Command,
    Decide,
    Finding,
    RequestCorrection,
    RequestRedemption,
    SubmitApplication,
    SupplyCorrection,
    Verdict,
    WithdrawCase,
)
from duifu.v1.events_pb2 import AmountDetermined, AmountTrace, CaseOpened, CorrectionSupplied, Envelope
from duifu.v1.facts_pb2 import Application, Contact, RedemptionRequest
from ledger import streams
from ledger.registry import unwrap
from worker import open_door


@click.group()
def case() -> None:
    """File a claim, decide its stages, and read what happened.

    A case is a voucher claim (申领) or a redemption claim (兑付). Everything goes through the ledger's one door, with
    or without Temporal running; workflows carry out what was decided.
    """


@case.command("open")
@click.argument("facts", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--programme", "programme_id", default="bj-slq-2023", show_default=True, help="Programme of a voucher claim."
)
@click.option("--redeem", is_flag=True, help="FACTS is a request to redeem a voucher (RedemptionRequest).")
@click.option("--uscc", required=True, help="Enterprise acted for (统一社会信用代码).")
@acting
def open_case(
    facts: str,
    programme_id: str,
    redeem: bool,
    uscc: str,
    asking: Asking,
) -> None:
    """File FACTS, a JSON or YAML file of a Application, or of a RedemptionRequest with --redeem.

    Example: duifu case open docs/examples/application.yaml --uscc 91110108MAYB000177 --actor agent.wang
    """
    command = Command()
    if redeem:
        command.request_redemption.CopyFrom(RequestRedemption(request=read_facts(facts, RedemptionRequest())))
    else:
        application = read_facts(facts, Application())
        command.submit_application.CopyFrom(SubmitApplication(programme_id=programme_id, application=application))
    asking.send(command, "applicant", uscc)


@case.command()
@click.argument("case_id")
@click.option("--stage", required=True, help="The open stage, such as acceptance, review or verification.")
@click.option("--role", required=True, help="Your role, such as acceptance-officer or review-officer.")
@click.option("--pass", "passes", is_flag=True, help="Pass the stage (通过).")
@click.option("--refuse", metavar="CODE", default="", help="Refuse, for this reason code (不予通过).")
@click.option(
    "--correct", metavar="ITEM", multiple=True, help="Return for correction: one missing item; repeat for all (补正)."
)
@click.option("--reason", default="", help="Required to refuse, or to approve less than the ceiling.")
@click.option("--approve-yuan", metavar="YUAN", default="", help="Approve this amount; default: the ceiling.")
@click.option("--finding", metavar="CODE=REASON", multiple=True, help="Rule that a condition for a person is met.")
@acting
def decide(
    case_id: str,
    stage: str,
    role: str,
    passes: bool,
    refuse: str,
    correct: tuple[str, ...],
    reason: str,
    approve_yuan: str,
    finding: tuple[str, ...],
    asking: Asking,
) -> None:
    """Decide the open stage of CASE_ID: exactly one of --pass, --refuse CODE and --correct ITEM.

    Example: duifu case decide bj-claim-2024-000001 --stage review --role review-officer --actor zhao.lei --pass
    """
    if sum((passes, bool(refuse), bool(correct))) != 1:
        raise click.UsageError("say exactly one of --pass, --refuse CODE and --correct ITEM")
    command = Command()
    if correct:
        command.request_correction.CopyFrom(RequestCorrection(case_id=case_id, stage=stage, items=correct))
    else:
        decision = Decide(
            case_id=case_id,
            stage=stage,
            verdict=Verdict.VERDICT_PASS if passes else Verdict.VERDICT_REFUSE,
            code=refuse,
            reason=reason,
            findings=[_finding(text) for text in finding],
        )
        if approve_yuan:
            decision.approved_fen = _fen(approve_yuan)
        command.decide.CopyFrom(decision)
    asking.send(command, role)


@case.command()
@click.argument("case_id")
@click.argument("facts", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--redeem", is_flag=True, help="FACTS is a RedemptionRequest.")
@click.option("--uscc", required=True, help="Enterprise acted for.")
@acting
def correct(
    case_id: str,
    facts: str,
    redeem: bool,
    uscc: str,
    asking: Asking,
) -> None:
    """Answer a correction request of CASE_ID with the whole claim as it should be (补正)."""
    supplied = SupplyCorrection(case_id=case_id)
    if redeem:
        supplied.redemption.CopyFrom(read_facts(facts, RedemptionRequest()))
    else:
        supplied.application.CopyFrom(read_facts(facts, Application()))
    asking.send(Command(supply_correction=supplied), "applicant", uscc)


@case.command()
@click.argument("case_id")
@click.option("--reason", default="", help="Why the claim is taken back.")
@click.option("--uscc", required=True, help="Enterprise acted for.")
@acting
def withdraw(
    case_id: str,
    reason: str,
    uscc: str,
    asking: Asking,
) -> None:
    """Take CASE_ID back, as its applicant (撤回)."""
    withdrawn = WithdrawCase(case_id=case_id, reason=reason)
    asking.send(Command(withdraw_case=withdrawn), "applicant", uscc)


@case.command("show")
@click.argument("case_id")
@unmasking
@at_home
@as_json
def show_case(case_id: str, unmask: bool, home: str | None, json_wanted: bool) -> None:
    """Where CASE_ID stands, and its story event by event: who, when, by which clause, at which position."""
    config = existing_ledger(of_running(home))
    ledger = open_door(config).ledger
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
    console.print(f"{state.plan.programme_title} 版本{state.plan.edition} {state.plan.edition_sha256}", markup=False)
    console.print(link(config, case_id), markup=False)
    for step in _amounts(state, [unwrap(event.envelope.event) for event in recorded]).steps:
        console.print(f"  {step.clause:8} {step.explanation}：{show_exact(step.exact_fen)}", markup=False)
    if contact := contact_line(newest_contact(envelopes)):
        console.print(contact, markup=False)
    rows = []
    for event, envelope in zip(recorded, envelopes, strict=True):
        position = ledger.position_of(streams.case(case_id), event.originator_version)
        at = envelope.business_at.ToDatetime(SHANGHAI)
        who = actor_name(envelope.actor)
        rows.append([str(position), f"{at:%Y-%m-%d %H:%M}", who, sentence(unwrap(envelope.event), state.plan)])
    print_table("经过（业务时间）", ["位置", "时间", "谁", "事项"], rows)


@case.command("list")
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
        amount_fen = state.closed.amount_fen if state.closed else state.due_fen or state.approval.approved_fen
        rows.append(
            {
                "caseId": state.case_id,
                "applicant": state.applicant_name,
                "stage": state.stage.key if state.stage else "",
                "outcome": OUTCOMES[state.closed.outcome] if state.closed else "",
                "standing": standing(state),
                "amountFen": amount_fen,
                "version": version,
                "isRehearsal": state.plan.is_rehearsal,
                "webUi": link(config, state.case_id),
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


def _amounts(case: Case, events: list[Message]) -> AmountTrace:
    """How the amount of a case came about: as issued, as approved, or as due."""
    if case.closed and case.closed.trace.steps:
        return case.closed.trace
    determined = (event.trace for event in events if isinstance(event, AmountDetermined))
    return next(determined, case.approval.trace)


def _finding(text: str) -> Finding:
    code, separator, reason = text.partition("=")
    if not (separator and reason.strip()):
        raise click.UsageError(f"--finding {text!r}: write CODE=REASON")
    return Finding(code=code, is_met=True, reason=reason)


def _fen(text: str) -> int:
    try:
        return yuan(text)
    except ValueError:
        raise click.UsageError(f"--approve-yuan {text!r}: write an amount in yuan, such as 800000.00") from None
