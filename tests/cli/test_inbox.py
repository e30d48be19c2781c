"""What an officer finds at a terminal: what waits on the role, what of it they may take, and many decisions at once."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from duifu.v1.commands_pb2 import Actor, ClaimTask, DelegateRole
from tests.builders import ACCEPTANCE, PROGRAMME, a_contract, an_application, applicant, clean_checks
from tests.commands.joint import FINANCE, MEMBERS, a_joint_desk, in_review, opine
from tests.desk import Desk
from tests.ledger.people import a_contact

Duifu = Callable[..., Result]
ROLE = ACCEPTANCE.role
WANG = ("--role", ROLE, "--actor", "wang.fang")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk that rehearses from 1 March 2024 by the machine's own clock, as the terminal does."""
    opened = Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from("2024-03-01")
    yield opened
    opened.ledger.close()


@pytest.fixture
def duifu(desk: Desk, tmp_path: Path) -> Duifu:
    """Runs the command on the desk's folder."""

    def run(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(tmp_path)], input=given)

    return run


def submitted(desk: Desk, number: str, contact: str = "") -> str:
    application = an_application(a_contract(number=number))
    if contact:
        application.contact.CopyFrom(a_contact(contact))
    return desk.submit(application)


def claimed(desk: Desk, case_id: str, account: str = "zhao.lei") -> None:
    desk.send(Actor(id=account, role=ROLE), claim_task=ClaimTask(case_id=case_id, stage="acceptance"))


def listed(duifu: Duifu, *how: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = asked(duifu, *how)["rows"]
    return rows


def asked(duifu: Duifu, *how: str) -> dict[str, Any]:
    """The inbox when the views have followed the ledger, as they do beside a worker."""
    assert duifu("views", "rebuild").exit_code == 0
    return answered(duifu, *how)


def answered(duifu: Duifu, *how: str) -> dict[str, Any]:
    """The inbox of the views as they are."""
    result = duifu("inbox", "--json", *how)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def cases(rows: list[dict[str, Any]]) -> list[str]:
    return [row["caseId"] for row in rows]


# duifu inbox


def test_the_inbox_of_a_role_says_what_waits_on_it_since_when_until_when_and_who_has_it(
    desk: Desk, duifu: Duifu
) -> None:
    first, second = submitted(desk, "A"), submitted(desk, "B")
    claimed(desk, first)

    rows = listed(duifu, "--role", ROLE)

    assert cases(rows) == [first, second]
    assert (rows[0]["stage"], rows[0]["title"], rows[0]["roleTitle"]) == ("acceptance", "受理", "市经信局受理岗")
    assert (rows[0]["openedOn"], rows[0]["dueOn"], rows[0]["isOverdue"]) == ("2024-03-01", "2024-03-08", False)
    assert [(row["claimedBy"], row["claimedOn"]) for row in rows] == [("zhao.lei", "2024-03-01"), ("", "")]
    assert [kept["account"] for kept in rows[0]["excluded"]] == [applicant().id]
    assert rows[0]["programmeId"] == PROGRAMME


def test_a_case_that_moved_on_waits_on_the_next_role_and_a_closed_one_on_nobody(desk: Desk, duifu: Duifu) -> None:
    case_id = desk.accepted_case(an_application(a_contract(number="A")))
    desk.voucher_through_the_door(a_contract(number="B"))

    assert cases(listed(duifu, "--role", ROLE)) == []
    assert cases(listed(duifu, "--role", "review-officer")) == [case_id]


def test_the_inbox_of_a_person_leaves_out_what_is_in_other_hands_and_what_they_are_kept_from(
    desk: Desk, duifu: Duifu
) -> None:
    in_other_hands, of_nobody, own = submitted(desk, "A"), submitted(desk, "B"), submitted(desk, "C")
    claimed(desk, in_other_hands)
    claimed(desk, own, "wang.fang")

    assert cases(listed(duifu, "--role", ROLE, "--account", "wang.fang")) == [of_nobody, own]
    assert cases(listed(duifu, "--role", ROLE, "--account", applicant().id)) == []


def test_the_contact_of_one_case_finds_none_of_the_same_applicant(desk: Desk, duifu: Duifu) -> None:
    submitted(desk, "A", contact="ma.ming")
    submitted(desk, "B")

    assert listed(duifu, "--role", ROLE, "--account", "ma.ming") == []


def test_who_is_asked_for_an_opinion_finds_the_case_until_it_is_given(desk: Desk, duifu: Duifu) -> None:
    joint = a_joint_desk(desk)
    case_id = in_review(joint)
    finance, member = ("--role", FINANCE.role), ("--role", MEMBERS[0].role)

    before = cases(listed(duifu, *finance)), cases(listed(duifu, *finance, "--account", ACCEPTANCE.id))
    for actor in (FINANCE, MEMBERS[0]):
        opine(joint, actor, case_id)

    assert before == ([case_id], [])  # who accepted the case is kept apart from finance
    assert cases(listed(duifu, *finance)) == []
    assert cases(listed(duifu, *member, "--account", MEMBERS[0].id)) == []
    assert cases(listed(duifu, *member, "--account", MEMBERS[1].id)) == [case_id]


def test_the_inbox_is_of_one_programme_on_request(desk: Desk, duifu: Duifu) -> None:
    case_id = submitted(desk, "A")

    assert cases(listed(duifu, "--role", ROLE, "--programme", PROGRAMME)) == [case_id]
    assert listed(duifu, "--role", ROLE, "--programme", "qd-slzx") == []


def test_the_inbox_is_a_table_for_people(desk: Desk, duifu: Duifu) -> None:
    case_id = submitted(desk, "A")
    claimed(desk, case_id)

    duifu("views", "rebuild")
    shown = duifu("inbox", "--role", ROLE)

    assert shown.exit_code == 0
    assert "待办 1 件" in shown.output
    assert case_id in shown.output
    assert "zhao.lei" in shown.output
    assert "账本位置" not in shown.output


def test_a_limit_lists_what_is_due_first_and_says_how_many_there_are(desk: Desk, duifu: Duifu) -> None:
    first, second, _ = [submitted(desk, number) for number in "ABC"]
    claimed(desk, first)

    answer = asked(duifu, "--role", ROLE, "--account", "wang.fang", "--limit", "1")
    shown = duifu("inbox", "--role", ROLE, "--limit", "2")

    assert (cases(answer["rows"]), answer["waiting"], answer["behind"]) == ([second], 3, 0)
    assert "待办 2 件（先到期的；该岗位共 3 件）" in shown.output


def test_views_that_are_behind_are_waited_for_and_then_said_and_no_case_is_shown_that_has_moved_on(
    desk: Desk, duifu: Duifu, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_on, staying = submitted(desk, "A"), submitted(desk, "B")
    duifu("views", "rebuild")
    desk.record_checks(moved_on, *clean_checks())
    desk.accept(moved_on)
    late = submitted(desk, "C")
    monkeypatch.setattr("cli.inbox.CATCH_UP_SECONDS", 0)

    answer = answered(duifu, "--role", ROLE)
    shown = duifu("inbox", "--role", ROLE)

    assert cases(answer["rows"]) == [staying]
    assert answer["behind"] > 0
    assert f"账本已到 {desk.ledger.head()}，落后 {answer['behind']}" in shown.output
    assert late not in shown.output


def test_without_views_the_way_to_them_is_told(desk: Desk, duifu: Duifu) -> None:
    submitted(desk, "A")

    result = duifu("inbox", "--role", ROLE)

    assert result.exit_code == 4
    assert "duifu views rebuild" in result.stderr


def test_views_of_another_version_are_to_be_built_anew(desk: Desk, duifu: Duifu, tmp_path: Path) -> None:
    submitted(desk, "A")
    duifu("views", "rebuild")
    with closing(sqlite3.connect(tmp_path / "views.sqlite")) as views, views:
        views.execute("UPDATE view_generations SET schema_sha256 = 'older'")

    result = duifu("inbox", "--role", ROLE)

    assert result.exit_code == 3
    assert "duifu views rebuild" in result.stderr


# duifu case decide-batch


def a_batch(*decisions: tuple[str, str]) -> str:
    rows = [{"caseId": case_id, "stage": "acceptance", "verdict": verdict} for case_id, verdict in decisions]
    return json.dumps({"decisions": rows})


def test_a_batch_decides_each_and_a_refusal_of_one_stops_none(desk: Desk, duifu: Duifu) -> None:
    first, in_other_hands, last = submitted(desk, "A"), submitted(desk, "B"), submitted(desk, "C")
    claimed(desk, in_other_hands)
    given = a_batch(*((case_id, "VERDICT_PASS") for case_id in (first, in_other_hands, last)))

    result = duifu("case", "decide-batch", "-", *WANG, given=given)

    assert result.exit_code == 3
    assert "3 件：2 件已办，1 件被拒绝" in result.output
    assert f"2. {in_other_hands} acceptance" in result.output
    assert "[TASK_CLAIMED_BY_OTHER]" in result.stderr
    stages = [desk.case(case_id).stage for case_id in (first, in_other_hands, last)]
    assert [stage.key for stage in stages if stage] == ["review", "acceptance", "review"]
    assert desk.case(last).decisions[0].decided_by == "wang.fang"


def test_a_batch_sent_again_changes_nothing_and_tries_what_was_refused(desk: Desk, duifu: Duifu) -> None:
    first, second = submitted(desk, "A"), submitted(desk, "B")
    claimed(desk, second)
    given = a_batch((first, "VERDICT_PASS"), (second, "VERDICT_PASS"))
    duifu("case", "decide-batch", "-", *WANG, given=given)
    decided_once = desk.versions()

    again = duifu("case", "decide-batch", "-", *WANG, "--json", given=given)

    answers = json.loads(again.stdout)
    assert again.exit_code == 3
    assert [answer.get("receipt", {}).get("isRepeat") for answer in answers] == [True, None]
    assert answers[1]["refusal"]["code"] == "TASK_CLAIMED_BY_OTHER"
    assert desk.versions() == decided_once


def test_each_decision_of_a_batch_has_its_place_after_the_id_that_was_given(desk: Desk, duifu: Duifu) -> None:
    given = a_batch((submitted(desk, "A"), "VERDICT_PASS"), (submitted(desk, "B"), "VERDICT_PASS"))

    result = duifu("case", "decide-batch", "-", *WANG, "--command-id", "monday", "--json", given=given)

    assert result.exit_code == 0
    assert [answer["receipt"]["commandId"] for answer in json.loads(result.stdout)] == ["monday:1", "monday:2"]


def test_a_file_that_is_no_batch_is_sent_back(duifu: Duifu) -> None:
    result = duifu("case", "decide-batch", "-", *WANG, given='{"decision": []}')

    assert result.exit_code == 2
    assert "decision" in result.stderr


# --on-behalf-of


def test_who_has_a_role_on_loan_says_whose_it_is(desk: Desk, duifu: Duifu) -> None:
    case_id = submitted(desk, "A")
    decision = ("case", "decide", case_id, "--stage", "acceptance", *WANG, "--on-behalf-of", "zhao.lei", "--pass")

    missing = duifu(*decision)
    loan = DelegateRole(
        to="wang.fang",
        role=ROLE,
        programme_id=PROGRAMME,
        from_on="2024-03-01",
        through_on="2024-03-29",
        reason="出差",
    )
    desk.send(Actor(id="zhao.lei", role=ROLE), delegate_role=loan)
    lent = duifu(*decision)

    assert missing.exit_code == 3
    assert "[DELEGATION_MISSING]" in missing.stderr
    assert lent.exit_code == 0, lent.output
    assert desk.case(case_id).decisions[0].on_behalf_of == "zhao.lei"
