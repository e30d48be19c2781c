"""What a witness has signed it remembers, whoever asks at the same time and whatever happens to it."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from proofs import key_files
from proofs.notes import Cosigner
from tests.witness.logs import Log
from tests.witness.running import RunningWitness
from witness.state import State
from witness.witness import Objected, Witness


@pytest.fixture
def twin(own_witness: RunningWitness) -> Iterator[RunningWitness]:
    """A second process on the state and with the key of `own_witness`."""
    second = object.__new__(RunningWitness)
    second.__dict__.update(own_witness.__dict__)
    second.start()
    yield second
    second.stop()


def test_what_was_signed_survives_kill_9(own_witness: RunningWitness, own_log: Log) -> None:
    own_witness.ask(own_log.request(0, 5))

    own_witness.kill()
    own_witness.start()

    assert own_witness.ask(own_log.fork(at=2).request(5, 5)).status_code == 422
    assert own_witness.ask(own_log.fork(at=2).request(0, 9)).text == "5\n"
    own_witness.kill()
    own_witness.start()
    assert len(own_witness.http.get("/").json()["forks"]) == 1
    assert own_witness.ask(own_log.request(5, 9)).status_code == 200


def test_killed_under_load_it_remembers_whatever_it_acknowledged(own_witness: RunningWitness, own_log: Log) -> None:
    acknowledged = [0]

    def grow_until_it_dies() -> None:
        with httpx.Client(base_url=own_witness.url, trust_env=False) as http, suppress(httpx.TransportError):
            while True:
                old = acknowledged[-1]
                answer = http.post("/add-checkpoint", content=own_log.request(old, old + 1))
                assert answer.status_code == 200
                acknowledged.append(old + 1)

    with ThreadPoolExecutor(1) as senders:
        sending = senders.submit(grow_until_it_dies)
        while len(acknowledged) < 30 and not sending.done():
            time.sleep(0.01)
        own_witness.kill()
        sending.result()
    own_witness.start()

    # It may have signed one more, whose answer was lost.
    assert own_witness.http.get("/").json()["latest"][0]["size"] in (acknowledged[-1], acknowledged[-1] + 1)


def test_of_two_stories_told_to_two_processes_at_once_one_is_signed(
    own_witness: RunningWitness, twin: RunningWitness, own_log: Log
) -> None:
    old, story = 0, own_log
    with ThreadPoolExecutor(4) as senders:
        for size in range(1, 21):
            other = story.fork(at=size - 1)
            both = (story.request(old, size), other.request(old, size)) * 2
            start = Barrier(4)

            def ask(number: int, requests: tuple[bytes, ...] = both, start: Barrier = start) -> int:
                start.wait()
                return (own_witness, twin)[number // 2].ask(requests[number]).status_code

            statuses = list(senders.map(ask, range(4)))

            assert sorted(statuses) == [200, 409, 409, 409]
            old, story = size, (story, other)[statuses.index(200) % 2]

    assert own_witness.http.get("/").json()["latest"] == twin.http.get("/").json()["latest"]


def test_of_two_stories_told_to_two_threads_at_once_one_is_signed(tmp_path: Path, own_log: Log) -> None:
    witness = Witness(
        Cosigner.generate("w"), {own_log.signer.name: own_log.signer.verifier}, State(tmp_path / "state.sqlite")
    )
    stories = [own_log.fork(at=number).request(0, 9) for number in range(8)]
    start = Barrier(len(stories))

    def ask(request: bytes) -> str:
        start.wait()
        try:
            return witness.add_checkpoint(request).name
        except Objected as objected:
            return f"{objected.status} {objected.size}"

    with ThreadPoolExecutor(len(stories)) as senders:
        answers = list(senders.map(ask, stories))

    assert sorted(answers) == ["409 9"] * 7 + ["w"]
    assert len(witness.state.evidence()) == 7
    witness.state.close()


def test_while_nothing_can_be_written_nothing_is_signed(own_witness: RunningWitness, own_log: Log) -> None:
    own_witness.ask(own_log.request(0, 5))
    with closing(sqlite3.connect(own_witness.state, isolation_level=None)) as somebody_else:
        somebody_else.execute("BEGIN IMMEDIATE")

        answer = own_witness.ask(own_log.request(5, 9))

    assert answer.status_code == 503
    assert "cannot write down what it signs" in answer.text
    assert own_witness.ask(own_log.request(5, 9)).status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE latest SET note = 'junk'", "cannot be read: a note is a text"),
        ("UPDATE latest SET signed_seconds = 'soon'", "a time that is kept for"),
        ("DROP TABLE latest", "no such table"),
    ],
)
def test_with_a_state_that_was_damaged_nothing_is_signed_and_the_answer_says_why(
    own_witness: RunningWitness, own_log: Log, change: str, said: str
) -> None:
    own_witness.ask(own_log.request(0, 5))
    with closing(sqlite3.connect(own_witness.state)) as somebody_else, somebody_else:
        somebody_else.execute(change)

    origin = sha256(own_log.signer.name.encode()).hexdigest()
    asked = own_witness.ask(own_log.request(5, 9))
    told = [own_witness.http.get(path) for path in ("/", f"/{origin}/checkpoint")]

    for answer in (asked, *told):
        assert answer.status_code >= 500
        assert said in answer.text
    logged = own_witness.said.read_text("utf-8")
    assert "state damaged" in logged
    assert "Traceback" not in logged


def test_a_state_that_was_there_before_is_kept_by_a_new_key(own_witness: RunningWitness, own_log: Log) -> None:
    own_witness.ask(own_log.request(0, 5))
    own_witness.stop()
    own_witness.key.unlink()
    key_files.write(own_witness.key, Cosigner.generate("second.example/w2").text())
    own_witness.start()

    assert own_witness.ask(own_log.request(0, 9)).text == "5\n"
    assert own_witness.ask(own_log.request(5, 9)).status_code == 200
