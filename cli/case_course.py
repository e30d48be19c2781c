"""duifu case output, enter-check, opine, send-back, stop-clock, restart-clock, veto: what is done beside deciding."""

import click

from cli.amounts import Yuan
from cli.asking import Asking, acting
from cli.evidence import with_document
from cli.facts import read_facts
from duifu.v1.commands_pb2 import (
    Command,
    EnterCheck,
    GiveOpinion,
    OpinionVerdict,
    RecordOutput,
    RestartClock,
    ReturnForRework,
    StopClock,
    VetoCase,
)
from duifu.v1.facts_pb2 import CheckResult

as_role = click.option("--role", required=True, help="Your role, such as district-approver or city-fund-officer.")
at_stage = click.option("--stage", required=True, help="The open stage, such as preliminary_review.")


@click.command("output")
@click.argument("case_id")
@click.argument("stage")
@click.argument("output")
@click.option("--number", default="", help="Number of the document (文号), where it has one.")
@with_document
@click.option("--note", default="", help="How it was delivered.")
@as_role
@acting
def record_output(
    case_id: str, stage: str, output: str, number: str, sha256: str, note: str, role: str, asking: Asking
) -> None:
    """Put on record what the open STAGE of CASE_ID brought about: OUTPUT is its name in the programme.

    A letter with a template is written by the ledger and needs its number; any other document needs its digest. A stage
    passes once all its outputs are on record.

    Example: duifu case output qd-grant-2024-000001 finance_notice finance_letter --number 青高新函〔2024〕1号
    --role district-approver --actor sun.li
    """
    recorded = RecordOutput(
        case_id=case_id, stage=stage, output=output, document_number=number, sha256=sha256, note=note
    )
    asking.send(Command(record_output=recorded), role)


@click.command("enter-check")
@click.argument("case_id")
@click.argument("result", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@at_stage
@click.option("--reason", required=True, help="Why it is put in by hand.")
@with_document
@as_role
@acting
def enter_check(case_id: str, result: str, stage: str, reason: str, sha256: str, role: str, asking: Asking) -> None:
    """Put in by hand what a source says that stays away: RESULT is a JSON or YAML file of a CheckResult.

    The document that shows it goes with it (--file or --sha256). Who puts in an answer does not decide on it, and an
    answer of the source itself takes its place.
    """
    entered = EnterCheck(
        case_id=case_id,
        stage=stage,
        result=read_facts(result, CheckResult()),
        evidence_sha256=sha256,
        reason=reason,
    )
    asking.send(Command(enter_check=entered), role)


@click.command("opine")
@click.argument("case_id")
@click.argument("verdict", type=click.Choice(("consent", "object", "abstain")))
@at_stage
@click.option("--reason", default="", help="Required to object.")
@click.option(
    "--agreed-yuan", metavar="YUAN", type=Yuan(), help="Of a role that signs above an amount: up to how much."
)
@as_role
@acting
def opine(
    case_id: str, verdict: str, stage: str, reason: str, agreed_yuan: int | None, role: str, asking: Asking
) -> None:
    """Say what you think of the open stage of CASE_ID, for whoever decides it (会签意见).

    VERDICT is consent (同意), object (不同意) or abstain (弃权). The programme says whose consent a pass needs, how
    many must take part, and what silence counts as. Until the stage is decided you may change yours: the newest counts.

    Example: duifu case opine qd-grant-2024-000001 object --stage determination --role finance-officer
    --reason 年度预算不足 --actor he.jing
    """
    opinion = GiveOpinion(
        case_id=case_id, stage=stage, verdict=OpinionVerdict.Value(f"OPINION_VERDICT_{verdict.upper()}"), reason=reason
    )
    if agreed_yuan is not None:
        opinion.agreed_fen = agreed_yuan
    asking.send(Command(give_opinion=opinion), role)


@click.command("send-back")
@click.argument("case_id")
@at_stage
@click.option("--to", "to_stage", required=True, help="The earlier stage that works on it again.")
@click.option("--reason", required=True, help="What is to be mended.")
@as_role
@acting
def send_back(case_id: str, stage: str, to_stage: str, reason: str, role: str, asking: Asking) -> None:
    """Send CASE_ID back to an earlier stage inside the authority (内部退回); the applicant has nothing to mend.

    What that stage and later ones brought about is void. To ask the applicant for something, use decide --correct.

    Example: duifu case send-back qd-grant-2024-000001 --stage completeness_review --to recommendation
    --reason 缺纸质件 --role centre-officer --actor zhou.min
    """
    back = ReturnForRework(case_id=case_id, stage=stage, to_stage=to_stage, reason=reason)
    asking.send(Command(return_for_rework=back), role)


@click.command("stop-clock")
@click.argument("case_id")
@at_stage
@click.option("--reason", required=True, help="The programme's name of the reason, such as inspection.")
@click.option("--note", default="", help="What is done meanwhile.")
@as_role
@acting
def stop_clock(case_id: str, stage: str, reason: str, note: str, role: str, asking: Asking) -> None:
    """Let the clock of the open stage of CASE_ID stand still (停止计时, 行政许可法 45).

    Only for a reason that the programme names; the deadline moves by the days that the clock stood still.
    """
    stopped = StopClock(case_id=case_id, stage=stage, reason=reason, note=note)
    asking.send(Command(stop_clock=stopped), role)


@click.command("restart-clock")
@click.argument("case_id")
@at_stage
@click.option("--note", default="", help="What has come of it.")
@as_role
@acting
def restart_clock(case_id: str, stage: str, note: str, role: str, asking: Asking) -> None:
    """Let the clock of the open stage of CASE_ID run again (恢复计时); says the new deadline."""
    restarted = RestartClock(case_id=case_id, stage=stage, note=note)
    asking.send(Command(restart_clock=restarted), role)


@click.command("veto")
@click.argument("case_id")
@click.option("--code", required=True, help="The programme's code of the ground, such as QD_E_VETO.")
@click.option("--reason", required=True, help="What has happened.")
@with_document
@as_role
@acting
def veto(case_id: str, code: str, reason: str, sha256: str, role: str, asking: Asking) -> None:
    """End CASE_ID at whatever stage it is, before money is ordered for it (一票否决, QD-5.3).

    The document that shows the ground goes with it (--file or --sha256). Its money is shared among the others of the
    round, whose results are shown to the public again.

    Example: duifu case veto qd-grant-2024-000002 --code QD_E_VETO --reason 列入安全生产黑名单 --file notice.pdf
    --role city-approver --actor gao.yuan
    """
    vetoed = VetoCase(case_id=case_id, code=code, reason=reason, evidence_sha256=sha256)
    asking.send(Command(veto_case=vetoed), role)
