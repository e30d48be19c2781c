"""The register of funded projects finds the same contract in other programmes, on either side of it."""

import pytest

from tests.reference_city.running import RunningCity

FUNDED, CUSTOMER, OTHER = "91370212MAYQ00015N", "91370212MAYQ00501M", "91370212MAYQ000019"


def search(city: RunningCity, uscc: str, number: str, customer: str = CUSTOMER) -> list[str]:
    asked = {"uscc": uscc, "contracts": [{"number": number, "customer": customer}], "projectNumber": ""}
    answer = city.http.post("/registries/duplicates", json=asked)
    assert answer.status_code == 200, answer.text
    return [found["kind"].removeprefix("DUPLICATE_KIND_") for found in answer.json()["duplicates"]]


@pytest.mark.parametrize(
    ("uscc", "number", "kinds"),
    [
        (FUNDED, "QD-15-1", ["SAME"]),
        (FUNDED, "qd 15 1", ["SAME"]),
        (FUNDED, "QD-15-2", ["SIMILAR"]),
        (OTHER, "QD-15-3", ["OTHER_SIDE"]),
        (OTHER, "QD-15-1", []),
        (FUNDED, "QD-15-9", []),
    ],
)
def test_a_contract_that_another_programme_pays_for_is_found(
    city: RunningCity, uscc: str, number: str, kinds: list[str]
) -> None:
    assert search(city, uscc, number) == kinds


def test_a_customer_that_was_supported_for_a_contract_with_somebody_else_is_no_duplicate(city: RunningCity) -> None:
    assert search(city, OTHER, "QD-15-3", customer=FUNDED) == []


def test_a_search_for_an_enterprise_that_nobody_knows_is_no_clean_record(city: RunningCity) -> None:
    answer = city.http.post("/registries/duplicates", json={"uscc": "91370212MAYQ00016R", "contracts": []})

    assert answer.status_code == 404
