"""Letters: in the words of the edition that the case pinned, delivered once."""

import hashlib

import pytest
from temporalio.exceptions import ApplicationError

from activities.notices import EditionLetters, HttpNotices
from activities.outside import Outside
from duifu.v1.work_pb2 import LetterDelivery, LetterRequest
from tests.builders import PROGRAMME, shanghai
from tests.desk import the_rulebook
from tests.office import CityNextDoor

WORDS = {
    "applicant": "北京示例智能科技有限公司",
    "programme": "北京市人工智能算力券",
    "case": "bj-claim-2024-000001",
    "waits_on": "市经信局受理岗",
    "due": "时限至2024-03-08",
}


def a_request(template: str, words: dict[str, str]) -> LetterRequest:
    edition = the_rulebook().in_force(PROGRAMME, shanghai("2024-03-01 09:00").date()).sha256
    return LetterRequest(template=template, words=words, edition_sha256=edition)


def a_delivery(letter_id: str, text: str = "请补充交付凭证。") -> LetterDelivery:
    return LetterDelivery(
        letter_id=letter_id, case_id=f"case-of-{letter_id}", recipient="申报单位", title="补正通知书", text=text
    )


def test_a_letter_is_composed_from_the_pinned_edition() -> None:
    letter = EditionLetters(the_rulebook()).compose_letter(a_request("received", WORDS))

    assert letter.title == "收件通知"
    assert letter.text.startswith(
        "北京示例智能科技有限公司：\n你单位的北京市人工智能算力券申请（bj-claim-2024-000001）已收到"
    )
    assert letter.text_sha256 == hashlib.sha256(letter.text.encode()).hexdigest()


@pytest.mark.parametrize(("template", "missing"), [("greeting", "greeting"), ("correction", "items")])
def test_a_letter_that_cannot_be_written_names_what_is_missing(template: str, missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        EditionLetters(the_rulebook()).compose_letter(a_request(template, WORDS))


async def test_a_letter_is_delivered_once_however_often_it_is_sent(outside: Outside, city: CityNextDoor) -> None:
    for _ in range(3):
        await HttpNotices(outside).deliver_letter(a_delivery("repeated"))

    assert [letter["text"] for letter in city.letters("case-of-repeated")] == ["请补充交付凭证。"]


async def test_a_letter_that_was_delivered_in_other_words_is_not_sent_again_and_those_words_count(
    outside: Outside, city: CityNextDoor
) -> None:
    first = await HttpNotices(outside).deliver_letter(a_delivery("other"))

    second = await HttpNotices(outside).deliver_letter(a_delivery("other", text="已受理。"))

    assert second == first
    assert first.text_sha256 == hashlib.sha256("请补充交付凭证。".encode()).hexdigest()
    assert [letter["text"] for letter in city.letters("case-of-other")] == ["请补充交付凭证。"]


async def test_a_letter_box_that_is_away_is_tried_again(outside: Outside, city: CityNextDoor) -> None:
    city.switch_off("letters")
    try:
        with pytest.raises(ApplicationError, match="/letters/away 返回 503") as error:
            await HttpNotices(outside).deliver_letter(a_delivery("away"))
    finally:
        city.switch_on("letters")

    assert error.value.type == "SOURCE_UNAVAILABLE"
