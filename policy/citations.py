"""Every rule cites a clause that the file lists, and every clause that it lists has a home."""

from collections.abc import Iterator
from typing import Any

from policy.model import close
from policy.problems import Path, Problem
from policy.source import Source
from policy.walking import rows, section


def citations(data: Any) -> Iterator[tuple[Path, str]]:
    """Every place that cites a clause: a key `clause`, or one that ends so, such as `select_clause`."""
    for path, row in rows(data):
        for key, value in row.items():
            if (key == "clause" or key.endswith("_clause")) and isinstance(value, str):
                yield (*path, key), value


def problems(source: Source) -> Iterator[Problem]:
    """Clauses that are cited and not listed, and those that are listed and live nowhere."""
    known = section(source.data, "clauses")
    cited = list(citations(source.data))
    for path, clause in cited:
        if clause not in known:
            near = close(clause, known)
            yield source.problem("CLAUSE_UNKNOWN", path, written=clause, close=near)
    homes = {clause for _, clause in cited}
    for clause, row in known.items():
        if clause not in homes and not (isinstance(row, dict) and row.get("home")):
            yield source.problem("CLAUSE_WITHOUT_HOME", ("clauses", clause), of_key=True, written=clause)
