"""What the city knows. Records are the JSON of their messages in facts.proto, with every field written out."""

from dataclasses import dataclass
from typing import TypeAlias

Record: TypeAlias = dict[str, object]

SERVICES = ("registries", "relations", "credit", "invoices", "treasury", "letters")
LEGAL_FORMS = tuple(
    f"LEGAL_FORM_{form}"
    for form in ("COMPANY", "BRANCH", "PARTNERSHIP", "SOLE_TRADER", "INSTITUTION", "SOCIAL_ORGANISATION")
)
CONSISTENT = "INVOICE_STATUS_CONSISTENT"
INVOICE_STATUSES = (
    CONSISTENT,
    *(
        f"INVOICE_STATUS_{status}"
        for status in ("INCONSISTENT", "NOT_FOUND", "VOIDED", "REVERSED", "QUERY_LIMIT", "UNAVAILABLE")
    ),
)


@dataclass(frozen=True, slots=True)
class City:
    """One reading of the data file."""

    enterprises: dict[str, Record]  # by USCC
    relations: dict[frozenset[str], Record]  # by the two USCCs, so that a relation holds either way round
    listings: dict[str, list[Record]]  # by USCC; empty for an enterprise in good standing
    invoice_statuses: dict[tuple[str, str], str]  # by code, which may be empty, and number
    returned_accounts: dict[str, str]  # account number to the bank's reason
    settling_seconds: int  # from an order's acceptance until the bank answers
    unavailable: frozenset[str]  # the services that are switched off
