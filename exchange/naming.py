"""Ids of commands that come out of files: the same content, the same id, so that a second run changes nothing."""

import hashlib

from google.protobuf.message import Message

from ledger.personal import impersonal


def content_id(asked: Message, place: str = "") -> str:
    """The id of a command that asks this, at a `place` where that matters.

    An id stays readable for good, so nobody may find out a number by trying: persons' values are left out.
    """
    content = b"\0".join((place.encode(), impersonal(asked).SerializeToString(deterministic=True)))
    return f"exchange:{hashlib.sha256(content).hexdigest()[:32]}"
