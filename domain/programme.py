"""A programme edition: dated values, conditions, stages and windows, each with the clause that gives it force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from domain.dates import Period, Quarter
from domain.refusals import Refused
from duifu.v1.plan_pb2 import CaseKind, CasePlan, Stage


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in the languages of its readers."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Window:
    """A range of days and the clause that sets it."""

    days: Period
    clause: str


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value and the days on which it holds."""

    days: Period
    value: Fraction


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the policy over time."""

    name: str
    clause: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> Fraction:
        """The value that holds on `day`. Raises Refused PARAMETER_EXPIRED; nothing is carried forward silently."""
        for dated in self.values:
            if day in dated.days:
                return dated.value
        raise Refused("PARAMETER_EXPIRED", self.clause, name=self.name, day=day)


@dataclass(frozen=True, slots=True)
class Condition:
    """One requirement, as CEL over the facts. `needs` are the checks that must have answered."""

    code: str
    clause: str
    at: frozenset[str]  # of "submission", "decision", "request", "redemption"
    needs: tuple[str, ...]
    title: Text
    met: str
    person_if: str  # empty: data alone settles it
    shows: str  # CEL for the fact that the explanation quotes; empty: none
    otherwise: Text
    person: Text


@dataclass(frozen=True, slots=True)
class AmountRule:
    """What of a contract counts."""

    select: str  # CEL over `item`
    select_clause: str
    window: str
    not_before_signing_clause: str


@dataclass(frozen=True, slots=True)
class RedemptionRule:
    """When requests join which quarter."""

    clause: str
    cut_off_month: int
    cut_off_day: int
    cut_off_clause: str
    last_quarter: Quarter
    needs_ruling_from: Quarter

    def quarter_for(self, requested_on: date) -> Quarter:
        """The batch of a request: its quarter, or next year's first after the yearly cut-off. (BJ-4.7, BJ-A11, BJ-A13)

        Raises Refused REDEMPTION_ENDED after the last batch.
        """
        quarter = Quarter.of(requested_on)
        if requested_on > date(requested_on.year, self.cut_off_month, self.cut_off_day):
            quarter = Quarter(requested_on.year + 1, 1)
        if quarter > self.last_quarter:
            raise Refused("REDEMPTION_ENDED", self.clause, last_quarter=self.last_quarter, requested_on=requested_on)
        return quarter

    def intake(self, quarter: Quarter) -> Period:
        """The days on which requests join a quarter."""
        cut_off = date(quarter.year, self.cut_off_month, self.cut_off_day)
        first, last = quarter.days.first, quarter.days.last
        if quarter.number == 1:
            first = date(quarter.year - 1, self.cut_off_month, self.cut_off_day) + timedelta(days=1)
        return Period(first, min(last, cut_off))


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A letter with blanks, `{applicant}`."""

    title: str
    text: str


@dataclass(frozen=True)
class Programme:
    """One edition of one programme. A case pins the edition it was received under by `sha256`."""

    programme_id: str
    edition: str
    sha256: str  # of the file
    title: Text
    authority: str
    case_prefix: str
    windows: Mapping[str, Window]
    parameters: Mapping[str, Parameter]
    conditions: tuple[Condition, ...]
    amount: AmountRule
    redemption: RedemptionRule
    stages: Mapping[CaseKind.ValueType, tuple[Stage, ...]]
    letters: Mapping[str, LetterTemplate]
    case_letters: Mapping[str, str]  # moment of a case -> letter

    def number(self, parameter: str, on: date) -> Fraction:
        """The value of a parameter on a day. Raises Refused PARAMETER_EXPIRED."""
        return self.parameters[parameter].on(on)

    def plan(self, kind: CaseKind.ValueType, is_rehearsal: bool) -> CasePlan:
        """The way a case of this kind goes, to be pinned in it."""
        return CasePlan(
            programme_id=self.programme_id,
            programme_title=self.title.zh,
            edition=self.edition,
            edition_sha256=self.sha256,
            kind=kind,
            stages=self.stages[kind],
            is_rehearsal=is_rehearsal,
            letters=self.case_letters,
        )
