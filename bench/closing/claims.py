"""The claims of one quarter: the same ones whenever they are asked for, oldest request first.

Only the standard library is used, here and in what else the engines' own environments read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Self

CLAIMS_PER_FIRM = 5
RATE_PERCENT = 20
CAP_FEN = 200_000_000  # of what a firm is paid in a year
E_FEN = (50_000_000, 1_000_000_000)  # the eligible amount: from half a million to ten million yuan


@dataclass(frozen=True, slots=True)
class Invoice:
    """What was invoiced, delivered and paid under one invoice number, in fen."""

    number: str
    invoiced_fen: int
    delivered_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on one voucher. A fifth of the vouchers was settled in part before this quarter."""

    number: int  # from 1, in the order of the requests
    firm: int  # from 0
    face_fen: int  # of the voucher
    eligible_fen: int  # of its contract
    settled_before_fen: int  # of the eligible amount
    due_before_fen: int  # of the voucher
    invoices: tuple[Invoice, ...]

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Self:
        """The claim whose `asdict` this is, also after a way through JSON."""
        return cls(**fields | {"invoices": tuple(Invoice(**invoice) for invoice in fields["invoices"])})

    @property
    def claim_id(self) -> str:
        """For instance "bj-redeem-2024-000001"."""
        return f"bj-redeem-2024-{self.number:06d}"

    @property
    def voucher_id(self) -> str:
        """For instance "bj-voucher-2024-000001"."""
        return f"bj-voucher-2024-{self.number:06d}"


def firms(count: int) -> int:
    """How many firms hand in so many claims."""
    return max(1, count // CLAIMS_PER_FIRM)


def claims(count: int) -> Iterator[Claim]:
    """So many claims. Firms take turns, and most firms have some whose sum is about the cap."""
    dice = Random(1)
    for number in range(1, count + 1):
        eligible_fen = dice.randint(*E_FEN)
        # A third was granted less than the ceiling, so that the parts do not come out even.
        face_fen = min(CAP_FEN, eligible_fen * RATE_PERCENT // 100) * (9 if number % 3 == 0 else 10) // 10
        before_fen = eligible_fen * dice.randint(5, 40) // 100 if number % 5 == 0 else 0
        yield Claim(
            number=number,
            firm=number % firms(count),
            face_fen=face_fen,
            eligible_fen=eligible_fen,
            settled_before_fen=before_fen,
            due_before_fen=face_fen * before_fen // eligible_fen,
            invoices=tuple(_invoice(dice, number, part, eligible_fen) for part in range(1 + number % 2)),
        )


def _invoice(dice: Random, number: int, part: int, eligible_fen: int) -> Invoice:
    """Now and then less was delivered or paid than was invoiced."""
    invoiced_fen = eligible_fen * dice.randint(10, 50) // 100
    delivered_fen = invoiced_fen * dice.choice((100, 100, 100, 80)) // 100
    paid_fen = invoiced_fen * dice.choice((100, 100, 100, 60)) // 100
    return Invoice(f"{number:018d}{part:02d}", invoiced_fen, delivered_fen, paid_fen)
