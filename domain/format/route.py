"""The stages of a case as a programme file lists them, turned into the plan that the case pins."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.format.form import Clause, Code, Days, Name, Row, Rows, Words
from domain.format.opinions import OpinionsRow
from domain.format.panel import PanelRow
from duifu.v1.plan_pb2 import (
    CorrectionRule,
    DayUnit,
    Duty,
    OnSilence,
    Output,
    Stage,
    StageKind,
    StopReason,
    TimeLimit,
    VetoRule,
)

Role = Words
Task = Literal["issue_voucher", "assess_redemption", "allocate_round", "publish_notice", "pay_grant"]


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


class OutputRow(Row):
    """What a stage has to bring about before it may pass: a letter, a list, a delivery. (QD-4.2f, QD-4.3a)"""

    key: Name
    title: Words
    clause: Clause
    template: Name | None = Field(None, description="Of the text that is written for it.")
    recipient: Words | None = Field(None, description="To whom it goes.")
    needs_number: bool = Field(False, description="A pass needs its 文号.")

    def message(self) -> Output:
        """As a case pins it."""
        return Output(
            key=self.key,
            title=self.title,
            clause=self.clause,
            template=self.template or "",
            recipient=self.recipient or "",
            needs_number=self.needs_number,
        )


class StopRow(Row):
    """Why a stage's clock may stand still. (行政许可法 45)"""

    key: Name
    title: Words
    clause: Clause
    days_max: int = Field(0, ge=0, le=365, description="Working days; 0: not limited.")

    def message(self) -> StopReason:
        """As a case pins it."""
        return StopReason(key=self.key, title=self.title, clause=self.clause, days_max=self.days_max)


class DutyRow(Row):
    """Nobody acts in two of these roles in one case."""

    code: Code
    clause: Clause
    title: Words
    roles: Rows[Role]

    def message(self) -> Duty:
        """As a case pins it."""
        return Duty(code=self.code, clause=self.clause, title=self.title, roles=self.roles)


class VetoRow(Row):
    """Who may end a case at any stage before money is ordered, and for which conditions. (QD-5.3)"""

    clause: Clause
    title: Words
    codes: Rows[Code]
    roles: Rows[Role]

    def message(self) -> VetoRule:
        """As a case pins it."""
        return VetoRule(clause=self.clause, title=self.title, codes=self.codes, roles=self.roles)


class StageRow(Row):
    """One stage."""

    key: Name
    title: Words
    kind: Literal["decision", "applicant", "system", "cycle", "round", "panel"]
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
    passes_when_clean: bool = Field(
        False, description="Of a redemption claim: its quarter verifies it, and a person sees only what is not clean."
    )
    reserves_headroom: bool = Field(False, description="A pass takes its place in the year's queue. (BJ-A24)")
    sets_amount: bool = Field(False, description="A pass fixes the amount.")
    task: Task | None = Field(None, description="Of a system stage, or of a stage that the round settles.")
    outputs: Rows[OutputRow] = Field((), description="What must be on record before a pass.")
    rework_to: Rows[Name] = Field((), description="Earlier stages that it may send the case back to.")
    stops: Rows[StopRow] = Field((), description="Why its clock may stand still.")
    remind_days_before: Rows[int] = Field((), description="Working days before the deadline.")
    panel: PanelRow | None = Field(None, description="Of a stage that a panel of experts concludes.")
    opinions: OpinionsRow | None = Field(None, description="Whose opinions a pass needs.")
    enters_when: Rows[Code] = Field((), description="Conditions that are met before it opens.")
    letters: dict[Literal["opened", "correction", "passed", "stopped", "restarted"], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        if self.time_limit and self.due_by:
            raise ValueError("due_by: a stage has a time limit or a fixed last day")
        return self

    @model_validator(mode="after")
    def _letters_of_its_stops(self) -> Self:
        if not self.stops and self.letters.keys() & {"stopped", "restarted"}:
            raise ValueError("letters: no clock stands still in a stage without stops")
        return self

    @model_validator(mode="after")
    def _panel_of_its_stage(self) -> Self:
        if (self.kind == "panel") != (self.panel is not None):
            raise ValueError("panel: a stage of this kind says who judges, and no other stage does")
        if self.panel and (self.time_limit or self.due_by or self.correction):
            raise ValueError("panel: its own time limits are the stage's; experts' time does not count (行政许可法 45)")
        return self

    @model_validator(mode="after")
    def _opinions_for_who_decides(self) -> Self:
        if self.opinions is None:
            return self
        if self.kind != "decision":
            raise ValueError("opinions: somebody decides the stage who hears them")
        if any(row.role == self.role for row in self.opinions.roles):
            raise ValueError("opinions: of others than who decides the stage")
        if self.time_limit and self.time_limit.on_silence == "passes":
            raise ValueError("opinions: a stage that needs them does not pass in silence")
        if self.opinions.days and not (self.due_by or (self.time_limit and self.opinions.days < self.time_limit.days)):
            raise ValueError("opinions: their days are fewer than those of the stage's time limit")
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
            passes_when_clean=self.passes_when_clean,
            reserves_headroom=self.reserves_headroom,
            sets_amount=self.sets_amount,
            task=self.task or "",
            letters=dict(self.letters.items()),
            outputs=[output.message() for output in self.outputs],
            rework_to=self.rework_to,
            stops=[stop.message() for stop in self.stops],
            remind_days_before=self.remind_days_before,
            panel=self.panel.message() if self.panel else None,
            opinions=self.opinions.message() if self.opinions else None,
            enters_when=self.enters_when,
        )
