"""A round at a terminal: where it stands, what officers put on record beside decisions, and what the public says."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import output
from cli.__main__ import main
from domain.money import yuan
from duifu.v1.commands_pb2 import AdvanceRehearsal
from duifu.v1.events_pb2 import CASE_OUTCOME_CANCELLED
from tests.builders import OPERATOR
from tests.rounds import ROUND_ID, RoundDesk

Duifu = Callable[..., Result]
APPROVER = ("--role", "district-approver", "--actor", "district-approver.1")
CENTRE = ("--role", "centre-officer", "--actor", "centre-officer.1")
NOTICE = ("--role", "city-notice-officer", "--actor", "he.jing")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    """A desk that rehearses from inside the window by the machine's own clock, as the terminal does."""
    opened = RoundDesk(tmp_path / "ledger.sqlite")
    opened.at(datetime.now(UTC)).rehearse_from("2024-01-25")
    yield opened
    opened.ledger.close()


@pytest.fixture
def duifu(desk: RoundDesk, tmp_path: Path) -> Duifu:
    """Runs the command on the desk's folder."""
    return lambda *arguments: CliRunner().invoke(main, [*arguments, "--home", str(tmp_path)], terminal_width=200)


@pytest.fixture
def shared(desk: RoundDesk) -> list[str]:
    """Two results in the public notice; the pool suffices for both."""
    cases = [desk.determined(1), desk.determined(2)]
    until = int(desk.round().closes_at.timestamp())
    desk.send(OPERATOR, advance_rehearsal=AdvanceRehearsal(business_seconds=until))
    desk.system(allocate_round={"round_id": ROUND_ID})
    return cases


def done(result: Result) -> Result:
    assert result.exit_code == 0, result.output
    return result


def shown(duifu: Duifu, *how: str) -> Any:
    return json.loads(done(duifu("round", "show", ROUND_ID, "--json", *how)).stdout)


# Reading


def test_a_round_is_listed_and_shown_with_what_everybody_gets_of_each_level(
    duifu: Duifu, desk: RoundDesk, shared: list[str]
) -> None:
    (listed,) = json.loads(done(duifu("round", "list", "--json")).stdout)
    in_json, in_words = shown(duifu), done(duifu("round", "show", ROUND_ID)).output

    assert (listed["roundId"], listed["joined"], listed["standing"]) == (ROUND_ID, 2, "2024年度公示中：2家")
    assert [(one["caseId"], one["standing"], one["levels"]) for one in in_json["applicants"]] == [
        (case_id, "noticed", {"city": yuan(2_500_000), "district": yuan(2_500_000)}) for case_id in shared
    ]
    assert (in_json["allocations"], in_json["objections"], in_json["orders"]) == (1, [], [])
    assert all(word in in_words for word in ("公示中", "公示至", "市级", "区级", *shared))


def test_orders_are_shown_with_their_treasury_and_its_answer(
    duifu: Duifu, desk: RoundDesk, shared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output.console, "_width", 200)  # so that no word of a table is broken up
    until = max(one.notice_closes_at for one in desk.round().applicants.values() if one.notice_closes_at)
    desk.send(OPERATOR, advance_rehearsal=AdvanceRehearsal(business_seconds=int(until.timestamp())))
    desk.system(close_notice={"round_id": ROUND_ID})
    desk.release(*shared)
    desk.order()
    first, second, *_ = desk.round().outstanding()
    desk.report(first.order_id)
    desk.report(second.order_id, comes_back=True)

    orders = shown(duifu)["orders"]

    assert [(order["level"], order["treasury"], order["result"]) for order in orders[:3]] == [
        ("city", "青岛市财政局国库", "settled"),
        ("district", "崂山区财政局国库", "returned"),
        ("city", "青岛市财政局国库", ""),
    ]
    done(duifu("views", "rebuild"))
    for reading in (("round", "show", ROUND_ID), ("views", "round-payments"), ("audit", "replay", f"round/{ROUND_ID}")):
        told = done(duifu(*reading)).output.partition("此时的状态")
        in_words = (told[2] or told[0]).partition("最后一个事件")[0]
        assert [
            word for word in ("已支付", "支付退", "待国库") if word not in in_words
        ] == []  # long words are broken up
        assert not [word for word in ("settled", "returned", "under-way", "cleared", "250000000") if word in in_words]


def test_an_unknown_round_is_refused_with_the_known_ones(duifu: Duifu, desk: RoundDesk) -> None:
    desk.apply()

    result = duifu("round", "show", "qd-slzx-2023")

    assert result.exit_code == 3
    assert f"Known: {ROUND_ID}" in result.output


# The public


def test_an_objection_is_kept_once_shown_masked_and_settled(duifu: Duifu, desk: RoundDesk, shared: list[str]) -> None:
    said = ("round", "object", shared[0], "--objector", "public.1", "--objector-name", "张三丰", "--text", "合同未履行")

    first, again = (json.loads(done(duifu(*said, *NOTICE, "--json")).stdout) for _ in range(2))
    (masked,), (unmasked,) = shown(duifu)["objections"], shown(duifu, "--unmask")["objections"]

    assert again["receipt"]["isRepeat"]
    assert again["receipt"]["commandId"] == first["receipt"]["commandId"]
    assert masked["objectorName"] != unmasked["objectorName"] == "张三丰"
    assert masked["settled"] is None
    settled = ("round", "settle", shared[0], "1", "--dismiss", "--reason", "经核实，合同已履行")
    done(duifu(*settled, *NOTICE))
    (after,) = shown(duifu)["objections"]
    assert (after["settled"]["isUpheld"], after["settled"]["reason"]) == (False, "经核实，合同已履行")


def test_an_objection_is_settled_one_way_or_the_other(duifu: Duifu, shared: list[str]) -> None:
    result = duifu("round", "settle", shared[0], "1", "--reason", "经核实", *NOTICE)

    assert result.exit_code == 2
    assert "--uphold" in result.output


def test_an_objection_that_nobody_made_is_refused(duifu: Duifu, shared: list[str]) -> None:
    result = duifu("round", "settle", shared[0], "1", "--uphold", "--reason", "成立", *NOTICE)

    assert result.exit_code == 3
    assert "OBJECTION_UNKNOWN" in result.output


# What officers do beside deciding


def test_outputs_are_put_on_record_by_number_or_by_their_file(duifu: Duifu, desk: RoundDesk, tmp_path: Path) -> None:
    case_id = desk.bring_to(desk.apply(), "finance_notice")
    document = tmp_path / "电子版.zip"
    document.write_bytes(b"electronic")

    letter = ("case", "output", case_id, "finance_notice", "finance_letter", "--number", "青高新函〔2024〕1号")
    done(duifu(*letter, *APPROVER))
    done(duifu("case", "decide", case_id, "--stage", "finance_notice", "--pass", *APPROVER))
    delivered = ("case", "output", case_id, "recommendation", "electronic_set", "--file", str(document))
    done(duifu(*delivered, "--note", "光盘一张", *APPROVER))

    outputs = desk.case(case_id).outputs
    assert "青高新函〔2024〕1号" in outputs["finance_notice", "finance_letter"].text
    assert outputs["recommendation", "electronic_set"].sha256 == sha256(b"electronic").hexdigest()


def test_a_document_is_named_by_its_file_or_by_its_digest_never_by_both(duifu: Duifu, tmp_path: Path) -> None:
    document = tmp_path / "x.pdf"
    document.write_bytes(b"x")

    result = duifu("case", "output", "c", "s", "o", "--file", str(document), "--sha256", "ab" * 32, *APPROVER)

    assert result.exit_code == 2
    assert "say at most one of --file and --sha256" in result.output


def test_a_case_is_sent_back_inside_the_authority(duifu: Duifu, desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "completeness_review")
    asked = ("case", "send-back", case_id, "--stage", "completeness_review", "--reason", "缺纸质件", *CENTRE)

    ahead, back = duifu(*asked, "--to", "release"), duifu(*asked, "--to", "recommendation")

    assert (ahead.exit_code, done(back).exit_code) == (3, 0)
    assert "REWORK_NOT_ALLOWED" in ahead.output
    assert desk.open_stage(case_id) == "recommendation"


def test_the_clock_of_an_inspection_stands_still_and_runs_again(duifu: Duifu, desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "city_review")
    city = ("--stage", "city_review", "--role", "city-reviewer", "--actor", "city-reviewer.1")

    done(duifu("case", "stop-clock", case_id, "--reason", "inspection", *city))
    stopped = desk.case(case_id).stage
    done(duifu("case", "restart-clock", case_id, "--note", "核查完毕", *city))
    running = desk.case(case_id).stage

    assert stopped is not None
    assert stopped.stop is not None
    assert stopped.stop.title == "现场核查"
    assert running is not None
    assert running.stop is None


def test_an_answer_is_put_in_by_hand_with_the_document_that_shows_it(
    duifu: Duifu, desk: RoundDesk, tmp_path: Path
) -> None:
    case_id = desk.apply()
    answer = tmp_path / "answer.yaml"
    answer.write_text(
        "{check: credit_china, outcome: CHECK_OUTCOME_CLEAN, source: 信用中国, credit: {}, "
        "queriedAt: 2024-01-25T01:00:00Z}",
        "utf-8",
    )
    by_hand = ("case", "enter-check", case_id, str(answer), "--stage", "preliminary_review", "--reason", "接口停用")
    officer = ("--role", "district-reviewer", "--actor", "district-reviewer.2")

    bare, shown = duifu(*by_hand, *officer), duifu(*by_hand, "--sha256", "ab" * 32, *officer)

    assert bare.exit_code == 3
    assert "EVIDENCE_MISSING" in bare.output
    done(shown)
    assert desk.case(case_id).entered_by == {"credit_china": "district-reviewer.2"}


def test_a_veto_ends_a_case_and_leaves_its_round(duifu: Duifu, desk: RoundDesk, shared: list[str]) -> None:
    asked = ("case", "veto", shared[1], "--code", "QD_E_VETO", "--reason", "列入青岛市安全生产黑名单")
    officer = ("--role", "city-approver", "--actor", "gao.yuan")

    done(duifu(*asked, "--sha256", "ab" * 32, *officer))

    assert desk.closed_case(shared[1]).outcome == CASE_OUTCOME_CANCELLED
    assert [one["standing"] for one in shown(duifu)["applicants"]] == ["noticed", "left"]


def test_a_rate_of_the_round_is_determined_at_the_terminal(duifu: Duifu, desk: RoundDesk) -> None:
    case_id = desk.bring_to(desk.apply(), "determination")
    desk.answer(case_id)
    approver = ("--role", "city-approver", "--actor", "city-approver.1", "--stage", "determination")

    done(duifu("case", "decide", case_id, *approver, "--pass", "--approve-rate", "40/100", "--reason", "本轮统一比例"))

    assert desk.case(case_id).approval.approved_rate == "40/100"
