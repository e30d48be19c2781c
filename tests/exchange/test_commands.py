"""duifu exchange on a real ledger: questions go out, answers and applications come back, and twice is once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from cli.__main__ import main
from duifu.v1.commands_pb2 import RecordCheck, ReturnForRework
from duifu.v1.events_pb2 import CheckRecorded
from duifu.v1.facts_pb2 import CHECK_OUTCOME_HIT, DUPLICATE_KIND_SIMILAR, OPINION_KIND_DOES_NOT_CONFORM, Application
from exchange.unpacking import FILE_BYTES_MAX
from ledger import streams
from tests.builders import a_contract, a_firm
from tests.builders import an_application as a_claim
from tests.desk import Desk, the_rulebook
from tests.exchange.workbooks import Value, filled_in, part_of, sheets_of, with_part
from tests.programmes.qingdao import credit, unavailable
from tests.rounds import RoundDesk, a_bid, an_account, officer

Duifu = Callable[..., Result]
CREDIT, OPINIONS, DUPLICATES = "信用查询", "征求意见", "项目查重"
CHEN = ("--role", "district-reviewer", "--actor", "chen.jie")
CLERK = ("--programme", "qd-slzx", "--actor", "portal.clerk")
REPLY = b"%PDF reply"


@dataclass(frozen=True)
class Counter:
    """A desk with a terminal and a folder of files beside it."""

    desk: RoundDesk
    folder: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["exchange", *arguments], terminal_width=200)

    def at_home(self, *arguments: str) -> Result:
        return self.run(*arguments, "--home", str(self.folder))

    def asked(self, *how: str, name: str = "q.xlsx") -> Path:
        """The questions in a file."""
        done(self.at_home("questions", "--out", str(self.folder / name), *how))
        return self.folder / name

    def put_in(self, file: Path, *how: str, code: int = 0) -> list[dict[str, Any]]:
        """What became of each row of a file of answers, but for those that nobody answered."""
        result = self.at_home("answers", str(file), *CHEN, "--json", *how)
        assert result.exit_code == code, result.output
        return [item for item in json.loads(result.stdout) if item["outcome"] != "empty"]

    def filed(self, file: Path, *how: str, code: int = 0) -> list[dict[str, Any]]:
        """What became of each application of a file."""
        result = self.at_home("applications", str(file), *CLERK, "--json", *how)
        assert result.exit_code == code, result.output
        found: list[dict[str, Any]] = json.loads(result.stdout)
        return found

    def recorded(self, case_id: str, check: str) -> list[CheckRecorded]:
        told = self.desk.events(streams.case(case_id))
        return [event for event in told if isinstance(event, CheckRecorded) and event.result.check == check]


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command reads all programmes anew, which takes a second; here they are read once."""
    for module in ("front_door", "cli.exchange"):
        monkeypatch.setattr(f"{module}.Rulebook", lambda _: the_rulebook())


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A desk that rehearses from inside the window by the machine's own clock, as the terminal does."""
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    desk.at(datetime.now(UTC)).rehearse_from("2024-01-25")
    yield Counter(desk, tmp_path)
    desk.ledger.close()


def done(result: Result) -> Result:
    assert result.exit_code == 0, result.output
    return result


def answered(file: Path, *changes: tuple[str, int, str, Value]) -> Path:
    """The file after somebody filled it in."""
    file.write_bytes(filled_in(file.read_bytes(), *changes))
    return file


def outcomes(items: list[dict[str, Any]]) -> list[str]:
    return [item["outcome"] for item in items]


# Questions


def test_every_check_that_no_source_has_answered_is_asked_and_no_other(counter: Counter) -> None:
    case_id = counter.desk.apply()
    counter.desk.system(
        record_check=RecordCheck(case_id=case_id, stage="preliminary_review", round=1, result=credit("credit_china"))
    )
    away = unavailable("enforcement")
    counter.desk.system(record_check=RecordCheck(case_id=case_id, stage="preliminary_review", round=1, result=away))

    sheets = sheets_of(counter.asked().read_bytes())

    rows = {name: [dict(zip(sheets[name][0], row, strict=True)) for row in sheets[name][1:]] for name in sheets}
    credit_rows = {row["查询代码"]: row for row in rows[CREDIT]}
    assert credit_rows.keys() == {"enterprise_publicity", "environment_credit", "enforcement", "environment_penalties"}
    assert [credit_rows[name]["现状"] for name in ("enforcement", "environment_credit")] == ["无法查询", "未查询"]
    assert len(rows[OPINIONS]) == 4
    assert (
        rows[OPINIONS][1]["查询内容"]
        == "请节能部门就示例算力运营1有限公司申请青岛市人工智能算力中心运营服务补助出具意见"
    )
    (searched,) = rows[DUPLICATES]
    assert "QD-1-1（与示例客户501，2023-03-01至2023-06-30，¥10,000,000.00）" in str(searched["查询内容"])
    assert (searched["案件编号"], searched["查询自"], searched["结果"]) == (case_id, "2024-01-25", None)
    assert rows["清单"][0]["账本位置"] == str(counter.desk.ledger.head())


@pytest.mark.parametrize("name", ["q.xlsx", "q.json"])
def test_the_same_state_gives_the_same_bytes_and_another_state_others(counter: Counter, name: str) -> None:
    counter.desk.apply(1)
    first, second = counter.asked(name=name).read_bytes(), counter.asked(name=name).read_bytes()
    counter.desk.apply(2)

    assert first == second
    assert counter.asked(name=name).read_bytes() != first


def test_what_somebody_has_put_in_is_not_asked_again_nor_a_closed_case(counter: Counter) -> None:
    counter.desk.apply()
    file = answered(counter.asked(), (OPINIONS, 2, "结果", "未发现（符合）"), (OPINIONS, 2, "答复日期", "2024-01-25"))

    counter.put_in(file)

    assert [row[4] for row in sheets_of(counter.asked().read_bytes())[OPINIONS][1:]] == [
        "opinion_energy",
        "opinion_police",
        "opinion_court",
    ]


def test_questions_are_narrowed_and_a_wrong_name_is_told_the_right_ones(
    counter: Counter,
) -> None:
    counter.desk.apply()

    one = json.loads(counter.asked("--check", "opinion_energy", name="q.json").read_text())
    none = json.loads(counter.asked("--programme", "bj-slq-2023", name="q.json").read_text())
    wrong = counter.at_home("questions", "--check", "credit", "--out", str(counter.folder / "q.xlsx"))

    assert [row["check"] for row in one["questions"]] == ["opinion_energy"]
    assert none["questions"] == []
    assert (wrong.exit_code, "credit_china" in wrong.output) == (2, True)


def test_a_check_whose_answer_is_a_whole_record_fits_in_no_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from("2024-03-01")
    desk.submit(a_claim())

    refused = CliRunner().invoke(
        main,
        ["exchange", "questions", "--check", "enterprise", "--out", str(tmp_path / "q.xlsx"), "--home", str(tmp_path)],
    )

    assert (refused.exit_code, "duifu case enter-check" in refused.output) == (2, True)
    desk.ledger.close()


# Answers


def test_each_answered_row_is_a_check_put_in_by_hand_with_its_evidence(counter: Counter) -> None:
    case_id = counter.desk.apply()
    replies = counter.folder / "replies"
    replies.mkdir()
    (replies / "复函.pdf").write_bytes(REPLY)
    file = answered(
        counter.asked(),
        (CREDIT, 2, "结果", "命中（失信）"),
        (CREDIT, 2, "名单名称", "失信被执行人"),
        (CREDIT, 2, "列入日期", date(2023, 5, 6)),
        (CREDIT, 2, "答复日期", date(2024, 1, 24)),
        (OPINIONS, 3, "结果", "命中（不符合）"),
        (OPINIONS, 3, "文号", "青发改函〔2024〕7号"),
        (OPINIONS, 3, "答复日期", "2024年1月24日"),
        (OPINIONS, 3, "附件文件名", "复函.pdf"),
        (DUPLICATES, 2, "结果", "疑似"),
        (DUPLICATES, 2, "已获支持的项目", "市级技改专项"),
        (DUPLICATES, 2, "答复日期", "2024-01-24"),
    )

    items = counter.put_in(file, "--attachments", str(replies))

    assert outcomes(items) == ["accepted"] * 3
    ((listed,), (opined,), (searched,)) = (
        counter.recorded(case_id, check) for check in ("credit_china", "opinion_energy", "duplicates")
    )
    (listing,) = listed.result.credit.listings
    assert (listing.list_name, listing.listed_on, listing.is_dishonesty) == ("失信被执行人", "2023-05-06", True)
    assert opined.result.opinion.kind == OPINION_KIND_DOES_NOT_CONFORM
    assert opined.result.opinion.document_number == "青发改函〔2024〕7号"
    assert searched.result.duplicates.duplicates[0].kind == DUPLICATE_KIND_SIMILAR
    assert {event.result.outcome for event in (listed, opined, searched)} == {CHECK_OUTCOME_HIT}
    assert {event.entered_by for event in (listed, opined, searched)} == {"chen.jie"}
    file_sha256 = sha256(file.read_bytes()).hexdigest()
    assert [event.evidence_sha256 for event in (listed, opined)] == [file_sha256, sha256(REPLY).hexdigest()]


def test_a_second_run_changes_nothing_and_a_file_that_has_grown_adds_only_what_is_new(counter: Counter) -> None:
    counter.desk.apply()
    file = answered(counter.asked(), (CREDIT, 2, "结果", "未发现"), (CREDIT, 2, "答复日期", "2024-01-25"))
    counter.put_in(file)
    head = counter.desk.ledger.head()

    again = counter.put_in(file)
    assert (outcomes(again), counter.desk.ledger.head()) == (["repeated"], head)

    answered(file, (CREDIT, 3, "结果", "未发现"), (CREDIT, 3, "答复日期", "2024-01-25"))
    assert outcomes(counter.put_in(file)) == ["repeated", "accepted"]


def test_who_put_in_an_answer_does_not_decide_on_it(counter: Counter) -> None:
    case_id = counter.desk.apply()
    rows: list[tuple[str, int, str, Value]] = []
    for sheet, count, clean in ((CREDIT, 5, "未发现"), (OPINIONS, 4, "未发现（符合）"), (DUPLICATES, 1, "未发现")):
        for line in range(2, 2 + count):
            rows += [(sheet, line, "结果", clean), (sheet, line, "答复日期", "2024-01-25")]
    counter.put_in(answered(counter.asked(), *rows))
    decide = ["case", "decide", case_id, "--stage", "preliminary_review", "--role", "district-reviewer", "--pass"]

    own = CliRunner().invoke(main, [*decide, "--actor", "chen.jie", "--home", str(counter.folder)])
    other = CliRunner().invoke(main, [*decide, "--actor", "wu.di", "--home", str(counter.folder)])

    assert (own.exit_code, "ENTERED_BY_SELF" in own.output) == (3, True)
    assert other.exit_code == 0, other.output


def test_one_refused_row_stops_none_of_the_others_and_each_says_why(counter: Counter) -> None:
    counter.desk.apply()
    file = answered(
        counter.asked(),
        (CREDIT, 2, "结果", "没有问题"),
        (CREDIT, 3, "结果", "命中（失信）"),
        (CREDIT, 3, "答复日期", "2024-01-25"),
        (CREDIT, 4, "结果", "未发现"),
        (CREDIT, 5, "结果", "未发现"),
        (CREDIT, 5, "答复日期", "2024-01-26"),
        (CREDIT, 6, "文号", '=WEBSERVICE("http://example.cn")'),
        (OPINIONS, 2, "案件编号", "qd-grant-2024-000099"),
        (OPINIONS, 2, "结果", "未发现（符合）"),
        (OPINIONS, 2, "答复日期", "2024-01-25"),
        (OPINIONS, 3, "统一社会信用代码", "91370212MAYQ00002C"),
        (OPINIONS, 3, "结果", "未发现（符合）"),
        (OPINIONS, 3, "答复日期", "2024-01-25"),
        (OPINIONS, 4, "附件文件名", "../ledger.sqlite"),
        (OPINIONS, 4, "结果", "未发现（符合）"),
        (OPINIONS, 4, "答复日期", "2024-01-25"),
        (OPINIONS, 5, "结果", "未发现（符合）"),
        (OPINIONS, 5, "答复日期", "2024-01-25"),
    )

    items = counter.put_in(file, "--lang", "en", "--attachments", str(counter.folder), code=3)

    told = [(item["refusal"]["code"], item["refusal"]["message"]) for item in items if item["outcome"] == "refused"]
    expected = [
        ("MALFORMED", "is none of 未发现"),
        ("MALFORMED", "名单名称 must be filled"),
        ("MALFORMED", "答复日期 must be filled"),
        ("ANSWER_FROM_FUTURE", ""),
        ("MALFORMED", "a formula is not taken"),
        ("CASE_UNKNOWN", "qd-grant-2024-000099"),
        ("CHECK_OF_OTHER", "91370212MAYQ00002C"),
        ("MALFORMED", "there is no attachment '../ledger.sqlite'"),
    ]
    assert [code for code, _ in told] == [code for code, _ in expected]
    assert all(part in message for (_, message), (_, part) in zip(told, expected, strict=True))
    assert outcomes(items).count("accepted") == 1
    assert "附件 q.xlsx" not in [item["place"] for item in items]
    assert "unnamed" in outcomes(items)


def test_an_answer_to_an_earlier_round_of_a_stage_is_none_to_this_one(counter: Counter) -> None:
    case_id = counter.desk.bring_to(counter.desk.apply(), "finance_notice")
    back = ReturnForRework(case_id=case_id, stage="finance_notice", to_stage="preliminary_review", reason="重新核实")
    file = counter.asked(name="q.json")
    counter.desk.send(officer("district-approver"), return_for_rework=back)
    asked = json.loads(counter.asked(name="q.json").read_text())
    question = asked["questions"][0] | {"round": 1, "outcome": "clean", "answeredOn": "2024-01-25"}
    file.write_text(json.dumps(asked | {"questions": [question]}))

    (item,) = counter.put_in(file, code=3)

    assert item["refusal"]["code"] == "STAGE_NOT_OPEN"
    assert "第2轮" in item["refusal"]["message"]


def test_the_same_answers_may_come_as_json(counter: Counter) -> None:
    case_id = counter.desk.apply()
    file = counter.asked("--check", "opinion_court", name="q.json")
    content = json.loads(file.read_text())
    content["questions"][0] |= {"outcome": "hit", "explanation": "有未履行判决", "answeredOn": "2024-01-25"}
    file.write_text(json.dumps(content))

    assert outcomes(counter.put_in(file)) == ["accepted"]
    (recorded,) = counter.recorded(case_id, "opinion_court")
    assert (recorded.result.detail, recorded.reason) == ("有未履行判决", "数据源未提供接口，以文件交换取得答复")


def test_half_a_character_in_one_row_is_said_of_that_row_alone(counter: Counter) -> None:
    counter.desk.apply()
    clean: dict[str, object] = {"outcome": "clean", "answeredOn": "2024-01-25"}
    file = counter.asked(
        "--check", "opinion_court", "--check", "opinion_police", "--check", "opinion_energy", name="q.json"
    )
    content = json.loads(file.read_text())
    halves: list[dict[str, object]] = [{"recordNumber": "\ud800"}, {}, {"\udfff": 1}]
    for question, half in zip(content["questions"], halves, strict=True):
        question |= clean | half
    file.write_text(json.dumps(content))

    items = counter.put_in(file, code=3)

    assert outcomes(items) == ["refused", "accepted", "refused"]
    assert ["半个字符" in items[0]["refusal"]["message"], r"\udfff" in items[2]["refusal"]["message"]] == [True, True]


def test_half_a_character_in_a_row_of_a_workbook_is_too(counter: Counter) -> None:
    counter.desk.apply()
    rows = [
        (CREDIT, line, name, said) for line in (2, 3) for name, said in (("结果", "未发现"), ("答复日期", "2024-01-25"))
    ]
    book = answered(counter.asked(), *rows, (CREDIT, 2, "文号", "HALF"), (CREDIT, 4, "结果", "HALF")).read_bytes()
    shared = "xl/sharedStrings.xml"
    file = counter.folder / "half.xlsx"
    file.write_bytes(with_part(book, shared, part_of(book, shared).replace(b"HALF", b"_xD800_")))

    assert outcomes(counter.put_in(file, code=3)) == ["refused", "accepted", "refused"]


def test_an_answer_that_stands_on_record_is_not_entered_again_by_somebody_else(counter: Counter) -> None:
    counter.desk.apply()
    replies = counter.folder / "replies"
    replies.mkdir()
    (replies / "复函.pdf").write_bytes(REPLY)
    row = [(OPINIONS, 2, "结果", "未发现（符合）"), (OPINIONS, 2, "答复日期", "2024-01-25")]
    file = answered(counter.asked(), *row, (OPINIONS, 2, "附件文件名", "复函.pdf"))
    counter.put_in(file, "--attachments", str(replies))
    head = counter.desk.ledger.head()

    again = counter.put_in(file, "--attachments", str(replies), "--actor", "wu.di")

    assert (outcomes(again), counter.desk.ledger.head()) == (["repeated"], head)


def test_questions_of_another_ledger_are_not_answered_here(counter: Counter, tmp_path: Path) -> None:
    counter.desk.apply()
    file = counter.asked(name="q.json")
    content = json.loads(file.read_text())
    content["manifest"]["ledger"] = "ab" * 32
    file.write_text(json.dumps(content))

    refused = counter.at_home("answers", str(file), *CHEN)

    assert (refused.exit_code, "another ledger" in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"questions": []}', "manifest and questions are needed"),
        (b'{"manifest": {"format": "other-1"}, "questions": []}', "the manifest's format must be duifu-questions-1"),
        (
            b'{"manifest": {"format": "duifu-questions-1"}, "questions": [{"answers": "relation"}]}',
            "answers must be one of",
        ),
        (b" " * (FILE_BYTES_MAX + 1), f"the file has more than {FILE_BYTES_MAX:,} bytes"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_ends_with_code_2(counter: Counter, content: bytes, why: str) -> None:
    file = counter.folder / "q.json"
    file.write_bytes(content)

    refused = counter.at_home("answers", str(file), *CHEN)

    assert refused.exit_code == 2
    assert why in " ".join(refused.output.split())


def test_a_file_of_neither_kind_is_told_which_are_taken(counter: Counter) -> None:
    (counter.folder / "q.csv").write_text("案件编号\n")

    refused = counter.at_home("answers", str(counter.folder / "q.csv"), *CHEN)

    assert (refused.exit_code, ".xlsx 或 .json" in refused.output) == (2, True)


# Applications


def handed_over(counter: Counter, *found: Application, name: str = "a.json", **changes: Any) -> Path:
    """A portal's file."""
    file = counter.folder / name
    file.write_text(json.dumps([json_format.MessageToDict(one) | changes for one in found]))
    return file


def as_a_workbook(counter: Counter, file: Path) -> Path:
    out = counter.folder / "a.xlsx"
    done(counter.run("template", "--programme", "qd-slzx", "--from", str(file), "--out", str(out)))
    return out


def test_a_workbook_and_json_file_the_same_applications_and_twice_is_once(counter: Counter) -> None:
    file = handed_over(counter, a_bid(1), a_bid(2))

    first = counter.filed(as_a_workbook(counter, file))
    second = counter.filed(file)

    assert outcomes(first) == ["accepted", "accepted"]
    assert outcomes(second) == ["repeated", "repeated"]
    case = counter.desk.case(first[0]["receipt"]["caseId"])
    assert (case.application, case.submitted_by) == (a_bid(1), "portal.clerk")
    assert case.application.bank_account == an_account(1)


def test_an_application_whose_case_is_closed_is_told_as_not_filed_again(counter: Counter) -> None:
    file = handed_over(counter, a_bid(1), a_bid(2))
    first, _ = counter.filed(file)
    case_id, firm = first["receipt"]["caseId"], a_bid(1).applicant
    withdraw = ["case", "withdraw", case_id, "--uscc", firm.uscc, "--reason", "合同变更"]
    done(CliRunner().invoke(main, [*withdraw, "--actor", "portal.clerk", "--home", str(counter.folder)]))

    again = counter.filed(file, code=3)

    assert outcomes(again) == ["refused", "repeated"]
    refusal = again[0]["refusal"]
    assert refusal["code"] == "CASE_CLOSED"
    assert all(part in refusal["message"] for part in (case_id, "已撤回", "未重新申报", "--command-id"))
    anew = counter.filed(file, "--command-id", "once-more", code=3)
    assert outcomes(anew) == ["accepted", "refused"]


def test_what_another_clerk_hands_over_again_the_ledger_decides(counter: Counter) -> None:
    file = handed_over(counter, a_bid(1))
    counter.filed(file)

    (item,) = counter.filed(file, "--actor", "other.clerk", code=3)

    assert item["refusal"]["code"] == "APPLIED_ALREADY"


def test_a_claim_of_a_voucher_is_handed_over_in_the_same_way(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from("2024-03-01")
    firms = [a_firm(1), a_firm(2)]
    claims = [a_claim(a_contract(buyer=firm, number=f"HT-{firm.uscc}"), firm=firm) for firm in firms]
    (tmp_path / "a.json").write_text(json.dumps([json_format.MessageToDict(one) for one in claims]))
    beijing = ["--programme", "bj-slq-2023"]
    blank = ["exchange", "template", *beijing, "--from", str(tmp_path / "a.json"), "--out", str(tmp_path / "a.xlsx")]
    done(CliRunner().invoke(main, blank))

    file = [
        "exchange",
        "applications",
        str(tmp_path / "a.xlsx"),
        *beijing,
        "--actor",
        "portal.clerk",
        "--home",
        str(tmp_path),
    ]
    done(CliRunner().invoke(main, file))

    assert [desk.case(f"bj-claim-2024-00000{number}").application for number in (1, 2)] == claims
    desk.ledger.close()


def test_what_is_wrong_with_one_application_is_said_and_the_others_are_filed(counter: Counter) -> None:
    documents = counter.folder / "handed"
    documents.mkdir()
    (documents / "表.pdf").write_bytes(REPLY)
    (documents / "无主.pdf").write_bytes(b"whose?")
    file = answered(
        as_a_workbook(counter, handed_over(counter, a_bid(1), a_bid(2), a_bid(3), a_bid(4))),
        ("材料", 2, "附件文件名", "表.pdf"),
        ("材料", 2, "文件摘要", None),
        ("材料", 12, "附件文件名", "表.pdf"),
        ("材料", 21, "附件文件名", "没有.pdf"),
        ("服务合同", 5, "金额（元）", "一千万"),
    )

    items = counter.filed(file, "--attachments", str(documents), code=3)

    assert outcomes(items) == ["accepted", "refused", "refused", "refused", "unnamed"]
    told = [item["refusal"]["message"] for item in items[1:-1]]
    expected = [f"不是 {'cd' * 32}", "没有 '没有.pdf'", "服务合同第5行“金额（元）”：'一千万' 不是金额"]
    assert all(part in message for part, message in zip(expected, told, strict=True))
    assert items[-1]["place"] == "附件 无主.pdf"
    material = counter.desk.case(items[0]["receipt"]["caseId"]).application.materials[0]
    assert (material.sha256, material.size_bytes) == (sha256(REPLY).hexdigest(), len(REPLY))


def test_what_the_ledger_refuses_of_an_application_it_says_of_that_one(counter: Counter) -> None:
    elsewhere = a_bid(2, park="别处")

    items = counter.filed(handed_over(counter, a_bid(1), elsewhere), code=3)

    assert outcomes(items) == ["accepted", "refused"]
    assert items[1]["refusal"]["code"] == "QD_E_LOCATION"


def test_words_say_what_became_of_each_row_and_of_all(counter: Counter) -> None:
    file = handed_over(counter, a_bid(1))

    result = done(counter.at_home("applications", str(file), *CLERK))

    assert "✓ qd-grant-2024-000001 区级初审" in result.output
    assert "1 项已办，0 项此前已办，0 项被拒绝" in result.output


def test_a_template_is_a_workbook_of_a_programme_that_is_known(tmp_path: Path) -> None:
    def run(*how: str) -> Result:
        return CliRunner().invoke(main, ["exchange", "template", *how])

    assert run("--programme", "qd-slzx", "--out", str(tmp_path / "a.json")).exit_code == 2
    unknown = run("--programme", "sh-1", "--out", str(tmp_path / "a.xlsx"))
    assert (unknown.exit_code, "PROGRAMME_UNKNOWN" in unknown.output) == (3, True)
    (tmp_path / "a.json").write_text('[{"contract": {"contractNumber": "HT-1"}}]')
    misfit = run("--programme", "qd-slzx", "--from", str(tmp_path / "a.json"), "--out", str(tmp_path / "a.xlsx"))
    assert (misfit.exit_code, "has no column for" in misfit.output) == (2, True)
