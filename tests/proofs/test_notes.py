"""A note is believed only if its log signed it and enough witnesses saw it; what is malformed is never read on."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from hypothesis import given
from hypothesis import strategies as st

from proofs.notes import (
    ALGORITHMS,
    Algorithm,
    Checkpoint,
    Cosigner,
    Note,
    NoteRefused,
    SignatureLine,
    Signer,
    Trusted,
    Verifier,
    trusted,
)

# golang.org/x/mod/sumdb/note, the implementation the format comes from.
PETER_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""

# C2SP signed-note v1.0.0, the examples.
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
POEM = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""  # noqa: E501 (as published)

# A checkpoint of a public certificate log as published: a signature of a type that is not read here (0x05), the log's
# Ed25519 signature, and four witnesses.
PUBLIC_LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
PUBLIC_WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
PUBLIC_NOTE = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501 (as published)
PUBLIC_SECONDS = 0x6A122120

LOG = Signer("ledger.example.gov.cn/duifu", bytes([1]) * 32)
AUDIT, TREASURY, COURT = (
    Cosigner(f"{office}.example.gov.cn/w1", bytes([seed]) * 32)
    for seed, office in enumerate(("audit", "treasury", "court"), 2)
)
WITNESSES = [witness.verifier for witness in (AUDIT, TREASURY, COURT)]
CHECKPOINT = Checkpoint(LOG.name, 7, bytes(range(32)), ("schema sha256:00",))
BODY = CHECKPOINT.body()
LINE = LOG.sign(BODY)


def signed(*lines: SignatureLine) -> Note:
    return Note(BODY, (LINE, *lines))


def changed(line: SignatureLine) -> SignatureLine:
    """The same key's line with its last bit turned."""
    return SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))


def test_a_published_key_signs_the_published_note_byte_for_byte() -> None:
    body = Note.parse(PETER_NOTE).body
    signer = Signer.parse(PETER_KEY)

    assert Note(body, (signer.sign(body),)).text() == PETER_NOTE
    assert signer.text() == PETER_KEY
    assert signer.verifier.vkey() == PETER_VKEY


@pytest.mark.parametrize(("vkey", "text"), [(PETER_VKEY, PETER_NOTE), (SPEC_VKEY, SPEC_NOTE)])
def test_published_notes_verify_and_not_with_another_word(vkey: str, text: str) -> None:
    verifier, note = Verifier.parse(vkey), Note.parse(text)

    assert verifier.verify(note.body, note.signatures[0]) is None
    with pytest.raises(NoteRefused, match="does not fit the text"):
        verifier.verify(note.body.replace("is", "was"), note.signatures[0])


def test_a_public_logs_checkpoint_is_believed_with_the_witness_whose_key_we_hold() -> None:
    note = Note.parse(PUBLIC_NOTE)

    believed = trusted(note, Verifier.parse(PUBLIC_LOG), [Verifier.parse(PUBLIC_WITNESS)], quorum=1)

    assert (believed.checkpoint.size, believed.checkpoint.extensions) == (1432088532, ())
    assert believed.witnessed == (("remora.n621.de", PUBLIC_SECONDS),)


@pytest.mark.parametrize("text", [PETER_NOTE, SPEC_NOTE, POEM, PUBLIC_NOTE])
def test_a_note_that_is_read_is_written_as_it_was(text: str) -> None:
    assert Note.parse(text).text() == text
    assert Note.parse(text.encode()) == Note.parse(text)


def test_empty_lines_belong_to_the_text_up_to_the_last_one() -> None:
    assert Note.parse(POEM).body.endswith("sole:\n\ned è subito sera.\n")


def test_a_cosignature_signs_the_words_the_specification_gives() -> None:
    line = AUDIT.cosign(BODY, 1679315147)

    message = f"cosignature/v1\ntime 1679315147\n{BODY}".encode()
    Ed25519PublicKey.from_public_bytes(AUDIT.verifier.public_key).verify(line.signature[8:], message)
    assert line.signature[:8] == (1679315147).to_bytes(8, "big")
    assert AUDIT.verifier.verify(BODY, line) == 1679315147


MALFORMED = {
    "nothing": "",
    "a text alone": BODY,
    "no signature": f"{BODY}\n",
    "no empty line": BODY + LINE.text() + "\n",
    "no last newline": f"{BODY}\n{LINE.text()}",
    "a text without newline": f"\n{LINE.text()}\n",
    "a line after the signatures": f"{BODY}\n{LINE.text()}\nand so on\n",
    "an empty line after the signatures": f"{BODY}\n{LINE.text()}\n\n",
    "a hyphen for the dash": f"{BODY}\n{LINE.text().replace('—', '-')}\n",
    "two spaces": f"{BODY}\n{LINE.text().replace('— ', '—  ')}\n",
    "a space at the end": f"{BODY}\n{LINE.text()} \n",
    "a name with a plus": f"{BODY}\n— a+b AAAAAAA=\n",
    "a name with a space of another script": f"{BODY}\n— a\u3000b AAAAAAA=\n",
    "no name": f"{BODY}\n—  AAAAAAA=\n",
    "a key id alone": f"{BODY}\n— a AAAAAA==\n",
    "no base64": f"{BODY}\n— a AAAA*AA=\n",
    "base64 without its padding": f"{BODY}\n— a AAAAAAA\n",
    "base64 of the web": f"{BODY}\n— a AAAAAA_-\n",
    "base64 with bits to spare": f"{BODY}\n— a AAAAAAB=\n",
    "a tab": f"{BODY}\ta\n\n{LINE.text()}\n",
    "a carriage return": f"{BODY}\n{LINE.text()}\r\n",
    "a null": f"{BODY}\0\n\n{LINE.text()}\n",
    "half a surrogate": f"{BODY}\ud800\n\n{LINE.text()}\n",
    "more than a million bytes": f"{'a' * 1_000_000}\n\n{LINE.text()}\n",
    "more than a hundred signatures": f"{BODY}\n" + f"{LINE.text()}\n" * 101,
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_note_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        Note.parse(text)


def test_a_note_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(NoteRefused, match="not UTF-8"):
        Note.parse(b"\xff" + signed().text().encode())


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "log\n",
        f"log\n7\n{ROOT}",
        f"\n7\n{ROOT}\n",
        f"log\n07\n{ROOT}\n",
        f"log\n+7\n{ROOT}\n",
        f"log\n-7\n{ROOT}\n",
        f"log\n７\n{ROOT}\n",
        f"log\n7 \n{ROOT}\n",
        f"log\n\n{ROOT}\n",
        f"log\n9223372036854775808\n{ROOT}\n",
        f"log\n{'9' * 5000}\n{ROOT}\n",
        "log\n7\nAAAA\n",
        f"log\n7\n{ROOT[:-2]}B=\n",
        f"log\n7\n{ROOT}\n\n",
        f"log\n7\n{ROOT}\nschema\n\nmore\n",
        f"lo\tg\n7\n{ROOT}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(body: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.parse(body)


@pytest.mark.parametrize("size", [0, 1, 10, 2**63 - 1])
def test_a_checkpoint_that_is_read_is_written_as_it_was(size: int) -> None:
    checkpoint = Checkpoint("log", size, bytes(32), ("schema sha256:00", "第二行"))

    assert Checkpoint.parse(checkpoint.body()) == checkpoint
    assert checkpoint.body() == f"log\n{size}\n{ROOT}\nschema sha256:00\n第二行\n"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Checkpoint("", 1, bytes(32)),
        lambda: Checkpoint("lo\ng", 1, bytes(32)),
        lambda: Checkpoint("log", -1, bytes(32)),
        lambda: Checkpoint("log", 2**63, bytes(32)),
        lambda: Checkpoint("log", 1, bytes(31)),
        lambda: Checkpoint("log", 1, bytes(32), ("",)),
        lambda: Checkpoint("log", 1, bytes(32), ("a\nb",)),
        lambda: SignatureLine("a b", bytes(4), b"x"),
        lambda: SignatureLine("a", bytes(3), b"x"),
        lambda: SignatureLine("a", bytes(4), b""),
        lambda: LOG.sign("no newline"),
        lambda: AUDIT.cosign("no newline", 1),
        lambda: AUDIT.cosign(BODY, -1),
        lambda: AUDIT.cosign(BODY, 2**63),
    ],
)
def test_what_could_not_be_read_again_cannot_be_made(make: Callable[[], object]) -> None:
    with pytest.raises(NoteRefused):
        make()


#: What notes are made of, and what looks like it.
FRAGMENTS = (
    f"{BODY}\n", f"{LINE.text()}\n", "— a AAAAAAA=\n", "log\n", "7\n", "0", f"{ROOT}\n", "\n", "\u2028", "\x85", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join))
def test_whatever_is_read_is_written_as_it_was(text: str) -> None:
    for reader in (Note.parse, Checkpoint.parse):
        try:
            found = reader(text)
        except NoteRefused:
            continue
        assert (found.text() if isinstance(found, Note) else found.body()) == text


def test_the_logs_signature_is_needed_whoever_else_has_signed() -> None:
    note = Note(BODY, (AUDIT.cosign(BODY, 5),))

    with pytest.raises(NoteRefused, match=r"no signature of the log ledger\.example\.gov\.cn/duifu"):
        trusted(note, LOG.verifier, WITNESSES, quorum=1)


def test_a_signature_that_does_not_fit_spoils_the_note_though_others_do() -> None:
    for bad in (changed(LINE), changed(AUDIT.cosign(BODY, 5))):
        with pytest.raises(NoteRefused, match=rf"the signature of {bad.name} does not fit the text"):
            trusted(signed().signed(bad), LOG.verifier, WITNESSES)


def test_another_time_than_the_one_signed_does_not_fit() -> None:
    line = AUDIT.cosign(BODY, 5)
    later = SignatureLine(line.name, line.key_id, (6).to_bytes(8) + line.signature[8:])

    with pytest.raises(NoteRefused, match="does not fit the text"):
        trusted(signed(later), LOG.verifier, WITNESSES)


@pytest.mark.parametrize("signature", [b"x", bytes(7), bytes(8), bytes(71), bytes(73), b"\xff" * 72])
def test_a_signature_of_the_wrong_length_or_time_is_refused(signature: bytes) -> None:
    line = SignatureLine(AUDIT.name, AUDIT.verifier.key_id, signature)

    with pytest.raises(NoteRefused):
        trusted(signed(line), LOG.verifier, WITNESSES)


def test_a_name_with_another_key_and_a_key_with_another_name_are_strangers() -> None:
    impostor = Signer(LOG.name, bytes([9]) * 32)
    renamed = SignatureLine("other.example", LOG.verifier.key_id, LINE.signature)

    for line in (impostor.sign(BODY), renamed):
        with pytest.raises(NoteRefused, match=rf"no signature of the log .*; it is signed by {line.name}"):
            trusted(Note(BODY, (line,)), LOG.verifier)
        assert trusted(signed(line), LOG.verifier) == Trusted(CHECKPOINT, ())


def test_a_witness_cannot_sign_for_the_log_nor_the_log_for_a_witness() -> None:
    as_witness = Cosigner(LOG.name, LOG.seed)

    with pytest.raises(NoteRefused, match="no signature of the log"):
        trusted(Note(BODY, (as_witness.cosign(BODY, 5),)), LOG.verifier)
    with pytest.raises(NoteRefused, match="one key is given twice"):
        trusted(signed(as_witness.cosign(BODY, 5)), LOG.verifier, [as_witness.verifier], quorum=1)


def test_who_has_signed_when_is_told() -> None:
    note = signed(TREASURY.cosign(BODY, 6), AUDIT.cosign(BODY, 5))

    believed = trusted(note, LOG.verifier, WITNESSES, quorum=2)

    assert believed == Trusted(CHECKPOINT, ((TREASURY.name, 6), (AUDIT.name, 5)))


def test_a_quorum_that_is_missed_names_who_is_not_there() -> None:
    with pytest.raises(NoteRefused, match=r"1 of 2 witnesses signed; not there: treasury\.\S+, court\.\S+$"):
        trusted(signed(AUDIT.cosign(BODY, 5)), LOG.verifier, WITNESSES, quorum=2)


@pytest.mark.parametrize("quorum", [-1, 4])
def test_a_quorum_that_cannot_be_is_refused(quorum: int) -> None:
    with pytest.raises(NoteRefused, match="3 keys of witnesses are given"):
        trusted(signed(), LOG.verifier, WITNESSES, quorum)


def test_nobody_counts_twice() -> None:
    twice = signed(AUDIT.cosign(BODY, 5), AUDIT.cosign(BODY, 6))
    renamed = Cosigner("second.example.gov.cn/w1", AUDIT.seed)

    with pytest.raises(NoteRefused, match="signed twice"):
        trusted(twice, LOG.verifier, WITNESSES, quorum=2)
    with pytest.raises(NoteRefused, match="one key is given twice"):
        trusted(signed(AUDIT.cosign(BODY, 5)), LOG.verifier, [AUDIT.verifier, AUDIT.verifier], quorum=2)
    with pytest.raises(NoteRefused, match="one key is given twice"):
        trusted(
            signed(AUDIT.cosign(BODY, 5), renamed.cosign(BODY, 5)),
            LOG.verifier,
            [AUDIT.verifier, renamed.verifier],
            quorum=2,
        )


def test_a_witness_that_does_not_say_when_is_no_witness() -> None:
    timeless = Signer("timeless.example", bytes([9]) * 32)

    with pytest.raises(NoteRefused, match="do not say when"):
        trusted(signed(timeless.sign(BODY)), LOG.verifier, [timeless.verifier], quorum=1)


def test_another_logs_checkpoint_is_not_this_logs_though_its_key_signed_it() -> None:
    body = Checkpoint("other.example/log", 7, bytes(32)).body()

    with pytest.raises(NoteRefused, match=r"the checkpoint is of other\.example/log, but the key is of ledger"):
        trusted(Note(body, (LOG.sign(body),)), LOG.verifier)


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    note = Note.parse(PETER_NOTE)

    with pytest.raises(NoteRefused, match="a checkpoint is at least three lines"):
        trusted(note, Verifier.parse(PETER_VKEY))


def test_a_newer_signature_of_a_key_takes_the_place_of_its_older_one() -> None:
    note = signed(AUDIT.cosign(BODY, 5)).signed(TREASURY.cosign(BODY, 6)).signed(AUDIT.cosign(BODY, 7))

    assert trusted(note, LOG.verifier, WITNESSES, 2).witnessed == ((TREASURY.name, 6), (AUDIT.name, 7))
    assert [line.name for line in note.signatures] == [LOG.name, TREASURY.name, AUDIT.name]


def test_one_more_algorithm_is_one_more_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """ML-DSA-44 cosignatures (C2SP tlog-cosignature, 0x06): strangers without the entry, witnesses with it."""

    def message(name: str, seconds: int, body: str) -> bytes:
        checkpoint = Checkpoint.parse(body)
        texts = [bytes([len(text.encode())]) + text.encode() for text in (name, checkpoint.origin)]
        numbers = [number.to_bytes(8) for number in (seconds, 0, checkpoint.size)]
        return b"subtree/v1\n\0" + texts[0] + numbers[0] + texts[1] + numbers[1] + numbers[2] + checkpoint.root

    def check(name: str, public_key: bytes, body: str, signature: bytes) -> int:
        seconds = int.from_bytes(signature[:8])
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature[8:], message(name, seconds, body))
        return seconds

    key, name, seconds = MLDSA44PrivateKey.generate(), "lattice.example/w1", 5
    public_key = key.public_key().public_bytes_raw()
    with pytest.raises(NoteRefused, match="is of type 0x06; known are 0x01 Ed25519, 0x04 cosignature/v1"):
        Verifier(name, 0x06, public_key)
    with monkeypatch.context() as patch:
        patch.setitem(ALGORITHMS, 0x06, Algorithm("ML-DSA-44", 1312, True, check))
        witness = Verifier(name, 0x06, public_key)
        assert Verifier.parse(witness.vkey()) == witness
        signature = seconds.to_bytes(8) + key.sign(message(name, seconds, BODY))
        note = Note.parse(signed(SignatureLine(name, witness.key_id, signature)).text())

        assert trusted(note, LOG.verifier, [witness], 1).witnessed == ((name, seconds),)
        with pytest.raises(NoteRefused, match="does not fit the text"):
            trusted(signed(changed(note.signatures[1])), LOG.verifier, [witness])

    assert trusted(Note.parse(note.text()), LOG.verifier) == Trusted(CHECKPOINT, ())
    assert Note.parse(note.text()).signatures[1].signature == signature


def test_a_checking_function_may_only_say_that_a_signature_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise InvalidSignature

    monkeypatch.setitem(ALGORITHMS, 0xFE, Algorithm("never", 1, False, never))
    verifier = Verifier("a", 0xFE, b"k")

    with pytest.raises(NoteRefused, match="the signature of a does not fit the text"):
        verifier.verify(BODY, SignatureLine("a", verifier.key_id, b"x"))
