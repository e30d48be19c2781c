"""A treasury that is reached by files: the worker learns from the ledger alone how an order ended."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.file_treasury import FileTreasury
from commands.payment_reports import report_of
from domain.payment_answers import Result
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, PAYMENT_STATUS_SETTLED
from duifu.v1.work_pb2 import PaymentOrder
from tests.desk import Desk
from tests.exchange.payment_files import a_quarter_in_payment, all_orders, csv_of, put_in
from tests.rounds import ROUND_ID, RoundDesk
from worker import was_ordered


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


def the_treasury(desk: Desk) -> FileTreasury:
    return FileTreasury(partial(was_ordered, desk.ledger), partial(report_of, desk.ledger))


async def test_an_order_is_under_way_until_a_file_says_how_it_ended(desk: Desk) -> None:
    first, second = all_orders(a_quarter_in_payment(desk, 2))
    with pytest.raises(ApplicationError, match="尚无回单文件") as waiting:
        await the_treasury(desk).pay(first)

    put_in(desk, csv_of([(first, Result.SETTLED), (second, Result.RETURNED)]))
    settled, returned = [await the_treasury(desk).pay(order) for order in (first, second)]

    assert (waiting.value.type, waiting.value.non_retryable) == ("PAYMENT_UNDER_WAY", False)
    assert waiting.value.category == ApplicationErrorCategory.BENIGN
    assert (settled.status, settled.bank_reference) == (PAYMENT_STATUS_SETTLED, f"GK-{first.order_id}-settled")
    assert (returned.status, returned.reason) == (PAYMENT_STATUS_RETURNED, "账户已销户")


async def test_each_level_of_a_round_has_its_own_end(tmp_path: Path) -> None:
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    case_id = desk.determined(1)
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    one, other = [order.order_id for order in desk.round().outstanding()]
    desk.report(one, comes_back=True)

    orders = [PaymentOrder(order_id=order_id, round_id=ROUND_ID) for order_id in (one, other)]

    reports = [report_of(desk.ledger, order) for order in orders]
    assert [report and report.status for report in reports] == [PAYMENT_STATUS_RETURNED, None]
    desk.ledger.close()


async def test_what_the_ledger_did_not_order_has_no_answer(desk: Desk) -> None:
    (order,) = all_orders(a_quarter_in_payment(desk, 1))
    order.amount_fen += 1

    with pytest.raises(ApplicationError) as refused:
        await the_treasury(desk).pay(order)

    assert (refused.value.type, refused.value.non_retryable) == ("NOT_ORDERED", True)
