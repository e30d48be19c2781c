"""The clock of a stage at the door: who stops it and why, what a restart brings, and when people are reminded."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from commands.door import SYSTEM, Door
from domain.case import OpenStage
from domain.refusals import Refused
from domain.wording import clock_lines, standing
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import (
    VERDICT_REFUSE,
    Actor,
    LapseStage,
    RemindStage,
    RequestCorrection,
    RestartClock,
    StopClock,
)
from duifu.v1.events_pb2 import ClockRestarted, ClockStopped, Reminded
from ledger import streams
from tests.builders import ACCEPTANCE, REVIEW, a_contract, an_application, shanghai
from tests.clocked import the_rulebook_with_stops
from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose reviews may be stopped; on Friday 1 March 2024 at nine."""
    opened = Desk(tmp_path / "ledger.sqlite")
    opened.door = Door(opened.ledger, the_rulebook_with_stops(), lambda: opened.now)
    yield opened
    opened.ledger.close()


def in_review(desk: Desk) -> str:
    """A claim whose review began on 1 March and is due by the end of 29 March, after twenty working days."""
    return desk.accepted_case(an_application())


def stop(desk: Desk, case_id: str, reason: str = "inspection", actor: Actor = REVIEW, stage: str = "review") -> Receipt:
    stopped = StopClock(case_id=case_id, stage=stage, reason=reason, note="赴机房核查")
    return desk.send(actor, stop_clock=stopped)


def restart(desk: Desk, case_id: str, actor: Actor = REVIEW) -> Receipt:
    asked = RestartClock(case_id=case_id, stage="review")
    return desk.system(restart_clock=asked) if actor is SYSTEM else desk.send(actor, restart_clock=asked)


def remind(desk: Desk, case_id: str, days_left: int, number: int = 1, stage: str = "review") -> Receipt:
    return desk.system(remind_stage=RemindStage(case_id=case_id, stage=stage, round=number, days_left=days_left))


def lapse(desk: Desk, case_id: str) -> Receipt:
    return desk.system(lapse_stage=LapseStage(case_id=case_id, stage="review", round=1))


def stage_of(desk: Desk, case_id: str) -> OpenStage:
    stage = desk.case(case_id).stage
    assert stage is not None
    return stage


def card(desk: Desk, case_id: str) -> list[str]:
    return clock_lines(desk.case(case_id), stage_of(desk, case_id))


# Stops


def test_a_stopped_clock_moves_the_deadline_by_the_days_it_stood_still_and_says_so(desk: Desk) -> None:
    case_id = in_review(desk)
    stop(desk.at("2024-03-06 14:00"), case_id)

    stopped = desk.events(streams.case(case_id))[-1]
    assert isinstance(stopped, ClockStopped)
    assert (stopped.reason, stopped.clause, stopped.stopped_on) == ("inspection", "行政许可法45", "2024-03-06")
    assert (stopped.elapsed_days, stopped.left_days, stopped.restarts_on) == (2, 18, "")
    assert "自2024-03-06起停止计时（现场核查）" in standing(desk.case(case_id))
    assert card(desk, case_id)[0].endswith("已用2个工作日，余18个工作日，恢复计时后顺延（行政许可法45）")

    restart(desk.at("2024-03-12 10:00"), case_id)

    restarted = desk.events(streams.case(case_id))[-1]
    assert isinstance(restarted, ClockRestarted)
    assert (restarted.restarted_on, restarted.stopped_days) == ("2024-03-12", 4)
    assert stage_of(desk, case_id).due_at == shanghai("2024-04-08 00:00")  # over Qingming, on a working Sunday
    assert card(desk, case_id)[0] == "时限至2024-04-07（业务时间）"
    assert card(desk, case_id)[1] == "因停止计时（现场核查），时限已顺延4个工作日"


def test_a_second_stop_adds_to_the_first(desk: Desk) -> None:
    case_id = in_review(desk)
    for stopped_at, restarted_at in (
        ("2024-03-06 09:00", "2024-03-07 09:00"),
        ("2024-03-07 10:00", "2024-03-08 09:00"),
    ):
        stop(desk.at(stopped_at), case_id)
        restart(desk.at(restarted_at), case_id)

    stage = stage_of(desk, case_id)
    assert (stage.stopped_days, stage.due_at) == (2, shanghai("2024-04-03 00:00"))


def test_nothing_lapses_while_the_clock_stands_still_and_all_that_was_left_is_left_afterwards(desk: Desk) -> None:
    case_id = in_review(desk)
    stop(desk.at("2024-03-29 23:59"), case_id)

    with pytest.raises(Refused, match="CLOCK_STOPPED"):
        lapse(desk.at("2024-05-20 09:00"), case_id)
    restart(desk, case_id)
    due_at = shanghai("2024-05-21 00:00")  # the last day of the limit is the day of the restart
    assert stage_of(desk, case_id).due_at == due_at
    with pytest.raises(Refused, match="NOT_DUE"):
        lapse(desk.at(due_at - timedelta(milliseconds=1)), case_id)
    lapse(desk.at(due_at), case_id)
    assert stage_of(desk, case_id).is_overdue


@pytest.mark.parametrize("verdict", ["pass", "refuse"])
def test_a_decision_is_possible_while_the_clock_stands_still_and_ends_the_stop(desk: Desk, verdict: str) -> None:
    case_id = in_review(desk)
    stop(desk.at("2024-03-06 09:00"), case_id)

    if verdict == "pass":
        desk.review(case_id)
        assert (stage_of(desk, case_id).key, stage_of(desk, case_id).stop) == ("issuance", None)
    else:
        desk.review(case_id, verdict=VERDICT_REFUSE, code="BJ_E_DIRECTION", reason="不属于支持方向")
        assert not desk.case(case_id).is_open


def test_a_clock_is_stopped_until_the_last_instant_of_its_last_day(desk: Desk) -> None:
    first = in_review(desk)
    second = desk.accepted_case(an_application(a_contract(number="HT-2")))
    due_at = shanghai("2024-03-30 00:00")

    stop(desk.at(due_at - timedelta(milliseconds=1)), first)
    with pytest.raises(Refused, match="NO_DEADLINE"):
        stop(desk.at(due_at), second)
    lapse(desk, second)
    with pytest.raises(Refused, match="NO_DEADLINE"):
        stop(desk, second)


def test_only_who_holds_the_stage_stops_and_restarts_its_clock(desk: Desk) -> None:
    case_id = in_review(desk)

    with pytest.raises(Refused, match="ROLE_MISMATCH"):
        stop(desk, case_id, actor=ACCEPTANCE)
    stop(desk, case_id)
    for actor in (ACCEPTANCE, SYSTEM):
        with pytest.raises(Refused, match="ROLE_MISMATCH"):
            restart(desk, case_id, actor)


def test_a_clock_that_stands_still_is_not_stopped_again_and_one_that_runs_is_not_restarted(desk: Desk) -> None:
    case_id = in_review(desk)

    with pytest.raises(Refused, match="CLOCK_RUNNING"):
        restart(desk, case_id)
    stop(desk, case_id)
    with pytest.raises(Refused) as refused:
        stop(desk, case_id, "expert_review")
    assert (refused.value.code, refused.value.clause) == ("CLOCK_STOPPED", "行政许可法45")
    assert "2024-03-01" in refused.value.message("zh")


def test_a_reason_that_the_plan_does_not_give_is_refused_with_those_that_it_gives(desk: Desk) -> None:
    case_id = in_review(desk)

    with pytest.raises(Refused) as refused:
        stop(desk, case_id, "holiday")

    assert refused.value.code == "STOP_REASON_UNKNOWN"
    assert "inspection（现场核查）、expert_review（专家评审）" in refused.value.message("zh")


def test_an_applicants_own_time_never_stands_still(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    missing = RequestCorrection(case_id=case_id, stage="acceptance", items=["合同附件"])
    desk.send(ACCEPTANCE, request_correction=missing)

    with pytest.raises(Refused, match="STOP_REASON_UNKNOWN"):
        stop(desk, case_id, actor=ACCEPTANCE, stage="correction")


# Stops that end by themselves


def test_a_stop_of_two_days_ends_with_the_second_whoever_says_so_and_however_late(desk: Desk) -> None:
    contracts = (a_contract(number=number) for number in ("HT-1", "HT-2", "HT-3"))
    cases = [desk.accepted_case(an_application(contract)) for contract in contracts]
    for case_id in cases:
        stop(desk.at("2024-03-07 09:00"), case_id, "expert_review")
    ends_at = shanghai("2024-03-09 00:00")

    with pytest.raises(Refused, match="NOT_DUE"):
        restart(desk.at(ends_at - timedelta(milliseconds=1)), cases[0], SYSTEM)
    restart(desk.at(ends_at), cases[0], SYSTEM)
    restart(desk.at("2024-03-20 09:00"), cases[1], SYSTEM)
    restart(desk, cases[2], REVIEW)

    for case_id in cases:
        assert stage_of(desk, case_id).due_at == shanghai("2024-04-03 00:00")
        (restarted,) = [event for event in desk.events(streams.case(case_id)) if isinstance(event, ClockRestarted)]
        assert (restarted.restarted_on, restarted.stopped_days) == ("2024-03-09", 2)


def test_somebody_may_end_a_limited_stop_early(desk: Desk) -> None:
    case_id = in_review(desk)
    stop(desk.at("2024-03-07 09:00"), case_id, "expert_review")

    assert "停止计时至2024-03-08" in card(desk, case_id)[0]

    restart(desk.at("2024-03-08 09:00"), case_id)

    assert stage_of(desk, case_id).stopped_days == 1


# Reminders


@pytest.mark.parametrize(("days_left", "begins_at"), [(3, "2024-03-26 00:00"), (1, "2024-03-28 00:00")])
def test_a_reminder_is_due_when_its_working_day_begins_and_not_a_moment_earlier(
    desk: Desk, days_left: int, begins_at: str
) -> None:
    case_id = in_review(desk)

    with pytest.raises(Refused, match="NOT_DUE"):
        remind(desk.at(shanghai(begins_at) - timedelta(milliseconds=1)), case_id, days_left)
    remind(desk.at(begins_at), case_id, days_left)

    assert desk.events(streams.case(case_id))[-1] == Reminded(stage="review", round=1, days_left=days_left)
    assert f"已提醒：余{days_left}个工作日" in card(desk, case_id)


def test_a_reminder_is_given_once_and_the_last_one_stands_for_those_before(desk: Desk) -> None:
    case_id = in_review(desk)
    desk.at("2024-03-28 09:00")

    for days_left in (1, 1, 3):
        remind(desk, case_id, days_left)

    assert [event.days_left for event in desk.events(streams.case(case_id)) if isinstance(event, Reminded)] == [1]


def test_a_deadline_that_moved_is_reminded_of_on_its_new_days(desk: Desk) -> None:
    case_id = in_review(desk)
    stop(desk.at("2024-03-25 09:00"), case_id)
    with pytest.raises(Refused, match="CLOCK_STOPPED"):
        remind(desk.at("2024-03-26 09:00"), case_id, 3)
    restart(desk.at("2024-03-27 09:00"), case_id)  # due by the end of 2 April

    with pytest.raises(Refused, match="NOT_DUE"):
        remind(desk, case_id, 3)
    remind(desk.at("2024-03-28 00:00"), case_id, 3)
    assert stage_of(desk, case_id).reminded == {3}


def test_nobody_is_reminded_of_what_the_plan_does_not_name_or_of_what_is_over(desk: Desk) -> None:
    case_id = in_review(desk)
    desk.at("2024-03-30 00:00")

    with pytest.raises(Refused, match="NO_DEADLINE"):
        remind(desk, case_id, 2)
    with pytest.raises(Refused, match="STAGE_NOT_OPEN"):
        remind(desk, case_id, 1, number=2)
    lapse(desk, case_id)
    with pytest.raises(Refused, match="NO_DEADLINE"):
        remind(desk, case_id, 1)


def test_an_applicant_who_mends_a_claim_is_not_reminded_of_the_officers_deadline(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    desk.send(ACCEPTANCE, request_correction=RequestCorrection(case_id=case_id, stage="acceptance", items=["合同附件"]))

    with pytest.raises(Refused, match="NO_DEADLINE"):
        remind(desk, case_id, 1, stage="correction")
