"""Every clause of Qingdao's text, and every reading of one, has a home. (QD-0.1 to QD-A18)"""

import os
import re
from pathlib import Path

import pytest

from policy.clauses import table
from tests.programmes.qingdao import the_programme, the_source

HOUSE = Path(__file__).parents[2]
#: Clauses and readings; QD-X are worked examples.
CITED = re.compile(r"QD-(?:[0-9]+\.[0-9]+[a-z]?|A[0-9]+)")
PAGE = HOUSE / "docs/clauses/qingdao.md"
CLAUSES = """
    0.1 0.2 0.3 0.4 1.1 1.2 2.1a 2.1b 2.1c 2.1d 2.2 2.3 2.4 2.5 3.1 3.2a 3.2b 3.2c 3.3 3.4
    4.1a 4.1b 4.1c 4.2a 4.2b 4.2c 4.2d 4.2e 4.2f 4.3a 4.3b 4.4a 4.4b 4.4c 5.1 5.2 5.3 6.1 6.2
    A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18
""".split()  # noqa: SIM905 (a list would hide the numbers)


def cited(data: object) -> set[str]:
    """Every clause that a row of the file carries out."""
    if isinstance(data, dict):
        own = {value for key, value in data.items() if key == "clause" or key.endswith("_clause")}
        return own.union(*(cited(value) for value in data.values()))
    if isinstance(data, list):
        return set[str]().union(*map(cited, data))
    return set()


def is_a_place(home: str) -> bool:
    """A path inside the file, a file of the repository, or people."""
    if home == "人工" or (HOUSE / home).exists():
        return True
    data = the_source().data
    for key in home.split("."):
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return True


@pytest.mark.parametrize("number", CLAUSES)
def test_every_clause_of_the_text_and_every_reading_is_in_the_file(number: str) -> None:
    assert f"QD-{number}" in the_programme().clauses


def test_no_clause_is_invented() -> None:
    ours = {clause for clause in the_programme().clauses if clause.startswith("QD-")}

    assert ours == {f"QD-{number}" for number in CLAUSES}


def test_every_clause_is_carried_out_by_a_row_or_says_where_it_lives() -> None:
    carried_out = cited(the_source().data)
    homes = {clause: getattr(row, "home", None) for clause, row in the_programme().clauses.items()}

    assert {clause for clause, home in homes.items() if clause not in carried_out and not home} == set()
    assert {home for home in homes.values() if home and not is_a_place(home)} == set()


def test_every_clause_that_the_house_cites_is_one_of_the_file() -> None:
    rooms = ("proto", "domain", "policy", "commands", "cli", "programmes", "docs")
    kinds = ("*.py", "*.proto", "*.yaml", "*.md")
    files = [file for room in rooms for kind in kinds for file in (HOUSE / room).rglob(kind) if "_pb2" not in file.name]
    mentioned = {clause for file in files for clause in CITED.findall(file.read_text("utf-8"))}

    assert len(mentioned) > len(CLAUSES) // 2
    assert mentioned - the_programme().clauses.keys() == set()


def test_the_golden_table_of_clauses_is_the_one_that_the_file_gives() -> None:
    wanted = table(the_programme())
    if os.environ.get("RENEW_GOLDEN"):
        PAGE.write_text(wanted, "utf-8")

    assert PAGE.read_text("utf-8") == wanted, "make golden rewrites it"
