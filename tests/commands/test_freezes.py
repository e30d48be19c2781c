"""Days on which the office holds still: what is held until when, and that the law and the applicants go on. (冻结期)"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.freezes import HELD
from domain.dates import SHANGHAI
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_SETTLED,
    VERDICT_PASS,
    Actor,
    ApproveSpecially,
    ClaimTask,
    Decide,
    LapseStage,
    OrderPayments,
    RecordPayment,
    ReplaceBankAccount,
    RequestCorrection,
    RescaleVoucher,
    RevokeSpecialApproval,
    SettleObjection,
    SupplyCorrection,
    VetoCase,
)
from tests.amended import BEIJING, QINGDAO, a_rulebook, a_spring_without_payments, an_april_without_decisions, under
from tests.builders import ACCEPTANCE, REVIEW, a_contract, a_firm, an_application, applicant, shanghai
from tests.desk import Desk
from tests.rounds import RoundDesk, an_account, operator

Q1 = "bj-slq-2023-2024Q1"
DURING, AFTER = "2024-04-03 09:00", "2024-04-08 00:00"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Nobody decides from 1 to 7 April 2024."""
    return under(desk, a_rulebook(BEIJING, an_april_without_decisions))


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[RoundDesk]:
    """A round whose treasuries pay nothing from 15 January to 15 April 2024."""
    opened = RoundDesk(tmp_path / "round.sqlite")
    yield under(opened, a_rulebook(QINGDAO, a_spring_without_payments))
    opened.ledger.close()


def refused(desk: Desk, actor: Actor, **kind: Any) -> Refused:
    with pytest.raises(Refused) as answer:
        desk.send(actor, **kind)
    return answer.value


def acceptance(case_id: str) -> dict[str, Any]:
    return {"decide": Decide(case_id=case_id, stage="acceptance", verdict=VERDICT_PASS)}


def held(case_id: str) -> dict[str, Any]:
    """One command of each kind that decides something."""
    leader = {"case_id": case_id, "account": "issued", "reason": "-"}
    return {
        **acceptance(case_id),
        "request_correction": RequestCorrection(case_id=case_id, stage="acceptance", items=["合同"]),
        "return_for_rework": {"case_id": case_id, "stage": "review", "to_stage": "acceptance"},
        "veto_case": VetoCase(case_id=case_id, code="QD_E_VETO"),
        "settle_objection": SettleObjection(case_id=case_id, objection=1),
        "approve_specially": ApproveSpecially(**leader),
        "revoke_special_approval": RevokeSpecialApproval(**leader),
    }


def test_the_list_of_what_decides_is_the_one_that_is_held() -> None:
    assert {kind for kind, what in HELD.items() if what == "decisions"} == {
        *held("-"),
        "rescale_voucher",
        "verify_claims",
    }
    assert {kind for kind, what in HELD.items() if what == "payments"} == {
        "order_payments",
        "order_grants",
        "sign_payments",
    }


def test_a_voucher_is_not_rescaled_meanwhile(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    desk.at(DURING)
    smaller = RescaleVoucher(
        voucher_id=voucher.voucher_id, contract=voucher.contract, reason="提前终止", evidence_sha256="ab" * 32
    )

    assert refused(desk, REVIEW, rescale_voucher=smaller).code == "FROZEN"


@pytest.mark.parametrize("kind", held("-"))
def test_what_decides_is_refused_with_the_last_day_and_the_moment_from_which_it_is_not(desk: Desk, kind: str) -> None:
    case_id = desk.submit(an_application(a_contract()))
    desk.at(DURING)

    answer = refused(desk, ACCEPTANCE, **{kind: held(case_id)[kind]})

    assert answer.code == "FROZEN"
    assert answer.not_before == shanghai(AFTER)
    assert "年初系统切换" in answer.message("zh")
    assert "2024-04-01至2024-04-07" in answer.message("zh")
    assert "after 2024-04-07" in answer.way_forward("en")
    assert answer.to_message("zh").not_before.ToDatetime(SHANGHAI) == shanghai(AFTER)


@pytest.mark.parametrize(
    ("moment", "is_held"),
    [
        ("2024-03-31 23:59", False),
        ("2024-04-01 00:00", True),
        ("2024-04-07 23:59", True),
        ("2024-04-08 00:00", False),
    ],
)
def test_the_first_and_the_last_day_are_held_whole(desk: Desk, moment: str, is_held: bool) -> None:
    case_id = desk.at("2024-03-29 09:00").submit(an_application(a_contract()))
    desk.record_checks(case_id)
    desk.at(moment)

    if is_held:
        assert refused(desk, ACCEPTANCE, **acceptance(case_id)).code == "FROZEN"
    else:
        assert desk.send(ACCEPTANCE, **acceptance(case_id)).next_stage == "review"


def test_applicants_sources_and_the_legal_clock_go_on(desk: Desk) -> None:
    desk.at("2024-03-27 09:00")
    mended, silent = (
        desk.submit(an_application(a_contract(number=number, buyer=firm), firm=firm), firm)
        for number, firm in (("HT-1", a_firm(1)), ("HT-2", a_firm(2)))
    )
    returned = RequestCorrection(case_id=mended, stage="acceptance", items=["合同附件"])
    desk.send(ACCEPTANCE, request_correction=returned)
    desk.at(DURING)

    desk.submit(an_application(a_contract(number="HT-3", buyer=a_firm(3)), firm=a_firm(3)), a_firm(3))
    desk.send(
        applicant(a_firm(1)),
        supply_correction=SupplyCorrection(case_id=mended, application=desk.case(mended).application),
    )
    desk.send(ACCEPTANCE, claim_task=ClaimTask(case_id=mended, stage="acceptance"))
    stage = desk.case(silent).stage
    assert stage is not None
    assert stage.due_at is not None
    desk.at(stage.due_at)
    assert desk.now < shanghai(AFTER), "the five days end inside the window"
    desk.system(lapse_stage=LapseStage(case_id=silent, stage="acceptance", round=1))

    after = desk.case(silent).stage
    assert after is not None
    assert after.key == "review", "what is not decided in time is deemed accepted, whatever our books do"


def test_a_case_that_runs_under_an_older_edition_is_held_by_the_one_in_force(desk: Desk, tmp_path: Path) -> None:
    older = Desk(tmp_path / "older.sqlite", at="2024-03-29 09:00")
    case_id = older.submit(an_application(a_contract()))
    pinned = older.case(case_id).plan.edition_sha256

    both = a_rulebook(BEIJING, an_april_without_decisions, a_later_edition)
    assert both.frozen("bj-slq-2023", "decisions", shanghai(DURING).date()) is not None
    assert both.frozen("bj-slq-2023", "payments", shanghai(DURING).date()) is None
    assert both.frozen("no-such-programme", "decisions", shanghai(DURING).date()) is None
    under(older, both)
    older.at(DURING)

    assert pinned not in {programme.sha256 for programme in both.programmes}
    assert refused(older, ACCEPTANCE, **acceptance(case_id)).code == "FROZEN"


def a_later_edition(data: dict[str, Any]) -> None:
    data["edition"] = "2024-03-30"


def test_payments_of_a_quarter_wait_for_the_end_of_the_window(tmp_path: Path) -> None:
    desk = under(Desk(tmp_path / "ledger.sqlite"), a_rulebook(BEIJING, a_spring_without_payments))
    voucher = desk.voucher_through_the_door()
    case_id = desk.pay_for(voucher, 20_000_000)
    desk.freeze(Q1)
    desk.at(max(desk.now, desk.cycle(Q1).pay_at))

    with pytest.raises(Refused) as answer:
        desk.system(order_payments=OrderPayments(cycle_id=Q1))

    assert (answer.value.code, answer.value.not_before) == ("FROZEN", shanghai("2024-04-16 00:00"))
    assert len(desk.cycle(Q1).orders) == 0
    desk.at("2024-04-16 00:00").system(order_payments=OrderPayments(cycle_id=Q1))
    (order,) = desk.cycle(Q1).outstanding()
    assert order.case_id == case_id


def test_what_was_ordered_before_the_window_is_settled_in_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher = desk.voucher_through_the_door()
    desk.pay_for(voucher, 20_000_000)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    (order,) = desk.cycle(Q1).outstanding()
    under(desk, a_rulebook(BEIJING, a_spring_without_payments))

    answer = RecordPayment(cycle_id=Q1, order_id=order.order_id, status=PAYMENT_STATUS_SETTLED, bank_reference="GK")
    desk.system(record_payment=answer)

    assert desk.cycle(Q1).outstanding() == []


def test_grants_are_neither_ordered_nor_ordered_again_in_the_window(rounds: RoundDesk) -> None:
    case_id = rounds.determined()
    rounds.allocate()
    rounds.let_notice_pass()
    rounds.release(case_id)

    with pytest.raises(Refused) as answer:
        rounds.order()

    assert answer.value.code == "FROZEN"
    rounds.at("2024-04-16 00:00")
    rounds.order()


def test_a_returned_grant_goes_to_another_account_after_the_window(rounds: RoundDesk) -> None:
    frozen = rounds.door
    under(rounds, a_rulebook(QINGDAO))
    case_id = rounds.determined()
    rounds.allocate()
    rounds.let_notice_pass()
    rounds.release(case_id)
    rounds.order()
    first, _ = rounds.round().outstanding()
    rounds.report(first.order_id, comes_back=True)
    rounds.pay_all()
    rounds.door = frozen
    replaced = ReplaceBankAccount(case_id=case_id, bank_account=an_account(account="3710"))

    assert refused(rounds, operator(), replace_bank_account=replaced).code == "FROZEN"
    rounds.at("2024-04-16 00:00").send(operator(), replace_bank_account=replaced)

    assert len(rounds.round().outstanding()) == 1


def test_decisions_go_on_while_only_payments_are_held(tmp_path: Path) -> None:
    desk = under(Desk(tmp_path / "ledger.sqlite"), a_rulebook(BEIJING, a_spring_without_payments))

    case_id = desk.accepted_case(an_application(a_contract()))

    assert desk.case(case_id).accepted_on is not None
    assert desk.case(case_id).row("review").role == REVIEW.role
