"""Who may do what in a recovery, and what follows. Each function decides one command; nothing here writes.

Three roles take part: who finds, who decides, who collects. Nobody decides who found, who had a hand in what was paid,
or who proposed the write-off that is to be confirmed.
"""

from collections.abc import Iterable
from datetime import date

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.dates import from_iso
from domain.duties import accounts_of
from domain.recovery import COMPUTED, TITLES, Recovery, Standing
from domain.refusals import Refused
from domain.review import APPLICANT
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import (
    DemandRecovery,
    RecordRecoveryStatement,
    RecoveryDemanded,
    RecoveryNoticed,
    RecoveryRole,
    RecoveryRule,
    RecoveryStatementTaken,
    RecoveryWithdrawn,
    SendRecoveryNotice,
    WithdrawRecovery,
)


def notify(
    recovery: Recovery, command: SendRecoveryNotice, actor: Actor, on: date, days: WorkingCalendar
) -> list[Message]:
    """The enterprise is told, and may be heard for so many working days.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, CALENDAR_NOT_ANNOUNCED.
    """
    rule = recovery.opened.rule
    must_stand(recovery, "告知", Standing.FOUND)
    must_be(actor, rule.finds, rule.clause)
    noticed = RecoveryNoticed(
        document_number=command.document_number,
        evidence_sha256=command.evidence_sha256,
        heard_until_on=days.after(on, rule.statement_days).isoformat(),
        clause=rule.statement_clause,
    )
    return [noticed]


def hear(recovery: Recovery, command: RecordRecoveryStatement, actor: Actor) -> list[Message]:
    """The enterprise was heard, or waives it; by itself or put in by who decides.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, REASON_MISSING.
    """
    rule = recovery.opened.rule
    must_stand(recovery, "陈述申辩", Standing.NOTICED)
    if (actor.role, actor.uscc) != (APPLICANT, recovery.opened.uscc):
        must_be(actor, rule.decides, rule.statement_clause)
    must_say_why(command.reason, "陈述申辩", rule.statement_clause)
    taken = RecoveryStatementTaken(
        statement=command.statement,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        taken_by=actor.id,
    )
    return [taken]


def demand(recovery: Recovery, command: DemandRecovery, actor: Actor, on: date, days: WorkingCalendar) -> list[Message]:
    """The enterprise has to pay back, at most what was found.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, STATEMENT_OPEN, REASON_MISSING,
    RECOVERY_ABOVE_FINDING, CALENDAR_NOT_ANNOUNCED.
    """
    rule = recovery.opened.rule
    must_stand(recovery, "责令追回", Standing.NOTICED)
    must_decide(recovery, actor, "责令追回")
    assert recovery.notice is not None
    until = from_iso(recovery.notice.heard_until_on)
    if not recovery.statements and on <= until:
        raise Refused("STATEMENT_OPEN", recovery.notice.clause, recovery=recovery.recovery_id, until=until)
    must_say_why(command.reason, "责令追回", rule.clause)
    if command.amount_fen > recovery.found_fen:
        raise Refused(
            "RECOVERY_ABOVE_FINDING",
            rule.clause,
            recovery=recovery.recovery_id,
            asked_fen=command.amount_fen,
            found_fen=recovery.found_fen,
        )
    demanded = RecoveryDemanded(
        amount_fen=command.amount_fen,
        pay_by_on=days.after(on, rule.pay_days).isoformat(),
        document_number=command.document_number,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        clause=rule.clause,
    )
    return [demanded]


def withdraw(recovery: Recovery, command: WithdrawRecovery, actor: Actor) -> list[Message]:
    """The finding is not upheld; a computed one stands as long as what it was computed from.

    Raises Refused RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, REASON_MISSING, COMPUTED_FINDING_STANDS.
    """
    must_stand(recovery, "撤销追回", Standing.FOUND, Standing.NOTICED)
    must_decide(recovery, actor, "撤销追回")
    must_say_why(command.reason, "撤销追回", recovery.opened.clause)
    if recovery.opened.finding in COMPUTED:
        raise Refused("COMPUTED_FINDING_STANDS", recovery.opened.clause, recovery=recovery.recovery_id)
    return [RecoveryWithdrawn(reason=command.reason)]


def must_be(actor: Actor, role: RecoveryRole, clause: str) -> None:
    """The actor holds this role. Raises Refused ROLE_MISMATCH."""
    if actor.role != role.role:
        raise Refused("ROLE_MISMATCH", clause, role=actor.role or "—", needed=role.role, title=role.title)


def must_decide(recovery: Recovery, actor: Actor, title: str) -> None:
    """The actor decides, and stands apart. Raises Refused ROLE_MISMATCH, RECOVERY_NOT_APART."""
    opened = recovery.opened
    must_be(actor, opened.rule.decides, opened.rule.clause)
    must_have_no_part(opened.rule, actor, title, opened.found_by, opened.hands)


def must_have_no_part(
    rule: RecoveryRule, actor: Actor, title: str, found_by: Iterable[str], hands: Iterable[str]
) -> None:
    """The actor neither found it nor had a hand in what was paid. Raises Refused RECOVERY_NOT_APART."""
    must_be_apart(rule, actor, title, "查明事实", found_by)
    must_be_apart(rule, actor, title, "办理原案件", hands)


def must_be_apart(rule: RecoveryRule, actor: Actor, title: str, did: str, by: Iterable[str]) -> None:
    """Who acts, and whoever lent the role, is none of these. Raises Refused RECOVERY_NOT_APART."""
    both = set(by).intersection(accounts_of(actor))
    if both:
        account = "、".join(sorted(both))
        raise Refused("RECOVERY_NOT_APART", rule.clause, account=account, did=did, title=title)


def must_stand(recovery: Recovery, title: str, *allowed: Standing) -> None:
    """It has come so far, and no farther. Raises Refused RECOVERY_NOT_NOW."""
    if recovery.standing not in allowed:
        raise Refused(
            "RECOVERY_NOT_NOW",
            recovery.opened.clause,
            recovery=recovery.recovery_id,
            title=title,
            standing=TITLES[recovery.standing],
            allowed="、".join(TITLES[one] for one in allowed),
        )


def must_say_why(reason: str, title: str, clause: str) -> None:
    """A reason was given. Raises Refused REASON_MISSING."""
    if not reason.strip():
        raise Refused("REASON_MISSING", clause, title=title)
