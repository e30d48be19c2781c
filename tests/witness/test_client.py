"""The log's side: a cosignature counts once it is verified, and whatever else a witness says stops nobody for long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from ledger.witnesses import WitnessClient, WitnessRefused, WitnessUnavailable
from proofs.notes import Cosigner, Note, NoteRefused, trusted
from proofs.submission import Submission, to_answer
from tests.witness.logs import Log
from tests.witness.running import NAME, RunningWitness

Answer = tuple[int, bytes]


@pytest.fixture
def client(witness: RunningWitness) -> WitnessClient:
    """Asks the shared witness."""
    return WitnessClient(witness.url, witness.verifier)


def must_sign(client: WitnessClient, log: Log, size: int) -> None:
    note = log.note(size)
    line = client.ask(note, log.prover(size))
    assert trusted(note.signed(line), log.signer.verifier, [client.verifier], quorum=1).checkpoint.size == size


@contextmanager
def a_false_witness(answer: Callable[[bytes], Answer]) -> Iterator[tuple[WitnessClient, Cosigner, list[bytes]]]:
    """A server that answers as told; with a client, the key the client expects, and what was sent."""
    key, sent = Cosigner.generate("false.example/w1"), list[bytes]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent.append(body)
            status, content = answer(body)
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield WitnessClient(f"http://127.0.0.1:{server.server_port}/", key.verifier), key, sent
        finally:
            server.shutdown()


def test_a_log_that_grows_is_signed_at_every_size(client: WitnessClient, log: Log) -> None:
    for size in (1, 2, 7, 7, 8, 100):
        must_sign(client, log, size)


def test_who_has_forgotten_what_the_witness_knows_asks_it(
    client: WitnessClient, witness: RunningWitness, log: Log
) -> None:
    must_sign(client, log, 5)

    must_sign(WitnessClient(witness.url, witness.verifier), log, 9)

    must_sign(client, log, 12)


def test_a_log_that_was_cut_back_is_told_so_and_may_catch_up(client: WitnessClient, log: Log) -> None:
    must_sign(client, log, 9)

    with pytest.raises(WitnessRefused, match=r"has signed 9 leaves, this checkpoint has 5: .* the log was cut back"):
        client.ask(log.note(5), log.prover(5))
    must_sign(client, log, 10)


def test_another_story_is_refused_however_it_is_told(client: WitnessClient, log: Log) -> None:
    must_sign(client, log, 9)
    other = log.fork(at=5)

    for size in (9, 12):
        with pytest.raises(WitnessRefused, match="answered 422: Not signed: "):
            client.ask(other.note(size), other.prover(size))


def test_a_witness_that_does_not_know_the_log_refuses(client: WitnessClient) -> None:
    stranger = Log()

    with pytest.raises(WitnessRefused, match=f"answered 404: {NAME} signs for other logs"):
        client.ask(stranger.note(5), stranger.prover(5))


def test_a_witness_with_another_key_than_ours_is_not_believed(witness: RunningWitness, log: Log) -> None:
    client = WitnessClient(witness.url, Cosigner.generate(NAME).verifier)

    with pytest.raises(WitnessRefused, match="signs, but not with the key"):
        client.ask(log.note(5), log.prover(5))


def test_a_witness_that_is_not_there_is_unavailable(own_witness: RunningWitness, own_log: Log) -> None:
    client = WitnessClient(own_witness.url, own_witness.verifier)
    own_witness.stop()

    with pytest.raises(WitnessUnavailable, match=f"{NAME} at {own_witness.url}"):
        client.ask(own_log.note(5), own_log.prover(5))
    own_witness.start()
    must_sign(WitnessClient(own_witness.url, own_witness.verifier), own_log, 5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://w.example", "w.example", "", "http://", "https:///w1"])
def test_only_addresses_of_the_web_are_asked(url: str) -> None:
    with pytest.raises(ValueError, match="the address of a witness is http"):
        WitnessClient(url, Cosigner.generate("w").verifier)


@pytest.mark.parametrize("content", [b"", b"signed\n", b"\xff\n", b"<html>\n", "— w AAAA".encode()])
def test_an_answer_that_is_no_signature_is_refused(log: Log, content: bytes) -> None:
    with a_false_witness(lambda _: (200, content)) as (client, _, _), pytest.raises(WitnessRefused):
        client.ask(log.note(5), log.prover(5))


def test_a_signature_of_something_else_is_refused(log: Log) -> None:
    key = list[Cosigner]()

    def sign_another(_: bytes) -> Answer:
        return 200, to_answer([key[0].cosign(log.note(6).body, 5)]).encode()

    def sign_without_time(_: bytes) -> Answer:
        return 200, to_answer([key[0].cosign(log.note(5).body, 0)]).encode()

    for answer, complaint in ((sign_another, "does not fit the text"), (sign_without_time, "does not say when")):
        with a_false_witness(answer) as (client, its_key, _):
            key[:] = [its_key]
            with pytest.raises(WitnessRefused, match=complaint):
                client.ask(log.note(5), log.prover(5))


def test_signatures_of_strangers_beside_its_own_are_ignored(log: Log) -> None:
    key = list[Cosigner]()

    def sign(body: bytes) -> Answer:
        text = Submission.parse(body).note.body
        return 200, to_answer([Cosigner.generate("stranger").cosign(text, 5), key[0].cosign(text, 6)]).encode()

    with a_false_witness(sign) as (client, its_key, sent):
        key.append(its_key)
        must_sign(client, log, 5)
        must_sign(client, log, 9)

    assert [Submission.parse(body).old_size for body in sent] == [0, 5]
    assert Note.parse(sent[1].decode().partition("\n\n")[2]) == log.note(9)


@pytest.mark.parametrize("content", [b"", b"five\n", b"05\n", b"5"])
def test_a_409_without_a_size_is_no_answer(log: Log, content: bytes) -> None:
    refused = pytest.raises(WitnessUnavailable, match="does not say what it signed last")
    with a_false_witness(lambda _: (409, content)) as (client, _, _), refused:
        client.ask(log.note(5), log.prover(5))


def test_a_witness_that_names_size_after_size_is_left_alone(log: Log) -> None:
    refused = pytest.raises(WitnessUnavailable, match="named another size 3 times")
    with a_false_witness(lambda _: (409, b"3\n")) as (client, _, sent), refused:
        client.ask(log.note(5), log.prover(5))

    assert len(sent) == 3


def test_a_size_that_was_named_by_mistake_is_asked_for_again(log: Log) -> None:
    key, sizes = list[Cosigner](), iter((1000, 3))

    def answer(body: bytes) -> Answer:
        submission = Submission.parse(body)
        if submission.old_size == 0:
            return 409, f"{next(sizes)}\n".encode()
        return 200, to_answer([key[0].cosign(submission.note.body, 5)]).encode()

    with a_false_witness(answer) as (client, its_key, _):
        key.append(its_key)
        with pytest.raises(WitnessRefused, match="has signed 1000 leaves"):
            client.ask(log.note(5), log.prover(5))
        must_sign(client, log, 5)


@pytest.mark.parametrize("status", [301, 307, 413, 429, 500, 503])
def test_whatever_else_it_answers_it_may_be_asked_again_and_nobody_is_sent_elsewhere(log: Log, status: int) -> None:
    refused = pytest.raises(WitnessUnavailable, match=rf"answered {status}: later")
    with a_false_witness(lambda _: (status, b"later")) as (client, _, sent), refused:
        client.ask(log.note(5), log.prover(5))

    assert len(sent) == 1


def test_a_note_that_is_no_checkpoint_is_not_sent(client: WitnessClient, log: Log) -> None:
    with pytest.raises(NoteRefused):
        client.ask(Note("text\n", log.note(5).signatures), log.prover(5))
