"""Ends that no stage decides: the applicant takes the case back, or it is vetoed. (QD-5.3)"""

from google.protobuf.message import Message

from domain.case import Case
from domain.refusals import Refused
from domain.review import must_be_applicant
from duifu.v1.commands_pb2 import (
    Actor,
    VetoCase,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_CANCELLED,
    CASE_OUTCOME_WITHDRAWN,
    CaseClosed,
)


def withdraw(case: Case, actor: Actor, reason: str) -> list[Message]:
    """The applicant takes the case back while the plan allows it. Raises Refused WITHDRAWAL_TOO_LATE, NOT_YOUR_CASE."""
    stage = case.any_stage()
    must_be_applicant(actor, case)
    row = case.row(stage.key)
    if not row.applicant_may_withdraw:
        raise Refused("WITHDRAWAL_TOO_LATE", row.clause, case=case.case_id, title=stage.title)
    return [CaseClosed(outcome=CASE_OUTCOME_WITHDRAWN, summary=f"申请人撤回：{reason or '未说明原因'}")]


def veto(case: Case, command: VetoCase, actor: Actor) -> list[Message]:
    """一票否决: the case ends, whatever stage is open. (QD-5.3)

    Raises Refused CASE_CLOSED, VETO_NOT_FORESEEN, VETO_ROLE, REASON_CODE_UNKNOWN, REASON_MISSING, EVIDENCE_MISSING.
    """
    case.any_stage()
    rule = case.plan.veto
    if not rule.codes:
        raise Refused("VETO_NOT_FORESEEN", case=case.case_id)
    if actor.role not in rule.roles:
        raise Refused("VETO_ROLE", rule.clause, role=actor.role or "—", needed="、".join(rule.roles))
    if command.code not in rule.codes:
        raise Refused("REASON_CODE_UNKNOWN", rule.clause, asked=command.code or "—", known="、".join(rule.codes))
    if not command.reason.strip():
        raise Refused("REASON_MISSING", rule.clause, title=rule.title)
    if not command.evidence_sha256:
        raise Refused("EVIDENCE_MISSING", rule.clause, title=rule.title)
    summary = f"{rule.title}：{command.reason}（{command.code}，{rule.clause}）"
    return [CaseClosed(outcome=CASE_OUTCOME_CANCELLED, summary=summary, code=command.code, clause=rule.clause)]
