"""duifu case: file, decide and read cases."""

import click

from cli.amounts import Yuan
from cli.asking import Asking, acting
from cli.batches import decide_batch
from cli.case_course import enter_check, opine, record_output, restart_clock, send_back, stop_clock, veto
from cli.case_links import approve_specially, link, revoke_special, unlink
from cli.case_reading import list_cases, show_case
from cli.facts import read_facts
from cli.metering import metering_of
from cli.output import WrongInput
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
from duifu.v1.facts_pb2 import Application, RedemptionRequest


@click.group()
def case() -> None:
    """File a claim, decide its stages, and read what happened.

    A case is a voucher claim (申领), a redemption claim (兑付) or an application for a grant of a round (申报; see
    `duifu round`). Everything goes through the ledger's one door, with
    or without Temporal running; workflows carry out what was decided.
    """


for command in (
    list_cases,
    show_case,
    decide_batch,
    record_output,
    enter_check,
    opine,
    send_back,
    stop_clock,
    restart_clock,
    veto,
    link,
    unlink,
    approve_specially,
    revoke_special,
):
    case.add_command(command)


@case.command("open")
@click.argument("facts", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--programme", "programme_id", default="bj-slq-2023", show_default=True, help="Programme applied to.")
@click.option("--redeem", is_flag=True, help="FACTS is a request to redeem a voucher (RedemptionRequest).")
@click.option("--uscc", required=True, help="Enterprise acted for (统一社会信用代码).")
@click.option(
    "--metering",
    "metered",
    metavar="SOURCE=FILE.csv",
    multiple=True,
    help="With --redeem: what SOURCE measured (计量文件); a delivery proof names the file's digest.",
)
@acting
def open_case(
    facts: str,
    programme_id: str,
    redeem: bool,
    uscc: str,
    metered: tuple[str, ...],
    asking: Asking,
) -> None:
    """File FACTS, a JSON or YAML file of a Application, or of a RedemptionRequest with --redeem.

    Example: duifu case open docs/examples/application.yaml --uscc 91110108MAYB000177 --actor agent.wang
    """
    command = Command()
    if redeem:
        request = read_facts(facts, RedemptionRequest())
        request.metering.extend(metering_of(each) for each in metered)
        command.request_redemption.CopyFrom(RequestRedemption(request=request))
    elif metered:
        raise WrongInput("--metering 须与 --redeem 同用 / --metering comes with --redeem")
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
@click.option(
    "--caused-by", metavar="WHY", default="", help="A further list: what of the applicant's reply makes it necessary."
)
@click.option("--reason", default="", help="Required to refuse, or to approve less than the ceiling.")
@click.option("--approve-yuan", metavar="YUAN", type=Yuan(), help="Approve this amount; default: the ceiling.")
@click.option(
    "--approve-rate", metavar="RATE", default="", help="Approve at this rate, 40/100; default: the programme's."
)
@click.option("--finding", metavar="CODE=REASON", multiple=True, help="Rule that a condition for a person is met.")
@acting
def decide(
    case_id: str,
    stage: str,
    role: str,
    passes: bool,
    refuse: str,
    correct: tuple[str, ...],
    caused_by: str,
    reason: str,
    approve_yuan: int | None,
    approve_rate: str,
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
        command.request_correction.CopyFrom(
            RequestCorrection(case_id=case_id, stage=stage, items=correct, caused_by=caused_by)
        )
    else:
        decision = Decide(
            case_id=case_id,
            stage=stage,
            verdict=Verdict.VERDICT_PASS if passes else Verdict.VERDICT_REFUSE,
            code=refuse,
            reason=reason,
            approved_rate=approve_rate,
            findings=[_finding(text) for text in finding],
        )
        if approve_yuan is not None:
            decision.approved_fen = approve_yuan
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


def _finding(text: str) -> Finding:
    code, separator, reason = text.partition("=")
    if not (separator and reason.strip()):
        raise click.UsageError(f"--finding {text!r}: write CODE=REASON")
    return Finding(code=code, is_met=True, reason=reason)
