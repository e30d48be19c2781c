"""The checks of a case: which its sources have still to answer, and what a person puts in by hand. (F-3, QD-4.2d)"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from domain.case import CORRECTION, Case, is_answered, must_be_about
from domain.dates import civil_date, end_of
from domain.refusals import Refused
from domain.wording import check_title
from duifu.v1.commands_pb2 import Actor, EnterCheck
from duifu.v1.events_pb2 import CheckRecorded
from duifu.v1.facts_pb2 import CheckResult
from duifu.v1.plan_pb2 import CheckRule, Stage

#: The row that asks, its round, and the check.
Question = tuple[Stage, int, str]


def rule_of(case: Case, check: str) -> CheckRule:
    """What the pinned plan says of a check. Plans of before say nothing: the name of a check was its kind of answer."""
    return case.plan.checks[check] if check in case.plan.checks else CheckRule(answers=check, title=check_title(check))


def unanswered(case: Case, stage: str) -> Iterator[Question]:
    """What is still to be asked once a case has come to a stage.

    A stage asks anew what an earlier one has asked. (QD-A14) What a person put in is asked all the same.
    """
    return (question for question in _questions(case, stage) if not _is_answered_by_source(case, question))


def fading(case: Case) -> Iterator[tuple[Question, date]]:
    """What the open stage goes by and will have to be asked anew, each with the last day on which its answer counts."""
    stage = case.stage
    if stage is None or stage.key == CORRECTION or not _tests_conditions(case, stage.key):
        return
    for question in _questions(case, stage.key):
        last_day = counts_through(case, question[2])
        if last_day and _is_answered_by_source(case, question):
            yield question, last_day


def _tests_conditions(case: Case, key: str) -> bool:
    """Whether a pass of the stage asks for conditions: its own, or those of the stage after it."""
    row = case.row(key)
    is_last = key == case.plan.stages[-1].key
    return row.tests_eligibility or (not is_last and bool(case.row_after(key).enters_when))


def fades_at(case: Case) -> datetime | None:
    """The first instant at which an answer counts no more that the open stage goes by. None: none grows old."""
    return min((end_of(last_day) for _, last_day in fading(case)), default=None)


def any_grows_old(case: Case) -> bool:
    """Whether an answer to any check of the plan counts for some days only."""
    return any(rule.valid_days for rule in case.plan.checks.values())


def counts_through(case: Case, check: str) -> date | None:
    """The last day on which the newest answer to a check counts. None: there is none, or it does not grow old."""
    rule, result = rule_of(case, check), case.checks.get(check)
    if result is None or not rule.valid_days or not is_answered(result, rule.answers):
        return None
    return civil_date(result.queried_at.ToDatetime(UTC)) + timedelta(days=rule.valid_days)


def _questions(case: Case, stage: str) -> Iterator[Question]:
    """Every check of the stages up to this one, asked by the newest of them."""
    keys = [row.key for row in case.plan.stages]
    asking = {check: row for row in case.plan.stages[: keys.index(stage) + 1] for check in row.checks}
    return ((row, case.newest_round(row.key), check) for check, row in asking.items())


def _is_answered_by_source(case: Case, question: Question) -> bool:
    row, number, check = question
    by_source = check not in case.entered_by and is_answered(case.checks.get(check))
    return by_source and case.asked_at[check] == (row.key, number)


def entered_by(case: Case) -> frozenset[str]:
    """Who put in by hand what counts at the open stage: they do not decide it. (四眼)"""
    here = case.stage.key if case.stage else ""
    return frozenset(account for check, account in case.entered_by.items() if case.asked_at[check][0] == here)


def enter(case: Case, command: EnterCheck, actor: Actor, at: datetime) -> CheckRecorded:
    """What a source says, found out by hand while the source itself does not answer; with the document that shows it.

    What was put in may be put in again. An answer of the source takes its place, and both stay on record.
    Raises Refused CASE_CLOSED, STAGE_NOT_OPEN, STAGE_NOT_DECIDED, CHECK_UNKNOWN, ROLE_MISMATCH, REASON_MISSING,
    EVIDENCE_MISSING, ANSWER_OF_OTHER_KIND, CHECK_OF_OTHER, ANSWER_FROM_FUTURE, CHECK_ANSWERED.
    """
    case.must_have_a_person()
    stage, result = case.at(command.stage), CheckResult()
    if stage.key == CORRECTION:
        raise Refused("STAGE_NOT_DECIDED", case=case.case_id, title=stage.title, waits_on=stage.waits_on)
    result.CopyFrom(command.result)
    known = {check: rule_of(case, check) for check in (*case.plan.checks, *_asked(case))}
    if result.check not in known:
        raise Refused("CHECK_UNKNOWN", asked=result.check, known="、".join(known))
    rule = known[result.check]
    _must_hold_one(actor, case, result.check)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", title=rule.title)
    if not command.evidence_sha256:
        raise Refused("EVIDENCE_MISSING", title=rule.title)
    if not is_answered(result, rule.answers):
        given = result.WhichOneof("answer") or "—"
        raise Refused("ANSWER_OF_OTHER_KIND", title=rule.title, needed=rule.answers, given=given)
    must_be_about(result, case.applicant_uscc)
    if not result.HasField("queried_at"):
        result.queried_at.FromDatetime(at)
    if (queried_at := result.queried_at.ToDatetime(UTC)) > at:
        raise Refused("ANSWER_FROM_FUTURE", title=rule.title, queried_at=queried_at, at=at)
    _must_be_wanting(case, result.check, rule, at)
    return CheckRecorded(
        stage=stage.key,
        round=stage.round,
        result=result,
        entered_by=actor.id,
        evidence_sha256=command.evidence_sha256,
        reason=command.reason,
    )


def _asked(case: Case) -> tuple[str, ...]:
    return tuple(check for row in case.plan.stages for check in row.checks)


def _must_hold_one(actor: Actor, case: Case, check: str) -> None:
    """The role of the open stage, or of one that asks this check."""
    assert case.stage is not None
    row = case.row(case.stage.key)
    roles = {row.role: None} | {asking.role: None for asking in case.plan.stages if check in asking.checks}
    if actor.role not in roles:
        raise Refused("ROLE_MISMATCH", row.clause, role=actor.role or "—", needed="、".join(roles), title=row.title)


def _must_be_wanting(case: Case, check: str, rule: CheckRule, at: datetime) -> None:
    """The source has not answered, or so long ago that it counts no more."""
    newest = case.counting_checks.get(check, CheckResult())
    if check in case.entered_by or not is_answered(newest, rule.answers):
        return
    last_day = counts_through(case, check)
    if last_day and last_day < civil_date(at):
        return
    queried_at = newest.queried_at.ToDatetime(UTC)
    raise Refused("CHECK_ANSWERED", title=rule.title, source=newest.source, queried_at=queried_at)
