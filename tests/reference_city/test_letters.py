"""The letter box keeps every letter of a case, each once."""

import pytest

from tests.reference_city.running import RunningCity, a_letter, a_new_id


def test_the_letters_of_a_case_are_read_in_the_order_of_their_delivery(city: RunningCity) -> None:
    case_id, other_case = a_new_id("case"), a_new_id("case")
    city.http.put(f"/letters/{case_id}/2", json=a_letter(caseId=case_id, title="受理通知"))
    city.http.put(f"/letters/{other_case}/1", json=a_letter(caseId=other_case))
    city.http.put(f"/letters/{case_id}/1", json=a_letter(caseId=case_id, title="补正通知"))

    found = city.get("/letters", caseId=case_id)

    assert found == {
        "letters": [
            {"letterId": f"{case_id}/2"} | a_letter(caseId=case_id, title="受理通知"),
            {"letterId": f"{case_id}/1"} | a_letter(caseId=case_id, title="补正通知"),
        ]
    }


def test_a_letter_repeated_is_delivered_once(city: RunningCity) -> None:
    case_id = a_new_id("case")

    first = city.http.put(f"/letters/{case_id}/1", json=a_letter(caseId=case_id))
    again = city.http.put(f"/letters/{case_id}/1", json=a_letter(caseId=case_id))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert len(city.get("/letters", caseId=case_id)["letters"]) == 1


def test_another_letter_under_the_same_id_is_refused_and_changes_nothing(city: RunningCity) -> None:
    case_id = a_new_id("case")
    city.http.put(f"/letters/{case_id}/1", json=a_letter(caseId=case_id))

    refused = city.http.put(f"/letters/{case_id}/1", json=a_letter(caseId=case_id, title="其他", text="其他"))

    assert refused.status_code == 409
    assert "was received before with another title, text." in refused.json()["error"]
    assert [letter["title"] for letter in city.get("/letters", caseId=case_id)["letters"]] == ["补正通知"]


def test_a_case_nobody_wrote_about_has_no_letters(city: RunningCity) -> None:
    assert city.get("/letters", caseId="nobody") == {"letters": []}


@pytest.mark.parametrize("field", ["caseId", "to", "title", "text"])
def test_a_letter_without_one_of_its_parts_is_refused(city: RunningCity, field: str) -> None:
    answer = city.http.put(f"/letters/{a_new_id('letter')}", json=a_letter(**{field: ""}))

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{field} is missing")


def test_letters_are_not_listed_without_a_case(city: RunningCity) -> None:
    answer = city.http.get("/letters", params={"caseid": "a misspelt name"})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("caseId is missing")
