"""The tree is that of RFC 6962: the same roots and proofs as its definition, and as the published examples."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    ProofRefused,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    must_extend,
    must_include,
    root_at,
    root_of,
)
from tests.proofs import reference

SIZES = range(1, 71)
ENTRIES = tuple(f"entry {number}".encode() for number in range(SIZES.stop))

# The eight leaves, roots and proofs that implementations of Certificate Transparency share (transparency-dev/merkle,
# testonly/constants.go and reference_test.go).
CT_ENTRIES = tuple(
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
)  # fmt: skip
CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
CT_INCLUSION = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CT_CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (6, 7): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}

#: A place in a tree: (what is looked at, size); for inclusion an index, for consistency an older size.
Places = st.integers(2, 200).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))
Change = Callable[[list[bytes]], list[bytes]]


def nodes_of(entries: tuple[bytes, ...]) -> Node:
    return lambda level, index: reference.mth(entries[index << level : (index + 1) << level])


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(f"entry {number}".encode()) for number in range(count)]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """One thing done to a proof: a hash changed, lost, added, or two exchanged."""
    kind = draw(st.sampled_from(["changed", "missing", "extra", "exchanged"]))
    where, other, bit = draw(st.integers(0, 99)), draw(st.integers(0, 99)), draw(st.integers(0, 255))

    def change(proof: list[bytes]) -> list[bytes]:
        new = list(proof)
        if kind == "extra" or not proof:
            new.insert(where % (len(proof) + 1), leaf_hash(bytes([bit])))
        elif kind == "missing":
            new.pop(where % len(proof))
        elif kind == "exchanged" and len(proof) > 1:
            at, to = where % len(proof), (where + 1 + other % (len(proof) - 1)) % len(proof)
            new[at], new[to] = new[to], new[at]
        else:
            at = where % len(proof)
            new[at] = (int.from_bytes(new[at]) ^ 1 << bit).to_bytes(32)
        return new

    return change


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert root_of([leaf_hash(entry) for entry in CT_ENTRIES[:size]]).hex() == CT_ROOTS[size]
    assert reference.mth(CT_ENTRIES[:size]).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("index", "size"), CT_INCLUSION)
def test_the_inclusion_proofs_are_the_published_ones(index: int, size: int) -> None:
    proof = inclusion_proof(index, size, nodes_of(CT_ENTRIES))

    assert tuple(each.hex() for each in proof) == CT_INCLUSION[index, size]
    must_include(bytes.fromhex(CT_ROOTS[size]), size, index, leaf_hash(CT_ENTRIES[index]), proof)


@pytest.mark.parametrize(("old", "size"), CT_CONSISTENCY)
def test_the_consistency_proofs_are_the_published_ones(old: int, size: int) -> None:
    proof = consistency_proof(old, size, nodes_of(CT_ENTRIES))

    assert tuple(each.hex() for each in proof) == CT_CONSISTENCY[old, size]
    must_extend(bytes.fromhex(CT_ROOTS[old]), old, bytes.fromhex(CT_ROOTS[size]), size, proof)


def test_roots_of_every_size_are_those_the_rfc_defines() -> None:
    frontier = Frontier()
    for size in SIZES:
        frontier.append(leaf_hash(ENTRIES[size - 1]))

        assert frontier.size == size
        assert frontier.root() == root_at(size, nodes_of(ENTRIES)) == reference.mth(ENTRIES[:size])


@pytest.mark.parametrize("size", SIZES)
def test_every_inclusion_proof_is_the_one_the_rfc_defines_and_fits_its_leaf_only(size: int) -> None:
    entries = ENTRIES[:size]
    root = reference.mth(entries)
    for index in range(size):
        proof = inclusion_proof(index, size, nodes_of(entries))

        assert proof == reference.path(index, entries)
        must_include(root, size, index, leaf_hash(entries[index]), proof)
        for other in {0, index - 1, index + 1, size - 1, size} - {index}:
            with pytest.raises(ProofRefused):
                must_include(root, size, other, leaf_hash(entries[index]), proof)


@pytest.mark.parametrize("size", SIZES)
def test_every_consistency_proof_is_the_one_the_rfc_defines_and_fits_its_size_only(size: int) -> None:
    entries = ENTRIES[:size]
    root = reference.mth(entries)
    for old in range(1, size + 1):
        proof = consistency_proof(old, size, nodes_of(entries))

        assert proof == reference.proof(old, entries)
        must_extend(reference.mth(entries[:old]), old, root, size, proof)
        for other in {1, old - 1, old + 1, size} - {0, old}:
            with pytest.raises(ProofRefused):
                must_extend(reference.mth(entries[:other]), other, root, size, proof)


@given(place=Places, change=changes())
def test_an_inclusion_proof_with_one_thing_changed_is_refused(place: tuple[int, int], change: Change) -> None:
    index, size = place
    given_leaves = leaves(size)
    entries = tuple(f"entry {number}".encode() for number in range(size))
    proof = inclusion_proof(index, size, nodes_of(entries))

    with pytest.raises(ProofRefused):
        must_include(root_of(given_leaves), size, index, given_leaves[index], change(proof))


@given(place=Places, change=changes())
def test_a_consistency_proof_with_one_thing_changed_is_refused(place: tuple[int, int], change: Change) -> None:
    old, size = place[0] + 1, place[1]
    given_leaves = leaves(size)
    entries = tuple(f"entry {number}".encode() for number in range(size))
    proof = consistency_proof(old, size, nodes_of(entries))

    with pytest.raises(ProofRefused):
        must_extend(root_of(given_leaves[:old]), old, root_of(given_leaves), size, change(proof))


@given(place=Places, changed=st.integers(0, 199))
def test_a_log_that_changed_one_old_entry_has_no_proof(place: tuple[int, int], changed: int) -> None:
    old, size = place[0] + 1, place[1]
    before = leaves(old)
    entries = [f"entry {number}".encode() for number in range(size)]
    entries[changed % old] = b"another entry"
    after = tuple(entries)

    with pytest.raises(ProofRefused):
        must_extend(root_of(before), old, reference.mth(after), size, consistency_proof(old, size, nodes_of(after)))


@given(st.lists(st.integers(0, 40), max_size=12))
def test_a_tree_grows_to_the_same_root_in_whatever_portions(portions: list[int]) -> None:
    all_leaves = leaves(sum(portions))
    grown, one_by_one = Frontier(), Frontier()
    for leaf in all_leaves:
        one_by_one.append(leaf)
    for portion in portions:
        grown.extend(all_leaves[grown.size : grown.size + portion])

    assert (grown.size, grown.nodes, grown.root()) == (one_by_one.size, one_by_one.nodes, one_by_one.root())
    assert Frontier(grown.size, grown.nodes).root() == root_of(all_leaves)


def test_an_empty_tree_has_the_hash_of_nothing_and_is_extended_by_every_tree() -> None:
    assert Frontier().root() == EMPTY_ROOT
    must_extend(EMPTY_ROOT, 0, EMPTY_ROOT, 0, [])
    must_extend(EMPTY_ROOT, 0, root_of(leaves(3)), 3, [])
    with pytest.raises(ProofRefused):
        must_extend(EMPTY_ROOT, 0, root_of(leaves(3)), 0, [])
    with pytest.raises(ProofRefused):
        must_extend(root_of(leaves(3)), 0, root_of(leaves(3)), 3, [])


def test_a_tree_never_shrinks() -> None:
    with pytest.raises(ProofRefused, match="a tree of 2 leaves cannot extend one of 3"):
        must_extend(root_of(leaves(3)), 3, root_of(leaves(2)), 2, [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, size, nodes_of(ENTRIES))
    with pytest.raises(ProofRefused, match="has no leaf"):
        must_include(EMPTY_ROOT, size, index, leaf_hash(b""), [])


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3), (-1, 3)])
def test_a_tree_that_was_never_there_has_no_proof(old: int, size: int) -> None:
    with pytest.raises(ValueError, match="does not extend one of"):
        consistency_proof(old, size, nodes_of(ENTRIES))


def test_a_frontier_of_the_wrong_number_of_subtrees_is_refused() -> None:
    with pytest.raises(ValueError, match="a tree of 3 leaves has 2 complete subtrees, not 1"):
        Frontier(3, leaves(1))
    with pytest.raises(ValueError, match="a subtree of 2 leaves cannot follow 1 leaves"):
        Frontier(1, leaves(1)).join(leaf_hash(b""), 1)
