"""Answers of the outside world to the checks of a case: as its sources give them, or put in by hand."""

from commands.work import Work
from domain import checks, duties
from domain.case import must_be_about
from duifu.v1.commands_pb2 import EnterCheck, RecordCheck
from duifu.v1.events_pb2 import CheckRecorded


def record(work: Work, command: RecordCheck) -> str:
    """Keep what an outside source answered. It counts as long as the case is open, whatever the stage.

    Raises Refused CASE_CLOSED, CHECK_OF_OTHER.
    """
    case = work.case(command.case_id)
    case.any_stage()
    must_be_about(command.result, case.applicant_uscc)
    recorded = CheckRecorded(stage=command.stage, round=command.round, result=command.result)
    work.on_case(case.case_id, [recorded])
    return case.case_id


def enter(work: Work, command: EnterCheck) -> str:
    """An officer puts in what a source says that stays away, or what was found on the spot. (QD-5.2)

    Raises Refused like `domain.checks.enter`, and DUTY_REQUESTER, DUTIES_APART.
    """
    case = work.case(command.case_id)
    entered = checks.enter(case, command, work.actor, work.at)
    duties.must_be_free(case, case.row(command.stage), duties.accounts_of(work.actor))
    work.on_case(case.case_id, [entered])
    return case.case_id
