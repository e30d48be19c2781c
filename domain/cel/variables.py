"""The variables of a programme's expressions: what they are called, of what type they are, and how they are read.

A field of a message is a variable of its own, "application.contract.signed_on", so that a case hands over the few
fields that are read and not whole messages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from cel_expr_python import cel
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from domain.cel.functions import BOOL, INT, TEXT
from domain.facts import CaseFacts
from domain.format.programme import Programme
from duifu.v1.facts_pb2 import (
    Application,
    CreditRecord,
    DuplicateSearch,
    EnterpriseRecord,
    InvoiceVerifications,
    Opinion,
    OtherBenefit,
    RedemptionRequest,
    Relation,
)

#: What a check may answer: the field of CheckResult and its message.
ANSWERS: Mapping[str, type[Message]] = {
    "enterprise": EnterpriseRecord,
    "relation": Relation,
    "credit": CreditRecord,
    "invoices": InvoiceVerifications,
    "opinion": Opinion,
    "duplicates": DuplicateSearch,
}
TEXTS = cel.Type.List(TEXT)
#: A ratio is not here: rates are applied by steps, exactly.
PARAMETER_TYPES = {
    "money": INT,
    "count": INT,
    "text": TEXT,
    "texts": TEXTS,
    "flag": BOOL,
    "choice": TEXT,
    "date": TEXT,
}
#: Type of a declared fact -> its type in expressions, and the field of FactValue that holds it.
FACT_TYPES = {
    "text": (TEXT, "text"),
    "integer": (INT, "integer"),
    "money": (INT, "integer"),
    "flag": (BOOL, "flag"),
    "date": (TEXT, "text"),
    "texts": (TEXTS, "texts"),
}
BY_CPP_TYPE = {
    FieldDescriptor.CPPTYPE_STRING: TEXT,
    FieldDescriptor.CPPTYPE_INT32: INT,
    FieldDescriptor.CPPTYPE_INT64: INT,
    FieldDescriptor.CPPTYPE_ENUM: INT,
    FieldDescriptor.CPPTYPE_BOOL: BOOL,
}
PLAIN = {
    "received_on": TEXT,
    "accepted_on": TEXT,
    "received_time": TEXT,
    "benefits": cel.Type.List(cel.Type(OtherBenefit.DESCRIPTOR.full_name)),
    "ruled_met": TEXTS,
}
#: Names that a check cannot have.
RESERVED = frozenset(PLAIN) | {"application", "redemption", "parameter", "window", "fact", "line"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field inside the message that a variable holds."""

    parent: tuple[str, ...]  # ("application", "contract")
    name: str
    type: Any
    is_list: bool
    enum: EnumDescriptor | None


class Variables:
    """The variables of one programme."""

    def __init__(self, programme: Programme):
        """Raises ValueError for a check that is named like a fact."""
        if taken := RESERVED & programme.checks.keys():
            raise ValueError(f"checks: {', '.join(sorted(taken))} is the name of a fact")
        self._programme = programme
        answers = {name: ANSWERS[rule.answers].DESCRIPTOR for name, rule in programme.checks.items()}
        self.messages: Mapping[str, Any] = {
            "application": Application.DESCRIPTOR,
            "redemption": RedemptionRequest.DESCRIPTOR,
        } | answers
        self.fields = {name: f for root, message in self.messages.items() for name, f in _fields((root,), message)}
        self.windows = _windows(programme)
        self.types: dict[str, Any] = PLAIN | dict.fromkeys(self.windows, TEXT)
        for name, parameter in programme.parameters.items():
            if parameter.kind != "ratio":
                self.types[f"parameter.{name}"] = PARAMETER_TYPES[parameter.kind]
        self.types |= {f"fact.{name}": FACT_TYPES[rule.type][0] for name, rule in programme.facts.items()}
        self.types |= {name: cel.Type(message.full_name) for name, message in self.messages.items()}
        self.whole = dict(self.types)  # CEL's has(...) needs the message, and not a variable for its field
        self.types |= {name: field.type for name, field in self.fields.items()}
        self.roots = frozenset(name.split(".")[0] for name in self.types)

    def named(self, path: str) -> str:
        """The variable that a path begins with, the longest there is; empty if it names none."""
        while path and path not in self.types:
            path = path.rpartition(".")[0]
        return path

    def known(self) -> list[str]:
        """What an author may write, for suggestions."""
        return sorted(self.types)


class Reader:
    """Reads some variables off a case."""

    def __init__(self, programme: Programme, variables: Variables, names: Iterable[str]):
        self._programme = programme
        self._facts: list[str] = []
        self._plain: list[tuple[str, Callable[[CaseFacts], Any]]] = []
        fields: dict[str, list[str]] = {}
        for name in sorted(names):
            if name.startswith("fact."):
                self._facts.append(name)
            elif name in variables.fields:
                fields.setdefault(name.partition(".")[0], []).append(name)
            elif name in variables.messages or name in PLAIN:
                self._plain.append((name, _source(programme, name)))
        self._lists = [name for grouped in fields.values() for name in grouped if variables.fields[name].is_list]
        # What lies in one message is read off it together.
        self._fields = [(_source(programme, root), grouped, _getter(grouped)) for root, grouped in fields.items()]

    def read(self, facts: CaseFacts, values: dict[str, Any]) -> list[str]:
        """Put the values of one case into `values`. Gives the facts that were not given."""
        for name, source in self._plain:
            values[name] = source(facts)
        for source, names, get in self._fields:
            values.update(zip(names, get(source(facts)), strict=True))
        for name in self._lists:
            values[name] = list(values[name])  # CEL knows no other
        missing = []
        for name in self._facts:
            value = given(self._programme, facts, name.removeprefix("fact."))
            if value is None:
                missing.append(name)
            else:
                values[name] = value
        return missing


def _source(programme: Programme, name: str) -> Callable[[CaseFacts], Any]:
    """How to come by a variable that is no field."""
    match name:
        case "application" | "redemption" | "received_time":
            return attrgetter(name)
        case "received_on":
            return lambda facts: facts.received_on.isoformat()
        case "accepted_on":
            return lambda facts: facts.counted_on.isoformat()
        case "benefits":
            return lambda facts: list(facts.benefits)
        case "ruled_met":
            return lambda facts: sorted(facts.ruled_met)
    kind = programme.checks[name].answers
    nothing = ANSWERS[kind]()

    def answered(facts: CaseFacts) -> Message:
        result = facts.checks.get(name)
        answer: Message = nothing if result is None else getattr(result, kind)
        return answer

    return answered


def _getter(names: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    fields = [name.partition(".")[2] for name in names]
    get = attrgetter(*fields)
    return get if len(fields) > 1 else lambda message: (get(message),)


def given(programme: Programme, facts: CaseFacts, name: str) -> Any:
    """A fact that only this programme asks for, as plain Python; None if it was not given, or as another kind."""
    if name not in facts.application.facts:
        return None
    field = FACT_TYPES[programme.facts[name].type][1]
    value = facts.application.facts[name]
    if value.WhichOneof("kind") != field:
        return None
    return list(value.texts.values) if field == "texts" else getattr(value, field)


def _fields(path: tuple[str, ...], message: Any) -> Iterator[tuple[str, Field]]:
    """The fields of a message and of those inside it, but for maps."""
    for field in message.fields:
        inner, enum = field.message_type, field.enum_type
        if inner is not None and inner.GetOptions().map_entry:
            continue
        if inner is not None and not field.is_repeated:
            yield from _fields((*path, field.name), inner)
            continue
        plain = cel.Type(inner.full_name) if inner is not None else BY_CPP_TYPE[field.cpp_type]
        kind = cel.Type.List(plain) if field.is_repeated else plain
        yield ".".join((*path, field.name)), Field(path, field.name, kind, field.is_repeated, enum)


def _windows(programme: Programme) -> dict[str, str]:
    values = {}
    for name, window in programme.windows.items():
        values[f"window.{name}_from"] = window.first.isoformat()
        values[f"window.{name}_through"] = window.last.isoformat()
        values[f"window.{name}_closes_at"] = window.closes_at
    return values
