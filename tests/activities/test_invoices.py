"""The invoice platform's adapter: seven answers, of which two or three are none."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.invoices import HttpInvoices
from activities.outside import Outside
from domain.money import yuan
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    INVOICE_STATUS_CONSISTENT,
    INVOICE_STATUS_INCONSISTENT,
    INVOICE_STATUS_NOT_FOUND,
    INVOICE_STATUS_REVERSED,
    INVOICE_STATUS_VOIDED,
    CheckResult,
    Invoice,
    InvoiceStatus,
)
from duifu.v1.work_pb2 import CheckRequest
from tests.builders import a_red_invoice, an_invoice, shanghai
from tests.office import CityNextDoor
from workflows.ports import ASK_NEXT_DAY

GOOD = "24112000000000000001"


async def verify(outside: Outside, *numbers: str, code: str = "", on: str = "2024-03-01") -> CheckResult:
    """Invoices of 2024-02-22, asked about on a business date."""
    request = CheckRequest(check="invoices", invoices=[an_invoice_numbered(number, code) for number in numbers])
    request.business_seconds = int(shanghai(f"{on} 09:00").timestamp())
    return await HttpInvoices(outside).verify_invoices(request)


def an_invoice_numbered(number: str, code: str = "") -> Invoice:
    invoice = an_invoice(yuan(1_000))
    invoice.number, invoice.code = number, code
    return invoice


async def test_an_invoice_that_the_tax_office_has_is_clean(outside: Outside) -> None:
    result = await verify(outside, GOOD)

    assert result.outcome == CHECK_OUTCOME_CLEAN
    assert [(v.number, v.status) for v in result.invoices.invoices] == [(GOOD, INVOICE_STATUS_CONSISTENT)]
    assert result.detail == "1张发票"
    assert len(result.answer_sha256) == 64


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("24112000000000000901", INVOICE_STATUS_INCONSISTENT),
        ("24112000000000000902", INVOICE_STATUS_NOT_FOUND),
        ("24112000000000000903", INVOICE_STATUS_VOIDED),
        ("24112000000000000904", INVOICE_STATUS_REVERSED),
    ],
)
async def test_an_invoice_that_does_not_stand_is_a_hit_for_the_whole_claim(
    outside: Outside, number: str, status: InvoiceStatus.ValueType
) -> None:
    result = await verify(outside, GOOD, number)

    assert result.outcome == CHECK_OUTCOME_HIT
    assert [v.status for v in result.invoices.invoices] == [INVOICE_STATUS_CONSISTENT, status]
    assert f"2张发票；发票 {number}：" in result.detail


async def test_an_invoice_without_an_answer_is_asked_about_again(outside: Outside) -> None:
    with pytest.raises(ApplicationError, match="24112000000000000906：不可用，查验平台暂时无法查询") as error:
        await verify(outside, GOOD, "24112000000000000906")

    assert error.value.type == "SOURCE_UNAVAILABLE"
    assert not error.value.non_retryable


@pytest.mark.parametrize(
    ("number", "told", "on"),
    [
        ("24112000000000000905", "超次数，每张发票每日限查5次", "2024-03-01"),
        ("24112000000000000902", "查无此票，开票次日以后", "2024-02-23"),
    ],
)
async def test_what_has_no_answer_today_is_asked_about_tomorrow(
    outside: Outside, number: str, told: str, on: str
) -> None:
    with pytest.raises(ApplicationError, match=f"{number}：{told}") as error:
        await verify(outside, GOOD, number, on=on)

    assert error.value.type == ASK_NEXT_DAY
    assert error.value.non_retryable


async def test_a_reversed_invoice_is_no_hit_beside_its_red_one(outside: Outside) -> None:
    reversed_one, red = an_invoice_numbered("24112000000000000904"), a_red_invoice(yuan(10))
    red.reverses.number = reversed_one.number
    request = CheckRequest(check="invoices", invoices=[reversed_one, red])

    result = await HttpInvoices(outside).verify_invoices(request)

    assert result.outcome == CHECK_OUTCOME_CLEAN
    assert result.invoices.invoices[0].status == INVOICE_STATUS_REVERSED


async def test_an_older_invoice_is_known_by_its_code_and_number(outside: Outside) -> None:
    result = await verify(outside, "00000903", code="011002300211")

    assert [v.status for v in result.invoices.invoices] == [INVOICE_STATUS_VOIDED]


async def test_a_platform_that_is_away_is_no_answer(outside: Outside, city: CityNextDoor) -> None:
    city.switch_off("invoices")
    try:
        with pytest.raises(ApplicationError, match="/invoices/verifications 返回 503"):
            await verify(outside, GOOD)
    finally:
        city.switch_on("invoices")


async def test_a_claim_without_invoices_has_an_answer_without_invoices(outside: Outside) -> None:
    result = await verify(outside)

    assert result.HasField("invoices")
    assert result.detail == "0张发票"
