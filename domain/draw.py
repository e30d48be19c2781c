"""The draw: an order that nobody could choose, and that anybody can work out again with `sha256sum` and `sort`.

The secretary commits to a seed. The ledger then writes the event with this commitment; the leaf of that event is the
beacon. The secretary did not know the beacon when committing; who keeps the ledger did not know the seed when writing.
Each expert ranks by SHA-256 of "seed/beacon/account".
"""

from collections.abc import Iterable
from hashlib import sha256

from domain.experts import exclusions
from duifu.v1.panel_pb2 import PanelConvened, PanelDrawn


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, 64 lower-case hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def rank(seed: str, beacon_sha256: str, expert_id: str) -> str:
    """What an expert is sorted by."""
    return sha256_of(f"{seed}/{beacon_sha256}/{expert_id}")


def in_order(expert_ids: Iterable[str], seed: str, beacon_sha256: str) -> list[str]:
    """The experts in the order of the draw, in whatever order they come. An empty seed leaves it to the beacon."""
    return sorted(set(expert_ids), key=lambda expert_id: rank(seed, beacon_sha256, expert_id))


def eligible(convened: PanelConvened) -> list[str]:
    """Whom nothing excludes, by account."""
    return [candidate.expert.expert_id for candidate in convened.candidates if not candidate.exclusions]


def verify_draw(convened: PanelConvened, drawn: PanelDrawn, beacon_sha256: str) -> list[str]:
    """What is wrong with a draw, in words; nothing if it is as it must be.

    `beacon_sha256` is the leaf of `convened`, from a proof that the reader trusts.
    """
    wrong = []
    if drawn.seed and sha256_of(drawn.seed) != convened.seed_sha256:
        wrong.append("种子与召集时的承诺不符")
    if drawn.beacon_sha256 != beacon_sha256:
        wrong.append("信标不是召集事件的叶子哈希")
    for candidate in convened.candidates:
        if list(candidate.exclusions) != exclusions(candidate.expert, convened):
            wrong.append(f"{candidate.expert.expert_id}的回避情形与其登记信息不符")
    if list(drawn.order) != in_order(eligible(convened), drawn.seed, beacon_sha256):
        wrong.append("顺序不是由种子和信标得出")
    return wrong
