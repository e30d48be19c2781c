"""What the sources of open cases have still to say, as rows that go out in a file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from commands.work import fold
from domain.case import CORRECTION, Case, is_answered
from domain.checks import Question, rule_of, unanswered
from domain.kinds import CASE
from domain.money import show
from domain.refusals import Refused
from domain.wording import CHECKS
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT, CHECK_OUTCOME_UNSPECIFIED, CheckResult
from exchange.question_form import FORMAT, FORMS, MANIFEST, TABLES, answers_of
from exchange.reading import ROWS_MAX
from exchange.tables import Json, unnest
from exchange.unusable import Unusable
from exchange.writing import write_workbook
from ledger import streams
from ledger.store import Ledger
from policy.rulebook import Rulebook

EXPLAINED = (
    ["在“结果”列选择，填写“答复日期”；没有结果的行留空，照原样交回。"],
    ["命中的，须填写名单或项目名称；信用记录还须填写列入日期。有书面答复的，填写附件文件名并随表交付文件夹。"],
    ["不要改动“结果”以前的各列和“清单”表；不接受公式和合并单元格。"],
)


@dataclass(frozen=True)
class Asked:
    """The open questions at one position of one ledger; the same state gives the same file."""

    ledger: str  # the leaf of its first event, 64 hexadecimal digits: no other ledger has it
    position: int
    editions: tuple[str, ...]  # of the programmes asked for, each with its hash
    rows: dict[str, list[Json]]  # by the kind of answer

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    def manifest(self) -> Json:
        """What the file says of itself."""
        return {
            "format": FORMAT,
            "ledger": self.ledger,
            "ledgerPosition": self.position,
            "editions": list(self.editions),
        }

    def to_json(self) -> bytes:
        """The file as JSON."""
        questions = [
            {"answers": kind, **row, **dict.fromkeys(answers_of(FORMS[kind].table), "")}
            for kind, rows in self.rows.items()
            for row in rows
        ]
        content = {"manifest": self.manifest(), "questions": questions}
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()

    def to_workbook(self) -> bytes:
        """The file as XLSX: one sheet for each kind of answer. Raises Unusable for what is too long for a cell."""
        sheets = [(FORMS[kind].table, rows) for kind, rows in self.rows.items()] + [(MANIFEST, [self.manifest()])]
        cells = {table.name: unnest([table], rows)[table.name] for table, rows in sheets}
        return write_workbook((*TABLES, MANIFEST), cells, EXPLAINED)


def open_questions(ledger: Ledger, rulebook: Rulebook, wanted: Sequence[str], programme_id: str = "") -> Asked:
    """The checks `wanted`, or all that a row can answer, that no source and nobody by hand has answered.

    Raises Unusable for a check that no open case asks, or that fits in no row, and for more than ROWS_MAX questions.
    """
    position = ledger.head()
    rows: dict[str, list[Json]] = {kind: [] for kind in FORMS}
    editions, known = set(), set()
    for stream in ledger.streams(streams.CASES):
        case, _ = fold(ledger, stream, CASE)
        if not case.is_open or programme_id not in ("", case.plan.programme_id):
            continue
        editions.add(f"{case.plan.programme_id} {case.plan.edition} {case.plan.edition_sha256}")
        known |= {check for row in case.plan.stages for check in row.checks}
        for question in _open(case):
            kind, check = rule_of(case, question[2]).answers, question[2]
            if check in wanted and kind not in FORMS:
                raise _no_row(check)
            if kind in FORMS and (check in wanted or not wanted):
                rows[kind].append(_row(case, question, _asked_of(rulebook, case, check)))
    if strange := [check for check in wanted if check not in known]:
        words = "、".join(sorted(known)) or "—"
        raise Unusable(
            f"没有在办案件查询 {'、'.join(strange)}；可用：{words}", f"no open case asks that; known: {words}"
        )
    if (count := max(map(len, rows.values()))) > ROWS_MAX:
        words = f"共{count}项，超过{ROWS_MAX}项；请用 --check 或 --programme 缩小范围"
        raise Unusable(words, f"{count} questions are more than {ROWS_MAX}; say --check or --programme")
    return Asked(identity(ledger), position, tuple(sorted(editions)), rows)


def identity(ledger: Ledger) -> str:
    """The leaf of a ledger's first event, 64 hexadecimal digits; empty for an empty ledger."""
    first = next(ledger.entries(0, 1), None)
    return ledger.leaf_of(first.recorded.originator_id, first.recorded.originator_version).hex() if first else ""


def _open(case: Case) -> Iterator[Question]:
    """What no source has answered, without what somebody put in by hand and counts."""
    if case.stage is None or case.stage.key == CORRECTION:
        return
    for question in unanswered(case, case.stage.key):
        check = question[2]
        if not (check in case.entered_by and is_answered(case.counting_checks.get(check))):
            yield question


def _row(case: Case, question: Question, whom: str) -> Json:
    row, _, check = question
    assert case.stage is not None
    opened = next((stage.opened_on for stage in reversed(case.stages) if stage.key == row.key), None)
    return {
        "caseId": case.case_id,
        "applicantName": case.applicant_name,
        "uscc": case.applicant_uscc,
        "title": rule_of(case, check).title,
        "check": check,
        "stage": case.stage.key,
        "round": case.stage.round,
        "askedSince": (opened or case.received_on or date.min).isoformat(),
        "standing": _standing(case.checks.get(check)),
        "asked": _content(case, rule_of(case, check).answers, whom),
    }


def _standing(result: CheckResult | None) -> str:
    if result is None or result.outcome == CHECK_OUTCOME_UNSPECIFIED:
        return "未查询"
    if result.outcome in (CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT):
        return "须重新查询" if is_answered(result) else "未回复"
    return CHECKS[result.outcome]


def _content(case: Case, kind: str, whom: str) -> str:
    """What exactly is asked, and of whom."""
    if kind == "opinion":
        return f"请{whom}就{case.applicant_name}申请{case.plan.programme_title}出具意见"
    if kind == "duplicates":
        contracts = "；".join(_contracts(case)) or "—"
        return f"在{whom}中查询下列合同是否已获其他支持：{contracts}"
    return f"在{whom}中查询{case.applicant_name}（{case.applicant_uscc}）的列入和处罚记录"


def _contracts(case: Case) -> Iterator[str]:
    application = case.application
    if application.HasField("contract"):
        contract = application.contract
        yield f"{contract.contract_number}（与{contract.supplier.name}，{show(contract.total_fen)}）"
    for service in application.services:
        dated = f"{service.starts_on}至{service.ends_on}"
        yield f"{service.contract_number}（与{service.customer.name}，{dated}，{show(service.amount_fen)}）"


def _asked_of(rulebook: Rulebook, case: Case, check: str) -> str:
    """The source as the case's programme file names it; its title if the file is not at hand."""
    title = rule_of(case, check).title
    try:
        checks = rulebook.pinned(case.plan.edition_sha256).checks
    except Refused:
        return title
    return (checks[check].source if check in checks else None) or title


def _no_row(check: str) -> Unusable:
    words = "、".join(FORMS)
    return Unusable(
        f"查询 {check} 的答复不能用一行填写（可用：{words}）；请用 duifu case enter-check 录入",
        f"no row can answer {check} (only {words}); put it in with: duifu case enter-check",
    )
