"""Names that end in a number, in the order of their numbers: "bj-redeem-2024-000017" before "bj-redeem-2024-000102"."""

from __future__ import annotations  # the map cannot be subscripted while the program runs

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from rpds import HashTrieMap

DIGITS = 3  # of a number's end, by which names lie together


def by_number(name: str) -> tuple[int, str]:
    """A key that sorts such names: a longer one comes after a shorter one, so that numbers may outgrow their zeros."""
    return len(name), name


@dataclass(frozen=True, slots=True)
class Numbered:
    """A set of such names that shares what a change does not touch.

    Names whose numbers are in one thousand lie together, sorted: taking the first few, or one more or less, costs the
    same however many thousands there are.
    """

    thousands: HashTrieMap[str, tuple[str, ...]] = field(default_factory=HashTrieMap)  # beginning -> names
    count: int = 0

    def __len__(self) -> int:
        """How many there are."""
        return self.count

    def __contains__(self, name: object) -> bool:
        """Whether it is one of them."""
        names = self.thousands.get(str(name)[:-DIGITS], ())
        place = bisect_left(names, str(name))
        return place < len(names) and names[place] == name

    def __iter__(self) -> Iterator[str]:
        """All of them, in order."""
        return chain.from_iterable(self.thousands[beginning] for beginning in self.beginnings())

    def beginnings(self) -> list[str]:
        """What the names of each thousand begin with, in order."""
        return sorted(self.thousands, key=by_number)

    def first(self, at_most: int, after: str = "") -> list[str]:
        """The first of them that come after a name; not more than so many."""
        if not after:
            return list(islice(self, at_most))
        later = [each for each in self.beginnings() if by_number(each) >= by_number(after[:-DIGITS])]
        names = chain.from_iterable(self.thousands[each] for each in later)
        return list(islice((name for name in names if by_number(name) > by_number(after)), at_most))

    def insert(self, name: str) -> Numbered:
        """With one more."""
        beginning = name[:-DIGITS]
        names = self.thousands.get(beginning, ())
        place = bisect_left(names, name)
        if place < len(names) and names[place] == name:
            return self
        return Numbered(self.thousands.insert(beginning, (*names[:place], name, *names[place:])), self.count + 1)

    def discard(self, name: str) -> Numbered:
        """Without this one, if it is there."""
        beginning = name[:-DIGITS]
        names = self.thousands.get(beginning, ())
        place = bisect_left(names, name)
        if place == len(names) or names[place] != name:
            return self
        left = (*names[:place], *names[place + 1 :])
        return Numbered(
            self.thousands.insert(beginning, left) if left else self.thousands.remove(beginning), self.count - 1
        )
