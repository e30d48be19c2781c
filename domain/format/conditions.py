"""What must be true of an application, and what must come with it, as a programme file says it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.format.form import Cel, Clause, Code, Days, Name, Row, Rows, Text, Words
from duifu.v1 import plan_pb2

Moment = Literal["submission", "decision", "request", "redemption"]
Answer = Literal["enterprise", "relation", "credit", "invoices", "opinion", "duplicates"]
Cell = str | int | bool


class FactRule(Row):
    """A fact that only this programme asks for; `fact.x` in expressions, `facts.x` in an application."""

    type: Literal["text", "integer", "money", "flag", "date", "texts"]
    title: Text
    clause: Clause
    choices: Rows[str] = Field((), description="Of a text: the only ones allowed.")
    must_be_given: bool = Field(False, description="Refused at submission if it is not there.")


class CheckRule(Row):
    """A source that is asked; its answer is a variable of the check's name in expressions."""

    answers: Answer
    title: Words
    source: Words | None = None
    clause: Clause | None = None
    valid_days: int | None = Field(None, ge=1, le=3_650, description="An answer counts on so many days after its own.")

    def message(self) -> plan_pb2.CheckRule:
        """As a case pins it."""
        return plan_pb2.CheckRule(answers=self.answers, title=self.title, valid_days=self.valid_days or 0)


class MaterialRule(Row):
    """A document that must come with an application or a request."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    clause: Clause
    at: Literal["decision", "redemption"] = "decision"
    trust_at_least: Literal["A", "B", "C", "D"] = Field("D", description="国办函〔2016〕108号: A issued … D declared.")
    needed_if: Cel | None = Field(None, description="True if it must be there; absent: always.")


class Condition(Row):
    """One requirement, as CEL over the facts. `needs` are the checks that must have answered."""

    code: Code
    clause: Clause
    at: Rows[Moment] = Field(min_length=1)
    needs: Rows[str] = ()
    title: Text
    met: Cel
    person_if: Cel | None = Field(None, description="True if a person has to rule although it is met.")
    note_if: Cel | None = Field(None, description="True if it is met and the reviewer should see why. (BJ-X17)")
    shows: Cel | None = Field(None, description="Text: the fact that the explanation quotes.")
    otherwise: Text
    person: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _words_for_every_outcome(self) -> Self:
        for part in ("person", "note"):
            if (getattr(self, f"{part}_if") is None) != (getattr(self, part) is None):
                raise ValueError(f"{part}: {part}_if and {part} come together")
        return self


class TableRow(Days):
    """A row of a table and the days on which it holds."""

    key: Words
    values: dict[Name, Cell] = Field(default_factory=dict)


class Table(Row):
    """A dated list, such as admitted suppliers.

    `listed("providers", uscc, day)`, `number("providers", uscc, "cards", day)` and
    `word("providers", uscc, "batch", day)` look into it.
    """

    clause: Clause
    title: Words
    columns: dict[Name, Literal["text", "number", "flag"]] = Field(default_factory=dict)
    rows: Rows[TableRow] = ()
