"""The legal clock of the open stage: it is stopped, it runs again, and people are reminded of its deadline."""

from commands.work import Work
from domain import acting, stops
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, RemindStage, RestartClock, StopClock


def stop_clock(work: Work, command: StopClock) -> str:
    """Whoever holds the stage lets its clock stand still. (行政许可法 45)"""
    case = work.case(command.case_id)
    stopped = stops.stop(case, command, work.actor, work.at, work.rulebook.calendar)
    acting.must_be_free_to_act(case, case.row(command.stage), work.actor, work.named_in)
    work.on_case(case.case_id, stopped)
    return case.case_id


def restart_clock(work: Work, command: RestartClock) -> str:
    """The clock runs again: somebody says so, or the days of the stop are used up."""
    case = work.case(command.case_id)
    restarted = stops.restart(case, command, work.actor, work.at, work.rulebook.calendar)
    if work.actor.authentication != AUTHENTICATION_INTERNAL:
        acting.must_be_free_to_act(case, case.row(command.stage), work.actor, work.named_in)
    work.on_case(case.case_id, restarted)
    return case.case_id


def remind(work: Work, command: RemindStage) -> str:
    """The deadline comes near."""
    case = work.case(command.case_id)
    work.on_case(case.case_id, stops.remind(case, command, work.at))
    return case.case_id
