"""The steps of a calculation as a programme file declares them; what they do with money is in `domain.calculation`.

A step has a name, by which later steps take its value, and the clause that it carries out. An operand is the name of
an earlier step or of a parameter, "parameter.grant_fen".
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.format.form import Cel, Clause, Code, Name, Row, Rows, Setting, Text, Words

Operand = Annotated[
    str, Field(pattern=r"^(parameter\.)?[a-z][a-z0-9_]*$", description="An earlier step, or parameter.x.")
]
ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="The name of a parameter.")]


class Step(Row):
    """What every step has."""

    name: Name
    clause: Clause
    title: Words = Field(description="What the trace calls it, in Chinese.")


class Inside(Row):
    """How much of a line lies in a window: by its itemised schedule where it has one, else by days. (BJ-3.8, BJ-A10)"""

    window: Name
    starts_on: Cel = Field(description="Text: first day of the line.")
    ends_on: Cel = Field(description="Text: last day of the line.")
    schedule: Cel | None = Field(None, description="List of ScheduleEntry; wins over counting days.")
    counting: Setting = Field("inclusive_days", description="inclusive_days, exclusive_days or months.")
    not_before: Cel | None = Field(None, description="Text: a day before which nothing counts; empty: none.")
    not_before_clause: Clause | None = None


class Rounding(Row):
    """One rounding: to a multiple of a unit with so many decimals."""

    unit: Setting = Field("fen", description="fen, yuan or wan_yuan.")
    decimals: int = Field(0, ge=0, le=6)
    mode: Setting = Field("floor", description="floor, ceiling, half_up or half_even.")


class Sum(Step):
    """Add up lines of the facts; each is `line` in the expressions."""

    do: Literal["sum"]
    lines: Cel = Field(description="A list of messages.")
    where: Cel | None = Field(None, description="True if the line counts.")
    where_clause: Clause | None = None
    otherwise: Words | None = Field(None, description="What the trace says of a line that does not count.")
    amount: Cel | None = Field(None, description="Whole number: what the line is worth.")
    least_of: Rows[Cel] = Field((), description="Whole numbers, instead of `amount`: the least of them counts.")
    label: Cel | None = Field(None, description="Text: what the trace calls the line.")
    inside: Inside | None = None
    round_lines: Rounding | None = None


class Take(Step):
    """A number from the facts."""

    do: Literal["take"]
    expression: Cel = Field(description="Whole number.")


class Fixed(Step):
    """A fixed amount, such as a one-off grant."""

    do: Literal["fixed"]
    parameter: ParameterName


class RateRow(Row):
    """One rate and when it applies; the first row that applies counts."""

    when: Cel | None = Field(None, description="True if this rate applies; absent: in all other cases.")
    by: ParameterName
    title: Words | None = None


class Multiply(Step):
    """Multiply by a rate, or by a price per unit."""

    do: Literal["multiply"]
    value: Operand
    by: ParameterName | None = None
    rates: Rows[RateRow] = ()
    decided_rate: bool = Field(False, description="A lower rate may be decided for the round. (QD-A1)")


class Proportion(Step):
    """A part of a value, as one whole number of the facts is of another; where the whole is zero, all of it."""

    do: Literal["proportion"]
    value: Operand
    part: Cel = Field(description="Whole number.")
    whole: Cel = Field(description="Whole number.")


class Tier(Row):
    """A rate up to a total; the last tier has no end."""

    up_to: ParameterName | None = None
    by: ParameterName


class Tiers(Step):
    """Rates by the total that the holder of an account has reached."""

    do: Literal["tiers"]
    value: Operand
    account: Name
    tiers: Rows[Tier] = Field(min_length=1)
    applies_to: Literal["slice", "whole"] = Field(
        "slice", description="slice: each part at its own rate; whole: all at the last."
    )


class Least(Step):
    """The least of several values."""

    do: Literal["least"]
    of: Rows[Operand] = Field(min_length=1)


class Greatest(Step):
    """The greatest of several values, such as the better of two alternatives."""

    do: Literal["greatest"]
    of: Rows[Operand] = Field(min_length=1)


class Add(Step):
    """Values added up."""

    do: Literal["add"]
    of: Rows[Operand] = Field(min_length=1)


class Subtract(Step):
    """A value less others; never below zero."""

    do: Literal["subtract"]
    value: Operand
    of: Rows[Operand] = Field(min_length=1)


class AtLeast(Step):
    """Below a minimum nothing is granted, and the code says why."""

    do: Literal["at_least"]
    value: Operand
    minimum: ParameterName
    code: Code
    otherwise: Text


class Round(Step):
    """Round once."""

    do: Literal["round"]
    value: Operand
    to: Rounding = Field(default_factory=Rounding)


class Decide(Step):
    """Here a person may set less than the value, with a reason. What comes before is the ceiling. (BJ-3.2)"""

    do: Literal["decide"]
    value: Operand


class Cap(Step):
    """No more than an account's limit still allows."""

    do: Literal["cap"]
    value: Operand
    account: Name


class Stack(Step):
    """Public money that other programmes granted for the same thing."""

    do: Literal["stack"]
    value: Operand
    programmes: Rows[str] = Field((), description="Programme ids; none: all.")
    same: Literal["enterprise", "contract"] = "contract"
    rule: Literal["exclude", "complete"] = Field(
        description="exclude: nothing if there is any; complete: no more than `total` together."
    )
    total: Operand | None = None
    code: Code


class Share(Step):
    """Divide among the funding levels by their ratio, each rounded by itself; the value is what all pay together."""

    do: Literal["share"]
    value: Operand
    to: Rounding = Field(default_factory=Rounding)


class Pool(Step):
    """Share a pool among the applications of a round. (QD-2.4, QD-2.5)"""

    do: Literal["pool"]
    value: Operand
    account: Name = Field(description="The pool: an account of the whole programme.")
    sharing: Literal["first_come", "first_come_partly", "pro_rata"]
    weight: Operand | None = Field(None, description="Of pro_rata: in proportion to what.")
    level: Name | None = Field(None, description="The funding level whose money the pool is; the others follow.")
    others_follow: Setting = Field(
        "true", description="false: the other levels pay their own part though the pool does not suffice. (QD-A2)"
    )
    to: Rounding = Field(default_factory=Rounding)


AnyStep = Annotated[
    Sum
    | Take
    | Fixed
    | Multiply
    | Proportion
    | Tiers
    | Least
    | Greatest
    | Add
    | Subtract
    | AtLeast
    | Round
    | Decide
    | Cap
    | Stack
    | Share
    | Pool,
    Field(discriminator="do"),
]


class Years(Row):
    """A period of several calendar years."""

    years: int = Field(ge=1, le=20)
    from_year: int = Field(ge=2000, le=2100)


class Approver(Row):
    """Who may let a case go beyond a soft limit. (专项批准)"""

    role: Words
    title: Words


class Account(Row):
    """What is counted for a holder in a period, and the limit on it, if any. (BJ-3.3)"""

    clause: Clause
    title: Words
    holder: Literal["enterprise", "contract", "project", "supplier", "programme"]
    each_applicant: Setting = Field("false", description="Of programme: true: not all together, but each. (QD-A2)")
    period: Literal["calendar_year", "round", "programme"] | Years = "calendar_year"
    round_year: Setting = Field("round", description="Of round: its name; or service_year. (QD-A13)")
    service_window: Name | None = Field(None, description="Of service_year: the window whose last day's year it is.")
    year_of: Setting = Field("accepted_on", description="accepted_on, received_on, signed_on, or paid_on. (BJ-A7)")
    counts: Literal["granted", "paid"] | Name = Field("granted", description="granted, paid, or the name of a step.")
    counts_when: Literal["granted", "passed"] = Field(
        "granted", description="Of a step: passed: also where the conditions are met and nothing comes of it."
    )
    limit: ParameterName | None = Field(None, description="The most; absent: counted only.")
    hard_limit: ParameterName | None = Field(None, description="The most even with special approval.")
    on_exceed: Literal["truncate", "refuse", "defer", "special_approval"] = "truncate"
    approved_by: Approver | None = Field(None, description="Who may approve specially in a case; absent: nobody.")
    over_clause: Clause | None = Field(None, description="What becomes of what exceeds it, if another says. (BJ-A16)")
    code: Code | None = Field(None, description="Why nothing is granted when nothing is left.")
    combined_with: Name | None = Field(None, description="Another account under the same limit. (BJ-A6)")
    combined_if: ParameterName | None = Field(None, description="A flag: whether they are combined.")
    shared_with: Rows[str] = Field((), description="Other programmes whose amounts count too.")


class Level(Row):
    """Who pays how many parts. (QD-2.3)"""

    title: Words
    parts: int = Field(ge=1, le=1_000_000)
    treasury: Words | None = None
    clause: Clause


class ValidFor(Row):
    """How long what is granted may be used."""

    clause: Clause
    months: int | None = Field(None, ge=1, le=240)
    days: int | None = Field(None, ge=1, le=7_300)
    through: ParameterName | None = Field(None, description="A date parameter.")


class Award(Row):
    """What is granted and how it is calculated; the last step is the result."""

    benefit: Literal["voucher", "grant", "supplier_deduction", "in_kind"]
    payee: Literal["applicant", "supplier"] = "applicant"
    unit: Words = Field("fen", description="fen, or the unit of what is granted in kind, such as 卡时.")
    base: Name | None = Field(None, description="The step against which redemptions are measured. (BJ-4.6)")
    steps: Rows[AnyStep] = Field(min_length=1)
    nothing: Code = Field(description="The code when the result is nothing and no step said why.")
    valid_for: ValidFor | None = None
