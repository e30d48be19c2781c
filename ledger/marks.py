"""Which fields are marked as somebody's, and where in a message they are. (proto/duifu/v1/privacy.proto)"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from duifu.v1 import privacy_pb2
from duifu.v1.privacy_pb2 import Mask

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked field of a message."""

    field: str
    subject: str  # the field beside it that names the person; empty: nobody's own, only masked
    mask: Mask.ValueType


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in one kind of message, and through which of its fields more is reached."""

    here: tuple[Mark, ...]
    single: tuple[str, ...]
    repeated: tuple[str, ...]
    alone: tuple[str, ...]  # of `single`, those that may be filled whatever else is
    oneofs: tuple[str, ...]  # where one of the others may be


@cache
def marks_of(kind: Descriptor, of_persons: bool) -> Marks:
    """The marks of a kind of message, worked out once; `of_persons` leaves out what is only masked.

    Raises TypeError for a mark that cannot be honoured: only single text fields, outside maps, can be marked.
    """
    inner = [field for field in kind.fields if any(_marks_in(reached, of_persons) for reached in _reached(field))]
    for field in inner:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            raise TypeError(f"{field.full_name} is a map, and holds personal fields; use a repeated message")
    single = [field for field in inner if not field.is_repeated]
    return Marks(
        _marks_in(kind, of_persons),
        single=tuple(field.name for field in single),
        repeated=tuple(field.name for field in inner if field.is_repeated),
        alone=tuple(field.name for field in single if field.containing_oneof is None),
        oneofs=tuple({field.containing_oneof.name: None for field in single if field.containing_oneof}),
    )


def marked(message: Message, of_persons: bool) -> list[tuple[str, Message, Mark]]:
    """Every marked field that is filled, in order: its path, the message that holds it, its mark."""
    found: list[tuple[str, Message, Mark]] = []
    _collect(message, of_persons, "", found)
    return found


def place_of(message: Message, path: str) -> tuple[Message, Mark] | None:
    """The message that holds a person's field, by the field's path, and its mark; None if it is no such place."""
    *steps, (last, _) = _steps(path)
    for name, number in steps:
        marks = marks_of(message.DESCRIPTOR, True)
        if number is None and name in marks.single and message.HasField(name):
            message = getattr(message, name)
        elif number is not None and name in marks.repeated and number < len(getattr(message, name)):
            message = getattr(message, name)[number]
        else:
            return None
    for mark in marks_of(message.DESCRIPTOR, True).here:
        if mark.field == last:
            return message, mark
    return None


def _collect(message: Message, of_persons: bool, path: str, found: list[tuple[str, Message, Mark]]) -> None:
    marks = marks_of(message.DESCRIPTOR, of_persons)
    for mark in marks.here:
        if getattr(message, mark.field):
            found.append((path + mark.field, message, mark))
    filled = [name for name in marks.alone if message.HasField(name)]
    filled += [name for oneof in marks.oneofs if (name := message.WhichOneof(oneof)) in marks.single]
    for name in filled:
        _collect(getattr(message, name), of_persons, f"{path}{name}.", found)
    for name in marks.repeated:
        for number, one in enumerate(getattr(message, name)):
            _collect(one, of_persons, f"{path}{name}[{number}].", found)


@lru_cache(4096)
def _steps(path: str) -> tuple[tuple[str, int | None], ...]:
    found = [_STEP.fullmatch(step) for step in path.split(".")]
    return tuple((step[1], int(step[2]) if step[2] else None) if step else ("", None) for step in found)


def _marks_in(kind: Descriptor, of_persons: bool) -> tuple[Mark, ...]:
    found = []
    for field in kind.fields:
        if field.GetOptions().HasExtension(privacy_pb2.personal):
            if field.type != FieldDescriptor.TYPE_STRING or field.is_repeated:
                raise TypeError(f"{field.full_name} is marked as personal, and is no single text field")
            said = field.GetOptions().Extensions[privacy_pb2.personal]
            if said.subject and said.subject not in kind.fields_by_name:
                raise TypeError(f"{field.full_name} is {said.subject}'s, and {kind.full_name} has no such field")
            if said.subject or not of_persons:
                found.append(Mark(field.name, said.subject, said.mask))
    return tuple(found)


def _reached(field: FieldDescriptor) -> set[Descriptor]:
    """Every kind of message inside a field, however deep."""
    found: set[Descriptor] = set()
    ahead = [field]
    while ahead:
        kind = ahead.pop().message_type
        if kind is not None and kind not in found:
            found.add(kind)
            ahead += kind.fields
    return found
