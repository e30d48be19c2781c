"""Cases that name each other, in one commit of both streams. (关联案件)"""

from commands.work import Work
from domain import case_links
from domain.case_links import Both
from duifu.v1.commands_pb2 import LinkCases, UnlinkCases


def link(work: Work, command: LinkCases) -> str:
    """Two cases name each other, open or closed; linked so already, nothing changes."""
    other, case = work.case(command.other_case_id), work.case(command.case_id)
    return _on_both(work, command, case_links.link(case, other, command, work.actor))


def unlink(work: Work, command: UnlinkCases) -> str:
    """Two cases name each other no more."""
    other, case = work.case(command.other_case_id), work.case(command.case_id)
    return _on_both(work, command, case_links.unlink(case, other, command, work.actor))


def _on_both(work: Work, command: LinkCases | UnlinkCases, events: Both) -> str:
    here, there = events
    work.on_case(command.case_id, here)
    work.on_case(command.other_case_id, there)
    return command.case_id
