"""How money that was paid is taken back, as a programme file describes it. (追回)"""

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.format.form import Clause, Row, Words
from duifu.v1.recovery_pb2 import RecoveryRole, RecoveryRule


class RecoveryRoleRow(Row):
    """Who does a part of it."""

    role: Words
    title: Words

    def message(self) -> RecoveryRole:
        """As a recovery pins it."""
        return RecoveryRole(role=self.role, title=self.title)


class BarRow(Row):
    """For how long an enterprise may be kept from applying and redeeming at most. (F-8)"""

    months_max: int = Field(ge=1, le=120)
    clause: Clause


class TransferRow(Row):
    """Whoever decides may hand a suspected crime over to a judicial organ."""

    clause: Clause


class SetOffRow(Row):
    """What is open may be taken out of later payments to the enterprise. (抵扣)"""

    clause: Clause
    when: Literal["agreed", "overdue"] = Field(
        description="agreed: only if the enterprise agrees; overdue: without it too, once the days to pay are over."
    )


class RecoveryRow(Row):
    """Who finds, who decides and who collects, and how many working days an enterprise has for what."""

    clause: Clause
    finds: RecoveryRoleRow
    decides: RecoveryRoleRow
    collects: RecoveryRoleRow
    statement_days: int = Field(ge=1, le=365, description="Working days to be heard, after the notice.")
    statement_clause: Clause
    pay_days: int = Field(ge=1, le=365, description="Working days to pay, after the demand.")
    bar: BarRow | None = Field(None, description="Left out: nobody is kept from applying.")
    transfer: TransferRow | None = Field(None, description="Left out: nothing is handed over to judicial organs.")
    set_off: SetOffRow | None = Field(None, description="Left out: nothing is set off against later payments.")
    letters: dict[Literal["noticed", "demanded", "overdue", "set_off"], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _three_roles(self) -> Self:
        if len({self.finds.role, self.decides.role, self.collects.role}) < 3:
            raise ValueError("finds, decides and collects: three different roles")
        return self

    def message(self) -> RecoveryRule:
        """As a recovery pins it."""
        return RecoveryRule(
            clause=self.clause,
            finds=self.finds.message(),
            decides=self.decides.message(),
            collects=self.collects.message(),
            statement_days=self.statement_days,
            statement_clause=self.statement_clause,
            pay_days=self.pay_days,
            bar_months_max=self.bar.months_max if self.bar else 0,
            bar_clause=self.bar.clause if self.bar else "",
            transfer_clause=self.transfer.clause if self.transfer else "",
            set_off_clause=self.set_off.clause if self.set_off else "",
            set_off_when_overdue=self.set_off is not None and self.set_off.when == "overdue",
            letters=dict(self.letters.items()),
        )
