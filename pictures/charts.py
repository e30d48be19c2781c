"""Two charts: a waterfall from one sum to another, and columns. Every bar says in words what it is and how much."""

from collections.abc import Sequence
from dataclasses import dataclass

from pictures.drawing import INK, PALE, Drawing

WIDTH, LEFT, RIGHT = 1000, 230, 790
ROW, HEAD, FOOT = 30, 50, 14
BAR = 18
COLUMN_TOP, COLUMN_BASE, COLUMN_HEIGHT = 60, 280, 330
SOLID, MORE, LESS = "#1f5fa8", "#2e7d4f", "#c2461f"
COLUMN_MAX = 90  # pixels


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a waterfall: a sum of what stands above it, or what is added or, if negative, taken away."""

    label: str
    amount: int
    shown: str  # the amount in words
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column, upwards from nothing."""

    label: str
    amount: int
    shown: str


def waterfall(title: str, description: str, bars: Sequence[Bar]) -> Drawing:
    """One row below the other; a bar begins where the one above it ended. A sum begins at nothing."""
    sheet = Drawing(WIDTH, HEAD + ROW * len(bars) + FOOT, title, description)
    sheet.text(LEFT, 28, title, 15)
    spans, level = [], 0
    for bar in bars:
        before, level = (0, bar.amount) if bar.is_sum else (level, level + bar.amount)
        spans.append((min(before, level), max(before, level)))
    most = max([1, *(high for _, high in spans)])

    def at(amount: int) -> int:
        return LEFT + (RIGHT - LEFT) * max(0, amount) // most

    sheet.line(LEFT, HEAD - 6, LEFT, HEAD + ROW * len(bars), INK)
    for number, (bar, (low, high)) in enumerate(zip(bars, spans, strict=True)):
        top = HEAD + ROW * number
        colour = SOLID if bar.is_sum else MORE if bar.amount >= 0 else LESS
        sheet.text(LEFT - 10, top + 14, bar.label, 13, "end")
        if bar.amount:
            sheet.box(at(low), top, max(1, at(high) - at(low)), BAR, colour)
        sheet.text(WIDTH - 20, top + 14, bar.shown, 13, "end")
        sheet.line(LEFT, top + BAR + 6, WIDTH - 20, top + BAR + 6, PALE)
    return sheet


def columns(title: str, description: str, found: Sequence[Column]) -> Drawing:
    """Side by side on one scale, at least one."""
    sheet = Drawing(WIDTH, COLUMN_HEIGHT, title, description)
    sheet.text(40, 28, title, 15)
    most = max([1, *(column.amount for column in found)])
    wide = (WIDTH - 80) // len(found)
    bar = min(COLUMN_MAX, wide * 2 // 3)
    for number, column in enumerate(found):
        middle = 40 + wide * number + wide // 2
        high = (COLUMN_BASE - COLUMN_TOP) * max(0, column.amount) // most
        sheet.box(middle - bar // 2, COLUMN_BASE - high, bar, high, SOLID)
        sheet.text(middle, COLUMN_BASE - high - 8, column.shown, 12, "middle")
        sheet.text(middle, COLUMN_BASE + 22, column.label, 12, "middle")
    sheet.line(40, COLUMN_BASE, WIDTH - 40, COLUMN_BASE, INK)
    return sheet
