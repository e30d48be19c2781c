"""A witness signs that a log has only grown, and nothing else; C2SP tlog-witness says what it answers."""

from hashlib import sha256

import httpx
import pytest

from proofs.merkle import EMPTY_ROOT, leaf_hash
from proofs.notes import Checkpoint, Note, SignatureLine, Signer, trusted
from proofs.submission import Submission, from_answer
from tests.witness.conftest import MONKEYS
from tests.witness.logs import Log
from tests.witness.running import NAME, RunningWitness


def signed(witness: RunningWitness, answer: httpx.Response, note: Note, log: Log) -> int:
    """The size that the answer signs, after it was verified as an auditor would."""
    assert answer.status_code == 200, answer.text
    (line,) = from_answer(answer.content)
    return trusted(note.signed(line), log.signer.verifier, [witness.verifier], quorum=1).checkpoint.size


def latest(witness: RunningWitness, log: Log) -> Note:
    """What the witness says it signed last, which must be signed by both."""
    note = Note.parse(witness.http.get(f"/{sha256(log.signer.name.encode()).hexdigest()}/checkpoint").content)
    trusted(note, log.signer.verifier, [witness.verifier], quorum=1)
    return note


def must_still_be_at(witness: RunningWitness, log: Log, size: int) -> None:
    assert latest(witness, log).body == log.note(size).body


def forks_of(witness: RunningWitness, log: Log) -> list[tuple[str, str]]:
    """The bodies that contradict each other, as the witness tells everybody."""
    forks = [
        (Note.parse(each["signed"]), Note.parse(each["refused"])) for each in witness.http.get("/").json()["forks"]
    ]
    for pair in forks:
        assert pair[0].body != pair[1].body
    return [(a.body, b.body) for a, b in forks if a.body.startswith(f"{log.signer.name}\n")]


def test_a_first_checkpoint_is_signed(witness: RunningWitness, log: Log) -> None:
    answer = witness.ask(log.request(0, 5))

    assert signed(witness, answer, log.note(5), log) == 5
    must_still_be_at(witness, log, 5)


def test_a_log_that_grows_is_signed_at_every_size(witness: RunningWitness, log: Log) -> None:
    old = 0
    for size in (1, 2, 3, 7, 8, 64, 65, 100):
        assert signed(witness, witness.ask(log.request(old, size)), log.note(size), log) == size
        old = size


def test_a_published_log_and_its_proof_are_signed(witness: RunningWitness) -> None:
    """github.com/transparency-dev/witness, witness_test.go."""
    first = """monkeys
5
41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=

— monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZCkEx9AY=
"""
    second = """monkeys
8
V8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=

— monkeys 202ffoUEboiQYpHzICeaFmoy3RNviHTpAxYrq/eO4QQVQMvu9UebKBMX2MJC76NLthZaKsnKbCA8GxrjePZhvDCH7Ag=
"""
    proof = (
        "b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2",
        "aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d",
        "89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e",
        "29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833",
    )
    note = Note.parse(second)

    assert witness.ask(f"old 0\n\n{first}".encode()).status_code == 200
    answer = witness.ask(Submission(5, tuple(map(bytes.fromhex, proof)), note).text().encode())

    (line,) = from_answer(answer.content)
    assert trusted(note.signed(line), MONKEYS, [witness.verifier], 1).checkpoint.size == 8


def test_the_same_checkpoint_is_signed_again(witness: RunningWitness, log: Log) -> None:
    witness.ask(log.request(0, 5))

    for _ in range(2):
        assert signed(witness, witness.ask(log.request(5, 5)), log.note(5), log) == 5
    assert [line.name for line in latest(witness, log).signatures] == [log.signer.name, NAME]
    assert forks_of(witness, log) == []


def test_who_does_not_know_the_latest_size_is_told(witness: RunningWitness, log: Log) -> None:
    unheard_of = witness.ask(log.request(3, 5))
    witness.ask(log.request(0, 5))
    outdated = [witness.ask(log.request(0, 5)), witness.ask(log.request(3, 8)), witness.ask(log.request(2, 3))]

    assert [(answer.status_code, answer.text) for answer in [unheard_of, *outdated]] == [(409, "0\n")] + [
        (409, "5\n")
    ] * 3
    assert {answer.headers["content-type"] for answer in outdated} == {"text/x.tlog.size"}
    must_still_be_at(witness, log, 5)


def test_another_root_of_the_same_size_is_refused_and_kept_as_evidence(witness: RunningWitness, log: Log) -> None:
    other = log.fork(at=2)
    witness.ask(log.request(0, 5))

    answers = [witness.ask(other.request(5, 5)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert forks_of(witness, log) == [(log.note(5).body, other.note(5).body)]
    must_still_be_at(witness, log, 5)
    assert "evidence against a log kept" in witness.said.read_text("utf-8")


def test_a_fork_is_kept_whatever_old_size_it_comes_with(witness: RunningWitness, log: Log) -> None:
    other = log.fork(at=2)
    witness.ask(log.request(0, 5))

    answer = witness.ask(other.request(0, 5))

    assert (answer.status_code, answer.text) == (409, "5\n")
    assert forks_of(witness, log) == [(log.note(5).body, other.note(5).body)]


def test_a_log_that_has_grown_from_another_story_is_refused(witness: RunningWitness, log: Log) -> None:
    witness.ask(log.request(0, 5))

    answer = witness.ask(log.fork(at=4).request(5, 9))

    assert answer.status_code == 422
    assert "does not begin with the 5 leaves" in answer.text
    must_still_be_at(witness, log, 5)


def test_after_a_fork_the_first_story_is_still_signed(witness: RunningWitness, log: Log) -> None:
    witness.ask(log.request(0, 5))
    witness.ask(log.fork(at=2).request(5, 5))

    assert signed(witness, witness.ask(log.request(5, 9)), log.note(9), log) == 9


@pytest.mark.parametrize("change", ["missing", "extra", "changed", "exchanged", "none"])
def test_a_broken_proof_is_refused(witness: RunningWitness, log: Log, change: str) -> None:
    witness.ask(log.request(0, 5))
    proof = log.proof(5, 9)
    broken = {
        "missing": proof[1:],
        "extra": [*proof, leaf_hash(b"")],
        "changed": [leaf_hash(b""), *proof[1:]],
        "exchanged": [proof[1], proof[0], *proof[2:]],
        "none": [],
    }[change]

    answer = witness.ask(Submission(5, tuple(broken), log.note(9)).text().encode())

    assert (answer.status_code, answer.text[:12]) == (422, "Not signed: ")
    must_still_be_at(witness, log, 5)


def test_nothing_needs_to_be_proven_to_extend_nothing(witness: RunningWitness, log: Log) -> None:
    empty = Checkpoint(log.signer.name, 0, EMPTY_ROOT).body()
    lie = Checkpoint(log.signer.name, 0, leaf_hash(b"")).body()

    def ask(body: str, *proof: bytes) -> int:
        note = Note(body, (log.signer.sign(body),))
        return witness.ask(Submission(0, proof, note).text().encode()).status_code

    assert ask(lie) == 422
    assert ask(log.note(5).body, leaf_hash(b"")) == 422
    assert [ask(empty), ask(empty), ask(log.note(5).body)] == [200, 200, 200]
    must_still_be_at(witness, log, 5)


def test_what_its_log_has_not_signed_is_refused(witness: RunningWitness, log: Log) -> None:
    note = log.note(5)
    impostor = Signer(log.signer.name, bytes([200]) * 32).sign(note.body)
    (line,) = note.signatures
    forged = SignatureLine(line.name, line.key_id, bytes(64))
    another_text = Note(log.note(6).body, note.signatures)

    for wrong in (Note(note.body, (impostor,)), Note(note.body, (forged,)), another_text):
        assert witness.ask(Submission(0, (), wrong).text().encode()).status_code == 403
    assert witness.http.get(f"/{sha256(log.signer.name.encode()).hexdigest()}/checkpoint").status_code == 404


def test_a_log_it_does_not_watch_is_refused(witness: RunningWitness) -> None:
    answer = witness.ask(Log(Signer.generate("stranger.example/log")).request(0, 5))

    assert answer.status_code == 404
    assert answer.text == f"{NAME} signs for other logs, not for stranger.example/log.\n"


@pytest.mark.parametrize("head", ["", "old 05", "new 0", "old 0\nAAAA", "old 6"])
def test_a_malformed_request_is_refused(witness: RunningWitness, log: Log, head: str) -> None:
    answer = witness.ask(f"{head}\n\n{log.note(5).text()}".encode())

    assert answer.status_code == 400
    assert answer.text.endswith(".\n")


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"old 0\n\n", b"\n\n\n\n", b"old 0\n\nlog\n\n\xe2\x80\x94 log AAAAAAA=\n"]
)
def test_what_is_no_request_at_all_is_refused(witness: RunningWitness, body: bytes) -> None:
    assert witness.ask(body).status_code == 400


def test_a_body_beyond_a_million_bytes_is_not_read(witness: RunningWitness, log: Log) -> None:
    answer = witness.ask(log.request(0, 5) + b"x" * 1_000_000)

    assert answer.status_code == 413
    assert "larger than 1000000 bytes" in answer.text


def test_signatures_that_others_added_are_neither_needed_nor_kept(witness: RunningWitness, log: Log) -> None:
    note = log.note(5).signed(SignatureLine("stranger.example", b"abcd", b"anything"))

    answer = witness.ask(Submission(0, (), note).text().encode())

    assert signed(witness, answer, note, log) == 5
    assert [line.name for line in latest(witness, log).signatures] == [log.signer.name, NAME]


def test_it_says_who_it_is_and_what_it_signed_last(witness: RunningWitness, log: Log) -> None:
    witness.ask(log.request(0, 5))

    said = witness.http.get("/").json()

    assert (said["name"], said["vkey"]) == (NAME, witness.verifier.vkey())
    assert {"origin": log.signer.name, "vkey": log.signer.verifier.vkey()} in said["logs"]
    (of_log,) = [each for each in said["latest"] if each["origin"] == log.signer.name]
    assert (of_log["size"], of_log["rootSha256"]) == (5, Checkpoint.parse(log.note(5).body).root.hex())


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/add-checkpoint", 405), ("POST", "/", 405)]
)
def test_a_wrong_path_or_method_is_answered_in_words(
    witness: RunningWitness, method: str, path: str, status: int
) -> None:
    answer = witness.http.request(method, path)

    assert answer.status_code == status
    assert answer.text.startswith(f"{method} {path}: ")
