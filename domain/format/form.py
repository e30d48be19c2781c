"""What every row of a programme file is made of: exact, closed, and never changed after it was read."""

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict, StrictInt, StringConstraints, WithJsonSchema

from domain.dates import Period, Quarter

T = TypeVar("T")


class Row(BaseModel):
    """A mapping of the file: unknown keys are refused, and nothing is converted that was not meant."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


#: A list of the file.
Rows = Annotated[tuple[T, ...], Strict(False)]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Clause = Annotated[str, StringConstraints(min_length=1, max_length=60), Field(description="Number of a clause.")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Cel = Annotated[str, StringConstraints(min_length=1, max_length=4_000), Field(description="An expression in CEL.")]
#: One of the words that the key allows, or the name of a parameter that gives it: "parameter.day_counting".
Setting = Annotated[str, StringConstraints(pattern=r"^(parameter\.)?[a-z][a-z0-9_]*$")]


def _quarter(value: Any) -> Quarter:
    if not isinstance(value, str):
        raise ValueError("write a quarter as 2024Q1")
    return Quarter.parse(value)


QuarterText = Annotated[
    Quarter, PlainValidator(_quarter), WithJsonSchema({"type": "string", "pattern": r"^2\d{3}Q[1-4]$"})
]
Count = Annotated[StrictInt, Field(ge=0)]


class Text(Row):
    """One sentence in the languages of its readers."""

    zh: Words
    en: str = ""


class Days(Row):
    """A range of days; the first and the last both count."""

    first: date = Field(alias="from")
    last: date = Field(alias="through")

    @property
    def days(self) -> Period:
        """The range."""
        return Period(self.first, self.last)


class Window(Days):
    """A range of days and the clause that sets it; it closes at 24:00 unless it says otherwise. (QD-A3)"""

    clause: Clause
    title: Words | None = Field(None, description="What applicants read; absent: the gist of the clause.")
    closes_at: str = Field("24:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", description="Quoted, 17:00.")
