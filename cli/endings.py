"""How a command ends when a database does not answer, cannot be meant, or was altered."""

from cli.output import Ending, RefusedHere, Unavailable, WrongInput
from ledger.address import NoDatabase
from ledger.encryption import PersonalDataDamaged
from ledger.rows import RowsUnavailable
from ledger.seals import SealsUnavailable
from ledger.store import LedgerUnavailable


def ending(error: Exception) -> Ending | None:
    """4 for what cannot be reached, 2 for what cannot be meant, 3 for what was altered; None for anything else."""
    match error:
        case LedgerUnavailable() | RowsUnavailable() | SealsUnavailable():
            return Unavailable(f"{error}. Nothing was done; try again.")
        case NoDatabase():
            return WrongInput(str(error))
        case PersonalDataDamaged():
            return RefusedHere(f"The ledger was tampered with or is damaged. {error}. See: duifu audit verify")
    return None
