"""Whatever files come back, however often, in any order: each order is answered once, and the sums are equal."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.payment_answers import Result
from duifu.v1.events_pb2 import PaymentReturned, PaymentSettled
from ledger import streams
from tests.builders import a_firm
from tests.desk import Desk
from tests.exchange.payment_files import (
    Q1,
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


def take_in(desk: Desk, file: File) -> list[str]:
    """What became of each line of a file."""
    form, answers = file
    orders = all_orders(the_list(desk))
    return put_in(desk, FORMS[form]([(orders[place], result) for place, result in answers]))


def is_left(answers: list[tuple[int, Result]], number: int) -> bool:
    """Whether an entry of a statement still says something once each credit has taken back a debit."""
    place, result = answers[number]
    later = sum(line == (place, result) for line in answers[number:])
    debits, credits = (answers.count((place, end)) for end in (Result.SETTLED, Result.RETURNED))
    if result == Result.SETTLED:
        return later <= debits - credits
    return result == Result.PENDING or (debits <= credits and later <= credits - max(0, debits - 1))


def expected(file: File, ends: dict[int, list[Result]]) -> Iterator[str]:
    """What should become of each line, given the ends on record, which it brings up to date."""
    form, answers = file
    said = [line if form != "camt.053" or is_left(answers, number) else None for number, line in enumerate(answers)]
    found = {line for line in said if line and line[1] != Result.PENDING}
    times = Counter(place for place, _ in found)
    for line in said:
        if line is None:
            yield "other"
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
