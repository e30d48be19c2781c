"""Somebody who can reach Temporal, but not the ledger's door, gains nothing by running our activities himself."""

from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.client import ActivityFailureError
from temporalio.exceptions import ApplicationError

from domain.money import yuan
from duifu.v1.commands_pb2 import PAYMENT_STATUS_SETTLED, Actor, Command, IssueVoucher, RecordPayment
from duifu.v1.work_pb2 import CommandRequest, PaymentOrder
from tests.builders import an_application
from tests.office import Office


async def refusal_of(office: Office, activity: str, argument: Message) -> ApplicationError:
    """What the worker says when an activity is started from outside."""
    with pytest.raises(ActivityFailureError) as failed:
        await office.client.execute_activity(
            activity,
            argument,
            id=f"raw-{activity}",
            task_queue=office.config.task_queue,
            start_to_close_timeout=timedelta(seconds=10),
        )
    cause: Any = failed.value.cause
    assert isinstance(cause, ApplicationError)
    return cause


@pytest.mark.parametrize("activity", ["carry_out", "pass_on"])
async def test_a_command_is_taken_only_from_the_workflow_of_its_case(office: Office, activity: str) -> None:
    case_id = office.desk.submit(an_application())
    command = Command(command_id="raw", actor=Actor(id="mallory", role="system"))
    command.issue_voucher.CopyFrom(IssueVoucher(case_id=case_id))
    await office.settled()
    before = office.desk.ledger.head()

    refused = await refusal_of(office, activity, CommandRequest(command=command, stream=f"case/{case_id}"))

    assert refused.type == "NOT_FROM_ITS_WORKFLOW"
    assert office.desk.ledger.head() == before


async def test_a_payment_result_cannot_be_forged(office: Office) -> None:
    forged = RecordPayment(cycle_id="bj-slq-2023-2024Q1", order_id="1", status=PAYMENT_STATUS_SETTLED)
    command = Command(command_id="raw", actor=Actor(id="mallory", role="system"), record_payment=forged)

    refused = await refusal_of(office, "carry_out", CommandRequest(command=command, stream="cycle/bj-slq-2023-2024Q1"))

    assert refused.type == "NOT_FROM_ITS_WORKFLOW"


async def test_only_what_the_ledger_ordered_is_paid(office: Office) -> None:
    order = PaymentOrder(
        order_id="bj-slq-2023-2024Q1-00001",
        cycle_id="bj-slq-2023-2024Q1",
        payee_name="某人",
        account_number="1",
        bank_name="某行",
        amount_fen=yuan(1_000_000),
        purpose="—",
        budget_year=2024,
        pay_on="2024-03-29",
    )

    refused = await refusal_of(office, "pay", order)

    assert refused.type == "NOT_ORDERED"
    assert office.city.get("/treasury/orders")["orders"] == []
