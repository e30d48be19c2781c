"""What somebody did in a case keeps them from the rest of it, whoever they act for and whatever role they hold then."""

from datetime import date

import pytest
from google.protobuf.message import Message

from domain import case_course, tasks
from domain.case import Case, OpenStage
from domain.duties import accounts_of, must_be_free, must_be_no_party
from domain.refusals import Refused
from duifu.v1.commands_pb2 import VERDICT_PASS, Actor
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_REFUSED,
    CaseClosed,
    CaseOpened,
    CorrectionRequested,
    Decided,
    SentBack,
    StageLapsed,
    StageOpened,
)
from duifu.v1.facts_pb2 import Application, Contact
from duifu.v1.plan_pb2 import (
    ON_SILENCE_ESCALATES,
    STAGE_KIND_DECISION,
    STAGE_KIND_SYSTEM,
    CasePlan,
    CorrectionRule,
    Duty,
    Stage,
    StageKind,
)
from tests.builders import BUYER, OTHER_BUYER

FRIDAY = date(2024, 3, 1)
CODE, CLAUSE = "QD_E_DUTIES", "QD-4.2a"


def a_row(key: str, role: str, title: str, kind: StageKind.ValueType = STAGE_KIND_DECISION) -> Stage:
    return Stage(key=key, role=role, title=title, role_title=f"{title}岗", kind=kind)


FIRST = a_row("first", "district-reviewer", "初审")
SECOND = a_row("second", "district-approver", "推荐")
THIRD = a_row("third", "city-officer", "复核")
LAST = a_row("last", "system", "拨付", STAGE_KIND_SYSTEM)
FIRST.correction.CopyFrom(CorrectionRule(rounds_max=1, title="补正"))
APART = Duty(code=CODE, clause=CLAUSE, title="初审与推荐分离", roles=[FIRST.role, SECOND.role])
PLAN = CasePlan(stages=[FIRST, SECOND, THIRD, LAST], duties=[APART])


def told(*events: Message) -> Case:
    """A case that li.na handed in for ma.ming, with what happened since."""
    opened = CaseOpened(
        case_id="qd-grant-2024-000001",
        plan=PLAN,
        received_on="2024-03-01",
        applicant_uscc=BUYER.uscc,
        applicant_name=BUYER.name,
        application=Application(contact=Contact(person_id="ma.ming")),
        submitted_by="li.na",
    )
    case = Case()
    for event in (opened, opening(FIRST), *events):
        case = case_course.evolve(case, event)
    return case


def opening(row: Stage, number: int = 1) -> StageOpened:
    return StageOpened(stage=row.key, round=number, title=row.title, waits_on=row.role_title, opened_on="2024-03-01")


def passed(row: Stage, by: str, for_whom: str = "") -> Decided:
    return Decided(stage=row.key, round=1, verdict=VERDICT_PASS, decided_by=by, on_behalf_of=for_whom)


def refusal(case: Case, row: Stage, *accounts: str) -> Refused:
    with pytest.raises(Refused) as refused:
        must_be_free(case, row, accounts)
    return refused.value


def test_who_acted_in_one_role_does_not_act_in_a_role_that_is_kept_apart_from_it() -> None:
    case = told(passed(FIRST, "wang.fang"), opening(SECOND))

    refused = refusal(case, SECOND, "wang.fang")

    assert (refused.code, refused.clause) == (CODE, CLAUSE)
    message = refused.to_message("zh")
    assert message.message == "初审与推荐分离：账号 wang.fang 已以初审岗办理本案的“初审”，不得再以推荐岗办理。"
    assert "其他人员" in message.way_forward
    assert [(ground.code, ground.explanation) for ground in message.grounds] == [
        (CODE, "wang.fang已以初审岗办理“初审”")
    ]
    must_be_free(case, SECOND, ["zhao.lei"])


def test_a_duty_keeps_apart_only_the_roles_that_it_names() -> None:
    case = told(passed(FIRST, "wang.fang"), opening(SECOND), passed(SECOND, "zhao.lei"), opening(THIRD))

    must_be_free(case, THIRD, ["wang.fang"])
    must_be_free(case, THIRD, ["zhao.lei"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("wang.fang",), ("qian.yu", "wang.fang")),
        (("qian.yu", "wang.fang"), ("wang.fang",)),
        (("qian.yu", "wang.fang"), ("qian.yu",)),
        (("wang.fang",), ("wang.fang", "zhao.lei")),
        (("qian.yu", "wang.fang"), ("qian.yu", "zhao.lei")),
    ],
    ids=[
        "a delegate of who acted",
        "who acted through a delegate",
        "the delegate in their own right",
        "who acted, for somebody else",
        "one delegate for both",
    ],
)
def test_no_delegation_gets_around_a_duty(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    case = told(passed(FIRST, *first), opening(SECOND))

    assert refusal(case, SECOND, *second).code == CODE


def test_no_deadline_gets_around_a_duty() -> None:
    escalated = StageLapsed(stage=SECOND.key, round=1, meaning=ON_SILENCE_ESCALATES)
    case = told(passed(FIRST, "wang.fang"), opening(SECOND), escalated)

    assert tasks.next_step(case).is_overdue
    assert refusal(case, SECOND, "wang.fang").code == CODE


def test_a_return_for_rework_does_not_undo_what_somebody_did() -> None:
    case = told(
        passed(FIRST, "wang.fang"),
        opening(SECOND),
        passed(SECOND, "zhao.lei"),
        opening(THIRD),
        SentBack(from_stage=THIRD.key, to_stage=FIRST.key),
        opening(FIRST, 2),
    )

    assert refusal(case, FIRST, "zhao.lei").code == CODE
    must_be_free(case, FIRST, ["wang.fang"])


@pytest.mark.parametrize("account", ["li.na", "ma.ming"])
@pytest.mark.parametrize("row", [FIRST, SECOND, THIRD])
def test_who_handed_it_in_and_whom_it_names_decide_no_stage_of_it(account: str, row: Stage) -> None:
    assert refusal(told(), row, account).code == "DUTY_REQUESTER"
    assert refusal(told(), row, account, "zhao.lei").code == "DUTY_REQUESTER"
    assert refusal(told(), row, "zhao.lei", account).code == "DUTY_REQUESTER"


def test_what_was_recorded_without_accounts_keeps_nobody_from_anything() -> None:
    nobody = Case(plan=PLAN, decisions=(passed(FIRST, ""),))

    must_be_free(nobody, SECOND, [""])


def test_who_speaks_for_the_applicant_in_another_case_decides_nothing_for_it() -> None:
    case = told()
    other = Case(case_id="qd-grant-2023-000009", applicant_uscc=BUYER.uscc)
    of_other = Case(case_id="qd-grant-2023-000008", applicant_uscc=OTHER_BUYER.uscc)

    with pytest.raises(Refused, match=r"DUTY_REQUESTER.*qd-grant-2023-000009"):
        must_be_no_party(case, "sun.bo", [of_other, other])
    must_be_no_party(case, "sun.bo", [of_other])


def test_an_act_goes_through_the_hands_of_the_actor_and_of_who_lent_the_role() -> None:
    assert accounts_of(Actor(id="zhao.lei")) == ("zhao.lei",)
    assert accounts_of(Actor(id="qian.yu", on_behalf_of="zhao.lei")) == ("qian.yu", "zhao.lei")


# Who may act next


def test_the_next_step_says_who_acts_since_when_until_when_and_who_may_not() -> None:
    due = opening(SECOND)
    due.due_at.FromJsonString("2024-03-08T16:00:00Z")
    case = told(passed(FIRST, "qian.yu", "wang.fang"), due)

    step = tasks.next_step(case)

    assert (step.case_id, step.stage, step.title) == (case.case_id, "second", "推荐")
    assert (step.role, step.role_title) == ("district-approver", "推荐岗")
    assert (step.opened_on, step.due_on, step.is_overdue) == ("2024-03-01", "2024-03-08", False)
    assert (step.claimed_by, step.claimed_on) == ("", "")
    assert [(kept.account, kept.code) for kept in step.excluded] == [
        ("li.na", "DUTY_REQUESTER"),
        ("ma.ming", "DUTY_REQUESTER"),
        ("qian.yu", CODE),
        ("wang.fang", CODE),
    ]


def test_the_next_step_names_everybody_whom_a_decision_would_be_refused_to() -> None:
    case = told(passed(FIRST, "qian.yu", "wang.fang"), opening(SECOND))
    everybody = ["li.na", "ma.ming", "qian.yu", "wang.fang", "zhao.lei"]

    refused = set()
    for account in everybody:
        try:
            must_be_free(case, SECOND, [account])
        except Refused:
            refused.add(account)

    assert {kept.account for kept in tasks.next_step(case).excluded} == refused == set(everybody) - {"zhao.lei"}


def test_a_correction_waits_on_the_applicant_whom_nothing_keeps_from_it() -> None:
    case = told(CorrectionRequested(stage=FIRST.key, items=["合同"]), opening(a_row("correction", "", "补正")))

    step = tasks.next_step(case)

    assert (step.stage, step.role, list(step.excluded)) == ("correction", "applicant", [])


@pytest.mark.parametrize(
    "events",
    [(opening(LAST),), (CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary="不予通过"),)],
    ids=["the system", "the end"],
)
def test_a_case_that_waits_on_no_person_has_no_next_step_but_says_how_it_stands(events: tuple[Message, ...]) -> None:
    step = tasks.next_step(told(*events))

    assert (step.stage, step.role) == ("", "")
    assert step.summary


# Who has it in hand


def claimed(case: Case, by: str = "wang.fang") -> Case:
    (event,) = tasks.claim(open_stage(case), Actor(id=by), FRIDAY)
    return case_course.evolve(case, event)


def open_stage(case: Case) -> OpenStage:
    assert case.stage is not None
    return case.stage


def test_who_claimed_a_stage_is_the_only_one_to_act_until_it_is_released() -> None:
    case = claimed(told())
    step = tasks.next_step(case)

    assert (step.claimed_by, step.claimed_on) == ("wang.fang", "2024-03-01")
    tasks.must_be_unclaimed(open_stage(case), "wang.fang")
    with pytest.raises(Refused, match="TASK_CLAIMED_BY_OTHER") as refused:
        tasks.must_be_unclaimed(open_stage(case), "zhao.lei")
    assert "wang.fang 于2024-03-01认领" in refused.value.message("zh")

    (released,) = tasks.release(open_stage(case), Actor(id="wang.fang"), "")
    case = case_course.evolve(case, released)

    assert (open_stage(case).claimed_by, open_stage(case).claimed_on) == ("", None)
    tasks.must_be_unclaimed(open_stage(case), "zhao.lei")


def test_a_stage_is_claimed_once_and_by_one_person() -> None:
    case = claimed(told())

    assert tasks.claim(open_stage(case), Actor(id="wang.fang"), FRIDAY) == []
    with pytest.raises(Refused, match="TASK_CLAIMED_BY_OTHER"):
        tasks.claim(open_stage(case), Actor(id="zhao.lei"), FRIDAY)


def test_what_somebody_else_has_in_hand_is_released_or_handed_over_only_with_a_reason() -> None:
    stage, other = open_stage(claimed(told())), Actor(id="zhao.lei")

    with pytest.raises(Refused, match="REASON_MISSING"):
        tasks.release(stage, other, "  ")
    with pytest.raises(Refused, match="REASON_MISSING"):
        tasks.hand_over(stage, other, "sun.bo", "  ", FRIDAY)
    assert tasks.release(stage, other, "请病假")
    assert tasks.hand_over(stage, other, "sun.bo", "请病假", FRIDAY)


def test_what_nobody_has_in_hand_is_neither_released_nor_handed_over() -> None:
    stage = open_stage(told())

    with pytest.raises(Refused, match="TASK_NOT_CLAIMED"):
        tasks.release(stage, Actor(id="wang.fang"), "")
    with pytest.raises(Refused, match="TASK_NOT_CLAIMED"):
        tasks.hand_over(stage, Actor(id="wang.fang"), "zhao.lei", "", FRIDAY)


def test_what_was_handed_over_is_in_the_other_hand_and_handing_it_to_its_holder_changes_nothing() -> None:
    case = claimed(told())
    (handed,) = tasks.hand_over(open_stage(case), Actor(id="wang.fang"), "zhao.lei", "出差", date(2024, 3, 4))

    case = case_course.evolve(case, handed)

    assert (open_stage(case).claimed_by, open_stage(case).claimed_on) == ("zhao.lei", date(2024, 3, 4))
    assert tasks.hand_over(open_stage(case), Actor(id="zhao.lei"), "zhao.lei", "出差", FRIDAY) == []


def test_the_next_stage_is_in_nobodys_hand() -> None:
    case = case_course.evolve(claimed(told()), opening(SECOND))

    assert tasks.next_step(case).claimed_by == ""
