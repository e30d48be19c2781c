"""What the city knows. Records are the JSON of their messages in facts.proto, with every field written out."""

from dataclasses import dataclass
from typing import TypeAlias

Record: TypeAlias = dict[str, object]

#: Each credit source, each authority and each treasury that the file names is a service too.
SERVICES = ("registries", "relations", "credit", "duplicates", "invoices", "treasury", "letters")
#: How a service may fail; one that is switched off answers 503.
FAULTS = ("error", "hangs_up", "loses_answer", "nonsense", "silent", "slow")
LEGAL_FORMS = tuple(
    f"LEGAL_FORM_{form}"
    for form in ("COMPANY", "BRANCH", "PARTNERSHIP", "SOLE_TRADER", "INSTITUTION", "SOCIAL_ORGANISATION")
)
CONFORMS = "OPINION_KIND_CONFORMS"
SILENT = "OPINION_KIND_UNSPECIFIED"
OPINIONS = (CONFORMS, "OPINION_KIND_DOES_NOT_CONFORM", SILENT)
CONSISTENT = "INVOICE_STATUS_CONSISTENT"
INVOICE_STATUSES = (
    CONSISTENT,
    *(
        f"INVOICE_STATUS_{status}"
        for status in ("INCONSISTENT", "NOT_FOUND", "VOIDED", "REVERSED", "QUERY_LIMIT", "UNAVAILABLE")
    ),
)


@dataclass(frozen=True, slots=True)
class Bank:
    """How one treasury's orders end."""

    returned_accounts: dict[str, str]  # account number to the bank's reason
    settling_seconds: int  # from an order's acceptance until the bank answers


@dataclass(frozen=True, slots=True)
class Funded:
    """What another programme pays for."""

    uscc: str  # who is paid
    contract_number: str
    programme: str
    description: str
    is_certain: bool  # else it only looks like the same thing


@dataclass(frozen=True, slots=True)
class City:
    """One reading of the data file."""

    enterprises: dict[str, Record]  # by USCC
    relations: dict[frozenset[str], Record]  # by the two USCCs, so that a relation holds either way round
    credit_sources: frozenset[str]  # beside the general registry of credit
    listings: dict[tuple[str, str], list[Record]]  # by source ("" for the general registry) and USCC
    authorities: frozenset[str]  # that may be consulted
    opinions: dict[tuple[str, str], str]  # by authority and USCC; all others conform
    answering_seconds: int  # from a consultation's receipt until the authority answers
    funded: tuple[Funded, ...]
    invoice_statuses: dict[tuple[str, str], str]  # by code, which may be empty, and number
    banks: dict[str, Bank]  # by the treasury's name; "" is the one without a name
    faults: dict[str, str]  # by service
