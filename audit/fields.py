"""A state as labelled fields, one by one: for people, for machines, and for telling two states apart."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from audit.labels import LABELS
from audit.paper_labels import VALUES
from audit.story import sentence
from domain.amount import InvoiceTotals
from domain.batches import Batch
from domain.case import OpenStage
from domain.dates import SHANGHAI
from domain.invoices import invoiced_fen
from domain.money import Exact, exact_text, show, show_exact
from domain.orders import Order
from domain.paying_wording import CLAIM_STATES, RESULTS, STANDINGS
from domain.quarter_index import Claim
from domain.round import Standing
from domain.states import DERIVED
from domain.wording import CHECKS, OUTCOMES, check_title, deadline, last_day
from duifu.v1.events_pb2 import CaseClosed
from duifu.v1.facts_pb2 import Application, CheckResult, Contract, RedemptionRequest
from duifu.v1.plan_pb2 import CasePlan
from ledger.personal import masked
from ledger.registry import FIELD_OF_TOPIC

BY_CHECK = ("checks", "asked_at", "entered_by")
Place = tuple[int | str, ...]  # one part for each step from the state down; parts at one depth are of one type


@dataclass(frozen=True, slots=True)
class Field:
    """One field that says something. What says nothing, such as an empty text or no money, is left out."""

    path: str  # "stage.dueAt", "decisions[0]", "orders[bj-slq-2023-2024Q1-00001]"
    label: str  # "当前环节·时限"
    value: Any  # as the state holds it
    shown: Any  # the same, with personal values masked
    text: str  # for people
    place: Place  # where it stands among the others


def fields_of(state: Any, *, is_brief: bool = False) -> list[Field]:
    """All fields of a state, in its own order; `is_brief` gives what was handed in one line."""
    if state is None:
        return []
    return list(_Reader(getattr(state, "plan", CasePlan()), is_brief).inside(state, "", "", ()))


def as_json(value: Any) -> Any:
    """A state, or a part of one, for machines: names as protobuf's JSON writes them, exact amounts as "n/d"."""
    match value:
        case None | bool() | int() | str():
            return value
        case Message():
            return json_format.MessageToDict(masked(value))
        case Fraction():
            return exact_text(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): as_json(inner) for key, inner in value.items()}
        case AbstractSet():
            return sorted(as_json(inner) for inner in value)
        case Sequence():
            return [as_json(inner) for inner in value]
    told = ((field, getattr(value, field.name)) for field in fields(value) if field.metadata != DERIVED)
    return {_camel(field.name): exact_text(own) if field.type == Exact else as_json(own) for field, own in told}


@dataclass(frozen=True, slots=True)
class _Reader:
    plan: CasePlan
    is_brief: bool

    def inside(self, whole: Any, path: str, label: str, place: Place) -> Iterator[Field]:
        """The fields of a dataclass or a message."""
        shown = {name: value for _, name, value in _parts(masked(whole) if isinstance(whole, Message) else whole)}
        for number, name, value in _parts(whole):
            inner_path = f"{path}.{_camel(name)}" if path else _camel(name)
            inner_label = f"{label}·{LABELS[name]}" if label else LABELS[name]
            yield from self.one(value, shown[name], name, inner_path, inner_label, (*place, number))

    def one(self, value: Any, shown: Any, name: str, path: str, label: str, place: Place) -> Iterator[Field]:
        """A field that is one value, or the fields inside it."""
        if says_nothing(value):
            return
        if text := self.line(shown, name):
            yield Field(path, label, value, shown, text, place)
        elif isinstance(value, Mapping):
            for key in sorted(value):
                title = check_title(key) if name in BY_CHECK else key
                yield from self.one(value[key], shown[key], name, f"{path}[{key}]", f"{label}·{title}", (*place, key))
        elif isinstance(value, Message) or is_dataclass(value):
            yield from self.inside(value, path, label, place)
        else:
            for number, item in enumerate(value):
                where = f"{path}[{number}]", f"{label}·{number + 1}", (*place, number)
                if isinstance(item, OpenStage):
                    yield Field(where[0], where[1], item, item, stage_line(item), where[2])
                else:
                    yield from self.one(item, shown[number], name, *where)

    def line(self, value: Any, name: str) -> str | None:
        """One line that says all of a value; None for what is told field by field."""
        match value:
            case bool():
                return "是" if value else "否"
            case int():
                return show(value) if name.endswith("_fen") or name in AMOUNTS else str(value)
            case Fraction():
                return show_exact(exact_text(value))
            case Standing():
                return STANDINGS[value]
            case str():
                return f"sha256:{value}" if value and name.endswith("sha256") else VALUES.get(value, value)
            case (str() as stage, int() as number):
                return f"{stage}（第{number}轮）"
            case datetime():
                return (
                    f"{last_day(value)} 24:00" if name == "due_at" else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
                )
            case date():
                return value.isoformat()
            case AbstractSet():
                return "、".join(str(item) for item in sorted(value))
            case Sequence() if all(isinstance(item, str) for item in value):
                return "；".join(value)
            case Claim():
                return f"{CLAIM_STATES[value.state]}，应兑付{show(value.due_fen)}（{value.voucher_id}）"
            case Batch():
                signed = "，".join(
                    f"{step}：{'、'.join(value.signed_by.get(step, ())) or '待签'}" for step in value.steps
                )
                return f"第{value.number}批{len(value.order_ids)}笔，{signed}"
            case Order():
                return f"{sentence(value.ordered)}，{RESULTS[value.result]}"
            case InvoiceTotals():
                amounts = (value.invoiced_fen, value.delivered_fen, value.paid_fen, value.used_fen)
                invoiced, delivered, paid, used = (show_exact(exact_text(amount)) for amount in amounts)
                back = f"，红冲{show_exact(exact_text(value.reversed_fen))}" if value.reversed_fen else ""
                return f"开票{invoiced}{back}，交付{delivered}，付款{paid}，已用{used}"
            case CasePlan():
                return f"{value.programme_title} 版本{value.edition}（sha256:{value.edition_sha256}）"
            case CheckResult():
                source = f"（{value.source}）" if value.source else ""
                return f"{CHECKS.get(value.outcome, '未记录结果')} {value.detail}".rstrip() + source
            case CaseClosed():
                return value.summary or OUTCOMES.get(value.outcome, "")
            case Application() if self.is_brief:
                return _contract_line(value.contract)
            case RedemptionRequest() if self.is_brief:
                total = invoiced_fen(value)
                return f"{value.voucher_id}，发票{len(value.invoices)}张共{show(total)}"
            case Contract() if self.is_brief:
                return _contract_line(value)
            case Message() if value.DESCRIPTOR.full_name in FIELD_OF_TOPIC:
                return sentence(value, self.plan)
        return None


#: Mappings from a case or an order to fen.
AMOUNTS = (
    "carried",
    "deferred",
    "held",
    "issued",
    "levels",
    "queue",
    "recovered",
    "redeemed",
    "reversed_by",
    "to_set_off",
)


def says_nothing(value: Any) -> bool:
    """Whether a field is as empty as before the first event."""
    if isinstance(value, Message):
        return not value.ListFields()
    return not value or value == date.min


def stage_line(stage: OpenStage) -> str:
    """A stage of the past in one line."""
    return f"{stage.title}（第{stage.round}轮）：由{stage.waits_on}办理，{deadline(stage.due_at)}（{stage.rests_on}）"


def _parts(whole: Any) -> Iterator[tuple[int, str, Any]]:
    if not isinstance(whole, Message):
        told = (field for field in fields(whole) if field.metadata != DERIVED)
        yield from ((number, field.name, getattr(whole, field.name)) for number, field in enumerate(told))
        return
    for field, value in whole.ListFields():
        if field.enum_type is not None:
            known = field.enum_type.values_by_number.get(value)
            yield field.number, field.name, known.name if known else str(value)
        else:
            yield field.number, field.name, value


def _contract_line(contract: Contract) -> str:
    days = f"{contract.starts_on}至{contract.ends_on}"
    return f"合同{contract.contract_number}，{show(contract.total_fen)}，{days}，供给方{contract.supplier.name}"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
