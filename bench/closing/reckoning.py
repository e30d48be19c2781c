"""The rule that all contestants work by, in plain Python: what is due, what is paid of it, and what is put off.

Beijing's: min(invoiced, delivered, paid) of each invoice, the voucher times the settled share of the contract,
cumulative and rounded down; a yearly limit for each firm, oldest request first. (BJ-4.6, BJ-A8, BJ-A12, BJ-3.3, BJ-A17)
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias
from zlib import crc32

from bench.closing.claims import CAP_FEN, Claim

Step: TypeAlias = dict[str, str | int]  # name, clause, explanation, fen

CHUNK = 500  # claims in a commit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a closed quarter comes to. What it cost in history does not make two outcomes differ."""

    paid_fen: int
    deferred_fen: int
    claims: int
    history_events: int = field(default=0, compare=False)  # of workflows, if there are any


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is due of one claim, and how that was worked out."""

    due_fen: int
    trace: list[Step]


def assess(claim: Claim) -> Assessed:
    """What the claim adds to what is due of its voucher, step by step."""
    trace: list[Step] = []
    base_fen = 0
    for invoice in claim.invoices:
        counted_fen = min(invoice.invoiced_fen, invoice.delivered_fen, invoice.paid_fen)
        base_fen += counted_fen
        why = f"min({invoice.invoiced_fen}, {invoice.delivered_fen}, {invoice.paid_fen})"
        trace.append(_step(f"invoice {invoice.number}", "BJ-A8", why, counted_fen))
    trace.append(_step("base", "BJ-A8", "sum of the invoices", base_fen))
    cumulative_fen = min(claim.eligible_fen, claim.settled_before_fen + base_fen)
    why = f"min({claim.eligible_fen}, {claim.settled_before_fen} + {base_fen})"
    trace.append(_step("cumulative", "BJ-A12", why, cumulative_fen))
    released_fen = claim.face_fen * cumulative_fen // claim.eligible_fen
    why = f"floor({claim.face_fen} × {cumulative_fen} ÷ {claim.eligible_fen})"
    trace.append(_step("released", "BJ-4.6", why, released_fen))
    due_fen = released_fen - claim.due_before_fen
    trace.append(_step("due", "BJ-4.6", f"{released_fen} − {claim.due_before_fen}", due_fen))
    return Assessed(due_fen, trace)


def payable(due_fen: int, used_fen: int) -> int:
    """What the yearly limit leaves of it; `used_fen` was ordered for the firm before."""
    return min(due_fen, CAP_FEN - used_fen)


def order_id(number: int) -> str:
    """For instance "2024Q4-000001"."""
    return f"2024Q4-{number:06d}"


def treasury(order: str, amount_fen: int) -> str:
    """Carries out an order at once and gives the bank's reference: the same one if it is asked again."""
    assert amount_fen > 0, "the treasury does not pay nothing"
    return f"GK{crc32(f'{order}:{amount_fen}'.encode()):08x}"


def chunks(claims: int) -> list[tuple[int, int]]:
    """The first and the last number of each commit."""
    return [(first, min(first + CHUNK - 1, claims)) for first in range(1, claims + 1, CHUNK)]


def expected(claims: Iterable[Claim]) -> Outcome:
    """What has to come out, worked out in memory."""
    used: dict[int, int] = defaultdict(int)
    paid_fen = deferred_fen = count = 0
    for claim in claims:
        due_fen = assess(claim).due_fen
        amount_fen = payable(due_fen, used[claim.firm])
        used[claim.firm] += amount_fen
        paid_fen += amount_fen
        deferred_fen += due_fen - amount_fen
        count += 1
    return Outcome(paid_fen, deferred_fen, count)


def _step(name: str, clause: str, explanation: str, fen: int) -> Step:
    return {"name": name, "clause": clause, "explanation": explanation, "fen": fen}
