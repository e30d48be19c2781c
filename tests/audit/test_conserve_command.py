"""What an auditor at a terminal is told of conservation: words, JSON, a picture, and exit codes for scripts."""

import json
from pathlib import Path
from shutil import copytree
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain.money import show
from duifu.v1 import events_pb2 as events
from ledger.registry import unwrap
from pictures.drawing import SPACE
from policy.rulebook import PROGRAMMES
from tests.audit.histories import VOUCHER, a_spring
from tests.audit.tampering import forged
from tests.builders import BUYER, PROGRAMME
from tests.desk import Desk

POOL = "  2024 年度申领限额（1个账户）：¥2,000,000.00 = 已承诺¥220,000.00 + 已支付¥20,000.00 + 余额¥1,760,000.00"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ledger of a spring, that nobody alters."""
    folder = tmp_path_factory.mktemp("home")
    desk = Desk(folder / "ledger.sqlite")
    a_spring(desk)
    desk.ledger.close()
    return folder


@pytest.fixture
def broken(home: Path, tmp_path: Path) -> tuple[Path, int]:
    """The same, but for a fen that the voucher was paid less; and where that stands."""
    folder = copytree(home, tmp_path / "broken")

    def a_fen_less(envelope: events.Envelope) -> None:
        event = unwrap(envelope.event)
        assert isinstance(event, events.VoucherRedeemed)
        event.amount_fen -= 1

    return folder, forged(folder / "ledger.sqlite", events.VoucherRedeemed, a_fen_less)


def conserve(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "conserve", *arguments, "--home", str(home)])


def test_what_is_conserved_is_shown_pool_by_pool(home: Path) -> None:
    result = conserve(home)

    assert result.exit_code == 0
    told = result.stdout.splitlines()
    assert told[0].startswith(f"✓ {PROGRAMME} 守恒：5个账户")
    assert told[1] == "  已支付：算力券¥20,000.00，批次¥20,000.00，年度限额¥20,000.00，三账相符"
    assert told[2] == POOL
    assert told[-1].startswith("截至最新")


def test_what_breaks_is_named_with_place_amounts_and_clause_and_ends_with_exit_code_3(
    broken: tuple[Path, int],
) -> None:
    folder, position = broken

    result = conserve(folder)

    assert result.exit_code == 3
    assert f"✗ {PROGRAMME} 不守恒：1个账户有误" in result.stderr
    assert f"位置{position} voucher/{VOUCHER} VoucherRedeemed（BJ-4.3）" in result.stderr
    assert "批次记¥20,000.00，算力券记¥19,999.99" in result.stderr
    assert "三账不符" in result.stdout


def test_machines_are_told_the_same(home: Path, broken: tuple[Path, int]) -> None:
    whole, found = (json.loads(conserve(folder, "--json").stdout) for folder in (home, broken[0]))

    assert whole["isConserved"]
    assert whole["breaks"] == []
    (programme,) = whole["programmes"]
    assert programme["paidFen"] == {"vouchers": 2_000_000, "quarters": 2_000_000, "years": 2_000_000}
    buckets = ("reservedFen", "committedFen", "paidFen", "releasedFen", "recoveredFen", "freeFen")
    for pool in programme["pools"]:
        assert pool["authorisedFen"] == sum(pool[bucket] for bucket in buckets)
    assert not found["isConserved"]
    (one,) = found["breaks"]
    assert (one["fault"], one["position"], one["saidFen"], one["heldFen"]) == (
        "disagreement",
        broken[1],
        2_000_000,
        1_999_999,
    )


def test_before_the_break_everything_was_conserved(broken: tuple[Path, int]) -> None:
    folder, position = broken

    assert conserve(folder, "--at", f"@{position - 3}").exit_code == 0
    assert conserve(folder, "--at", "2024-03-31").exit_code == 0


def test_a_moment_within_a_commit_says_that_books_have_not_all_spoken(broken: tuple[Path, int]) -> None:
    folder, position = broken

    result = conserve(folder, "--at", f"@{position - 1}")

    assert result.exit_code == 0
    assert "一次写入尚未完整" in result.stdout


def test_an_enterprise_is_shown_each_of_its_accounts(home: Path) -> None:
    told = conserve(home, "--enterprise", BUYER.uscc).stdout

    assert f"2024 算力券 voucher/{VOUCHER}（1个账户）：¥240,000.00 = 已支付¥20,000.00 + 余额¥220,000.00" in told
    assert "批次（" not in told


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--programme", "nobody"), 3, "There is no programme nobody here. Known: bj-slq-2023, qd-slzx."),
        (("--enterprise", "91110108MAYX00000X"), 3, "91110108MAYX00000X has no account"),
        (("--at", "yesterday"), 2, "'yesterday' is no moment"),
        (("--at", "@999999"), 2, "Position 999999 is not written yet"),
        (("--draw", "/nowhere/at/all.svg"), 2, "cannot be written"),
    ],
)
def test_what_cannot_be_shown_is_refused(home: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = conserve(home, *arguments)

    assert result.exit_code == code
    assert said in result.stderr


def test_a_programme_with_no_money_has_no_accounts(home: Path) -> None:
    result = conserve(home, "--programme", "qd-slzx")

    assert result.exit_code == 0
    assert result.stdout.startswith("截至最新")


def test_limits_of_editions_that_are_not_at_hand_are_no_proof(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "programmes"
    copytree(PROGRAMMES / "qingdao", folder / "qingdao")
    (folder / "working-days.yaml").write_bytes((PROGRAMMES / "working-days.yaml").read_bytes())

    result = conserve(home, "--programmes", str(folder))

    assert result.exit_code == 3
    assert "限额无从得知" in result.stderr


def test_without_a_ledger_nothing_is_said(tmp_path: Path) -> None:
    assert conserve(tmp_path).exit_code == 4


def test_the_picture_says_every_sum_in_words_too(home: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    for file in (first, second):
        assert conserve(home, "--draw", str(file)).exit_code == 0

    assert first.read_bytes() == second.read_bytes()
    picture = ElementTree.parse(first).getroot()
    assert [picture.get("role"), picture[0].tag, picture[1].tag] == ["img", f"{{{SPACE}}}title", f"{{{SPACE}}}desc"]
    assert picture[0].text == "资金守恒图，截至最新：守恒"
    words = [element.text or "" for element in picture.iter(f"{{{SPACE}}}text")]
    sums = [text for text in words if " = " in text]
    assert len(sums) == 5
    assert all(text in str(picture[1].text) for text in sums)
    assert f"{show(200_000_000)} = 已承诺¥220,000.00 + 已支付¥20,000.00 + 余额¥1,760,000.00" in sums
    assert "script" not in first.read_text("utf-8")


def test_the_bars_of_the_picture_are_as_wide_as_their_parts(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "pools.svg"
    conserve(home, "--draw", str(file))

    boxes = list(ElementTree.parse(file).getroot().iter(f"{{{SPACE}}}rect"))
    bars: dict[str, int] = {}
    for box in boxes:
        if box.get("height") == "20":
            y = str(box.get("y"))
            bars[y] = bars.get(y, 0) + int(str(box.get("width")))

    assert set(bars.values()) == {940}


def test_a_broken_picture_says_so_in_its_title(broken: tuple[Path, int], tmp_path: Path) -> None:
    file = tmp_path / "broken.svg"

    assert conserve(broken[0], "--draw", str(file)).exit_code == 3

    assert ElementTree.parse(file).getroot()[0].text == "资金守恒图，截至最新：不守恒，1个账户有误"
