"""One key for each person, made once, and when it is destroyed gone from wherever the store keeps it."""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from cryptography.exceptions import InvalidTag

from ledger.keys import KeysUnavailable, SubjectKeys
from tests.commands.other_processes import in_processes
from tests.ledger.people import PERSON, bytes_of, make_keys
from tests.postgres import Server

Open = Callable[..., SubjectKeys]


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where keys lie: a file, or a database."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    (tmp_path / "keys").mkdir()
    return str(tmp_path / "keys" / "keys.sqlite")


@pytest.fixture
def opened(address: str) -> Iterator[Open]:
    """Opens the store, as often as a test likes; each time like another process."""
    stores: list[SubjectKeys] = []

    def one(check_seconds: float = 0) -> SubjectKeys:
        stores.append(SubjectKeys(address, check_seconds))
        return stores[-1]

    yield one
    for store in stores:
        store.close()


def test_a_person_has_one_key_and_keeps_it(opened: Open) -> None:
    first, again, other = opened().for_writing(PERSON), opened().for_writing(PERSON), opened().for_writing("agent.li")

    assert first == again
    assert first.generation == 1
    assert first.secret is not None
    assert len(first.secret) == 32
    assert other.secret != first.secret


def test_several_processes_that_meet_a_person_at_once_make_one_key(address: str, tmp_path: Path) -> None:
    persons, processes = 20, 3
    columns = ([value] * processes for value in (address, tmp_path / "meet"))

    made = in_processes(make_keys, *columns, range(processes), [processes] * processes, [persons] * processes)

    assert made[0] == made[1] == made[2]
    assert len(set(made[0])) == persons


def test_a_destroyed_key_leaves_its_number_and_the_next_value_gets_the_next(opened: Open) -> None:
    keys = opened()
    old = keys.for_writing(PERSON)

    keys.destroy(PERSON, 1)
    new = keys.for_writing(PERSON)

    tombstone = keys.find(PERSON, old.key_id)
    assert tombstone is not None
    assert (tombstone.generation, tombstone.secret) == (1, None)
    assert tombstone.destroyed_at
    assert (new.generation, new.secret) != (1, old.secret)
    assert [key.generation for key in keys.all_of(PERSON)] == [1, 2]


def test_destroying_again_changes_nothing_and_spares_the_next_key(opened: Open) -> None:
    keys = opened()
    keys.for_writing(PERSON)
    keys.destroy(PERSON, 1)
    new, before = keys.for_writing(PERSON), keys.all_of(PERSON)

    keys.destroy(PERSON, 1)

    assert keys.all_of(PERSON) == before
    assert keys.for_writing(PERSON) == new


def test_a_key_that_was_never_here_leaves_a_tombstone_so_that_its_number_is_not_used_again(opened: Open) -> None:
    keys = opened()

    keys.destroy(PERSON, 1)

    assert keys.for_writing(PERSON).generation == 2


def test_another_process_that_had_the_key_in_its_cache_lets_go_of_it(opened: Open) -> None:
    here, there = opened(), opened(check_seconds=3600)
    key_id = there.for_writing(PERSON).key_id

    here.destroy(PERSON, 1)

    there.refresh()  # what the ledger does before every commit
    found = there.find(PERSON, key_id)
    assert found is not None
    assert found.secret is None
    assert there.for_writing(PERSON).generation == 2


def test_a_reader_looks_for_destroyed_keys_by_itself(opened: Open) -> None:
    here, there = opened(), opened(check_seconds=0)
    key_id = there.for_writing(PERSON).key_id

    here.destroy(PERSON, 1)

    found = there.find(PERSON, key_id)
    assert found is not None
    assert found.secret is None


def test_a_key_that_another_process_made_meanwhile_is_found(opened: Open) -> None:
    here, there = opened(), opened(check_seconds=3600)
    there.for_writing(PERSON)
    here.destroy(PERSON, 1)

    made = here.for_writing(PERSON)

    assert there.find(PERSON, b"nothing!") is None
    assert there.find(PERSON, made.key_id) == made


def test_the_store_remembers_how_far_it_has_followed_the_log(opened: Open) -> None:
    assert opened().position() == 0

    opened().move(17)

    assert opened().position() == 17


def test_a_key_is_never_printed(opened: Open) -> None:
    key = opened().for_writing(PERSON)

    assert key.secret is not None
    assert repr(key.secret) not in repr(key)
    assert key.secret.hex() not in repr(key)


def test_an_encrypted_value_opens_in_its_context_alone(opened: Open) -> None:
    key = opened().for_writing(PERSON)

    nonce, ciphertext = key.encrypt(b"value", b"here")

    assert key.decrypt(nonce, ciphertext, b"here") == b"value"
    with pytest.raises(InvalidTag):
        key.decrypt(nonce, ciphertext, b"there")


# Gone from the files


def test_a_destroyed_secret_is_in_no_byte_of_the_stores_files(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with closing(SubjectKeys(folder / "keys.sqlite")) as keys, closing(SubjectKeys(folder / "keys.sqlite")) as reader:
        secrets = [keys.for_writing(f"person-{number}").secret or b"" for number in range(200)]
        reader.for_writing("person-100")
        assert [secret in bytes_of(folder) for secret in secrets] == [True] * 200

        keys.destroy("person-100", 1)

        assert [number for number in range(200) if secrets[number] not in bytes_of(folder)] == [100]
    assert secrets[100] not in bytes_of(folder)


def test_a_destroyed_secret_is_in_no_data_file_of_postgresql(postgres_server: Server, postgres_database: str) -> None:
    url = postgres_server.url(postgres_database)
    with closing(SubjectKeys(url)) as keys, psycopg.connect(url, autocommit=True) as connection:
        secrets = [keys.for_writing(f"person-{number}").secret or b"" for number in range(20)]
        before = data_files(postgres_server, connection)

        keys.destroy("person-10", 1)

        after = data_files(postgres_server, connection)
    assert [secret in before for secret in secrets] == [True] * 20
    assert [number for number in range(20) if secrets[number] not in after] == [10]


def data_files(server: Server, connection: psycopg.Connection) -> bytes:
    """The tables of one database as they lie on the disk."""
    connection.execute("CHECKPOINT")
    row = connection.execute("SELECT pg_relation_filepath('subject_keys')").fetchone()
    assert row is not None
    return bytes_of((server.folder / "data" / row[0]).parent)


def test_a_file_that_another_process_reads_is_not_called_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.key_stores.WAIT_SECONDS", 0.05)
    path = tmp_path / "keys.sqlite"
    with closing(SubjectKeys(path)) as keys, closing(sqlite3.connect(path, isolation_level=None)) as other:
        secret = keys.for_writing(PERSON).secret or b""
        other.execute("BEGIN")
        other.execute("SELECT * FROM subject_keys").fetchall()

        with pytest.raises(KeysUnavailable, match="another process reads it"):
            keys.destroy(PERSON, 1)
        other.execute("COMMIT")
        keys.destroy(PERSON, 1)

        assert secret not in bytes_of(tmp_path)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with closing(SubjectKeys(tmp_path / "keys" / "keys.sqlite")) as keys:
        keys.for_writing(PERSON)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}

    assert modes == dict.fromkeys(("keys.sqlite", "keys.sqlite-wal", "keys.sqlite-shm"), 0o600)


def test_the_file_waits_for_the_disk_at_every_commit(tmp_path: Path) -> None:
    with closing(SubjectKeys(tmp_path / "keys.sqlite")) as keys:
        read = keys._store.read  # the only place that knows its connection

        assert read("PRAGMA synchronous") == [(2,)]
        assert read("PRAGMA journal_mode") == [("wal",)]
        assert read("PRAGMA secure_delete") == [(1,)]


def test_a_copy_of_the_file_that_is_put_back_says_that_it_is_behind(tmp_path: Path) -> None:
    with closing(SubjectKeys(tmp_path / "keys.sqlite")) as keys:
        key_id = keys.for_writing(PERSON).key_id
        keys.move(3)
    shutil.copy(tmp_path / "keys.sqlite", tmp_path / "copy.sqlite")
    with closing(SubjectKeys(tmp_path / "keys.sqlite")) as keys:
        keys.destroy(PERSON, 1)
        keys.move(9)

    with closing(SubjectKeys(tmp_path / "copy.sqlite")) as old:
        found = old.find(PERSON, key_id)
        assert found is not None
        assert (old.position(), found.secret is None) == (3, False)


@pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:1/none", "a-folder"])
def test_a_store_that_cannot_be_opened_says_which(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.key_stores.WAIT_SECONDS", 0.2)
    (tmp_path / "a-folder").mkdir()

    with pytest.raises(KeysUnavailable, match=address):
        SubjectKeys(address if "://" in address else tmp_path / address)
