"""Qingdao's round at the door: from the window to two treasuries, with vetoes, objections and money that comes back."""

from pathlib import Path

import pytest

from domain import round_decisions
from domain.money import yuan
from domain.refusals import Refused
from domain.round import Standing
from duifu.v1.commands_pb2 import (
    VERDICT_REFUSE,
    Actor,
    LapseStage,
    RaiseObjection,
    RecordOutput,
    ReplaceBankAccount,
    RequestCorrection,
    ReturnForRework,
    SettleObjection,
    VetoCase,
    WithdrawCase,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_CANCELLED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    ApplicantJoined,
    BenefitGranted,
    RoundClosed,
)
from ledger import streams
from ledger.registry import unwrap
from tests.rounds import DECIDED, ROUND_ID, SHA256, RoundDesk, an_account, officer, operator

NOTICE, FUNDS = officer("city-notice-officer"), officer("city-fund-officer")
A_VETO = {"code": "QD_E_VETO", "reason": "列入青岛市安全生产黑名单", "evidence_sha256": SHA256}


@pytest.fixture
def desk(tmp_path: Path) -> RoundDesk:
    return RoundDesk(tmp_path / "ledger.sqlite")


def refused(desk: RoundDesk, code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda error: error.code == code)


def three_determined(desk: RoundDesk) -> list[str]:
    """Together they ask for twice what the city has: 2,000, 4,000 and 2,000 万元 of contracts."""
    return [desk.determined(n, yuan(amount)) for n, amount in ((1, 20_000_000), (2, 40_000_000), (3, 20_000_000))]


def closed_round(desk: RoundDesk) -> RoundClosed:
    closed = desk.round().closed
    assert closed is not None
    return closed


def levels(desk: RoundDesk, case_id: str) -> dict[str, int]:
    return dict(desk.round().applicants[case_id].levels)


# The whole way


def test_a_round_goes_from_its_window_to_two_treasuries(desk: RoundDesk) -> None:
    cases = three_determined(desk)
    desk.allocate()

    assert [levels(desk, case_id) for case_id in cases] == [
        {"city": yuan(2_500_000), "district": yuan(2_500_000)},
        {"city": yuan(5_000_000), "district": yuan(5_000_000)},
        {"city": yuan(2_500_000), "district": yuan(2_500_000)},
    ]

    desk.let_notice_pass()
    desk.release(*cases)
    desk.order()
    desk.pay_all()
    desk.close()

    assert [desk.closed_case(case_id).outcome for case_id in cases] == [CASE_OUTCOME_PAID] * 3
    closed = desk.round().closed
    assert closed is not None
    assert {paid.level: paid.amount_fen for paid in closed.paid_by_level} == {
        "city": yuan(10_000_000),
        "district": yuan(10_000_000),
    }


def test_the_notice_is_five_working_days_its_first_day_and_a_working_sunday_count(desk: RoundDesk) -> None:
    case_id = desk.determined()
    desk.after_window()  # Tuesday, 2024-01-30
    desk.allocate()

    stage = desk.case(case_id).stage

    assert stage is not None
    assert (stage.key, f"{stage.due_at:%Y-%m-%d %H:%M}") == ("public_notice", "2024-02-05 00:00")
    desk.at("2024-02-04 23:59")
    with refused(desk, "NOTICE_RUNNING"):
        desk.system(close_notice={"round_id": ROUND_ID})


def test_the_window_takes_applications_in_its_last_second_and_none_after_it(desk: RoundDesk) -> None:
    desk.at("2024-01-29 23:59:59")
    in_time = desk.apply(1)

    desk.at("2024-01-30 00:00:00")
    with refused(desk, "QD_E_WINDOW"):
        desk.apply(2)

    assert list(desk.round().applicants) == [in_time]


def test_what_is_shared_is_shared_among_those_who_applied_in_time(desk: RoundDesk) -> None:
    desk.determined()
    desk.allocate()

    with refused(desk, "QD_E_WINDOW"):
        desk.apply(2)
    late = ApplicantJoined(case_id="qd-grant-2024-000002", uscc=operator(2).uscc)
    with refused(desk, "ROUND_ALLOCATED"):
        round_decisions.join(desk.round(), late)


def test_a_late_recommendation_is_flagged_and_the_applicant_keeps_its_place(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "recommendation")
    lapse = LapseStage(case_id=case_id, stage="recommendation", round=1)

    with refused(desk, "NOT_DUE"):
        desk.at("2024-02-02 23:59:59").system(lapse_stage=lapse)
    desk.at("2024-02-03 00:00:00").system(lapse_stage=lapse)

    stage = desk.case(case_id).stage
    assert stage is not None
    assert (stage.key, stage.is_overdue) == ("recommendation", True)
    desk.bring_to(case_id, "allocation")
    desk.allocate()
    assert levels(desk, case_id) == {"city": yuan(2_500_000), "district": yuan(2_500_000)}


def test_who_decides_for_the_district_reviewed_nothing(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "finance_notice")
    desk.bring_about(case_id, "finance_notice")
    reviewer = desk.case(case_id).decisions[0].decided_by

    with refused(desk, "QD_E_DUTIES"):
        desk.decide(Actor(id=reviewer, role="district-approver"), case_id, "finance_notice")


# Veto and withdrawal


def stood_at(desk: RoundDesk, stage: str) -> str:
    """An application whose open stage is this one."""
    if stage in DECIDED:
        return desk.bring_to(desk.apply(), stage)
    case_id = desk.determined()
    for step in (desk.allocate, desk.let_notice_pass, lambda: desk.release(case_id)):
        if desk.open_stage(case_id) != stage:
            step()
    return case_id


@pytest.mark.parametrize("stage", [*DECIDED, "allocation", "public_notice", "release", "payment"])
def test_a_veto_ends_a_case_at_any_stage_and_the_round_goes_on_without_it(desk: RoundDesk, stage: str) -> None:
    case_id = stood_at(desk, stage)
    assert desk.open_stage(case_id) == stage

    desk.send(FUNDS, veto_case=VetoCase(case_id=case_id, **A_VETO))

    closed = desk.closed_case(case_id)
    assert (closed.outcome, closed.code, closed.clause) == (CASE_OUTCOME_CANCELLED, "QD_E_VETO", "QD-5.3")
    assert desk.round().applicants[case_id].standing is Standing.LEFT
    assert levels(desk, case_id) == {}
    desk.after_window().close()


def test_a_veto_ends_a_case_that_its_applicant_is_mending(desk: RoundDesk) -> None:
    case_id = desk.apply()
    asked = RequestCorrection(case_id=case_id, stage="preliminary_review", items=["缺少明细表"])
    desk.send(officer("district-reviewer"), request_correction=asked)

    desk.send(FUNDS, veto_case=VetoCase(case_id=case_id, **A_VETO))

    assert desk.closed_case(case_id).outcome == CASE_OUTCOME_CANCELLED


def test_a_veto_during_the_notice_gives_its_money_to_the_others_and_shows_them_again(desk: RoundDesk) -> None:
    first, second, third = three_determined(desk)
    desk.allocate()

    desk.send(officer("city-approver"), veto_case=VetoCase(case_id=second, **A_VETO))
    desk.at("2024-02-01 10:00").system(allocate_round={"round_id": ROUND_ID})

    assert desk.closed_case(second).outcome == CASE_OUTCOME_CANCELLED
    assert levels(desk, first) == levels(desk, third) == {"city": yuan(5_000_000), "district": yuan(5_000_000)}
    assert levels(desk, second) == {}
    assert desk.case(first).times_opened("public_notice") == 2
    assert desk.round().allocations == 2


def test_who_is_not_affected_by_a_veto_is_not_shown_again(desk: RoundDesk) -> None:
    first, second = desk.determined(1), desk.determined(2)  # the pool suffices for both
    desk.allocate()

    desk.send(officer("city-approver"), veto_case=VetoCase(case_id=second, **A_VETO))
    desk.system(allocate_round={"round_id": ROUND_ID})

    assert desk.case(first).times_opened("public_notice") == 1


def test_a_veto_needs_its_role_a_known_code_a_reason_and_evidence(desk: RoundDesk) -> None:
    case_id = desk.apply()

    with refused(desk, "VETO_ROLE"):
        desk.send(NOTICE, veto_case=VetoCase(case_id=case_id, **A_VETO))
    with refused(desk, "REASON_CODE_UNKNOWN"):
        desk.send(FUNDS, veto_case=VetoCase(case_id=case_id, **(A_VETO | {"code": "QD_E_AUDIT"})))
    with refused(desk, "REASON_MISSING"):
        desk.send(FUNDS, veto_case=VetoCase(case_id=case_id, **(A_VETO | {"reason": " "})))
    with refused(desk, "EVIDENCE_MISSING"):
        desk.send(FUNDS, veto_case=VetoCase(case_id=case_id, **(A_VETO | {"evidence_sha256": ""})))


def test_nothing_that_is_ordered_is_vetoed_or_withdrawn(desk: RoundDesk) -> None:
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()

    with refused(desk, "GRANT_ORDERED"):
        desk.send(FUNDS, veto_case=VetoCase(case_id=case_id, **A_VETO))
    with refused(desk, "GRANT_ORDERED"):
        desk.send(operator(), withdraw_case=WithdrawCase(case_id=case_id))


def test_other_programmes_know_of_a_grant_from_the_order_on(desk: RoundDesk) -> None:
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    told = streams.benefits(desk.case(case_id).applicant_uscc)
    assert desk.ledger.version(told) == 0

    desk.order()

    (known,) = (unwrap(recorded.envelope.event) for recorded in desk.ledger.stream(told))
    assert isinstance(known, BenefitGranted)
    assert (known.case_id, known.benefit.amount_fen) == (
        case_id,
        sum(o.ordered.amount_fen for o in desk.round().orders.values()),
    )
    for order_id in desk.round().orders:
        desk.report(order_id)
    assert desk.ledger.version(told) == 1


def test_a_round_that_everybody_left_closes_with_nothing_paid(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.send(operator(), withdraw_case=WithdrawCase(case_id=case_id))

    with refused(desk, "WINDOW_OPEN"):
        desk.close()
    desk.after_window().close()

    assert list(closed_round(desk).paid) == []


# Objections


def an_objection(case_id: str) -> RaiseObjection:
    return RaiseObjection(case_id=case_id, objector_id="public.1", objector_name="张三", text="合同未履行")


def test_an_objection_keeps_one_result_from_standing_and_no_other(desk: RoundDesk) -> None:
    first, second = desk.determined(1), desk.determined(2)
    desk.allocate()
    desk.send(NOTICE, raise_objection=an_objection(first))

    desk.let_notice_pass()

    assert desk.round().applicants[first].standing is Standing.NOTICED
    assert desk.open_stage(second) == "release"
    desk.send(NOTICE, settle_objection=SettleObjection(case_id=first, objection=1, reason="经核实，合同已履行"))
    desk.let_notice_pass()
    assert desk.open_stage(first) == "release"


def test_an_objection_that_is_upheld_has_the_amount_determined_again(desk: RoundDesk) -> None:
    first, second, _ = three_determined(desk)
    desk.allocate()
    desk.send(NOTICE, raise_objection=an_objection(second))
    settled = SettleObjection(case_id=second, objection=1, is_upheld=True, reason="部分合同未履行")
    desk.send(NOTICE, settle_objection=settled)

    assert desk.open_stage(second) == "determination"
    with refused(desk, "APPLICANTS_UNDETERMINED"):
        desk.allocate()
    desk.pass_stage(second, approved_fen=yuan(4_000_000), reason="扣除未履行的合同")
    desk.allocate()

    assert levels(desk, second) == {"city": yuan(2_000_000), "district": yuan(2_000_000)}
    assert levels(desk, first) == {"city": yuan(4_000_000), "district": yuan(4_000_000)}


def test_an_older_objection_that_is_upheld_too_does_not_take_a_case_past_its_review(desk: RoundDesk) -> None:
    case_id = desk.determined()
    desk.allocate()
    for number in (1, 2):
        desk.send(NOTICE, raise_objection=an_objection(case_id))
        assert number in desk.round().objections
    upheld = [SettleObjection(case_id=case_id, objection=n, is_upheld=True, reason="未履行") for n in (1, 2)]
    desk.send(NOTICE, settle_objection=upheld[0])
    back = ReturnForRework(case_id=case_id, stage="determination", to_stage="city_review", reason="复核合同")
    desk.send(officer("city-approver"), return_for_rework=back)

    desk.send(NOTICE, settle_objection=upheld[1])

    assert desk.open_stage(case_id) == "city_review"
    assert desk.round().open_objections() == []


def test_an_objection_outside_the_notice_is_refused(desk: RoundDesk) -> None:
    case_id = desk.apply()

    with refused(desk, "NOT_IN_NOTICE"):
        desk.send(NOTICE, raise_objection=an_objection(case_id))


# Money


def in_payment(desk: RoundDesk) -> str:
    """An application whose money both treasuries were asked for."""
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    return case_id


def test_money_that_comes_back_goes_to_another_account_and_the_other_level_is_not_touched(desk: RoundDesk) -> None:
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    city, district = desk.round().outstanding()
    desk.report(city.order_id)
    desk.report(district.order_id, comes_back=True)
    assert desk.case(case_id).closed is None

    another = ReplaceBankAccount(case_id=case_id, bank_account=an_account(account="37100000000000002"))
    desk.send(operator(), replace_bank_account=another)
    (again,) = desk.round().outstanding()
    desk.report(again.order_id)
    desk.close()

    assert (again.level, again.payee.number) == ("district", "37100000000000002")
    assert desk.closed_case(case_id).amount_fen == yuan(5_000_000)


def test_money_that_both_levels_get_back_is_ordered_again_and_paid_once(desk: RoundDesk) -> None:
    case_id = in_payment(desk)
    for ordered in desk.round().outstanding():
        desk.report(ordered.order_id, comes_back=True)
    with refused(desk, "ROUND_NOT_SETTLED"):
        desk.close()

    another = ReplaceBankAccount(case_id=case_id, bank_account=an_account(account="37100000000000002"))
    desk.send(operator(), replace_bank_account=another)
    again = desk.round().outstanding()
    desk.pay_all()
    desk.close()

    assert {(order.level, order.payee.number) for order in again} == {
        ("city", "37100000000000002"),
        ("district", "37100000000000002"),
    }
    results = [order.result for order in desk.round().orders.values()]
    assert results == ["returned", "returned", "settled", "settled"]
    assert desk.closed_case(case_id).amount_fen == yuan(5_000_000)


@pytest.mark.parametrize("comes_back", [False, True])
def test_what_a_treasury_says_twice_counts_once(desk: RoundDesk, comes_back: bool) -> None:
    case_id = in_payment(desk)
    city, _ = desk.round().outstanding()
    desk.report(city.order_id, comes_back=comes_back)
    round_, case = desk.round(), desk.case(case_id)

    desk.report(city.order_id, comes_back=comes_back)

    assert (desk.round(), desk.case(case_id)) == (round_, case)
    with refused(desk, "PAYMENT_RESULT_CONFLICT"):
        desk.report(city.order_id, comes_back=not comes_back)


# What stages bring about, and internal returns


def test_nothing_is_recommended_before_the_finance_bureau_has_its_letter(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "finance_notice")
    approver = officer("district-approver")

    with refused(desk, "OUTPUTS_MISSING"):
        desk.decide(approver, case_id, "finance_notice")
    with refused(desk, "NUMBER_MISSING"):
        asked = RecordOutput(case_id=case_id, stage="finance_notice", output="finance_letter")
        desk.send(approver, record_output=asked)
    desk.bring_about(case_id, "finance_notice")
    desk.decide(approver, case_id, "finance_notice")

    letter = desk.case(case_id).outputs["finance_notice", "finance_letter"]
    assert "青高新函〔2024〕1号" in letter.text
    assert letter.recipient == "崂山区财政局"


def test_an_internal_return_asks_the_applicant_nothing_and_voids_what_came_after(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "completeness_review")
    centre = officer("centre-officer")

    back = ReturnForRework(case_id=case_id, stage="completeness_review", to_stage="recommendation", reason="缺纸质件")
    desk.send(centre, return_for_rework=back)

    case = desk.case(case_id)
    assert (desk.open_stage(case_id), case.corrections) == ("recommendation", 0)
    assert {stage for stage, _ in case.outputs} == {"finance_notice"}
    with refused(desk, "OUTPUTS_MISSING"):
        desk.decide(officer("district-approver"), case_id, "recommendation")


def test_a_return_goes_only_where_the_plan_lets_it(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "completeness_review")
    centre = officer("centre-officer")

    with refused(desk, "REWORK_NOT_ALLOWED"):
        ahead = ReturnForRework(case_id=case_id, stage="completeness_review", to_stage="release", reason="x")
        desk.send(centre, return_for_rework=ahead)
    with refused(desk, "REASON_MISSING"):
        mute = ReturnForRework(case_id=case_id, stage="completeness_review", to_stage="preliminary_review")
        desk.send(centre, return_for_rework=mute)


# Amounts


def test_nobody_is_cut_while_the_pool_suffices(desk: RoundDesk) -> None:
    cases = [desk.determined(number, yuan(20_000_000)) for number in (1, 2)]  # together exactly what the city has

    desk.allocate()

    assert [levels(desk, case_id) for case_id in cases] == [{"city": yuan(5_000_000), "district": yuan(5_000_000)}] * 2


def test_a_fen_that_cannot_be_divided_goes_to_the_earlier_application_on_both_levels(desk: RoundDesk) -> None:
    cases = [desk.determined(number, yuan(40_000_000)) for number in (3, 2, 1)]

    desk.allocate()

    shares = [levels(desk, case_id) for case_id in cases]
    assert [share["city"] for share in shares] == [333_333_334, 333_333_333, 333_333_333]
    assert all(share["city"] == share["district"] for share in shares)


def test_two_with_equal_contracts_get_the_same_and_an_odd_fen_goes_to_nobody(desk: RoundDesk) -> None:
    cases = [desk.determined(number, 20_002) for number in (1, 2)]  # half of it is 10,001 fen, half of that 5,000.5

    desk.allocate()

    assert [levels(desk, case_id) for case_id in cases] == [{"city": 5_000, "district": 5_000}] * 2


def test_who_comes_to_less_than_a_fen_is_refused_and_the_round_closes(desk: RoundDesk) -> None:
    case_id = desk.determined(1, 2)  # half of it is one fen, which two levels cannot share

    desk.allocate()
    desk.close()

    closed = desk.closed_case(case_id)
    assert (closed.outcome, closed.code) == (CASE_OUTCOME_REFUSED, "QD_E_NOTHING")
    assert list(closed_round(desk).left_case_ids) == [case_id]


def test_who_has_nothing_that_counts_is_refused_at_determination_and_the_round_closes(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(1, yuan(100), confirmed=0), "determination")

    with refused(desk, "AMOUNT_NOT_POSITIVE"):
        desk.pass_stage(case_id)
    desk.pass_stage(case_id, verdict=VERDICT_REFUSE, code="QD_E_AUDIT", reason="认定金额为零")
    desk.after_window().close()

    assert desk.closed_case(case_id).outcome == CASE_OUTCOME_REFUSED


def test_one_rate_holds_for_all_of_a_round_unless_a_reason_is_given(desk: RoundDesk) -> None:
    desk.determined(1, approved_rate="40/100", reason="本轮统一比例")
    second = desk.bring_to(desk.apply(2), "determination")

    with refused(desk, "RATE_DIFFERS"):
        desk.pass_stage(second)
    desk.pass_stage(second, approved_rate="40/100")

    assert desk.case(second).approval.approved_fen == yuan(4_000_000)


def test_no_rate_above_the_programmes_is_determined(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "determination")

    with refused(desk, "DECIDED_RATE_TOO_HIGH"):
        desk.pass_stage(case_id, approved_rate="51/100")


def test_an_operator_has_one_open_application_in_a_round(desk: RoundDesk) -> None:
    first = desk.apply()

    with refused(desk, "APPLIED_ALREADY"):
        desk.apply()
    desk.send(operator(), withdraw_case=WithdrawCase(case_id=first))
    assert desk.apply() != first
