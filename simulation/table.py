"""A simulation as a table, one row for each claim, for a spreadsheet."""

import csv
import io

from simulation.comparison import Comparison

HEAD = (
    "case_id",
    "uscc",
    "district",
    "size",
    "accepted_on",
    "before_fen",
    "after_fen",
    "difference_fen",
    "before_code",
    "after_code",
)
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets in China know UTF-8
OBEYED = ("=", "+", "-", "@", "\t", "\r")


def as_csv(comparison: Comparison) -> str:
    """Rows in the order of acceptance. Amounts are in the programme's unit, fen unless it says otherwise.

    A text that a spreadsheet would carry out as a formula gets an apostrophe in front (CWE-1236); numbers are numbers.
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(HEAD)
    for change in comparison.changes:
        granted = change.granted
        who = change.claim.case_id, change.uscc, change.district, change.size, change.counted_on.isoformat()
        amounts = granted.before, granted.after, granted.difference
        codes = change.before.code, change.after.code
        table.writerow([*map(harmless, who), *amounts, *map(harmless, codes)])
    return BYTE_ORDER_MARK + written.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(OBEYED) else text
