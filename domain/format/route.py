"""The stages of a case as a programme file lists them, turned into the plan that the case pins."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.format.form import Clause, Days, Name, Row, Rows, Words
from duifu.v1.plan_pb2 import CorrectionRule, DayUnit, OnSilence, Stage, StageKind, TimeLimit

Role = Words
Task = Literal["issue_voucher", "assess_redemption", "determine_grant", "allocate_round"]


class TimeLimitRow(Row):
    """How long, and what silence means."""

    days: int = Field(ge=1, le=3_650)
    unit: Literal["working_days", "calendar_days"]
    on_silence: Literal["passes", "withdraws", "escalates"]

    def message(self) -> TimeLimit:
        """As a case pins it."""
        return TimeLimit(
            days=self.days,
            unit=DayUnit.Value(f"DAY_UNIT_{self.unit.upper()}"),
            on_silence=OnSilence.Value(f"ON_SILENCE_{self.on_silence.upper()}"),
        )


class CorrectionRow(Row):
    """How the applicant may mend a case. (补正)"""

    rounds_max: int = Field(ge=1, le=9)
    title: Words
    clause: Clause
    time_limit: TimeLimitRow

    def message(self) -> CorrectionRule:
        """As a case pins it."""
        return CorrectionRule(
            rounds_max=self.rounds_max, title=self.title, time_limit=self.time_limit.message(), clause=self.clause
        )


class StageRow(Row):
    """One stage."""

    key: Name
    title: Words
    kind: Literal["decision", "applicant", "system", "cycle"]
    role: Role
    role_title: Words
    clause: Clause
    time_limit: TimeLimitRow | None = None
    due_by: Name | None = Field(
        None, description="Instead of a time limit: a window whose last day is the last day here. (QD-4.3a)"
    )
    checks: Rows[str] = Field((), description="Checks made when the stage opens.")
    correction: CorrectionRow | None = None
    guidance: Words
    applicant_may_withdraw: bool = False
    tests_eligibility: bool = Field(False, description="A pass needs every condition met.")
    reserves_headroom: bool = Field(False, description="A pass takes its place in the year's queue. (BJ-A24)")
    sets_amount: bool = Field(False, description="A pass fixes the amount.")
    task: Task | None = Field(None, description="Of a system stage.")
    letters: dict[Literal["opened", "correction", "passed"], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        if self.time_limit and self.due_by:
            raise ValueError("due_by: a stage has a time limit or a fixed last day")
        return self

    def message(self, windows: Mapping[str, Days]) -> Stage:
        """As a case pins it. Past a fixed last day the stage is overdue and stays open. (QD-A15)"""
        limit = self.time_limit.message() if self.time_limit else None
        if self.due_by:
            limit = TimeLimit(due_on=windows[self.due_by].last.isoformat(), on_silence=OnSilence.ON_SILENCE_ESCALATES)
        return Stage(
            key=self.key,
            title=self.title,
            kind=StageKind.Value(f"STAGE_KIND_{self.kind.upper()}"),
            role=self.role,
            role_title=self.role_title,
            time_limit=limit,
            checks=self.checks,
            correction=self.correction.message() if self.correction else None,
            guidance=self.guidance,
            clause=self.clause,
            applicant_may_withdraw=self.applicant_may_withdraw,
            tests_eligibility=self.tests_eligibility,
            reserves_headroom=self.reserves_headroom,
            sets_amount=self.sets_amount,
            task=self.task or "",
            letters=dict(self.letters.items()),
        )
