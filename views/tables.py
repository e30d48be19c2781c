"""The tables of one generation of views, in SQL that both databases read alike."""

import re
import typing
from dataclasses import dataclass, fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import NoneType
from typing import Any

from views import books, round_rows, rows
from views.round_rows import RoundLevelRow, RoundPaymentRow, RoundRow
from views.rows import CaseRow, CycleRow, EnterpriseYearRow, RedemptionRow, Row, VoucherRow
from views.sums import CONSERVATION, POOL

_COLUMN_TYPES = {str: "TEXT", int: "BIGINT", bool: "BOOLEAN"}


def _column(kind: Any) -> str:
    choices = typing.get_args(kind)
    (column,) = (_COLUMN_TYPES[choice] for choice in choices or (kind,) if choice is not NoneType)
    return column if NoneType in choices else f"{column} NOT NULL"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a row type and its key. In SQL, `{g}` stands for the generation."""

    name: str
    row: type
    key: tuple[str, ...]

    @property
    def create(self) -> str:
        """The statement that makes it."""
        columns = ", ".join(f"{name} {_column(kind)}" for name, kind in typing.get_type_hints(self.row).items())
        return f"CREATE TABLE {self.name}{{g}} ({columns}, PRIMARY KEY ({', '.join(self.key)}))"

    @property
    def upsert(self) -> str:
        """The statement that puts a row in place of the one with the same key."""
        names = [field.name for field in fields(self.row)]
        values = ", ".join(f":{name}" for name in names)
        news = ", ".join(f"{name} = excluded.{name}" for name in names if name not in self.key)
        return (
            f"INSERT INTO {self.name}{{g}} ({', '.join(names)}) VALUES ({values}) "  # noqa: S608 (our own names)
            f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {news}"
        )


TABLES = (
    Table("view_case", CaseRow, ("case_id",)),
    Table("view_voucher", VoucherRow, ("voucher_id",)),
    Table("view_redemption", RedemptionRow, ("voucher_id", "cycle_id")),
    Table("view_enterprise_year", EnterpriseYearRow, ("programme_id", "uscc", "year")),
    Table("view_cycle", CycleRow, ("cycle_id",)),
    Table("view_round", RoundRow, ("round_id",)),
    Table("view_round_level", RoundLevelRow, ("round_id", "level")),
    Table("view_round_payment", RoundPaymentRow, ("order_id",)),
)
#: What is worked out of the tables when it is asked for.
WORKED_OUT = {"view_pool": POOL, "view_conservation": CONSERVATION}
NAMES = (*(table.name for table in TABLES), *WORKED_OUT)
#: In which order readers get rows. A year that is none comes first in both databases.
ORDER = {table.name: ", ".join(table.key) for table in TABLES} | {
    "view_pool": "programme_id, coalesce(year, 0)",
    "view_conservation": "programme_id, coalesce(year, 0), rule, coalesce(level, '')",
}
UPSERTS: dict[type, str] = {table.row: table.upsert for table in TABLES}

CREATE = (
    *(table.create for table in TABLES),
    "CREATE INDEX view_case_applicant{g} ON view_case{g} (applicant_uscc)",
    "CREATE INDEX view_case_awaited{g} ON view_case{g} (due_on, case_id) WHERE awaited IS NOT NULL",
    *(f"CREATE VIEW {name}{{g}} AS {text}" for name, text in WORKED_OUT.items()),
)
DROP = (
    *(f"DROP VIEW IF EXISTS {name}{{g}}" for name in WORKED_OUT),
    *(f"DROP TABLE IF EXISTS {table.name}{{g}}" for table in TABLES),
)
#: The names without a generation, for whoever reads with SQL: they lead to the current one.
STABLE = tuple(
    statement
    for name in NAMES
    for statement in (f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS SELECT * FROM {name}{{g}}")  # noqa: S608 (our own names)
)


def of_generation(text: str, generation: int) -> str:
    """A statement for the tables of one generation."""
    return text.replace("{g}", f"_g{generation}")


def values_of(row: Row) -> dict[str, Any]:
    """A row by column."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


@cache
def flags() -> frozenset[str]:
    """The columns that are true or false; SQLite gives them back as numbers."""
    return frozenset(
        name for table in TABLES for name, kind in typing.get_type_hints(table.row).items() if kind is bool
    )


@cache
def schema_sha256() -> str:
    """What the tables are and how rows are made, as a digest: other code, other views."""
    made_by = (Path(str(module.__file__)).read_text("utf-8") for module in (books, rows, round_rows))
    return sha256("\n".join([*CREATE, *made_by]).encode()).hexdigest()


@cache
def percent_style(text: str) -> str:
    """`:name` as psycopg writes it."""
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", text)
