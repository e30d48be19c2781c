"""Names in the order of their numbers, however they come and go."""

from hypothesis import given
from hypothesis import strategies as st

from domain.numbered import Numbered

NUMBERS = st.integers(0, 3_000_000)
STEPS = st.lists(st.tuples(st.booleans(), st.integers(990, 1010) | NUMBERS))


def name_of(number: int) -> str:
    return f"bj-slq-2023-2024Q1-{number:05d}"


@given(STEPS, st.integers(0, 5), NUMBERS)
def test_it_holds_what_a_set_holds_in_the_order_of_the_numbers(
    steps: list[tuple[bool, int]], at_most: int, after: int
) -> None:
    names, plain = Numbered(), set[int]()
    for is_new, number in steps:
        before = list(names)
        changed = names.insert(name_of(number)) if is_new else names.discard(name_of(number))
        assert list(names) == before  # who held it still holds it
        names = changed
        (plain.add if is_new else plain.discard)(number)

    in_order = [name_of(number) for number in sorted(plain)]
    assert (list(names), len(names)) == (in_order, len(in_order))
    assert all(name in names for name in in_order)
    assert name_of(after) not in names or after in plain
    assert names.first(at_most) == in_order[:at_most]
    later = [name_of(number) for number in sorted(plain) if number > after]
    assert names.first(at_most, name_of(after)) == later[:at_most]
    assert names.beginnings() == list(dict.fromkeys(name[:-3] for name in in_order))
