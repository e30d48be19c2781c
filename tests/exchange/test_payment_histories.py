"""Whatever files come back, however often, in any order: each order is answered once, and the sums are equal."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import yuan
from domain.payment_answers import Result
from domain.voucher import Voucher
from duifu.v1.events_pb2 import PaymentReturned, PaymentSettled
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from tests.builders import a_contract, a_firm, a_redemption
from tests.commands.recovery_desk import DECIDER, conserved, demanded, differences, setting_off, state
from tests.desk import Desk
from tests.exchange.payment_files import (
    Q1,
    Q2,
    Answers,
    a_copy_of,
    a_folder_in_payment,
    all_orders,
    camt_053,
    csv_of,
    pain_002,
    put_in,
    the_list,
)

FIRMS = 4
OWED_FEN = ((), (yuan(1_000),), (yuan(50_000),), (yuan(500), yuan(700)))  # by firm, each a recovery to be set off
WHOLLY = (2,)  # places of orders that are smaller than that
FORMS: dict[str, Callable[[Answers], bytes]] = {"csv": csv_of, "pain.002": pain_002, "camt.053": camt_053}

#: A file: its form, and of which order it says what; orders by their place, with duplicates, in any order.
File = tuple[str, list[tuple[int, Result]]]

files = st.lists(
    st.tuples(
        st.sampled_from(sorted(FORMS)),
        st.lists(st.tuples(st.integers(0, FIRMS - 1), st.sampled_from(Result)), min_size=1, max_size=6),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def in_payment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_folder_in_payment(tmp_path_factory.mktemp("in-payment"), FIRMS)


@pytest.fixture(scope="module")
def with_set_offs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which the second quarter was ordered, of firms that owe so much of the first."""
    folder = tmp_path_factory.mktemp("with-set-offs")
    desk, owing = Desk(folder / "ledger.sqlite"), list[Voucher]()
    for number in range(1, FIRMS + 1):
        firm = a_firm(100 + number)
        contract = a_contract(number=f"HT-{number}", buyer=firm)
        owing.append(desk.voucher_through_the_door(contract, firm))
        asked = a_redemption(owing[-1].voucher_id, yuan(300_000), invoice=number, buyer=firm)
        desk.redemption_through_the_door(asked, firm)
    desk.settle_quarter(Q1)
    for voucher, amounts in zip(owing, OWED_FEN, strict=True):
        for fen in amounts:
            desk.send(DECIDER, order_set_off=setting_off(demanded(desk, voucher, fen)))
    for number, voucher in enumerate(owing, start=1):
        firm = a_firm(100 + number)
        asked = a_redemption(voucher.voucher_id, yuan(10_000 * number), invoice=10 + number, buyer=firm)
        desk.redemption_through_the_door(asked, firm)
    desk.freeze(Q2)
    desk.order_payments(Q2)
    desk.ledger.close()
    return folder


def take_in(desk: Desk, file: File, quarter: str = Q1) -> list[str]:
    """What became of each line of a file; it has some amount of an order of which nothing is paid out."""
    form, answers = file
    said = []
    for place, result in answers:
        order = PaymentOrder()
        order.CopyFrom(all_orders(the_list(desk, quarter))[place])
        order.amount_fen = order.amount_fen or 1
        said.append((order, result))
    return put_in(desk, FORMS[form](said))


def is_left(answers: list[tuple[int, Result]], number: int) -> bool:
    """Whether an entry of a statement still says something once each credit has taken back a debit."""
    place, result = answers[number]
    later = sum(line == (place, result) for line in answers[number:])
    debits, credits = (answers.count((place, end)) for end in (Result.SETTLED, Result.RETURNED))
    if result == Result.SETTLED:
        return later <= debits - credits
    return result == Result.PENDING or (debits <= credits and later <= credits - max(0, debits - 1))


def expected(file: File, ends: dict[int, list[Result]], set_off: Collection[int] = ()) -> Iterator[str]:
    """What should become of each line, given the ends on record, which it brings up to date.

    Orders at the places `set_off` are wholly set off.
    """
    form, answers = file
    said = [line if form != "camt.053" or is_left(answers, number) else None for number, line in enumerate(answers)]
    found = {line for line in said if line and line[1] != Result.PENDING}
    times = Counter(place for place, _ in found)
    for line in said:
        if line is None:
            yield "other"
        elif line[0] in set_off:
            yield "ORDER_SET_OFF"
        elif line[1] == Result.PENDING:
            yield "pending"
        elif times[line[0]] > 1:
            yield "PAYMENT_TWICE"
        elif line[0] not in ends:
            ends[line[0]] = [line[1]]
            yield "recorded"
        elif ends[line[0]] == [Result.SETTLED] and line[1] == Result.RETURNED:
            ends[line[0]].append(Result.RETURNED)  # it came back
            yield "recorded"
        else:
            yield "known" if line[1] in ends[line[0]] else "PAYMENT_RESULT_CONFLICT"


@given(files)
@settings(max_examples=40)
def test_each_order_is_answered_once_and_the_sums_are_equal_whatever_comes_back(
    in_payment: Path, came_back: list[File]
) -> None:
    with TemporaryDirectory() as folder:
        desk = a_copy_of(in_payment, Path(folder))
        orders, ends = all_orders(the_list(desk)), dict[int, list[Result]]()

        for file in came_back:
            assert take_in(desk, file) == list(expected(file, ends))
        before = desk.versions()
        for file in came_back:
            assert "recorded" not in take_in(desk, file)

        assert desk.versions() == before
        told = desk.events(streams.cycle(Q1))
        answers = [event.order_id for event in told if isinstance(event, PaymentSettled | PaymentReturned)]
        assert sorted(answers) == [orders[place].order_id for place in sorted(ends)]
        for place, order in enumerate(orders):
            year = desk.year(2024, a_firm(101 + place))
            assert year.redeemed_fen == (0 if Result.RETURNED in ends.get(place, []) else order.amount_fen)
        left = [order for of_level in the_list(desk).going_out().values() for order in of_level]
        paid = sum(orders[place].amount_fen for place, said in ends.items() if Result.RETURNED not in said)
        back = sum(orders[place].amount_fen for place, said in ends.items() if Result.RETURNED in said)
        open_fen = sum(order.amount_fen for order in left)
        assert paid + back + open_fen == sum(order.amount_fen for order in orders)
        desk.ledger.close()


@given(files)
@settings(max_examples=25)
def test_what_is_set_off_is_received_once_or_open_again_whatever_comes_back(
    with_set_offs: Path, came_back: list[File]
) -> None:
    with TemporaryDirectory() as folder:
        desk, ends = a_copy_of(with_set_offs, Path(folder), "2024-07-08 09:00"), dict[int, list[Result]]()
        orders = [desk.cycle(Q2).orders[order.order_id].ordered for order in all_orders(the_list(desk, Q2))]

        for file in came_back:
            assert take_in(desk, file, Q2) == list(expected(file, ends, WHOLLY))

        for place, (order, owed) in enumerate(zip(orders, OWED_FEN, strict=True)):
            recoveries = [state(desk, part.recovery_id) for part in order.set_off]
            parts = [part.amount_fen for part in order.set_off]
            first = ends.get(place, [None])[0]
            assert parts == [yuan(6_000)] if place in WHOLLY else parts == list(owed)
            assert [each.held_fen for each in recoveries] == (parts if first is None else [0] * len(parts))
            # What comes back after it was settled is what was paid out: what was set off stands.
            assert [each.received_fen for each in recoveries] == (
                parts if first == Result.SETTLED else [0] * len(parts)
            )
            assert [each.open_fen + each.received_fen for each in recoveries] == list(owed)
        assert (conserved(desk).breaks, differences(desk)) == ([], [])
        desk.ledger.close()
