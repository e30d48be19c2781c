"""Conservation as one picture: for each pool one bar of the authorised amount, cut into its buckets."""

from collections.abc import Iterator, Sequence

from audit.conservation.account import TITLES, Bucket
from audit.conservation.conserve import Conserved, Line
from domain.money import show
from pictures.drawing import INK, Drawing

WIDTH, LEFT, RIGHT = 1000, 30, 970
HEAD, ROW, BAR, GAP = 110, 70, 20, 50
TITLED_MIN = 46  # pixels, that the title of a bucket needs inside its part
COLOURS = {  # each with the ink that can be read on it
    Bucket.RESERVED: ("#f2c14e", INK),
    Bucket.COMMITTED: ("#4d8fc9", INK),
    Bucket.PAID: ("#1d4e7a", "#ffffff"),
    Bucket.RELEASED: ("#9a9a9a", INK),
    Bucket.RECOVERED: ("#b5432a", "#ffffff"),
    Bucket.FREE: ("#dfe7dc", INK),
}


def draw(found: Conserved, moment: str, holder: str = "") -> str:
    """The picture as SVG. `moment` says up to when; `holder` is the enterprise that it is about, if it is about one."""
    rows = [(programme, found.of(programme).lines(holder)) for programme in found.programmes]
    rows = [(programme, lines) for programme, lines in rows if lines]
    height = HEAD + sum(GAP + ROW * len(lines) for _, lines in rows) + 20
    verdict = "守恒" if found.is_conserved else f"不守恒，{len(found.breaks)}个账户有误"
    title = f"资金守恒图，截至{moment}：{verdict}"
    sheet = Drawing(WIDTH, height, title, "；".join(_described(rows)))
    sheet.text(LEFT, 36, title, 20)
    _legend(sheet)
    top = HEAD
    for programme, lines in rows:
        sheet.text(LEFT, top + 16, programme, 16)
        top += GAP
        for line in lines:
            _bar(sheet, top, line)
            top += ROW
    return sheet.as_text()


def sum_of(line: Line) -> str:
    """The equation of a pool: 限额 = 已支付 + 余额, without what is nothing."""
    parts = [f"{TITLES[bucket]}{show(line.held[bucket])}" for bucket in Bucket if line.held[bucket]]
    return f"{show(line.authorised_fen)} = {' + '.join(parts) or show(0)}"


def _described(rows: Sequence[tuple[str, Sequence[Line]]]) -> Iterator[str]:
    for programme, lines in rows:
        for line in lines:
            yield f"{programme} {line.title}：{sum_of(line)}"


def _legend(sheet: Drawing) -> None:
    for number, (bucket, (colour, _)) in enumerate(COLOURS.items()):
        sheet.box(LEFT + number * 110, 58, 24, 14, colour)
        sheet.text(LEFT + number * 110 + 30, 70, TITLES[bucket], 13)
    sheet.text(LEFT, 96, "每条横道是一笔核定金额，宽度为各部分所占比例；金额写在横道下方。", 12)


def _bar(sheet: Drawing, top: int, line: Line) -> None:
    """The parts, side by side; a part that is below nothing has no width, and its amount is told."""
    sheet.text(LEFT, top - 6, f"{line.title}（{line.accounts}个账户）", 13)
    parts = {bucket: max(0, line.held[bucket]) for bucket in Bucket}
    whole, before = max(1, sum(parts.values())), 0
    for bucket, fen in parts.items():
        x, end = (LEFT + (RIGHT - LEFT) * edge // whole for edge in (before, before + fen))
        before += fen
        if end == x:
            continue
        colour, ink = COLOURS[bucket]
        sheet.box(x, top, end - x, BAR, colour)
        if end - x >= TITLED_MIN:
            sheet.text((x + end) // 2, top + 14, TITLES[bucket], 12, "middle", ink)
    sheet.text(LEFT, top + BAR + 14, sum_of(line), 12)
