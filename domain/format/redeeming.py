"""When requests join which quarter, and how much of a voucher a settled invoice releases. (BJ-4.3 to BJ-4.7)"""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from domain.calendar import WorkingCalendar
from domain.dates import Period, Quarter
from domain.format.form import Cel, Clause, Name, QuarterText, Row, Rows, Setting
from domain.refusals import Refused


class YearlyCutOff(Row):
    """The last day of the year on which requests are taken for it. (BJ-4.7)"""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    clause: Clause
    rolls_over_holidays: Setting = Field(
        "false", description="true: a day off moves it to the next working day. (BJ-A13)"
    )


class MeteringRow(Row):
    """Delivery is held against what was measured: what was measured less counts less. (计量核对)"""

    clause: Clause
    tolerance: Name = Field(description="The parameter, a ratio of the delivered quantity, either way.")
    needed: Setting = Field("false", description="true: what nobody measured counts nothing.")


class RedemptionRule(Row):
    """How vouchers are paid out."""

    clause: Clause
    yearly_cut_off: YearlyCutOff
    last_quarter: QuarterText
    needs_ruling_from: QuarterText
    select: Cel = Field(description="True if the invoice line `line` counts.")
    select_clause: Clause
    window: Name = Field(description="The window inside which delivery counts.")
    not_before: Cel | None = Field(None, description="Text: a day before which delivery does not count; empty: none.")
    account: Name = Field(description="The account that limits payments.")
    formula: Setting = Field(
        "voucher_share", description="voucher_share: V × settled / E; rate: the settled × a rate. (BJ-A12)"
    )
    rate: Name | None = Field(None, description="Of the formula `rate`: the parameter, a ratio.")
    needs_payment_proof: Setting = Field("true", description="false: an invoice counts as paid. (BJ-A8)")
    invoice_without_items: Setting = Field(
        "nothing", description="One line without a kind counts nothing, or by contract_share. (BJ-A21)"
    )
    pay_day: Setting = Field(
        "previous_working_day", description="Or next_working_day, where a quarter ends on a day off. (BJ-A11)"
    )
    deferred_first: Setting = Field("oldest", description="oldest: by time of request; pro_rata. (BJ-A17)")
    counts_in: Setting = Field("paid_on", description="paid_on: the year of the batch; requested_on. (BJ-A7)")
    metering: MeteringRow | None = Field(None, description="How delivery is held against its measurement.")
    remind_days_before: Rows[int] = Field(
        (), description="Calendar days before the cut-off, on which holders of vouchers are reminded of it."
    )
    reminder: Name | None = Field(None, description="The letter that reminds.")

    @model_validator(mode="after")
    def _a_letter_for_reminders(self) -> Self:
        if bool(self.remind_days_before) != (self.reminder is not None):
            raise ValueError("reminder: comes with remind_days_before, and they with it")
        if any(not 0 < days <= 90 for days in self.remind_days_before):
            raise ValueError("remind_days_before: from 1 to 90 days, inside the quarter")
        return self

    @model_validator(mode="after")
    def _a_rate_for_the_formula(self) -> Self:
        if self.formula != "voucher_share" and self.rate is None:
            raise ValueError("rate: the formula takes a rate, so name the parameter")
        return self

    def cut_off(self, year: int, rolls_over: WorkingCalendar | None = None) -> date:
        """The last day of a year on which requests are taken for it. (BJ-4.7)

        With a calendar that it `rolls_over`, a day off moves it to the next working day. (民法典203, BJ-A13)
        """
        day = date(year, self.yearly_cut_off.month, self.yearly_cut_off.day)
        return rolls_over.on_or_after(day) if rolls_over else day

    def quarter_for(self, requested_on: date, rolls_over: WorkingCalendar | None = None) -> Quarter:
        """The batch of a request: its quarter, or next year's first after the yearly cut-off. (BJ-4.7, BJ-A11, BJ-A13)

        Raises Refused REDEMPTION_ENDED after the last batch.
        """
        quarter = Quarter.of(requested_on)
        if requested_on > self.cut_off(requested_on.year, rolls_over):
            quarter = Quarter(requested_on.year + 1, 1)
        if quarter > self.last_quarter:
            raise Refused("REDEMPTION_ENDED", self.clause, last_quarter=self.last_quarter, requested_on=requested_on)
        return quarter

    def intake(self, quarter: Quarter, rolls_over: WorkingCalendar | None = None) -> Period:
        """The days on which requests join a quarter."""
        first, last = quarter.days.first, quarter.days.last
        if quarter.number == 1:
            first = self.cut_off(quarter.year - 1, rolls_over) + timedelta(days=1)
        return Period(first, min(last, self.cut_off(quarter.year, rolls_over)))
