"""The sheets in which sources are asked: one for each kind of answer that a row can give, with the words for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    DUPLICATE_KIND_OTHER_SIDE,
    DUPLICATE_KIND_SAME,
    DUPLICATE_KIND_SIMILAR,
    OPINION_KIND_CONFORMS,
    OPINION_KIND_DOES_NOT_CONFORM,
    CheckResult,
    CreditListing,
    CreditRecord,
    Duplicate,
    DuplicateSearch,
    Opinion,
)
from exchange.attachments import ATTACHMENT
from exchange.cells import Column, Kind
from exchange.tables import Json, Table
from exchange.unusable import Unusable

FORMAT = "duifu-questions-1"
#: What a file says of itself: out of which ledger it went, at which position, under which editions.
MANIFEST = Table(
    "清单",
    (
        Column("格式", ("format",)),
        Column("账本首个事件的摘要", ("ledger",)),
        Column("账本位置", ("ledgerPosition",), Kind.INTEGER),
        Column("政策版本", ("editions",), Kind.TEXTS),
    ),
)
CLEAN = "clean"
DUPLICATES = {
    "same": DUPLICATE_KIND_SAME,
    "similar": DUPLICATE_KIND_SIMILAR,
    "other_side": DUPLICATE_KIND_OTHER_SIDE,
}


@dataclass(frozen=True)
class Form:
    """How one kind of check is asked in rows, and what a row says in the published words."""

    table: Table
    answer: Callable[[Json], CheckResult]


def _table(name: str, outcomes: Mapping[str, str], explanation: str, *own: Column) -> Table:
    columns = (
        Column("案件编号", ("caseId",)),
        Column("申请单位", ("applicantName",)),
        Column("统一社会信用代码", ("uscc",)),
        Column("查询事项", ("title",)),
        Column("查询代码", ("check",)),
        Column("环节代码", ("stage",)),
        Column("轮次", ("round",), Kind.INTEGER),
        Column("查询自", ("askedSince",), Kind.DATE),
        Column("现状", ("standing",)),
        Column("查询内容", ("asked",)),
        Column("结果", ("outcome",), Kind.CHOICE, outcomes),
        Column(explanation, ("explanation",)),
        *own,
        Column("文号", ("recordNumber",)),
        Column("答复日期", ("answeredOn",), Kind.DATE),
        Column("附件文件名", (ATTACHMENT,)),
    )
    return Table(name, columns)


def _credit(said: Json) -> CheckResult:
    if said["outcome"] == CLEAN:
        return CheckResult(outcome=CHECK_OUTCOME_CLEAN, credit=CreditRecord())
    listing = CreditListing(
        list_name=_filled(said, "explanation", "名单名称"),
        listed_on=_filled(said, "listedOn", "列入日期"),
        is_dishonesty=said["outcome"] == "dishonesty",
    )
    return CheckResult(outcome=CHECK_OUTCOME_HIT, credit=CreditRecord(listings=[listing]))


def _opinion(said: Json) -> CheckResult:
    conforms = said["outcome"] == CLEAN
    return CheckResult(
        outcome=CHECK_OUTCOME_CLEAN if conforms else CHECK_OUTCOME_HIT,
        opinion=Opinion(
            kind=OPINION_KIND_CONFORMS if conforms else OPINION_KIND_DOES_NOT_CONFORM,
            document_number=str(said.get("recordNumber", "")),
        ),
    )


def _duplicates(said: Json) -> CheckResult:
    if said["outcome"] == CLEAN:
        return CheckResult(outcome=CHECK_OUTCOME_CLEAN, duplicates=DuplicateSearch())
    found = Duplicate(
        kind=DUPLICATES[said["outcome"]],
        programme=_filled(said, "explanation", "已获支持的项目"),
        description=str(said.get("recordNumber", "")),
    )
    return CheckResult(outcome=CHECK_OUTCOME_HIT, duplicates=DuplicateSearch(duplicates=[found]))


def _filled(said: Json, key: str, heading: str) -> str:
    if not said.get(key):
        raise must_be_filled(heading)
    return str(said[key])


def must_be_filled(heading: str) -> Unusable:
    """What a row without a value that it needs is told."""
    return Unusable(f"须填写“{heading}”", f"{heading} must be filled")


#: By the kind of answer that a programme names. Whole records of a register, and invoices one by one, fit in no row.
FORMS: Mapping[str, Form] = {
    "credit": Form(
        _table(
            "信用查询",
            {"未发现": CLEAN, "命中（失信）": "dishonesty", "命中（一般处罚）": "penalty"},
            "名单名称",
            Column("列入日期", ("listedOn",), Kind.DATE),
        ),
        _credit,
    ),
    "opinion": Form(_table("征求意见", {"未发现（符合）": CLEAN, "命中（不符合）": "hit"}, "说明"), _opinion),
    "duplicates": Form(
        _table(
            "项目查重",
            {"未发现": CLEAN, "命中": "same", "疑似": "similar", "客户一方已获支持": "other_side"},
            "已获支持的项目",
        ),
        _duplicates,
    ),
}
TABLES = tuple(form.table for form in FORMS.values())
#: What says to which question a row belongs, and what every answer says.
NEEDED = ("caseId", "uscc", "check", "stage", "round", "outcome", "answeredOn")
#: What a row answers.
ANSWERS = ("outcome", "explanation", "listedOn", "recordNumber", "answeredOn", ATTACHMENT)


def answers_of(table: Table) -> list[str]:
    """What a row of a table is asked to say, by its names in JSON."""
    return [column.path[0] for column in table.columns if column.path[0] in ANSWERS]
