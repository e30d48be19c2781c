"""A payment that was settled comes back: an adjustment, in its budget year paid again, later the treasury's. (F-7)"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from audit.compared import Difference
from audit.conservation.account import Bucket
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from cli.__main__ import main
from domain.money import yuan
from domain.payment_answers import Result
from domain.refusals import Refused
from domain.wording import standing
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, CloseCycle, RecordPayment, ReplaceBankAccount
from duifu.v1.recovery_pb2 import RECOVERY_KIND_OVERPAID, OpenRecovery
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from ledger.rows import open_rows
from policy.rulebook import Rulebook
from tests.amended import BEIJING, a_rulebook, under
from tests.builders import a_contract, a_firm, a_redemption, an_account, applicant, officer
from tests.desk import Desk, the_rulebook
from tests.exchange.payment_files import Q1, SUN, all_orders, camt_053, csv_of, pain_002, put_in, the_list

PROGRAMME, FIRM, OTHER = "bj-slq-2023", a_firm(101), a_firm(102)
PAID = yuan(30_000)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "ledger.sqlite")


def a_closed_quarter(desk: Desk) -> list[PaymentOrder]:
    """2024Q1 has paid two enterprises ¥30,000 each, and is closed."""
    for number, firm in enumerate((FIRM, OTHER), 1):
        voucher = desk.voucher_through_the_door(a_contract(number=f"HT-{number}", buyer=firm), firm)
        request = a_redemption(voucher.voucher_id, yuan(150_000), invoice=number, buyer=firm)
        desk.redemption_through_the_door(request, firm)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    orders = all_orders(the_list(desk))
    assert put_in(desk, csv_of([(order, Result.SETTLED) for order in orders])) == ["recorded"] * 2
    desk.system(close_cycle=CloseCycle(cycle_id=Q1))
    return orders


def returned(*orders: PaymentOrder, on: str = "", **how: str) -> bytes:
    """The file of a bank that sends money back."""
    return csv_of([(order, Result.RETURNED) for order in orders], returned_on=on, **how)


def the_evidence_agrees(folder: Path, paid_fen: int, rulebook: Rulebook | None = None) -> dict[str, dict[Bucket, int]]:
    """Conserved, made again without a difference; what each account holds."""
    different: list[Difference] = []
    with closing(open_rows(folder / "ledger.sqlite")) as rows:
        found = conserve(rows, rulebook or the_rulebook())
        recompute(rows, rulebook or the_rulebook(), different.append)
    assert found.breaks == []
    assert found.paid(PROGRAMME) == (paid_fen,) * 3
    assert different == []
    return {a.name: {bucket: a.held[bucket] for bucket in Bucket if a.held[bucket]} for a in found.accounts}


def test_in_its_budget_year_the_limit_gets_it_back_and_a_later_quarter_pays_it_to_another_account(
    desk: Desk, tmp_path: Path
) -> None:
    orders = a_closed_quarter(desk)
    before = desk.ledger.version(streams.cycle(Q1))
    (claim,) = (c for c in desk.cycle(Q1).claims.values() if c.uscc == FIRM.uscc)

    desk.at("2024-08-07 09:00")
    outcomes = put_in(desk, returned(orders[0], on="2024-08-05"))
    told, after = standing(desk.case(claim.case_id)), desk.year(2024, FIRM)
    again = put_in(desk, returned(*orders, on="2024-08-05")), put_in(desk, returned(orders[0], on="2024-08-05"))
    account = an_account(FIRM)
    account.number = "0200000000000000002"
    replace = ReplaceBankAccount(case_id=claim.case_id, bank_account=account)
    desk.send(applicant(FIRM), replace_bank_account=replace)
    third = desk.settle_quarter(f"{PROGRAMME}-2024Q3")

    assert outcomes == ["recorded"]
    assert again == (["known", "recorded"], ["known"])
    assert desk.ledger.version(streams.cycle(Q1)) == before
    assert "2024Q1 结算后退回：2024-08-05退回¥30,000.00：账户已销户；转入bj-slq-2023-2024Q3，请更换账户" in told
    assert (after.ordered_fen, after.redeemed_fen) == (PAID, 0)
    assert [third.orders[name].ordered.payee.number for name in sorted(third.orders)] == [
        "0200000000000000002",
        an_account(OTHER).number,
    ]
    assert desk.year(2024, FIRM).redeemed_fen == PAID
    assert desk.voucher(claim.voucher_id).paid_fen == PAID
    assert desk.case(claim.case_id).paid_fen == PAID
    held = the_evidence_agrees(tmp_path, 4 * PAID)
    assert held[f"voucher/{claim.voucher_id}"] == {
        Bucket.PAID: PAID,
        Bucket.RECOVERED: PAID,
        Bucket.FREE: yuan(200_000) - PAID,
    }
    desk.ledger.close()


def read_always(data: dict[str, Any]) -> None:
    """What is owed is owed, whichever year the money came back in."""
    data["payments"] = {"came_back": "always"}


def test_in_a_later_year_it_is_the_treasurys_unless_the_programme_says_otherwise(desk: Desk, tmp_path: Path) -> None:
    amended = a_rulebook(BEIJING, read_always)
    (tmp_path / "other").mkdir()
    other = under(Desk(tmp_path / "other" / "ledger.sqlite"), amended)
    for each in (desk, other):
        orders = a_closed_quarter(each)
        each.at("2025-01-21 09:00")
        assert put_in(each, returned(orders[0])) == ["recorded"]

    (claim, _) = desk.cycle(Q1).in_order()
    assert [desk.year(year, FIRM).redeemed_fen for year in (2024, 2025)] == [PAID, 0]
    assert "缴回国库，不再支付" in standing(desk.case(claim.case_id))
    assert desk.ledger.streams(streams.CYCLES) == [streams.cycle(Q1)]
    assert the_evidence_agrees(tmp_path, 2 * PAID)[f"voucher/{claim.voucher_id}"][Bucket.RECOVERED] == PAID
    other.settle_quarter(f"{PROGRAMME}-2025Q1")
    assert [other.year(year, FIRM).redeemed_fen for year in (2024, 2025)] == [PAID, PAID]
    the_evidence_agrees(tmp_path / "other", 3 * PAID, amended)
    desk.ledger.close()
    other.ledger.close()


def test_what_came_back_is_told_wherever_its_quarter_is_looked_at(desk: Desk, tmp_path: Path) -> None:
    orders = a_closed_quarter(desk)
    desk.at("2024-08-07 09:00")
    put_in(desk, returned(orders[0], on="2024-08-05"))
    desk.ledger.close()

    def told(*asked: str) -> str:
        done = CliRunner().invoke(main, ["cycle", *asked, "--home", str(tmp_path)], env={"COLUMNS": "300"})
        assert done.exit_code == 0, done.output
        return done.stdout

    line = (
        f"结算后退回 {orders[0].order_id} bj-redeem-2024-000001 2024-08-05 ¥30,000.00："
        f"账户已销户；转入{PROGRAMME}-2024Q3"
    )
    assert line in told("show", Q1)
    assert line in told("watch", Q1)
    (back,) = json.loads(told("watch", Q1, "--json"))["cameBack"]
    assert (back["orderId"], back["amountFen"]) == (orders[0].order_id, PAID)
    told("page", Q1, "--out", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "结算后退回（本批次的金额不因此变更）：1笔" in page
    assert page.count("✗ 不一致") == 0


@pytest.mark.parametrize("writing", [csv_of, pain_002, camt_053])
def test_every_line_of_a_file_has_its_own_answer(desk: Desk, tmp_path: Path, writing: Any) -> None:
    orders = a_closed_quarter(desk)
    unknown, part = PaymentOrder(), PaymentOrder()
    unknown.CopyFrom(orders[1])
    unknown.order_id = f"{Q1}-00099"
    part.CopyFrom(orders[1])
    part.amount_fen -= 1

    assert put_in(desk, writing([(order, Result.RETURNED) for order in (unknown, part, orders[0])])) == [
        "ORDER_UNKNOWN",
        "PAYMENT_AMOUNT",
        "recorded",
    ]
    assert put_in(desk, returned(orders[1], payee_name="某公司")) == ["PAYMENT_PAYEE"]
    assert put_in(desk, returned(orders[1], on="2024-13-01")) == ["MALFORMED"]
    assert len(desk.voucher("bj-voucher-2024-000001").came_back) == 1
    the_evidence_agrees(tmp_path, 2 * PAID)
    desk.ledger.close()


def test_what_is_demanded_back_or_only_said_by_the_treasury_is_no_adjustment(desk: Desk) -> None:
    orders = a_closed_quarter(desk)
    overpaid = OpenRecovery(
        case_id="bj-claim-2024-000001",
        finding=RECOVERY_KIND_OVERPAID,
        amount_fen=PAID,
        reason="复核发现多付",
        evidence_sha256="ab" * 32,
    )
    desk.send(officer("inspector"), open_recovery=overpaid)
    before = desk.versions()

    for actor, order, code in ((SUN, orders[0], "PAYMENT_IN_RECOVERY"), (None, orders[1], "PAYMENT_RESULT_CONFLICT")):
        result = RecordPayment(
            cycle_id=Q1,
            order_id=order.order_id,
            status=PAYMENT_STATUS_RETURNED,
            reason="退汇",
            evidence_sha256="a" * 64,
        )
        with pytest.raises(Refused) as refused:
            desk.send(actor, record_payment=result) if actor else desk.system(record_payment=result)
        assert refused.value.code == code
    assert desk.versions() == before
    desk.ledger.close()
