"""Whatever may go wrong with a service can be switched on for it alone, while the city runs."""

import httpx
import pytest

from tests.reference_city.running import BUYER, RunningCity, an_order

CITY_TREASURY, DISTRICT_TREASURY = "青岛市财政局国库", "崂山区财政局国库"
OPERATOR = "91370212MAYQ000019"


def order_at(treasury: str, order_id: str = "x") -> str:
    return f"/treasuries/{treasury}/orders/{order_id}"


def fail(city: RunningCity, service: str, fault: str) -> None:
    city.edit("faults: {}", f"faults: {{{service}: {fault}}}")


def test_a_service_in_error_says_so(own_city: RunningCity) -> None:
    fail(own_city, "credit", "error")

    assert own_city.http.get(f"/registries/credit/{BUYER}").status_code == 500
    assert own_city.get("/healthz")["faults"] == {"credit": "error"}


def test_one_credit_source_may_fail_alone(own_city: RunningCity) -> None:
    fail(own_city, "enforcement", "error")

    assert own_city.http.get(f"/registries/credit-sources/enforcement/{OPERATOR}").status_code == 500
    assert own_city.get(f"/registries/credit-sources/credit_china/{OPERATOR}") == {"listings": []}


def test_a_service_may_answer_with_a_page_that_is_no_json(own_city: RunningCity) -> None:
    fail(own_city, "registries", "nonsense")

    answer = own_city.http.get(f"/registries/enterprises/{BUYER}")

    assert (answer.status_code, answer.text) == (200, "<html>请先登录</html>")


def test_a_service_may_hang_up_before_it_has_done_anything(own_city: RunningCity) -> None:
    fail(own_city, "treasury", "hangs_up")

    with pytest.raises(httpx.RemoteProtocolError):
        own_city.http.put("/treasury/orders/x", json=an_order())

    own_city.edit("{treasury: hangs_up}", "{}")
    assert own_city.get("/treasury/orders") == {"orders": []}


def test_a_service_may_do_what_is_asked_and_lose_its_answer(own_city: RunningCity) -> None:
    fail(own_city, "treasury", "loses_answer")

    with pytest.raises(httpx.RemoteProtocolError):
        own_city.http.put("/treasury/orders/x", json=an_order())

    own_city.edit("{treasury: loses_answer}", "{}")
    assert own_city.http.put("/treasury/orders/x", json=an_order()).status_code == 200
    assert len(own_city.get("/treasury/orders")["orders"]) == 1


def test_a_service_may_never_answer(own_city: RunningCity) -> None:
    fail(own_city, "letters", "silent")

    with pytest.raises(httpx.ReadTimeout):
        own_city.http.get("/letters", params={"caseId": "x"}, timeout=0.3)


def test_a_slow_service_answers_in_the_end(own_city: RunningCity) -> None:
    fail(own_city, "credit", "slow")

    with pytest.raises(httpx.ReadTimeout):
        own_city.http.get(f"/registries/credit/{BUYER}", timeout=0.3)
    assert own_city.get(f"/registries/credit/{BUYER}") == {"listings": []}


def test_treasuries_keep_their_orders_their_accounts_and_their_faults_apart(own_city: RunningCity) -> None:
    fail(own_city, DISTRICT_TREASURY, "error")
    closed_at_the_city = an_order(accountNumber="0370200000000000901")

    paid = own_city.http.put(order_at(CITY_TREASURY), json=closed_at_the_city)
    failed = own_city.http.put(order_at(DISTRICT_TREASURY), json=closed_at_the_city)
    own_city.edit(f"{{{DISTRICT_TREASURY}: error}}", "{}")
    again = own_city.http.put(order_at(DISTRICT_TREASURY), json=closed_at_the_city)

    assert [answer.status_code for answer in (paid, failed, again)] == [201, 500, 201]
    assert own_city.get(order_at(CITY_TREASURY))["status"] == "RETURNED"
    assert own_city.get(order_at(DISTRICT_TREASURY))["status"] == "SETTLED"
    assert own_city.get("/treasury/orders") == {"orders": []}


def test_a_treasury_that_the_city_does_not_have_takes_no_order(own_city: RunningCity) -> None:
    answer = own_city.http.put(order_at("某省财政厅国库"), json=an_order())

    assert answer.status_code == 404
    assert "There is no treasury 某省财政厅国库." in answer.json()["error"]


@pytest.mark.parametrize(
    ("uscc", "source", "listed"),
    [
        ("91370212MAYQ00011A", "environment_credit", ["青岛市环境信用黑名单"]),
        ("91370212MAYQ00012D", "enterprise_publicity", ["青岛市安全生产黑名单"]),
        ("91370212MAYQ00011A", "credit_china", []),
    ],
)
def test_each_credit_source_says_what_it_keeps_and_no_more(
    own_city: RunningCity, uscc: str, source: str, listed: list[str]
) -> None:
    found = own_city.get(f"/registries/credit-sources/{source}/{uscc}")["listings"]

    assert [listing["listName"] for listing in found] == listed
    assert own_city.get(f"/registries/credit/{uscc}") == {"listings": []}


def test_a_credit_source_that_the_city_does_not_have_is_named(own_city: RunningCity) -> None:
    answer = own_city.http.get(f"/registries/credit-sources/horoscope/{OPERATOR}")

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("source must be one of credit_china")
