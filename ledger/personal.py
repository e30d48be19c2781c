"""Personal values as they are shown: masked unless somebody asks for them in full."""

from typing import TypeVar

from google.protobuf.message import Message

from duifu.v1.events_pb2 import Envelope
from duifu.v1.privacy_pb2 import MASK_ACCOUNT, MASK_EMAIL, MASK_MOBILE, MASK_NAME, Mask
from ledger.encryption import WITHHELD
from ledger.marks import marked, marks_of, place_of

#: What is shown in place of a value whose key was destroyed.
DESTROYED = "[已销毁]"

STARS = "****"
MOBILE_DIGITS = 11

M = TypeVar("M", bound=Message)


def masked(message: M) -> M:
    """A copy for people and exports: marked values masked, DESTROYED or WITHHELD where there is none to mask."""
    copy = readable(message)
    for _, holder, mark in marked(copy, False):
        setattr(holder, mark.field, mask(getattr(holder, mark.field), mark.mask))
    return copy


def readable(message: M) -> M:
    """A copy with the values in full, DESTROYED or WITHHELD where there is none; for somebody who needs to know."""
    copy = type(message)()
    copy.CopyFrom(message)
    for envelope in _envelopes(copy):
        for field in envelope.encrypted:
            found = place_of(envelope, field.path)
            if found is not None and not getattr(found[0], found[1].field):
                setattr(found[0], found[1].field, DESTROYED)
        envelope.ClearField("encrypted")
    return copy


def impersonal(message: M) -> M:
    """A copy without any person's values, not even masked, for places where nothing can be destroyed later."""
    copy = type(message)()
    copy.CopyFrom(message)
    for envelope in _envelopes(copy):
        envelope.ClearField("encrypted")
    for _, holder, mark in marked(copy, True):
        holder.ClearField(mark.field)
    return copy


def mask(value: str, how: Mask.ValueType) -> str:
    """What is shown of a value. Masking twice changes nothing."""
    if value in (DESTROYED, WITHHELD):
        return value
    if how == MASK_NAME:
        return f"{value[0]}**"
    if how == MASK_MOBILE and len(value) >= MOBILE_DIGITS:
        return f"{value[:3]}{STARS}{value[-4:]}"
    if how == MASK_EMAIL and "@" in value:
        return f"{value[0]}***@{value.rpartition('@')[2]}"
    if how == MASK_ACCOUNT and len(value) >= 2 * len(STARS):
        return f"{STARS}{value[-4:]}"
    return STARS


def _envelopes(message: Message) -> list[Envelope]:
    """The envelopes in a message: itself, or those of a page of facts."""
    if isinstance(message, Envelope):
        return [message]
    marks = marks_of(message.DESCRIPTOR, True)
    inner = [getattr(message, name) for name in marks.single if message.HasField(name)]
    inner += [one for name in marks.repeated for one in getattr(message, name)]
    return [envelope for one in inner for envelope in _envelopes(one)]
