"""Topics: the explicit, closed list of what may be stored. Never a module path, never an import by name."""

from google.protobuf.message import Message

from duifu.v1.events_pb2 import Event

_KINDS = Event.DESCRIPTOR.oneofs_by_name["kind"].fields

#: Topic in the database -> the field of `Event` that holds such an event.
FIELD_OF_TOPIC: dict[str, str] = {
    field.message_type.full_name: field.name for field in _KINDS if field.message_type is not None
}


class UnknownTopic(ValueError):
    """The database names an event that this version does not know, or that is not the one stored."""


def wrap(message: Message) -> Event:
    """An `Event` that holds `message`. Raises UnknownTopic if it is no event of ours."""
    event = Event()
    getattr(event, field_of(message.DESCRIPTOR.full_name)).MergeFrom(message)
    # An event without fields would otherwise leave the oneof unset.
    getattr(event, field_of(message.DESCRIPTOR.full_name)).SetInParent()
    return event


def unwrap(event: Event) -> Message:
    """The message inside. Raises UnknownTopic if there is none (written by a newer version)."""
    kind = event.WhichOneof("kind")
    if kind is None:
        raise UnknownTopic("the stored event is of a kind this version does not know")
    message: Message = getattr(event, kind)
    return message


def topic_of(event: Event) -> str:
    """The stored name of the message inside, for instance `duifu.v1.VoucherIssued`."""
    return unwrap(event).DESCRIPTOR.full_name


def field_of(topic: str) -> str:
    """The field of `Event` for a topic. Raises UnknownTopic."""
    try:
        return FIELD_OF_TOPIC[topic]
    except KeyError:
        raise UnknownTopic(f"{topic!r} is not one of the {len(FIELD_OF_TOPIC)} events this version stores") from None
