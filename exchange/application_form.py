"""The sheets in which applications are handed over, made from the published message and the programme."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from audit.labels import LABELS
from audit.paper_labels import VALUES
from domain.field_values import DATES
from domain.format.conditions import FactRule
from domain.format.programme import Programme
from duifu.v1.facts_pb2 import Application
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION, CASE_KIND_VOUCHER_CLAIM
from exchange.attachments import ATTACHMENT
from exchange.cells import Column, Kind
from exchange.tables import Table

APPLICATIONS = "申报"
#: Lists of a message: the name of their sheet.
SHEETS = {
    "duifu.v1.Contract.items": "合同明细",
    "duifu.v1.ContractItem.schedule": "分期价格",
    "duifu.v1.Application.services": "服务合同",
    "duifu.v1.ServiceContract.invoices": "发票",
    "duifu.v1.Invoice.lines": "发票明细",
    "duifu.v1.ServiceContract.receipts": "收款凭证",
    "duifu.v1.Application.materials": "材料",
}
#: What only one kind of programme is asked with. Anything else is asked by all.
ONLY_FOR = {
    "contract": CASE_KIND_VOUCHER_CLAIM,
    "purpose": CASE_KIND_VOUCHER_CLAIM,
    "centre": CASE_KIND_GRANT_APPLICATION,
    "services": CASE_KIND_GRANT_APPLICATION,
    "audit_report": CASE_KIND_GRANT_APPLICATION,
    "bank_account": CASE_KIND_GRANT_APPLICATION,
    "project_number": CASE_KIND_GRANT_APPLICATION,
}
#: How a fact that a programme declares is written: its kind of column, and its place in a FactValue.
FACTS: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "text": (Kind.TEXT, ("text",)),
    "date": (Kind.DATE, ("text",)),
    "integer": (Kind.INTEGER, ("integer",)),
    "money": (Kind.FEN, ("integer",)),
    "flag": (Kind.FLAG, ("flag",)),
    "texts": (Kind.TEXTS, ("texts", "values")),
}
_SCALARS = {
    FieldDescriptor.TYPE_STRING: Kind.TEXT,
    FieldDescriptor.TYPE_BOOL: Kind.FLAG,
    FieldDescriptor.TYPE_ENUM: Kind.CHOICE,
    FieldDescriptor.TYPE_INT64: Kind.INTEGER,
}


@dataclass(frozen=True)
class _Part:
    """A message at its place: in the JSON of its row, and in headings."""

    kind: Descriptor
    path: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def inner(self, field: FieldDescriptor) -> "_Part":
        assert field.message_type is not None
        return _Part(field.message_type, (*self.path, field.json_name), (*self.words, LABELS[field.name]))


def tables_for(programme: Programme) -> tuple[Table, ...]:
    """The sheets for applications to a programme, parents before children: all that `Application` can say.

    What only another kind of programme asks is left out.
    """
    return tuple(_Maker(programme).tables(_Part(Application.DESCRIPTOR), APPLICATIONS))


class _Maker:
    """Makes the sheets of one programme."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._left_out = {name for name, kind in ONLY_FOR.items() if kind not in programme.stages}

    def tables(
        self, part: _Part, name: str, place: tuple[str, ...] = (), parent: Table | None = None
    ) -> Iterator[Table]:
        """The sheet of a message, and those of the lists in it."""
        lists = list(self._lists(part))
        table = Table(name, tuple(self._columns(part)), f"{name}序号" if lists else "", parent, place)
        yield table
        for inner, field in lists:
            assert field.message_type is not None
            yield from self.tables(_Part(field.message_type), SHEETS[field.full_name], inner, table)

    def _lists(self, part: _Part) -> Iterator[tuple[tuple[str, ...], FieldDescriptor]]:
        """The lists in a message and in the messages that it holds once, each with its place in the JSON."""
        for field in self._fields(part):
            if field.full_name in SHEETS:
                yield (*part.path, field.json_name), field
            elif field.message_type is not None and not field.is_repeated:
                yield from self._lists(part.inner(field))

    def _columns(self, part: _Part) -> Iterator[Column]:
        for field in self._fields(part):
            if field.full_name == "duifu.v1.Application.facts":
                yield from (_fact(name, rule) for name, rule in self._programme.facts.items())
            elif field.message_type is None:
                yield from self._scalars(part, field)
            elif not field.is_repeated:
                yield from self._columns(part.inner(field))

    def _fields(self, part: _Part) -> Iterator[FieldDescriptor]:
        left_out = self._left_out if part.kind is Application.DESCRIPTOR else ()
        return (field for field in part.kind.fields if field.name not in left_out)

    def _scalars(self, part: _Part, field: FieldDescriptor) -> Iterator[Column]:
        """One column; beside a digest also one for the name of the file."""
        words, path = "·".join((*part.words, LABELS[field.name])), (*part.path, field.json_name)
        if field.name == "sha256":
            yield Column("·".join((*part.words, "附件文件名")), (*part.path, ATTACHMENT))
        if field.name.endswith("_fen"):
            yield Column(f"{words}（元）", path, Kind.FEN)
        elif field.name.endswith(DATES):
            yield Column(words, path, Kind.DATE)
        elif field.full_name == "duifu.v1.Material.kind":
            yield Column(words, path, choices={rule.title.zh: rule.kind for rule in self._programme.materials})
        else:
            choices = _titles(field.enum_type) if field.enum_type else {}
            yield Column(words, path, _SCALARS[field.type], choices)


def _titles(enum: EnumDescriptor) -> Mapping[str, str]:
    return {VALUES[value.name]: value.name for value in enum.values if value.number}


def _fact(name: str, rule: FactRule) -> Column:
    kind, inner = FACTS[rule.type]
    heading = f"{LABELS['facts']}·{rule.title.zh}" + ("（元）" if kind is Kind.FEN else "")
    return Column(heading, ("facts", name, *inner), kind, {choice: choice for choice in rule.choices})


def explained(programme: Programme, tables: Sequence[Table]) -> list[list[str]]:
    """What the sheet 说明 says: how to fill in, and every column with what it takes and its name in JSON."""
    title = f"{programme.title.zh}（{programme.programme_id}，版本{programme.edition}，{programme.sha256}）"
    rows = [
        [title],
        [f"每个申请占“{APPLICATIONS}”表一行，自行编号；其他表的行用这些序号说明归属。"],
        ["附件文件名是附件文件夹中的文件，可含子文件夹，如 甲公司/营业执照.pdf；又填文件摘要的，两者须一致。"],
        ["长编号请保持文本格式。不接受公式和合并单元格；可以删去不用的列，不能改动列标题。"],
        [],
        ["工作表", "列", "填写", "JSON"],
    ]
    for table in tables:
        rows += [[table.name, key, str(Kind.INTEGER), ""] for key in table.keys]
        rows += [[table.name, column.heading, _takes(column), ".".join(column.path)] for column in table.columns]
    return rows


def _takes(column: Column) -> str:
    words = "、".join(column.choices)
    return f"{column.kind}：{words}" if words else str(column.kind)
