"""Every clause of Beijing's text, and every reading of one, has a home. (BJ-0.1 to BJ-A26)"""

import os
from datetime import date
from pathlib import Path

import pytest

from domain.format.programme import ClauseRow
from policy.citations import citations
from policy.clauses import PEOPLE, table
from policy.rulebook import PROGRAMMES
from policy.source import read
from tests.desk import the_rulebook

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs/clauses/beijing.md"
PROGRAMME = the_rulebook().in_force("bj-slq-2023", date(2024, 3, 1))
CLAUSES = """
    0.1 0.2 0.3 0.4
    1.0a 1.0b 1.0c 1.0d 1.0e 1.0f 1.0g 1.1 1.2 1.3a 1.3b 1.4
    2.1 2.2 2.3 2.4 2.5
    3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8
    4.1 4.2 4.3 4.4 4.5 4.6 4.7
    5.1 5.2 5.3 5.4 5.5 5.6
    6.1a 6.1b 6.2 7.1 7.2 8.1
    A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26
""".split()  # noqa: SIM905 (a list would hide the numbers)


def carried_out() -> set[str]:
    """The clauses that a row of the file cites."""
    source = read(PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml")
    return {clause for _, clause in citations(source.data)}


@pytest.mark.parametrize("number", CLAUSES)
def test_every_clause_of_the_text_and_every_reading_is_in_the_file(number: str) -> None:
    assert f"BJ-{number}" in PROGRAMME.clauses


def test_no_clause_is_invented() -> None:
    ours = {clause for clause in PROGRAMME.clauses if clause.startswith("BJ-")}

    assert ours == {f"BJ-{number}" for number in CLAUSES}


def test_every_clause_is_carried_out_by_a_row_or_says_where_it_lives() -> None:
    homes = {name: row.home for name, row in PROGRAMME.clauses.items() if isinstance(row, ClauseRow) and row.home}

    assert PROGRAMME.clauses.keys() - carried_out() - homes.keys() == set()
    assert {home for home in homes.values() if home != PEOPLE and not (HOUSE / home).is_file()} == set()


def test_a_clause_has_one_home_and_not_two() -> None:
    homes = {name for name, row in PROGRAMME.clauses.items() if isinstance(row, ClauseRow) and row.home}

    assert homes & carried_out() == set()


def test_the_golden_table_of_clauses_is_the_one_that_the_file_gives() -> None:
    wanted = table(PROGRAMME)
    if os.environ.get("RENEW_GOLDEN"):
        PAGE.write_text(wanted, "utf-8")

    assert PAGE.read_text("utf-8") == wanted, "make golden rewrites it"
