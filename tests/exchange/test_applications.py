"""Applications in files: everything that an application says fits in a workbook, and comes out of it as it went in."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.labels import LABELS
from audit.paper_labels import VALUES
from domain.format.programme import Programme
from duifu.v1.commands_pb2 import Actor
from duifu.v1.facts_pb2 import Application
from exchange.application_form import ONLY_FOR, SHEETS, explained, tables_for
from exchange.applications import from_json, from_workbook, submitting, to_workbook
from exchange.attachments import Attachments, found_in
from exchange.reading import read_workbook
from exchange.unusable import Unusable
from tests.builders import an_application as a_claim
from tests.desk import the_rulebook
from tests.exchange.workbooks import filled_in, part_of
from tests.ledger.people import a_contact
from tests.programmes.qingdao import edition_of, the_source
from tests.rounds import a_bid

BEIJING, QINGDAO = (
    next(found for found in the_rulebook().programmes if found.programme_id == name)
    for name in ("bj-slq-2023", "qd-slzx")
)
EVERY_FACT: dict[str, dict[str, Any]] = {
    "words": {"type": "text", "choices": ["甲", "乙"]},
    "free_words": {"type": "text"},
    "number": {"type": "integer"},
    "sum_fen": {"type": "money"},
    "holds": {"type": "flag"},
    "day": {"type": "date"},
    "names": {"type": "texts"},
}


def with_every_fact(programme: Programme) -> Programme:
    """The same programme, which asks for a fact of every type."""
    facts = {name: {"title": {"zh": f"事实{name}"}, "clause": "QD-3.2b", **rule} for name, rule in EVERY_FACT.items()}
    asked = edition_of({**the_source().data, "facts": {**the_source().data["facts"], **facts}}).programme.facts
    return programme.model_copy(update={"facts": asked})


def through_a_workbook(application: Application, programme: Programme) -> Application:
    (handed,) = from_workbook(to_workbook([application], programme), programme, Attachments())
    assert handed.problems == ()
    return handed.application


#: By name: what stands in a test's name and in Hypothesis's reports is short.
WITH_EVERY_FACT = {"beijing": with_every_fact(BEIJING), "qingdao": with_every_fact(QINGDAO)}


# Whatever an application says


texts = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).map(str.strip).filter(bool)
)
lines = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
days = st.dates().map(lambda day: day.isoformat())
amounts = st.integers(1, 10**15)
FACTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "text": st.builds(lambda text: {"text": text}, texts),
    "date": st.builds(lambda day: {"text": day}, days),
    "integer": st.builds(lambda number: {"integer": number}, st.integers(0, 10**15)),
    "money": st.builds(lambda fen: {"integer": fen}, amounts),
    "flag": st.builds(lambda flag: {"flag": flag}, st.booleans()),
    "texts": st.builds(lambda found: {"texts": {"values": found}}, st.lists(lines, min_size=1, max_size=3)),
}


@st.composite
def messages(draw: st.DrawFn, kind: Descriptor, left_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """JSON of any message of this kind that says something."""
    fields = [field for field in kind.fields if field.name not in left_out and field.name != "facts"]
    said = draw(st.lists(st.sampled_from(fields), min_size=1, unique_by=lambda field: field.name))
    return {field.json_name: draw(values(field)) for field in said}


def values(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        inner = messages(field.message_type)
        return st.lists(inner, min_size=1, max_size=3) if field.is_repeated else inner
    if field.enum_type is not None:
        return st.sampled_from([value.name for value in field.enum_type.values if value.number])
    if field.type == FieldDescriptor.TYPE_BOOL:
        return st.booleans()
    if field.type == FieldDescriptor.TYPE_INT64:
        return amounts
    return days if field.name.endswith("_on") else texts


@st.composite
def applications(draw: st.DrawFn, name: str) -> Application:
    programme = WITH_EVERY_FACT[name]
    left_out = frozenset(name for name, kind in ONLY_FOR.items() if kind not in programme.stages)
    content = draw(messages(Application.DESCRIPTOR, left_out))
    asked = draw(st.lists(st.sampled_from(sorted(programme.facts)), unique=True))
    facts = {
        name: draw(st.sampled_from([{"text": choice} for choice in rule.choices]) if rule.choices else FACTS[rule.type])
        for name, rule in programme.facts.items()
        if name in asked
    }
    return json_format.ParseDict(content | ({"facts": facts} if facts else {}), Application())


@pytest.mark.parametrize("name", WITH_EVERY_FACT)
@settings(max_examples=30)
@given(data=st.data())
def test_an_application_comes_out_of_a_workbook_as_it_went_in(name: str, data: st.DataObject) -> None:
    application = data.draw(applications(name))

    assert through_a_workbook(application, WITH_EVERY_FACT[name]) == application


def reached(kind: Descriptor) -> set[FieldDescriptor]:
    """Every field of a message and of what it holds."""
    fields = set(kind.fields)
    for field in kind.fields:
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            fields |= reached(field.message_type)
    return fields


def test_every_field_of_an_application_has_its_heading_and_every_list_its_sheet() -> None:
    fields = reached(Application.DESCRIPTOR)

    assert {field.name for field in fields} <= LABELS.keys()
    assert {
        value.name for field in fields if field.enum_type for value in field.enum_type.values if value.number
    } <= VALUES.keys()
    lists = {field.full_name for field in fields if field.is_repeated and field.name != "facts"}
    assert lists == SHEETS.keys()


@pytest.mark.parametrize("programme", [BEIJING, QINGDAO], ids=["beijing", "qingdao"])
def test_no_heading_is_there_twice_and_each_is_explained(programme: Programme) -> None:
    tables = tables_for(programme)
    rows = explained(programme, tables)

    for table in tables:
        assert len(set(table.headings)) == len(table.headings)
        assert {heading for sheet, heading, *_ in (row for row in rows if len(row) == 4) if sheet == table.name} == set(
            table.headings
        )


def test_what_the_workbook_has_no_column_for_is_refused_rather_than_left_out() -> None:
    with pytest.raises(Unusable, match="has no column for"):
        to_workbook([a_claim()], QINGDAO)


def test_a_text_that_no_cell_can_hold_is_not_left_out_silently() -> None:
    bid = a_bid(1)
    bid.applicant.name = "长" * 40_000

    with pytest.raises(Unusable, match="申报 row 2 is too long for a workbook; use JSON"):
        to_workbook([bid], QINGDAO)


def test_the_same_applications_give_the_same_bytes() -> None:
    bids = [a_bid(1), a_bid(2)]

    assert to_workbook(bids, QINGDAO) == to_workbook(bids, QINGDAO)


def test_nothing_that_is_written_is_carried_out() -> None:
    bid = a_bid(1)
    bid.applicant.name = '=HYPERLINK("http://example.cn","示例")'
    bid.centre.name = "@SUM(1+1)*cmd|' /C calc'!A0"

    content = to_workbook([bid], QINGDAO)

    assert b"<f>" not in part_of(content, "xl/worksheets/sheet1.xml")
    assert b'quotePrefix="1"' in part_of(content, "xl/styles.xml")
    assert through_a_workbook(bid, QINGDAO) == bid


# Ids


def test_an_id_follows_from_what_is_asked_and_gives_no_persons_number_away() -> None:
    one, other = a_claim(), a_claim()
    one.contact.CopyFrom(a_contact(mobile="13800000001"))
    other.contact.CopyFrom(a_contact(mobile="13900000002"))

    def ids(*found: Message, actor: str = "portal.clerk") -> set[str]:
        handed = from_json(as_json(*found), Attachments())
        return {submitting(each, "bj-slq-2023", Actor(id=actor)).command_id for each in handed}

    assert len(ids(one, other)) == 1
    assert ids(one, actor="another.clerk") != ids(one)
    other.contract.contract_number = "HT-2"
    assert ids(other) != ids(one)


def as_json(*found: Message) -> bytes:
    return json.dumps([json_format.MessageToDict(one) for one in found]).encode()


# Documents


PAPER = b"%PDF paper"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "handed" / "甲公司"
    inner.mkdir(parents=True)
    (inner / "营业执照.pdf").write_bytes(PAPER)
    return tmp_path / "handed"


def with_document(name: str, **more: str) -> bytes:
    return json.dumps([{"materials": [{"kind": "business_licence", "attachment": name, **more}]}]).encode()


def test_a_named_document_brings_its_digest_and_size_from_json_and_from_a_workbook(folder: Path) -> None:
    blank = to_workbook([json_format.ParseDict({"materials": [{"title": "执照"}]}, Application())], BEIJING)
    filled = filled_in(blank, ("材料", 2, "附件文件名", "甲公司/营业执照.pdf"), ("材料", 2, "类别", "营业执照"))

    for handed in (
        from_json(with_document("甲公司/营业执照.pdf"), found_in(folder)),
        from_workbook(filled, BEIJING, found_in(folder)),
    ):
        ((material,), problems) = handed[0].application.materials, handed[0].problems
        assert (material.kind, material.sha256) == ("business_licence", sha256(PAPER).hexdigest())
        assert (material.size_bytes, problems) == (len(PAPER), ())


def test_the_spelling_of_an_accent_does_not_matter(folder: Path) -> None:
    (folder / "e\u0301.pdf").write_bytes(PAPER)

    (handed,) = from_json(with_document("\u00e9.pdf"), found_in(folder))

    assert handed.problems == ()


def test_a_document_that_is_not_there_or_is_another_is_said(folder: Path) -> None:
    (missing,) = from_json(with_document("合同.pdf"), found_in(folder))
    (other,) = from_json(with_document("甲公司/营业执照.pdf", sha256="ab" * 32), found_in(folder))

    assert "there is no attachment '合同.pdf'" in missing.problems[0]
    assert f"is {sha256(PAPER).hexdigest()}, not {'ab' * 32}" in other.problems[0]


@pytest.mark.parametrize(
    "name", ["../secret.txt", "甲公司/../../secret.txt", "link.pdf", "out/secret.txt", "", "甲公司", "\0"]
)
def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.pdf").symlink_to(folder.parent / "secret.txt")
    (folder / "out").symlink_to(folder.parent, target_is_directory=True)

    for said in (name, str(folder.parent / "secret.txt")):
        (handed,) = from_json(with_document(said), found_in(folder))
        assert "there is no attachment" in handed.problems[0]


def test_a_document_that_nothing_names_is_found_but_one_whose_digest_is_stated_is_named(folder: Path) -> None:
    (folder / "多余.pdf").write_bytes(b"more")
    attachments = found_in(folder)

    from_json(json.dumps([{"contract": {"sha256": sha256(PAPER).hexdigest()}}]).encode(), attachments)

    assert attachments.unnamed() == ["多余.pdf"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"applicant": {"name": "甲", "nickname": "乙"}}, "nickname"),
        ({"materials": "none"}, "repeated field materials"),
        ({"applicant": {"attachment": "x.pdf"}}, "there is no attachment"),
        ({"materials": [None]}, "null"),
        ({"materials": [{"sha256": ["ab"]}]}, "sha256"),
        ({"applicant": {"name": "\ud800"}}, "no Application"),
        ({"\ud800": "甲"}, r"\ud800"),
    ],
)
def test_json_that_is_no_application_is_said_of_that_one_alone(content: dict[str, Any], why: str) -> None:
    good, bad = from_json(json.dumps([{}, content]).encode(), Attachments())

    assert good.problems == ()
    assert why in bad.problems[0]


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"null"])
def test_json_that_is_no_list_of_applications_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable, match="a list of applications is needed"):
        from_json(content, Attachments())


def test_the_choices_of_a_template_are_those_of_the_programme() -> None:
    content = to_workbook([], QINGDAO)

    offered = read_workbook(content, "选项").sheets["选项"].rows
    assert "第三方专项审计报告" in {cell.text for row in offered.values() for cell in row.values()}
