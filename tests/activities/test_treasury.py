"""The treasury's adapter: an order is handed in once however often we ask, and we ask until we know how it ended."""

import asyncio

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.outside import Outside
from activities.treasury import HttpTreasury
from domain.money import yuan
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, PAYMENT_STATUS_SETTLED
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
from tests.office import CityNextDoor, until
from tests.reference_city.running import CLOSED_ACCOUNT


def an_order(order_id: str, account: str = "0200000000000000001", amount_fen: int = yuan(250_000)) -> PaymentOrder:
    return PaymentOrder(
        order_id=order_id,
        payee_name="北京示例智能科技有限公司",
        account_number=account,
        bank_name="示例银行",
        amount_fen=amount_fen,
        purpose="算力券兑付",
        budget_year=2024,
        pay_on="2024-03-29",
    )


async def pay(outside: Outside, order: PaymentOrder) -> PaymentReport:
    return await HttpTreasury(outside, lambda _order: True).pay(order)


async def test_a_settled_order_is_reported_with_the_bank_s_reference(outside: Outside) -> None:
    report = await pay(outside, an_order("settled-1"))

    assert report.status == PAYMENT_STATUS_SETTLED
    assert report.order_id == "settled-1"
    assert report.bank_reference.startswith("TR")
    assert report.reason == ""
    assert report.summary == "北京示例智能科技有限公司 ¥250,000.00 已支付"


async def test_a_returned_order_is_reported_with_the_bank_s_reason(outside: Outside) -> None:
    report = await pay(outside, an_order("returned-1", account=CLOSED_ACCOUNT))

    assert report.status == PAYMENT_STATUS_RETURNED
    assert report.reason == "账户已销户"
    assert report.summary == "北京示例智能科技有限公司 ¥250,000.00 退回：账户已销户"


async def test_an_order_that_is_asked_for_many_times_is_paid_once(outside: Outside, city: CityNextDoor) -> None:
    reports = await asyncio.gather(*(pay(outside, an_order("repeated-1")) for _ in range(5)))

    assert all(report == reports[0] for report in reports)
    orders = city.get("/treasury/orders")["orders"]
    assert [order["orderId"] for order in orders].count("repeated-1") == 1


async def test_the_same_order_with_another_amount_is_a_conflict_and_pays_nothing(
    outside: Outside, city: CityNextDoor
) -> None:
    await pay(outside, an_order("conflict-1"))

    with pytest.raises(ApplicationError, match="conflict-1 was received before with another amountFen") as error:
        await pay(outside, an_order("conflict-1", amount_fen=yuan(250_001)))

    assert error.value.type == "ORDER_CONFLICT"
    assert not error.value.non_retryable  # the quarter goes on without it
    kept = next(order for order in city.get("/treasury/orders")["orders"] if order["orderId"] == "conflict-1")
    assert kept["amountFen"] == str(yuan(250_000))


async def test_an_order_that_has_not_ended_is_asked_about_again(outside: Outside, city: CityNextDoor) -> None:
    city.edit("settling_seconds: 0", "settling_seconds: 3600")
    try:
        with pytest.raises(ApplicationError, match="slow-1 支付中") as error:
            await pay(outside, an_order("slow-1"))
    finally:
        city.edit("settling_seconds: 3600", "settling_seconds: 0")

    assert error.value.type == "PAYMENT_UNDER_WAY"
    assert not error.value.non_retryable
    assert error.value.category == ApplicationErrorCategory.BENIGN
    await until(lambda: city.get("/healthz")["status"] == "SERVING", "the city")
    assert (await pay(outside, an_order("slow-1"))).status == PAYMENT_STATUS_SETTLED


async def test_a_treasury_that_is_away_is_asked_again(outside: Outside, city: CityNextDoor) -> None:
    city.switch_off("treasury")
    try:
        with pytest.raises(ApplicationError, match="/treasury/orders/away-1 返回 503") as error:
            await pay(outside, an_order("away-1"))
    finally:
        city.switch_on("treasury")

    assert error.value.type == "SOURCE_UNAVAILABLE"


# Treasuries of two levels

CITY, DISTRICT = "青岛市财政局国库", "崂山区财政局国库"


async def test_each_level_s_order_goes_to_its_own_treasury(outside: Outside, city: CityNextDoor) -> None:
    order = an_order("level-1", account="0370200000000000902")
    reports = {}
    for treasury in (CITY, DISTRICT):
        order.treasury = treasury
        reports[treasury] = await pay(outside, order)

    assert reports[CITY].status == PAYMENT_STATUS_SETTLED
    assert (reports[DISTRICT].status, reports[DISTRICT].reason) == (PAYMENT_STATUS_RETURNED, "账号与户名不符")
    assert "level-1" not in {known["orderId"] for known in city.get("/treasury/orders")["orders"]}


async def test_one_treasury_that_is_away_holds_the_other_up_in_nothing(outside: Outside, city: CityNextDoor) -> None:
    order = an_order("level-2")
    city.switch_off(DISTRICT)
    try:
        order.treasury = CITY
        assert (await pay(outside, order)).status == PAYMENT_STATUS_SETTLED
        order.treasury = DISTRICT
        with pytest.raises(ApplicationError, match=f"/treasuries/{DISTRICT}/orders/level-2 返回 503"):
            await pay(outside, order)
    finally:
        city.switch_on(DISTRICT)

    assert (await pay(outside, order)).status == PAYMENT_STATUS_SETTLED


async def test_a_treasury_that_loses_its_answer_has_paid_once_all_the_same(
    outside: Outside, city: CityNextDoor
) -> None:
    order = an_order("level-3")
    order.treasury = CITY
    city.edit("faults: {}", f"faults: {{{CITY}: loses_answer}}")
    try:
        with pytest.raises(ApplicationError, match="无法访问：RemoteProtocolError"):
            await pay(outside, order)
    finally:
        city.edit(f"faults: {{{CITY}: loses_answer}}", "faults: {}")

    assert (await pay(outside, order)).status == PAYMENT_STATUS_SETTLED
    paid = city.get(f"/treasuries/{CITY}/orders")["orders"]
    assert [known["orderId"] for known in paid].count("level-3") == 1


async def test_a_treasury_that_does_not_exist_is_named_and_asked_again_when_somebody_has_mended_it(
    outside: Outside,
) -> None:
    order = an_order("level-4")
    order.treasury = "某省财政厅国库"

    with pytest.raises(ApplicationError, match="没有国库 某省财政厅国库") as error:
        await pay(outside, order)

    assert (error.value.type, error.value.non_retryable) == ("TREASURY_UNKNOWN", False)
