"""What an auditor at a terminal is told of a case, in words and in JSON, with exit codes for scripts."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from commands.work import fold
from domain.kinds import VOUCHER as VOUCHER_KIND
from ledger import streams
from ledger.postgres import prepare
from ledger.store import Ledger
from tests.audit.histories import CLAIM, CONTACT, FIRST_QUARTER, REDEMPTION, SECOND_QUARTER, VOUCHER, a_spring
from tests.builders import an_application
from tests.desk import Desk
from tests.postgres import APP, Server

Duifu = Callable[..., Result]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ledger of a spring."""
    home = tmp_path_factory.mktemp("home")
    desk = Desk(home / "ledger.sqlite")
    a_spring(desk)
    desk.ledger.close()
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


@pytest.fixture
def audit(written: Path) -> Duifu:
    """Runs `duifu audit` on that folder."""
    return lambda *arguments: run(*arguments, "--home", str(written))


def data(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# In words


def test_a_case_is_told_one_line_for_each_event(audit: Duifu) -> None:
    shown = audit("replay", CLAIM)

    assert shown.exit_code == 0
    told = [line for line in shown.stdout.splitlines() if re.match(r" +\d+ +\d+  2024-", line)]
    assert len(told) == data(audit("replay", CLAIM, "--json"))["version"]
    assert re.fullmatch(
        r" +\d+ +\d+  2024-03-20 16:05  u-review-officer（review-officer）  审核：通过，核定¥240,000.00（BJ-3.2）",
        next(line for line in told if "审核：通过" in line),
    )


def test_a_date_gives_the_story_and_the_state_of_that_evening(audit: Duifu) -> None:
    shown = audit("replay", CLAIM, "--at", "2024-03-08").stdout

    assert "审核：由市经信局审核岗办理，时限至2024-04-08" in shown
    assert "  当前环节·名称：审核\n" in shown
    assert "  当前环节·时限：2024-04-08 24:00\n" in shown
    assert "已发放" not in shown


def test_the_last_leaf_and_the_streams_to_go_on_to_are_named(audit: Duifu, written: Path) -> None:
    shown = audit("replay", CLAIM).stdout
    with closing(sqlite3.connect(written / "ledger.sqlite")) as database:
        query = "SELECT leaf FROM stored_events WHERE originator_id = ? ORDER BY originator_version DESC"
        (leaf,) = database.execute(query, (streams.case(CLAIM),)).fetchone()

    assert f"sha256:{leaf.hex()}" in shown
    assert re.search(rf"voucher/{VOUCHER}　序号\d+　位置\d+", shown)
    assert re.search(r"enterprise-year/bj-slq-2023/91110108MAYT00001A/2024　序号\d+　位置\d+", shown)


def test_with_related_the_story_of_issuing_is_one(audit: Duifu) -> None:
    lines = audit("replay", CLAIM, "--with-related").stdout.splitlines()

    start = next(number for number, line in enumerate(lines) if f"【voucher/{VOUCHER}】" in line)
    assert "【contract/" in lines[start + 1]
    assert "【benefits/" in lines[start + 2]
    assert "【enterprise-year/" in lines[start + 3]
    assert "办结" in lines[start + 4]
    assert "【case/" not in "".join(lines)


def test_before_its_first_event_there_is_nothing_to_tell(audit: Duifu) -> None:
    shown = audit("replay", CLAIM, "--at", "2023-12-31")

    assert shown.exit_code == 0
    assert "此时尚无事件" in shown.stdout


def test_names_and_account_numbers_are_not_shown(audit: Duifu) -> None:
    ways = ((), ("--json",), ("--with-related", "--json"), ("--diff", "0", "2024-12-31"))
    told = [audit("replay", case_id, *how).stdout for case_id in (CLAIM, REDEMPTION) for how in ways]

    hidden = ("0200000000000", "岗位人员", CONTACT.name, CONTACT.mobile)
    assert [value for value in hidden for shown in told if value in shown] == []
    assert "  申报材料·联系人·手机号码：— → [密]\n" in told[3]
    assert f"  申报材料·联系人·账号：— → {CONTACT.person_id}\n" in told[3]
    assert "  兑付申请·收款账户·号码：— → ****9999\n" in told[7]


def test_a_rehearsal_says_so_and_when_each_event_was_really_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite", "2026-01-05 09:00").rehearse_from("2024-03-01")
    a_case = desk.submit(an_application())
    desk.ledger.close()

    shown = run("replay", a_case, "--home", str(tmp_path)).stdout

    assert "【演练】" in shown
    assert "2024-03-01 09:00（记录于2026-01-05 09:00）" in shown


# Differences


def test_a_difference_shows_old_and_new_and_the_events_in_between(audit: Duifu) -> None:
    shown = audit("replay", CLAIM, "--diff", "2024-03-04", "2024-03-06").stdout

    assert "  申报材料·合同·合计：¥1,000,000.00 → ¥1,200,000.00\n" in shown
    assert "提交补正" in shown
    assert "要求补正" not in shown


def test_a_difference_may_be_asked_for_backwards(audit: Duifu) -> None:
    forth, back = (data(audit("replay", CLAIM, "--diff", *ends, "--json")) for ends in (("@6", "80"), ("80", "@6")))

    assert [(c["path"], c["old"], c["new"]) for c in forth["changes"]] == [
        (c["path"], c["new"], c["old"]) for c in back["changes"]
    ]
    assert forth["events"] == back["events"]
    assert forth["from"] == back["to"]
    assert "当时尚未发生" in audit("replay", CLAIM, "--diff", "80", "@6").stdout


def test_between_a_moment_and_itself_nothing_changed(audit: Duifu) -> None:
    same = data(audit("replay", CLAIM, "--diff", "2024-03-06", "2024-03-06", "--json"))

    assert (same["changes"], same["events"]) == ([], [])
    assert "状态相同" in audit("replay", CLAIM, "--diff", "2024-03-06", "2024-03-06").stdout


# For machines


def test_json_has_every_event_with_who_when_why_and_its_leaf(audit: Duifu) -> None:
    content = data(audit("replay", CLAIM, "--position", "4", "--json"))

    assert set(content) == {
        "stream", "asOf", "version", "position", "standing", "lastLeaf", "state", "events", "related"
    }  # fmt: skip
    assert (content["asOf"], content["version"], content["position"]) == ({"position": 4}, 2, 4)
    event = content["events"][1]
    assert set(event) == {
        "stream", "version", "position", "topic", "businessAt", "recordedAt", "actor", "commandId", "sentence",
        "clause", "event", "leaf",
    }  # fmt: skip
    assert (event["topic"], event["clause"]) == ("duifu.v1.StageOpened", "BJ-4.2")
    assert event["actor"]["authentication"] == "AUTHENTICATION_DECLARED"
    assert event["leaf"] == content["lastLeaf"]
    assert content["state"]["stage"]["waitsOn"] == "市经信局受理岗"
    assert {head["stream"].partition("/")[0] for head in content["related"]} == {"register", "subject"}


def test_json_says_by_which_clock_a_time_was_read(audit: Duifu) -> None:
    content = data(audit("replay", CLAIM, "--at", "2024-03-08", "--by", "recorded", "--json"))

    assert content["asOf"] == {"before": "2024-03-09T00:00:00+08:00", "clock": "recorded"}


def test_amounts_are_exact_in_json(audit: Duifu, written: Path) -> None:
    with closing(Ledger(written / "ledger.sqlite")) as ledger:
        voucher, _ = fold(ledger, streams.voucher(VOUCHER), VOUCHER_KIND)

    state = data(audit("replay", VOUCHER, "--json"))["state"]

    assert state["faceValueFen"] == voucher.face_value_fen
    assert state["eligibleFen"] == str(voucher.eligible_fen)
    assert list(state["invoices"]) == list(voucher.invoices)


@pytest.mark.parametrize("subject", [FIRST_QUARTER, SECOND_QUARTER, VOUCHER, "command/test-1", "deployment"])
def test_every_kind_of_stream_can_be_told(audit: Duifu, subject: str) -> None:
    shown = audit("replay", subject)

    assert shown.exit_code == (3 if subject == "deployment" else 0)  # a production ledger has no events there


# Wrong questions, broken evidence


def test_an_unknown_case_is_refused_with_similar_ones(audit: Duifu) -> None:
    result = audit("replay", "bj-claim-2024-000077")

    assert result.exit_code == 3
    assert f"Similar: case/{CLAIM}" in result.output
    assert "duifu case list" in result.output


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("--at", "2024-03-08", "--position", "4"), "at most one of --at TIME, --position N and --diff A B"),
        (("--at", "2024-03-08", "--diff", "1", "2"), "at most one of --at TIME, --position N and --diff A B"),
        (("--at", "soon"), "'soon' is no moment"),
        (("--diff", "1", "2024-02-30"), "'2024-02-30' is no moment"),
        (("--position", "5000"), "the ledger ends at position"),
        (("--at", "20240308"), "a date written 2024-03-31"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_can(audit: Duifu, question: tuple[str, ...], said: str) -> None:
    result = audit("replay", CLAIM, *question)

    assert result.exit_code == 2
    assert said in result.output


def test_broken_evidence_is_exit_code_3_and_says_where(written: Path, tmp_path: Path) -> None:
    shutil.copy(written / "ledger.sqlite", tmp_path / "ledger.sqlite")
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database, database:
        lost = "DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 3"
        database.execute(lost, (streams.case(CLAIM),))

    result = run("replay", CLAIM, "--home", str(tmp_path))

    assert result.exit_code == 3
    assert "The evidence is broken" in result.output
    assert "version 3 is missing" in result.output


def test_a_folder_without_a_ledger_is_unavailable(tmp_path: Path) -> None:
    result = run("replay", CLAIM, "--home", str(tmp_path / "nowhere"))

    assert result.exit_code == 4
    assert not (tmp_path / "nowhere").exists()


def test_an_audit_leaves_the_ledger_as_it_is(written: Path, tmp_path: Path) -> None:
    shutil.copy(written / "ledger.sqlite", tmp_path / "ledger.sqlite")
    (tmp_path / "ledger.sqlite").chmod(0o444)
    before = (tmp_path / "ledger.sqlite").read_bytes()

    assert run("replay", CLAIM, "--home", str(tmp_path)).exit_code == 0
    assert (tmp_path / "ledger.sqlite").read_bytes() == before


@pytest.mark.parametrize("command", ["replay", "refusals"])
def test_help_teaches_with_examples(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert f"\n    duifu audit {command} --" in result.output or f"\n    duifu audit {command} bj-" in result.output


# PostgreSQL


@pytest.fixture
def postgres_spring(postgres_server: Server) -> Iterator[str]:
    """The address of the same spring in PostgreSQL."""
    database = postgres_server.new_database()
    prepare(postgres_server.url(database), APP)
    desk = Desk(postgres_server.url(database, APP))
    a_spring(desk)
    desk.ledger.close()
    yield postgres_server.url(database, APP)
    postgres_server.drop(database)


def test_a_postgres_ledger_tells_the_same_story(
    audit: Duifu, postgres_spring: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [("replay", CLAIM), ("replay", CLAIM, "--with-related"), ("replay", FIRST_QUARTER), ("refusals",)]
    on_file = [but_for_leaves(audit(*question)) for question in asked]
    monkeypatch.setenv("DUIFU_LEDGER", postgres_spring)

    assert [but_for_leaves(run(*question)) for question in asked] == on_file


def but_for_leaves(result: Result) -> str:
    """What was said, without the leaves: personal values are sealed anew each time, and leaves cover what is stored."""
    assert result.exit_code == 0, result.output
    return re.sub("叶 sha256:[0-9a-f]{64}", "叶", result.stdout)
