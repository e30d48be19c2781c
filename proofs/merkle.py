"""The tree over a log: roots, inclusion and consistency proofs, with SHA-256. (RFC 6962, 2.1; RFC 9162, 2.1)"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

#: The hash of the complete subtree `index` of height `level`; level 0 are the leaves.
Node = Callable[[int, int], bytes]

HASH_BYTES = 32  # of SHA-256
_new_node = sha256(b"\x01").copy
EMPTY_ROOT = sha256(b"").digest()


class ProofRefused(ValueError):
    """A proof does not prove what it claims."""


def leaf_hash(entry: bytes) -> bytes:
    """The leaf of one log entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node above two others."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows, kept as the roots of its complete subtrees, the largest first."""

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()):
        self.size = size
        self.nodes = list(nodes)
        if len(self.nodes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(self.nodes)}")

    def append(self, leaf: bytes) -> None:
        """Add one leaf."""
        self.join(leaf, 0)

    def join(self, root: bytes, level: int) -> None:
        """Add a complete subtree of 2**level leaves; the size must be a multiple of that. Raises ValueError."""
        if self.size % (1 << level):
            raise ValueError(f"a subtree of {1 << level} leaves cannot follow {self.size} leaves")
        place = self.size >> level
        while place & 1:
            root = node_hash(self.nodes.pop(), root)
            place >>= 1
        self.nodes.append(root)
        self.size += 1 << level

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaves in order; many at once are hashed level by level."""
        for level, root in subtrees(self.size, leaves):
            self.join(root, level)

    def root(self) -> bytes:
        """The root of the tree as it is."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root


class Stretch:
    """A part of a tree, from leaf `start` on, kept as the roots of its complete subtrees.

    Parts of one log can so be hashed side by side, and then be joined to what lies before them.
    """

    def __init__(self, start: int):
        self.start = self.end = start
        self.nodes: list[tuple[int, bytes]] = []  # level and root

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaves in order."""
        for level, root in subtrees(self.end, leaves):
            self.end += 1 << level
            while self.nodes and self.nodes[-1][0] == level and not self.end % (2 << level):
                root = node_hash(self.nodes.pop()[1], root)
                level += 1
            self.nodes.append((level, root))


def subtrees(at: int, leaves: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """The largest complete subtrees that leaves from index `at` on make up, in order: level and root of each."""
    done = 0
    while done < len(leaves):
        room = (at + done) & -(at + done) or 1 << 62
        level = min(room.bit_length(), (len(leaves) - done).bit_length()) - 1
        yield level, _subtree(leaves[done : done + (1 << level)])
        done += 1 << level


def above(nodes: Iterable[bytes]) -> list[bytes]:
    """The nodes above pairs of nodes; an odd one at the end has none yet."""
    made = []
    pairs = iter(nodes)
    for left, right in zip(pairs, pairs, strict=False):
        node = _new_node()  # copied with its first byte: a third cheaper than made anew (bench/audit.py)
        node.update(left + right)
        made.append(node.digest())
    return made


def _subtree(leaves: Sequence[bytes]) -> bytes:
    level = leaves
    while len(level) > 1:
        level = above(level)
    return level[0]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over `leaves`."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def root_at(size: int, node: Node) -> bytes:
    """The root of the first `size` leaves of a larger tree."""
    return _root(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the first `size` leaves, nearest first. (RFC 6962, 2.1.1)

    Raises ValueError if there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_root(middle, end, node))
            end = middle
        else:
            proof.append(_root(start, middle, node))
            start = middle
    return proof[::-1]


def consistency_proof(old_size: int, size: int, node: Node) -> list[bytes]:
    """The hashes that show that the first `old_size` of `size` leaves have not changed. (RFC 6962, 2.1.2)

    Raises ValueError if the tree was never that small.
    """
    if not 0 < old_size <= size:
        raise ValueError(f"a tree of {size} leaves does not extend one of {old_size}")
    proof = []
    start, end, is_old_root = 0, size, True
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_root(middle, end, node))
            end = middle
        else:
            proof.append(_root(start, middle, node))
            start, is_old_root = middle, False
    if not is_old_root:
        proof.append(_root(start, end, node))
    return proof[::-1]


def must_include(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> None:
    """Leaf `index` of the tree under `root` is `leaf`. Raises ProofRefused. (RFC 9162, 2.1.3.2)"""
    if not 0 <= index < size:
        raise ProofRefused(f"a tree of {size} leaves has no leaf {index}")
    at, last, above = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofRefused(f"the inclusion proof of leaf {index} has too many hashes")
        if at & 1 or at == last:
            above = node_hash(sibling, above)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            above = node_hash(above, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofRefused(f"the inclusion proof of leaf {index} has too few hashes")
    if above != root:
        raise ProofRefused(f"leaf {index} is not in the tree of {size} leaves under this root")


def must_extend(old_root: bytes, old_size: int, root: bytes, size: int, proof: Sequence[bytes]) -> None:
    """The tree under `root` begins with the tree under `old_root`. Raises ProofRefused. (RFC 9162, 2.1.4.2)"""
    if old_size > size:
        raise ProofRefused(f"a tree of {size} leaves cannot extend one of {old_size}")
    if old_size in (0, size):
        if proof or (old_size == size and old_root != root) or (old_size == 0 and old_root != EMPTY_ROOT):
            raise ProofRefused(f"the roots of {old_size} and {size} leaves do not fit")
        return
    hashes = list(proof)
    if old_size.bit_count() == 1:
        hashes.insert(0, old_root)
    if not hashes:
        raise ProofRefused("the consistency proof has too few hashes")
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofRefused("the consistency proof has too many hashes")
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofRefused("the consistency proof has too few hashes")
    if old != old_root:
        raise ProofRefused(f"the tree of {size} leaves does not begin with the {old_size} leaves under the old root")
    if new != root:
        raise ProofRefused(f"the consistency proof does not lead to the root of {size} leaves")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _root(start: int, end: int, node: Node) -> bytes:
    """The root of leaves start to end, where start is where such a subtree may stand."""
    size = end - start
    if size.bit_count() == 1:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(size)
    return node_hash(_root(start, middle, node), _root(middle, end, node))
