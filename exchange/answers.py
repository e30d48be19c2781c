"""Answers that came back in a file: each row a command to put in one check by hand, with the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from commands.work import fold
from domain.case import Case
from domain.checks import rule_of
from domain.dates import from_iso, start_of
from domain.kinds import CASE
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, Command, EnterCheck
from duifu.v1.facts_pb2 import CheckResult
from exchange.attachments import ATTACHMENT, Attachments
from exchange.cells import meaning
from exchange.naming import content_id
from exchange.question_form import ANSWERS, FORMAT, FORMS, MANIFEST, NEEDED, TABLES, must_be_filled
from exchange.reading import ROWS_MAX, Cell, read_workbook
from exchange.strict_json import read_json
from exchange.tables import Row, read_tables
from exchange.unusable import Unusable
from ledger import streams
from ledger.store import Ledger

REASON = "数据源未提供接口，以文件交换取得答复"


@dataclass(frozen=True)
class Answered:
    """One row as it came back."""

    kind: str  # of answer
    row: Row

    @property
    def is_empty(self) -> bool:
        """Nobody has answered it yet."""
        return not self.row.problems and not any(self.row.content.get(name) for name in ANSWERS)


@dataclass(frozen=True)
class Returned:
    """A file of questions that came back."""

    ledger: str  # out of which the questions went, as `questions.identity` has it
    sha256: str  # of the file
    rows: tuple[Answered, ...]


def from_workbook(content: bytes) -> Returned:
    """The rows of a workbook. Raises Unusable for a file that cannot be read at all."""
    tables = (MANIFEST, *TABLES)
    rows = read_tables(read_workbook(content, *(table.name for table in tables)), tables)
    manifest = next(iter(rows[MANIFEST.name]), Row(MANIFEST, 2))
    found = [Answered(kind, row) for kind, form in FORMS.items() for row in rows.get(form.table.name, ())]
    return _returned(content, manifest.content, found)


def from_json(content: bytes) -> Returned:
    """The rows of a JSON file. Raises Unusable for a file that cannot be read at all."""
    said = read_json(content)
    if not (
        isinstance(said, dict) and isinstance(said.get("manifest"), dict) and isinstance(said.get("questions"), list)
    ):
        raise Unusable("须有 manifest 和 questions", "manifest and questions are needed")
    if len(said["questions"]) > ROWS_MAX:
        raise Unusable(f"超过{ROWS_MAX}行", f"more than {ROWS_MAX} rows")
    rows = [_of_json(line, question) for line, question in enumerate(said["questions"], start=1)]
    return _returned(content, said["manifest"], rows)


def _returned(content: bytes, manifest: Mapping[str, object], rows: list[Answered]) -> Returned:
    if manifest.get("format") != FORMAT:
        words = f"清单中的格式须为 {FORMAT}；请使用 duifu exchange questions 导出的文件"
        raise Unusable(words, f"the manifest's format must be {FORMAT}; use a file of: duifu exchange questions")
    return Returned(str(manifest.get("ledger", "")), sha256(content).hexdigest(), tuple(rows))


def _of_json(line: int, question: object) -> Answered:
    """A question of JSON, held against the columns that the workbook has for its kind."""
    if not isinstance(question, dict) or question.get("answers") not in tuple(FORMS):
        words = "、".join(FORMS)
        raise Unusable(f"第{line}项的 answers 须为 {words}", f"item {line}: answers must be one of {words}")
    kind = str(question.pop("answers"))
    table = FORMS[kind].table
    columns, row = {column.path[0]: column for column in table.columns}, Row(table, line)
    for name, value in question.items():
        try:
            if name not in columns or isinstance(value, dict | list | bool):
                raise Unusable("不认识", "unknown")
            if value not in ("", None):
                row.content[name] = meaning(Cell(str(value)), columns[name])
        except Unusable as problem:
            row.object_to(problem, name)
    return Answered(kind, row)


def entering(
    answered: Answered, file_sha256: str, attachments: Attachments, ledger: Ledger, actor: Actor
) -> Command | None:
    """What `actor` asks the ledger for a row; None if exactly this answer is on record for this question, by anybody.

    Evidence is the attachment that the row names, else the file itself. The same row of the same file gets the same id
    from the same actor.
    Raises Refused MALFORMED, CASE_UNKNOWN, CHECK_OF_OTHER, STAGE_NOT_OPEN.
    """
    said = answered.row.content
    result, evidence = _result(answered, attachments)
    case, _ = fold(ledger, streams.case(str(said["caseId"])), CASE)
    if not case.case_id:
        raise Refused("CASE_UNKNOWN", case=said["caseId"])
    if said["uscc"] != case.applicant_uscc:
        raise Refused("CHECK_OF_OTHER", check=result.check, named=said["uscc"], uscc=case.applicant_uscc)
    result.source = rule_of(case, result.check).title
    asked_at = (str(said["stage"]), int(said["round"]))
    if _is_on_record(case, result, asked_at):
        return None
    _must_be_of_this_round(case, asked_at)
    entered = EnterCheck(
        case_id=case.case_id,
        stage=asked_at[0],
        result=result,
        evidence_sha256=evidence or file_sha256,
        reason=REASON,
    )
    return Command(command_id=content_id(entered, actor, str(asked_at[1])), enter_check=entered)


def _result(answered: Answered, attachments: Attachments) -> tuple[CheckResult, str]:
    """What a row says in the published words, and the digest of the document that it names."""
    row = answered.row
    evidence = ""
    if not row.problems:
        try:
            for column in row.table.columns:
                if column.path[0] in NEEDED and not row.content.get(column.path[0]):
                    raise must_be_filled(column.heading)
            result = FORMS[answered.kind].answer(row.content)
            if row.content.get(ATTACHMENT):
                evidence = attachments.digest(str(row.content[ATTACHMENT]))
        except Unusable as problem:
            row.object_to(problem)
    if row.problems:
        raise Refused("MALFORMED", problems="；".join(row.problems))
    result.check = str(row.content["check"])
    result.queried_at.FromDatetime(start_of(from_iso(str(row.content["answeredOn"]))))
    result.answer_sha256 = evidence
    result.detail = "；".join(
        str(row.content[name]) for name in ("explanation", "recordNumber") if row.content.get(name)
    )
    return result, evidence


def _is_on_record(case: Case, result: CheckResult, asked_at: tuple[str, int]) -> bool:
    return case.checks.get(result.check) == result and case.asked_at.get(result.check) == asked_at


def _must_be_of_this_round(case: Case, asked_at: tuple[str, int]) -> None:
    """A stage that is open once more asks anew; what was asked before answers nothing now."""
    stage, number = asked_at
    if case.stage and case.stage.key == stage and case.stage.round != number:
        now = f"{stage}，第{case.stage.round}轮"
        raise Refused(
            "STAGE_NOT_OPEN", case=case.case_id, asked=f"{stage}，第{number}轮", stage=now, title=case.stage.title
        )
