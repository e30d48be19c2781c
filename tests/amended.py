"""The shipped programmes with more in them: days on which the office holds still, limits that yield to an approval."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import copy
from tempfile import mkdtemp
from typing import Any, TypeVar

import yaml

from commands.door import Door
from policy.rulebook import PROGRAMMES, Rulebook
from policy.source import read
from tests.desk import Desk

BEIJING = PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"
QINGDAO = PROGRAMMES / "qingdao" / "compute-centre-subsidy-2024.yaml"

LEADER_ROLE = "city-leader"
LEADER = {"role": LEADER_ROLE, "title": "市政府"}

D = TypeVar("D", bound=Desk)
Change = Callable[[dict[str, Any]], None]


class Plainly(yaml.SafeDumper):
    """Writes a value out each time that it is there; a programme file has no references."""

    def ignore_aliases(self, _value: Any) -> bool:
        """Never a reference."""
        return True


@cache
def a_rulebook(file: Path, *changes: Change) -> Rulebook:
    """One shipped programme after these changes of its content, compiled once for all tests of a process."""
    return Rulebook(a_folder(file, *changes))


def a_folder(file: Path, *changes: Change) -> Path:
    """A folder with that programme, as a deployment has it."""
    data = read(file).data
    assert isinstance(data, dict)
    for change in changes:
        change(data)
    folder = Path(mkdtemp())
    copy(PROGRAMMES / "working-days.yaml", folder)
    (folder / "city").mkdir()
    text = yaml.dump(data, Dumper=Plainly, allow_unicode=True, sort_keys=False)
    (folder / "city" / "amended.yaml").write_text(text, "utf-8")
    return folder


def under(desk: D, rulebook: Rulebook) -> D:
    """The same desk, whose door goes by other programmes."""
    desk.door = Door(desk.ledger, rulebook, lambda: desk.now)
    return desk


def an_april_without_decisions(data: dict[str, Any]) -> None:
    """Nobody decides from 1 to 7 April 2024."""
    freeze = {"title": "年初系统切换", "from": "2024-04-01", "through": "2024-04-07", "reason": "数据迁移"}
    data["freezes"] = [_dated(freeze) | {"holds": ["decisions"]}]


def verified_by_the_quarter(data: dict[str, Any]) -> None:
    """Beijing: a request whose checks and four-way match are clean passes without a person."""
    data["plans"]["redemption_claim"][0]["passes_when_clean"] = True


def a_spring_without_payments(data: dict[str, Any]) -> None:
    """No treasury is asked to pay from 15 January to 15 April 2024."""
    freeze = {"title": "国库封账", "from": "2024-01-15", "through": "2024-04-15", "reason": "财政部门通知"}
    data["freezes"] = [_dated(freeze) | {"holds": ["payments"]}]


def a_yearly_limit_that_yields(data: dict[str, Any]) -> None:
    """Beijing: beyond ¥2,000,000 of vouchers a year up to ¥3,000,000, with an approval of the city's leader."""
    whole = data["parameters"]["issue_cap_fen"]
    data["parameters"]["issue_hard_cap_fen"] = whole | {"values": [whole["values"][0] | {"value": "300万元"}]}
    data["accounts"]["issued"] |= {
        "on_exceed": "special_approval",
        "hard_limit": "issue_hard_cap_fen",
        "approved_by": LEADER,
    }


def an_operators_limit_that_yields(data: dict[str, Any]) -> None:
    """Qingdao: ¥3,000,000 for each operator of a round, up to ¥4,000,000 with an approval."""
    money = {"kind": "money", "clause": "QD-2.4"}
    in_force = {"from": data["in_force"]["from"], "through": data["in_force"]["through"]}
    for name, most in (("operator_cap_fen", "300万元"), ("operator_hard_cap_fen", "400万元")):
        data["parameters"][name] = money | {"values": [in_force | {"value": most}]}
    data["accounts"]["operator"] = {
        "clause": "QD-2.4",
        "title": "单个运营机构限额",
        "holder": "enterprise",
        "period": "round",
        "limit": "operator_cap_fen",
        "hard_limit": "operator_hard_cap_fen",
        "on_exceed": "special_approval",
        "approved_by": LEADER,
        "code": "QD_E_POOL",
    }
    steps = data["award"]["steps"]
    at = next(number for number, step in enumerate(steps) if step["name"] == "entitlement")
    within = {"name": "within", "do": "cap", "clause": "QD-2.4", "title": "单个运营机构限额", "value": "approved"}
    steps.insert(at, within | {"account": "operator"})
    steps[at + 1]["value"] = "within"


def a_duty_of_the_approver(data: dict[str, Any]) -> None:
    """Beijing: who reviews does not approve specially."""
    title = {"clause": "BJ-4.2", "title": "审核与专项批准分离"}
    data["duties"] = [{"code": "BJ_E_DUTIES", "roles": ["acceptance-officer", LEADER_ROLE]} | title]


def _dated(row: dict[str, str]) -> dict[str, Any]:
    return {key: yaml.safe_load(value) if key in ("from", "through") else value for key, value in row.items()}


def signed_before_it_goes_out(data: dict[str, Any]) -> None:
    """Payments are checked and released by two people, and those of more than ¥500,000 approved by a third."""
    steps = [("check", "复核", "payment-checker", "支付复核岗"), ("release", "放行", "payment-releaser", "支付放行岗")]
    named = [dict(zip(("key", "title", "role", "role_title"), step, strict=True)) for step in steps]
    director = {"key": "approve", "title": "批准", "role": "bureau-director", "role_title": "分管局领导"}
    clause = "BJ-4.6" if "redemption" in data else "QD-A10"
    data["payments"] = {"release": {"clause": clause, "steps": [*named, director | {"above": "50万元"}]}}
