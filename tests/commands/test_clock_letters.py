"""That a clock stands still, and that it runs again, is told to the applicant in writing. (行政许可法 45)"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.notices import EditionLetters
from domain import letters
from domain.letters import Owed
from domain.wording import last_day
from duifu.v1.commands_pb2 import RestartClock, StopClock
from duifu.v1.work_pb2 import LetterRequest
from tests.desk import the_rulebook
from tests.rounds import RoundDesk, officer

REVIEWER = officer("city-reviewer")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    """A desk inside the window; city reviews may be stopped for an inspection."""
    opened = RoundDesk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


def in_city_review(desk: RoundDesk) -> str:
    """Opened on Thursday, 25 January, and due by the end of 26 February: the Spring Festival lies between."""
    return desk.bring_to(desk.apply(), "city_review")


def stop(desk: RoundDesk, case_id: str, on: str) -> None:
    asked = StopClock(case_id=case_id, stage="city_review", reason="inspection")
    desk.at(f"{on} 10:00").send(REVIEWER, stop_clock=asked)


def restart(desk: RoundDesk, case_id: str, on: str) -> None:
    desk.at(f"{on} 10:00").send(REVIEWER, restart_clock=RestartClock(case_id=case_id, stage="city_review"))


def owed(desk: RoundDesk, case_id: str) -> list[Owed]:
    about = ("stopped", "restarted")
    return [letter for letter in letters.owed(desk.case(case_id)) if letter.template in about]


def written(desk: RoundDesk, case_id: str, letter: Owed) -> str:
    request = LetterRequest(
        template=letter.template, words=letter.words, edition_sha256=desk.case(case_id).plan.edition_sha256
    )
    return EditionLetters(the_rulebook()).compose_letter(request).text


def test_a_stop_is_told_with_its_reason_the_time_it_takes_and_what_is_left(desk: RoundDesk) -> None:
    case_id = in_city_review(desk)

    stop(desk, case_id, "2024-01-30")

    (letter,) = owed(desk, case_id)
    text = written(desk, case_id, letter)
    assert letter.recipient == "示例算力运营1有限公司"
    assert "需现场核查，所需时间自2024-01-30起至恢复计时之日，不计入办理期限" in text
    assert "办理期限尚余18个工作日" in text


def test_a_restart_is_told_with_the_days_by_which_the_deadline_moved_and_the_new_one(desk: RoundDesk) -> None:
    case_id = in_city_review(desk)
    stop(desk, case_id, "2024-01-30")

    restart(desk, case_id, "2024-02-02")

    stage = desk.case(case_id).stage
    assert stage is not None
    assert stage.due_at is not None
    text = written(desk, case_id, owed(desk, case_id)[-1])
    assert "因现场核查自2024-01-30起停止计时，2024-02-02恢复；办理期限顺延3个工作日" in text
    assert f"时限至{last_day(stage.due_at)}" in text


def test_every_stop_and_every_restart_has_a_letter_of_its_own_that_stays_as_it_was(desk: RoundDesk) -> None:
    case_id = in_city_review(desk)
    stop(desk, case_id, "2024-01-30")
    first = owed(desk, case_id)
    restart(desk, case_id, "2024-02-02")
    stop(desk, case_id, "2024-02-05")
    restart(desk, case_id, "2024-02-06")

    told = owed(desk, case_id)

    assert [letter.letter_id for letter in told] == [
        f"{case_id}:letter:{moment}:city_review:{number}" for number in (1, 2) for moment in ("stopped", "restarted")
    ]
    assert told[:1] == first
    assert [letter.words["moved_by"] for letter in told] == ["", "3个工作日", "", "1个工作日"]


def test_a_decision_while_the_clock_stands_still_is_not_told_as_a_restart(desk: RoundDesk) -> None:
    case_id = in_city_review(desk)
    stop(desk, case_id, "2024-01-30")

    desk.pass_stage(case_id)

    assert [letter.template for letter in owed(desk, case_id)] == ["stopped"]
