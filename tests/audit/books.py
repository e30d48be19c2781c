"""What an audit finds in a ledger as it is, and in a copy of it with one event altered."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from audit.compared import Difference
from audit.conservation.conserve import Conserved, conserve
from audit.moments import AtPosition
from audit.recompute import recompute
from ledger.registry import unwrap
from ledger.rows import open_rows
from tests.audit.tampering import forged
from tests.desk import the_rulebook

Alter = Callable[[Any], object]


def books_of(path: Path) -> Conserved:
    with closing(open_rows(path)) as rows:
        return conserve(rows, the_rulebook())


def differences(path: Path) -> list[Difference]:
    found: list[Difference] = []
    with closing(open_rows(path)) as rows:
        recompute(rows, the_rulebook(), found.append)
    return found


def conserved_throughout(address: str | Path, begin: int = 1) -> Conserved:
    """From a position on, at each, every fen is in one place and no account is below nothing; the last books."""
    with closing(open_rows(address)) as rows:
        for position in range(begin, rows.head() + 1):
            found = conserve(rows, the_rulebook(), AtPosition(position))
            assert found.is_conserved, (position, found.breaks)
            assert all(fen >= 0 for account in found.accounts for fen in account.held), position
    return found


def altered(path: Path, kind: type[Message], alter: Alter, at: int = 0) -> int:
    """The ledger with one event changed and every leaf made anew, as a forger would; gives its position."""
    return forged(path, kind, lambda envelope: alter(unwrap(envelope.event)), at)


def more(field: str, fen: int = 1) -> Alter:
    """The same event with so much more in a field."""
    return lambda event: setattr(event, field, getattr(event, field) + fen)


def other(field: str, value: Any) -> Alter:
    return lambda event: setattr(event, field, value)
