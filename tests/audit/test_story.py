"""Every event that may be stored, and everything that a state may hold, is told in words of its own."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from audit.labels import AUTHENTICATIONS, LABELS
from audit.paper_labels import VALUES
from audit.story import COMMANDS, clause, sentence
from domain.amount import InvoiceTotals
from domain.case import Case, OpenStage, UnknownEvent
from domain.kinds import BY_STREAM
from domain.money import show
from domain.orders import Order
from domain.paying_wording import CLAIM_STATES
from domain.quarter_index import Claim, ClaimState
from domain.states import DERIVED
from duifu.v1.commands_pb2 import VERDICT_PASS, Authentication, Command
from duifu.v1.events_pb2 import AmountStep, AmountTrace, CaseAccepted, CaseClosed, Decided, Event, StageLapsed
from duifu.v1.facts_pb2 import CheckResult
from duifu.v1.plan_pb2 import CasePlan, CorrectionRule, Stage
from ledger.registry import FIELD_OF_TOPIC

PLAN = CasePlan(
    stages=[
        Stage(key="review", title="审核", clause="BJ-4.2", correction=CorrectionRule(title="补正")),
        Stage(key="issuance", title="发放", clause="BJ-4.3"),
    ]
)
AMOUNT_FEN = 1_000_000


def an_event(topic: str) -> Message:
    """An event of one topic with nothing in it."""
    event: Message = getattr(Event(), FIELD_OF_TOPIC[topic])
    return type(event)()


def filled(message: Message) -> Message:
    """The same with something in every field: amounts that are all different, exact where they are texts."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None or len(getattr(field.containing_oneof, "fields", ())) > 1:
            continue
        if field.is_repeated:
            getattr(message, field.name).append(_value(field))
        else:
            setattr(message, field.name, _value(field))
    return message


def _value(field: Any) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values[1].number
    if field.type == FieldDescriptor.TYPE_STRING:
        return str(AMOUNT_FEN + field.number) if field.name.endswith("_fen") else f"<{field.name}>"
    return field.type == FieldDescriptor.TYPE_BOOL or AMOUNT_FEN + field.number


@pytest.mark.parametrize("topic", FIELD_OF_TOPIC)
def test_an_event_is_told_in_chinese_and_not_as_data(topic: str) -> None:
    said = sentence(filled(an_event(topic)), PLAN)

    assert re.search("[\u4e00-\u9fff]{2}", said)
    assert not re.search(r'[{}"]|CASE_|_UNSPECIFIED', said)


@pytest.mark.parametrize("topic", FIELD_OF_TOPIC)
def test_an_event_that_says_nothing_is_still_told(topic: str) -> None:
    assert sentence(an_event(topic))


def test_no_two_events_are_told_alike() -> None:
    told = [sentence(filled(an_event(topic)), PLAN) for topic in FIELD_OF_TOPIC]

    assert len(told) > 40
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("topic", [topic for topic in FIELD_OF_TOPIC if topic != CaseClosed.DESCRIPTOR.full_name])
def test_no_amount_of_money_is_passed_over(topic: str) -> None:
    event = filled(an_event(topic))
    amounts = [field.name for field in event.DESCRIPTOR.fields if field.name.endswith("_fen")]

    said = sentence(event, PLAN)

    assert [name for name in amounts if show(int(getattr(event, name))) not in said] == []


def test_a_case_is_closed_in_the_words_in_which_it_was_decided() -> None:
    assert sentence(CaseClosed(summary="已发放算力券¥1.00", amount_fen=100)) == "办结：已发放算力券¥1.00"


def test_what_is_no_event_is_not_told() -> None:
    with pytest.raises(UnknownEvent, match="CheckResult"):
        sentence(CheckResult())


# Stages and clauses


def test_a_stage_goes_by_the_title_in_the_plan_of_its_case() -> None:
    passed = Decided(stage="review", verdict=VERDICT_PASS)

    assert sentence(passed, PLAN) == "审核：通过"
    assert sentence(passed) == "review：通过"
    assert sentence(StageLapsed(stage="correction"), PLAN) == "补正：逾期"


@pytest.mark.parametrize(
    ("event", "rests_on"),
    [
        (CaseClosed(clause="BJ-3.3", trace=AmountTrace(steps=[AmountStep(clause="BJ-3.2")])), "BJ-3.3"),
        (Decided(stage="review", trace=AmountTrace(steps=[AmountStep(clause="BJ-3.2")])), "BJ-3.2"),
        (Decided(stage="review"), "BJ-4.2"),
        (Decided(stage="unknown"), ""),
        (CaseAccepted(), ""),
    ],
)
def test_an_event_rests_on_its_own_clause_else_on_its_last_step_else_on_its_stage(
    event: Message, rests_on: str
) -> None:
    assert clause(event, PLAN) == rests_on


# Words for everything


def test_every_kind_of_command_has_a_title() -> None:
    assert set(COMMANDS) == {field.name for field in Command.DESCRIPTOR.oneofs_by_name["kind"].fields}


def test_every_way_to_establish_who_acts_has_a_title() -> None:
    assert set(AUTHENTICATIONS) == set(Authentication.values()) - {0}


def test_every_state_of_a_claim_has_a_title() -> None:
    assert set(ClaimState) <= set(CLAIM_STATES)


#: Told in one line, whatever is in them.
WHOLE = {CasePlan.DESCRIPTOR.full_name, CheckResult.DESCRIPTOR.full_name, *FIELD_OF_TOPIC}


def reached(kind: type) -> Iterator[Any]:
    """A state's dataclass, and every dataclass and message in it that is told field by field."""
    ahead: list[Any] = [kind]
    seen: set[Any] = set()
    while ahead:
        one = ahead.pop()
        if one in seen or one in (Claim, Order, InvoiceTotals) or getattr(one, "full_name", "") in WHOLE:
            continue
        seen.add(one)
        yield one
        if isinstance(one, Descriptor):
            ahead += [field.message_type for field in one.fields if field.message_type]
        else:
            hints, told = get_type_hints(one, localns=MAPS), [each for each in fields(one) if each.metadata != DERIVED]
            ahead += [inner for each in told for inner in _kinds(hints[each.name])]


#: The maps of a quarter cannot be subscripted while the program runs.
MAPS = {"HashTrieMap": Mapping, "HashTrieSet": AbstractSet}


def _kinds(hint: Any) -> Iterator[Any]:
    if is_dataclass(hint):
        yield hint
    elif isinstance(hint, type) and issubclass(hint, Message):
        yield hint.DESCRIPTOR
    for inner in get_args(hint):
        yield from _kinds(inner)


@pytest.mark.parametrize("stream", BY_STREAM)
def test_every_field_of_a_state_and_of_what_was_handed_in_has_a_label(stream: str) -> None:
    names, values = set(), set()
    for kind in reached(type(BY_STREAM[stream].initial)):
        if isinstance(kind, Descriptor):
            names |= {field.name for field in kind.fields}
            values |= {value.name for f in kind.fields if f.enum_type for value in f.enum_type.values if value.number}
        else:
            names |= {field.name for field in fields(kind) if field.metadata != DERIVED}

    assert names
    assert (names - set(LABELS), values - set(VALUES)) == (set(), set())


def test_what_an_application_holds_is_reached() -> None:
    kinds = {getattr(kind, "name", kind) for kind in reached(Case)}

    assert {Case, OpenStage, "Application", "ContractItem", "BankAccount", "Material"} <= kinds
