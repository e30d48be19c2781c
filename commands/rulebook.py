"""Programmes and the working calendar, read from files once; every edition is known by the hash of its file."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import yaml

from domain import calendar
from domain.calendar import WorkingCalendar
from domain.dates import Period, Quarter
from domain.letters import BLANKS
from domain.programme import (
    AmountRule,
    Condition,
    DatedValue,
    LetterTemplate,
    Parameter,
    Programme,
    RedemptionRule,
    Text,
    Window,
)
from domain.refusals import Refused
from domain.rules import ANSWERS, Rules
from duifu.v1.plan_pb2 import CaseKind, CorrectionRule, DayUnit, OnSilence, Stage, StageKind, TimeLimit

T = TypeVar("T")

MOMENTS = frozenset({"submission", "decision", "request", "redemption"})
TASKS = frozenset({"", "issue_voucher", "assess_redemption"})
PROGRAMMES = Path(__file__).parent.parent / "programmes"


class ProgrammeBroken(ValueError):
    """A programme file cannot be read: says which file, where and why."""


class Rulebook:
    """Every edition of every programme in a folder."""

    def __init__(self, folder: Path = PROGRAMMES):
        """Read and compile everything. Raises ProgrammeBroken or RuleBroken: a broken file never starts."""
        editions = [load(path) for path in sorted(folder.glob("*/*.yaml"))]
        self._by_sha256 = {edition.sha256: edition for edition in editions}
        self._rules = {edition.sha256: Rules(edition) for edition in editions}
        self._folder = folder

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The announced working days."""
        return calendar.from_table(yaml.safe_load((self._folder / "working-days.yaml").read_text("utf-8")))

    def in_force(self, programme_id: str, on: date) -> Programme:
        """The newest edition issued by `on`. Raises Refused PROGRAMME_UNKNOWN."""
        editions = sorted(
            (e for e in self._by_sha256.values() if e.programme_id == programme_id), key=lambda e: e.edition
        )
        if not editions:
            known = "、".join(sorted({e.programme_id for e in self._by_sha256.values()}))
            raise Refused("PROGRAMME_UNKNOWN", programme=programme_id, known=known)
        issued = [edition for edition in editions if edition.edition <= on.isoformat()]
        return issued[-1] if issued else editions[0]

    def pinned(self, sha256: str) -> Programme:
        """The edition a case was received under. Raises Refused EDITION_UNKNOWN."""
        if sha256 not in self._by_sha256:
            raise Refused("EDITION_UNKNOWN", sha256=sha256)
        return self._by_sha256[sha256]

    def rules(self, programme: Programme) -> Rules:
        """The compiled conditions of an edition."""
        return self._rules[programme.sha256]


def load(path: Path) -> Programme:
    """One edition. Raises ProgrammeBroken."""
    content = path.read_bytes()
    try:
        programme = _programme(yaml.safe_load(content), hashlib.sha256(content).hexdigest())
        _must_have_letters(programme)
        return programme
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ProgrammeBroken(f"{path}: {type(error).__name__}: {error}") from error


def _programme(data: Mapping[str, Any], sha256: str) -> Programme:
    amount, redemption = data["amount"], data["redemption"]
    return Programme(
        programme_id=data["id"],
        edition=data["edition"],
        sha256=sha256,
        title=Text(**data["title"]),
        authority=data["authority"],
        case_prefix=data["case_prefix"],
        windows={
            name: _at(f"windows.{name}", lambda row: Window(_period(row), row["clause"]), row)
            for name, row in data["windows"].items()
        },
        parameters={
            name: _at(f"parameters.{name}", partial(_parameter, name), row) for name, row in data["parameters"].items()
        },
        conditions=tuple(_at(f"conditions.{row.get('code')}", _condition, row) for row in data["conditions"]),
        amount=AmountRule(amount["select"], amount["select_clause"], amount["window"], amount["not_before_signing"]),
        redemption=RedemptionRule(
            clause=redemption["clause"],
            cut_off_month=redemption["yearly_cut_off"]["month"],
            cut_off_day=redemption["yearly_cut_off"]["day"],
            cut_off_clause=redemption["yearly_cut_off"]["clause"],
            last_quarter=Quarter.parse(redemption["last_quarter"]),
            needs_ruling_from=Quarter.parse(redemption["needs_ruling_from"]),
        ),
        stages={
            CaseKind.Value(f"CASE_KIND_{kind.upper()}"): tuple(
                _at(f"plans.{kind}.{row.get('key')}", _stage, row) for row in rows
            )
            for kind, rows in data["plans"].items()
        },
        letters={name: LetterTemplate(**row) for name, row in data["letters"].items()},
        case_letters=data["case_letters"],
    )


def _must_have_letters(programme: Programme) -> None:
    """Every letter that a stage or a case names is there, and leaves blank only what a case can fill in."""
    stages = [stage for rows in programme.stages.values() for stage in rows]
    named = {name for moments in (programme.case_letters, *(s.letters for s in stages)) for name in moments.values()}
    if missing := named - programme.letters.keys():
        raise ValueError(f"letters: {', '.join(sorted(missing))} is named by a stage or a case and not there")
    for name, letter in programme.letters.items():
        blanks = {blank for _, blank, _, _ in Formatter().parse(letter.text) if blank is not None}
        if unknown := blanks - BLANKS:
            allowed = ", ".join(sorted(BLANKS))
            raise ValueError(
                f"letters.{name}: {{{', '.join(sorted(unknown))}}} cannot be filled in, only {allowed} can"
            )


def _at(where: str, build: Callable[[Mapping[str, Any]], T], row: Mapping[str, Any]) -> T:
    """Build one part; what is wrong with it names the place."""
    try:
        return build(row)
    except KeyError as error:
        raise ValueError(f"{where}: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def _must_know(row: Mapping[str, Any], known: Collection[str]) -> None:
    """A key that nobody reads is a slip of the pen, and its rule would silently not hold."""
    if unknown := sorted(row.keys() - set(known)):
        raise ValueError(f"{', '.join(unknown)} is not known here; known: {', '.join(sorted(known))}")


def _must_be_checks(names: Iterable[str]) -> tuple[str, ...]:
    if unknown := sorted(set(names) - ANSWERS.keys()):
        raise ValueError(f"no source answers {', '.join(unknown)}; known: {', '.join(sorted(ANSWERS))}")
    return tuple(names)


def _period(row: Mapping[str, Any]) -> Period:
    for end in ("from", "through"):
        if not isinstance(row[end], date):
            raise ValueError(f"{end}: {row[end]!r} is not a date; write it 2024-03-31, without quotes")
    return Period(row["from"], row["through"])


def _parameter(name: str, row: Mapping[str, Any]) -> Parameter:
    for dated in row["values"]:
        if not isinstance(dated["value"], str):
            raise ValueError(f"value: quote {dated['value']!r}, so that it stays exact")
    values = tuple(DatedValue(_period(dated), Fraction(dated["value"])) for dated in row["values"])
    return Parameter(name, row["clause"], values)


def _condition(row: Mapping[str, Any]) -> Condition:
    _must_know(row, [field.name for field in fields(Condition)])
    if unknown := set(row["at"]) - MOMENTS:
        raise ValueError(f"at: {', '.join(sorted(unknown))} is no moment; known: {', '.join(sorted(MOMENTS))}")
    return Condition(
        code=row["code"],
        clause=row["clause"],
        at=frozenset(row["at"]),
        needs=_must_be_checks(row.get("needs", ())),
        title=Text(**row["title"]),
        met=row["met"],
        person_if=row.get("person_if", ""),
        shows=row.get("shows", ""),
        otherwise=Text(**row["otherwise"]),
        person=Text(**row.get("person", {"zh": "", "en": ""})),
    )


def _stage(row: Mapping[str, Any]) -> Stage:
    _must_know(row, list(Stage.DESCRIPTOR.fields_by_name))
    if row.get("task", "") not in TASKS:
        raise ValueError(f"task: {row['task']} is no task; known: {', '.join(sorted(TASKS - {''}))}")
    correction = row.get("correction")
    return Stage(
        key=row["key"],
        title=row["title"],
        kind=StageKind.Value(f"STAGE_KIND_{row['kind'].upper()}"),
        role=row["role"],
        role_title=row["role_title"],
        time_limit=_time_limit(row.get("time_limit")),
        checks=_must_be_checks(row.get("checks", ())),
        correction=correction
        and CorrectionRule(
            rounds_max=correction["rounds_max"],
            title=correction["title"],
            time_limit=_time_limit(correction["time_limit"]),
            clause=correction["clause"],
        ),
        guidance=row["guidance"],
        clause=row["clause"],
        applicant_may_withdraw=row.get("applicant_may_withdraw", False),
        tests_eligibility=row.get("tests_eligibility", False),
        reserves_headroom=row.get("reserves_headroom", False),
        sets_amount=row.get("sets_amount", False),
        task=row.get("task", ""),
        letters=row.get("letters", {}),
    )


def _time_limit(row: Mapping[str, Any] | None) -> TimeLimit | None:
    if row is None:
        return None
    return TimeLimit(
        days=row["days"],
        unit=DayUnit.Value(f"DAY_UNIT_{row['unit'].upper()}"),
        on_silence=OnSilence.Value(f"ON_SILENCE_{row['on_silence'].upper()}"),
    )
