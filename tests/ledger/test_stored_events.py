"""What is stored is published: a change of any stored field shows here before it breaks a ledger that exists."""

import difflib

from duifu.v1.events_pb2 import Event
from ledger.registry import FIELD_OF_TOPIC
from tests.ledger.stored_events import LIST, listing


def test_the_list_of_stored_events_is_current() -> None:
    kept, now = LIST.read_text("utf-8"), listing()

    changes = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "stored_events.txt", "now", n=0))

    assert not changes, (
        f"stored events have changed:\n{changes}\n"
        "Lines may only be added. If that is meant, renew the list with `make golden`."
    )


def test_every_event_of_the_published_list_is_a_topic_of_its_own() -> None:
    fields = Event.DESCRIPTOR.oneofs_by_name["kind"].fields

    assert len(FIELD_OF_TOPIC) == len(fields)
    assert all(topic.startswith("duifu.v1.") for topic in FIELD_OF_TOPIC)
