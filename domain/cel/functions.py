"""Functions of expressions beside CEL's own: dates, whole numbers, dated tables, numbers of contracts."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from domain.dates import TermCounting, add_months, add_years, from_iso, last_day_of_term
from domain.format.conditions import Cell, Table
from domain.single import plain_number

TEXT, INT, BOOL = cel.Type.STRING, cel.Type.INT, cel.Type.BOOL
#: What `matches` is called where its answers are remembered: as long a name, so that every column stays.
REMEMBERED = "matched"
#: Functions that look into a table: how many arguments, and which one names the column.
LOOKUPS: Mapping[str, int | None] = {"listed": None, "number": 2, "word": 2}


@lru_cache(maxsize=4096)
def years_after(day: str, years: int) -> str:
    """The corresponding day so many years later, or earlier for a negative number. (民法典 202)"""
    return add_years(from_iso(day), years).isoformat()


@lru_cache(maxsize=4096)
def months_after(day: str, months: int) -> str:
    """The corresponding day so many months later, or the month's last day."""
    return add_months(from_iso(day), months).isoformat()


@lru_cache(maxsize=4096)
def days_between(first: str, last: str) -> int:
    """Days from the first to the last, both counted; 0 if the last is before the first."""
    return max(0, (from_iso(last) - from_iso(first)).days + 1)


@lru_cache(maxsize=4096)
def term_ends(starts_on: str, years: int, counting: str) -> str:
    """The last day of a term, "civil_code" or "strict". (BJ-A5)"""
    return last_day_of_term(from_iso(starts_on), years, TermCounting(counting)).isoformat()


def flat(lists: Sequence[Sequence[str]]) -> list[str]:
    """Lists of texts as one list: what all lines of an application name, such as their invoices."""
    return [text for texts in lists for text in texts]


def repeats(texts: Sequence[str]) -> bool:
    """Whether a text occurs twice. Comparing all with all in CEL would exceed its budget of iterations."""
    return len(set(texts)) < len(texts)


_PATTERN = cel.NewEnv(variables={"text": TEXT, "pattern": TEXT}).compile("text.matches(pattern)")


@lru_cache(maxsize=4096)
def matches(text: str, pattern: str) -> bool:
    """CEL's own `matches`, which reads the pattern anew each time and takes as long as ten comparisons."""
    found = _PATTERN.eval(data={"text": text, "pattern": pattern})
    if found.type() == cel.Type.ERROR:
        raise ValueError(str(found.value()))
    return bool(found.value())


def wrong_pattern(literal: str) -> str:
    """What is wrong with a pattern that an expression writes out, quotes included; empty if it can be used."""
    try:
        found = cel.NewEnv().compile(f'"".matches({literal})').eval(data={})
    except RuntimeError:  # no text at all: the compiler says so
        return ""
    return str(found.value()).rpartition("regular expression: ")[2] if found.type() == cel.Type.ERROR else ""


class Tables:
    """The dated tables of a programme, ready to be looked into."""

    def __init__(self, tables: Mapping[str, Table]):
        self._rows: dict[tuple[str, str], list[tuple[str, str, Mapping[str, Cell]]]] = {}
        for name, table in tables.items():
            for row in table.rows:
                dated = (row.first.isoformat(), row.last.isoformat(), row.values)
                self._rows.setdefault((name, row.key), []).append(dated)
        self._columns = {name: frozenset(table.columns) for name, table in tables.items()}

    def listed(self, table: str, key: str, day: str) -> bool:
        """Whether the key is in the table on that day."""
        return self._row(table, key, day) is not None

    def number(self, table: str, key: str, column: str, day: str) -> int:
        """A number of the key's row, 1 or 0 for a flag; 0 if the key is not listed on that day."""
        cell = self._cell(table, key, column, day)
        if isinstance(cell, str):
            raise ValueError(f"{table}.{column} is text; use word()")
        return int(cell or 0)

    def word(self, table: str, key: str, column: str, day: str) -> str:
        """A text of the key's row; empty if the key is not listed on that day."""
        cell = self._cell(table, key, column, day)
        if cell is not None and not isinstance(cell, str):
            raise ValueError(f"{table}.{column} is no text; use number()")
        return cell or ""

    def _cell(self, table: str, key: str, column: str, day: str) -> Cell | None:
        row = self._row(table, key, day)
        if column not in self._columns[table]:
            raise ValueError(f"table {table} has no column {column}")
        return row.get(column) if row else None

    def _row(self, table: str, key: str, day: str) -> Mapping[str, Cell] | None:
        if table not in self._columns:
            raise ValueError(f"there is no table {table}")
        from_iso(day)
        return next((row for first, last, row in self._rows.get((table, key), ()) if first <= day <= last), None)


_INTS, _TEXTS = cel.Type.List(INT), cel.Type.List(TEXT)
#: What each function takes and gives.
SIGNATURES: Mapping[str, tuple[list[Any], Any]] = {
    "years_after": ([TEXT, INT], TEXT),
    "months_after": ([TEXT, INT], TEXT),
    "days_between": ([TEXT, TEXT], INT),
    "term_ends": ([TEXT, INT, TEXT], TEXT),
    "total": ([_INTS], INT),
    "least": ([_INTS], INT),
    "greatest": ([_INTS], INT),
    "listed": ([TEXT] * 3, BOOL),
    "number": ([TEXT] * 4, INT),
    "word": ([TEXT] * 4, TEXT),
    "plain": ([TEXT], TEXT),
    "flat": ([cel.Type.List(_TEXTS)], _TEXTS),
    "repeats": ([_TEXTS], BOOL),
}


def declarations(tables: Tables) -> list[Any]:
    """Every function, as CEL wants it declared."""
    does: Mapping[str, Callable[..., Any]] = {
        "years_after": years_after,
        "months_after": months_after,
        "days_between": days_between,
        "term_ends": term_ends,
        "total": sum,
        "least": min,
        "greatest": max,
        "listed": tables.listed,
        "number": tables.number,
        "word": tables.word,
        "plain": lru_cache(maxsize=4096)(plain_number),
        "flat": flat,
        "repeats": repeats,
    }
    remembered = [
        cel.Overload(
            f"{REMEMBERED}_{member}", return_type=BOOL, parameters=[TEXT, TEXT], is_member=member, impl=matches
        )
        for member in (True, False)
    ]
    return [
        cel.FunctionDecl(REMEMBERED, remembered),
    ] + [
        cel.FunctionDecl(name, [cel.Overload(name, return_type=gives, parameters=takes, impl=does[name])])
        for name, (takes, gives) in SIGNATURES.items()
    ]
