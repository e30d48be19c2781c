"""Days on which the office decides or orders nothing; they come from the edition in force on the day. (ADR 0021)"""

from collections.abc import Mapping

from google.protobuf.message import Message

from commands.work import Work
from domain.dates import end_of
from domain.format.freeze import Held
from domain.refusals import Refused

#: The kinds of commands that are held. What applicants hand in, and what the law's clock brings, is not.
HELD: Mapping[str, Held] = {
    "decide": "decisions",
    "request_correction": "decisions",
    "return_for_rework": "decisions",
    "veto_case": "decisions",
    "verify_claims": "decisions",
    "settle_objection": "decisions",
    "approve_specially": "decisions",
    "revoke_special_approval": "decisions",
    "rescale_voucher": "decisions",
    "order_payments": "payments",
    "sign_payments": "payments",
    "order_grants": "payments",
}


def must_not_be_frozen(work: Work, kind: str, asked: Message) -> None:
    """Nothing holds what is asked today. Raises Refused FROZEN, with the moment from which it may be asked again."""
    if what := HELD.get(kind):
        must_not_hold(work, work.programme_of(asked), what)


def must_not_hold(work: Work, programme_id: str, what: Held) -> None:
    """The programme holds no decisions, or no payments, today. Raises Refused FROZEN."""
    if row := work.rulebook.frozen(programme_id, what, work.on):
        raise Refused(
            "FROZEN",
            row.clause or "",
            not_before=end_of(row.last),
            title=row.title,
            from_on=row.first,
            through_on=row.last,
        )
