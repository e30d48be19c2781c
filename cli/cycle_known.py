"""The quarters that there are, for who asks for another."""

from collections.abc import Iterable

from cli.output import RefusedHere
from ledger import streams


def unknown_cycle(cycle_id: str, names: Iterable[str]) -> RefusedHere:
    """There is no such quarter among these streams."""
    known = "、".join(name.removeprefix(streams.CYCLES) for name in names) or "—"
    return RefusedHere(f"There is no redemption cycle {cycle_id}. Known: {known}")
