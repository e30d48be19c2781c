"""The letters a case owes follow from its events alone, however late somebody looks."""

from dataclasses import replace
from functools import reduce

import pytest
from google.protobuf.message import Message

from domain import letters
from domain.case import CORRECTION, Case
from domain.case_course import evolve
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CaseClosed,
    CaseOpened,
    ClaimPaymentChanged,
    ClaimPaymentStatus,
    CorrectionRequested,
    GrantPaymentChanged,
    StageOpened,
)
from duifu.v1.plan_pb2 import CasePlan, CorrectionRule, Stage

PLAN = CasePlan(
    programme_title="示例算力券",
    letters={"closed": "goodbye", "returned": "sent-back"},
    stages=[
        Stage(
            key="acceptance",
            letters={"opened": "received", "correction": "mend", "passed": "accepted"},
            correction=CorrectionRule(rounds_max=1),
        ),
        Stage(key="review"),
    ],
)
OPENED = CaseOpened(case_id="c-1", plan=PLAN, received_on="2024-03-01", applicant_name="示例公司")


def stage(key: str, number: int = 1, waits_on: str = "某岗") -> StageOpened:
    return StageOpened(stage=key, round=number, title=key, waits_on=waits_on)


def owed_after(*events: object) -> list[tuple[str, str]]:
    case: Case = reduce(evolve, (OPENED, *events), Case())  # type: ignore[arg-type]
    return [(letter.template, letter.words["waits_on"]) for letter in letters.owed(case)]


def test_a_case_that_was_received_owes_a_receipt() -> None:
    assert owed_after(stage("acceptance")) == [("received", "某岗")]


def test_letters_of_stages_that_passed_unseen_still_name_who_was_on_turn_then() -> None:
    seen_late = owed_after(stage("acceptance", waits_on="受理岗"), stage("review", waits_on="审核岗"))

    assert seen_late == [("received", "受理岗"), ("accepted", "审核岗")]


def test_a_correction_is_asked_for_once_and_the_receipt_not_repeated() -> None:
    returned = (CorrectionRequested(stage="acceptance", items=["甲"]), stage(CORRECTION, waits_on="示例公司"))

    owed = owed_after(stage("acceptance"), *returned, stage("acceptance", 2))

    assert [template for template, _ in owed] == ["received", "mend"]


def test_a_case_that_ended_owes_the_plans_last_letter() -> None:
    closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary="不予通过")

    assert owed_after(stage("acceptance"), closed)[-1][0] == "goodbye"


def test_a_plan_without_letters_owes_none() -> None:
    silent = CaseOpened(case_id="c-2", received_on="2024-03-01")
    silent.plan.stages.append(Stage(key="acceptance"))
    case = reduce(evolve, (silent, stage("acceptance"), CaseClosed(outcome=CASE_OUTCOME_REFUSED)), Case())

    assert list(letters.owed(case)) == []


@pytest.mark.parametrize("kind", [ClaimPaymentChanged, GrantPaymentChanged])
def test_money_that_did_not_arrive_is_told_each_time_also_after_the_end(
    kind: type[ClaimPaymentChanged] | type[GrantPaymentChanged],
) -> None:
    def back(status: ClaimPaymentStatus.ValueType, explanation: str) -> Message:
        return kind(status=status, amount_fen=200_000, explanation=explanation)

    told = (
        back(CLAIM_PAYMENT_STATUS_ORDERED, "支付中"),
        back(CLAIM_PAYMENT_STATUS_RETURNED, "账户已销户"),
        CaseClosed(outcome=CASE_OUTCOME_PAID),
        back(CLAIM_PAYMENT_STATUS_CAME_BACK, "缴回国库"),
    )
    case: Case = reduce(evolve, (OPENED, stage("acceptance"), *told), Case())
    case_without = replace(case, plan=CasePlan(stages=PLAN.stages))

    first, second = (letter for letter in letters.owed(case) if letter.template == "sent-back")
    assert (first.letter_id, first.words["left"], first.words["summary"]) == (
        "c-1:letter:sent-back:returned:1",
        "¥2,000.00",
        "账户已销户",
    )
    assert (second.letter_id, second.words["summary"]) == ("c-1:letter:sent-back:returned:2", "缴回国库")
    assert [letter.template for letter in letters.owed(case_without)] == ["received"]
