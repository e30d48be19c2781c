"""What other processes do at the same ledger. Importable by name, because a spawned process starts empty."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from domain.refusals import Refused
from duifu.v1.commands_pb2 import Command, SubmitApplication
from duifu.v1.facts_pb2 import Application
from tests.builders import PROGRAMME, applicant
from tests.desk import Desk


def in_processes(work: Callable[..., Any], *columns: Iterable[Any], processes: int = 3) -> list[Any]:
    """Run `work` once for every row of the columns, in fresh operating-system processes, and give what they return."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, *columns))


def submit_many_times(address: str, command: bytes, times: int) -> list[tuple[int, str, bool]]:
    """Send the same command again and again; gives position, case and whether it was a repeat."""
    desk = Desk(address)
    parsed = Command.FromString(command)
    receipts = [desk.door.handle(parsed, parsed.actor) for _ in range(times)]
    desk.ledger.close()
    return [(receipt.position, receipt.case_id, receipt.is_repeat) for receipt in receipts]


def claim_all_the_way(address: str, name: str, application: bytes) -> str:
    """Take one claim from submission to issuance; whoever must wait for others is left waiting. Gives the case."""
    desk = Desk(address, ids=name)
    case_id = desk.reviewed_case(Application.FromString(application))
    desk.issue(case_id)
    desk.ledger.close()
    return case_id


def issue(address: str, name: str, case_id: str) -> str:
    """Ask for one voucher; gives the code of a refusal."""
    desk = Desk(address, ids=name)
    try:
        desk.issue(case_id)
    except Refused as refused:
        return refused.code
    finally:
        desk.ledger.close()
    return ""


def a_submission(command_id: str, application: Application) -> Command:
    """The command of a claim."""
    submitted = SubmitApplication(programme_id=PROGRAMME, application=application)
    return Command(command_id=command_id, actor=applicant(), submit_application=submitted)
