"""The invoice platform knows every well-formed invoice, and seven things to say about one."""

import pytest

from tests.reference_city.running import RunningCity, a_verification


@pytest.mark.parametrize(
    ("code", "number", "status"),
    [
        ("", "24112000000000000001", "CONSISTENT"),
        ("", "24112000000000000901", "INCONSISTENT"),
        ("", "24112000000000000902", "NOT_FOUND"),
        ("", "24112000000000000903", "VOIDED"),
        ("", "24112000000000000904", "REVERSED"),
        ("", "24112000000000000905", "QUERY_LIMIT"),
        ("", "24112000000000000906", "UNAVAILABLE"),
        ("011002300211", "00000903", "VOIDED"),
        ("011002300211", "00000904", "CONSISTENT"),
        ("1100230021", "00000903", "CONSISTENT"),
    ],
)
def test_an_invoice_is_known_by_its_code_and_number(city: RunningCity, code: str, number: str, status: str) -> None:
    answer = city.http.post("/invoices/verifications", json=a_verification(code=code, number=number))

    assert answer.status_code == 200
    assert answer.json() == {"number": number, "status": f"INVOICE_STATUS_{status}"}


@pytest.mark.parametrize("total", [125_000_000, "125000000", -100, "-100"])
def test_a_total_may_be_a_number_or_text_and_red(city: RunningCity, total: object) -> None:
    assert city.http.post("/invoices/verifications", json=a_verification(totalFen=total)).status_code == 200


def test_a_digital_invoice_needs_no_code_field(city: RunningCity) -> None:
    asked = a_verification()
    del asked["code"]

    assert city.http.post("/invoices/verifications", json=asked).status_code == 200


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"number": "2411200000000000000"}, "number must be 20 digits, or 8 digits beside a code"),
        ({"number": 24112000000000000001}, "number must be 20 digits, or 8 digits beside a code"),
        ({"number": "２４112000000000000001"}, "number must be 20 digits, or 8 digits beside a code"),
        ({"number": ""}, "number is missing"),
        ({"number": "00000903"}, "code must go with a number of 8 digits"),
        ({"code": "011002300211"}, "code must go with a number of 8 digits"),
        ({"code": "123"}, "code must be 10 or 12 digits"),
        ({"issuedOn": "20240520"}, 'issuedOn must be a date such as "2024-03-31"'),
        ({"issuedOn": "2024-02-30"}, 'issuedOn must be a date such as "2024-03-31"'),
        ({"totalFen": "1.5"}, "totalFen must be a whole number"),
        ({"totalFen": None}, "totalFen is missing"),
        ({"total_fen": 1}, "'total_fen' is not known"),
    ],
)
def test_a_malformed_question_is_told_which_field_and_what_is_allowed(
    city: RunningCity, changes: dict[str, object], complaint: str
) -> None:
    answer = city.http.post("/invoices/verifications", json=a_verification(**changes))

    assert answer.status_code == 400
    assert complaint in answer.json()["error"]
