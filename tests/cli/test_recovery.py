"""At the terminal: a recovery from its finding to its end, a red invoice, and the list that shows what waits."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain.money import yuan
from domain.voucher import Voucher
from tests.builders import invoice_number
from tests.commands.recovery_desk import SHA256, demanded, paid_voucher
from tests.desk import Desk

Duifu = Callable[..., Result]
Q2 = "bj-slq-2023-2024Q2"
DOCUMENT = ("--sha256", SHA256)
FINDS = ("--role", "inspector", "--actor", "li.jian")
DECIDES = ("--role", "recovery-officer", "--actor", "gao.ming")
COLLECTS = ("--role", "fund-officer", "--actor", "qian.duo")


@pytest.fixture
def duifu(tmp_path: Path) -> Duifu:
    """Runs the command on the test's folder."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(tmp_path)])

    return run


@pytest.fixture
def paid(tmp_path: Path) -> Iterator[Voucher]:
    """A voucher of which ¥600,000 was paid."""
    desk = Desk(tmp_path / "ledger.sqlite")
    yield paid_voucher(desk)
    desk.ledger.close()


def done(result: Result) -> Result:
    assert result.exit_code == 0, result.output
    return result


def test_a_recovery_from_its_finding_to_its_end(duifu: Duifu, paid: Voucher) -> None:
    recovery = f"{paid.case_id}-recovery-1"
    of = ("recovery", "open", paid.case_id, "--as", "false-report", "--amount", "100000", "--reason", "交付量虚报")
    assert recovery in done(duifu(*of, *DOCUMENT, *FINDS)).output
    done(duifu("recovery", "notice", recovery, "--number", "告1号", *DOCUMENT, *FINDS))
    early = ("recovery", "demand", recovery, "--amount", "100000", "--number", "责1号", "--reason", "查实", *DOCUMENT)
    refused = duifu(*early, *DECIDES)
    assert (refused.exit_code, "STATEMENT_OPEN" in refused.output) == (3, True)
    done(duifu("recovery", "statement", recovery, "--as", "waived", "--reason", "书面放弃", *DOCUMENT, *DECIDES))
    done(duifu(*early, *DECIDES))
    received = ("recovery", "receipt", recovery, "--amount", "60000", "--reference", "SK-1", "--on", "2024-04-20")
    done(duifu(*received, *DOCUMENT, *COLLECTS))
    assert [row["openFen"] for row in listed(duifu, "--open")] == [4_000_000]
    barred = ("recovery", "bar", recovery, "--from", "2099-01-01", "--through", "2099-12-31", "--number", "限1号")
    done(duifu(*barred, "--reason", "虚报", *DOCUMENT, *DECIDES))
    proposed = ("recovery", "propose-write-off", recovery, "--amount", "40000", "--number", "财9号", "--reason", "破产")
    done(duifu(*proposed, *DOCUMENT, *COLLECTS))
    done(duifu("recovery", "write-off", recovery, *DECIDES))

    assert listed(duifu, "--open") == []
    assert done(duifu("recovery", "list", "--open")).output.splitlines()[0].strip() == "追回"
    assert [row["standing"] for row in listed(duifu)] == ["closed"]
    told = done(duifu("recovery", "show", recovery)).output
    assert "追回办结：责令¥100,000.00，缴回¥60,000.00，核销¥40,000.00" in told


def test_a_red_invoice_opens_a_recovery_that_nobody_withdraws(duifu: Duifu, paid: Voucher) -> None:
    recovery = f"{paid.case_id}-recovery-1"
    red = ("recovery", "reversed", paid.voucher_id, "--invoice", invoice_number(1), "--red", invoice_number(900))
    done(duifu(*red, "--amount", "1000000", "--reason", "服务中止", *DOCUMENT, *FINDS))

    assert "立案追回（发票红冲）" in done(duifu("recovery", "show", recovery)).output
    refused = duifu("recovery", "withdraw", recovery, "--reason", "红字发票作废", *DECIDES)
    assert (refused.exit_code, "COMPUTED_FINDING_STANDS" in refused.output) == (3, True)


def test_a_report_in_error_is_withdrawn_and_made_again_in_the_same_words(duifu: Duifu, paid: Voucher) -> None:
    red = ("recovery", "reversed", paid.voucher_id, "--invoice", invoice_number(1), "--red", invoice_number(900))
    report = (*red, "--amount", "1000000", "--reason", "服务中止", *DOCUMENT, *FINDS)
    of = ("recovery", "reversal-withdrawn", paid.voucher_id, "--red", invoice_number(900))
    withdrawal = (*of, "--reason", "该红字发票属另一合同", *DOCUMENT, *DECIDES)
    for _ in range(2):
        done(duifu(*report))
        done(duifu(*report))
        done(duifu(*withdrawal))
        done(duifu(*withdrawal))

    assert [(row["standing"], row["reducedFen"]) for row in listed(duifu)] == [("withdrawn", yuan(200_000))] * 2
    assert "核减¥200,000.00" in done(duifu("recovery", "show", f"{paid.case_id}-recovery-1")).output
    wrong = duifu(*of, "--reason", "另有原因", *DOCUMENT, *DECIDES)
    assert (wrong.exit_code, "REVERSAL_UNKNOWN" in wrong.output) == (3, True)


def test_what_is_not_there_and_what_is_no_amount_is_said(duifu: Duifu, paid: Voucher) -> None:
    assert duifu("recovery", "show", "nothing").exit_code == 3
    wrong = ("recovery", "open", paid.case_id, "--as", "fraud", "--amount", "much", "--reason", "-")
    assert duifu(*wrong, *DOCUMENT, *FINDS).exit_code == 2


def listed(duifu: Duifu, *options: str) -> list[dict[str, object]]:
    """What the list has, for machines."""
    found: list[dict[str, object]] = json.loads(done(duifu("recovery", "list", "--json", *options)).stdout)
    return found


def test_what_is_set_off_is_decided_revoked_and_shown(duifu: Duifu, paid: Voucher, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite", "2024-04-02 09:00", ids="again")
    recovery = demanded(desk, paid, yuan(100_000))
    decision = ("recovery", "set-off", recovery, "--number", "抵1号", "--reason", "单位同意", *DOCUMENT, *DECIDES)
    without = duifu(*decision)
    assert (without.exit_code, "SET_OFF_NOT_AGREED" in without.output) == (3, True)
    done(duifu(*decision, "--agreement", SHA256))
    for number in ("抵2号", "抵3号"):
        done(duifu("recovery", "revoke-set-off", recovery, "--reason", "单位另行缴回", *DECIDES))
        done(duifu(*decision, "--number", number, "--agreement", SHA256))
    desk.pay_for(desk.voucher(paid.voucher_id), yuan(800_000), invoice=2)
    desk.freeze(Q2)
    desk.order_payments(Q2)
    waiting = json.loads(done(duifu("recovery", "show", recovery, "--json")).stdout)
    desk.record_results(Q2)
    desk.close_quarter(Q2)
    desk.ledger.close()

    assert (waiting["heldFen"], waiting["openFen"], waiting["isSetOff"]) == (yuan(100_000), yuan(100_000), True)
    told = done(duifu("recovery", "show", recovery)).output
    assert "待缴回¥0.00，已抵扣¥100,000.00" in told
    shown = done(duifu("cycle", "show", Q2)).output
    assert "其中抵扣" in shown
    assert "支付1笔¥160,000.00（其中抵扣¥100,000.00）" in shown.replace("\n", "")
    page = tmp_path / "page.html"
    done(duifu("cycle", "page", Q2, "--out", str(page)))
    drawn = page.read_text("utf-8")
    assert "已支付中抵扣" in drawn
    assert "抵扣追回款−¥100,000.00；实付=¥60,000.00" in drawn
