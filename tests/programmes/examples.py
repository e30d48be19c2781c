"""The example programmes: what each is given, and what a person reckoned that it comes to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from cli.facts import read_facts
from domain.money import yuan
from duifu.v1.events_pb2 import Evaluation, RedemptionQuote
from duifu.v1.facts_pb2 import Facts

FOLDER = Path(__file__).parent / "examples"
CASES = ".cases.yaml"
ABSENT = "null"


@dataclass(frozen=True)
class Case:
    """Facts of one or several applications, and what is expected of each, in the same order."""

    programme: Path
    title: str
    given: Sequence[Facts]
    by_hand: str
    expected: Sequence[Mapping[str, Any]]

    def __str__(self) -> str:
        return f"{self.programme.stem}：{self.title}"


def programmes() -> list[Path]:
    """Every example, by name."""
    return sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(CASES))


def cases(programme: Path) -> list[Case]:
    """The cases beside a programme. What they have in common is written once; `given` says what differs."""
    # Scalars stay as they are written; facts are then read as the command reads them.
    content = yaml.load(programme.with_name(programme.stem + CASES).read_text("utf-8"), yaml.BaseLoader)
    found = []
    for row in content["cases"]:
        given = [_facts(_merged(content["common"], changes)) for changes in row["given"]]
        assert row.keys() == {"title", "given", "by_hand", "expect"}, f"{programme.name}: {row}"
        assert len(given) == len(row["expect"]), f"{programme.name}: one expectation for each application"
        found.append(Case(programme, row["title"], given, row["by_hand"], row["expect"]))
    return found


def told(evaluation: Evaluation, expected: Mapping[str, Any]) -> dict[str, Any]:
    """What an evaluation says of everything that is expected of it, in the words of the expectation."""
    amount = evaluation.amount
    levels = {level.level: level.amount_fen for level in amount.levels}
    says: dict[str, Any] = {
        "code": evaluation.code,
        "clause": evaluation.clause,
        "fen": amount.amount_fen if not evaluation.code else None,
        "in_kind": f"{amount.amount_fen}{amount.unit}" if not evaluation.code else None,
        "payee": evaluation.payee,
        "levels": levels,
        "valid_through": evaluation.valid_through,
        "redemptions": [_paid(redemption) for redemption in evaluation.redemptions],
        "says": [
            words for words in expected.get("says", ()) if any(words in step.explanation for step in amount.steps)
        ],
    }
    return {key: says[key] for key in _plain(expected)}


def wanted(expected: Mapping[str, Any]) -> dict[str, Any]:
    """An expectation in the same words; amounts in yuan become fen."""
    return _plain(expected)


def _plain(expected: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {"code": ""} | dict(expected)
    if "yuan" in plain:
        plain["fen"] = yuan(plain.pop("yuan"))
    if "levels" in plain:
        plain["levels"] = {name: yuan(amount) for name, amount in plain["levels"].items()}
    if "redemptions" in plain:
        plain["redemptions"] = [_paid_as_expected(one) for one in plain["redemptions"]]
    return plain


def _paid(redemption: RedemptionQuote) -> dict[str, Any]:
    if redemption.code:
        return {"code": redemption.code}
    return {payment.quarter: payment.amount_fen for payment in redemption.payments}


def _paid_as_expected(redemption: Mapping[str, str]) -> dict[str, Any]:
    return {key: value if key == "code" else yuan(value) for key, value in redemption.items()}


def _facts(content: Mapping[str, Any]) -> Facts:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.json"
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return read_facts(str(path), Facts())


def _merged(common: Any, changes: Any) -> Any:
    """Mappings are merged, anything else is replaced; a key that is null is left out."""
    if not isinstance(common, dict) or not isinstance(changes, dict):
        return changes
    merged = {key: _merged(common.get(key), value) for key, value in changes.items() if value != ABSENT}
    return {key: value for key, value in common.items() if key not in changes} | merged
