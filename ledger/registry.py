"""Topics: the explicit, closed list of what may be stored. Never a module path, never an import by name."""

from google.protobuf.message import Message

from duifu.v1.events_pb2 import Event

_KINDS = Event.DESCRIPTOR.oneofs_by_name["kind"].fields

#: Topic in the database -> the field of `Event` that holds such an event.
FIELD_OF_TOPIC: dict[str, str] = {
    field.message_type.full_name: field.name for field in _KINDS if field.message_type is not None
}
_TOPIC_OF_FIELD = {field: topic for topic, field in FIELD_OF_TOPIC.items()}
NOTHING_INSIDE = "the stored event is of a kind this version does not know"


class UnknownTopic(ValueError):
    """The database names an event that this version does not know, or that is not the one stored."""


def wrap(message: Message) -> Event:
    """An `Event` that holds `message`. Raises UnknownTopic if it is no event of ours."""
    event = Event()
    put(message, event)
    return event


def put(message: Message, event: Event) -> None:
    """Copy `message` into an empty `Event`. Raises UnknownTopic if it is no event of ours."""
    inside = getattr(event, field_of(message.DESCRIPTOR.full_name))
    inside.CopyFrom(message)
    inside.SetInParent()  # an event without fields would otherwise leave the oneof unset


def unwrap(event: Event) -> Message:
    """The message inside. Raises UnknownTopic if there is none (written by a newer version)."""
    kind = event.WhichOneof("kind")
    if kind is None:
        raise UnknownTopic(NOTHING_INSIDE)
    message: Message = getattr(event, kind)
    return message


def topic_of(event: Event) -> str:
    """The stored name of the message inside, for instance `duifu.v1.VoucherIssued`. Raises UnknownTopic."""
    kind = event.WhichOneof("kind")
    if kind is None:
        raise UnknownTopic(NOTHING_INSIDE)
    return _TOPIC_OF_FIELD[kind]


def field_of(topic: str) -> str:
    """The field of `Event` for a topic. Raises UnknownTopic."""
    try:
        return FIELD_OF_TOPIC[topic]
    except KeyError:
        raise UnknownTopic(f"{topic!r} is not one of the {len(FIELD_OF_TOPIC)} events this version stores") from None
