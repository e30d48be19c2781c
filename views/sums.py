"""The pool of a programme and year, and the sums that independent books must have in common."""

from dataclasses import dataclass, replace

_ALL_YEARS = "CAST(NULL AS BIGINT)"  # a book that is not kept by year
_ALL_LEVELS = "CAST(NULL AS TEXT)"  # nor by who pays


@dataclass(frozen=True, slots=True)
class Side:
    """One book: what it is called, a query of programme, year, fen and whatever else, and the level in it."""

    name: str
    query: str
    level: str = _ALL_LEVELS


def _side(name: str, amount: str, table: str, year: str = "year", where: str = "") -> Side:
    condition = f" WHERE {where}" if where else ""
    return Side(name, f"SELECT programme_id, {year} AS year, {amount} AS fen FROM {table}{{g}}{condition}")  # noqa: S608 (our own names)


def _by_level(name: str, amount: str, table: str, where: str = "") -> Side:
    return replace(_side(name, f"level, {amount}", table, where=where), level="level")


_VOUCHERS_BY_YEAR = (
    "SELECT v.programme_id AS programme_id, c.year AS year, v.face_fen + v.lapsed_fen AS fen "
    "FROM view_voucher{g} v LEFT JOIN view_case{g} c ON c.case_id = v.case_id"
)
_OUTSTANDING_BY_YEAR = _VOUCHERS_BY_YEAR.replace("v.face_fen + v.lapsed_fen", "v.left_fen")
_REDEEMED_BY_YEAR = (
    "SELECT r.programme_id AS programme_id, y.year AS year, r.redeemed_fen AS fen "
    "FROM view_redemption{g} r LEFT JOIN view_cycle{g} y ON y.cycle_id = r.cycle_id"
)

_POOLS = (
    "SELECT r.programme_id AS programme_id, r.year AS year, MAX(c.pool_fen) AS pool_fen, SUM(c.given_fen) AS given_fen "
    "FROM view_round{g} r JOIN view_case{g} c ON c.round_id = r.round_id "
    "GROUP BY r.programme_id, r.year, r.round_id"
)


def _of_pools(name: str, amount: str) -> Side:
    return Side(name, f"SELECT programme_id, year, {amount} AS fen FROM ({_POOLS}) p")  # noqa: S608 (our own names)


#: What must agree; the last six are of rounds. Each side is told by streams of its own, but where a quarter or a round
#: is compared with itself.
RULES: dict[str, tuple[Side, Side]] = {
    "issued": (
        _side("claims", "issued_fen", "view_case", where="outcome = 'issued'"),
        Side("vouchers", _VOUCHERS_BY_YEAR),
    ),
    "issue-headroom": (
        Side("vouchers", _VOUCHERS_BY_YEAR),
        _side("enterprise-years", "issued_fen", "view_enterprise_year"),
    ),
    "redemption-headroom": (
        _side("cycles: ordered - returned", "ordered_fen - returned_fen", "view_cycle"),
        _side("enterprise-years", "redeemed_fen", "view_enterprise_year"),
    ),
    "redeemed": (
        _side("cycles: settled", "settled_fen", "view_cycle"),
        Side("vouchers", _REDEEMED_BY_YEAR),
    ),
    "claims-settled": (
        _side("cycles: settled", "settled_fen", "view_cycle", _ALL_YEARS),
        _side("claims", "settled_fen", "view_case", _ALL_YEARS, "cycle_id IS NOT NULL"),
    ),
    "due": (
        _side("claims", "due_fen", "view_case", _ALL_YEARS, "cycle_id IS NOT NULL"),
        _side("vouchers", "due_fen + claw_back_fen", "view_voucher", _ALL_YEARS),
    ),
    "decided": (
        _side("cycles: due of claims done", "done_due_fen", "view_cycle"),
        _side("cycles: ordered + deferred", "ordered_fen + deferred_fen", "view_cycle"),
    ),
    "orders": (
        _side("cycles: ordered", "ordered_fen", "view_cycle"),
        _side("cycles: settled + returned + under way", "settled_fen + returned_fen + under_way_fen", "view_cycle"),
    ),
    "closing-paid": (
        _side("closings: paid", "closed_paid_fen", "view_cycle", where="state = 'closed'"),
        _side("closed cycles: settled", "settled_fen", "view_cycle", where="state = 'closed'"),
    ),
    "closing-rest": (
        _side("closings: deferred + returned", "closed_deferred_fen + closed_returned_fen", "view_cycle"),
        _side("closed cycles", "deferred_fen + returned_fen", "view_cycle", where="state = 'closed'"),
    ),
    "pools": (
        _of_pools("pools", "pool_fen"),
        _of_pools("pools: given + free", "CASE WHEN given_fen > pool_fen THEN given_fen ELSE pool_fen END"),
    ),
    "allocated": (
        _side("rounds: allocated", "allocated_fen", "view_round_level", _ALL_YEARS),
        _side("applications", "allocated_fen", "view_case", _ALL_YEARS, "round_id IS NOT NULL"),
    ),
    "grants-settled": (
        _side("rounds: settled", "settled_fen", "view_round_level", _ALL_YEARS),
        _side("applications", "settled_fen", "view_case", _ALL_YEARS, "round_id IS NOT NULL"),
    ),
    "grants-ordered": (
        _by_level("rounds: allocated", "allocated_fen", "view_round_level", "orders > 0"),
        _by_level(
            "rounds: settled + under way + to order again",
            "settled_fen + under_way_fen + to_reorder_fen",
            "view_round_level",
        ),
    ),
    "grant-orders": (
        _by_level("orders to treasuries", "amount_fen", "view_round_payment"),
        _by_level(
            "rounds: settled + returned + under way", "settled_fen + returned_fen + under_way_fen", "view_round_level"
        ),
    ),
    "closing-grants": (
        _by_level("closings: paid", "closed_paid_fen", "view_round_level", "is_closed"),
        _by_level(
            "closed rounds: settled + came back",
            "settled_fen + came_back_fen",
            "view_round_level",
            "is_closed",
        ),
    ),
}


def _rule(rule: str, left: Side, right: Side) -> str:
    return (
        f"SELECT programme_id, year, level, '{rule}' AS rule, "  # noqa: S608 (our own texts)
        f"'{left.name}' AS left_book, CAST(SUM(left_fen) AS BIGINT) AS left_fen, "
        f"'{right.name}' AS right_book, CAST(SUM(right_fen) AS BIGINT) AS right_fen, "
        "CAST(SUM(left_fen) - SUM(right_fen) AS BIGINT) AS difference_fen FROM ("
        f"SELECT programme_id, year, {left.level} AS level, fen AS left_fen, 0 AS right_fen FROM ({left.query}) l "
        f"UNION ALL SELECT programme_id, year, {right.level}, 0, fen FROM ({right.query}) r) b "
        "GROUP BY programme_id, year, level"
    )


CONSERVATION = " UNION ALL ".join(_rule(rule, left, right) for rule, (left, right) in RULES.items())


def _of_both(amount: str) -> tuple[Side, Side]:
    """Of quarters and of rounds, all levels together."""
    return _side("", amount, "view_cycle"), _side("", amount, "view_round_level")


_POOL_COLUMNS: dict[str, tuple[Side, ...]] = {
    "pool_fen": (_of_pools("", "pool_fen"),),
    "allocated_fen": (_of_pools("", "given_fen"),),
    "free_fen": (_of_pools("", "pool_fen - given_fen"),),
    "reserved_fen": (_side("", "reserved_fen", "view_enterprise_year"),),
    "issued_fen": (Side("", _VOUCHERS_BY_YEAR),),
    "outstanding_fen": (Side("", _OUTSTANDING_BY_YEAR),),
    "ordered_fen": _of_both("ordered_fen"),
    "under_way_fen": _of_both("under_way_fen"),
    "paid_fen": _of_both("settled_fen"),
    "returned_fen": _of_both("returned_fen"),
    "deferred_fen": (_side("", "deferred_fen", "view_cycle"),),
}


def _pool() -> str:
    """Vouchers count in the year whose head-room they use, payments in that whose cap they use, or of their round."""
    sums = ", ".join(
        f"CAST(SUM(CASE WHEN measure = '{name}' THEN fen ELSE 0 END) AS BIGINT) AS {name}" for name in _POOL_COLUMNS
    )
    parts = " UNION ALL ".join(
        f"SELECT programme_id, year, '{name}' AS measure, fen FROM ({side.query}) {name}_of"  # noqa: S608 (our own names)
        for name, sides in _POOL_COLUMNS.items()
        for side in sides
    )
    return f"SELECT programme_id, year, {sums} FROM ({parts}) m GROUP BY programme_id, year"  # noqa: S608 (our own names)


POOL = _pool()
