"""duifu privacy: what is known of a person, and the destruction of their key."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

import click

from cli.asking import Asking, acting, existing_ledger, of_running
from cli.output import RefusedHere, as_json, at_home, console, print_json, print_table
from domain.subject import OFFICER
from duifu.v1.commands_pb2 import Command, DestroySubjectKey
from duifu.v1.events_pb2 import Envelope
from front_door import open_door
from ledger.encryption import decrypt
from ledger.keys import SubjectKey, SubjectKeys
from ledger.marks import place_of
from ledger.personal import DESTROYED, mask
from ledger.rows import Row, open_rows
from settings import Settings

TITLES = {"name": "姓名", "mobile": "手机", "email": "邮箱"}


@click.group()
def privacy() -> None:
    """Personal data (个人信息): who is it about, where is it, and let it become unreadable for good.

    Names, mobile numbers and e-mail addresses are stored encrypted, each person's with a key of their own. A person is
    known by an account, never by a name or number.
    """


@privacy.command()
@click.argument("subject")
@click.option("--reason", required=True, help="Why; no personal values, this stays readable.")
@click.option(
    "--legal-basis", required=True, help="Which law asks for it, such as 个人信息保护法第四十七条第一款（一）."
)
@acting
def destroy(subject: str, reason: str, legal_basis: str, asking: Asking) -> None:
    """Destroy the key of SUBJECT, as the data protection officer (个人信息保护负责人). Nobody can undo it.

    Refused while an open case names the person as its contact. Events and proofs stay as they are.
    """
    destroyed = DestroySubjectKey(subject=subject, reason=reason, legal_basis=legal_basis)
    asking.send(Command(destroy_subject_key=destroyed), OFFICER)


@privacy.command()
@click.argument("subject")
@at_home
@as_json
def show(subject: str, home: str | None, json_wanted: bool) -> None:
    """What is stored about SUBJECT: its keys, the newest values masked, and every stream that holds any."""
    config = existing_ledger(of_running(home))
    open_door(config).ledger.close()  # what is decided is carried out before anybody looks
    with closing(SubjectKeys(config.subject_keys)) as keys:
        holdings = _holdings(config, subject, keys)
        generations = keys.all_of(subject)
    if not holdings.streams and not generations:
        raise RefusedHere(f"Nothing is stored about {subject}. SUBJECT is an account, neither a name nor a number.")
    if json_wanted:
        print_json(
            {
                "subject": subject,
                "keys": [
                    {"generation": key.generation, "madeAt": key.made_at, "destroyedAt": key.destroyed_at}
                    for key in generations
                ],
                "values": holdings.values,
                "streams": dict(holdings.streams),
            }
        )
        return
    console.print(f"{subject}  {'；'.join(map(_standing, generations)) or '密钥不在本机'}", markup=False)
    for name, value in holdings.values.items():
        console.print(f"  {TITLES.get(name, name)}  {value}", markup=False)
    rows = [[stream, str(count)] for stream, count in holdings.streams.items()]
    print_table(f"{len(rows)} 个事件流存有其个人信息", ["事件流", "项数"], rows)


@dataclass
class Holdings:
    """Where a person's values are, and the newest of each kind as it is shown."""

    streams: Counter[str] = field(default_factory=Counter)
    values: dict[str, str] = field(default_factory=dict)  # by the field's name


def _holdings(config: Settings, subject: str, keys: SubjectKeys) -> Holdings:
    found = Holdings()
    needle = subject.encode()
    with closing(open_rows(config.ledger)) as rows:
        for row in rows.scan():
            if needle in row.state:
                _look_into(row, subject, keys, found)
    return found


def _look_into(row: Row, subject: str, keys: SubjectKeys, found: Holdings) -> None:
    envelope = Envelope.FromString(row.state)
    paths = [field.path for field in envelope.encrypted if field.subject == subject]
    decrypt(envelope, keys, row.stream, row.version)
    for path in paths:
        place = place_of(envelope, path)
        assert place is not None  # else decrypting would have failed
        message, mark = place
        found.values[mark.field] = mask(getattr(message, mark.field) or DESTROYED, mark.mask)
        found.streams[row.stream] += 1


def _standing(key: SubjectKey) -> str:
    if key.destroyed_at:
        return f"第{key.generation}代密钥已于{key.destroyed_at[:10]}销毁"
    return f"第{key.generation}代密钥有效"
