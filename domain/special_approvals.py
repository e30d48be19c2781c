"""Leave for one case to go beyond a soft limit: by whom the programme names, before the amount is set. (专项批准)

The approval is a fact of the case, and the calculation reads it like any other. Who gives it does not set the amount.
"""

from collections.abc import Sequence

from google.protobuf.message import Message

from domain.case import Case
from domain.refusals import Refused
from domain.review import must_hold
from duifu.v1.commands_pb2 import Actor, ApproveSpecially, RevokeSpecialApproval
from duifu.v1.events_pb2 import SpecialApprovalGiven, SpecialApprovalRevoked
from duifu.v1.plan_pb2 import SpecialApprovalRule, Stage


def rule_of(case: Case, account: str) -> SpecialApprovalRule:
    """Who may approve for an account, by the pinned plan. Raises Refused SPECIAL_APPROVAL_NOT_FORESEEN."""
    for rule in case.plan.special_approvals:
        if rule.account == account:
            return rule
    known = "、".join(rule.account for rule in case.plan.special_approvals) or "—"
    raise Refused("SPECIAL_APPROVAL_NOT_FORESEEN", account=account, known=known)


def acting(rule: SpecialApprovalRule) -> Stage:
    """The role in which somebody approves, as duties look at it."""
    return Stage(role=rule.role, role_title=rule.role_title, title=f"{rule.title}专项批准", clause=rule.clause)


def give(case: Case, command: ApproveSpecially, actor: Actor) -> list[Message]:
    """The case may go beyond the account's limit, up to its hard one.

    Raises Refused CASE_CLOSED, SPECIAL_APPROVAL_NOT_FORESEEN, ROLE_MISMATCH, AMOUNT_SET, SPECIAL_APPROVAL_GIVEN,
    REASON_MISSING, EVIDENCE_MISSING, APPROVER_SETS_AMOUNT.
    """
    rule = _open_rule(case, command.account, actor)
    if known := case.special_approvals.get(rule.account):
        raise Refused("SPECIAL_APPROVAL_GIVEN", rule.clause, title=rule.title, by=known.given_by)
    _must_say_why(rule, command.reason)
    if not command.evidence_sha256:
        raise Refused("EVIDENCE_MISSING", rule.clause, title=acting(rule).title)
    setters = {
        account
        for decided in case.decisions
        if case.row(decided.stage).sets_amount
        for account in (decided.decided_by, decided.on_behalf_of)
    }
    _must_stand_apart({actor.id, actor.on_behalf_of} & setters, rule.title, rule.clause)
    given = SpecialApprovalGiven(
        account=rule.account,
        title=rule.title,
        clause=rule.clause,
        role=rule.role,
        role_title=rule.role_title,
        given_by=actor.id,
        on_behalf_of=actor.on_behalf_of,
        reason=command.reason,
        document_number=command.document_number,
        evidence_sha256=command.evidence_sha256,
    )
    return [given]


def revoke(case: Case, command: RevokeSpecialApproval, actor: Actor) -> list[Message]:
    """The account's own limit holds again.

    Raises Refused CASE_CLOSED, SPECIAL_APPROVAL_NOT_FORESEEN, ROLE_MISMATCH, AMOUNT_SET, SPECIAL_APPROVAL_MISSING,
    REASON_MISSING.
    """
    rule = _open_rule(case, command.account, actor)
    if rule.account not in case.special_approvals:
        raise Refused("SPECIAL_APPROVAL_MISSING", rule.clause, title=rule.title, case=case.case_id)
    _must_say_why(rule, command.reason)
    return [SpecialApprovalRevoked(account=rule.account, reason=command.reason)]


def must_not_set_amount(case: Case, row: Stage, accounts: Sequence[str]) -> None:
    """None of these accounts approved specially, if the row sets the amount. Raises Refused APPROVER_SETS_AMOUNT."""
    if row.sets_amount:
        _must_stand_apart(approvers(case).intersection(accounts), row.title, row.clause)


def approvers(case: Case) -> frozenset[str]:
    """Who gave the approvals that stand, and for whom."""
    given = case.special_approvals.values()
    return frozenset({account for one in given for account in (one.given_by, one.on_behalf_of) if account})


def lines(case: Case) -> list[str]:
    """The approvals that stand, one in a line."""
    return [
        f"专项批准 {one.title}：{one.role_title}（{one.given_by}）{one.reason} {one.document_number}（{one.clause}）"
        for one in case.special_approvals.values()
    ]


def _open_rule(case: Case, account: str, actor: Actor) -> SpecialApprovalRule:
    """The rule for an account, while the amount may still be set and the actor has the role."""
    stage = case.any_stage()
    rule = rule_of(case, account)
    must_hold(actor, acting(rule))
    keys = [row.key for row in case.plan.stages]
    sets_amount = next(row.key for row in case.plan.stages if row.sets_amount)
    if keys.index(case.row(stage.key).key) > keys.index(sets_amount):
        raise Refused("AMOUNT_SET", rule.clause, case=case.case_id, amount_fen=case.approval.approved_fen)
    return rule


def _must_say_why(rule: SpecialApprovalRule, reason: str) -> None:
    if not reason.strip():
        raise Refused("REASON_MISSING", rule.clause, title=acting(rule).title)


def _must_stand_apart(both: frozenset[str] | set[str], title: str, clause: str) -> None:
    if accounts := both - {""}:
        raise Refused("APPROVER_SETS_AMOUNT", clause, title=title, account="、".join(sorted(accounts)))
