"""One process that files claims at full speed: python -m tests.chaos.writer LEDGER NAME COUNT.

Prints a line for each answer as soon as it has it: command id, position and case. Filing again asks for the same.
"""

import sys

from commands.door import Door, declared
from duifu.v1.commands_pb2 import Command, SubmitApplication
from policy.rulebook import Rulebook
from telemetry import logs
from tests.builders import PROGRAMME, a_contract, a_firm, an_application, applicant, shanghai
from tests.desk import a_ledger

ON = shanghai("2024-03-01 09:00")


def commands(name: str, count: int) -> list[Command]:
    """What this writer files: contracts of its own, but numbers from one register for all."""
    firm = a_firm(10 + int(name))
    return [
        Command(
            command_id=f"writer-{name}-{number}",
            actor=applicant(firm),
            submit_application=SubmitApplication(
                programme_id=PROGRAMME,
                application=an_application(a_contract(number=f"HT-{name}-{number}", buyer=firm), firm=firm),
            ),
        )
        for number in range(count)
    ]


def main(path: str, name: str, count: str) -> None:
    """File everything, from the first."""
    logs.configure("json", "WARNING")
    door = Door(a_ledger(path), Rulebook(), lambda: ON)
    for command in commands(name, int(count)):
        receipt = door.handle(command, declared(command.actor))
        sys.stdout.write(f"{command.command_id} {receipt.position} {receipt.case_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
