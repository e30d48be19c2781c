"""Days on which an office holds still, such as the closing of the year's books. (冻结期)

The law does not stop for them: what applicants hand in and statutory time limits go on.
"""

from typing import Literal

from pydantic import Field

from domain.format.form import Clause, Days, Rows, Words

Held = Literal["decisions", "payments"]
#: What is held, in words.
HELD: dict[Held, str] = {"decisions": "审批决定", "payments": "支付指令"}


class FreezeRow(Days):
    """A range of days on which something is held; the first and the last both count."""

    title: Words
    clause: Clause | None = Field(None, description="Of the rule that orders it; or else a reason.")
    reason: Words | None = Field(None, description="Why, where no clause orders it.")
    holds: Rows[Held] = Field(
        min_length=1,
        description="decisions: verdicts, returns, vetoes and special approvals; payments: orders to a treasury.",
    )

    def __str__(self) -> str:
        held = "、".join(HELD[what] for what in self.holds)
        return f"{self.title}（{self.clause or self.reason}）：{self.first}至{self.last}暂停{held}"
