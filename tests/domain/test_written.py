"""Pieces of messages: read together, they are the message that protobuf itself would have written."""

import pytest

from domain.written import key_of, part
from duifu.v1.events_pb2 import Evaluation, FactUsed, Ground

TITLE, FACTS = key_of(Ground.TITLE_FIELD_NUMBER), key_of(Ground.FACTS_FIELD_NUMBER)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_a_text_of_any_length_is_written_as_protobuf_writes_it(length: int) -> None:
    text = "a" * length

    assert Ground.FromString(part(TITLE, text.encode())) == Ground(title=text)


def test_what_stands_one_after_the_other_is_one_message() -> None:
    first, second = FactUsed(path="received_on", value="2024-01-02"), FactUsed(path="fact.size", value="3")
    head = Ground(code="EX_E_SIZE", title="规模").SerializeToString()

    ground = b"".join([head, *(part(FACTS, fact.SerializeToString()) for fact in (first, second))])
    both = part(key_of(Evaluation.GROUNDS_FIELD_NUMBER), ground) * 2

    assert (
        list(Evaluation.FromString(both).grounds) == [Ground(code="EX_E_SIZE", title="规模", facts=[first, second])] * 2
    )
