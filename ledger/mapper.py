"""From envelopes to stored bytes and back. The bytes that are written are the bytes that are kept."""

from dataclasses import dataclass

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from duifu.v1.events_pb2 import Envelope
from ledger.registry import UnknownTopic, topic_of


@dataclass(frozen=True)
class Recorded:
    """One event at its place in a stream; all that the library needs to know."""

    originator_id: str  # the stream, "case/bj-claim-2024-000001"
    originator_version: int  # from 1
    envelope: Envelope


class ProtobufMapper(Mapper[str]):
    """Stores `Envelope` messages under the published name of the event inside."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Serialise one `Recorded`."""
        assert isinstance(domain_event, Recorded)
        return StoredEvent(
            domain_event.originator_id,
            domain_event.originator_version,
            topic_of(domain_event.envelope.event),
            domain_event.envelope.SerializeToString(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """Parse one row. Raises UnknownTopic if the row's topic is not ours or not the event inside."""
        envelope = Envelope.FromString(stored_event.state)
        if topic_of(envelope.event) != stored_event.topic:
            raise UnknownTopic(f"the row says {stored_event.topic!r}, the event inside is {topic_of(envelope.event)!r}")
        return Recorded(str(stored_event.originator_id), stored_event.originator_version, envelope)
