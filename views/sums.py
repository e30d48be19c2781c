"""The pool of a programme and year, and the sums that independent books must have in common."""

from dataclasses import dataclass

_ALL_YEARS = "CAST(NULL AS BIGINT)"  # a book that is not kept by year


@dataclass(frozen=True, slots=True)
class Side:
    """One book: what it is called, and a query of programme, year and fen."""

    name: str
    query: str


def _side(name: str, amount: str, table: str, year: str = "year", where: str = "") -> Side:
    condition = f" WHERE {where}" if where else ""
    return Side(name, f"SELECT programme_id, {year} AS year, {amount} AS fen FROM {table}{{g}}{condition}")  # noqa: S608 (our own names)


_VOUCHERS_BY_YEAR = (
    "SELECT v.programme_id AS programme_id, c.year AS year, v.face_fen AS fen "
    "FROM view_voucher{g} v LEFT JOIN view_case{g} c ON c.case_id = v.case_id"
)
_OUTSTANDING_BY_YEAR = _VOUCHERS_BY_YEAR.replace("v.face_fen", "v.left_fen")
_REDEEMED_BY_YEAR = (
    "SELECT r.programme_id AS programme_id, y.year AS year, r.redeemed_fen AS fen "
    "FROM view_redemption{g} r LEFT JOIN view_cycle{g} y ON y.cycle_id = r.cycle_id"
)

#: What must agree. Each side is told by streams of its own, but for the last four: those compare a quarter with itself.
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
        _side("claims", "settled_fen", "view_case", _ALL_YEARS),
    ),
    "due": (
        _side("claims", "due_fen", "view_case", _ALL_YEARS),
        _side("vouchers", "due_fen", "view_voucher", _ALL_YEARS),
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
}


def _rule(rule: str, left: Side, right: Side) -> str:
    return (
        f"SELECT programme_id, year, '{rule}' AS rule, "  # noqa: S608 (our own texts)
        f"'{left.name}' AS left_book, CAST(SUM(left_fen) AS BIGINT) AS left_fen, "
        f"'{right.name}' AS right_book, CAST(SUM(right_fen) AS BIGINT) AS right_fen, "
        "CAST(SUM(left_fen) - SUM(right_fen) AS BIGINT) AS difference_fen FROM ("
        f"SELECT programme_id, year, fen AS left_fen, 0 AS right_fen FROM ({left.query}) l "
        f"UNION ALL SELECT programme_id, year, 0, fen FROM ({right.query}) r) b GROUP BY programme_id, year"
    )


CONSERVATION = " UNION ALL ".join(_rule(rule, left, right) for rule, (left, right) in RULES.items())

_POOL_COLUMNS: dict[str, Side] = {
    "reserved_fen": _side("", "reserved_fen", "view_enterprise_year"),
    "issued_fen": Side("", _VOUCHERS_BY_YEAR),
    "outstanding_fen": Side("", _OUTSTANDING_BY_YEAR),
    "ordered_fen": _side("", "ordered_fen", "view_cycle"),
    "under_way_fen": _side("", "under_way_fen", "view_cycle"),
    "paid_fen": _side("", "settled_fen", "view_cycle"),
    "returned_fen": _side("", "returned_fen", "view_cycle"),
    "deferred_fen": _side("", "deferred_fen", "view_cycle"),
}


def _pool() -> str:
    """Vouchers count in the year whose head-room they use, payments in the year whose cap they use."""
    sums = ", ".join(
        f"CAST(SUM(CASE WHEN measure = '{name}' THEN fen ELSE 0 END) AS BIGINT) AS {name}" for name in _POOL_COLUMNS
    )
    parts = " UNION ALL ".join(
        f"SELECT programme_id, year, '{name}' AS measure, fen FROM ({side.query}) {name}_of"  # noqa: S608 (our own names)
        for name, side in _POOL_COLUMNS.items()
    )
    return f"SELECT programme_id, year, {sums} FROM ({parts}) m GROUP BY programme_id, year"  # noqa: S608 (our own names)


POOL = _pool()
