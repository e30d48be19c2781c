"""Keys are handed over and kept in one form, which shows a slip of the pen; a secret is shown to nobody."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest

from proofs import key_files
from proofs.key_files import KeyFileRefused
from proofs.notes import Cosigner, NoteRefused, Signer, Verifier

# github.com/transparency-dev/formats, note_cosigv1_test.go: an Ed25519 key, and a witness's that runs.
ED25519_VKEY = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
WITNESS_VKEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"


@pytest.mark.parametrize(("vkey", "algorithm"), [(ED25519_VKEY, 0x01), (WITNESS_VKEY, 0x04)])
def test_published_keys_are_read_and_written_as_they_are(vkey: str, algorithm: int) -> None:
    verifier = Verifier.parse(vkey)

    assert (verifier.vkey(), verifier.algorithm) == (vkey, algorithm)


@pytest.mark.parametrize(
    ("vkey", "complaint"),
    [
        ("", "name.key id.base64"),
        ("TEST+7997405c", "name.key id.base64"),
        ("TEST+7997405+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", "name.key id.base64"),
        ("TEST+7997405C+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", "name.key id.base64"),
        ("TEST+7997405c+", "name.key id.base64"),
        (f"{ED25519_VKEY}\n", "name.key id.base64"),
        (f" {ED25519_VKEY}", "a key's name has no spaces"),
        ("TEST+7997405c+AQcC*FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", "name.key id.base64"),
        ("TEST+7997405d+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", "ask its owner for it again"),
        ("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr7", "ask its owner for it again"),
        ("OTHER+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", "ask its owner for it again"),
        (f"TEST+7997405c+{b64encode(bytes([1] * 34)).decode()}", "has 33 bytes; Ed25519 has 32"),
        # The two of sumdb/note's table of bad keys: a key that is too long, and an unknown algorithm.
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "name.key id.base64"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "is of type 0x65; known are 0x01"),
    ],
)
def test_a_key_with_a_slip_of_the_pen_is_refused(vkey: str, complaint: str) -> None:
    with pytest.raises(NoteRefused, match=complaint):
        Verifier.parse(vkey)


@pytest.mark.parametrize("kind", [Signer, Cosigner])
def test_a_new_key_is_read_as_it_was_written(kind: type[Signer] | type[Cosigner]) -> None:
    key = kind.generate("audit.example.gov.cn/w1")

    assert kind.parse(key.text()) == key
    assert kind.generate(key.name) != key


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\nb"])
def test_a_name_that_could_not_stand_in_a_note_gets_no_key(name: str) -> None:
    with pytest.raises(NoteRefused, match=r"a key's name has no spaces|control character"):
        Signer.generate(name)


def test_a_logs_key_is_not_taken_for_a_witnesss() -> None:
    with pytest.raises(NoteRefused, match="is of type 0x01, but 0x04 is wanted here: logs sign with 0x01"):
        Cosigner.parse(Signer.generate("log").text())


def test_a_key_is_shown_neither_when_it_is_printed_nor_when_it_is_refused() -> None:
    key = Signer.generate("log")
    secret = key.text()[-44:]

    assert secret not in repr(key)
    assert repr(key) == "Signer(name='log')"
    for broken in (key.text()[:-1], key.text().replace("log+", "gol+"), key.text()[1:], key.text() + "\n"):
        with pytest.raises(NoteRefused) as refused:
            Signer.parse(broken)
        assert secret[5:20] not in str(refused.value)


def test_a_key_file_is_its_owners_alone_and_read_as_it_was_written(tmp_path: Path) -> None:
    path, key = tmp_path / "keys" / "log.key", Signer.generate("log").text()

    key_files.write(path, key)

    assert path.stat().st_mode & 0o777 == 0o600
    assert key_files.read(path) == key


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    key_files.write(path, "first")

    with pytest.raises(KeyFileRefused, match="is there already: a key is never written over"):
        key_files.write(path, "second")
    assert key_files.read(path) == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["log.key"]


def test_of_many_who_make_a_key_at_once_one_does_and_all_read_it_whole(tmp_path: Path) -> None:
    path, keys = tmp_path / "log.key", [Signer.generate("log").text() for _ in range(8)]
    start = Barrier(len(keys))

    def make(key: str) -> str:
        start.wait()
        with suppress(KeyFileRefused):
            key_files.write(path, key)
        return key_files.read(path)

    with ThreadPoolExecutor(len(keys)) as makers:
        read = set(makers.map(make, keys))

    assert len(read) == 1
    assert read < set(keys)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o610])
def test_a_key_that_others_may_use_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "log.key"
    key_files.write(path, "key")
    path.chmod(mode)

    with pytest.raises(KeyFileRefused, match=rf"\(mode 0{mode:o}\).*chmod 600"):
        key_files.read(path)


def test_a_key_file_that_is_not_there_or_not_text_says_so(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    binary.chmod(0o600)

    with pytest.raises(KeyFileRefused, match="No such file"):
        key_files.read(tmp_path / "nothing")
    with pytest.raises(KeyFileRefused, match="it is not text"):
        key_files.read(binary)
    with pytest.raises(KeyFileRefused, match="cannot be written"):
        key_files.write(binary / "below-a-file", "key")
