"""A grant that was settled comes back: in its budget year it is paid again, later it is the treasury's. (退汇, F-7)"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.compared import Difference
from audit.conservation.account import Bucket
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from domain.money import yuan
from domain.paying_wording import round_standing
from domain.payment_answers import Result
from domain.refusals import Refused
from domain.wording import standing
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, RecordGrantPayment, ReplaceBankAccount
from duifu.v1.recovery_pb2 import RECOVERY_KIND_OVERPAID, OpenRecovery
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from ledger.rows import open_rows
from policy.rulebook import Rulebook
from tests.amended import QINGDAO, a_rulebook, under
from tests.desk import the_rulebook
from tests.exchange.payment_files import SUN, all_orders, csv_of, put_in, the_list
from tests.rounds import ROUND_ID, RoundDesk, an_account, officer, operator

CITY, AGAIN = f"{ROUND_ID}-city-00001", f"{ROUND_ID}-city-00003"
PART = yuan(2_500_000)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    yield desk
    desk.ledger.close()


def a_closed_round(desk: RoundDesk) -> tuple[str, PaymentOrder]:
    """Two levels have paid one operator ¥2,500,000 each, and the round is closed; the case, and the city's order."""
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    desk.pay_all()
    desk.close()
    return case_id, next(order for order in all_orders(the_list(desk, ROUND_ID)) if order.order_id == CITY)


def returned(order: PaymentOrder, on: str = "") -> bytes:
    return csv_of([(order, Result.RETURNED)], returned_on=on)


def replace(desk: RoundDesk, case_id: str, number: str) -> None:
    account = an_account(account=number)
    desk.send(operator(), replace_bank_account=ReplaceBankAccount(case_id=case_id, bank_account=account))


def the_evidence_agrees(folder: Path, rulebook: Rulebook | None = None) -> dict[Bucket, int]:
    """Conserved, made again without a difference; what the city's account holds."""
    different: list[Difference] = []
    with closing(open_rows(folder / "ledger.sqlite")) as rows:
        found = conserve(rows, rulebook or the_rulebook())
        recompute(rows, rulebook or the_rulebook(), different.append)
    assert (found.breaks, different) == ([], [])
    (city,) = (account for account in found.accounts if account.name == f"round/{ROUND_ID}/city")
    return {bucket: city.held[bucket] for bucket in Bucket if city.held[bucket]}


def test_in_its_budget_year_it_is_paid_again_to_another_account_and_the_close_stays_as_it_is(
    desk: RoundDesk, tmp_path: Path
) -> None:
    case_id, order = a_closed_round(desk)
    closed = desk.round().closed
    with pytest.raises(Refused, match="CASE_CLOSED"):
        replace(desk, case_id, "37100000000000009")
    desk.at("2024-05-07 09:00")

    outcomes = put_in(desk, returned(order, on="2024-05-06")), put_in(desk, returned(order, on="2024-05-06"))
    told, owed = standing(desk.case(case_id)), desk.round().is_over
    waiting = the_evidence_agrees(tmp_path)
    replace(desk, case_id, "37100000000000009")
    exported = the_list(desk, ROUND_ID).going_out()
    paid = put_in(desk, csv_of([(exported["city"][0], Result.SETTLED)]))

    assert outcomes == (["recorded"], ["known"])
    assert "已拨付¥5,000,000.00" in told
    assert "市级 结算后退回：2024-05-06退回¥2,500,000.00：账户已销户；请更换账户后再次拨付" in told
    assert not owed
    assert waiting[Bucket.RESERVED] == PART
    assert [(o.order_id, o.account_number) for o in exported["city"]] == [(AGAIN, "37100000000000009")]
    assert paid == ["recorded"]
    assert desk.round().closed == closed
    assert desk.round().is_over
    assert the_evidence_agrees(tmp_path)[Bucket.PAID] == PART
    assert standing(desk.case(case_id)) == "已拨付¥5,000,000.00（市级¥2,500,000.00，区级¥2,500,000.00）"


def read_always(data: dict[str, Any]) -> None:
    """What is owed is owed, whichever year the money came back in."""
    data["payments"] = {"came_back": "always"}


def test_in_a_later_year_it_is_the_treasurys_unless_the_programme_says_otherwise(tmp_path: Path) -> None:
    amended = a_rulebook(QINGDAO, read_always)
    (tmp_path / "other").mkdir()
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    other = under(RoundDesk(tmp_path / "other" / "ledger.sqlite"), amended)
    for each in (desk, other):
        _, order = a_closed_round(each)
        each.at("2025-01-21 09:00")
        assert put_in(each, returned(order)) == ["recorded"]

    (case_id,) = desk.round().applicants
    assert (desk.round().is_over, other.round().is_over) == (True, False)
    assert "结算后退回的待再次拨付" in round_standing(other.round())
    assert "缴回国库，不再拨付" in standing(desk.case(case_id))
    with pytest.raises(Refused, match="CASE_CLOSED"):
        replace(desk, case_id, "37100000000000009")
    assert the_evidence_agrees(tmp_path)[Bucket.RECOVERED] == PART
    assert the_evidence_agrees(tmp_path / "other", amended)[Bucket.RESERVED] == PART
    desk.ledger.close()
    other.ledger.close()


def test_before_the_close_the_round_waits_until_it_is_paid_again(desk: RoundDesk, tmp_path: Path) -> None:
    cases = [desk.determined(number) for number in (1, 2)]
    desk.allocate()
    desk.let_notice_pass()
    desk.release(*cases)
    desk.order()
    for ordered in desk.round().orders_of(cases[0]):
        desk.report(ordered.ordered.order_id)
    order = next(order for order in all_orders(the_list(desk, ROUND_ID)) if order.order_id == CITY)

    put_in(desk, returned(order))
    desk.pay_all()
    with pytest.raises(Refused, match="ROUND_NOT_SETTLED"):
        desk.close()
    replace(desk, cases[0], "37100000000000009")
    desk.pay_all()
    desk.close()

    assert desk.round().is_over
    the_evidence_agrees(tmp_path)


def test_what_is_demanded_back_or_only_said_by_the_treasury_or_not_yet_true_is_no_adjustment(desk: RoundDesk) -> None:
    case_id, order = a_closed_round(desk)
    before = desk.ledger.version(streams.grant_round(ROUND_ID))

    with pytest.raises(Refused, match="NOT_YET_HAPPENED"):
        put_in(desk, returned(order, on="2024-12-24"))
    with pytest.raises(Refused, match="PAYMENT_RESULT_CONFLICT"):
        desk.report(CITY, comes_back=True)
    overpaid = OpenRecovery(
        case_id=case_id,
        finding=RECOVERY_KIND_OVERPAID,
        amount_fen=2 * PART,
        reason="复核发现多付",
        evidence_sha256="ab" * 32,
    )
    desk.send(officer("inspector"), open_recovery=overpaid)
    said = RecordGrantPayment(
        round_id=ROUND_ID, order_id=CITY, status=PAYMENT_STATUS_RETURNED, reason="退汇", evidence_sha256="a" * 64
    )
    with pytest.raises(Refused, match="PAYMENT_IN_RECOVERY"):
        desk.send(SUN, record_grant_payment=said)
    assert desk.round().came_back == {}
    assert desk.ledger.version(streams.grant_round(ROUND_ID)) == before
