"""What one process does in a rush at a cut-off; importable by name, because a spawned process starts empty."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from commands.door import SYSTEM, Door, declared
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Command, FreezeCycle, RequestRedemption
from tests.builders import a_firm, a_redemption, applicant
from tests.desk import a_ledger, the_rulebook
from tests.many import voucher_id


def door_at(address: str, cut_off_at: datetime, rings_at: float) -> Door:
    """A door whose clock shows the cut-off when the machine's clock shows `rings_at`, in seconds of the epoch."""
    offset = cut_off_at - datetime.fromtimestamp(rings_at, UTC)
    return Door(a_ledger(address), the_rulebook(), lambda: datetime.now(UTC) + offset)


def request_all(address: str, cut_off_at: datetime, rings_at: float, numbers: Sequence[int]) -> dict[int, str]:
    """Ask for payment of so many vouchers, one after the other; number -> case. Who is told to ask again does."""
    door, answers = door_at(address, cut_off_at, rings_at), {}
    for number in numbers:
        firm = a_firm(number)
        asked = RequestRedemption(request=a_redemption(voucher_id(number), invoice=number, buyer=firm))
        command = Command(command_id=f"rush-{number}", actor=applicant(firm), request_redemption=asked)
        while number not in answers:
            try:
                answers[number] = door.handle(command, declared(command.actor)).case_id
            except Refused as refused:
                if refused.code != "LEDGER_BUSY":
                    raise
    door.ledger.close()
    return answers


def freeze(address: str, cut_off_at: datetime, rings_at: float, cycle_id: str) -> None:
    """Cut the quarter off as soon as the clock allows, as its workflow does."""
    door = door_at(address, cut_off_at, rings_at)
    while (left := cut_off_at - door.business_now()) > timedelta(0):
        time.sleep(left.total_seconds())
    command = Command(command_id="rush-freeze", actor=SYSTEM, freeze_cycle=FreezeCycle(cycle_id=cycle_id))
    while True:
        try:
            door.handle(command, SYSTEM)
        except Refused as refused:
            if refused.code != "LEDGER_BUSY":
                raise
        else:
            break
    door.ledger.close()
