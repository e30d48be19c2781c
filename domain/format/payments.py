"""How payments go out, of a quarter as of a round: who signs them before. (复核、放行)"""

from typing import Self

from pydantic import Field, model_validator

from domain.format.form import Clause, Name, Row, Rows, Setting, Words
from domain.format.parameters import money_of
from duifu.v1.events_pb2 import ReleaseStep


class ReleaseStepRow(Row):
    """One signature; each is given by somebody else."""

    key: Name
    title: Words
    role: Words
    role_title: Words
    above: Words | None = Field(None, description="Only of batches of more than this, such as 5,000,000元.")

    @model_validator(mode="after")
    def _above_an_amount(self) -> Self:
        if self.above is not None and not money_of(self.above):
            raise ValueError("above: an amount such as 5,000,000元 or 500万元")
        return self


class ReleaseRow(Row):
    """What was ordered goes out when everybody who has to has signed, in this order."""

    clause: Clause
    steps: Rows[ReleaseStepRow] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if any(len({getattr(step, what) for step in self.steps}) < len(self.steps) for what in ("key", "role")):
            raise ValueError("steps: each key and each role once")
        if all(step.above for step in self.steps):
            raise ValueError("steps: one at least signs every batch")
        return self

    def messages(self) -> list[ReleaseStep]:
        """As a quarter or a round pins them."""
        return [
            ReleaseStep(
                key=step.key,
                title=step.title,
                role=step.role,
                role_title=step.role_title,
                above_fen=(step.above and money_of(step.above)) or 0,
            )
            for step in self.steps
        ]


class PaymentsRow(Row):
    """What holds for all payments of the programme, of vouchers and of grants."""

    release: ReleaseRow | None = Field(None, description="Who signs payments before they go out.")
    answer_days: int = Field(10, ge=1, le=250, description="Working days in which a treasury answers an order.")
    came_back: Setting = Field(
        "in_its_year",
        description="What was settled and comes back is paid again if it comes in_its_year; or always. (F-7)",
    )
