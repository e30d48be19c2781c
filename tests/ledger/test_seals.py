"""The sealer signs what the log is, remembers what it signed, and signs nothing over a past that has changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import schema
from ledger.rows import open_rows
from ledger.sealer import LogChanged, Sealer
from ledger.seals import TILE, Seals, SealsDamaged, SealsUnavailable
from ledger.store import Ledger
from ledger.witnesses import WitnessClient
from proofs.merkle import consistency_proof, inclusion_proof, must_extend, must_include, root_of
from proofs.notes import Checkpoint, Note, Signer, trusted
from tests.ledger.events import an_event
from tests.witness.running import RunningWitness

LOG = Signer.generate("duifu.example/log")


class Bench:
    """A ledger and its sealer in one folder."""

    def __init__(self, folder: Path):
        self.ledger_path, self.seals_path = folder / "ledger.sqlite", folder / "seals.sqlite"
        self.ledger = Ledger(self.ledger_path)
        self.rows, self.seals = open_rows(self.ledger_path), Seals(self.seals_path)
        self.sealer = Sealer(self.rows, self.seals, LOG)

    def grow(self, events: int) -> None:
        """Append so many events, at most 500 at once."""
        while events:
            after = self.ledger.version("a")
            some = min(events, 500)
            self.ledger.append([an_event("a", after + nr) for nr in range(1, some + 1)])
            events -= some

    def leaves(self) -> list[bytes]:
        """All leaves as stored."""
        return [row.leaf for row in self.rows.scan()]

    def close(self) -> None:
        """Close all files."""
        self.ledger.close()
        self.rows.close()
        self.seals.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An empty one."""
    made = Bench(tmp_path)
    yield made
    made.close()


def checkpoint(note: str) -> Checkpoint:
    return trusted(Note.parse(note), LOG.verifier).checkpoint


def test_a_checkpoint_names_the_log_its_size_its_root_and_the_schema_of_its_events(bench: Bench) -> None:
    bench.grow(5)

    sealed = bench.sealer.seal()

    assert sealed is not None
    expected = Checkpoint("duifu.example/log", 5, root_of(bench.leaves()), (schema.extension(),))
    assert checkpoint(sealed.note) == expected


def test_an_empty_log_has_no_checkpoint_and_an_unchanged_one_no_second(bench: Bench) -> None:
    assert bench.sealer.seal() is None

    bench.grow(3)
    first, second = bench.sealer.seal(), bench.sealer.seal()

    assert first == second
    assert [one.size for one in bench.seals.all()] == [3]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(1, 3 * TILE), min_size=1, max_size=6))
def test_however_a_log_grows_every_root_and_proof_is_that_of_its_leaves(
    steps: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = Bench(tmp_path_factory.mktemp("grows"))
    sizes = []
    for step in steps:
        bench.grow(step)
        sealed = bench.sealer.seal()
        assert sealed is not None
        sizes.append(sealed.size)
    leaves, size = bench.leaves(), sizes[-1]
    again = Seals(bench.seals_path, read_only=True)

    assert again.leaves(0, size) == b"".join(leaves)
    for smaller in {*sizes, 1, size // 2 or 1, size}:
        assert again.root(smaller) == root_of(leaves[:smaller])
        proof = consistency_proof(smaller, size, again.node)
        must_extend(root_of(leaves[:smaller]), smaller, again.root(size), size, proof)
    for index in {0, size // 2, size - 1}:
        must_include(again.root(size), size, index, leaves[index], inclusion_proof(index, size, again.node))
    again.close()
    bench.close()


def test_a_part_of_the_tree_that_does_not_exist_yet_is_not_made_up(bench: Bench) -> None:
    bench.grow(5)
    bench.sealer.seal()

    for level, index in ((0, 5), (1, 2), (3, 0)):
        with pytest.raises(SealsDamaged, match=f"no node {index} at level {level}"):
            bench.seals.node(level, index)


def test_two_sealers_on_one_file_sign_one_history(bench: Bench) -> None:
    other = Sealer(open_rows(bench.ledger_path), Seals(bench.seals_path), LOG)
    for number in range(1, 9):
        bench.grow(number)
        (bench.sealer if number % 2 else other).seal()

    assert bench.seals.root(bench.seals.size()) == root_of(bench.leaves())
    for sealed in bench.seals.all():
        assert checkpoint(sealed.note).root == root_of(bench.leaves()[: sealed.size])


def test_a_sealer_that_was_killed_between_tree_and_signature_goes_on(bench: Bench) -> None:
    bench.grow(10)
    with bench.seals.writing():
        bench.seals.extend(bench.leaves())  # and here the power went

    sealed = bench.sealer.seal()

    assert sealed is not None
    assert checkpoint(sealed.note).root == root_of(bench.leaves())


def test_what_failed_half_way_left_nothing(bench: Bench) -> None:
    bench.grow(10)

    def extend_half_way() -> None:
        with bench.seals.writing():
            bench.seals.extend(bench.leaves()[:5])
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        extend_half_way()

    assert bench.seals.size() == 0
    sealed = bench.sealer.seal()
    assert sealed is not None
    assert checkpoint(sealed.note).root == root_of(bench.leaves())


def change(bench: Bench, statement: str) -> None:
    with closing(sqlite3.connect(bench.ledger_path)) as file, file:
        file.execute(statement)


def test_nothing_is_signed_over_a_log_that_was_cut_back(bench: Bench) -> None:
    bench.grow(10)
    bench.sealer.seal()
    change(bench, "DELETE FROM stored_events WHERE rowid > 7")

    with pytest.raises(LogChanged, match="the log has 7 events, but 10 were sealed: it was cut back"):
        bench.sealer.seal()


def test_nothing_is_signed_over_a_hole(bench: Bench) -> None:
    bench.grow(10)
    change(bench, "DELETE FROM stored_events WHERE rowid = 4")

    with pytest.raises(LogChanged, match="position 4 is missing, 5 is there"):
        bench.sealer.seal()

    assert list(bench.seals.all()) == []


@pytest.mark.parametrize("leaf", ["'text'", "x'00'", "zeroblob(31)"])
def test_what_is_no_leaf_never_reaches_the_tree(bench: Bench, leaf: str) -> None:
    bench.grow(3)
    change(bench, f"UPDATE stored_events SET leaf = {leaf} WHERE rowid = 2")

    with pytest.raises(LogChanged, match="the event at position 2 has no leaf"):
        bench.sealer.seal()

    assert bench.seals.size() == 0


def test_a_memory_that_was_wiped_is_not_filled_with_another_past(bench: Bench) -> None:
    bench.grow(5)
    bench.sealer.seal()
    change(bench, "UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 3")
    with bench.seals.writing():
        bench.seals._file.execute("DELETE FROM tree")
        bench.seals._file.execute("UPDATE tree_size SET size = 0")
    bench.grow(1)

    with pytest.raises(LogChanged, match="not the one under its checkpoint of 5 events"):
        bench.sealer.seal()


def test_a_past_that_was_rewritten_is_not_sealed_again(bench: Bench) -> None:
    bench.grow(10)
    before = bench.sealer.seal()
    change(bench, "UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 3")
    bench.grow(1)

    after = bench.sealer.seal()

    assert before is not None
    assert after is not None
    proof = consistency_proof(10, 11, bench.seals.node)
    must_extend(checkpoint(before.note).root, 10, checkpoint(after.note).root, 11, proof)


def test_a_sealers_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SealsUnavailable, match=r"nowhere\.sqlite: unable to open"):
        Seals(tmp_path / "nowhere.sqlite", read_only=True)


# Witnesses


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[RunningWitness]:
    """A witness of our log."""
    running = RunningWitness(tmp_path, [LOG.verifier])
    yield running
    running.stop()


def asked(bench: Bench, witness: RunningWitness, seals: Seals | None = None) -> Sealer:
    client = WitnessClient(witness.url, witness.verifier)
    return Sealer(bench.rows, seals or bench.seals, LOG, [client])


def test_a_witness_signs_what_was_sealed_and_is_not_asked_twice(bench: Bench, witness: RunningWitness) -> None:
    sealer = asked(bench, witness)
    answers = []
    for size in (3, 40, 700):
        bench.grow(size)
        sealer.seal()
        answers.append((sealer.ask_witnesses()[0].answer, sealer.ask_witnesses()[0].answer))

    assert answers == [("signed now", "signed before")] * 3
    for sealed in bench.seals.all():
        assert trusted(Note.parse(sealed.note), LOG.verifier, [witness.verifier], quorum=1).witnessed


def test_a_witness_that_is_away_holds_nobody_up_and_signs_when_it_is_back(
    bench: Bench, witness: RunningWitness
) -> None:
    bench.grow(3)
    witness.stop()

    sealed = asked(bench, witness).seal()
    (away,) = asked(bench, witness).ask_witnesses()
    witness.start()
    (back,) = asked(bench, witness).ask_witnesses()

    assert sealed is not None
    assert (away.has_signed, back.has_signed) == (False, True)
    assert witness.verifier.name in away.answer


def test_a_witness_does_not_sign_a_forked_log_and_the_answer_says_so(
    bench: Bench, witness: RunningWitness, tmp_path: Path
) -> None:
    bench.grow(5)
    honest = asked(bench, witness)
    honest.seal()
    honest.ask_witnesses()
    change(bench, "UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 3")
    bench.grow(1)
    forged = asked(bench, witness, Seals(tmp_path / "forgotten.sqlite"))
    forged.seal()

    (answer,) = forged.ask_witnesses()

    assert not answer.has_signed
    assert "422" in answer.answer
