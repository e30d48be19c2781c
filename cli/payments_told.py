"""What was written of payments, and what became of each line that came back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
from google.protobuf import json_format

from cli.output import REFUSED, console, errors, print_json, print_refusal, print_table
from domain.money import show
from domain.payment_answers import Result
from duifu.v1.answers_pb2 import Answer, Refusal
from exchange.payments.lines import Line
from exchange.payments.matching import Standing
from exchange.payments.returns import Returned

RECORDED, TRIED, REFUSED_LINE = "recorded", "would_record", "refused"
#: Outcome -> how the table and the sum at the end say it, in the order of the sum.
WORDS = {
    RECORDED: "已记录",
    TRIED: "将记录",
    Standing.KNOWN: "此前已记录",
    Standing.PENDING: "在途",
    Standing.OTHER: "与指令无关",
    REFUSED_LINE: "被拒绝",
}
ENDS = {Result.SETTLED: "已支付", Result.RETURNED: "退回", Result.PENDING: "在途"}


@dataclass(frozen=True)
class Written:
    """One file of orders."""

    path: Path
    level: str  # of a round; empty: there is one treasury
    count: int
    sum_fen: int
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of the file, for who gets it."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Told:
    """One line of a return file, and what became of it."""

    line: Line
    outcome: str = ""
    refusal: Refusal = field(default_factory=Refusal)

    def refused(self, refusal: Refusal) -> "Told":
        """Nothing is put on record, for a reason."""
        return replace(self, outcome=REFUSED_LINE, refusal=refusal)

    def standing(self, standing: Standing) -> "Told":
        """Nothing is put on record, and nothing needs to be."""
        return replace(self, outcome=standing)

    def tried(self) -> "Told":
        """It would be put on record."""
        return replace(self, outcome=TRIED)

    def answered(self, answer: Answer) -> "Told":
        """What the ledger said."""
        if answer.HasField("refusal"):
            return self.refused(answer.refusal)
        return replace(self, outcome=Standing.KNOWN if answer.receipt.is_repeat else RECORDED)

    def to_json(self) -> dict[str, Any]:
        """One object of the answer in JSON."""
        found: dict[str, Any] = {"place": self.line.place, "orderId": self.line.order_id, "outcome": str(self.outcome)}
        if said := self.line.said:
            found |= {"result": str(said.result), "amountFen": said.amount_fen, "bankReference": said.bank_reference}
        if self.outcome == REFUSED_LINE:
            found["refusal"] = json_format.MessageToDict(self.refusal)
        return found

    def to_row(self) -> list[str]:
        """One row of the table."""
        said, end, amount = self.line.said, "", ""
        if said:
            end, amount = ENDS[said.result], show(said.amount_fen) if said.amount_fen else ""
        return [self.line.order_id or "—", end, amount, WORDS[self.outcome], self.line.place]


def tell_written(list_id: str, files: Sequence[Written], json_wanted: bool) -> None:
    """Say what was written: how many orders, their sum, and the digest of each file."""
    if json_wanted:
        print_json(
            [
                {"file": str(f.path), "level": f.level, "orders": f.count, "sumFen": f.sum_fen, "sha256": f.sha256}
                for f in files
            ]
        )
        return
    for file in files:
        console.print(
            f"✓ {file.path}：{file.count} 笔，合计{show(file.sum_fen)}\n  SHA-256 {file.sha256}", markup=False
        )
    if not files:
        console.print(f"✓ {list_id} 没有尚无结果的支付指令，未写文件", markup=False)


def tell_returns(name: str, returned: Returned, lines: Sequence[Told], json_wanted: bool) -> None:
    """Print what became of each line. Ends with exit code 3 if any was refused."""
    counted = Counter(line.outcome for line in lines)
    if json_wanted:
        print_json(
            {
                "format": returned.form,
                "sha256": returned.sha256,
                "counts": {str(outcome): counted[outcome] for outcome in WORDS},
                "lines": [line.to_json() for line in lines],
            }
        )
    else:
        columns = ["支付指令", "文件所述", "金额", "处理", "位置"]
        print_table(f"{name}（{returned.form}）", columns, [line.to_row() for line in lines])
        for line in lines:
            if line.outcome == REFUSED_LINE:
                errors.print(f"{line.line.place} {line.line.order_id}", markup=False)
                print_refusal(line.refusal)
        sums = (f"{counted[outcome]} 行{words}" for outcome, words in WORDS.items() if counted[outcome])
        console.print(f"{'，'.join(sums) or '没有任何一行'}\nSHA-256 {returned.sha256}", markup=False)
    if counted[REFUSED_LINE]:
        raise click.exceptions.Exit(REFUSED)
