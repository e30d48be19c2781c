"""Which pages of a quarter's orders may go out, and how their workflow sees that more of one may."""

from collections.abc import Iterable
from functools import reduce

from google.protobuf.message import Message

from domain.cycle import Cycle
from domain.cycle_course import evolve
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    CycleOpened,
    PaymentBatchMade,
    PaymentBatchSigned,
    PaymentOrdered,
    PaymentSettled,
    ReleaseStep,
)

Q1 = "bj-slq-2023-2024Q1"


def a_quarter(numbers: Iterable[int], *later: Message, is_signed: bool = False) -> Cycle:
    """One with orders of these numbers, and what came after."""
    events: list[Message] = [CycleOpened(cycle_id=Q1, release=[ReleaseStep(key="release")] if is_signed else [])]
    for number in numbers:
        case_id = f"bj-redeem-2024-{number:06d}"
        events.append(ClaimAdmitted(case_id=case_id, carried_from_cycle_id="bj-slq-2023-2023Q4", carried_fen=1))
        events.append(PaymentOrdered(case_id=case_id, order_id=order(number), amount_fen=1))
    return after(Cycle(), *events, *later)


def after(cycle: Cycle, *events: Message) -> Cycle:
    return reduce(evolve, events, cycle)


def order(number: int) -> str:
    return f"{Q1}-{number:05d}"


def batch(number: int, first: int, last: int) -> PaymentBatchMade:
    return PaymentBatchMade(batch=number, order_ids=[order(n) for n in range(first, last + 1)], steps=["release"])


def signature(number: int) -> PaymentBatchSigned:
    return PaymentBatchSigned(batch=number, step="release", signed_by="qian.bo")


def test_without_signers_a_page_has_more_to_go_out_with_each_order_on_it() -> None:
    first = a_quarter(range(1, 1001))
    more = a_quarter(range(1, 1002))
    answered = after(more, *(PaymentSettled(order_id=order(number)) for number in range(1, 1000)))

    assert first.pages_to_pay() == {0: 999, 1: 1000}
    assert more.pages_to_pay() == {0: 999, 1: 1001}
    assert answered.pages_to_pay() == {1: 1001}


def test_with_signers_a_page_has_more_to_go_out_with_each_batch_on_it_that_is_signed() -> None:
    made = a_quarter(range(1, 1003), batch(1, 1, 1000), batch(2, 1001, 1002), is_signed=True)
    second = after(made, signature(2))
    both = after(second, signature(1))
    answered = after(both, *(PaymentSettled(order_id=order(number)) for number in (1001, 1002)))

    assert made.pages_to_pay() == {}
    assert second.pages_to_pay() == {1: 1}, "no order of page 0 has been signed"
    assert both.pages_to_pay() == {0: 1, 1: 2}
    assert answered.pages_to_pay() == {0: 1, 1: 2}, "an order of the first batch is on it"


def test_a_page_on_which_only_unsigned_orders_have_no_answer_is_not_paid() -> None:
    made = a_quarter(range(1, 4), batch(1, 1, 2), batch(2, 3, 3), signature(1), is_signed=True)

    assert after(made, *(PaymentSettled(order_id=order(number)) for number in (1, 2))).pages_to_pay() == {}
