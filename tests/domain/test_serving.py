"""A rule that the engine cannot carry out is refused before a case is opened: it would silently not hold."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain import headroom
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.refusals import Refused
from domain.serving import served
from tests.builders import an_application
from tests.desk import the_rulebook
from tests.programmes.switching import read_as

ON = date(2024, 3, 1)


def changed(change: Callable[[dict[str, Any]], object]) -> Programme:
    """Beijing's programme with a change."""
    data = read_as({})
    change(data)
    return Programme.of(data, "ab" * 32)


def test_beijing_is_served_under_its_two_annual_limits() -> None:
    engine = served(the_rulebook().in_force("bj-slq-2023", ON))
    facts = CaseFacts(ON, an_application(), accepted_on=ON)

    assert engine.issuing == "issued"
    assert engine.issuing_limit(facts).cap == engine.paying(ON).limit.cap == headroom.Cap(200_000_000)
    assert (engine.issuing_limit(facts).code, engine.issuing_limit(facts).clause) == ("BJ_E_CAP", "BJ-3.3")


def test_a_programme_whose_suppliers_deduct_and_are_paid_is_served() -> None:
    engine = served(changed(lambda data: data["award"].update(benefit="supplier_deduction", payee="supplier")))

    assert engine.programme.pays_supplier
    assert engine.paying(ON).limit.cap == headroom.Cap(200_000_000)


def test_a_programme_without_a_limit_has_no_cap() -> None:
    engine = served(changed(lambda data: data["accounts"]["issued"].pop("limit")))

    assert engine.issuing_limit(CaseFacts(ON, an_application())).cap is None


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda data: data["plans"].pop("voucher_claim"), "plans"),
        (lambda data: data["plans"].pop("redemption_claim"), "plans"),
        (lambda data: data.pop("redemption"), "redemption"),
        (lambda data: data["award"].update(benefit="grant"), "award"),
        (lambda data: data["award"].update(payee="supplier"), "award"),
        (lambda data: data["award"].update(benefit="supplier_deduction"), "award"),
        (lambda data: data["accounts"]["pool"].update(limit="issue_cap_fen"), "accounts.pool"),
        (lambda data: data["accounts"]["issued"].update(on_exceed="refuse"), "accounts.issued"),
        (lambda data: data["accounts"]["issued"].update(holder="contract"), "accounts.issued"),
        (lambda data: data["accounts"]["redeemed"].update(period="programme"), "accounts.redeemed"),
    ],
)
def test_what_the_engine_cannot_carry_out_is_refused_by_the_part_of_the_file(
    change: Callable[[dict[str, Any]], object], part: str
) -> None:
    with pytest.raises(Refused) as refused:
        served(changed(change))

    assert refused.value.code == "PROGRAMME_NOT_SERVED"
    assert f"{part} of its file" in refused.value.message("en")


def test_a_programme_that_gives_no_vouchers_is_not_served_as_one() -> None:
    with pytest.raises(Refused, match="PROGRAMME_NOT_SERVED"):
        served(the_rulebook().in_force("qd-slzx", date(2024, 1, 22)))
