"""What became of each row of a file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import click
from google.protobuf import json_format

from cli.asking import print_answer
from cli.output import REFUSED, console, print_json
from domain.refusals import Refused, sentence
from duifu.v1.answers_pb2 import Answer

ACCEPTED, REPEATED, REFUSED_ROW, EMPTY, UNNAMED = "accepted", "repeated", "refused", "empty", "unnamed"
#: Outcome -> how the sum at the end says it, in the order of the sentence.
WORDS = {
    ACCEPTED: "项已办",
    REPEATED: "项此前已办",
    REFUSED_ROW: "项被拒绝",
    EMPTY: "项未填",
    UNNAMED: "个附件无人引用",
}


@dataclass(frozen=True)
class Item:
    """One row of a file, or one attachment that no row names."""

    place: str  # such as 信用查询第3行
    about: Mapping[str, str] = field(default_factory=dict)
    outcome: str = EMPTY
    answer: Answer = field(default_factory=Answer)

    def answered(self, answer: Answer) -> "Item":
        """What the ledger said."""
        if answer.HasField("refusal"):
            return replace(self, outcome=REFUSED_ROW, answer=answer)
        return replace(self, outcome=REPEATED if answer.receipt.is_repeat else ACCEPTED, answer=answer)

    def refused(self, error: Refused, language: str) -> "Item":
        """What was refused before the ledger was asked."""
        refusal = error.to_message(language)
        return replace(self, outcome=REFUSED_ROW, answer=Answer(summary=sentence(refusal), refusal=refusal))

    def known(self) -> "Item":
        """What the ledger knows already, so that it was not asked."""
        return replace(self, outcome=REPEATED)

    def to_json(self) -> dict[str, Any]:
        """One object of the answer in JSON."""
        return {"place": self.place, **self.about, "outcome": self.outcome, **json_format.MessageToDict(self.answer)}


def tell(items: Sequence[Item], json_wanted: bool) -> None:
    """Print what became of each item. Ends with exit code 3 if anything was not taken."""
    counted = Counter(item.outcome for item in items)
    if json_wanted:
        print_json([item.to_json() for item in items])
    else:
        for item in items:
            _print(item)
        console.print("，".join(f"{counted[outcome]} {words}" for outcome, words in WORDS.items()), markup=False)
    if counted[REFUSED_ROW] or counted[UNNAMED]:
        raise click.exceptions.Exit(REFUSED)


def _print(item: Item) -> None:
    if item.outcome == EMPTY:
        return
    console.print(" ".join((item.place, *filter(None, item.about.values()))), markup=False)
    if item.outcome == UNNAMED:
        console.print("✗ 没有任何一行引用这个附件", markup=False)
    elif item.answer.summary:
        print_answer(item.answer)
    else:
        console.print("✓ 账本中已有同样的答复，未作新的记录", markup=False)
