"""What is drawn is as large as what it stands for, says so in words, and holds nothing but what it was given."""

from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from pictures.charts import BAR, Bar, Column, columns, waterfall
from pictures.drawing import SPACE, Drawing
from pictures.page import Page

AMOUNTS = st.integers(0, 10**15)


def boxes(drawing: Drawing) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of each bar; the first box of a drawing is the sheet."""
    root = ElementTree.fromstring(drawing.as_text().encode())
    found = [
        [int(one.get(name, "")) for name in ("x", "y", "width", "height")] for one in root.iter(f"{{{SPACE}}}rect")
    ]
    return [(x, y, width, height) for x, y, width, height in found[1:]]


def test_a_bar_of_a_waterfall_begins_where_the_one_above_it_ended() -> None:
    whole, less, rest = boxes(
        waterfall(
            "甲",
            "乙",
            [Bar("申请", 100, "100", is_sum=True), Bar("递延", -40, "−40"), Bar("支付", 60, "60", is_sum=True)],
        )
    )

    assert whole[0] == rest[0]
    assert (less[0], less[0] + less[2]) == (rest[0] + rest[2], whole[0] + whole[2])
    assert less[2] * 100 == whole[2] * 40


def test_nothing_is_no_bar_and_a_fen_can_be_seen() -> None:
    found = boxes(
        waterfall("甲", "乙", [Bar("申请", 10**15, "", is_sum=True), Bar("递延", 0, ""), Bar("退回", -1, "")])
    )

    assert [width for _, _, width, height in found if height == BAR] == [560, 1]


@given(st.lists(AMOUNTS, min_size=1, max_size=12))
def test_columns_keep_their_order_of_size_and_stay_on_the_sheet(amounts: list[int]) -> None:
    drawing = columns("甲", "乙", [Column(str(number), amount, "") for number, amount in enumerate(amounts)])
    found = boxes(drawing)

    assert len(found) == len(amounts)
    assert all(x >= 0 and x + width <= 1000 and y >= 0 and height >= 0 for x, y, width, height in found)
    by_amount = sorted(zip(amounts, (height for *_, height in found), strict=True))
    assert [height for _, height in by_amount] == sorted(height for *_, height in found)


@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), st.booleans()), min_size=1, max_size=20))
def test_a_waterfall_stays_on_the_sheet_whatever_it_is_given(rows: list[tuple[int, bool]]) -> None:
    drawing = waterfall("甲", "乙", [Bar("", amount, "", is_sum) for amount, is_sum in rows])

    assert all(x >= 0 and width >= 1 and x + width <= 1000 for x, _, width, _ in boxes(drawing))


def all_over(text: str) -> Page:
    """A page that shows a text wherever it can."""
    page = Page(text)
    page.heading(text)
    page.say(text, text)
    page.table(text, [text], [[text]])
    page.draw(waterfall(text, text, [Bar(text, 1, text)]), text)
    return page


class Tags(HTMLParser):
    """The tags of a page, in order."""

    def __init__(self, page: Page):
        super().__init__()
        self.found: list[str] = []
        self.feed(page.as_text())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {attrs}")


@given(st.text(min_size=1))
@example("</style><script>alert(1)</script>")
@example("]]><!--&lt;")
def test_no_text_becomes_markup_or_is_obeyed(text: str) -> None:
    written = all_over(text).as_text()

    assert Tags(all_over(text)).found == Tags(all_over("x")).found
    assert {character for character in written if not character.isprintable()} <= {"\n"}
