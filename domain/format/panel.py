"""A panel of experts as a programme file describes it. (QD-4.4c)"""

from typing import Self

from pydantic import Field, model_validator

from domain.format.form import Code, Name, Row, Rows, Words
from duifu.v1.panel_pb2 import Criterion, PanelRule


class CriterionRow(Row):
    """What a sheet gives points for."""

    key: Name
    title: Words
    points: int = Field(ge=1, le=1_000, description="At most.")

    def message(self) -> Criterion:
        """As a case pins it."""
        return Criterion(key=self.key, title=self.title, points=self.points)


class PanelRow(Row):
    """Who judges, by which criteria, and what the points mean."""

    members: int = Field(ge=1, le=99, description="How many are drawn.")
    quorum: int = Field(ge=1, le=99, description="With fewer there is no conclusion.")
    fields: Rows[Words] = Field((), description="An expert has one of these; empty: any.")
    criteria: Rows[CriterionRow] = Field(min_length=1)
    trim_each_side: int = Field(0, ge=0, le=9, description="So many of the highest and of the lowest do not count.")
    dispersion_max: int = Field(ge=0, description="Points; totals that lie further apart are scored again, once.")
    pass_mark: int = Field(ge=0, description="Points.")
    declare_days: int = Field(ge=1, le=60, description="Working days to declare an interest or none.")
    score_days: int = Field(ge=1, le=60, description="Working days to seal a sheet.")
    open_days: int = Field(ge=1, le=60, description="Working days to open the seed of the draw, or a sealed sheet.")
    sign_days: int = Field(ge=1, le=60, description="Working days to sign; who is silent agrees.")
    code: Code = Field(description="The reason code of a refusal that rests on the conclusion.")

    @model_validator(mode="after")
    def _can_conclude(self) -> Self:
        if not 2 * self.trim_each_side < self.quorum <= self.members:
            raise ValueError("quorum: more than what is trimmed on both sides, and no more than the members")
        if self.pass_mark > sum(criterion.points for criterion in self.criteria):
            raise ValueError("pass_mark: no sheet can reach it")
        keys = [criterion.key for criterion in self.criteria]
        if len(set(keys)) < len(keys):
            raise ValueError("criteria: each key once")
        return self

    def message(self) -> PanelRule:
        """As a case pins it."""
        return PanelRule(
            members=self.members,
            quorum=self.quorum,
            fields=self.fields,
            criteria=[criterion.message() for criterion in self.criteria],
            trim_each_side=self.trim_each_side,
            dispersion_max=self.dispersion_max,
            pass_mark=self.pass_mark,
            declare_days=self.declare_days,
            score_days=self.score_days,
            open_days=self.open_days,
            sign_days=self.sign_days,
            code=self.code,
        )
