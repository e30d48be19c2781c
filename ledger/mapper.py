"""From envelopes to stored bytes and back. The bytes that are written are the bytes that are kept."""

from typing import NamedTuple

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder

from duifu.v1.events_pb2 import Envelope
from ledger.encryption import decrypt, encrypt
from ledger.keys import SubjectKeys
from ledger.registry import UnknownTopic, topic_of


class Recorded(NamedTuple):
    """One event at its place in a stream; all that the library needs to know."""

    originator_id: str  # the stream, "case/bj-claim-2024-000001"
    originator_version: int  # from 1
    envelope: Envelope


class ProtobufMapper(Mapper[str]):
    """Stores `Envelope` messages under the published name of the event inside, personal values encrypted."""

    def __init__(self, transcoder: Transcoder, keys: SubjectKeys | None = None):
        """Without `keys` personal values read as ledger.encryption.WITHHELD, and cannot be written."""
        super().__init__(transcoder)
        self._keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Serialise one `Recorded`. Raises UnknownTopic, NoSubjectKeys."""
        assert isinstance(domain_event, Recorded)
        stream, version = domain_event.originator_id, domain_event.originator_version
        topic = topic_of(domain_event.envelope.event)
        envelope = encrypt(domain_event.envelope, self._keys, stream, version)
        return StoredEvent(stream, version, topic, envelope.SerializeToString())

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """Parse one row.

        Raises UnknownTopic if the row's topic is not ours or not the event inside, PersonalDataDamaged if a personal
        value is not the one that was written there.
        """
        envelope = Envelope.FromString(stored_event.state)
        if topic_of(envelope.event) != stored_event.topic:
            raise UnknownTopic(f"the row says {stored_event.topic!r}, the event inside is {topic_of(envelope.event)!r}")
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        return Recorded(stream, version, decrypt(envelope, self._keys, stream, version))
