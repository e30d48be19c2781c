"""A leaf is what the published construction says, byte for byte, for ever."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import NAME_MAX_BYTES, NOTHING_BEFORE, Tails, entry, leaf
from tests.ledger.databases import leaf_by_hand

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=NAME_MAX_BYTES // 4)


@given(names, st.integers(1, 2**63 - 1), names, st.binary(min_size=32, max_size=32), st.binary(max_size=500))
def test_a_leaf_is_the_hash_of_its_entry(stream: str, version: int, topic: str, previous: bytes, state: bytes) -> None:
    made = leaf(stream, version, topic, previous, state)

    assert made == leaf_by_hand(stream, version, topic, previous, state)
    shown = entry(stream, version, topic, previous, hashlib.sha256(state).digest())
    assert made == hashlib.sha256(b"\x00" + shown).digest()


def test_the_leaves_of_two_events_of_one_stream() -> None:
    first = leaf("案件/1", 1, "duifu.v1.CaseRegistered", NOTHING_BEFORE, b"")
    second = leaf("案件/1", 2, "duifu.v1.CaseRegistered", first, b"\x00\x01")

    assert first.hex() == "357d807dbf7da619bf72602d47348171b1cf6544ec32ac1d6bf7481ee5cd99c2"
    assert second.hex() == "a19204f2608530bf394f45cf5097b74fec380041454b2b9dff48def77dbcfdab"


def test_only_the_newest_leaf_of_the_streams_used_last_is_remembered() -> None:
    tails = Tails(room=2)

    tails.remember({"a": (1, b"a1")})
    tails.remember({"b": (1, b"b1")})
    tails.remember({"a": (2, b"a2"), "c": (7, b"c7")})

    assert [tails.leaf_of(*which) for which in (("a", 1), ("a", 2), ("b", 1), ("c", 7), ("d", 1))] == [
        None, b"a2", None, b"c7", None
    ]  # fmt: skip
