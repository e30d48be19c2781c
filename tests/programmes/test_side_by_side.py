"""Two programmes on one ledger: what one granted, the other knows when it decides; a quote and an audit know it too."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from google.protobuf import json_format

from audit.compared import Difference
from audit.recompute import recompute, recompute_about
from cli.__main__ import main
from commands.door import Door
from domain.benefits import level_of
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import SubmitApplication
from duifu.v1.events_pb2 import CASE_OUTCOME_REFUSED
from duifu.v1.facts_pb2 import Facts
from ledger.rows import Rows, open_rows
from policy.rulebook import PROGRAMMES, Rulebook
from tests.builders import REVIEW, a_contract, an_application, applicant, clean_checks
from tests.desk import Desk
from tests.programmes.switching import read_as

CITY, DISTRICT = "example-city", "example-district"
CONTRACT = a_contract(yuan(1_000_000))


def invented(folder: Path, programme_id: str, prefix: str, place: str, **stack: Any) -> Path:
    """A programme like Beijing's, of its own place, that pays a fifth; `stack` is how it stands beside others."""
    data = read_as({})
    data.update(id=programme_id, case_prefix=prefix, jurisdiction={"code": place, "name": "示例"})
    left_out = ("BJ_E_DOUBLE_FUND", "BJ_E_DIRECTION")  # the step alone decides here, and nobody has to rule
    data["conditions"] = [row for row in data["conditions"] if row["code"] not in left_out]
    for step in data["award"]["steps"]:
        if step["name"] == "cost":
            step["expression"] = "application.contract.total_fen * 3 / 10"
        if step["name"] == "with_other_money":
            step.update(stack)
            if step["rule"] == "exclude":
                del step["total"]
    path = folder / programme_id / "programme.yaml"
    path.parent.mkdir()
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    path.write_text(text.replace("BJ_", f"{prefix.upper()}_"), "utf-8")
    return path


@pytest.fixture(params=["exclude", "complete"])
def rule(request: pytest.FixtureRequest) -> str:
    """How the district's programme stands beside the city's."""
    return str(request.param)


@pytest.fixture
def office(tmp_path: Path, rule: str) -> Iterator[tuple[Desk, Path]]:
    """A ledger that serves both, and the district's file."""
    folder = tmp_path / "programmes"
    folder.mkdir()
    copy(PROGRAMMES / "working-days.yaml", folder)
    invented(folder, CITY, "ec", "110000")
    district = invented(folder, DISTRICT, "ed", "110108", rule=rule)
    desk = Desk(tmp_path / "ledger.sqlite")
    desk.door = Door(desk.ledger, Rulebook(folder), lambda: desk.now)
    yield desk, district
    desk.ledger.close()


def granted(desk: Desk, programme_id: str) -> str:
    """A claim under one of them, on the same contract, up to its voucher or the refusal of one."""
    submitted = SubmitApplication(programme_id=programme_id, application=an_application(CONTRACT))
    case_id = desk.send(applicant(), submit_application=submitted).case_id
    desk.record_checks(case_id, *clean_checks())
    desk.accept(case_id)
    desk.decide(REVIEW, case_id, "review")
    desk.issue(case_id)
    return case_id


def quoted(district: Path, home: Path) -> Any:
    """What the district's programme would give, as the ledger stands."""
    facts = Facts(
        application=an_application(CONTRACT),
        received_on="2024-03-01",
        checks=clean_checks(),
    )
    path = home / "facts.json"
    path.write_text(json_format.MessageToJson(facts), "utf-8")
    done = CliRunner().invoke(
        main, ["quote", str(district), "--facts", str(path), "--ledger", "--json", "--home", str(home)]
    )
    return json.loads(done.stdout)


def test_what_the_city_granted_the_district_completes_or_does_not_add_to(
    office: tuple[Desk, Path], rule: str, tmp_path: Path
) -> None:
    desk, district = office
    granted(desk, CITY)

    told = quoted(district, tmp_path)
    ended = desk.closed_case(granted(desk, DISTRICT))

    if rule == "complete":  # 200,000 beside 200,000, up to 300,000 together
        assert ended.amount_fen == int(told["amount"]["amountFen"]) == yuan(100_000)
        assert ended.summary.endswith("与其他财政资金合计不超过合同成本削减¥100,000.00，不再发放（BJ-A4）")
    else:
        assert (ended.outcome, ended.code) == (CASE_OUTCOME_REFUSED, "ED_E_DOUBLE_FUND")
        assert told["code"] == ended.code


def test_alone_each_gives_what_its_file_says(office: tuple[Desk, Path]) -> None:
    desk, _ = office

    assert desk.closed_case(granted(desk, DISTRICT)).amount_fen == yuan(200_000)


def test_a_contract_is_claimed_once_under_each_programme(office: tuple[Desk, Path]) -> None:
    desk, _ = office
    granted(desk, CITY)

    with pytest.raises(Refused, match="BJ_E_CONTRACT_CLAIMED"):
        granted(desk, CITY)


def test_an_audit_knows_what_was_known_at_each_decision(office: tuple[Desk, Path]) -> None:
    desk, _ = office
    first = granted(desk, DISTRICT)  # before the city granted anything: it rests on nothing
    granted(desk, CITY)
    found: list[Difference] = []

    def made_again(rows: Rows) -> list[bool]:
        rulebook = desk.door.rulebook
        whole = recompute(rows, rulebook, found.append)
        alone = recompute_about(rows, rulebook, found.append, f"case/{first}")
        return [whole.is_equal, alone.is_equal]

    with closing(open_rows(desk.ledger.address)) as rows:
        assert (made_again(rows), found) == ([True, True], [])


@pytest.mark.parametrize(
    ("code", "level"),
    [("110000", "city"), ("110108", "district"), ("370000", "province"), ("370200", "city"), ("370212", "district")],
)
def test_who_pays_follows_from_the_place(code: str, level: str) -> None:
    assert level_of(code) == level
