"""Payments of a round at a terminal: the same batch, signatures and held-back orders as of a quarter."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from policy.rulebook import Rulebook
from tests.amended import QINGDAO, a_folder, signed_before_it_goes_out, under
from tests.rounds import ROUND_ID, RoundDesk


def test_people_sign_what_a_round_pays_or_hold_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programmes = a_folder(QINGDAO, signed_before_it_goes_out)
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(programmes))
    desk = under(RoundDesk(tmp_path / "ledger.sqlite"), Rulebook(programmes))
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    desk.ledger.close()

    def duifu(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["round", *arguments, "--home", str(tmp_path)])

    before = duifu("batch", ROUND_ID)
    (batch,) = json.loads(duifu("batch", ROUND_ID, "--json").stdout)
    signing = ("--step", "check", "--role", "payment-checker", "--actor", "sun.yu")
    signed = duifu("sign", ROUND_ID, "--sha256", batch["ordersSha256"][:8], *signing)
    holding = ("--reason", "账户待核实", "--role", "payment-releaser", "--actor", "qian.bo")
    held = duifu("withhold", f"{ROUND_ID}-city-00001", *holding)
    after = duifu("batch", ROUND_ID)

    assert "第1批：待办2笔¥5,000,000.00" in before.output
    assert [signed.exit_code, held.exit_code] == [0, 0], signed.output + held.output
    assert "复核（check，payment-checker）：sun.yu" in after.output
    assert "第1批：待办1笔¥2,500,000.00" in after.output
    assert "未予放行" in after.output
