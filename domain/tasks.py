"""Whose turn it is: who may act next on a case, and who has taken the open stage in hand."""

from datetime import date

from google.protobuf.message import Message

from domain.case import CORRECTION, Case, OpenStage
from domain.checks import entered_by
from domain.duties import excluded
from domain.opinions import given, hands, wanted
from domain.refusals import Refused
from domain.review import APPLICANT
from domain.special_approvals import approvers
from domain.wording import last_day, standing
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import TaskClaimed, TaskHandedOver, TaskReleased
from duifu.v1.plan_pb2 import STAGE_KIND_APPLICANT, STAGE_KIND_DECISION
from duifu.v1.work_pb2 import Exclusion, NextStep


def must_be_unclaimed(stage: OpenStage, account: str) -> None:
    """Nobody else works on the stage. Raises Refused TASK_CLAIMED_BY_OTHER."""
    if stage.claimed_by not in ("", account):
        raise Refused("TASK_CLAIMED_BY_OTHER", title=stage.title, by=stage.claimed_by, since=stage.claimed_on)


def claim(stage: OpenStage, actor: Actor, on: date) -> list[Message]:
    """The actor works on the stage from now on; nothing if they do already. Raises Refused TASK_CLAIMED_BY_OTHER."""
    must_be_unclaimed(stage, actor.id)
    if stage.claimed_by:
        return []
    return [TaskClaimed(stage=stage.key, round=stage.round, by=actor.id, claimed_on=on.isoformat())]


def release(stage: OpenStage, actor: Actor, reason: str) -> list[Message]:
    """The stage is anybody's again. Raises Refused TASK_NOT_CLAIMED, REASON_MISSING if it was somebody else's."""
    _must_be_theirs(stage, actor, reason)
    return [TaskReleased(stage=stage.key, round=stage.round, reason=reason)]


def hand_over(stage: OpenStage, actor: Actor, to: str, reason: str, on: date) -> list[Message]:
    """The stage is somebody else's to decide; nothing if it is already.

    Raises Refused TASK_NOT_CLAIMED, REASON_MISSING if it was somebody else's than the actor's.
    """
    _must_be_theirs(stage, actor, reason)
    if stage.claimed_by == to:
        return []
    return [TaskHandedOver(stage=stage.key, round=stage.round, to=to, reason=reason, handed_over_on=on.isoformat())]


def next_step(case: Case) -> NextStep:
    """Who may act next on a case. Empty but for its summary where it waits on nobody: the system, time, or its end."""
    step = NextStep(summary=standing(case), case_id=case.case_id)
    stage = case.stage
    if stage is None or case.is_unverified:
        return step
    row = case.row(stage.key)
    of_applicant = stage.key == CORRECTION or row.kind == STAGE_KIND_APPLICANT
    if not of_applicant and row.kind != STAGE_KIND_DECISION:
        return step
    step.stage, step.title, step.role_title = stage.key, stage.title, stage.waits_on
    step.role = APPLICANT if of_applicant else row.role
    step.opened_on = stage.opened_on.isoformat() if stage.opened_on else ""
    step.due_on = last_day(stage.due_at) if stage.due_at else ""
    step.is_overdue = stage.is_overdue
    step.claimed_by = stage.claimed_by
    step.claimed_on = stage.claimed_on.isoformat() if stage.claimed_on else ""
    if not of_applicant:
        step.excluded.extend(excluded(case, row))
        step.excluded.extend(
            Exclusion(account=account, code="ENTERED_BY_SELF", clause=row.clause, reason="人工录入了本环节的查询结果")
            for account in sorted(entered_by(case))
        )
        step.excluded.extend(
            Exclusion(account=account, code="APPROVER_SETS_AMOUNT", clause=row.clause, reason="已对本案作出专项批准")
            for account in sorted(approvers(case) if row.sets_amount else ())
        )
        step.excluded.extend(
            Exclusion(account=account, code="OPINION_OF_DECIDER", clause=row.clause, reason="已就本环节提出会签意见")
            for account in sorted(hands(given(case).values()))
        )
        step.opinions.extend(wanted(case))
    return step


def awaited(step: NextStep) -> list[str]:
    """The roles on which a case waits: of whoever decides, and of those whose opinions are still wanted."""
    wanting = [asked.role for asked in step.opinions if len(asked.given_by) < asked.people]
    return list(dict.fromkeys([step.role, *wanting])) if step.role else []


def _must_be_theirs(stage: OpenStage, actor: Actor, reason: str) -> None:
    if not stage.claimed_by:
        raise Refused("TASK_NOT_CLAIMED", title=stage.title)
    if stage.claimed_by != actor.id and not reason.strip():
        raise Refused("REASON_MISSING", title=stage.title)
