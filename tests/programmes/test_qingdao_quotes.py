"""The worked examples once more, asked of `duifu quote` as an operator would. (QD-X1 to QD-X25)"""

from collections.abc import Sequence

import pytest

from domain.money import yuan
from duifu.v1.facts_pb2 import CUSTOMER_KIND_UNIVERSITY, DUPLICATE_KIND_SAME, Duplicate, Facts
from tests.programmes.asking import ask
from tests.programmes.qingdao import (
    FILE,
    HOUSE,
    a_customer,
    a_service,
    an_application,
    duplicates,
    shares,
    the_facts,
    unavailable,
)


def operators(*recognised: str) -> list[Facts]:
    amounts = enumerate(map(yuan, recognised), 1)
    return [the_facts(an_application(a_service(amount, operator=n), operator=n)) for n, amount in amounts]


SHARED = {
    "X1": (operators("30,000,000.00"), ["7,500,000.00"]),
    "X3": (operators("50,000,000.00"), ["10,000,000.00"]),
    "X5": (operators("30,000,000.00", "20,000,000.00"), ["6,000,000.00", "4,000,000.00"]),
    "X7": (
        operators("12,345,678.90", "23,456,789.01", "34,567,890.12"),
        ["1,754,386.26", "3,333,333.76", "4,912,279.98"],
    ),
    "X9": (
        [
            the_facts(
                an_application(
                    a_service(yuan(5_000_000), 1),
                    a_service(
                        yuan(3_000_000),
                        2,
                        invoiced=[(yuan(2_000_000), "2023-12-31"), (yuan(1_000_000), "2024-01-05")],
                    ),
                )
            )
        ],
        ["1,750,000.00"],
    ),
    "X11": (
        [
            the_facts(
                an_application(
                    a_service(yuan(4_000_000), 1),
                    a_service(yuan(2_000_000), 2, customer=a_customer(502, city="370100")),
                    a_service(yuan(1_000_000), 3, customer=a_customer(503, CUSTOMER_KIND_UNIVERSITY)),
                )
            )
        ],
        ["1,250,000.00"],
    ),
    "X13": (
        [the_facts(an_application(a_service(yuan(9_000_000)), confirmed=yuan("8,765,432.10")))],
        ["2,191,358.02"],
    ),
    "X15": ([the_facts(an_application(a_service(yuan(10_000_000))), approved_rate="40/100")], ["2,000,000.00"]),
    "X25": (
        [the_facts(an_application(a_service(yuan(10_000_000)), district="370203"), ruled_met=["QD_E_NOT_OPERATOR"])],
        ["2,500,000.00"],
    ),
}
ACCEPTED = an_application(a_service(yuan(10_000_000)))
REFUSED = {
    "X17 before": (the_facts(ACCEPTED, received_on="2024-01-21", received_time="23:59:59"), "QD_E_WINDOW"),
    "X17 after": (the_facts(ACCEPTED, received_on="2024-01-30", received_time="00:00:00"), "QD_E_WINDOW"),
    "X19": (the_facts(ACCEPTED, unavailable("enforcement")), "QD_E_VETO"),
    "X21": (the_facts(ACCEPTED, duplicates(Duplicate(kind=DUPLICATE_KIND_SAME, programme="x"))), "QD_E_DUP_PROJECT"),
    "X23": (the_facts(ACCEPTED, approved_fen=yuan("1,500,000.01")), "NOT_DIVISIBLE_BY_LEVELS"),
    "X25": (the_facts(an_application(a_service(yuan(10_000_000)), park="别处")), "QD_E_LOCATION"),
}


@pytest.mark.parametrize(("facts", "city"), SHARED.values(), ids=SHARED.keys())
def test_the_quote_is_what_the_example_promises_from_city_and_district(facts: Sequence[Facts], city: list[str]) -> None:
    quoted = ask(*facts, programme=HOUSE / FILE)

    assert [evaluation.code for evaluation in quoted] == [""] * len(city)
    assert [shares(evaluation) for evaluation in quoted] == [(yuan(each), yuan(each)) for each in city]


@pytest.mark.parametrize(("facts", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_the_quote_says_by_code_why_nothing_is_granted(facts: Facts, code: str) -> None:
    [quoted] = ask(facts, programme=HOUSE / FILE)

    assert quoted.code == code
    assert quoted.explanation != ""
