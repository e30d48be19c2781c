"""Applications that a portal hands over: from JSON or a workbook to what the ledger is asked, one by one; and back."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format

from commands.work import fold
from domain.format.programme import Programme
from domain.kinds import CASE
from domain.refusals import Refused
from domain.wording import OUTCOMES
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import Actor, Command, SubmitApplication
from duifu.v1.facts_pb2 import Application
from exchange.application_form import APPLICATIONS, explained, tables_for
from exchange.attachments import ATTACHMENT, Attachments
from exchange.naming import content_id
from exchange.reading import ROWS_MAX, read_workbook
from exchange.strict_json import read_json
from exchange.tables import Json, nest, read_tables, unnest
from exchange.unusable import Unusable
from exchange.writing import write_workbook
from ledger import streams
from ledger.store import Ledger


@dataclass(frozen=True)
class Handed:
    """One application as it was handed over, or what is wrong with it."""

    sheet: str
    line: int  # of the sheet, or its place in the JSON list, from 1
    application: Application
    problems: tuple[str, ...] = ()


def from_workbook(content: bytes, programme: Programme, attachments: Attachments) -> list[Handed]:
    """The applications of a workbook. Raises Unusable for a file that cannot be read at all."""
    tables = tables_for(programme)
    rows = nest(tables, read_tables(read_workbook(content, *(table.name for table in tables)), tables))
    return [_handed(row.table.name, row.line, row.content, attachments, row.problems) for row in rows]


def from_json(content: bytes, attachments: Attachments) -> list[Handed]:
    """The applications of a JSON list. Raises Unusable for a file that cannot be read at all."""
    contents = read_json(content)
    if not isinstance(contents, list) or not all(isinstance(one, dict) for one in contents):
        raise Unusable("须为申请的列表：[{…}, {…}]", "a list of applications is needed: [{…}, {…}]")
    if len(contents) > ROWS_MAX:
        raise Unusable(f"超过{ROWS_MAX}个申请", f"more than {ROWS_MAX} applications")
    return [_handed(APPLICATIONS, line, one, attachments) for line, one in enumerate(contents, start=1)]


def to_workbook(applications: Sequence[Application], programme: Programme) -> bytes:
    """The workbook for applications to a programme, with these in it. Raises Unusable for what it has no column for."""
    tables = tables_for(programme)
    cells = unnest(tables, [json_format.MessageToDict(one) for one in applications])
    content = write_workbook(tables, cells, explained(programme, tables))
    for one, back in zip(applications, from_workbook(content, programme, Attachments()), strict=True):
        if back.problems or back.application != one:
            named = f"{one.applicant.name}（{one.applicant.uscc}）"
            words = f"{named} 的申请含有 {programme.programme_id} 的表格没有的内容"
            raise Unusable(words, f"{named} says what the workbook of {programme.programme_id} has no column for")
    return content


def submitting(handed: Handed, programme_id: str, actor: Actor) -> Command:
    """What the ledger is asked: the same application gets the same id, however often this actor hands it over.

    Of an application that somebody else hands over too, the ledger says whether it is one too many.
    """
    asked = SubmitApplication(programme_id=programme_id, application=handed.application)
    return Command(command_id=content_id(asked, actor), submit_application=asked)


def must_be_filed(answer: Answer, ledger: Ledger) -> None:
    """A repeat files nothing, which is no matter while its case is open. Raises Refused CASE_CLOSED once it is not."""
    if answer.receipt.is_repeat:
        case, _ = fold(ledger, streams.case(answer.receipt.case_id), CASE)
        if case.closed is not None:
            again = Unusable(
                "未重新申报；确需重新申报，请以 --command-id 另给编号",
                "it was not filed again; to file it anew, give another --command-id",
            )
            summary = f"{OUTCOMES[case.closed.outcome]}（{case.closed.summary}），{again}。"
            raise Refused("CASE_CLOSED", case=case.case_id, summary=summary)


def _handed(sheet: str, line: int, content: Json, attachments: Attachments, problems: Sequence[str] = ()) -> Handed:
    found = list(problems)
    for holder, is_material in _documents(content):
        try:
            _resolve(holder, attachments, is_material)
        except Unusable as problem:
            found.append(str(problem))
    application = Application()
    try:
        json.dumps(content, ensure_ascii=False).encode()  # a name with half a character is too much for ParseDict
        json_format.ParseDict(content, application)
    except (json_format.ParseError, ValueError) as error:
        found.append(str(Unusable("不是申请的JSON", f"no Application: {error}")))
    return Handed(sheet, line, application, tuple(found))


def _documents(content: Any, is_material: bool = False) -> Iterator[tuple[Json, bool]]:
    """Every object that names a file or says a digest, and whether it is a material, which has a size too."""
    if isinstance(content, list):
        for one in content:
            yield from _documents(one, is_material)
    elif isinstance(content, dict):
        for name, inner in content.items():
            yield from _documents(inner, name == "materials")
        if ATTACHMENT in content or "sha256" in content:
            yield content, is_material


def _resolve(holder: Json, attachments: Attachments, is_material: bool) -> None:
    """Put the digest of the named file in place of its name. What was said of the file must be so."""
    if ATTACHMENT not in holder:
        attachments.stated.add(str(holder["sha256"]))
        return
    name = str(holder.pop(ATTACHMENT))
    digest = attachments.digest(name)
    if holder.setdefault("sha256", digest) != digest:
        said = holder["sha256"]
        raise Unusable(f"附件 {name} 的摘要是 {digest}，不是 {said}", f"the digest of {name} is {digest}, not {said}")
    if is_material:
        holder.setdefault("sizeBytes", str(attachments.size_bytes(name)))
