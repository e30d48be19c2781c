"""A simulation as one picture: what was granted over time, by year and by district, under both sets of rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from domain.calculation import accounts
from domain.dates import add_months
from domain.evaluation.edition import Edition
from domain.refusals import Refused
from pictures.drawing import INK, Drawing
from simulation.change import NOTHING, Change, Pair
from simulation.comparison import Comparison

WIDTH, LEFT, RIGHT = 1000, 110, 970
COLOURS = ("#1f5fa8", "#c2461f")  # as it is, as it could be
PANEL, GAP, HEAD = 240, 70, 130
GROUPS_MAX = 12
OFF_THE_SHEET = 3  # a limit that is so many times higher than everything else is told in words
WAN_YUAN = 1_000_000  # fen
MONTHS_BETWEEN = (1, 2, 3, 6, 12, 24, 60, 120)

Shown = Callable[[int], str]


def draw(comparison: Comparison, before: Edition, after: Edition, names: tuple[str, str]) -> str:
    """The picture as SVG. `names` say which rules are which. A comparison without claims has no picture: ValueError."""
    if not comparison.changes:
        raise ValueError("nothing is compared")
    unit = before.programme.award.unit
    groups = [("按受理年度", comparison.granted_by_year)]
    groups += [("按注册区", _most(comparison.by_district))]
    height = HEAD + (1 + len(groups)) * (PANEL + GAP)
    sheet = Drawing(WIDTH, height, f"{before.programme.title.zh}：现行规则与模拟规则的发放金额")
    sheet.text(LEFT, 36, f"{before.programme.title.zh}：模拟比较", 20)
    for number, (words, name, colour) in enumerate(zip(("现行", "模拟"), names, COLOURS, strict=True)):
        sheet.box(LEFT, 56 + number * 22, 24, 10, colour)
        sheet.text(LEFT + 34, 66 + number * 22, f"{words}：{name}", 13)
    shown = _wan_yuan if unit == "fen" else str
    _curves(sheet, HEAD, comparison.changes, (before, after), shown, "万元" if unit == "fen" else unit)
    for number, (title, found) in enumerate(groups, 1):
        _bars(sheet, HEAD + number * (PANEL + GAP), title, found, shown, "万元" if unit == "fen" else unit)
    return sheet.as_text()


def _curves(
    sheet: Drawing, top: int, changes: Sequence[Change], editions: tuple[Edition, Edition], shown: Shown, unit: str
) -> None:
    """Granted so far, day by day."""
    by_day: dict[date, Pair] = {}
    for change in changes:
        by_day[change.counted_on] = by_day.get(change.counted_on, NOTHING) + change.granted
    days = sorted(by_day)
    so_far, reached = NOTHING, dict[date, Pair]()
    for day in days:
        so_far += by_day[day]
        reached[day] = so_far
    highest = max(so_far.before, so_far.after, 1)
    limits = [(_limit(edition, changes), colour) for edition, colour in zip(editions, COLOURS, strict=True)]
    on_sheet = [limit for limit, _ in limits if limit is not None and limit <= OFF_THE_SHEET * highest]
    most = max([highest, *on_sheet])
    sheet.text(LEFT, top, f"累计发放（{unit}，按受理日）", 14)
    _scale(sheet, top, most, shown)
    first, last = days[0] - timedelta(days=1), days[-1] + timedelta(days=1)

    def at(day: date) -> int:
        return LEFT + (RIGHT - LEFT) * (day - first).days // (last - first).days

    for day in _marks(first, last):
        sheet.line(at(day), _height(top, 0, most), at(day), _height(top, 0, most) + 5, INK)
        sheet.text(at(day), _height(top, 0, most) + 20, f"{day:%Y-%m}", 11, "middle")
    for number, colour in enumerate(COLOURS):
        values = [(day, (pair.before, pair.after)[number]) for day, pair in reached.items()]
        stairs = [(first, 0), *values, (last, values[-1][1])]
        sheet.stairs([(at(day), _height(top, value, most)) for day, value in stairs], colour)
    for number, (limit, colour) in enumerate(limits):
        if limit is not None:
            words = f"{('现行', '模拟')[number]}总限额{shown(limit)}{unit}"
            if limit in on_sheet:
                level = _height(top, limit, most)
                sheet.line(LEFT, level, RIGHT, level, colour, dashes="8 4")
            else:
                words += "（高于图中范围）"
            sheet.text(RIGHT, top - 18 + number * 16, words, 12, "end", colour)


def _limit(edition: Edition, changes: Sequence[Change]) -> int | None:
    """The limit of the whole programme, if all claims fall into one period of it."""
    programme = edition.programme
    for name, account in programme.accounts.items():
        if account.holder != "programme" or account.limit is None or account.counts == "paid":
            continue
        try:
            days = {accounts.day_of(programme, name, change.claim.facts) for change in changes}
            periods = {accounts.key_of(programme, name, changes[0].claim.facts, day).period for day in days}
            if len(periods) == 1:
                return accounts.limit(programme, name, max(days))
        except Refused:  # no limit is known for one of the days
            continue
    return None


def _bars(sheet: Drawing, top: int, title: str, found: Mapping[str, Pair], shown: Shown, unit: str) -> None:
    """Two columns for each group."""
    most = max([1, *(max(pair.before, pair.after) for pair in found.values())])
    sheet.text(LEFT, top, f"{title}（{unit}）", 14)
    _scale(sheet, top, most, shown)
    wide = (RIGHT - LEFT) // len(found)
    column = min(50, wide // 3)
    for number, (group, pair) in enumerate(found.items()):
        middle = LEFT + wide * number + wide // 2
        for x, value, colour in zip((middle - column, middle), (pair.before, pair.after), COLOURS, strict=True):
            level = _height(top, value, most)
            sheet.box(x, level, column, _height(top, 0, most) - level, colour)
        sheet.text(middle, _height(top, 0, most) + 20, group, 11, "middle")


def _most(found: Mapping[str, Pair]) -> Mapping[str, Pair]:
    """The largest groups; the others together."""
    if len(found) <= GROUPS_MAX:
        return found
    ordered = sorted(found, key=lambda group: -max(found[group].before, found[group].after))
    kept = {group: found[group] for group in ordered[: GROUPS_MAX - 1]}
    others = [found[group] for group in ordered[GROUPS_MAX - 1 :]]
    return {**kept, f"其他{len(others)}个": sum(others, NOTHING)}


def _scale(sheet: Drawing, top: int, most: int, shown: Shown) -> None:
    """Level lines at round amounts."""
    step = next(step for step in _steps() if most // step < 6)
    for value in range(0, most + 1, step):
        level = _height(top, value, most)
        sheet.line(LEFT, level, RIGHT, level)
        sheet.text(LEFT - 8, level + 4, shown(value), 11, "end")


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, …"""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _height(top: int, value: int, most: int) -> int:
    """Where an amount lies on the sheet."""
    return top + 20 + (PANEL - 20) * (most - value) // most


def _marks(first: date, last: date) -> Iterator[date]:
    """Firsts of months between two days, ten at most."""
    months = (last.year - first.year) * 12 + last.month - first.month
    every = next((every for every in MONTHS_BETWEEN if months // every <= 10), MONTHS_BETWEEN[-1])
    day = first.replace(day=1)
    while day <= last:
        if day >= first:
            yield day
        day = add_months(day, every)


def _wan_yuan(fen: int) -> str:
    """Ten thousands of yuan, exact."""
    whole, rest = divmod(fen, WAN_YUAN)
    return f"{whole:,}" + (f".{rest:06d}".rstrip("0") if rest else "")
