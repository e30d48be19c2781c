"""A metering file at a terminal: handed in with a request, and matched line by line before anybody decides."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from cli import rehearsing
from cli.__main__ import main
from domain.money import yuan
from duifu.v1.events_pb2 import Envelope, RedemptionAssessed
from duifu.v1.facts_pb2 import COMPUTE_UNIT_CARD_HOURS
from tests.audit.tampering import forged
from tests.builders import (
    BUYER,
    VERIFICATION,
    a_contract,
    a_redemption,
    an_item,
    credit_check,
    enterprise_check,
    invoices_check,
)
from tests.desk import Desk
from tests.exchange.metered import a_metering_file

SHORT = a_metering_file("智能算力服务,2024-02-01,2024-02-20,900,卡时")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A rehearsal from 1 March 2024 with a voucher on a contract of 10,000 card hours."""
    desk = Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC))
    rehearsing.begin(desk.door, "2024-03-01")
    item = an_item(yuan(1_000_000))
    item.quantity, item.unit = "10000", COMPUTE_UNIT_CARD_HOURS
    desk.voucher_through_the_door(a_contract(items=[item]))
    return desk


def asked(tmp_path: Path, content: bytes) -> Result:
    request = a_redemption("bj-voucher-2024-000001", yuan(100_000))
    proof = request.delivery_proofs[0]
    proof.quantity, proof.unit, proof.contract_item = "1000", COMPUTE_UNIT_CARD_HOURS, "智能算力服务"
    proof.metering_sha256 = sha256(content).hexdigest()
    facts, measured = tmp_path / "request.json", tmp_path / "usage.csv"
    facts.write_text(json_format.MessageToJson(request, ensure_ascii=False), "utf-8")
    measured.write_bytes(content)
    command = ["case", "open", str(facts), "--redeem", "--uscc", BUYER.uscc, "--actor", "agent", "--json"]
    return CliRunner().invoke(main, [*command, "--metering", f"示例算力平台={measured}", "--home", str(tmp_path)])


def test_what_was_measured_less_counts_less_and_the_officer_sees_why(desk: Desk, tmp_path: Path) -> None:
    filed = asked(tmp_path, SHORT)
    case_id = json.loads(filed.stdout)["receipt"]["caseId"]

    def shown() -> str:
        page = CliRunner().invoke(main, ["case", "show", case_id, "--home", str(tmp_path)]).stdout
        return "".join(page.split("\n"))

    before = shown()
    desk.record_checks(case_id, enterprise_check(), credit_check(), invoices_check(desk.case(case_id).redemption))
    desk.decide(VERIFICATION, case_id, "verification")
    desk.assess(case_id)
    after = shown()

    match = "开票¥100,000.00，交付¥90,000.00，付款¥100,000.00，取最小¥90,000.00（以交付为限）"
    delivery = "交付1000卡时，计量900卡时，合同10000卡时，此前交付—：计量少于交付，计入¥90,000.00"
    for page in (before, after):
        assert match in page
        assert delivery in page
    assert desk.case(case_id).due_fen == yuan(18_000)
    again = CliRunner().invoke(main, ["audit", "recompute", case_id, "--home", str(tmp_path)])
    assert again.exit_code == 0, again.output


def test_an_audit_makes_the_match_again(desk: Desk, tmp_path: Path) -> None:
    case_id = json.loads(asked(tmp_path, SHORT).stdout)["receipt"]["caseId"]
    desk.record_checks(case_id, enterprise_check(), credit_check(), invoices_check(desk.case(case_id).redemption))
    desk.decide(VERIFICATION, case_id, "verification")
    desk.assess(case_id)

    def as_if_delivered_in_full(envelope: Envelope) -> None:
        line = envelope.event.redemption_assessed.lines[0]
        line.delivered_fen = line.invoiced_fen

    desk.ledger.close()
    forged(tmp_path / "ledger.sqlite", RedemptionAssessed, as_if_delivered_in_full)
    again = CliRunner().invoke(main, ["audit", "recompute", case_id, "--home", str(tmp_path)])

    assert again.exit_code != 0
    assert "lines" in again.output


def test_lines_that_are_wrong_are_all_named_and_nothing_is_filed(desk: Desk, tmp_path: Path) -> None:
    refused = asked(
        tmp_path, a_metering_file("智能算力服务,2024-02-01,2024-02-20,x,卡时", "服务,今天,2024-02-20,1,卡时")
    )

    assert refused.exit_code == 2
    assert "第2行" in refused.output
    assert "第3行" in refused.output
    assert desk.versions() == Desk(tmp_path / "ledger.sqlite").versions()
