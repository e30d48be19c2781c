"""What is open of a recovery is set off against later payments: ordered, held, settled, come back. (抵扣, BJ-A26)"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.conservation.account import Bucket
from audit.story import sentence
from commands.payment_results import (
    RECEIVED_EVENTS,
    RELEASED_EVENTS,
    RETURNED_EVENTS,
    SETTLED_EVENTS,
)
from domain import recovery_letters
from domain.money import show, yuan
from domain.payment_answers import Result
from domain.quarter_standing import lines, standing_of
from domain.recovery import Standing
from domain.release import digest
from domain.set_off import AT_ONCE_MAX
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import PAYMENT_STATUS_SETTLED, Actor, RecordPayment, SignPayments, WithholdPayment
from duifu.v1.events_pb2 import ClaimPaymentChanged, PaymentBatchMade, PaymentOrdered, PaymentSettled, VoucherRedeemed
from duifu.v1.recovery_pb2 import (
    RECOVERY_DEADLINE_PAYMENT,
    LapseRecovery,
    RecoveryReceived,
    RevokeSetOff,
    SetOff,
    SetOffDecided,
    SetOffHeld,
    WriteOffRecovery,
)
from ledger import streams
from tests.amended import BEIJING, a_rulebook, under
from tests.builders import BUYER, a_contract, a_firm, a_redemption, officer
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    WHOLE,
    conserved,
    demand_all,
    demanded,
    differences,
    found,
    paid_voucher,
    proposing,
    receiving,
    refused,
    setting_off,
    state,
    transferring,
)
from tests.desk import Desk
from tests.exchange.payment_files import SUN, all_orders, camt_053, csv_of, put_in, the_list

Q1, Q2, Q3 = (f"bj-slq-2023-2024Q{quarter}" for quarter in (1, 2, 3))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


@pytest.fixture
def paid(desk: Desk) -> Voucher:
    """A voucher of ¥1,000,000 of which the first quarter of 2024 paid ¥600,000."""
    return paid_voucher(desk)


def due_in(desk: Desk, quarter: str, fen: int, invoice: int = 7, **how: Any) -> str:
    """A claim of the same enterprise on another voucher of which so much is due in a quarter; ordered there."""
    voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000), number=f"HT-{invoice}"))
    case_id = desk.pay_for(voucher, fen * 5, invoice=invoice, **how)
    desk.freeze(quarter)
    desk.order_payments(quarter)
    return case_id


def set_off(desk: Desk, voucher: Voucher, fen: int) -> str:
    """A recovery of so much that is demanded, and is to be set off."""
    recovery = demanded(desk, voucher, fen)
    desk.send(DECIDER, order_set_off=setting_off(recovery))
    return recovery


def order_of(desk: Desk, quarter: str = Q2) -> PaymentOrdered:
    """The only order of a quarter."""
    (order,) = desk.cycle(quarter).orders.values()
    return order.ordered


def taken(recovery: str, fen: int) -> SetOff:
    return SetOff(recovery_id=recovery, amount_fen=fen)


def the_books_agree(desk: Desk) -> dict[str, dict[Bucket, int]]:
    """Conserved, made again without a difference; what each account holds."""
    books = conserved(desk)
    assert (books.breaks, differences(desk)) == ([], [])
    return {a.name: {bucket: a.held[bucket] for bucket in Bucket if a.held[bucket]} for a in books.accounts}


# Against one order, two, and none


def test_a_part_of_a_payment_is_set_off_and_the_year_gets_it_back(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    case_id = due_in(desk, Q2, yuan(160_000))
    order = order_of(desk)
    held, books_before = state(desk, recovery), the_books_agree(desk)
    (going_out,) = the_list(desk, Q2).going_out()[""]
    waiting = lines(standing_of(desk.cycle(Q2), 1))

    desk.record_results(Q2)
    settled = lines(standing_of(desk.cycle(Q2), 1))
    desk.close_quarter(Q2)

    assert (order.amount_fen, list(order.set_off)) == (yuan(160_000), [taken(recovery, yuan(100_000))])
    assert (held.open_fen, held.held_fen, held.unheld_fen) == (yuan(100_000), yuan(100_000), 0)
    assert books_before[streams.recovery(recovery)] == {Bucket.COMMITTED: yuan(100_000)}
    assert going_out.amount_fen == yuan(60_000)
    assert "- 待国库结果：1笔，¥160,000.00（其中抵扣¥100,000.00）" in waiting
    assert "- 已支付：1笔，¥160,000.00（其中抵扣¥100,000.00）" in settled
    ended = state(desk, recovery)
    (receipt,) = ended.receipts.values()
    assert (ended.standing, ended.received_fen, ended.set_off_fen, ended.to_set_off) == (
        *(Standing.CLOSED, yuan(100_000), yuan(100_000)),
        {},
    )
    assert (receipt.order_id, receipt.bank_reference, receipt.restored_fen) == (order.order_id, "", yuan(100_000))
    assert desk.case(case_id).paid_fen == yuan(160_000)
    assert desk.year(2024).redeemed_fen == yuan(600_000 + 160_000 - 100_000)
    closed = desk.cycle(Q2).closed
    assert closed is not None
    assert (closed.paid_fen, closed.set_off_fen) == (yuan(160_000), yuan(100_000))
    assert the_books_agree(desk)[streams.recovery(recovery)] == {Bucket.RECOVERED: yuan(100_000)}


def test_an_order_that_is_wholly_set_off_settles_without_the_treasury(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    due_in(desk, Q2, yuan(60_000))
    order = order_of(desk)

    assert the_list(desk, Q2).going_out() == {}
    settled = RecordPayment(cycle_id=Q2, order_id=order.order_id, status=PAYMENT_STATUS_SETTLED)
    settled.evidence_sha256 = "ab" * 32
    assert refused(desk, SUN, record_payment=settled).code == "ORDER_SET_OFF"
    (asked,) = all_orders(the_list(desk, Q2))
    assert put_in(desk, csv_of([(_of(asked, yuan(60_000)), Result.SETTLED)])) == ["ORDER_SET_OFF"]
    desk.record_results(Q2)

    (answer,) = (event for event in desk.events(streams.cycle(Q2)) if isinstance(event, PaymentSettled))
    assert (answer.bank_reference, answer.is_set_off) == (recovery, True)
    assert sentence(answer) == f"支付指令{order.order_id}全额抵扣{recovery}，未经国库支付"
    assert state(desk, recovery).open_fen == yuan(40_000)
    told = desk.events(streams.case(order.case_id))[-2]
    assert isinstance(told, ClaimPaymentChanged)
    assert "全额抵扣，未经国库支付" in told.explanation
    the_books_agree(desk)


def test_two_recoveries_are_set_off_against_one_order_and_one_against_two(desk: Desk, paid: Voucher) -> None:
    first, second = set_off(desk, paid, yuan(30_000)), set_off(desk, paid, yuan(100_000))
    for invoice, fen in ((7, yuan(60_000)), (8, yuan(80_000))):
        voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000), number=f"HT-{invoice}"))
        desk.pay_for(voucher, fen * 5, invoice=invoice)
    desk.freeze(Q2)
    desk.order_payments(Q2)
    orders = [desk.cycle(Q2).orders[order_id].ordered for order_id in (f"{Q2}-00001", f"{Q2}-00002")]
    desk.record_results(Q2)

    assert [list(order.set_off) for order in orders] == [
        [taken(first, yuan(30_000)), taken(second, yuan(30_000))],
        [taken(second, yuan(70_000))],
    ]
    assert [state(desk, recovery).standing for recovery in (first, second)] == [Standing.CLOSED] * 2
    assert sorted(receipt.amount_fen for receipt in state(desk, second).receipts.values()) == [
        yuan(30_000),
        yuan(70_000),
    ]
    the_books_agree(desk)


@pytest.mark.parametrize(
    ("answer", "room"),
    [
        ("settled", SETTLED_EVENTS + AT_ONCE_MAX * RECEIVED_EVENTS),
        ("returned", RETURNED_EVENTS + AT_ONCE_MAX * RELEASED_EVENTS),
    ],
)
def test_an_answer_writes_no_more_than_its_commit_keeps_room_for(
    desk: Desk, paid: Voucher, answer: str, room: int
) -> None:
    """Of an order that is set off against as many recoveries as one can be, each ended by it."""
    for _ in range(AT_ONCE_MAX):
        set_off(desk, paid, yuan(10_000))
    case_id = due_in(desk, Q2, yuan(60_000))
    assert len(order_of(desk).set_off) == AT_ONCE_MAX
    head = desk.ledger.head()

    desk.record_results(Q2, returned=[case_id] if answer == "returned" else [])

    written = desk.ledger.head() - head - 1  # without the receipt
    assert room - 5 <= written <= room  # some is for what was paid in two years, or is the first of a later quarter
    the_books_agree(desk)


def test_the_rest_is_set_off_against_the_next_quarters_payment(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    due_in(desk, Q2, yuan(60_000))
    desk.record_results(Q2)
    desk.close_quarter(Q2)
    due_in(desk, Q3, yuan(60_000), invoice=8)
    desk.record_results(Q3)

    assert list(order_of(desk, Q3).set_off) == [taken(recovery, yuan(40_000))]
    assert state(desk, recovery).standing == Standing.CLOSED
    the_books_agree(desk)


def test_what_was_paid_in_an_earlier_budget_year_gives_the_limit_nothing_back(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    desk.at("2025-01-06 09:00")
    due_in(desk, "bj-slq-2023-2025Q1", yuan(160_000), on="2025-01-02")
    desk.record_results("bj-slq-2023-2025Q1")

    (receipt,) = state(desk, recovery).receipts.values()
    assert receipt.restored_fen == 0
    assert (desk.year(2024).redeemed_fen, desk.year(2025).redeemed_fen) == (yuan(600_000), yuan(160_000))
    the_books_agree(desk)


def test_another_enterprise_is_paid_in_full(desk: Desk, paid: Voucher) -> None:
    set_off(desk, paid, yuan(100_000))
    other = a_firm(101)
    voucher = desk.voucher_through_the_door(a_contract(number="HT-9", buyer=other), other)
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000), invoice=9, buyer=other), other)
    desk.freeze(Q2)
    desk.order_payments(Q2)

    assert list(order_of(desk).set_off) == []


# An order that does not end well


@pytest.mark.parametrize("deed", ["returned", "withheld"])
def test_of_an_order_that_came_back_nothing_was_set_off(desk: Desk, tmp_path: Path, deed: str) -> None:
    under(desk, a_rulebook(BEIJING, signed_first)) if deed == "withheld" else None
    paid = paid_voucher_signed(desk) if deed == "withheld" else paid_voucher(desk)
    recovery = set_off(desk, paid, yuan(100_000))
    case_id = due_in(desk, Q2, yuan(160_000))
    if deed == "returned":
        desk.record_results(Q2, returned=[case_id])
    else:
        held_back = WithholdPayment(cycle_id=Q2, order_id=order_of(desk).order_id, reason="账户待核")
        desk.send(CHECKER, withhold_payment=held_back)

    after = state(desk, recovery)
    assert (after.received_fen, after.unheld_fen, after.to_set_off) == (0, yuan(100_000), {})
    assert desk.year(2024).redeemed_fen == yuan(600_000)
    the_books_agree_under(desk)
    desk.close_quarter(Q2)
    desk.freeze(Q3)
    desk.order_payments(Q3)
    assert list(order_of(desk, Q3).set_off) == [taken(recovery, yuan(100_000))]
    the_books_agree_under(desk)


def test_of_a_settled_order_that_comes_back_what_was_set_off_stands(desk: Desk, paid: Voucher) -> None:
    """The treasury paid ¥60,000 of ¥160,000; they came back, and are paid again. (退汇, F-7)"""
    recovery = set_off(desk, paid, yuan(100_000))
    case_id = due_in(desk, Q2, yuan(160_000))
    orders = all_orders(the_list(desk, Q2))
    assert put_in(desk, csv_of([(order, Result.SETTLED) for order in orders])) == ["recorded"]
    desk.close_quarter(Q2)
    desk.at("2024-08-07 09:00")

    outcomes = put_in(desk, csv_of([(order, Result.RETURNED) for order in orders], returned_on="2024-08-05"))

    voucher = desk.voucher(order_of(desk).voucher_id)
    (payout,) = voucher.payouts
    assert outcomes == ["recorded"]
    assert voucher.came_back[orders[0].order_id].amount_fen == yuan(60_000)
    assert (payout.amount_fen, payout.set_off_fen, desk.case(case_id).paid_fen) == (yuan(100_000),) * 3
    assert state(desk, recovery).standing == Standing.CLOSED
    assert desk.year(2024).redeemed_fen == yuan(600_000)
    the_books_agree(desk)
    desk.freeze(Q3)
    desk.order_payments(Q3)
    desk.record_results(Q3)
    again = order_of(desk, Q3)
    assert (again.amount_fen, list(again.set_off), desk.case(case_id).paid_fen) == (yuan(60_000), [], yuan(160_000))
    the_books_agree(desk)


# Meanwhile, and twice


def test_what_an_order_holds_is_neither_received_nor_written_off_nor_handed_over(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    due_in(desk, Q2, yuan(60_000))

    asked: list[tuple[Any, dict[str, Any]]] = [
        (COLLECTOR, {"record_recovery_receipt": receiving(recovery, yuan(40_001), on="2024-06-03")}),
        (COLLECTOR, {"propose_write_off": proposing(recovery, yuan(40_001))}),
        (DECIDER, {"transfer_recovery": transferring(recovery)}),
        (DECIDER, {"revoke_set_off": RevokeSetOff(recovery_id=recovery, reason="另行缴回")}),
    ]
    for actor, command in asked:
        answer = refused(desk, actor, **command)
        assert (answer.code, answer.facts["orders"]) == ("SET_OFF_HELD", order_of(desk).order_id)
        assert answer.facts["open_fen"] == yuan(40_000)
    too_much = receiving(recovery, yuan(100_001), on="2024-06-03")
    assert refused(desk, COLLECTOR, record_recovery_receipt=too_much).code == "RECOVERY_ABOVE_OPEN"

    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(25_000), on="2024-06-03"))
    desk.send(COLLECTOR, propose_write_off=proposing(recovery, yuan(15_000)))
    desk.send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=recovery))
    desk.record_results(Q2)

    ended = state(desk, recovery)
    assert (ended.received_fen, ended.set_off_fen, ended.written_off_fen) == (yuan(85_000), yuan(60_000), yuan(15_000))
    assert ended.standing == Standing.CLOSED
    the_books_agree(desk)


def test_a_second_run_changes_nothing(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(100_000))
    for command_id in ("first", "second"):
        desk.send(DECIDER, command_id, order_set_off=setting_off(recovery))
    due_in(desk, Q2, yuan(160_000))
    desk.order_payments(Q2)
    held, length = state(desk, recovery), desk.ledger.version(streams.recovery(recovery))
    order = order_of(desk)
    for _ in range(2):
        result = RecordPayment(
            cycle_id=Q2, order_id=order.order_id, status=PAYMENT_STATUS_SETTLED, bank_reference="GK-1"
        )
        desk.system(record_payment=result)

    assert desk.ledger.version(streams.set_offs("bj-slq-2023")) == 1
    assert [type(event) for event in desk.events(streams.recovery(recovery))].count(SetOffDecided) == 1
    assert held.to_set_off == {order.order_id: yuan(100_000)}
    assert desk.ledger.version(streams.recovery(recovery)) == length + 2  # received and closed
    the_books_agree(desk)


def test_a_decision_is_revoked_while_nothing_is_ordered_and_made_anew(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    desk.send(DECIDER, revoke_set_off=RevokeSetOff(recovery_id=recovery, reason="单位另行缴回"))
    again = refused(desk, DECIDER, revoke_set_off=RevokeSetOff(recovery_id=recovery, reason="单位另行缴回"))
    due_in(desk, Q2, yuan(60_000))

    assert again.code == "SET_OFF_NOT_ORDERED"
    assert list(order_of(desk).set_off) == []
    desk.send(DECIDER, order_set_off=setting_off(recovery))
    assert desk.ledger.version(streams.set_offs("bj-slq-2023")) == 1
    the_books_agree(desk)


# Who decides, and when


def test_who_may_order_it_and_when(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(100_000))
    assert refused(desk, DECIDER, order_set_off=setting_off(recovery)).code == "RECOVERY_NOT_NOW"
    demand_all(desk, recovery)
    himself = Actor(id=INSPECTOR.id, role="recovery-officer")
    assert refused(desk, COLLECTOR, order_set_off=setting_off(recovery)).code == "ROLE_MISMATCH"
    assert refused(desk, himself, order_set_off=setting_off(recovery)).code == "RECOVERY_NOT_APART"
    assert refused(desk, DECIDER, order_set_off=setting_off(recovery, reason=" ")).code == "REASON_MISSING"
    assert refused(desk, DECIDER, order_set_off=setting_off("x-recovery-1")).code == "RECOVERY_UNKNOWN"
    desk.at("2024-12-02 09:00")
    not_agreed = refused(desk, DECIDER, order_set_off=setting_off(recovery, agreement_sha256=""))
    assert (not_agreed.code, not_agreed.clause) == ("SET_OFF_NOT_AGREED", "BJ-A26")


def test_a_programme_may_set_off_without_agreement_once_the_days_to_pay_are_over(desk: Desk) -> None:
    overdue = under(desk, a_rulebook(BEIJING, also_when_overdue))
    recovery = demanded(overdue, paid_voucher(overdue), yuan(100_000))
    demand = state(overdue, recovery).demand
    assert demand is not None
    unilateral = setting_off(recovery, agreement_sha256="")

    overdue.at(f"{demand.pay_by_on} 23:59")
    assert refused(overdue, DECIDER, order_set_off=unilateral).code == "SET_OFF_NOT_AGREED"
    overdue.at("2024-06-03 09:00")
    overdue.system(lapse_recovery=LapseRecovery(recovery_id=recovery, deadline=RECOVERY_DEADLINE_PAYMENT))
    overdue.send(DECIDER, order_set_off=unilateral)
    assert state(overdue, recovery).set_off is not None


def test_a_programme_that_says_nothing_of_it_sets_nothing_off(desk: Desk) -> None:
    silent = under(desk, a_rulebook(BEIJING, without_set_off))
    recovery = demanded(silent, paid_voucher(silent), yuan(100_000))

    assert refused(silent, DECIDER, order_set_off=setting_off(recovery)).code == "SET_OFF_NOT_FORESEEN"


# What people and files see


def test_files_and_signatures_go_by_what_is_paid_out(desk: Desk) -> None:
    """Files name ¥60,000 of ¥160,000; a line that names what is due is refused."""
    under(desk, a_rulebook(BEIJING, signed_first))
    recovery = set_off(desk, paid_voucher_signed(desk), yuan(100_000))
    due_in(desk, Q2, yuan(160_000))
    (batch,) = desk.cycle(Q2).to_sign()
    (made,) = (event for event in desk.events(streams.cycle(Q2)) if isinstance(event, PaymentBatchMade))
    _sign(desk, Q2)
    (order,) = all_orders(the_list(desk, Q2))

    refusals = [
        put_in(desk, csv_of([(order, Result.SETTLED)], amount_fen=str(yuan(160_000)), amount_yuan="160000.00")),
        put_in(desk, camt_053([(_of(order, yuan(160_000)), Result.SETTLED)])),
    ]
    taken_in = put_in(desk, camt_053([(order, Result.SETTLED)]))

    assert (order.amount_fen, made.amount_fen) == (yuan(60_000), yuan(60_000))
    assert (refusals, taken_in) == ([["PAYMENT_AMOUNT"]] * 2, ["recorded"])
    assert state(desk, recovery).standing == Standing.CLOSED
    assert batch.steps == ("check",)
    the_books_agree_under(desk)


def test_a_batch_of_which_nothing_goes_out_is_signed_all_the_same(desk: Desk) -> None:
    under(desk, a_rulebook(BEIJING, signed_first))
    recovery = set_off(desk, paid_voucher_signed(desk), yuan(100_000))
    due_in(desk, Q2, yuan(60_000))
    result = RecordPayment(cycle_id=Q2, order_id=order_of(desk).order_id, status=PAYMENT_STATUS_SETTLED)

    with pytest.raises(Exception, match="PAYMENT_NOT_RELEASED"):
        desk.system(record_payment=result)
    _sign(desk, Q2)
    desk.system(record_payment=result)

    assert state(desk, recovery).received_fen == yuan(60_000)
    the_books_agree_under(desk)


def test_the_record_and_the_letter_say_what_was_set_off(desk: Desk, paid: Voucher) -> None:
    recovery = set_off(desk, paid, yuan(100_000))
    case_id = due_in(desk, Q2, yuan(160_000))
    desk.record_results(Q2)
    order_id = order_of(desk).order_id

    told = [event.explanation for event in desk.events(streams.case(case_id)) if isinstance(event, ClaimPaymentChanged)]
    assert all(f"其中抵扣{recovery} {show(yuan(100_000))}" in words for words in told)
    assert f"其中抵扣{recovery} ¥100,000.00" in desk.closed_case(case_id).summary
    assert "实付¥60,000.00" in sentence(order_of(desk))
    redeemed = [e for e in desk.events(streams.voucher(order_of(desk).voucher_id)) if isinstance(e, VoucherRedeemed)]
    assert sentence(redeemed[0]) == f"案件{case_id}兑付¥160,000.00，其中抵扣¥100,000.00（{Q2}）"
    stories = [
        sentence(e) for e in desk.events(streams.recovery(recovery)) if isinstance(e, SetOffHeld | RecoveryReceived)
    ]
    assert stories == [
        f"支付指令{order_id}将抵扣¥100,000.00，待其支付",
        f"2024-07-01以支付指令{order_id}抵扣¥100,000.00，其中¥100,000.00恢复当年限额",
    ]
    (letter,) = [one for one in recovery_letters.unsent(state(desk, recovery)) if "set_off" in one.letter_id]
    assert (letter.words["summary"], letter.words["items"], letter.recipient) == (
        *("¥100,000.00", order_id),
        BUYER.name,
    )


# Programmes and people of these tests

CHECKER = officer("payment-checker")


def signed_first(data: dict[str, Any]) -> None:
    """One person checks every batch."""
    step = {"key": "check", "title": "复核", "role": "payment-checker", "role_title": "支付复核岗"}
    data["payments"] = {"release": {"clause": "BJ-4.3", "steps": [step]}}


def also_when_overdue(data: dict[str, Any]) -> None:
    """Also without the enterprise's agreement."""
    data["recovery"]["set_off"]["when"] = "overdue"


def without_set_off(data: dict[str, Any]) -> None:
    """Nothing is said of it."""
    del data["recovery"]["set_off"], data["clauses"]["BJ-A26"]


def paid_voucher_signed(desk: Desk) -> Voucher:
    """The same as `paid_voucher`, where somebody signs first."""
    voucher = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-1"))
    desk.pay_for(voucher, yuan(3_000_000))
    desk.freeze(Q1)
    desk.order_payments(Q1)
    _sign(desk, Q1)
    desk.record_results(Q1)
    desk.close_quarter(Q1)
    return desk.voucher(voucher.voucher_id)


def the_books_agree_under(desk: Desk) -> None:
    """The same for a desk that goes by another programme."""
    assert (conserved(desk).breaks, differences(desk)) == ([], [])


def _sign(desk: Desk, quarter: str) -> None:
    (batch,) = desk.cycle(quarter).to_sign()
    seen = digest(desk.cycle(quarter).in_batch(batch))
    signing = SignPayments(cycle_id=quarter, batch=batch.number, step="check", orders_sha256=seen)
    desk.send(CHECKER, sign_payments=signing)


def _of(order: Any, fen: int) -> Any:
    other = type(order)()
    other.CopyFrom(order)
    other.amount_fen = fen
    return other
