"""What the views say of a round: who gets what, which treasury paid, and what is left of the pool."""

from domain.money import yuan
from tests.rounds import ROUND_ID, RoundDesk
from tests.views.histories import shown_by, told_by
from views.following import rebuild
from views.store import Views, question


def rows(views: Views, name: str, **key: object) -> list[dict[str, object]]:
    return views.read(*question(name, key)).rows


def test_a_round_is_told_by_levels_payments_and_cases(whole_round: RoundDesk, views: Views) -> None:
    rebuild(views, whole_round.ledger)

    (told,) = rows(views, "view_round", round_id=ROUND_ID)
    city, district = rows(views, "view_round_level", round_id=ROUND_ID)
    paid = rows(views, "view_round_payment", round_id=ROUND_ID)
    cases = rows(views, "view_case", round_id=ROUND_ID)

    assert shown_by(views) == told_by(whole_round)
    assert [told[name] for name in ("state", "applicants", "gone", "allocations", "open_objections")] == [
        "closed", 3, 1, 2, 0,
    ]  # fmt: skip
    sums = ("allocated_fen", "ordered_fen", "settled_fen", "returned_fen", "under_way_fen", "closed_paid_fen")
    seven, nine, two = yuan(7_000_000), yuan(9_000_000), yuan(2_000_000)
    assert [city[name] for name in sums] == [seven, seven, seven, 0, 0, seven]
    assert [district[name] for name in sums] == [seven, nine, seven, two, 0, seven]
    assert sorted(f"{one['level']} {one['state']}" for one in paid) == [
        "city settled", "city settled", "district returned", "district settled", "district settled",
    ]  # fmt: skip
    assert [(one["kind"], one["outcome"], one["allocated_fen"], one["settled_fen"]) for one in cases] == [
        ("grant-application", "paid", yuan(4_000_000), yuan(4_000_000)),
        ("grant-application", "cancelled", 0, 0),
        ("grant-application", "paid", yuan(10_000_000), yuan(10_000_000)),
    ]


def test_a_pool_is_what_was_shared_and_what_is_free(whole_round: RoundDesk, views: Views) -> None:
    rebuild(views, whole_round.ledger)

    (pool,) = rows(views, "view_pool", programme_id="qd-slzx")

    assert [pool[name] for name in ("pool_fen", "allocated_fen", "free_fen")] == [
        yuan(10_000_000), yuan(7_000_000), yuan(3_000_000),
    ]  # fmt: skip
    assert [pool[name] for name in ("year", "ordered_fen", "paid_fen", "returned_fen", "under_way_fen")] == [
        2024, yuan(16_000_000), yuan(14_000_000), yuan(2_000_000), 0,
    ]  # fmt: skip
