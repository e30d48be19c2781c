"""Whose opinions a stage asks for before it is decided, as a programme file describes it. (会签)"""

from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.format.form import Clause, Row, Rows, Words
from domain.format.parameters import money_of, ratio_of
from duifu.v1.plan_pb2 import OpinionPart, OpinionRole, OpinionRule, OpinionSilence


class OpinionRoleRow(Row):
    """A role that is heard, and what its opinion does."""

    role: Words
    role_title: Words
    part: Literal["required", "counted", "observing"]
    people: int = Field(1, ge=1, le=99, description="So many different people give one each.")
    above: Words | None = Field(
        None, description="Of a required role: takes part only where more is approved, such as 5,000,000元."
    )

    @model_validator(mode="after")
    def _above_an_amount(self) -> Self:
        if self.above is None:
            return self
        if self.part != "required":
            raise ValueError("above: only a required role takes part above an amount")
        if not money_of(self.above):
            raise ValueError("above: an amount such as 5,000,000元 or 500万元")
        return self

    def message(self) -> OpinionRole:
        """As a case pins it."""
        return OpinionRole(
            role=self.role,
            role_title=self.role_title,
            part=OpinionPart.Value(f"OPINION_PART_{self.part.upper()}"),
            people=self.people,
            above_fen=(self.above and money_of(self.above)) or 0,
        )


class OpinionsRow(Row):
    """Who is heard before a stage passes, and how many of them must consent."""

    title: Words
    clause: Clause
    roles: Rows[OpinionRoleRow] = Field(min_length=1)
    quorum: int = Field(0, ge=0, le=999, description="So many counted people take part.")
    consent_share: Words | None = Field(None, description="At least this part of them consents, such as 2/3.")
    days: int = Field(0, ge=0, le=365, description="Of the stage's time limit; then silence counts.")
    on_silence: Literal["consents", "abstains"] | None = None

    @model_validator(mode="after")
    def _each_role_once(self) -> Self:
        roles = [row.role for row in self.roles]
        if len(set(roles)) < len(roles):
            raise ValueError("roles: each role once")
        return self

    @model_validator(mode="after")
    def _can_be_carried(self) -> Self:
        counted = sum(row.people for row in self.roles if row.part == "counted")
        if self.quorum > counted:
            raise ValueError(f"quorum: no more than the {counted} who are counted")
        share = ratio_of(self.consent_share) if self.consent_share else None
        if self.consent_share and (share is None or not Fraction(0) < share <= Fraction(1)):
            raise ValueError("consent_share: an exact part such as 2/3, no more than 1")
        if bool(counted) != bool(self.quorum or self.consent_share):
            raise ValueError("quorum: roles that are counted have a quorum or a consent_share, and others have none")
        if bool(self.days) != bool(self.on_silence):
            raise ValueError("on_silence: comes with the days after which it counts")
        return self

    def message(self) -> OpinionRule:
        """As a case pins it."""
        return OpinionRule(
            title=self.title,
            clause=self.clause,
            roles=[row.message() for row in self.roles],
            quorum=self.quorum,
            consent_share=self.consent_share or "",
            days=self.days,
            on_silence=OpinionSilence.Value(f"OPINION_SILENCE_{(self.on_silence or 'unspecified').upper()}"),
        )
