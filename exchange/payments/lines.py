"""What a return file says, line by line, whichever format it is in."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.dates import from_iso
from domain.payment_answers import Said
from exchange.unusable import Unusable, quoted

LINES_MAX = 50_000
ID_MAX = 80  # characters of an order's id that are shown
NO_REASON = "来文未说明原因"


@dataclass(frozen=True)
class Line:
    """One answer and its place; with neither `said` nor `problem` it is about no order, and passed over."""

    place: str
    order_id: str = ""
    said: Said | None = None
    problem: Unusable | None = None


def a_line(place: str, order_id: str, reading: Callable[[], Said | None]) -> Line:
    """A line that is read, or what is wrong with it; of a senseless id not more than helps to find it."""
    shown = order_id[:ID_MAX]
    try:
        return Line(place, shown, reading())
    except Unusable as problem:
        return Line(place, shown, problem=problem)


def day_of(text: str) -> str:
    """A day as it stands in a file, with or without a time behind it; empty for none. Raises Unusable."""
    day = text.partition("T")[0]
    try:
        return from_iso(day).isoformat() if day else ""
    except ValueError:
        raise Unusable(f"日期 {quoted(text)} 须写作 2024-03-31", f"{quoted(text)} is no day like 2024-03-31") from None


def must_be_few(count: int) -> None:
    """Raises Unusable for more than LINES_MAX answers."""
    if count > LINES_MAX:
        raise Unusable(f"超过{LINES_MAX:,}行", f"more than {LINES_MAX:,} lines; ask for several files")
