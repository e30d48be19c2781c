"""Facts from a file that somebody wrote: JSON or YAML into a message, or a clear no."""

import time
from pathlib import Path

import pytest

from cli.facts import read_facts
from cli.output import WrongInput
from duifu.v1.facts_pb2 import Facts


def read(tmp_path: Path, text: str | bytes) -> Facts:
    path = tmp_path / "facts.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_facts(str(path), Facts())


def test_scalars_are_read_as_written(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        """
        receivedOn: 2024-01-08
        application: {contract: {contractNumber: 007, totalFen: 120, signedByBothParties: true}}
        """,
    )

    assert facts.received_on == "2024-01-08"
    assert facts.application.contract.contract_number == "007"
    assert facts.application.contract.total_fen == 120
    assert facts.application.contract.signed_by_both_parties


def test_json_is_taken_as_well(tmp_path: Path) -> None:
    assert read(tmp_path, '{"receivedOn": "2024-01-08"}').received_on == "2024-01-08"


BOMB = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "line 1: write the value out"),
        ("[" * 5_000, "nested more than 40 deep"),
        ("{a: " * 5_000, "nested more than 40 deep"),
        ("receivedOn: 2024-01-08\nreceivedOn: 2024-01-09\n", "line 1: receivedOn is said twice"),
        ("receivedOn: 2024-01-08\nreceived_on: 2024-01-09\n", "line 1: receivedOn is said twice"),
        ("application: {contract: {total_fen: 1, totalFen: 2}}", "line 1: totalFen is said twice"),
        ("", "it is empty"),
        ("# only a comment\n", "it is empty"),
        ("---\n", "it is empty"),
        ("receivedOn: 2024-01-08\n---\nreceivedOn: 2024-01-09\n", "line 2: a second document"),
        ("{receivedOn: 2024-01-08}\n{receivedOn: 2024-01-09}\n", "expected"),
        ("? [a]\n: b\n", "line 1: the name of a field is a text"),
        ("receivedOn: [", "expected"),
        ("receivedAt: 2024-01-08", "receivedAt"),
        ("- a\n- b\n", "duifu.v1.Facts"),
        ("just words", "duifu.v1.Facts"),
        ("approvedFen: 1e400", "approvedFen"),
        ("approvedFen: 99999999999999999999999", "approvedFen"),
        ("approvedFen: 0.5", "approvedFen"),
        ("receivedOn: \x00", "unacceptable character"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        ("application: !!python/object/apply:os.system [ls]", "duifu.v1.Facts"),
    ],
)
def test_what_is_no_facts_file_is_refused_in_words(tmp_path: Path, text: str | bytes, why: str) -> None:
    with pytest.raises(WrongInput) as refused:
        read(tmp_path, text)

    assert why in str(refused.value) or why in refused.value.message


def test_what_is_wrong_is_said_in_chinese_first(tmp_path: Path) -> None:
    with pytest.raises(WrongInput) as refused:
        read(tmp_path, "receivedOn: 2024-01-08\nreceivedOn: 2024-01-09\n")

    assert "不是可用的事实文件" in refused.value.message
    assert refused.value.message.endswith(
        "第1行：receivedOn 写了两次，请只写一次 / line 1: receivedOn is said twice; say it once"
    )


def test_thousands_of_contracts_are_read_in_a_moment(tmp_path: Path) -> None:
    contract = "  - {contractNumber: A, customer: {uscc: x, name: y}, amountFen: 100, signedOn: 2023-03-01}\n"
    started = time.process_time()

    facts = read(tmp_path, "application:\n  services:\n" + f"  {contract}" * 5_000)

    assert len(facts.application.services) == 5_000
    assert time.process_time() - started < 5


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="cannot be read"):
        read_facts(str(tmp_path / "none.yaml"), Facts())


def test_a_file_without_end_is_not_read_to_the_end(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="characters"):
        read(tmp_path, "# " + "x" * 2_000_001)
