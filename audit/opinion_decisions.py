"""Opinions made again: who was asked, in time, once each, and as the plan asks for it. (会签)"""

from audit import acting
from audit.compared import Decision
from audit.remaking import Remaking
from domain import opinions
from duifu.v1.commands_pb2 import GiveOpinion
from duifu.v1.events_pb2 import OpinionGiven


def given(remaking: Remaking, event: OpinionGiven) -> None:
    """The opinion that the plan lets this person give on this day."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.VERDICT, case)) is None:
        return
    command = GiveOpinion(case_id=case.case_id, stage=event.stage, verdict=event.verdict, reason=event.reason)
    if event.HasField("agreed_fen"):
        command.agreed_fen = event.agreed_fen
    actor = remaking.entry.envelope.actor
    clause = case.row(event.stage).opinions.clause
    derived, *_ = opinions.give(case, command, actor, remaking.on, remaking.applied.calendar) or [OpinionGiven()]
    check.same_message("", event, derived, clause)
    acting.compare_apart(remaking, check, case, opinions.role_asked(case, event.stage, actor))
