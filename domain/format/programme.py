"""A programme edition, as its file says it: who, what, how much, until when, and the clause for each."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr

from domain.calendar import WorkingCalendar
from domain.format.conditions import CheckRule, Condition, FactRule, MaterialRule, Table
from domain.format.form import Clause, Code, Name, Row, Rows, Text, Window, Words
from domain.format.freeze import FreezeRow, Held
from domain.format.parameters import Parameter, Value
from domain.format.payments import PaymentsRow
from domain.format.recovery import RecoveryRow
from domain.format.redeeming import RedemptionRule
from domain.format.route import DutyRow, StageRow, VetoRow
from domain.format.steps import Account, Award, Level
from duifu.v1.plan_pb2 import CaseKind, CasePlan, SpecialApprovalRule, Stage

VALUES_KEPT = 4_096
KINDS: dict[str, CaseKind.ValueType] = {
    "voucher_claim": CaseKind.CASE_KIND_VOUCHER_CLAIM,
    "redemption_claim": CaseKind.CASE_KIND_REDEMPTION_CLAIM,
    "grant_application": CaseKind.CASE_KIND_GRANT_APPLICATION,
}


class Jurisdiction(Row):
    """Where the programme holds."""

    code: str = Field(pattern=r"^[0-9]{6}$", description="GB/T 2260.")
    name: Words


class Source(Row):
    """A document that the programme rests on."""

    title: Words
    number: Words | None = Field(None, description="文号.")
    issuer: Words | None = None
    issued_on: date | None = None
    clause: Clause
    note: Words | None = None


class ClauseRow(Row):
    """A numbered clause, in our own short words, or a reading of one that is unclear."""

    gist: Words
    home: Words | None = Field(None, description="Where it lives if no row of this file cites it.")


class Contact(Row):
    """Whom applicants ask. Placeholders only: names and numbers of people do not belong into a programme file."""

    title: Words
    text: Words
    clause: Clause | None = None


class PublicNotice(Row):
    """Results are shown to the public before money moves. (F-9)"""

    days: int = Field(ge=1, le=365)
    unit: Literal["working_days", "calendar_days"]
    first_day_counts: bool
    clause: Clause


class Sanction(Row):
    """What follows a violation. (F-8)"""

    violation: Words
    consequence: Words
    clause: Clause
    bars_years: int | None = Field(None, ge=1, le=50)


class LetterTemplate(Row):
    """A letter with blanks, `{applicant}`."""

    title: Words
    text: Words


class Programme(Row):
    """One edition of one programme. A case pins the edition it was received under by the hash of its file."""

    format: Literal[1]
    programme_id: str = Field(alias="id", pattern=r"^[a-z][a-z0-9-]*$", max_length=40)
    edition: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="The day from which this file is used, quoted.")
    round: str = Field("", description="Of a programme with yearly rounds: which one, quoted.")
    title: Text
    jurisdiction: Jurisdiction
    authority: Words
    case_prefix: str = Field(pattern=r"^[a-z][a-z0-9]*$", max_length=12)
    in_force: Window
    sources: Rows[Source]
    contacts: Rows[Contact] = ()
    clauses: dict[str, Words | ClauseRow]
    windows: dict[Name, Window]
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    tables: dict[Name, Table] = Field(default_factory=dict)
    facts: dict[Name, FactRule] = Field(default_factory=dict)
    checks: dict[Name, CheckRule] = Field(default_factory=dict)
    materials: Rows[MaterialRule] = ()
    material_code: Code = Field("E_MATERIAL", description="The reason code of a missing material.")
    conditions: Rows[Condition]
    accounts: dict[Name, Account] = Field(default_factory=dict)
    levels: dict[Name, Level] = Field(default_factory=dict)
    award: Award
    redemption: RedemptionRule | None = None
    public_notice: PublicNotice | None = None
    payments: PaymentsRow = PaymentsRow()
    sanctions: Rows[Sanction] = ()
    recovery: RecoveryRow | None = Field(None, description="Left out: nobody takes money back through this ledger.")
    plans: dict[Literal["voucher_claim", "redemption_claim", "grant_application"], Rows[StageRow]]
    duties: Rows[DutyRow] = ()
    veto: VetoRow | None = None
    freezes: Rows[FreezeRow] = Field((), description="Of the edition in force on the day, for running cases too.")
    case_letters: dict[Literal["closed", "stopped", "restarted", "returned"], str] = Field(default_factory=dict)
    letters: dict[Name, LetterTemplate] = Field(default_factory=dict)

    _sha256: str = PrivateAttr(default="")

    @classmethod
    def of(cls, data: Any, sha256: str) -> Self:
        """From the plain content of a file and the file's hash. Raises pydantic.ValidationError."""
        programme = cls.model_validate(data)
        programme._sha256 = sha256
        return programme

    @property
    def sha256(self) -> str:
        """Of the file."""
        return self._sha256

    @property
    def pays_supplier(self) -> bool:
        """Whether the supplier charges less and is paid that, rather than the applicant. (供给方抵扣)"""
        return self.award.payee == "supplier"

    @cached_property
    def values_by_day(self) -> dict[tuple[str, date], Value]:
        """Values that were asked for, read once: a text such as "200万元" is read for every claim otherwise."""
        return {}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What people call an operand of a step: an earlier step, or "parameter.cap_fen"."""
        parameters = {f"parameter.{name}": row.title.zh if row.title else name for name, row in self.parameters.items()}
        return parameters | {step.name: step.title for step in self.award.steps}

    @cached_property
    def stages(self) -> Mapping[CaseKind.ValueType, tuple[Stage, ...]]:
        """Kind of case -> its stages, as cases pin them."""
        return {KINDS[kind]: tuple(row.message(self.windows) for row in rows) for kind, rows in self.plans.items()}

    def value(self, parameter: str, on: date) -> Value:
        """A parameter's value on a day. Raises Refused PARAMETER_EXPIRED."""
        known = self.values_by_day
        if (parameter, on) not in known:
            if len(known) >= VALUES_KEPT:
                known.clear()
            known[parameter, on] = self.parameters[parameter].on(on, parameter)
        return known[parameter, on]

    def number(self, parameter: str, on: date) -> Fraction:
        """A ratio, count or amount on a day, exact. Raises Refused PARAMETER_EXPIRED, TypeError for other kinds."""
        value = self.value(parameter, on)
        if isinstance(value, (Fraction, int)) and not isinstance(value, bool):
            return Fraction(value)
        raise TypeError(f"parameter {parameter} is no number")

    def setting(self, words: str, on: date) -> str:
        """The word itself, or what the parameter that it names says on a day. Raises Refused PARAMETER_EXPIRED."""
        if not words.startswith("parameter."):
            return words
        value = self.value(words.removeprefix("parameter."), on)
        return ("true" if value else "false") if isinstance(value, bool) else str(value)

    def clause_of(self, words: str) -> str:
        """The clause of the parameter that settles it; empty where the file says the word itself."""
        return self.parameters[words.removeprefix("parameter.")].clause if words.startswith("parameter.") else ""

    def frozen(self, what: Held, on: date) -> FreezeRow | None:
        """What holds it on a day; None: nothing does."""
        return next((row for row in self.freezes if what in row.holds and on in row.days), None)

    def rolls_over(self, calendar: WorkingCalendar, on: date) -> WorkingCalendar | None:
        """The calendar, if the yearly cut-off moves to the next working day; None if it stays. (BJ-A13)

        Raises Refused PARAMETER_EXPIRED.
        """
        assert self.redemption is not None
        moves = self.setting(self.redemption.yearly_cut_off.rolls_over_holidays, on) == "true"
        return calendar if moves else None

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
            letters=dict(self.case_letters.items()),
            duties=[duty.message() for duty in self.duties],
            veto=self.veto.message() if self.veto else None,
            checks={name: rule.message() for name, rule in self.checks.items()},
            special_approvals=self._special_approvals(kind),
        )

    def _special_approvals(self, kind: CaseKind.ValueType) -> list[SpecialApprovalRule]:
        """By whom, for which accounts; none in a case whose amount nobody sets."""
        if not any(stage.sets_amount for stage in self.stages[kind]):
            return []
        return [
            SpecialApprovalRule(
                account=name,
                title=account.title,
                clause=account.clause,
                role=account.approved_by.role,
                role_title=account.approved_by.title,
            )
            for name, account in self.accounts.items()
            if account.approved_by
        ]
