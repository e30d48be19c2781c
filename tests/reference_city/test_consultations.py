"""An authority that is consulted receives a letter once, and answers in its own time or never."""

import pytest

from tests.reference_city.running import RunningCity, a_new_id

CONFORMING, FAILING, UNHEARD = "91370212MAYQ000019", "91370212MAYQ00013G", "91370212MAYQ00014K"


def a_path(authority: str = "opinion_energy") -> str:
    return f"/consultations/{authority}/{a_new_id('letter')}"


def a_letter_about(uscc: str = CONFORMING, **changes: str) -> dict[str, str]:
    return {"caseId": "qd-grant-2024-000001", "uscc": uscc, "name": "青岛示例智算运营有限公司"} | changes


@pytest.mark.parametrize(
    ("uscc", "kind"),
    [(CONFORMING, "OPINION_KIND_CONFORMS"), (FAILING, "OPINION_KIND_DOES_NOT_CONFORM")],
)
def test_an_authority_answers_with_an_opinion_and_the_number_of_its_letter(
    city: RunningCity, uscc: str, kind: str
) -> None:
    path = a_path()

    received = city.http.put(path, json=a_letter_about(uscc))
    opinion = city.get(path)

    assert received.status_code == 201
    assert opinion["kind"] == kind
    assert opinion["documentNumber"].startswith("opinion_energy-")
    assert city.get(path) == opinion


def test_a_letter_repeated_is_received_once_and_another_under_its_id_is_refused(city: RunningCity) -> None:
    path = a_path()
    city.http.put(path, json=a_letter_about())

    assert city.http.put(path, json=a_letter_about()).status_code == 200
    assert city.http.put(path, json=a_letter_about(name="别的企业")).status_code == 409


def test_an_authority_that_never_answers_says_nothing_that_could_be_taken_for_an_opinion(city: RunningCity) -> None:
    path = a_path("opinion_court")
    city.http.put(path, json=a_letter_about(UNHEARD))

    answer = city.http.get(path)

    assert (answer.status_code, answer.json()) == (202, {})


def test_an_authority_takes_as_long_as_the_data_file_says(own_city: RunningCity) -> None:
    own_city.edit("answering_seconds: 0", "answering_seconds: 3600")
    own_city.http.put("/consultations/opinion_police/slow", json=a_letter_about())

    assert own_city.http.get("/consultations/opinion_police/slow").status_code == 202

    own_city.edit("answering_seconds: 3600", "answering_seconds: 0")
    assert own_city.get("/consultations/opinion_police/slow")["kind"] == "OPINION_KIND_CONFORMS"


def test_authorities_keep_their_letters_apart(city: RunningCity) -> None:
    letter_id = a_new_id("letter")
    city.http.put(f"/consultations/opinion_energy/{letter_id}", json=a_letter_about())

    assert city.http.get(f"/consultations/opinion_police/{letter_id}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_authority_that_the_city_does_not_have_is_named(city: RunningCity, method: str) -> None:
    answer = city.http.request(method, a_path("opinion_weather"), json=a_letter_about())

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("authority must be one of opinion_court, opinion_energy,")
