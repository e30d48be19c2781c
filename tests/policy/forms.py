"""A small form to hold files against, a file that fits it, and a way to mark the place of a mistake: «here»."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from policy.model import validate
from policy.problems import Problem
from policy.source import parse

Name = Annotated[str, StringConstraints(pattern="^[a-z_]+$")]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Limit(Row):
    """How long a stage may take."""

    days: int = Field(ge=1, le=365, description="From the day after.")
    unit: Literal["working_days", "calendar_days"]
    on_silence: Literal["passes", "refuses"] = "refuses"
    fee: Annotated[int, Field(multiple_of=5)] | None = None


class Wait(Row):
    kind: Literal["wait"]
    clause: str
    limit: Limit


class Pay(Row):
    kind: Literal["pay"]
    clause: str
    pay: int  # named like the tag: a location of pydantic has both
    share: Annotated[str, StringConstraints(pattern="^[0-9]+/[0-9]+$")] = "1/1"


class Hours(Row):
    hours: int
    per: Literal["day", "week"]


class Form(Row):
    """One form of an office."""

    format: Literal[1]
    first: date = Field(alias="from")
    last: date = Field(alias="through")
    is_open: bool = Field(True, alias="open")
    titles: dict[Name, Annotated[str, StringConstraints(min_length=1, max_length=12)]] = Field(default_factory=dict)
    contacts: dict[Literal["applicant", "office"], str] = Field(default_factory=dict)
    steps: Annotated[tuple[Annotated[Wait | Pay, Field(discriminator="kind")], ...], Strict(False)] = Field(
        min_length=1, max_length=3
    )
    period: Literal["year", "quarter"] | Hours = "year"
    value: int | bool | Literal["none"] | Annotated[tuple[str, ...], Strict(False)] = 0
    alternatives: Annotated[tuple["Form", ...], Strict(False)] = ()

    @model_validator(mode="after")
    def _must_begin_before_it_ends(self) -> Self:
        if self.last < self.first:
            raise PydanticCustomError("ENDS_FIRST", "ends first", {"end": self.last.isoformat(), "at": ("through",)})
        if self.last.year > 2100:
            raise ValueError("no form lasts beyond 2100")
        return self


FORM = """\
# yaml-language-server: $schema=form.schema.json
format: 1
from: 2024-01-01
through: 2024-12-31
open: true
titles: {zh: 表, en: form}
contacts:
  applicant: 申请人
steps:
  - kind: wait
    clause: BJ-1.1
    limit: {days: 5, unit: working_days, on_silence: passes}
  - kind: pay
    clause: BJ-2.1
    pay: 100
    share: "20/100"
period:
  hours: 8
  per: day
value: [a, b]
alternatives:
  - format: 1
    from: 2025-01-01
    through: 2025-12-31
    steps: [{kind: pay, clause: BJ-2.2, pay: 7}]
    value: none
"""


class Marked(NamedTuple):
    """A text without its marks, and the place that was marked."""

    text: str
    line: int
    column: int
    width: int


def marked(text: str) -> Marked:
    """The place between « and »; both marks are on one line."""
    before, rest = text.split("«")
    inside, after = rest.split("»")
    return Marked(before + inside + after, before.count("\n") + 1, len(before) - before.rfind("\n"), len(inside))


def form_with(old: str, new: str) -> str:
    """The good form with one thing written otherwise."""
    assert FORM.count(old) == 1, old
    return FORM.replace(old, new)


def problems_of(text: str | bytes) -> Sequence[Problem]:
    """Every problem of a form, reading included."""
    return validate(parse(text if isinstance(text, bytes) else text.encode(), "form.yaml"), Form)[1]


def places(problems: Sequence[Problem]) -> list[tuple[str, int, int]]:
    """Code, line and column of each."""
    return [(problem.code, problem.line, problem.column) for problem in problems]
