"""How many there are of each kind, and how much they come to: kept as things change, not counted anew."""

from __future__ import annotations  # the maps cannot be subscripted while the program runs

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rpds import HashTrieMap

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of things, and their amounts together."""

    count: int = 0
    fen: int = 0


NOTHING = Sum()


@dataclass(frozen=True, slots=True)
class Sums(Generic[K]):
    """Sums by kind. Nothing is zero of everything."""

    by_kind: HashTrieMap[K, Sum] = field(default_factory=HashTrieMap)

    def __getitem__(self, kind: K) -> Sum:
        """What there is of a kind."""
        return self.by_kind.get(kind, NOTHING)

    def plus(self, kind: K, fen: int) -> Sums[K]:
        """With one more thing."""
        return self._moved(kind, 1, fen)

    def minus(self, kind: K, fen: int) -> Sums[K]:
        """With one thing less."""
        return self._moved(kind, -1, -fen)

    def _moved(self, kind: K, count: int, fen: int) -> Sums[K]:
        known = self[kind]
        return Sums(self.by_kind.insert(kind, Sum(known.count + count, known.fen + fen)))
