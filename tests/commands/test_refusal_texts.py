"""Every code that is refused with has its texts, every text is in use, and every refusal of the door is attempted."""

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.refusal_texts import TEXTS
from domain.refusals import LANGUAGES, Refused
from tests.commands import test_panels, test_refusals, test_round_refusals

ROOT = Path(__file__).parents[2]
INSIDE = ("domain", "commands", "policy")
OUTSIDE = ("workflows", "activities", "gateway", "cli")

#: What no single command can be refused with at the door, and where it is proven instead.
ELSEWHERE = {
    "MALFORMED": "test_malformed.py",
    **dict.fromkeys(
        ("BATCH_CHANGED", "BATCH_NOT_IN_TURN", "BATCH_SIGNED", "BATCH_UNKNOWN", "ORDER_RELEASED", "SIGNER_NOT_APART"),
        "test_release.py: no shipped programme has payments signed",
    ),
    "CLAIM_WITH_QUARTER": "test_clean_claims.py: no shipped programme lets a quarter verify",
    "EDITION_UNKNOWN": "test_refusals.py: needs a door with another rulebook",
    "CONDITIONS_NOT_MET": "test_refusals.py: the headline is the code of the condition",
    "DUTIES_APART": "test_duties.py: the headline is the code of the duty",
    "BJ_E_CAP": "test_beijing_examples.py: closes the case",
    "NOTHING_DUE": "test_cases.py: closes the case",
    "CLAW_BACK_OPEN": "test_reversal.py: closes the case",
    "COMPUTED_FINDING_STANDS": "test_reversal.py",
    "VERDICT_MISSING": "tests/domain/test_review.py: malformed at the door",
    "PARAMETER_EXPIRED": "tests/domain/test_rules.py: no shipped parameter expires before its windows",
    "CALENDAR_NOT_ANNOUNCED": "tests/domain/test_calendar.py: the shipped calendar outlives the scheme",
    "ACCOUNT_UNKNOWN": "tests/domain/test_accounts.py: facts of a quote, not of a command",
    "ACCOUNT_USE_NEGATIVE": "tests/domain/test_accounts.py: the same",
    "ACCOUNT_PERIOD_UNKNOWN": "tests/domain/test_accounts.py: the same",
    "ACCOUNT_USE_CONTRADICTORY": "tests/domain/test_quoting.py: facts of a quote, not of a command",
    "CONTRACT_TWICE_IN_QUOTE": "tests/domain/test_quoting.py: the same",
    "CHECK_TWICE": "tests/domain/test_quoting.py: the same",
    "NAME_NOT_OF_PROGRAMME": "tests/domain/test_quoting.py: the same",
    "REDEMPTION_BEFORE_GRANT": "tests/domain/test_quoting.py: at the door there is no voucher to name",
    "APPLICATION_TWICE_IN_ROUND": "tests/domain/test_evaluation.py: at the door APPLIED_ALREADY",
    "CALCULATION_FAILED": "tests/domain/test_step_inputs.py: no shipped expression fails on a well-formed claim",
    "DECISION_NOT_FORESEEN": "tests/domain/test_calculation.py: every shipped programme foresees a decision",
    "FACT_MISSING": "tests/domain/test_expressions.py: a claim without it is refused as a condition",
    "ROUND_ALLOCATED": "test_round.py: nothing is allocated before the window has closed",
    "LINE_WITHOUT_DAYS": "tests/domain/test_calculation.py: malformed at the door",
    **dict.fromkeys(
        ("PAYEE_NOT_SUPPLIER", "DEDUCTION_MISSING", "DEDUCTION_EXCEEDS"),
        "test_supplier_deduction.py: no shipped programme pays suppliers",
    ),
    "INVOICE_IN_GRANT": "test_invoice_uses.py: needs the two shipped programmes at one door",
    "ENTRY_NOT_MET": "test_opinions.py: no shipped stage has conditions of its own",
    "OPINION_UNCLEAR": "test_opinions.py: no shipped stage hears others",
    "OPINION_TWICE": "test_opinions.py: the same",
    "OPINIONS_FULL": "test_opinions.py: the same",
    "OPINION_TOO_LATE": "test_opinions.py: the same",
    "OPINION_AMOUNT_MISSING": "test_opinions.py: the same",
    "OPINION_OF_DECIDER": "test_opinions.py: the same",
    "OPINION_AGAINST": "test_opinions.py: the same",
    "OPINIONS_MISSING": "test_opinions.py: the same",
    "QUORUM_NOT_REACHED": "test_opinions.py: the same",
    "CONSENTS_TOO_FEW": "test_opinions.py: the same",
    "LINK_TO_SELF": "test_links.py",
    "LINK_NOT_YOURS": "test_links.py",
    "LINKED_OTHERWISE": "test_links.py",
    "NOT_LINKED": "test_links.py",
    "SPECIAL_APPROVAL_NOT_FORESEEN": "test_special_approvals.py",
    "SPECIAL_APPROVAL_GIVEN": "test_special_approvals.py: no shipped programme lets anybody approve specially",
    "SPECIAL_APPROVAL_MISSING": "test_special_approvals.py: the same",
    "AMOUNT_SET": "test_special_approvals.py: the same",
    "APPROVER_SETS_AMOUNT": "test_special_approvals.py: the same",
    "FROZEN": "test_freezes.py: no shipped programme holds still",
    "VOUCHER_IN_PAYMENT": "test_rescaling.py",
    "RESCALE_OTHER_CONTRACT": "test_rescaling.py",
    "RESCALE_NOT_LOWER": "test_rescaling.py",
    "PAYMENT_CURRENCY": "tests/exchange/test_payment_commands.py: a command names no amount and no payee",
    "PAYMENT_AMOUNT": "tests/exchange/test_payment_commands.py: the same",
    "PAYMENT_ACCOUNT": "tests/exchange/test_payment_commands.py: the same",
    "PAYMENT_PAYEE": "tests/exchange/test_payment_commands.py: the same",
    "PAYMENT_NOT_RELEASED": "tests/exchange/test_payment_release.py: a person signs before it goes out",
    "PAYMENT_TWICE": "tests/exchange/test_payment_commands.py: of lines of one file",
    "PAYMENT_LATE": "tests/exchange/test_payment_commands.py: at the door PAYMENT_RESULT_CONFLICT",
    **dict.fromkeys(
        ("RECOVERY_UNKNOWN", "RECOVERY_COMPUTED", "RECOVERY_ABOVE_PAID", "RECOVERY_NOT_NOW", "RECOVERY_NOT_APART"),
        "test_recovery.py",
    ),
    **dict.fromkeys(
        (
            "STATEMENT_OPEN",
            "RECOVERY_ABOVE_FINDING",
            "RECOVERY_ABOVE_OPEN",
            "RECEIPT_CONFLICT",
            "RECOVERY_RECEIPT_USED",
            "RECEIPT_BEFORE_PAYMENT",
            "WRITE_OFF_NOT_PROPOSED",
        ),
        "test_recovery.py",
    ),
    **dict.fromkeys(("ENTERPRISE_BARRED", "BAR_NOT_FORESEEN", "BAR_WITHOUT_DEMAND", "BAR_PERIOD"), "test_bars.py"),
    "TRANSFER_NOT_FORESEEN": "test_recovery_transfer.py",
    **dict.fromkeys(
        ("SET_OFF_NOT_FORESEEN", "SET_OFF_NOT_AGREED", "SET_OFF_NOT_ORDERED", "SET_OFF_HELD", "ORDER_SET_OFF"),
        "test_set_off.py",
    ),
    "RECOVERY_NOT_FORESEEN": "test_recovery.py: both shipped programmes say how",
    **dict.fromkeys(
        ("INVOICE_NOT_COUNTED", "REVERSAL_ABOVE_INVOICE", "REVERSAL_CONFLICT", "RED_INVOICE_COUNTED"),
        "test_reversal.py",
    ),
    **dict.fromkeys(("REVERSAL_UNKNOWN", "REVERSAL_HANDED_IN"), "test_reversal_withdrawn.py"),
    "LEDGER_BUSY": "forty lost races in a row",
    "COMMIT_TOO_LARGE": "test_lost_answers.py: no command of ours is that large",
}


@dataclass(frozen=True)
class Place:
    """One `Refused("CODE", …)` in the source."""

    where: str
    code: str
    facts: frozenset[str]
    has_more: bool  # **facts that the source does not spell out


def places(*rooms: str) -> Iterator[Place]:
    """Every place where something is refused."""
    files = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                code = node.args[0]
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                assert isinstance(code, ast.Constant), f"{where}: the code of a refusal is written out"
                names = {keyword.arg for keyword in node.keywords}
                yield Place(where, str(code.value), frozenset(filter(None, names)), None in names)


def blanks(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


ALL_PLACES = [pytest.param(place, id=f"{place.where} {place.code}") for place in places(*INSIDE, *OUTSIDE)]


@pytest.mark.parametrize("place", ALL_PLACES)
def test_a_refusal_has_texts_and_every_fact_that_they_quote(place: Place) -> None:
    texts = TEXTS[place.code]

    quoted = set().union(*(blanks(text) for language in LANGUAGES for text in texts[language])) - {"grounds"}

    assert place.has_more or quoted <= place.facts


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_says_the_same_in_both_languages(code: str) -> None:
    by_language = {language: TEXTS[code][language] for language in LANGUAGES}

    assert set(TEXTS[code]) == {"zh", "en"}
    assert all(part for text in by_language.values() for part in text)
    zh, en = (set().union(*map(blanks, by_language[language])) for language in ("zh", "en"))
    assert zh == en


def test_no_text_is_left_over() -> None:
    roots = [path.read_text("utf-8") for path in ROOT.glob("*.py")]
    rest = [path.read_text("utf-8") for room in OUTSIDE for path in (ROOT / room).rglob("*.py")]

    refused_here = {place.code for place in places(*INSIDE)}

    assert {code for code in TEXTS if code not in refused_here and f'"{code}"' not in "".join(roots + rest)} == set()


def test_every_refusal_of_the_door_is_attempted() -> None:
    attempts = (*test_refusals.ATTEMPTS, *test_round_refusals.ATTEMPTS, *test_panels.ATTEMPTS)
    attempted = {attempt.values[1] for attempt in attempts}

    possible = {place.code for place in places(*INSIDE)}

    assert possible - attempted == set(ELSEWHERE)


def test_a_language_that_we_do_not_speak_reads_as_chinese() -> None:
    refused = Refused("CASE_UNKNOWN", case="bj-claim-2024-000001")

    assert refused.to_message("fr") == refused.to_message("zh")
    assert refused.to_message("en").message == "There is no case bj-claim-2024-000001."
