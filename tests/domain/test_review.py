"""Who may do what to a stage, and what silence means at its deadline: accepted, withdrawn, or overdue."""

from datetime import date, datetime, timedelta

import pytest
from google.protobuf.message import Message

from domain import case_course, returns, review
from domain.case import CORRECTION, Case, UnknownEvent
from domain.refusals import Refused
from domain.wording import standing
from duifu.v1.commands_pb2 import Decide, RequestCorrection
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_WITHDRAWN,
    CaseClosed,
    CaseOpened,
    CorrectionRequested,
    RehearsalStarted,
    StageLapsed,
    StageOpened,
)
from duifu.v1.plan_pb2 import (
    CASE_KIND_REDEMPTION_CLAIM,
    CASE_KIND_VOUCHER_CLAIM,
    DAY_UNIT_CALENDAR_DAYS,
    ON_SILENCE_ESCALATES,
    ON_SILENCE_PASSES,
    ON_SILENCE_WITHDRAWS,
    CaseKind,
)
from tests.builders import ACCEPTANCE, BUYER, REVIEW, VERIFICATION, an_application, shanghai
from tests.desk import the_rulebook

RULEBOOK = the_rulebook()
FRIDAY = date(2024, 3, 1)


def fold(case: Case, events: list[Message]) -> Case:
    for event in events:
        case = case_course.evolve(case, event)
    return case


def a_case(kind: CaseKind.ValueType = CASE_KIND_VOUCHER_CLAIM, on: date = FRIDAY) -> Case:
    plan = RULEBOOK.in_force("bj-slq-2023", on).plan(kind, is_rehearsal=False)
    opened = CaseOpened(
        case_id="bj-claim-2024-000001",
        plan=plan,
        received_on=on.isoformat(),
        applicant_uscc=BUYER.uscc,
        applicant_name=BUYER.name,
        application=an_application(),
    )
    return fold(Case(), review.open_case(opened, on, RULEBOOK.calendar))


def returned(case: Case) -> Case:
    assert case.stage is not None
    asked = RequestCorrection(case_id=case.case_id, stage=case.stage.key, items=["合同附件"])
    actor = VERIFICATION if case.is_redemption else ACCEPTANCE
    return fold(case, returns.request_correction(case, asked, actor, FRIDAY, RULEBOOK.calendar))


def in_review() -> Case:
    case = a_case()
    return fold(case, review.pass_to_next(case, case.row("acceptance"), FRIDAY, RULEBOOK.calendar))


def lapse(case: Case, at: datetime) -> list[Message]:
    assert case.stage is not None
    return review.lapse(case, case.stage.key, case.stage.round, at, RULEBOOK.calendar)


@pytest.mark.parametrize(
    ("case", "due_at"),
    [
        (a_case(), "2024-03-09 00:00"),  # five working days after a Friday end on the next Friday
        (a_case(on=date(2024, 2, 7)), "2024-02-21 00:00"),  # across the Spring Festival
        (in_review(), "2024-03-30 00:00"),
        (returned(a_case()), "2024-03-23 00:00"),
        (a_case(CASE_KIND_REDEMPTION_CLAIM), "2024-03-16 00:00"),
        (returned(a_case(CASE_KIND_REDEMPTION_CLAIM)), "2024-03-16 00:00"),
    ],
    ids=["acceptance", "festival", "review", "correction", "verification", "correction of a request"],
)
def test_a_stage_lapses_at_the_instant_it_is_due_and_not_a_moment_earlier(case: Case, due_at: str) -> None:
    due = shanghai(due_at)
    assert case.stage is not None
    assert case.stage.due_at == due

    with pytest.raises(Refused, match="NOT_DUE"):
        lapse(case, due - timedelta(microseconds=1))
    assert isinstance(lapse(case, due)[0], StageLapsed)


def test_silence_at_acceptance_accepts() -> None:
    lapsed, opened = lapse(a_case(), shanghai("2024-03-09 00:00"))

    assert isinstance(lapsed, StageLapsed)
    assert isinstance(opened, StageOpened)
    assert (lapsed.meaning, opened.stage, opened.round) == (ON_SILENCE_PASSES, "review", 1)


def test_silence_of_the_applicant_withdraws_and_names_the_law() -> None:
    lapsed, closed = lapse(returned(a_case()), shanghai("2024-03-23 00:00"))

    assert isinstance(lapsed, StageLapsed)
    assert isinstance(closed, CaseClosed)
    assert (lapsed.stage, lapsed.meaning) == (CORRECTION, ON_SILENCE_WITHDRAWS)
    assert (closed.outcome, closed.clause) == (CASE_OUTCOME_WITHDRAWN, "行政许可法32")


def test_silence_at_review_is_overdue_and_decides_nothing() -> None:
    case = in_review()

    events = lapse(case, shanghai("2024-03-30 00:00"))

    assert [type(event) for event in events] == [StageLapsed]
    overdue = fold(case, events)
    assert overdue.stage is not None
    assert (overdue.stage.key, overdue.stage.is_overdue) == ("review", True)
    assert "已逾期督办" in standing(overdue)
    with pytest.raises(Refused, match="NO_DEADLINE"):
        lapse(overdue, shanghai("2024-05-01 00:00"))


def test_every_row_of_the_plan_says_what_silence_means_or_has_no_deadline() -> None:
    plan = {row.key: row for kind in (1, 2) for row in a_case(kind).plan.stages}  # type: ignore[arg-type]

    meanings = {key: row.time_limit.on_silence for key, row in plan.items() if row.time_limit.days}

    assert meanings == {
        "acceptance": ON_SILENCE_PASSES,
        "review": ON_SILENCE_ESCALATES,
        "verification": ON_SILENCE_ESCALATES,
    }


def test_calendar_days_are_counted_as_such() -> None:
    row = a_case().row("acceptance")
    row.time_limit.unit = DAY_UNIT_CALENDAR_DAYS

    opened = review.open_stage(row, 1, FRIDAY, RULEBOOK.calendar)

    assert opened.due_at.ToDatetime().isoformat() == "2024-03-06T16:00:00"  # 7 March 00:00 in Shanghai


def test_a_correction_stops_the_stage_and_its_answer_starts_it_again() -> None:
    case = returned(a_case())

    assert case.stage is not None
    assert (case.stage.key, case.stage.round, case.stage.waits_on) == (CORRECTION, 1, BUYER.name)
    assert (case.returned_from, case.correction_items) == ("acceptance", ("合同附件",))


def test_a_decision_without_a_verdict_is_no_decision() -> None:
    case = in_review()
    silent = Decide(case_id=case.case_id, stage="review", reason="…", code="BJ_E_REG")

    with pytest.raises(Refused, match="VERDICT_MISSING"):
        review.decide(case, silent, REVIEW, [], None, FRIDAY, RULEBOOK.calendar)


def test_an_event_of_another_stream_is_not_folded_into_a_case() -> None:
    with pytest.raises(UnknownEvent, match="RehearsalStarted"):
        case_course.evolve(a_case(), RehearsalStarted())


def test_an_old_event_loads_whatever_the_rules_say_today() -> None:
    case = fold(a_case(), [CorrectionRequested(stage="acceptance", items=["一"]) for _ in range(3)])

    assert case.corrections == 3
