"""Where the ledger of a deployment is opened, by its worker and by every command of the terminal.

Apart from the worker: who files a case at a terminal does not wait for the modules of Temporal.
"""

from commands import privacy
from commands.door import Door
from ledger.keys import KeysUnavailable, SubjectKeys
from ledger.store import Ledger, LedgerUnavailable
from policy.rulebook import Rulebook
from settings import Settings


def open_door(config: Settings) -> Door:
    """The door to this deployment's ledger. Raises LedgerUnavailable."""
    try:
        keys = SubjectKeys(config.subject_keys)
    except KeysUnavailable as error:
        raise LedgerUnavailable(str(error)) from error
    door = Door(Ledger(config.ledger, keys), Rulebook(config.programmes))
    privacy.carry_out(door.ledger)
    return door
