"""duifu views at a terminal: what it prints, as of which position, and its exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from duifu.v1.events_pb2 import HeadroomIssued
from ledger import streams
from tests.builders import BUYER, PROGRAMME, a_contract, an_application
from tests.desk import Desk
from tests.views.conftest import Places, on_sqlite
from tests.views.histories import FIRMS, cycle_id
from tests.views.test_conservation import insert
from tests.views.test_following import edit
from views.store import opened

Duifu = Callable[..., Result]


@pytest.fixture
def duifu(places: Places, monkeypatch: pytest.MonkeyPatch) -> Duifu:
    """Runs the command; the environment says where ledger and views are."""
    monkeypatch.setenv("DUIFU_LEDGER", places.ledger)
    monkeypatch.setenv("DUIFU_VIEWS", places.views)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["views", *arguments], terminal_width=200)

    return run


def asked(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@on_sqlite
def test_before_anything_was_built_a_reader_is_told_how(started: Desk, duifu: Duifu) -> None:
    for command in ("cases", "status"):
        result = duifu(command)

        assert result.exit_code == 4
        assert "There are no views yet. Build them with: duifu views rebuild" in result.output


def test_an_answer_names_the_position_it_is_of_and_how_far_behind_it_is(started: Desk, duifu: Duifu) -> None:
    built = asked(duifu("rebuild", "--json"))
    position = started.ledger.head()
    started.submit(an_application(a_contract(number="later")))
    head = started.ledger.head()

    in_words, in_json, status = duifu("cases"), asked(duifu("cases", "--json")), asked(duifu("status", "--json"))

    assert (built["position"], built["isCurrent"]) == (position, True)
    assert f"截至账本位置 {position}，账本已到 {head}，落后 {head - position}" in in_words.output
    assert [in_json[name] for name in ("generation", "position", "head", "behind")] == [
        1,
        position,
        head,
        head - position,
    ]
    assert len(in_json["rows"]) == 10
    assert [(one["state"], one["behind"]) for one in status["generations"]] == [("current", head - position)]


@on_sqlite
def test_cases_are_picked_by_whom_they_wait_on_and_by_whose_they_are(year: Desk, duifu: Duifu) -> None:
    duifu("rebuild")

    everything = asked(duifu("cases", "--json"))["rows"]
    for option, column, value in (
        ("--waits-on", "waitsOn", "市经信局审核岗"),
        ("--uscc", "applicantUscc", FIRMS[2].uscc),
        ("--programme", "programmeId", PROGRAMME),
    ):
        picked = asked(duifu("cases", option, value, "--json"))["rows"]
        assert picked == [row for row in everything if row[column] == value] != []
    under_way = asked(duifu("cases", "--open", "--json"))["rows"]
    assert under_way == [row for row in everything if row["outcome"] is None] != []
    assert asked(duifu("cases", "--programme", "another", "--json"))["rows"] == []


@on_sqlite
def test_a_case_is_overdue_from_the_day_after_its_last_day(desk: Desk, duifu: Duifu) -> None:
    case_id = desk.submit(an_application())
    duifu("rebuild")
    due_on = asked(duifu("cases", "--json"))["rows"][0]["dueOn"]

    on_the_last_day = duifu("cases", "--overdue", "--as-of", due_on, "--json")
    on_the_day_after = duifu("cases", "--overdue", "--as-of", "2024-03-09", "--json")

    assert due_on == "2024-03-08"
    assert asked(on_the_last_day)["rows"] == []
    assert [row["caseId"] for row in asked(on_the_day_after)["rows"]] == [case_id]
    assert [row["caseId"] for row in asked(duifu("cases", "--overdue", "--json"))["rows"]] == [case_id]  # years later
    assert duifu("cases", "--as-of", due_on).exit_code == 2


def test_every_view_is_shown_in_words_and_as_json(year: Desk, duifu: Duifu) -> None:
    duifu("rebuild")
    commands = {
        ("vouchers", "--uscc", FIRMS[1].uscc): "bj-voucher-2024-000002",
        ("vouchers", "--status", "unused"): "bj-voucher-2024-000001",
        ("enterprise-years", "--year", "2024"): FIRMS[2].uscc,
        ("cycles", "--year", "2024"): cycle_id("2024Q1"),
        ("pool",): PROGRAMME,
        ("conservation",): "兑付额度",
    }

    for command, says in commands.items():
        in_words, in_json = duifu(*command), asked(duifu(*command, "--json"))

        assert (in_words.exit_code, says in in_words.output) == (0, True), in_words.output
        amounts = [value for row in in_json["rows"] for name, value in row.items() if name.endswith("Fen")]
        assert amounts
        assert all(isinstance(amount, int) for amount in amounts)


@on_sqlite
def test_books_that_do_not_agree_end_with_exit_code_3_and_are_named(year: Desk, duifu: Duifu) -> None:
    stream = streams.enterprise_year(PROGRAMME, FIRMS[0].uscc, 2024)
    insert(year, stream, HeadroomIssued(case_id="bj-claim-2024-000099", amount_fen=1))
    duifu("rebuild")

    result = duifu("conservation")

    assert result.exit_code == 3
    assert "-¥0.01" in result.stdout
    assert "账账不符：发放额度（issue-headroom）" in result.stderr
    assert duifu("conservation", "--json").exit_code == 3


@on_sqlite
def test_a_broken_ledger_ends_a_rebuild_with_exit_code_3_and_the_position(
    started: Desk, places: Places, duifu: Duifu
) -> None:
    edit(places.ledger, "DELETE FROM stored_events WHERE rowid = 7")

    result = duifu("rebuild")

    assert result.exit_code == 3
    assert "expected position 7, found 8" in result.output


@on_sqlite
def test_a_rebuild_beside_another_is_refused(started: Desk, places: Places, duifu: Duifu) -> None:
    with opened(places.views) as others, others.recorder.lease("rebuild"):
        result = duifu("rebuild")

    assert result.exit_code == 3
    assert "Another process is building the next generation" in result.output


@on_sqlite
def test_old_tables_go_when_asked(started: Desk, duifu: Duifu) -> None:
    duifu("rebuild")

    assert asked(duifu("rebuild", "--json"))["dropped"] == []
    assert asked(duifu("rebuild", "--drop-old", "--json"))["dropped"] == [1, 2]
    assert [one["generation"] for one in asked(duifu("status", "--json"))["generations"]] == [3]


@on_sqlite
def test_built_without_a_switch_it_waits_for_the_next_call(started: Desk, duifu: Duifu) -> None:
    duifu("rebuild")

    duifu("rebuild", "--no-switch")

    states = [(one["generation"], one["state"]) for one in asked(duifu("status", "--json"))["generations"]]
    assert states == [(1, "current"), (2, "building")]


def test_a_running_follower_serves_who_waits_and_stops_when_asked(desk: Desk, duifu: Duifu) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "views", "run"],
        env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while duifu("status").exit_code:
            assert process.poll() is None, "the follower has ended"
            assert time.monotonic() < deadline, "nothing was built"
        desk.submit(an_application())

        answer = asked(duifu("cases", "--wait", str(desk.ledger.head()), "--json"))

        assert [row["applicantUscc"] for row in answer["rows"]] == [BUYER.uscc]
        assert answer["behind"] == 0
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "stopped; start again to continue" in said


@on_sqlite
def test_a_rehearsal_says_so_in_every_answer(desk: Desk, duifu: Duifu) -> None:
    desk.rehearse_from("2024-03-01").submit(an_application())
    duifu("rebuild")

    assert "【演练】案件：1 行" in duifu("cases").output
    assert asked(duifu("pool", "--json"))["isRehearsal"] is True
