"""duifu case link, unlink, approve-specially, revoke-special: what stands beside a case's own way."""

import click

from cli.asking import Asking, acting
from cli.evidence import with_document
from duifu.v1.commands_pb2 import (
    ApproveSpecially,
    CaseRelation,
    Command,
    LinkCases,
    RevokeSpecialApproval,
    UnlinkCases,
)

RELATIONS = {
    name.removeprefix("CASE_RELATION_").lower().replace("_", "-"): number
    for name, number in CaseRelation.items()
    if number
}
as_role = click.option("--role", required=True, help="Your role, such as review-officer.")
of_account = click.option("--account", required=True, help="The programme's name of the limit.")


@click.command("link")
@click.argument("case_id")
@click.argument("other_case_id")
@click.option(
    "--as", "relation", type=click.Choice(list(RELATIONS)), required=True, help="What CASE_ID is to OTHER_CASE_ID."
)
@click.option("--reason", required=True, help="Why they are linked.")
@as_role
@acting
def link(case_id: str, other_case_id: str, relation: str, reason: str, role: str, asking: Asking) -> None:
    """Let CASE_ID and OTHER_CASE_ID name each other (关联案件); nothing else follows from it.

    Either may be closed. Officers with a part in one of the two may link them; linked so already, nothing changes.

    Example: duifu case link bj-claim-2024-000002 bj-claim-2024-000001 --as supersedes --reason 补齐合同后重新申领
    --role review-officer --actor zhao.lei
    """
    linked = LinkCases(case_id=case_id, other_case_id=other_case_id, relation=RELATIONS[relation], reason=reason)
    asking.send(Command(link_cases=linked), role)


@click.command("unlink")
@click.argument("case_id")
@click.argument("other_case_id")
@click.option("--reason", required=True, help="Why they name each other no more.")
@as_role
@acting
def unlink(case_id: str, other_case_id: str, reason: str, role: str, asking: Asking) -> None:
    """Take a link between CASE_ID and OTHER_CASE_ID back (解除关联); what was said stays on record.

    Example: duifu case unlink bj-claim-2024-000002 bj-claim-2024-000001 --reason 登记有误 --role review-officer
    --actor zhao.lei
    """
    unlinked = UnlinkCases(case_id=case_id, other_case_id=other_case_id, reason=reason)
    asking.send(Command(unlink_cases=unlinked), role)


@click.command("approve-specially")
@click.argument("case_id")
@of_account
@click.option("--reason", required=True, help="Why this case may go beyond the limit.")
@click.option("--number", default="", help="Number of the document (文号).")
@with_document
@click.option("--role", required=True, help="Your role, which the programme names for this limit.")
@acting
def approve_specially(
    case_id: str, account: str, reason: str, number: str, sha256: str, role: str, asking: Asking
) -> None:
    """Let CASE_ID go beyond a soft limit, up to its hard one (专项批准), before its amount is set.

    The document goes with it (--file or --sha256). Who approves does not set the amount.

    Example: duifu case approve-specially bj-claim-2024-000001 --account issued --reason 国家重大项目
    --number 京政函〔2024〕1号 --file approval.pdf --role city-leader --actor li.mayor
    """
    approved = ApproveSpecially(
        case_id=case_id, account=account, reason=reason, document_number=number, evidence_sha256=sha256
    )
    asking.send(Command(approve_specially=approved), role)


@click.command("revoke-special")
@click.argument("case_id")
@of_account
@click.option("--reason", required=True, help="Why it is taken back.")
@click.option("--role", required=True, help="Your role, which the programme names for this limit.")
@acting
def revoke_special(case_id: str, account: str, reason: str, role: str, asking: Asking) -> None:
    """Take a special approval of CASE_ID back (撤销专项批准), before its amount is set.

    Example: duifu case revoke-special bj-claim-2024-000001 --account issued --reason 批文撤回 --role city-leader
    --actor li.mayor
    """
    revoked = RevokeSpecialApproval(case_id=case_id, account=account, reason=reason)
    asking.send(Command(revoke_special_approval=revoked), role)
