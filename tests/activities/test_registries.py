"""The registries' adapter: an answer is kept with its source and digest; silence is never a clean record."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.breaker import FAILURES_MAX
from activities.outside import Outside, read
from activities.registries import HttpRegistries
from domain.case import is_answered
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    DUPLICATE_KIND_OTHER_SIDE,
    DUPLICATE_KIND_SAME,
    DUPLICATE_KIND_SIMILAR,
    LEGAL_FORM_COMPANY,
    OPINION_KIND_CONFORMS,
    OPINION_KIND_DOES_NOT_CONFORM,
    CheckResult,
    CreditRecord,
)
from duifu.v1.work_pb2 import CheckRequest, ContractKey
from tests.builders import a_uscc
from tests.office import CityNextDoor
from tests.programmes.qingdao import a_code

BUYER, CENTRE = "91110108MAYB000177", "91110112MAYG00011A"
SUBSIDIARY, PARENT = "91110108MAYB0005XF", "91520100MAYG00054A"
DEBTOR, PENALISED, MOVED_AWAY = "91110108MAYB00156X", "91110108MAYB001483", "91110108MAYB0021XN"
NOBODY = a_uscc(1)
CLEAN_OPERATOR, LISTED_OPERATOR, OPERATOR_WITHOUT_ENERGY = a_code(1), a_code(11), a_code(13)
UNHEARD_OPERATOR, FUNDED_OPERATOR, CUSTOMER = a_code(14), a_code(15), a_code(501)
QUERIED_AT = datetime(2024, 3, 1, 1, tzinfo=UTC)


async def ask(outside: Outside, check: str, buyer: str = BUYER, supplier: str = CENTRE) -> CheckResult:
    request = CheckRequest(
        check=check, buyer_uscc=buyer, supplier_uscc=supplier, business_seconds=int(QUERIED_AT.timestamp())
    )
    return await HttpRegistries(outside).query_registry(request)


@pytest.fixture
def away(city: CityNextDoor, request: pytest.FixtureRequest) -> Iterator[str]:
    """A service that does not answer for the length of a test."""
    service = str(request.param)
    city.switch_off(service)
    yield service
    city.switch_on(service)


async def test_an_answer_is_kept_with_its_source_its_time_and_its_digest(outside: Outside, city: CityNextDoor) -> None:
    result = await ask(outside, "enterprise")

    answer = city.http.get(f"/registries/enterprises/{BUYER}").content
    assert result.answer_sha256 == hashlib.sha256(answer).hexdigest()
    assert (result.check, result.source) == ("enterprise", "registries/enterprise")
    assert result.queried_at.ToDatetime(UTC) == QUERIED_AT
    assert result.outcome == CHECK_OUTCOME_CLEAN
    assert result.enterprise.legal_form == LEGAL_FORM_COMPANY
    assert result.enterprise.industry_code == "I6513"
    assert result.detail == "北京示例智能科技有限公司，注册地110000"


async def test_an_enterprise_elsewhere_is_told_as_it_is_and_judged_by_the_rules(outside: Outside) -> None:
    result = await ask(outside, "enterprise", buyer=MOVED_AWAY)

    assert result.enterprise.registered_province == "370200"
    assert result.outcome == CHECK_OUTCOME_CLEAN


@pytest.mark.parametrize(
    ("buyer", "supplier", "outcome", "detail"),
    [(BUYER, CENTRE, CHECK_OUTCOME_CLEAN, "无关联"), (SUBSIDIARY, PARENT, CHECK_OUTCOME_HIT, "持股10000/10000")],
)
async def test_a_relation_is_a_hit(outside: Outside, buyer: str, supplier: str, outcome: int, detail: str) -> None:
    result = await ask(outside, "relation", buyer, supplier)

    assert (result.outcome, result.detail) == (outcome, detail)
    assert result.HasField("relation")
    assert result.relation.parent_or_subsidiary is (outcome == CHECK_OUTCOME_HIT)


@pytest.mark.parametrize(
    ("buyer", "outcome", "detail"),
    [
        (BUYER, CHECK_OUTCOME_CLEAN, "无记录"),
        (DEBTOR, CHECK_OUTCOME_HIT, "失信被执行人"),
        (PENALISED, CHECK_OUTCOME_CLEAN, "行政处罚"),
    ],
)
async def test_a_listing_for_dishonesty_is_a_hit_and_a_penalty_is_shown(
    outside: Outside, buyer: str, outcome: int, detail: str
) -> None:
    result = await ask(outside, "credit", buyer)

    assert (result.outcome, result.detail) == (outcome, detail)
    assert result.HasField("credit")


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        ("enterprise", CHECK_OUTCOME_HIT),
        ("relation", CHECK_OUTCOME_UNAVAILABLE),
        ("credit", CHECK_OUTCOME_UNAVAILABLE),
    ],
)
async def test_an_enterprise_that_nobody_knows_is_never_clean(outside: Outside, check: str, outcome: int) -> None:
    result = await ask(outside, check, buyer=NOBODY)

    assert result.outcome == outcome
    assert result.detail == "登记机关查无此企业"
    assert len(result.answer_sha256) == 64


@pytest.mark.parametrize(
    ("away", "check"),
    [("registries", "enterprise"), ("relations", "relation"), ("credit", "credit")],
    indirect=["away"],
)
async def test_a_registry_that_is_away_is_no_answer_but_a_reason_to_ask_again(
    outside: Outside, away: str, check: str
) -> None:
    with pytest.raises(ApplicationError, match=r"/registries/\S+ 返回 503") as error:
        await ask(outside, check)

    assert error.value.type == "SOURCE_UNAVAILABLE"
    assert not error.value.non_retryable
    assert error.value.category == ApplicationErrorCategory.BENIGN


async def test_a_city_that_cannot_be_reached_is_away(unused_tcp_port: int) -> None:
    outside = Outside(f"http://127.0.0.1:{unused_tcp_port}")

    with pytest.raises(ApplicationError, match="无法访问：ConnectError") as error:
        await ask(outside, "enterprise")

    assert error.value.type == "SOURCE_UNAVAILABLE"
    await outside.close()


async def test_a_query_that_the_registry_refuses_is_not_repeated(outside: Outside) -> None:
    with pytest.raises(ApplicationError, match="拒绝了查询") as error:
        await ask(outside, "enterprise", buyer="123")

    assert error.value.type == "QUERY_REFUSED"
    assert error.value.non_retryable


# Qingdao's sources


async def ask_for(outside: Outside, check: str, answers: str, uscc: str = CLEAN_OPERATOR, **more: Any) -> CheckResult:
    request = CheckRequest(
        case_id=f"case-{check}-{uscc}", check=check, answers=answers, buyer_uscc=uscc, applicant_name="青岛示例", **more
    )
    return await HttpRegistries(outside).query_registry(request)


@pytest.mark.parametrize(
    ("source", "uscc", "outcome", "detail"),
    [
        ("environment_credit", LISTED_OPERATOR, CHECK_OUTCOME_HIT, "青岛市环境信用黑名单"),
        ("credit_china", LISTED_OPERATOR, CHECK_OUTCOME_CLEAN, "无记录"),
        ("environment_credit", CLEAN_OPERATOR, CHECK_OUTCOME_CLEAN, "无记录"),
    ],
)
async def test_each_credit_source_is_asked_by_its_name(
    outside: Outside, source: str, uscc: str, outcome: int, detail: str
) -> None:
    result = await ask_for(outside, source, "credit", uscc)

    assert (result.check, result.source) == (source, f"registries/{source}")
    assert (result.outcome, result.detail) == (outcome, detail)
    assert result.HasField("credit")
    assert len(result.answer_sha256) == 64


@pytest.mark.parametrize(
    ("uscc", "outcome", "kind", "detail"),
    [
        (CLEAN_OPERATOR, CHECK_OUTCOME_CLEAN, OPINION_KIND_CONFORMS, "符合（opinion_energy-"),
        (OPERATOR_WITHOUT_ENERGY, CHECK_OUTCOME_HIT, OPINION_KIND_DOES_NOT_CONFORM, "不符合（opinion_energy-"),
    ],
)
async def test_an_authority_is_consulted_by_letter_and_its_answer_names_its_letter(
    outside: Outside, uscc: str, outcome: int, kind: int, detail: str
) -> None:
    result = await ask_for(outside, "opinion_energy", "opinion", uscc)

    assert (result.outcome, result.opinion.kind) == (outcome, kind)
    assert result.detail.startswith(detail)
    assert result.source == "consultations/opinion_energy"


async def test_an_authority_that_has_not_answered_is_asked_again_and_gets_no_second_letter(outside: Outside) -> None:
    for _ in range(2):
        with pytest.raises(ApplicationError, match="已征求意见，未回复") as error:
            await ask_for(outside, "opinion_court", "opinion", UNHEARD_OPERATOR)
        assert error.value.type == "NOT_ANSWERED"
        assert not error.value.non_retryable


async def test_an_authority_that_takes_its_time_is_not_taken_for_one_that_fails(outside: Outside) -> None:
    for _ in range(FAILURES_MAX + 1):
        with pytest.raises(ApplicationError, match="已征求意见，未回复"):
            await ask_for(outside, "opinion_court", "opinion", UNHEARD_OPERATOR)

    heard = await ask_for(outside, "opinion_court", "opinion")

    assert heard.opinion.kind == OPINION_KIND_CONFORMS


async def test_a_letter_that_was_sent_under_the_name_before_a_correction_stands(outside: Outside) -> None:
    first = await ask_for(outside, "opinion_police", "opinion")
    renamed = CheckRequest(
        case_id=f"case-opinion_police-{CLEAN_OPERATOR}",
        check="opinion_police",
        answers="opinion",
        buyer_uscc=CLEAN_OPERATOR,
        applicant_name="新名称",
    )

    assert (await HttpRegistries(outside).query_registry(renamed)).opinion == first.opinion


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("QD-15-1", DUPLICATE_KIND_SAME),
        ("QD-15-2", DUPLICATE_KIND_SIMILAR),
        ("QD-15-3", DUPLICATE_KIND_OTHER_SIDE),
    ],
)
async def test_a_duplicate_is_a_hit_and_says_of_which_kind(outside: Outside, number: str, kind: int) -> None:
    contracts = [ContractKey(contract_number=number, customer_uscc=CUSTOMER), ContractKey(contract_number="QD-1-1")]

    result = await ask_for(outside, "duplicates", "duplicates", FUNDED_OPERATOR, contracts=contracts)

    assert result.outcome == CHECK_OUTCOME_HIT
    assert [same.kind for same in result.duplicates.duplicates] == [kind]
    assert result.detail.startswith("示例")


async def test_a_search_that_finds_nothing_is_an_answer_all_the_same(outside: Outside) -> None:
    result = await ask_for(outside, "duplicates", "duplicates", contracts=[ContractKey(contract_number="QD-1-1")])

    assert result.HasField("duplicates")
    assert (result.outcome, result.detail) == (CHECK_OUTCOME_CLEAN, "无重复")
    assert is_answered(result, "duplicates")


def test_an_answer_of_another_shape_is_no_answer() -> None:
    asked = httpx.Request("GET", "http://city/registries/credit/x")

    with pytest.raises(ApplicationError, match="/registries/credit/x 的答复无法读取"):
        read(httpx.Response(200, json={"listings": 5}, request=asked), CreditRecord())


async def test_a_check_that_no_registry_answers_is_a_mistake_of_the_plan(outside: Outside) -> None:
    with pytest.raises(ValueError, match="no registry answers the check 'horoscope'"):
        await ask(outside, "horoscope")
