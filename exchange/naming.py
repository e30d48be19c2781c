"""Ids of commands that come out of files: the same actor and content, the same id: a second run changes nothing."""

import hashlib

from google.protobuf.message import Message

from duifu.v1.commands_pb2 import Actor
from ledger.personal import impersonal


def content_id(asked: Message, actor: Actor, place: str = "") -> str:
    """The id of a command in which `actor` asks this, at a `place` where that matters.

    Another actor's command is another one, which the ledger decides on what is there by then.

    An id stays readable for good, so nobody may find out a number by trying: persons' values are left out.
    """
    said = [impersonal(message).SerializeToString(deterministic=True) for message in (actor, asked)]
    # Each by its own digest, so that none runs over into the next.
    parts = [hashlib.sha256(part).digest() for part in (place.encode(), *said)]
    return f"exchange:{hashlib.sha256(b''.join(parts)).hexdigest()[:32]}"
