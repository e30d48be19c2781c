"""A treasury that is reached by files: the worker learns from the ledger alone how an order ended."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities.file_treasury import FileTreasury
from activities.quarter_pages import QuarterPages
from commands import grant_payments
from commands.payment_reports import report_of
from domain.payment_answers import Result
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED
from duifu.v1.work_pb2 import PaymentOrder, QuarterPage, QuarterPageDone
from tests.desk import Desk
from tests.exchange.payment_files import Q1, a_quarter_in_payment, all_orders, csv_of, put_in
from tests.rounds import ROUND_ID, RoundDesk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


def the_treasury(desk: Desk) -> FileTreasury:
    return FileTreasury(partial(grant_payments.was_ordered, desk.ledger), partial(report_of, desk.ledger))


async def pay(desk: Desk) -> QuarterPageDone:
    """What the quarter's workflow is told when it has the first page of orders paid."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id=Q1)
    done: QuarterPageDone = await environment.run(
        QuarterPages(desk.door, the_treasury(desk)).pay_page, QuarterPage(cycle_id=Q1)
    )
    return done


async def test_orders_are_under_way_until_files_say_how_all_of_them_ended(desk: Desk) -> None:
    first, second = all_orders(a_quarter_in_payment(desk, 2))
    with pytest.raises(ApplicationError, match="2笔") as waiting:
        await pay(desk)
    put_in(desk, csv_of([(first, Result.SETTLED)]))
    with pytest.raises(ApplicationError, match="1笔"):
        await pay(desk)
    put_in(desk, csv_of([(second, Result.RETURNED)]))

    done = await pay(desk)

    assert (waiting.value.type, waiting.value.non_retryable) == ("PAYMENT_UNDER_WAY", False)
    assert waiting.value.category == ApplicationErrorCategory.BENIGN
    assert (done.done, done.commits) == (0, 0)  # the files have said it, nobody else
    assert [order.result for order in desk.cycle(Q1).orders.values() if not order.result] == []


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


async def test_what_no_round_has_ordered_has_no_answer(desk: Desk) -> None:
    (order,) = all_orders(a_quarter_in_payment(desk, 1))  # a quarter's are paid by the page

    with pytest.raises(ApplicationError) as refused:
        await the_treasury(desk).pay(order)

    assert (refused.value.type, refused.value.non_retryable) == ("NOT_ORDERED", True)
