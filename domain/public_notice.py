"""While a round's results are shown to the public, anybody may object to them; what comes of that. (QD-A10)"""

from datetime import datetime

from google.protobuf.message import Message

from domain.refusals import Refused
from domain.round import Round, Standing
from domain.round_decisions import must_be_open
from duifu.v1.events_pb2 import NoticeClosed, ObjectionRaised, ObjectionSettled


def close_notice(round_: Round, at: datetime) -> NoticeClosed:
    """Nobody may object to these results any more.

    Raises Refused ROUND_UNKNOWN, ROUND_CLOSED, NOTICE_RUNNING.
    """
    must_be_open(round_)
    over = round_.notice_over(at)
    if not over:
        shown = "、".join(applicant.case_id for applicant in round_.standing(Standing.NOTICED))
        raise Refused("NOTICE_RUNNING", round_.opened.clause, round=round_.round_id, cases=shown or "—")
    return NoticeClosed(case_ids=[applicant.case_id for applicant in over])


def raise_objection(round_: Round, raised: ObjectionRaised, at: datetime) -> list[Message]:
    """Somebody objects to a result while it is shown. Raises Refused ROUND_CLOSED, NOT_IN_NOTICE, REASON_MISSING."""
    must_be_open(round_)
    applicant = round_.applicants[raised.case_id]
    closes_at = applicant.notice_closes_at
    if applicant.standing is not Standing.NOTICED or (closes_at is not None and at >= closes_at):
        raise Refused("NOT_IN_NOTICE", round_.opened.clause, case=raised.case_id, round=round_.round_id)
    if not raised.text.strip():
        raise Refused("REASON_MISSING", round_.opened.clause, title="异议")
    numbered = ObjectionRaised()
    numbered.CopyFrom(raised)
    numbered.objection = len(round_.objections) + 1
    return [numbered]


def settle_objection(round_: Round, case_id: str, settled: ObjectionSettled) -> list[Message]:
    """Uphold or dismiss it, with a reason.

    Raises Refused ROUND_CLOSED, OBJECTION_UNKNOWN, OBJECTION_SETTLED, REASON_MISSING.
    """
    must_be_open(round_)
    known = round_.objections.get(settled.objection)
    clause = round_.opened.clause
    if known is None or known.raised.case_id != case_id:
        raise Refused("OBJECTION_UNKNOWN", clause, case=case_id, objection=settled.objection)
    if known.settled is not None:
        raise Refused("OBJECTION_SETTLED", clause, objection=settled.objection)
    if not settled.reason.strip():
        raise Refused("REASON_MISSING", clause, title="异议处理")
    return [settled]
