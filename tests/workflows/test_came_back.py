"""A payment that was settled comes back while the office works: the ended claim is paid again, stays ended. (F-7)"""

from domain.money import yuan
from domain.payment_answers import Result
from domain.wording import standing
from duifu.v1.commands_pb2 import ReplaceBankAccount
from ledger import streams
from tests.builders import an_account, applicant, shanghai
from tests.exchange.payment_files import all_orders, csv_of, put_in, the_list
from tests.office import Office
from tests.workflows.people import TECHNOLOGY
from tests.workflows.quarters import Q1, a_request_that_waits, told_of_a_return

Q2 = "bj-slq-2023-2024Q2"


async def test_what_comes_back_after_the_close_is_paid_by_the_next_quarter(office: Office) -> None:
    case_id = await a_request_that_waits(office)
    await office.pass_time(shanghai("2024-04-01 00:00"))
    first, closed = await office.ending(case_id), office.desk.ledger.version(streams.cycle(Q1))
    await office.pass_time(shanghai("2024-05-08 09:00"))

    outcomes = put_in(office.desk, csv_of([(order, Result.RETURNED) for order in all_orders(the_list(office.desk))]))
    account = ReplaceBankAccount(case_id=case_id, bank_account=an_account(TECHNOLOGY))
    office.desk.send(applicant(TECHNOLOGY), replace_bank_account=account)
    waiting, letter = standing(await told_of_a_return(office, case_id)), office.city.letters(case_id)[-1]
    await office.pass_time(shanghai("2024-07-01 00:00"))
    quarter = await office.ending(Q2)
    (into_the_past,) = await office.pass_time(shanghai("2024-05-01 00:00"))

    assert into_the_past.startswith("业务时间已是 2024-07-01 0")
    assert into_the_past.endswith("不早于 2024-05-01 00:00，没有推进")
    assert (first.outcome, first.amount_fen) == ("已支付", yuan(50_000))
    assert outcomes == ["recorded"]
    assert office.desk.ledger.version(streams.cycle(Q1)) == closed
    assert f"转入{Q2}，请更换账户" in waiting
    assert quarter.summary == "2024Q2已结清：支付1笔¥50,000.00，递延0笔¥0.00，退回0笔¥0.00"
    assert letter["title"] == "款项退回通知书"  # the case has ended: its workflow began again for it
    assert f"申请（{case_id}）的兑付款¥50,000.00未能付达或者已被退回：2024-05-08退回¥50,000.00：" in letter["text"]
    assert f"转入{Q2}，请更换账户。" in letter["text"]
    assert office.case_topics(case_id)[-5:] == [
        "CaseClosed",
        "ClaimPaymentChanged",  # it came back
        "BankAccountReplaced",
        "ClaimPaymentChanged",  # ordered
        "ClaimPaymentChanged",  # settled
    ]
    orders = office.city.get("/treasury/orders")["orders"]
    assert [order["orderId"] for order in orders] == [f"{Q1}-00001", f"{Q2}-00001"]
    assert office.desk.year(2024, TECHNOLOGY).redeemed_fen == yuan(50_000)
