"""The treasury pays an order once, whoever repeats it, and says when the bank sent the money back."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.reference_city.running import CLOSED_ACCOUNT, RunningCity, a_new_id, an_order


def test_an_order_is_accepted_and_then_settled(city: RunningCity) -> None:
    path = f"/treasury/orders/{a_new_id('order')}"

    accepted = city.http.put(path, json=an_order())
    settled = city.get(path)

    assert accepted.status_code == 201
    assert accepted.json()["status"] == "ACCEPTED"
    assert settled == accepted.json() | {"status": "SETTLED"}
    assert settled["bankReference"]
    assert settled["reason"] == ""


def test_an_order_repeated_gets_the_same_receipt_and_is_paid_once(city: RunningCity) -> None:
    order_id = a_new_id("order")

    first = city.http.put(f"/treasury/orders/{order_id}", json=an_order(amountFen="25000000"))
    city.get(f"/treasury/orders/{order_id}")
    again = city.http.put(f"/treasury/orders/{order_id}", json=an_order(amountFen=25_000_000))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert [order["orderId"] for order in city.get("/treasury/orders")["orders"]].count(order_id) == 1


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("payeeName", "北京示例智能制造有限公司"),
        ("accountNumber", "0200000000000000002"),
        ("bankName", "示例银行"),
        ("amountFen", "25000001"),
        ("purpose", "退款"),
        ("budgetYear", 2025),
        ("payOn", "2024-07-01"),
    ],
)
def test_the_same_id_with_other_content_is_refused_and_changes_nothing(
    city: RunningCity, field: str, other: object
) -> None:
    order_id = a_new_id("order")
    city.http.put(f"/treasury/orders/{order_id}", json=an_order())

    refused = city.http.put(f"/treasury/orders/{order_id}", json=an_order(**{field: other}))

    assert refused.status_code == 409
    assert f"was received before with another {field}." in refused.json()["error"]
    (kept,) = [order for order in city.get("/treasury/orders")["orders"] if order["orderId"] == order_id]
    assert an_order().items() <= kept.items()


def test_of_orders_sent_at_once_under_one_id_exactly_one_is_accepted(city: RunningCity) -> None:
    path = f"/treasury/orders/{a_new_id('order')}"

    with ThreadPoolExecutor(8) as senders:
        amounts = [str(amount) for amount in range(1, 25)]
        answers = list(senders.map(lambda amount: city.http.put(path, json=an_order(amountFen=amount)), amounts))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 23


def test_a_payment_to_a_closed_account_is_returned_with_the_reason(city: RunningCity) -> None:
    path = f"/treasury/orders/{a_new_id('order')}"

    accepted = city.http.put(path, json=an_order(accountNumber=CLOSED_ACCOUNT)).json()

    assert accepted["status"] == "ACCEPTED"
    assert city.get(path) == accepted | {"status": "RETURNED", "reason": "账户已销户"}


def test_the_list_shows_what_each_order_asks_and_how_it_stands(city: RunningCity) -> None:
    order_id = a_new_id("order")
    city.http.put(f"/treasury/orders/{order_id}", json=an_order(accountNumber=CLOSED_ACCOUNT))

    (order,) = [order for order in city.get("/treasury/orders")["orders"] if order["orderId"] == order_id]

    assert order == an_order(accountNumber=CLOSED_ACCOUNT) | city.get(f"/treasury/orders/{order_id}")
    assert order["amountFen"] == "25000000"


def test_an_order_nobody_sent_is_not_found(city: RunningCity) -> None:
    answer = city.http.get("/treasury/orders/nobody")

    assert answer.status_code == 404
    assert "There is no payment order nobody." in answer.json()["error"]


def test_an_order_waits_for_the_bank_as_long_as_the_data_file_says(own_city: RunningCity) -> None:
    own_city.edit("settling_seconds: 0", "settling_seconds: 3600")
    own_city.http.put("/treasury/orders/slow", json=an_order())

    assert own_city.get("/treasury/orders/slow")["status"] == "ACCEPTED"

    own_city.edit("settling_seconds: 3600", "settling_seconds: 0")
    assert own_city.get("/treasury/orders/slow")["status"] == "SETTLED"


def test_how_an_order_ended_is_final_though_the_account_is_mended_later(own_city: RunningCity) -> None:
    own_city.http.put("/treasury/orders/first", json=an_order(accountNumber=CLOSED_ACCOUNT))
    own_city.get("/treasury/orders/first")

    own_city.edit(f'- accountNumber: "{CLOSED_ACCOUNT}"', '- accountNumber: "0200000000000000999"')
    own_city.http.put("/treasury/orders/second", json=an_order(accountNumber=CLOSED_ACCOUNT))

    assert own_city.get("/treasury/orders/first")["status"] == "RETURNED"
    assert own_city.get("/treasury/orders/second")["status"] == "SETTLED"


def test_an_order_that_ended_never_waits_for_the_bank_again(own_city: RunningCity) -> None:
    own_city.http.put("/treasury/orders/done", json=an_order())
    own_city.get("/treasury/orders/done")

    own_city.edit("settling_seconds: 0", "settling_seconds: 3600")

    assert own_city.get("/treasury/orders/done")["status"] == "SETTLED"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"amountFen": 0}, "amountFen must be a positive whole number of fen, not 0."),
        ({"amountFen": "-1"}, "amountFen must be a positive whole number of fen, not '-1'."),
        ({"amountFen": 1.0}, "amountFen must be a positive whole number of fen, not 1.0."),
        ({"amountFen": True}, "amountFen must be a positive whole number of fen, not True."),
        ({"amountFen": "1e3"}, "amountFen must be a positive whole number of fen, not '1e3'."),
        ({"amountFen": "٣"}, "amountFen must be a positive whole number of fen, not '٣'."),
        ({"amountFen": 2**63}, "amountFen must be a positive whole number of fen, not 9223372036854775808."),
        ({"amountFen": None}, "amountFen is missing; it must be a positive whole number of fen."),
        ({"payeeName": "  "}, "payeeName must be text that is not blank, not '  '."),
        ({"accountNumber": 200}, "accountNumber must be text that is not blank, not 200."),
        ({"bankName": []}, "bankName must be text that is not blank, not []."),
        ({"purpose": "\ud800"}, "purpose must be text that is not blank"),
        ({"budgetYear": 24}, "budgetYear must be a whole number from 2000 to 2099, not 24."),
        ({"payOn": "2024-6-30"}, "payOn must be a date such as \"2024-03-31\", not '2024-6-30'."),
        ({"payee_name": "x"}, "'payee_name' is not known; known are payeeName, accountNumber"),
    ],
)
def test_a_malformed_order_is_told_which_field_and_what_is_allowed_and_is_not_kept(
    city: RunningCity, changes: dict[str, object], complaint: str
) -> None:
    path = f"/treasury/orders/{a_new_id('order')}"

    answer = city.http.put(path, content=json.dumps(an_order(**changes)))

    assert answer.status_code == 400
    assert complaint in answer.json()["error"]
    assert city.http.get(path).status_code == 404


@pytest.mark.parametrize("order_id", ["", "a%20b", "a%00b", "x" * 201])
def test_an_id_must_be_short_and_without_spaces(city: RunningCity, order_id: str) -> None:
    answer = city.http.put(f"/treasury/orders/{order_id}", json=an_order())

    assert answer.status_code == 400
    assert "an id of 1 to 200 characters without spaces" in answer.json()["error"]
