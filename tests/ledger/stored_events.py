"""The list of everything the ledger stores: topics, fields, numbers, types. `--write` renews stored_events.txt."""

import sys
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from duifu.v1.events_pb2 import Envelope, Event
from ledger.registry import FIELD_OF_TOPIC

LIST = Path(__file__).with_name("stored_events.txt")
TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_BYTES: "bytes",
}
HEADING = """\
# What is stored, for ever: each topic with its number in duifu.v1.Event, then every message and enum inside.
# A line may be added. A line that changes or goes breaks ledgers that exist; a number is never used again.
# Renew with `make golden` after a change of proto/duifu/v1 that is meant.
"""


def listing() -> str:
    """The list as it is now."""
    topics = [f"{Event.DESCRIPTOR.fields_by_name[name].number:>4} {topic}" for topic, name in FIELD_OF_TOPIC.items()]
    kinds = sorted(_reachable(Envelope.DESCRIPTOR, {}).values(), key=lambda kind: kind.full_name)
    return "\n".join([HEADING, "topics", *topics, *("\n" + _described(kind) for kind in kinds)]) + "\n"


def _reachable(
    message: Descriptor, found: dict[str, Descriptor | EnumDescriptor]
) -> dict[str, Descriptor | EnumDescriptor]:
    found[message.full_name] = message
    for field in message.fields:
        if field.enum_type is not None:
            found[field.enum_type.full_name] = field.enum_type
        if field.message_type is not None and field.message_type.full_name not in found:
            _reachable(field.message_type, found)
    return found


def _described(kind: Descriptor | EnumDescriptor) -> str:
    if isinstance(kind, EnumDescriptor):
        return "\n".join([f"enum {kind.full_name}", *(f"{v.number:>4} {v.name}" for v in kind.values)])
    return "\n".join([f"message {kind.full_name}", *_fields(kind)])


def _fields(message: Descriptor) -> Iterator[str]:
    for field in sorted(message.fields, key=lambda field: field.number):
        inner = field.message_type or field.enum_type
        what = inner.full_name if inner is not None else TYPES[field.type]
        oneof = field.containing_oneof
        label = "repeated " if field.is_repeated else f"oneof {oneof.name.lstrip('_')} " if oneof is not None else ""
        yield f"{field.number:>4} {field.name}: {label}{what}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        LIST.write_text(listing(), "utf-8")
    else:
        sys.stdout.write(listing())
