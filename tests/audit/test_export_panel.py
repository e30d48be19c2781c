"""A bundle of a grant case holds its panels, and with them everything by which anybody works the draw out again."""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from typing import Any

import pytest

from ledger.rows import open_rows
from ledger.seals import Seals
from tests.audit.bundles import PINS, Bundle, Office, asked, failures
from tests.rounds import RoundDesk

LOG_ALONE = PINS._replace(witnesses=(), quorum=0)
CASE, OTHER = "qd-grant-2024-000001", "qd-grant-2024-000002"
PANEL = f"panel/{CASE}-panel-1"
POOL = "experts/qd-slzx"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two applications of a round, each judged by a panel; sealed."""
    folder = tmp_path_factory.mktemp("judged")
    desk = RoundDesk(folder / "ledger.sqlite")
    assert [desk.bring_to(desk.apply(number), "determination") for number in (1, 2)] == [CASE, OTHER]
    rows, seals = open_rows(desk.ledger.address), Seals(folder / "seals.sqlite")
    with closing(desk.ledger), closing(rows), closing(seals):
        office = Office(desk, rows, seals)
        office.seal()
        yield office


def drawn_by_hand(bundle: Bundle, told: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The order that the bundle gives to whoever has no program of ours, and the one that it records."""
    events = {str(one["topic"]): one["state"]["event"] for one in told if one["stream"] == PANEL}
    convened = events["duifu.v1.PanelConvened"]["panel_convened"]
    drawn = events["duifu.v1.PanelDrawn"]["panel_drawn"]
    (beacon,) = (row["previous"] for row in bundle.rows if row["topic"] == "duifu.v1.PanelDrawn")
    assert sha256(drawn["seed"].encode()).hexdigest() == convened["seed_sha256"]
    able = [one["expert"]["expert_id"] for one in convened["candidates"] if not one.get("exclusions")]
    return sorted(able, key=lambda one: sha256(f"{drawn['seed']}/{beacon}/{one}".encode()).hexdigest()), drawn["order"]


@pytest.mark.parametrize("subject", [f"case/{CASE}", PANEL])
def test_whoever_gets_the_bundle_verifies_it_and_works_the_draw_out_again(office: Office, subject: str) -> None:
    content = office.export(subject).content
    report = asked(content, LOG_ALONE)
    bundle = Bundle.of(content)

    by_hand, recorded = drawn_by_hand(bundle, [row for row in report.events if row["stream"] == PANEL])

    assert failures(report) == []
    assert by_hand == recorded
    versions = [row["version"] for row in bundle.rows if row["stream"] == PANEL]
    assert versions == list(range(1, office.desk.ledger.version(PANEL) + 1))
    declared = [row for row in report.events if row["topic"] == "duifu.v1.InterestDeclared"]
    assert len(declared) == 5


def test_a_grant_case_comes_with_its_panels_its_round_and_the_pool_and_with_nobody_elses_panel(office: Office) -> None:
    names = {str(row["stream"]) for row in Bundle.of(office.export(f"case/{CASE}").content).rows}

    assert {PANEL, POOL, "round/qd-slzx-2024", f"case/{CASE}"} <= names
    assert not [name for name in names if OTHER in name and not name.startswith("command/")]


def test_every_step_of_a_panel_comes_with_the_receipt_of_who_took_it(office: Office) -> None:
    events = asked(office.export(PANEL).content, LOG_ALONE).events

    receipts = {row["stream"] for row in events if row["topic"] == "duifu.v1.CommandAccepted"}
    assert {f"command/{row['state']['command_id']}" for row in events if row["stream"] == PANEL} <= receipts
    assert not [row for row in events if row["stream"].startswith("case/")]
