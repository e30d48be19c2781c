"""The table of refusal codes says what the ledger says."""

import os
import re

from domain.refusal_texts import TEXTS
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "guides" / "integrators.md"
GENERATED = re.compile(r"(<!-- generated [^\n]*-->\n)(.*?)(<!-- end of what is generated -->)", re.DOTALL)


def table() -> str:
    """One row for each code."""
    rows = ["| code | message | way forward | 中文 |", "|---|---|---|---|"]
    for code, text in TEXTS.items():
        message, way_forward = text["en"]
        rows.append(f"| `{code}` | {message} | {way_forward} | {text['zh'][0]} |")
    return "\n".join(rows) + "\n"


def test_the_golden_table_of_refusals_is_what_the_ledger_says() -> None:
    page = PAGE.read_text("utf-8")
    wanted = GENERATED.sub(lambda found: found[1] + table() + found[3], page)
    if os.environ.get("RENEW_GOLDEN"):
        PAGE.write_text(wanted, "utf-8")

    assert PAGE.read_text("utf-8") == wanted, "make golden rewrites it"
