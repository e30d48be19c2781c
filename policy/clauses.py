"""The table of a programme's clauses: each with its gist, and the rows of the file that carry it out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.format.form import Row
from domain.format.parameters import Parameter
from domain.format.programme import ClauseRow, Programme

PEOPLE = "人工"
READING = re.compile(r"-A[0-9]+$")
#: Sections of the file, and what one of their rows is called.
ROWS = {
    "windows": "window",
    "parameters": "parameter",
    "tables": "table",
    "facts": "fact",
    "checks": "check",
    "materials": "material",
    "conditions": "condition",
    "accounts": "account",
    "levels": "level",
    "award.steps": "step",
    "plans": "stage",
}
#: What a row of a list is called by.
NAMES = ("code", "key", "name", "kind")


def table(programme: Programme) -> str:
    """The page of a programme's clauses, in Markdown."""
    prefix = f"{programme.case_prefix.upper()}-"
    ours = [clause for clause in programme.clauses if clause.startswith(prefix)]
    readings = [clause for clause in ours if READING.search(clause)]
    parts = {
        "The text": [clause for clause in ours if clause not in readings],
        "Readings": readings,
        "Other sources cited": [clause for clause in programme.clauses if clause not in ours],
    }
    homes = _homes(programme)
    lines = [
        f"# {programme.title.en or programme.title.zh}, clause by clause",
        "",
        f"{programme.title.zh}, {programme.authority}. {prefix}x.y are our numbers of its clauses: cited in the",
        "programme file, in events and in refusals; never renumbered."
        f" {prefix}A… are readings where the text is silent or",
        "unclear; the authority may choose another. The gists are ours; the text is the law.",
        "",
        f"Where: rows of edition {programme.edition} of `{programme.programme_id}`, a file of the house, or people.",
        "Of a choice, what is chosen stands first. Written by `make golden` from the programme file.",
    ]
    for title, clauses in parts.items():
        if clauses:
            lines += ["", f"## {title}", "", "| clause | gist | where |", "|---|---|---|"]
            lines += [_line(programme, clause, homes.get(clause, ())) for clause in clauses]
    return "\n".join(lines) + "\n"


def _line(programme: Programme, clause: str, homes: Sequence[str]) -> str:
    row = programme.clauses[clause]
    gist, home = (row.gist, row.home) if isinstance(row, ClauseRow) else (row, None)
    where = [_shown(programme, place) for place in homes]
    if home:
        where.append(f"people ({PEOPLE})" if home == PEOPLE else f"`{home}`")
    return f"| {clause} | {_cell(gist)} | {_cell('; '.join(where))} |"


def _homes(programme: Programme) -> Mapping[str, list[str]]:
    """Clause -> the rows that cite it, in the order of the file, each once."""
    found: dict[str, list[str]] = {}
    for place, clause in _citations(programme, ()):
        places = found.setdefault(clause, [])
        if place not in places:
            places.append(place)
    return found


def _citations(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    match value:
        case Row():
            for name in type(value).model_fields:
                part = getattr(value, name)
                if (name == "clause" or name.endswith("_clause")) and isinstance(part, str):
                    yield ".".join(path), part
                else:
                    yield from _citations(part, (*path, name))
        case Mapping():
            for key, part in value.items():
                yield from _citations(part, (*path, str(key)))
        case tuple():
            for part in value:
                called = [str(getattr(part, name)) for name in NAMES if hasattr(part, name)][:1]
                yield from _citations(part, (*path, *called))


def _shown(programme: Programme, place: str) -> str:
    """A row's name; of a choice also the answers."""
    section = next((section for section in ROWS if place.startswith(f"{section}.")), "")
    if not section:
        return f"`{place}`"
    name = place.removeprefix(f"{section}.")
    shown = f"{ROWS[section]} `{name}`"
    parameter = programme.parameters.get(name) if section == "parameters" else None
    if not isinstance(parameter, Parameter) or parameter.kind not in ("choice", "flag"):
        return shown
    chosen = [_written(dated.value) for dated in parameter.values]
    others = list(parameter.choices) or ["true", "false"]
    answers = list(dict.fromkeys([*chosen, *others]))
    return f"{shown}: {answers[0]}" + (f", or {', '.join(answers[1:])}" if answers[1:] else "")


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
