"""Personal values as they are stored: taken out of the envelope and encrypted for their place in the log."""

from collections.abc import Iterable
from struct import Struct

from cryptography.exceptions import InvalidTag
from google.protobuf.message import Message

from duifu.v1.events_pb2 import Envelope
from duifu.v1.privacy_pb2 import EncryptedField, PersonalDigest
from ledger.keys import SubjectKeys
from ledger.marks import marked, place_of

#: What a value reads as where its key is not at hand.
WITHHELD = "[密]"

_PLACE, _ENTRY = Struct(">QIIII").pack, Struct(">II").pack


class NoSubjectKeys(RuntimeError):
    """Personal values were to be stored by a ledger that was opened without keys. Nothing was written."""


class PersonalDataDamaged(ValueError):
    """An encrypted value is not what was written at this place: it was altered, or moved here from elsewhere."""


def encrypt(envelope: Envelope, keys: SubjectKeys | None, stream: str, version: int) -> Envelope:
    """The envelope as it is stored, every personal value in `encrypted`; the same envelope if it has none.

    Raises NoSubjectKeys; ValueError for a value that is nobody's, or an envelope that was read without a key.
    """
    if envelope.encrypted:
        raise ValueError(f"{stream} {version}: this envelope was read without a key and cannot be stored again")
    if not marked(envelope, True):
        return envelope
    if keys is None:
        raise NoSubjectKeys(f"{stream} {version} holds personal values; open the ledger with the keys of its subjects")
    stored = Envelope()
    stored.CopyFrom(envelope)
    for path, message, mark in marked(stored, True):
        subject = getattr(message, mark.subject)
        if not subject:
            raise ValueError(f"{stream} {version}: {path} is somebody's, and {mark.subject} beside it is empty")
        key = keys.for_writing(subject)
        place = _place(stream, version, path, subject, key.key_id)
        nonce, ciphertext = key.encrypt(getattr(message, mark.field).encode(), place)
        message.ClearField(mark.field)
        stored.encrypted.add(path=path, subject=subject, key_id=key.key_id, nonce=nonce, ciphertext=ciphertext)
    return stored


def decrypt(envelope: Envelope, keys: SubjectKeys | None, stream: str, version: int) -> Envelope:
    """Put every value that can be opened back into its place in this envelope, which is also returned.

    What cannot be opened stays in `encrypted`: its field reads WITHHELD without the key, and is empty if the key was
    destroyed. Raises PersonalDataDamaged.
    """
    if encrypted := envelope.encrypted:
        unopened = [field for field in encrypted if not _opened(envelope, field, keys, stream, version)]
        kept = Envelope(encrypted=unopened) if unopened else None
        envelope.ClearField("encrypted")
        if kept is not None:
            envelope.MergeFrom(kept)
    return envelope


def digests(message: Message, keys: SubjectKeys | None) -> list[PersonalDigest]:
    """For each person in a message, what recognises the personal values later, while the key exists.

    Raises NoSubjectKeys if there are such values.
    """
    found = []
    for subject, content in _personal_content(message).items():
        if keys is None:
            raise NoSubjectKeys("the command holds personal values; open the ledger with the keys of its subjects")
        key = keys.for_writing(subject)
        found.append(PersonalDigest(subject=subject, key_id=key.key_id, hmac_sha256=key.digest(content)))
    return found


def may_be_same(message: Message, known: Iterable[PersonalDigest], keys: SubjectKeys | None) -> bool:
    """Whether nothing speaks against the personal values of a message being those that were digested.

    Where a key is gone nobody can say any more, and what else is known of the message decides.
    """
    content = _personal_content(message)
    for digest in known:
        found = content.pop(digest.subject, b"")
        key = keys.find(digest.subject, digest.key_id) if keys else None
        if key is not None and key.secret is not None and key.digest(found) != digest.hmac_sha256:
            return False
    return not content  # a person who was not in it before


def _personal_content(message: Message) -> dict[str, bytes]:
    content: dict[str, bytes] = {}
    for path, holder, mark in marked(message, True):
        subject, value = getattr(holder, mark.subject), getattr(holder, mark.field)
        parts = path.encode(), value.encode()
        content[subject] = content.get(subject, b"") + _ENTRY(*map(len, parts)) + b"".join(parts)
    return content


def _opened(envelope: Envelope, field: EncryptedField, keys: SubjectKeys | None, stream: str, version: int) -> bool:
    path, subject, key_id = field.path, field.subject, field.key_id
    found = place_of(envelope, path)
    if found is None or getattr(found[0], found[1].field):
        raise PersonalDataDamaged(f"{stream} {version}: {path} is no place of a personal value, or is filled already")
    message, mark = found
    if getattr(message, mark.subject) != subject:
        raise PersonalDataDamaged(f"{stream} {version}: {path} is said to be {subject}'s, and is not")
    key = keys.find(subject, key_id) if keys is not None else None
    if key is None:
        setattr(message, mark.field, WITHHELD)
        return False
    if key.secret is None:
        return False
    try:
        value = key.decrypt(field.nonce, field.ciphertext, _place(stream, version, path, subject, key_id)).decode()
    except (InvalidTag, ValueError) as error:
        raise PersonalDataDamaged(f"{stream} {version}: {path} was altered, or belongs to another place") from error
    setattr(message, mark.field, value)
    return True


def _place(stream: str, version: int, path: str, subject: str, key_id: bytes) -> bytes:
    """What a ciphertext is bound to. The lengths stand in front, so that no two places read the same."""
    parts = stream.encode(), path.encode(), subject.encode(), key_id
    return _PLACE(version, *map(len, parts)) + b"".join(parts)
