"""What the door refuses to applicants of Qingdao's round, to its officers, and to the round itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from commands.door import SYSTEM
from domain.money import yuan
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    VERDICT_PASS,
    Actor,
    AllocateRound,
    CloseNotice,
    CloseRound,
    Decide,
    LapseStage,
    OrderGrants,
    RaiseObjection,
    RecordGrantPayment,
    RecordOutput,
    ReplaceBankAccount,
    ReturnForRework,
    SettleObjection,
    StopClock,
    SubmitApplication,
    VetoCase,
    WithdrawCase,
)
from duifu.v1.facts_pb2 import Application
from tests.commands.test_refusals import Asked, must_be_refused
from tests.rounds import PROGRAMME, ROUND_ID, SHA256, RoundDesk, a_bid, an_account, officer, operator

NOTICE, FUNDS, CITY = officer("city-notice-officer"), officer("city-fund-officer"), officer("city-approver")
A_VETO = {"code": "QD_E_VETO", "reason": "列入青岛市安全生产黑名单", "evidence_sha256": SHA256}

Situation = Callable[[RoundDesk], Asked]
ATTEMPTS: list[Any] = []


def refused_with(code: str, clause: str = "") -> Callable[[Situation], Situation]:
    """Register a situation and what somebody asks in it; the door must refuse with this code and clause."""

    def register(situation: Situation) -> Situation:
        ATTEMPTS.append(pytest.param(situation, code, clause, id=situation.__name__))
        return situation

    return register


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    opened = RoundDesk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


# Applications


def applying(application: Application, number: int = 1) -> Asked:
    return operator(number), {
        "submit_application": SubmitApplication(programme_id=PROGRAMME, application=application),
    }


@refused_with("ACCOUNT_MISSING", "QD-2.5")
def an_application_without_an_account(_: RoundDesk) -> Asked:
    application = a_bid()
    application.ClearField("bank_account")
    return applying(application)


@refused_with("PAYEE_NOT_HOLDER", "QD-2.5")
def an_application_with_the_account_of_another_operator(_: RoundDesk) -> Asked:
    application = a_bid()
    application.bank_account.CopyFrom(an_account(2))
    return applying(application)


@refused_with("QD_E_WINDOW", "QD-4.1b")
def an_application_before_the_window(desk: RoundDesk) -> Asked:
    desk.at("2024-01-21 23:59:59")
    return applying(a_bid())


@refused_with("QD_E_WINDOW", "QD-4.1b")
def an_application_in_the_first_second_after_the_window(desk: RoundDesk) -> Asked:
    desk.at("2024-01-30 00:00:00")
    return applying(a_bid())


@refused_with("QD_E_LOCATION", "QD-1.1")
def an_application_of_a_centre_elsewhere(_: RoundDesk) -> Asked:
    return applying(a_bid(park="别处"))


@refused_with("APPLIED_ALREADY", "QD-4.1b")
def a_second_application_of_an_operator(desk: RoundDesk) -> Asked:
    desk.apply()
    return applying(a_bid())


# What stages bring about, and internal returns


def recording(desk: RoundDesk, output: str, number: str = "1号", sha256: str = SHA256) -> Asked:
    recorded = RecordOutput(
        case_id=desk.bring_to(desk.apply(), "recommendation"),
        stage="recommendation",
        output=output,
        document_number=number,
        sha256=sha256,
    )
    return officer("district-approver"), {"record_output": recorded}


@refused_with("OUTPUT_UNKNOWN", "QD-4.3a")
def an_output_that_the_stage_has_not(desk: RoundDesk) -> Asked:
    return recording(desk, "finance_letter")


@refused_with("OUTPUT_RECORDED", "QD-4.3a")
def an_output_that_is_on_record(desk: RoundDesk) -> Asked:
    actor, kind = recording(desk, "paper_set")
    desk.send(actor, **kind)
    return actor, kind


@refused_with("NUMBER_MISSING", "QD-4.3a")
def a_letter_without_its_number(desk: RoundDesk) -> Asked:
    return recording(desk, "recommendation_document", number=" ")


@refused_with("EVIDENCE_MISSING", "QD-4.3a")
def a_delivery_without_its_document(desk: RoundDesk) -> Asked:
    return recording(desk, "paper_set", sha256="")


@refused_with("OUTPUTS_MISSING", "QD-4.3a")
def a_pass_of_a_stage_that_has_not_brought_all_about(desk: RoundDesk) -> Asked:
    actor, kind = recording(desk, "paper_set")
    desk.send(actor, **kind)
    return actor, {
        "decide": Decide(case_id=kind["record_output"].case_id, stage="recommendation", verdict=VERDICT_PASS)
    }


def returning(desk: RoundDesk, to_stage: str, reason: str = "缺纸质件") -> Asked:
    case_id = desk.bring_to(desk.apply(), "completeness_review")
    back = ReturnForRework(case_id=case_id, stage="completeness_review", to_stage=to_stage, reason=reason)
    return officer("centre-officer"), {"return_for_rework": back}


@refused_with("REWORK_NOT_ALLOWED", "QD-4.4a")
def a_return_to_a_stage_ahead(desk: RoundDesk) -> Asked:
    return returning(desk, "release")


@refused_with("REASON_MISSING", "QD-4.4a")
def a_return_without_a_reason(desk: RoundDesk) -> Asked:
    return returning(desk, "recommendation", " ")


@refused_with("QD_E_DUTIES", "QD-4.2a")
def a_return_by_who_reviewed_the_case_in_another_role(desk: RoundDesk) -> Asked:
    _, kind = returning(desk, "recommendation")
    return Actor(id="district-reviewer.1", role="centre-officer"), kind


@refused_with("CLOCK_STOPPED", "行政许可法45")
def a_second_stop_of_a_clock(desk: RoundDesk) -> Asked:
    stopping = StopClock(case_id=desk.bring_to(desk.apply(), "city_review"), stage="city_review", reason="inspection")
    desk.send(officer("city-reviewer"), stop_clock=stopping)
    return officer("city-reviewer"), {"stop_clock": stopping}


# Veto and withdrawal


def vetoing(case_id: str, actor: Actor = CITY, **how: str) -> Asked:
    return actor, {"veto_case": VetoCase(case_id=case_id, **(A_VETO | how))}


def veto(desk: RoundDesk, case_id: str) -> None:
    actor, kind = vetoing(case_id)
    desk.send(actor, **kind)


@refused_with("VETO_ROLE", "QD-5.3")
def a_veto_by_a_role_that_has_none(desk: RoundDesk) -> Asked:
    return vetoing(desk.apply(), NOTICE)


@refused_with("REASON_CODE_UNKNOWN", "QD-5.3")
def a_veto_for_something_else(desk: RoundDesk) -> Asked:
    return vetoing(desk.apply(), code="QD_E_AUDIT")


@refused_with("REASON_MISSING", "QD-5.3")
def a_veto_without_a_reason(desk: RoundDesk) -> Asked:
    return vetoing(desk.apply(), reason=" ")


@refused_with("EVIDENCE_MISSING", "QD-5.3")
def a_veto_without_evidence(desk: RoundDesk) -> Asked:
    return vetoing(desk.apply(), evidence_sha256="")


@refused_with("GRANT_ORDERED", "QD-4.1b")
def a_veto_of_what_is_ordered(desk: RoundDesk) -> Asked:
    return vetoing(ordered(desk)[0])


@refused_with("GRANT_ORDERED", "QD-4.1b")
def a_withdrawal_of_what_is_ordered(desk: RoundDesk) -> Asked:
    return operator(), {"withdraw_case": WithdrawCase(case_id=ordered(desk)[0])}


# Amounts


def determining(desk: RoundDesk, **how: Any) -> Asked:
    case_id = desk.bring_to(desk.apply(), "determination")
    desk.answer(case_id)
    return CITY, {"decide": Decide(case_id=case_id, stage="determination", verdict=VERDICT_PASS, **how)}


@refused_with("DECIDED_RATE_TOO_HIGH", "QD-2.2")
def a_rate_above_the_programmes(desk: RoundDesk) -> Asked:
    return determining(desk, approved_rate="51/100")


@refused_with("RATE_MALFORMED")
def a_rate_that_is_no_fraction(desk: RoundDesk) -> Asked:
    return determining(desk, approved_rate="50%")


@refused_with("AMOUNT_ABOVE_CEILING", "QD-2.2")
def an_amount_one_fen_above_half_the_contracts(desk: RoundDesk) -> Asked:
    return determining(desk, approved_fen=yuan(5_000_000) + 1)


@refused_with("NOT_DIVISIBLE_BY_LEVELS")
def an_odd_fen_approved_by_hand(desk: RoundDesk) -> Asked:
    return determining(desk, approved_fen=yuan(1_500_000) + 1, reason="扣除未履行的合同")


@refused_with("RATE_DIFFERS", "QD-4.4c")
def a_rate_other_than_that_of_the_round(desk: RoundDesk) -> Asked:
    desk.determined(2)
    return determining(desk, approved_rate="40/100")


# The pool


def of_round(kind: str, message: Callable[..., Message], round_id: str = ROUND_ID) -> Asked:
    """What a workflow asks of a round."""
    return SYSTEM, {kind: message(round_id=round_id)}


ALLOCATING = ("allocate_round", AllocateRound)


def published(desk: RoundDesk, *numbers: int) -> list[str]:
    """Applications whose results are shown to the public."""
    cases = [desk.determined(number) for number in numbers or (1,)]
    desk.allocate()
    return cases


def cleared(desk: RoundDesk, *numbers: int) -> list[str]:
    """Applications that wait for nothing but their money."""
    cases = published(desk, *numbers)
    desk.let_notice_pass()
    desk.release(*cases)
    return cases


def ordered(desk: RoundDesk) -> list[str]:
    """The treasuries were asked to pay."""
    cases = cleared(desk)
    desk.order()
    return cases


@refused_with("ROUND_UNKNOWN")
def an_allocation_of_a_round_in_which_nobody_applied(_: RoundDesk) -> Asked:
    return of_round(*ALLOCATING)


@refused_with("WINDOW_OPEN", "QD-4.1b")
def an_allocation_one_second_before_the_window_closes(desk: RoundDesk) -> Asked:
    desk.determined()
    desk.at(desk.round().closes_at - timedelta(seconds=1))
    return of_round(*ALLOCATING)


@refused_with("APPLICANTS_UNDETERMINED", "QD-4.1b")
def an_allocation_while_an_applicant_is_under_review(desk: RoundDesk) -> Asked:
    desk.determined(1)
    desk.apply(2)
    desk.after_window()
    return of_round(*ALLOCATING)


@refused_with("ALLOCATION_STANDS", "QD-4.1b")
def a_second_allocation_when_nothing_has_changed(desk: RoundDesk) -> Asked:
    published(desk)
    return of_round(*ALLOCATING)


@refused_with("ALLOCATION_STANDS", "QD-4.1b")
def an_allocation_among_nobody(desk: RoundDesk) -> Asked:
    veto(desk, desk.determined())
    desk.after_window()
    return of_round(*ALLOCATING)


@refused_with("NOTICE_RUNNING", "QD-4.1b")
def a_notice_closed_one_second_early(desk: RoundDesk) -> Asked:
    published(desk)
    desk.at("2024-02-04 23:59:59")
    return of_round("close_notice", CloseNotice)


# Objections


def an_objection(case_id: str, **how: str) -> Asked:
    said = {"objector_id": "public.1", "objector_name": "张三", "text": "合同未履行"} | how
    return NOTICE, {"raise_objection": RaiseObjection(case_id=case_id, **said)}


def settling(case_id: str, actor: Actor = NOTICE, **how: Any) -> Asked:
    said: dict[str, Any] = {"objection": 1, "reason": "经核实，合同已履行"} | how
    return actor, {"settle_objection": SettleObjection(case_id=case_id, **said)}


def objected(desk: RoundDesk) -> str:
    """A result that is shown, and to which somebody objects."""
    (case_id,) = published(desk)
    actor, kind = an_objection(case_id)
    desk.send(actor, **kind)
    return case_id


@refused_with("NOT_IN_NOTICE", "QD-4.1b")
def an_objection_to_what_is_not_shown(desk: RoundDesk) -> Asked:
    return an_objection(desk.apply())


@refused_with("NOT_IN_NOTICE", "QD-4.1b")
def an_objection_in_the_first_second_after_the_notice(desk: RoundDesk) -> Asked:
    (case_id,) = published(desk)
    desk.at("2024-02-05 00:00:00")
    return an_objection(case_id)


@refused_with("REASON_MISSING", "QD-4.1b")
def an_objection_that_says_nothing(desk: RoundDesk) -> Asked:
    return an_objection(published(desk)[0], text=" ")


@refused_with("ROLE_MISMATCH", "QD-A10")
def an_objection_settled_by_who_determined_the_amount(desk: RoundDesk) -> Asked:
    return settling(objected(desk), CITY)


@refused_with("QD_E_DUTIES", "QD-4.2a")
def an_objection_settled_by_who_determined_the_amount_in_another_role(desk: RoundDesk) -> Asked:
    return settling(objected(desk), Actor(id=CITY.id, role=NOTICE.role))


@refused_with("OBJECTION_UNKNOWN", "QD-4.1b")
def a_settlement_of_what_nobody_objected(desk: RoundDesk) -> Asked:
    return settling(published(desk)[0])


@refused_with("OBJECTION_SETTLED", "QD-4.1b")
def a_second_settlement(desk: RoundDesk) -> Asked:
    actor, kind = settling(objected(desk))
    desk.send(actor, **kind)
    return actor, kind


@refused_with("REASON_MISSING", "QD-4.1b")
def a_settlement_without_a_reason(desk: RoundDesk) -> Asked:
    return settling(objected(desk), reason="")


@refused_with("ROUND_CLOSED", "QD-4.1b")
def a_settlement_when_the_round_is_closed(desk: RoundDesk) -> Asked:
    case_id = objected(desk)
    veto(desk, case_id)
    desk.close()
    return settling(case_id)


# Money


@refused_with("APPLICANTS_NOT_CLEARED", "QD-4.1b")
def orders_while_a_result_is_shown(desk: RoundDesk) -> Asked:
    published(desk)
    return of_round("order_grants", OrderGrants)


@refused_with("ALLOCATION_STALE", "QD-4.1b")
def orders_before_the_money_of_who_was_vetoed_is_shared_anew(desk: RoundDesk) -> Asked:
    _, second = cleared(desk, 1, 2)
    veto(desk, second)
    return of_round("order_grants", OrderGrants)


@refused_with("GRANTS_ORDERED", "QD-4.1b")
def orders_given_twice(desk: RoundDesk) -> Asked:
    ordered(desk)
    return of_round("order_grants", OrderGrants)


@refused_with("ORDER_UNKNOWN")
def a_payment_that_nobody_ordered(desk: RoundDesk) -> Asked:
    ordered(desk)
    return paying("x")


def paying(order_id: str) -> Asked:
    returned = RecordGrantPayment(
        round_id=ROUND_ID, order_id=order_id, status=PAYMENT_STATUS_RETURNED, reason="账户已销户"
    )
    return SYSTEM, {"record_grant_payment": returned}


@refused_with("PAYMENT_RESULT_CONFLICT")
def a_return_of_what_was_paid(desk: RoundDesk) -> Asked:
    ordered(desk)
    city, _ = desk.round().outstanding()
    desk.report(city.order_id)
    return paying(city.order_id)


def replacing(case_id: str, number: int = 1, actor: Actor | None = None) -> Asked:
    replaced = ReplaceBankAccount(case_id=case_id, bank_account=an_account(number, "37100000000000002"))
    return actor or operator(), {"replace_bank_account": replaced}


@refused_with("ACCOUNT_IN_PAYMENT")
def another_account_while_money_is_under_way(desk: RoundDesk) -> Asked:
    return replacing(ordered(desk)[0])


@refused_with("PAYEE_NOT_HOLDER", "QD-A10")
def the_account_of_another_operator(desk: RoundDesk) -> Asked:
    return replacing(desk.apply(), 2)


@refused_with("NOT_YOUR_CASE")
def another_account_named_by_another_operator(desk: RoundDesk) -> Asked:
    return replacing(desk.apply(), actor=operator(2))


@refused_with("CASE_CLOSED")
def another_account_when_all_is_paid(desk: RoundDesk) -> Asked:
    (case_id,) = ordered(desk)
    desk.pay_all()
    return replacing(case_id)


@refused_with("NO_DEADLINE", "")
def a_lapse_of_a_stage_that_waits_for_the_others(desk: RoundDesk) -> Asked:
    lapse = LapseStage(case_id=desk.determined(), stage="allocation", round=1)
    return SYSTEM, {"lapse_stage": lapse}


# The end


@refused_with("WINDOW_OPEN", "QD-4.1b")
def a_close_while_others_may_apply(desk: RoundDesk) -> Asked:
    desk.send(operator(), withdraw_case=WithdrawCase(case_id=desk.apply()))
    return of_round("close_round", CloseRound)


@refused_with("ROUND_NOT_SETTLED", "QD-4.1b")
def a_close_while_money_is_under_way(desk: RoundDesk) -> Asked:
    ordered(desk)
    return of_round("close_round", CloseRound)


@refused_with("ROUND_CLOSED", "QD-4.1b")
def a_second_close(desk: RoundDesk) -> Asked:
    ordered(desk)
    desk.pay_all()
    desk.close()
    return of_round("close_round", CloseRound)


@pytest.mark.parametrize(("situation", "code", "clause"), ATTEMPTS)
def test_a_refused_attempt_is_answered_kept_once_and_changes_nothing(
    desk: RoundDesk, situation: Situation, code: str, clause: str
) -> None:
    must_be_refused(desk, *situation(desk), code, clause)
