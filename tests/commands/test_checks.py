"""Answers of sources: asked anew where the text wants it, put in by hand where a source stays away, all on record."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from domain import checks
from domain.dates import civil_date
from domain.refusals import Refused
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import Actor, EnterCheck, RecordCheck, RequestCorrection, ReturnForRework, SupplyCorrection
from duifu.v1.events_pb2 import CheckRecorded
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    OPINION_KIND_CONFORMS,
    OPINION_KIND_DOES_NOT_CONFORM,
    OPINION_KIND_UNSPECIFIED,
    CheckResult,
    CreditListing,
    CreditRecord,
    Opinion,
    OpinionKind,
)
from ledger import streams
from tests.builders import shanghai
from tests.programmes.qingdao import AUTHORITIES, CREDIT_SOURCES, credit, unavailable
from tests.rounds import SHA256, RoundDesk, a_bid, officer, operator

SOURCE, AUTHORITY = "credit_china", "opinion_energy"
REVIEWER, SECOND_REVIEWER = officer("district-reviewer"), officer("district-reviewer", 2)
FIRST = "preliminary_review"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    opened = RoundDesk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


def an_opinion(kind: OpinionKind.ValueType = OPINION_KIND_CONFORMS, check: str = AUTHORITY) -> CheckResult:
    outcome = CHECK_OUTCOME_CLEAN if kind == OPINION_KIND_CONFORMS else CHECK_OUTCOME_HIT
    opinion = Opinion(kind=kind, document_number="青发改函〔2024〕7号")
    return CheckResult(check=check, outcome=outcome, source="纸质复函", opinion=opinion)


def enter(desk: RoundDesk, case_id: str, result: CheckResult, actor: Actor = REVIEWER, **changes: Any) -> Receipt:
    stage = desk.case(case_id).stage
    assert stage is not None
    given = {"case_id": case_id, "stage": stage.key, "evidence_sha256": SHA256, "reason": "平台连续三日无法访问"}
    return desk.send(actor, enter_check=EnterCheck(**{"result": result, **given, **changes}))


def answered_at(desk: RoundDesk, case_id: str, stage: str, number: int, result: CheckResult) -> None:
    desk.system(record_check=RecordCheck(case_id=case_id, stage=stage, round=number, result=result))


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda error: error.code == code)


def recorded(desk: RoundDesk, case_id: str, check: str) -> list[CheckRecorded]:
    told = desk.events(streams.case(case_id))
    return [event for event in told if isinstance(event, CheckRecorded) and event.result.check == check]


def asked(desk: RoundDesk, case_id: str) -> list[tuple[str, int, str]]:
    case = desk.case(case_id)
    assert case.stage is not None
    return [(row.key, number, check) for row, number, check in checks.unanswered(case, case.stage.key)]


# By hand


def test_what_a_source_does_not_say_is_put_in_with_who_what_for_and_which_document(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id, unavailable(SOURCE))
    with refused("QD_E_VETO"):
        desk.decide(REVIEWER, case_id, FIRST)

    enter(desk, case_id, credit(SOURCE))

    *_, by_source, by_hand = recorded(desk, case_id, SOURCE)
    assert by_source.result.outcome == CHECK_OUTCOME_UNAVAILABLE
    assert (by_hand.entered_by, by_hand.evidence_sha256) == (REVIEWER.id, SHA256)
    assert by_hand.reason == "平台连续三日无法访问"
    assert (by_hand.stage, by_hand.round) == (FIRST, 1)
    desk.decide(SECOND_REVIEWER, case_id, FIRST)
    assert desk.open_stage(case_id) == "finance_notice"


def test_what_was_put_in_without_a_time_was_found_when_it_was_put_in(desk: RoundDesk) -> None:
    case_id = desk.apply()

    enter(desk, case_id, an_opinion())

    (by_hand,) = recorded(desk, case_id, AUTHORITY)
    assert by_hand.result.queried_at.ToDatetime(desk.now.tzinfo) == desk.now


def test_an_answer_of_the_source_takes_the_place_of_what_was_put_in_and_both_stay_on_record(desk: RoundDesk) -> None:
    case_id = desk.apply()
    enter(desk, case_id, an_opinion())

    answered_at(desk, case_id, FIRST, 1, an_opinion(OPINION_KIND_DOES_NOT_CONFORM))

    case = desk.case(case_id)
    assert case.counting_checks[AUTHORITY].opinion.kind == OPINION_KIND_DOES_NOT_CONFORM
    assert checks.entered_by(case) == set()
    assert [event.entered_by for event in recorded(desk, case_id, AUTHORITY)] == [REVIEWER.id, ""]


def test_a_source_that_is_still_away_does_not_undo_what_was_put_in(desk: RoundDesk) -> None:
    case_id = desk.apply()
    enter(desk, case_id, an_opinion())

    answered_at(desk, case_id, FIRST, 1, unavailable(AUTHORITY))

    assert desk.case(case_id).counting_checks[AUTHORITY].outcome == CHECK_OUTCOME_CLEAN


def test_what_was_put_in_may_be_put_in_again_and_counts_as_the_second_person_says(desk: RoundDesk) -> None:
    case_id = desk.apply()
    enter(desk, case_id, an_opinion())

    enter(desk, case_id, an_opinion(OPINION_KIND_DOES_NOT_CONFORM), SECOND_REVIEWER)

    case = desk.case(case_id)
    assert case.counting_checks[AUTHORITY].opinion.kind == OPINION_KIND_DOES_NOT_CONFORM
    assert checks.entered_by(case) == {SECOND_REVIEWER.id}


def test_a_source_is_asked_on_although_somebody_put_its_answer_in(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id, unavailable(AUTHORITY))

    enter(desk, case_id, an_opinion())

    assert asked(desk, case_id) == [(FIRST, 1, AUTHORITY)]


def test_nothing_is_put_in_where_the_source_has_answered(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id)

    with refused("CHECK_ANSWERED") as error:
        enter(desk, case_id, credit(SOURCE, CreditListing(list_name="青岛市安全生产黑名单", listed_on="2024-01-02")))

    assert "2024-01-25" in error.value.message("zh")


@pytest.mark.parametrize(("day", "may_be"), [("2024-02-24 23:59", False), ("2024-02-25 00:00", True)])
def test_an_answer_that_has_grown_old_is_one_no_more(desk: RoundDesk, day: str, may_be: bool) -> None:
    case_id = desk.apply()
    desk.answer(case_id)  # of 25 January; thirty days are valid
    desk.at(day)

    if may_be:
        enter(desk, case_id, credit(SOURCE, queried_on="2024-02-24"))
        assert desk.case(case_id).entered_by == {SOURCE: REVIEWER.id}
    else:
        with refused("CHECK_ANSWERED"):
            enter(desk, case_id, credit(SOURCE, queried_on="2024-02-24"))


def test_a_stage_that_tests_conditions_says_when_its_answers_grow_old_and_no_other_does(desk: RoundDesk) -> None:
    case_id = desk.apply()
    unasked = checks.fades_at(desk.case(case_id))
    desk.answer(case_id)  # of 25 January; thirty days are valid
    in_review = desk.case(case_id)
    desk.decide(REVIEWER, case_id, FIRST)

    assert unasked is None
    assert checks.fades_at(in_review) == shanghai("2024-02-25 00:00")
    assert {check for (_, _, check), _ in checks.fading(in_review)} == set(CREDIT_SOURCES)
    assert checks.fades_at(desk.case(case_id)) is None


def test_what_was_put_in_by_hand_is_not_asked_for_anew_for_its_source_is_asked_all_the_same(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id, unavailable(SOURCE))
    enter(desk, case_id, credit(SOURCE))

    case = desk.case(case_id)

    assert SOURCE not in {check for (_, _, check), _ in checks.fading(case)}
    assert asked(desk, case_id) == [(FIRST, 1, SOURCE)]


def test_a_later_answer_to_the_same_question_counts_on_and_both_are_on_record(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id)

    answered_at(desk, case_id, FIRST, 1, credit(SOURCE, queried_on="2024-02-25"))

    assert checks.counts_through(desk.case(case_id), SOURCE) == date(2024, 3, 26)
    days = [civil_date(event.result.queried_at.ToDatetime(UTC)) for event in recorded(desk, case_id, SOURCE)]
    assert set(days) == {date(2024, 1, 25), date(2024, 2, 25)}


@pytest.mark.parametrize(
    ("code", "result", "changes"),
    [
        ("EVIDENCE_MISSING", an_opinion(), {"evidence_sha256": ""}),
        ("REASON_MISSING", an_opinion(), {"reason": " "}),
        ("CHECK_UNKNOWN", an_opinion(check="horoscope"), {}),
        ("ANSWER_OF_OTHER_KIND", an_opinion(check=SOURCE), {}),
        ("ANSWER_OF_OTHER_KIND", unavailable(AUTHORITY), {}),
        ("ANSWER_OF_OTHER_KIND", an_opinion(kind=OPINION_KIND_UNSPECIFIED), {}),
        ("ANSWER_FROM_FUTURE", credit(SOURCE, queried_on="2024-01-26"), {}),
        ("STAGE_NOT_OPEN", an_opinion(), {"stage": "determination"}),
    ],
)
def test_what_proves_nothing_is_not_taken(
    desk: RoundDesk, code: str, result: CheckResult, changes: dict[str, Any]
) -> None:
    case_id = desk.apply()

    with refused(code):
        enter(desk, case_id, result, **changes)

    assert desk.case(case_id).checks == {}


def test_the_moment_itself_is_not_the_future(desk: RoundDesk) -> None:
    desk.at("2024-01-26 00:00")
    case_id = desk.apply()

    enter(desk, case_id, credit(SOURCE, queried_on="2024-01-26"))

    assert SOURCE in desk.case(case_id).entered_by


@pytest.mark.parametrize("role", ["district-approver", "city-reviewer", "applicant"])
def test_who_neither_holds_the_stage_nor_a_stage_that_asks_puts_nothing_in(desk: RoundDesk, role: str) -> None:
    case_id = desk.apply()

    with refused("ROLE_MISMATCH"):
        enter(desk, case_id, an_opinion(), officer(role))


def test_who_holds_a_stage_that_asks_may_put_in_at_another(desk: RoundDesk) -> None:
    case_id = desk.apply()

    enter(desk, case_id, credit(SOURCE), officer("city-approver"))

    assert desk.case(case_id).entered_by == {SOURCE: "city-approver.1"}


def test_who_handed_the_application_in_puts_in_nothing_whatever_their_role(desk: RoundDesk) -> None:
    case_id = desk.apply()

    with refused("DUTY_REQUESTER"):
        enter(desk, case_id, an_opinion(), Actor(id=operator().id, role="district-reviewer"))


def test_while_the_applicant_mends_the_application_nothing_is_put_in(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.send(REVIEWER, request_correction=RequestCorrection(case_id=case_id, stage=FIRST, items=["缺少明细表"]))

    with refused("STAGE_NOT_DECIDED"):
        enter(desk, case_id, an_opinion())


def test_who_put_in_what_counts_is_named_for_its_stage_alone(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id, unavailable(AUTHORITY))
    enter(desk, case_id, an_opinion())

    assert checks.entered_by(desk.case(case_id)) == {REVIEWER.id}

    desk.decide(SECOND_REVIEWER, case_id, FIRST)
    assert checks.entered_by(desk.case(case_id)) == set()
    assert desk.case(case_id).entered_by == {AUTHORITY: REVIEWER.id}


# On the spot (QD-5.2)


@pytest.mark.parametrize("stage", [FIRST, "city_review"])
def test_an_inspection_is_put_in_by_who_holds_the_stage_and_stops_a_pass_if_it_does_not_conform(
    desk: RoundDesk, stage: str
) -> None:
    case_id = desk.bring_to(desk.apply(), stage)
    desk.answer(case_id)
    holder = officer("district-reviewer" if stage == FIRST else "city-reviewer")

    enter(desk, case_id, an_opinion(OPINION_KIND_DOES_NOT_CONFORM, "site_inspection"), holder)

    with refused("QD_E_INSPECTION"):
        desk.decide(officer(holder.role, 2), case_id, stage)
    enter(desk, case_id, an_opinion(check="site_inspection"), holder)
    desk.decide(officer(holder.role, 2), case_id, stage)
    assert desk.open_stage(case_id) != stage


# Anew (QD-A14)


def test_a_new_case_asks_every_source_that_its_first_stage_names(desk: RoundDesk) -> None:
    case_id = desk.apply()

    assert asked(desk, case_id) == [(FIRST, 1, check) for check in (*CREDIT_SOURCES, *AUTHORITIES, "duplicates")]

    desk.answer(case_id)
    assert asked(desk, case_id) == []


def test_at_determination_every_credit_source_is_asked_anew_and_its_old_answer_counts_no_more(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "determination")

    assert asked(desk, case_id) == [("determination", 1, source) for source in CREDIT_SOURCES]
    assert set(desk.case(case_id).counting_checks) == {*AUTHORITIES, "duplicates"}
    with refused("QD_E_VETO"):
        desk.decide(officer("city-approver"), case_id, "determination")

    desk.answer(case_id)
    assert asked(desk, case_id) == []
    desk.decide(officer("city-approver"), case_id, "determination")


def test_a_listing_that_came_after_the_first_look_stops_the_determination(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "determination")
    listed = CreditListing(list_name="青岛市环境信用黑名单", listed_on="2024-01-25", is_dishonesty=True)

    desk.answer(case_id, credit(SOURCE, listed))

    with refused("QD_E_VETO"):
        desk.decide(officer("city-approver"), case_id, "determination")


def test_a_late_answer_to_the_first_stage_does_not_hide_the_newer_one(desk: RoundDesk) -> None:
    case_id = desk.apply()
    desk.answer(case_id, unavailable(SOURCE))
    enter(desk, case_id, credit(SOURCE))
    desk.decide(SECOND_REVIEWER, case_id, FIRST)
    desk.bring_to(case_id, "determination")
    desk.answer(case_id, credit(SOURCE, CreditListing(list_name="青岛市安全生产黑名单", listed_on="2024-01-24")))

    answered_at(desk, case_id, FIRST, 1, credit(SOURCE))

    assert len(desk.case(case_id).counting_checks[SOURCE].credit.listings) == 1


def test_a_stage_that_is_done_again_asks_again(desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "determination")
    desk.answer(case_id)
    back = ReturnForRework(case_id=case_id, stage="determination", to_stage="city_review", reason="比例有误")
    desk.send(officer("city-approver"), return_for_rework=back)

    desk.bring_to(case_id, "determination")

    assert asked(desk, case_id) == [("determination", 2, source) for source in CREDIT_SOURCES]


def test_an_answer_about_the_application_as_it_was_before_a_correction_counts_no_more(desk: RoundDesk) -> None:
    case_id = desk.apply()
    enter(desk, case_id, an_opinion())
    # Who enters an answer by hand does not act on it.
    desk.send(SECOND_REVIEWER, request_correction=RequestCorrection(case_id=case_id, stage=FIRST, items=["缺少明细表"]))
    desk.send(operator(), supply_correction=SupplyCorrection(case_id=case_id, application=a_bid()))

    answered_at(desk, case_id, FIRST, 1, credit(SOURCE))

    case = desk.case(case_id)
    assert (case.checks, case.entered_by) == ({}, {})
    assert {number for _, number, _ in asked(desk, case_id)} == {2}


def test_the_plan_pins_what_each_check_is_called_and_how_long_an_answer_counts(desk: RoundDesk) -> None:
    case = desk.case(desk.apply())

    rule = checks.rule_of(case, SOURCE)

    assert (rule.answers, rule.title, rule.valid_days) == ("credit", "信用中国", 30)
    assert checks.rule_of(case, "site_inspection").answers == "opinion"


def test_a_plan_of_before_names_its_checks_after_their_answers(desk: RoundDesk) -> None:
    case = desk.case(desk.apply())
    case.plan.ClearField("checks")

    assert checks.rule_of(case, "credit").answers == "credit"
    assert checks.rule_of(case, "credit").title == "信用记录"


def test_business_time_is_what_the_future_is_measured_by(desk: RoundDesk) -> None:
    desk.at("2024-01-29 09:00")
    case_id = desk.apply()
    later: datetime = shanghai("2024-01-29 09:01")
    result = CheckResult(check=SOURCE, outcome=CHECK_OUTCOME_CLEAN, source=SOURCE, credit=CreditRecord())
    result.queried_at.FromDatetime(later)

    with refused("ANSWER_FROM_FUTURE"):
        enter(desk, case_id, result)

    desk.at(later)
    enter(desk, case_id, result)
