"""The registries' adapter: an answer is kept with its source and digest; silence is never a clean record."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.outside import Outside
from activities.registries import HttpRegistries
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    LEGAL_FORM_COMPANY,
    CheckResult,
)
from duifu.v1.work_pb2 import CheckRequest
from tests.builders import a_uscc
from tests.office import CityNextDoor

BUYER, CENTRE = "91110108MAYB000177", "91110112MAYG00011A"
SUBSIDIARY, PARENT = "91110108MAYB0005XF", "91520100MAYG00054A"
DEBTOR, PENALISED, MOVED_AWAY = "91110108MAYB00156X", "91110108MAYB001483", "91110108MAYB0021XN"
NOBODY = a_uscc(1)
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


async def test_a_check_that_no_registry_answers_is_a_mistake_of_the_plan(outside: Outside) -> None:
    with pytest.raises(ValueError, match="no registry answers the check 'horoscope'"):
        await ask(outside, "horoscope")
