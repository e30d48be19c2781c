"""What is under way between accounts: claims in a queue, what waits to be ordered, orders without an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from audit.conservation.account import Account
from audit.conservation.limits import Quota
from duifu.v1.events_pb2 import CycleOpened, RoundOpened
from duifu.v1.recovery_pb2 import SetOff


@dataclass(slots=True)
class Order:
    """A payment order without an answer."""

    account: Account  # of the quarter or of the round
    case_id: str
    voucher_id: str
    amount_fen: int
    set_off: Sequence[SetOff] = ()  # of the amount, what does not go out

    @property
    def payable_fen(self) -> int:
        """What goes out."""
        return self.amount_fen - sum(part.amount_fen for part in self.set_off)


@dataclass(slots=True)
class Waiting:
    """What of a claim, or of a share, is to be ordered."""

    voucher_id: str = ""
    fen: int = 0


@dataclass(slots=True)
class Quarter:
    """One quarter: its account, and what is to be ordered for whom. What it has dealt with is forgotten."""

    account: Account
    opened: CycleOpened = field(default_factory=CycleOpened)
    waiting: dict[str, Waiting] = field(default_factory=dict)  # by case
    deferred_fen: int = 0
    set_off_fen: int = 0  # of what was paid, that did not go out
    returned_fen: int = 0
    carried_fen: int = 0
    paid_before_fen: int = 0  # by the programme, in all quarters before
    paid_before_in_year_fen: int = 0  # of that, in the same paying year


@dataclass(slots=True)
class Round:
    """One round: what it shares, and what is to be ordered for whom."""

    opened: RoundOpened = field(default_factory=RoundOpened)
    quota: Quota = field(default_factory=Quota)
    shares: dict[str, dict[str, Waiting]] = field(default_factory=dict)  # by account and case


@dataclass(slots=True)
class Place:
    """A claim in its year's queue: the most that it may come to, and the day whose limit counts."""

    account: Account
    on: date
    fen: int
