"""Names of streams. A name is what makes the stream unique, so an auditor can read it in the database."""

from collections.abc import Iterable, Iterator

DEPLOYMENT = "deployment"
CASES = "case/"
CYCLES = "cycle/"
ROUNDS = "round/"
PANELS = "panel/"
BENEFITS = "benefits/"
RECOVERIES = "recovery/"


def case(case_id: str) -> str:
    """One claim."""
    return f"{CASES}{case_id}"


def cycle(cycle_id: str) -> str:
    """One quarter of one programme."""
    return f"{CYCLES}{cycle_id}"


def cycle_ids(names: Iterable[str]) -> Iterator[str]:
    """The ids in names of quarters' streams."""
    return (name.removeprefix(CYCLES) for name in names)


def grant_round(round_id: str) -> str:
    """One round of one programme."""
    return f"{ROUNDS}{round_id}"


def experts(programme_id: str) -> str:
    """The pool of experts of one programme."""
    return f"experts/{programme_id}"


def panel(panel_id: str) -> str:
    """One panel of experts."""
    return f"{PANELS}{panel_id}"


def panels_of(case_id: str) -> str:
    """What the names of all panels of one case begin with."""
    return f"{PANELS}{case_id}-panel-"


def bar(programme_id: str, uscc: str) -> str:
    """The times for which an enterprise may not apply or redeem under a programme."""
    return f"bar/{programme_id}/{uscc}"


def recovery(recovery_id: str) -> str:
    """What one case has to pay back for one reason."""
    return f"{RECOVERIES}{recovery_id}"


def recoveries_of(case_id: str) -> str:
    """What the names of all recoveries of one case begin with."""
    return f"{RECOVERIES}{case_id}-recovery-"


def set_offs(programme_id: str) -> str:
    """The recoveries that are set off against payments under a programme."""
    return f"set-off/{programme_id}"


def voucher(voucher_id: str) -> str:
    """One voucher."""
    return f"voucher/{voucher_id}"


def contract(identity: str) -> str:
    """The single claim of one contract."""
    return f"contract/{identity}"


def benefits(uscc: str) -> str:
    """What the programmes of this ledger granted to one enterprise."""
    return f"{BENEFITS}{uscc}"


def receipt(payer_uscc: str, plain_number: str) -> str:
    """The cases that one bank receipt was handed in with."""
    return f"receipt/{payer_uscc}/{plain_number}"


def delivery(supplier_uscc: str, plain_number: str) -> str:
    """The cases that one proof of delivery was handed in with."""
    return f"delivery/{supplier_uscc}/{plain_number}"


def invoice(seller_uscc: str, key: str) -> str:
    """The voucher that one invoice serves."""
    return f"invoice/{seller_uscc}/{key}"


def enterprise_year(programme_id: str, uscc: str, year: int) -> str:
    """The two annual ledgers of one enterprise."""
    return f"enterprise-year/{programme_id}/{uscc}/{year}"


def register(programme_id: str, kind: str, year: int) -> str:
    """Case numbers of one kind and year."""
    return f"register/{programme_id}/{kind}/{year}"


def subject(account: str) -> str:
    """One person whose data is here."""
    return f"subject/{account}"


def delegation(programme_id: str, account: str) -> str:
    """The roles that one person has lent to others."""
    return f"delegation/{programme_id}/{account}"


def command(command_id: str) -> str:
    """The answer to one command."""
    return f"command/{command_id}"


def attempt(command_id: str, request_sha256: str, code: str) -> str:
    """One refused attempt; the same attempt refused for the same reason is recorded once."""
    return f"attempt/{command_id}/{request_sha256}/{code}"
