"""The page about a quarter says what the ledger says, to the fen, and nothing in it can do harm."""

import re
import shutil
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from audit import quarter_account
from audit.moments import AtPosition, moment
from cli import quarter_page
from cli.__main__ import main
from cli.cycle_page import limit_of
from domain.cycle import Cycle
from domain.kinds import CYCLE
from domain.money import show, yuan
from duifu.v1.events_pb2 import Envelope, PaymentReturned
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import unwrap, wrap
from ledger.rows import Rows, open_rows
from ledger.store import Ledger
from pictures.drawing import SPACE
from policy.rulebook import PROGRAMMES
from tests.audit.histories import FIRST_QUARTER, SECOND_QUARTER, a_spring
from tests.audit.years import two_years
from tests.builders import BUYER, a_contract
from tests.desk import Desk, the_rulebook

CUT, LAST = "bj-slq-2023-2025Q1", "bj-slq-2023-2026Q1"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger of two years."""
    home = tmp_path_factory.mktemp("home")
    desk = Desk(home / "ledger.sqlite")
    two_years(desk)
    desk.ledger.close()
    return home


@pytest.fixture(scope="module")
def quarters(home: Path) -> dict[str, Cycle]:
    """Every quarter as deciders know it."""
    ledger = Ledger(home / "ledger.sqlite")
    try:
        return {
            name.removeprefix(streams.CYCLES): CYCLE.fold(unwrap(one.envelope.event) for one in ledger.stream(name))
            for name in ledger.streams(streams.CYCLES)
        }
    finally:
        ledger.close()


@dataclass
class Read(HTMLParser):
    """A page as its reader takes it in: headings, texts, tables by caption, drawings; and every tag there is."""

    words: list[str] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self._path: list[str] = []
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (HTMLParser's)
        self.tags.add(tag)
        if tag != "meta":
            self._path.append(tag)
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._path.pop() == tag

    def handle_data(self, data: str) -> None:
        if not data.strip() or "style" in self._path:
            return
        self.words.append(data)
        if self._path[-1] == "caption":
            self.tables[data] = self._rows
        elif self._path[-1] in ("td", "th"):
            self._rows[-1][-1] += data


def read(content: str) -> Read:
    page = Read()
    page.feed(content)
    page.close()
    assert page._path == []
    return page


def table(page: Read, beginning: str) -> list[list[str]]:
    """The rows under the one caption that begins so, without their head."""
    (found,) = (rows for caption, rows in page.tables.items() if caption.startswith(beginning))
    return found[1:]


def drawings(content: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", content, re.DOTALL)]


def fen(shown: str) -> int:
    """An amount as the waterfall shows it."""
    sign = -1 if shown.startswith("−") else 1
    return sign * yuan(shown.lstrip("=+−¥"))


def bars(content: str) -> dict[str, str]:
    """The rows of the waterfall: what, and how much."""
    texts = [element.text or "" for element in drawings(content)[0].iter(f"{{{SPACE}}}text")][1:]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def made(home: Path, cycle_id: str, at: str = "") -> str:
    """The page as the command makes it."""
    with closing(open_rows(str(home / "ledger.sqlite"))) as rows:
        account = quarter_account.read(rows, cycle_id, moment(at) if at else AtPosition(rows.head()))
    return quarter_page.page(account, limit_of(the_rulebook(), account))


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["cycle", "page", *arguments, "--home", str(home)])


@pytest.fixture(scope="module")
def pages(home: Path, quarters: dict[str, Cycle]) -> dict[str, str]:
    """The page of every quarter."""
    return {cycle_id: made(home, cycle_id) for cycle_id in quarters}


# The numbers


def test_the_sums_are_those_that_the_quarter_closed_with(pages: dict[str, str], quarters: dict[str, Cycle]) -> None:
    for cycle_id, content in pages.items():
        closed, told = quarters[cycle_id].closed, table(read(content), "结清事件")
        assert closed is not None
        wanted = closed.paid_fen, closed.deferred_fen, closed.returned_fen
        assert [row[1] for row in told] == [row[2] for row in told] == [show(amount) for amount in wanted]
        assert {row[4] for row in told} == {"✓ 一致"}

    assert any(cycle.closed and cycle.closed.deferred_fen for cycle in quarters.values())
    assert any(cycle.closed and cycle.closed.returned_fen for cycle in quarters.values())


def test_every_step_of_the_waterfall_leads_to_the_sum_below_it(pages: dict[str, str]) -> None:
    for content in pages.values():
        level = 0
        for number, shown in enumerate(bars(content).values()):
            if shown.startswith("="):
                assert number == 0 or fen(shown) == level
                level = fen(shown)
            else:
                level += fen(shown)


def test_the_waterfall_tells_what_became_of_what_was_requested(pages: dict[str, str]) -> None:
    told = bars(pages[CUT])

    assert told["申请（发票价税合计）"] == "=¥10,000,000.00"
    assert told["核定"] == "=¥2,000,000.00"
    assert told["由在先批次结转"] == "+¥1,000,000.00"
    assert told["递延至后续批次"] == "−¥1,000,000.00"
    assert told["已支付"] == "=¥2,000,000.00"


def test_a_request_of_which_nothing_is_due_leaves_at_once(pages: dict[str, str]) -> None:
    assert bars(pages["bj-slq-2023-2024Q4"])["退出、不予兑付"] == "−¥5,000,000.00"


def test_the_enterprises_add_up(pages: dict[str, str], quarters: dict[str, Cycle]) -> None:
    for cycle_id, content in pages.items():
        *firms, whole = table(read(content), f"出处：cycle/{cycle_id} 序号1–")
        assert [firm[0].rpartition(" ")[2] for firm in firms] == sorted(
            {claim.uscc for claim in quarters[cycle_id].claims.values()}
        )
        for column in range(2, 10):
            assert sum(yuan(firm[column].lstrip("¥")) for firm in firms) == yuan(whole[column].lstrip("¥"))


def test_what_was_put_off_says_whose_where_to_why_and_where_it_is_written(home: Path, pages: dict[str, str]) -> None:
    (row,) = table(read(pages[CUT]), "年度限额递延或失效")
    case_id, amount, name, later, why, source = row

    assert (case_id, amount, later) == ("bj-redeem-2025-000002", "¥1,000,000.00", "bj-slq-2023-2025Q2")
    assert name == "北京示例22科技有限公司"
    assert why == "年度限额不足（BJ-3.3）"
    with closing(open_rows(str(home / "ledger.sqlite"))) as rows:
        must_be_about(rows, source, case_id)


def test_every_source_is_an_event_that_is_there(home: Path, pages: dict[str, str]) -> None:
    with closing(open_rows(str(home / "ledger.sqlite"))) as rows:
        found = [source for content in pages.values() for source in re.findall(r"\S+ 序号\d+ 位置\d+", content)]
        for source in found:
            must_be_about(rows, source, "")

    assert len(found) > 20


def must_be_about(rows: Rows, source: str, words: str) -> None:
    written = re.fullmatch(r"(?:\S+：|<\w+>)?(\S+) 序号(\d+) 位置(\d+)", source)
    assert written is not None
    stream, version, position = written.groups()
    stream = re.sub(r"^.*[>：]", "", stream)
    row = rows.before(stream, int(position) + 1)
    assert row is not None
    assert (row.version, row.position) == (int(version), int(position))
    assert words.encode() in row.state


def test_the_limit_that_bound_says_what_had_used_it(pages: dict[str, str]) -> None:
    (row,) = table(read(pages[CUT]), "2025年度每家企业限额¥2,000,000.00（BJ-3.3）")

    assert row[1:5] == ["¥2,000,000.00", "¥0.00", "¥2,000,000.00", "¥1,000,000.00"]


def test_the_year_burns_down_batch_by_batch(pages: dict[str, str]) -> None:
    *_, burn_down = drawings(pages["bj-slq-2023-2024Q4"])
    texts = [element.text for element in burn_down.iter(f"{{{SPACE}}}text")][1:]

    assert texts[::2][0] == "¥4,000,000.00"  # two enterprises
    assert texts[1::2] == ["限额合计", "2024Q1后", "2024Q2后", "2024Q3后", "2024Q4后"]
    assert texts[::2][1:] == ["¥4,000,000.00", "¥3,980,000.00", "¥2,980,000.00", "¥2,980,000.00"]


def test_the_time_to_pay_is_counted_in_days_from_the_request(pages: dict[str, str]) -> None:
    assert any("中位数98日，九成不超过98日，最长98日（1笔）" in words for words in read(pages[SECOND_QUARTER]).words)
    assert any("尚无已支付的申请" in words for words in read(pages[FIRST_QUARTER]).words)


def test_what_came_back_says_why_and_who_held_back_what_never_went_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher = desk.voucher_through_the_door()
    desk.pay_for(voucher, yuan(100_000))
    desk.pay_for(voucher, yuan(50_000), invoice=2)
    desk.freeze(FIRST_QUARTER)
    desk.order_payments(FIRST_QUARTER)
    first, second = desk.cycle(FIRST_QUARTER).outstanding()
    held = PaymentReturned(order_id=first.order_id, reason="收款账户存疑", withheld_by="he.wei")
    sent_back = PaymentReturned(order_id=second.order_id, reason="账户已销户")
    stream, version = streams.cycle(FIRST_QUARTER), desk.ledger.version(streams.cycle(FIRST_QUARTER))
    for number, event in enumerate((held, sent_back), version + 1):
        desk.ledger.append([Recorded(stream, number, Envelope(event=wrap(event)))])
    desk.ledger.close()

    rows = table(read(made(tmp_path, FIRST_QUARTER)), "退回、未予放行：2笔")

    assert [row[4] for row in rows] == ["未予放行：收款账户存疑（he.wei）", "支付退回：账户已销户"]
    assert [row[3] for row in rows] == ["无后续批次，失效"] * 2


# Moments


def test_at_a_moment_the_page_is_that_of_then_whatever_came_later(home: Path) -> None:
    then = made(home, CUT, "2025-03-30")

    assert "尚未结清：3笔申请，0笔待核定，3笔待支付" in read(then).words
    assert bars(then)["待下达支付指令"] == "−¥3,000,000.00"
    assert bars(then)["已支付"] == "=¥0.00"


def test_the_same_position_gives_the_same_bytes_however_the_ledger_has_grown(home: Path, tmp_path: Path) -> None:
    """Two years begin with the spring."""
    desk = Desk(tmp_path / "ledger.sqlite")
    a_spring(desk)
    position = desk.ledger.head()
    desk.ledger.close()

    young = made(tmp_path, SECOND_QUARTER)

    assert made(home, SECOND_QUARTER, f"@{position}") == young
    assert made(home, SECOND_QUARTER) != young
    assert f"截至账本位置{position}" in young


# Harm


def test_what_people_wrote_is_text_and_never_markup(tmp_path: Path) -> None:
    hostile = replace(BUYER, name="<script>alert(1)</script>&amp;\"'甲公司")
    desk = Desk(tmp_path / "ledger.sqlite")
    desk.pay_for(desk.voucher_through_the_door(a_contract(buyer=hostile), hostile), 10_000_000, buyer=hostile)
    desk.settle_quarter(FIRST_QUARTER)
    desk.ledger.close()

    content = made(tmp_path, FIRST_QUARTER)

    assert "script" not in read(content).tags
    assert any("<script>alert(1)</script>&amp;\"'" in words for words in read(content).words)


def test_the_page_is_whole_by_itself(pages: dict[str, str]) -> None:
    for content in pages.values():
        assert read(content).tags <= {
            "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "figure", "figcaption", "table",
            "caption", "thead", "tbody", "tr", "th", "td", "svg", "desc", "text", "line", "rect",
        }  # fmt: skip
        assert set(re.findall(r"https?://[^\"\s]+", content)) == {SPACE}
        assert "@import" not in content
        assert "url(" not in content
        assert "default-src 'none'" in content


def test_drawings_say_in_words_what_they_show(pages: dict[str, str]) -> None:
    for content in pages.values():
        for drawing in drawings(content):
            assert drawing.get("role") == "img"
            assert drawing.findtext(f"{{{SPACE}}}title")
            assert "¥" in drawing.findtext(f"{{{SPACE}}}desc", "") or "日" in drawing.findtext(f"{{{SPACE}}}desc", "")


# As a command


def test_it_says_what_it_wrote_as_of_when_and_its_digest(home: Path, tmp_path: Path, pages: dict[str, str]) -> None:
    result = run(home, CUT, "--out", str(tmp_path / "page.html"))

    digest = sha256((tmp_path / "page.html").read_bytes()).hexdigest()
    assert re.fullmatch(rf"✓ \S+page\.html　截至账本位置\d+　sha256:{digest}\n", result.output)
    assert (tmp_path / "page.html").read_text("utf-8") == pages[CUT]


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        (("bj-slq-2023-2031Q1",), 3, f"Known: {FIRST_QUARTER}"),
        ((CUT, "--at", "2024-01-01"), 3, f"{CUT} 截至业务时间2024-01-01尚未开立"),
        ((CUT, "--at", ""), 2, "is no moment"),
        ((CUT, "--at", "20250101"), 2, "a date written 2024-03-31"),
        ((CUT, "--at", "@99999"), 2, "the ledger ends at position"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_can(
    home: Path, tmp_path: Path, question: tuple[str, ...], code: int, said: str
) -> None:
    result = run(home, *question, "--out", str(tmp_path / "page.html"))

    assert (result.exit_code, (tmp_path / "page.html").exists()) == (code, False)
    assert said in result.output


def test_a_place_that_cannot_be_written_is_wrong_input(home: Path, tmp_path: Path) -> None:
    result = run(home, CUT, "--out", str(tmp_path / "nowhere" / "page.html"))

    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_a_programme_that_is_not_at_hand_leaves_the_limits_out_and_says_so(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "programmes").mkdir()
    shutil.copy(PROGRAMMES / "working-days.yaml", tmp_path / "programmes")
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(tmp_path / "programmes"))

    result = run(home, CUT, "--out", str(tmp_path / "page.html"))
    page = read((tmp_path / "page.html").read_text("utf-8"))

    assert result.exit_code == 0, result.output
    assert any("PROGRAMME_UNKNOWN" in words for words in page.words)
    assert table(page, "结清事件")[0][4] == "✓ 一致"


def test_programme_files_that_cannot_be_read_are_wrong_input(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(tmp_path))

    result = run(home, CUT, "--out", str(tmp_path / "page.html"))

    assert (result.exit_code, (tmp_path / "page.html").exists()) == (2, False)
    assert "working-days.yaml" in result.output


def test_help_teaches_with_examples(home: Path) -> None:
    assert "\n    duifu cycle page bj-slq-2023-2024Q1 --out 2024Q1.html --at @120" in run(home, "--help").output
