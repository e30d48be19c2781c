"""A quarter of many claims goes in pages: whatever is asked twice, answered late or broken off, each is paid once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rpds import HashTrieMap
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import quarter_pages
from activities.quarter_pages import QuarterPages
from commands.payment_results import in_commits
from domain.cycle import Cycle, page_of
from domain.orders import Order
from domain.set_off import AT_ONCE_MAX
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    CloseCycle,
    PauseCycle,
    PaymentResult,
    PaymentStatus,
    RecordPayment,
    RecordPayments,
    ResumeCycle,
)
from duifu.v1.events_pb2 import PaymentOrdered
from duifu.v1.recovery_pb2 import SetOff
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport, QuarterPage, QuarterPageDone
from ledger.store import APPEND_MAX
from tests.builders import CYCLE_OFFICER, a_firm
from tests.desk import Desk
from tests.many import CYCLE, DUE_FEN, PlainLine, case_id, plain_quarter, write_quarter

CLAIMS = 150  # more than one commit takes


class Bank:
    """Pays each order once; what it is told about some of them comes before the payment."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away: set[str] = set()
        self.closed: set[str] = set()  # accounts

    async def hand_in(self, order: PaymentOrder) -> PaymentReport:
        """How an order ended."""
        self.asked.append(order.order_id)
        if order.order_id in self.away:
            raise ApplicationError("银行未答复", type="PAYMENT_UNDER_WAY")
        status = PAYMENT_STATUS_RETURNED if order.order_id in self.closed else PAYMENT_STATUS_SETTLED
        return PaymentReport(
            order_id=order.order_id, status=status, bank_reference=f"GK-{order.order_id}", reason="账户已销户"
        )


class City:
    """A desk, a bank, and the pages between them."""

    def __init__(self, desk: Desk):
        self.desk, self.bank = desk, Bank()
        self._pages = QuarterPages(desk.door, self.bank)

    def environment(self, workflow_id: str = CYCLE) -> ActivityEnvironment:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_id=workflow_id)
        return environment

    def assess(self) -> QuarterPageDone:
        return self.environment().run(self._pages.assess_page, QuarterPage(cycle_id=CYCLE))

    def order(self) -> QuarterPageDone:
        return self.environment().run(self._pages.order_page, QuarterPage(cycle_id=CYCLE))

    def pay(self, page: int = 0, environment: ActivityEnvironment | None = None) -> QuarterPageDone:
        running = environment or self.environment()
        return asyncio.run(running.run(self._pages.pay_page, QuarterPage(cycle_id=CYCLE, page=page)))

    def close(self) -> None:
        self.desk.system(close_cycle=CloseCycle(cycle_id=CYCLE))


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    desk = Desk(tmp_path / "ledger.sqlite", "2024-04-01 09:00")
    plain_quarter(desk.ledger, CLAIMS)
    yield City(desk)
    desk.ledger.close()


def an_order(number: int) -> str:
    return f"{CYCLE}-{number:05d}"


def test_a_quarter_is_assessed_ordered_and_paid_in_few_commits_each_claim_once(city: City) -> None:
    assessed, ordered, paid = city.assess(), city.order(), city.pay()
    city.close()

    closed = city.desk.cycle(CYCLE).closed
    assert closed is not None
    assert [(one.case_id, one.amount_fen) for one in closed.paid] == [
        (case_id(number), DUE_FEN) for number in range(1, CLAIMS + 1)
    ]
    assert (closed.paid_fen, closed.deferred_fen, closed.returned_fen) == (CLAIMS * DUE_FEN, 0, 0)
    assert sorted(city.bank.asked) == [an_order(number) for number in range(1, CLAIMS + 1)]
    assert [done.done for done in (assessed, ordered, paid)] == [CLAIMS] * 3
    assert all(done.commits <= 4 for done in (assessed, ordered, paid))
    assert city.desk.case(case_id(CLAIMS)).closed is not None
    assert city.desk.voucher(f"bj-voucher-2024-{CLAIMS:06d}").paid_fen == DUE_FEN


def test_a_second_run_of_any_part_changes_nothing(city: City) -> None:
    city.assess(), city.order(), city.pay()
    before = city.desk.ledger.head()

    again = [city.assess(), city.order(), city.pay()]

    assert [(done.done, done.commits) for done in again] == [(0, 0)] * 3
    assert city.desk.ledger.head() == before
    assert len(city.bank.asked) == CLAIMS


def test_the_oldest_claims_are_ordered_first_however_many_commits_it_takes(city: City) -> None:
    city.assess()
    city.order()

    orders = city.desk.cycle(CYCLE).outstanding()
    assert [order.case_id for order in orders] == [case_id(number) for number in range(1, CLAIMS + 1)]


def test_the_annual_limit_holds_across_the_commits_of_a_page(tmp_path: Path) -> None:
    city = City(Desk(tmp_path / "ledger.sqlite", "2024-04-01 09:00"))
    write_quarter(city.desk.ledger, [(PlainLine(number), a_firm(7)) for number in range(1, CLAIMS + 1)])

    city.assess()
    city.order()
    city.pay()
    city.close()

    closed = city.desk.cycle(CYCLE).closed
    assert closed is not None
    assert (closed.paid_fen, closed.deferred_fen) == (200_000_000, CLAIMS * DUE_FEN - 200_000_000)
    assert [one.case_id for one in closed.paid] == [case_id(number) for number in range(1, 101)]  # 100 × ¥20,000
    assert city.desk.year(2024, a_firm(7)).redeemed_fen == 200_000_000
    city.desk.ledger.close()


def test_who_does_not_answer_holds_up_nobody_and_is_asked_again_alone(city: City) -> None:
    city.assess()
    city.order()
    city.bank.away = {an_order(3), an_order(149)}

    with pytest.raises(ApplicationError, match="2笔 PAYMENT_UNDER_WAY（银行未答复）") as waiting:
        city.pay()
    open_orders = [order.order_id for order in city.desk.cycle(CYCLE).outstanding()]
    city.bank.away, city.bank.asked = set(), []
    done = city.pay()

    assert waiting.value.type == "PAYMENT_UNDER_WAY"
    assert open_orders == [an_order(3), an_order(149)]
    assert (done.done, sorted(city.bank.asked)) == (2, open_orders)


def test_what_comes_back_joins_the_next_quarter_and_the_others_are_settled(city: City) -> None:
    city.assess()
    city.order()
    city.bank.closed = {an_order(5), an_order(61)}

    city.pay()
    city.close()

    closed, later = city.desk.cycle(CYCLE).closed, city.desk.cycle("bj-slq-2023-2024Q2")
    assert closed is not None
    assert [one.case_id for one in closed.returned] == [case_id(5), case_id(61)]
    assert (closed.paid_fen, closed.carried_fen) == ((CLAIMS - 2) * DUE_FEN, 2 * DUE_FEN)
    assert [claim.case_id for claim in later.ready()] == [case_id(5), case_id(61)]


def test_all_of_a_page_may_come_back_and_each_commit_has_room(city: City) -> None:
    city.assess()
    city.order()
    city.bank.closed = {an_order(number) for number in range(1, CLAIMS + 1)}

    done = city.pay()
    city.close()

    closed = city.desk.cycle(CYCLE).closed
    assert closed is not None
    assert (done.done, closed.paid_fen, closed.returned_fen) == (CLAIMS, 0, CLAIMS * DUE_FEN)
    assert done.commits <= 4


def test_an_answer_that_contradicts_the_record_is_refused_and_the_others_of_its_commit_are_kept(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.assess()
    city.order()
    contradicted = an_order(2)
    honest = city.bank.hand_in

    async def meanwhile(order: PaymentOrder) -> PaymentReport:
        if order.order_id == contradicted:  # somebody puts in a return while the bank settles it
            returned = RecordPayment(cycle_id=CYCLE, order_id=contradicted, status=PAYMENT_STATUS_RETURNED)
            city.desk.system(record_payment=returned)
        return await honest(order)

    monkeypatch.setattr(city.bank, "hand_in", meanwhile)
    with pytest.raises(ApplicationError, match="1笔 PAYMENT_RESULT_CONFLICT"):
        city.pay()

    quarter = city.desk.cycle(CYCLE)
    assert quarter.orders[contradicted].result == "returned"
    assert {order.result for order_id, order in quarter.orders.items() if order_id != contradicted} == {"settled"}


def test_an_order_that_a_file_has_answered_meanwhile_is_not_handed_in(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.assess()
    city.order()
    honest = city.bank.hand_in

    async def answered_by_a_file(order: PaymentOrder) -> PaymentReport:
        if order.order_id == an_order(1):
            settled = RecordPayment(
                cycle_id=CYCLE, order_id=an_order(CLAIMS), status=PAYMENT_STATUS_SETTLED, bank_reference="GK"
            )
            await asyncio.to_thread(city.desk.system, record_payment=settled)
        return await honest(order)

    monkeypatch.setattr(city.bank, "hand_in", answered_by_a_file)
    city.pay()

    assert an_order(CLAIMS) not in city.bank.asked
    assert len(city.bank.asked) == CLAIMS - 1
    assert not city.desk.cycle(CYCLE).outstanding()


def test_a_pause_stops_a_page_between_two_commits_and_what_was_paid_is_on_record(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarter_pages, "RESULTS_AT_ONCE", 20)
    city.assess()
    city.order()
    honest = city.bank.hand_in

    async def paused_by_the_thirtieth(order: PaymentOrder) -> PaymentReport:
        if order.order_id == an_order(30):
            paused = PauseCycle(cycle_id=CYCLE, reason="财政年终封账")
            await asyncio.to_thread(city.desk.send, CYCLE_OFFICER, pause_cycle=paused)
        return await honest(order)

    monkeypatch.setattr(city.bank, "hand_in", paused_by_the_thirtieth)
    city.pay()
    settled = [number for number in range(1, CLAIMS + 1) if city.desk.cycle(CYCLE).orders[an_order(number)].result]
    while_paused = city.pay()
    monkeypatch.setattr(city.bank, "hand_in", honest)
    city.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=CYCLE, reason="已开账"))
    rest = city.pay()

    assert settled == list(range(1, 41))  # the commit in which it was paused comes to its end
    assert (while_paused.done, rest.done) == (0, CLAIMS - 40)
    assert sorted(city.bank.asked) == [an_order(number) for number in range(1, CLAIMS + 1)]


def test_a_page_that_is_broken_off_goes_on_where_its_last_commit_ended(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarter_pages, "RESULTS_AT_ONCE", 20)
    city.assess()
    city.order()
    environment, beats = city.environment(), []

    def cancel_after_the_second_commit(*details: object) -> None:
        beats.append(details)
        if len([order for order in city.desk.cycle(CYCLE).orders.values() if order.result]) == 40:
            raise ConnectionAbortedError

    environment.on_heartbeat = cancel_after_the_second_commit
    with pytest.raises(ConnectionAbortedError):
        city.pay(environment=environment)
    kept = [order.order_id for order in city.desk.cycle(CYCLE).outstanding()]
    city.pay()

    assert len(kept) == CLAIMS - 40
    assert {city.bank.asked.count(an_order(number)) for number in range(1, 41)} == {1}
    assert not city.desk.cycle(CYCLE).outstanding()


def test_only_the_quarters_own_workflow_has_its_pages_done(city: City) -> None:
    with pytest.raises(ApplicationError) as refused:
        city.pay(environment=city.environment("somebody-elses"))

    assert (refused.value.type, refused.value.non_retryable) == ("NOT_FROM_ITS_WORKFLOW", True)
    assert city.bank.asked == []


def test_a_page_says_why_it_cannot_go_on(city: City) -> None:
    refused = city.environment().run(
        QuarterPages(city.desk.at("2024-03-20 09:00").door, city.bank).order_page, QuarterPage(cycle_id=CYCLE)
    )

    assert (refused.done, refused.refusal.code) == (0, "")  # nothing is ready: nothing is asked
    city.assess()
    refused = city.order()
    assert (refused.done, refused.refusal.code) == (0, "PAY_DAY_NOT_REACHED")


def test_results_that_are_on_record_change_nothing_and_one_of_another_quarter_refuses_all(city: City) -> None:
    city.assess()
    city.order()
    one, other = (
        PaymentResult(order_id=an_order(number), status=PAYMENT_STATUS_SETTLED, bank_reference="GK")
        for number in (1, 2)
    )
    city.desk.system(record_payments=RecordPayments(cycle_id=CYCLE, results=[one]))
    city.desk.system(record_payments=RecordPayments(cycle_id=CYCLE, results=[one, other]))

    assert len(city.desk.cycle(CYCLE).outstanding()) == CLAIMS - 2
    assert city.desk.voucher("bj-voucher-2024-000001").paid_fen == DUE_FEN


def test_pages_count_from_the_first_order() -> None:
    assert [page_of(an_order(number)) for number in (1, 999, 1000, 99_999, 100_000)] == [0, 0, 1, 99, 100]
    assert APPEND_MAX == 500  # what one commit takes; pages are split into such


@given(
    answers=st.lists(
        st.tuples(st.integers(0, AT_ONCE_MAX), st.sampled_from([PAYMENT_STATUS_SETTLED, PAYMENT_STATUS_RETURNED])),
        max_size=300,
    )
)
def test_answers_to_orders_with_set_offs_have_room_in_their_commits(
    answers: list[tuple[int, PaymentStatus.ValueType]],
) -> None:
    orders, results, most = {}, [], {}
    for number, (parts, status) in enumerate(answers, start=1):
        order_id = an_order(number)
        set_off = [SetOff(recovery_id=f"bj-recovery-{part}", amount_fen=1) for part in range(parts)]
        orders[order_id] = Order.of(PaymentOrdered(order_id=order_id, set_off=set_off))
        results.append(PaymentResult(order_id=order_id, status=status))
        # Settled: quarter, voucher, claim twice; each recovery, its end, limits of two years. Back: eight, and each.
        most[order_id] = 4 + 4 * parts if status == PAYMENT_STATUS_SETTLED else 8 + parts

    commits = list(in_commits(Cycle(orders=HashTrieMap(orders)), results))

    assert [result for commit in commits for result in commit] == results
    assert all(1 + sum(most[result.order_id] for result in commit) <= APPEND_MAX for commit in commits)
    assert all(commits)
