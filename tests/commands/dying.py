"""A process that dies between the decision to destroy a key and its destruction. Importable by name."""

import os
from pathlib import Path

from commands.door import Door, declared
from duifu.v1.commands_pb2 import Command
from ledger.keys import SubjectKeys
from ledger.store import Ledger
from tests.desk import the_rulebook

DIED = 9


class DyingKeys(SubjectKeys):
    """A key store whose process does not come back from a destruction."""

    def destroy(self, subject: str, generation: int) -> None:  # noqa: ARG002 (whosever key it is)
        """End this process at once, without any cleaning up."""
        os._exit(DIED)


def send_and_die(ledger: Path, command: bytes) -> None:
    """Send a command at the door of a process that dies as soon as a key is to be destroyed."""
    door = Door(Ledger(ledger, DyingKeys(ledger.with_name("subject-keys.sqlite"))), the_rulebook())
    parsed = Command.FromString(command)
    door.handle(parsed, declared(parsed.actor))
