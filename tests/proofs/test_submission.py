"""What a log asks of a witness is read as the protocol writes it, or not at all."""

import pytest

from proofs.notes import NoteRefused
from proofs.submission import Submission, from_answer, from_latest, to_answer, to_latest

# C2SP tlog-witness, add-checkpoint: the examples of a request and of an answer.
REQUEST = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""  # noqa: E501 (as published)
ANSWER = """— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
"""  # noqa: E501 (as published)
NOTE = REQUEST.partition("\n\n")[2]
HASH = REQUEST.splitlines()[1]


def test_the_published_request_is_read_and_written_as_it_is() -> None:
    submission = Submission.parse(REQUEST.encode())

    assert (submission.old_size, len(submission.proof)) == (20852014, 4)
    assert submission.text() == REQUEST


def test_the_published_answer_is_read_and_written_as_it_is() -> None:
    lines = from_answer(ANSWER.encode())

    assert [line.name for line in lines] == ["witness.example/w1", "witness.example/w1", "witness.example/w2"]
    assert to_answer(lines) == ANSWER


def test_a_first_request_has_no_proof() -> None:
    assert Submission.parse(f"old 0\n\n{NOTE}".encode()).proof == ()


@pytest.mark.parametrize("hashes", [63, 64])
def test_a_proof_has_at_most_63_hashes(hashes: int) -> None:
    text = f"old 7\n{HASH}\n".encode() + f"{HASH}\n".encode() * (hashes - 1) + f"\n{NOTE}".encode()

    if hashes == 63:
        assert len(Submission.parse(text).proof) == 63
    else:
        with pytest.raises(NoteRefused, match="at most 63 lines, not 64"):
            Submission.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 7",
        f"old 7\n{NOTE}",
        f"7\n\n{NOTE}",
        f"old\n\n{NOTE}",
        f"old 07\n\n{NOTE}",
        f"old -1\n\n{NOTE}",
        f"old  7\n\n{NOTE}",
        f"old 9223372036854775808\n\n{NOTE}",
        f"Old 7\n\n{NOTE}",
        f"old 7\n{HASH[:-4]}\n\n{NOTE}",
        f"old 7\n{HASH}{HASH}\n\n{NOTE}",
        f"old 7\n {HASH}\n\n{NOTE}",
        f"old 7\r\n\r\n{NOTE}",
        f"\nold 7\n\n{NOTE}",
        "old 7\n\n",
        f"old 7\n\n{NOTE[:-1]}",
    ],
)
def test_a_malformed_request_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        Submission.parse(text.encode())


def test_the_size_in_a_409_is_a_number_and_a_newline() -> None:
    assert from_latest(to_latest(7).encode()) == 7
    for text in ("7", "7\n\n", "07\n", "", "seven\n"):
        with pytest.raises(NoteRefused):
            from_latest(text.encode())


@pytest.mark.parametrize("text", ["", "\n", ANSWER[:-1], f"{ANSWER}\n", "signed\n"])
def test_an_answer_that_is_no_signature_lines_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        from_answer(text.encode())
