"""A person, events that hold personal values, and what another process does with keys. Importable by name."""

from pathlib import Path

from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import CaseOpened, Envelope
from duifu.v1.facts_pb2 import Contact
from ledger.keys import SubjectKeys
from ledger.mapper import Recorded
from ledger.registry import wrap
from tests.builders import an_application
from tests.ledger.events import meet

PERSON = "agent.zhang"
NAME, MOBILE, EMAIL = "张三丰", "13812345678", "zhang.sanfeng@example.cn"
VALUES = [NAME, MOBILE, EMAIL]


def a_contact(person: str = PERSON, name: str = NAME, mobile: str = MOBILE, email: str = EMAIL) -> Contact:
    """Somebody whom the office may call."""
    return Contact(person_id=person, name=name, mobile=mobile, email=email)


def an_event_about(contact: Contact, stream: str = "case/a", version: int = 1, actor: Actor | None = None) -> Recorded:
    """A claim that names a contact; filed by the contact unless said otherwise."""
    application = an_application()
    application.contact.CopyFrom(contact)
    opened = CaseOpened(case_id=stream.removeprefix("case/"), application=application)
    who = actor or Actor(id=contact.person_id, name=contact.name, role="applicant")
    return Recorded(stream, version, Envelope(event=wrap(opened), actor=who, command_id="c"))


def bytes_of(folder: Path) -> bytes:
    """Everything in the files of a folder, write-ahead logs included."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def held_in(content: bytes, values: list[str]) -> list[str]:
    """Those of the values that somebody who searches these bytes would find."""
    return [value for value in values if value.encode() in content]


def make_keys(address: str, place: Path, number: int, processes: int, persons: int) -> list[bytes | None]:
    """Together with the other processes, ask for the key of each person for the first time; gives the secrets."""
    keys = SubjectKeys(address)
    meet(place, number, processes)
    secrets = [keys.for_writing(f"person-{person}").secret for person in range(persons)]
    keys.close()
    return secrets
