"""One page in HTML that is whole by itself: no script, nothing fetched; the same input, the same bytes."""

from collections.abc import Sequence
from xml.etree import ElementTree

from pictures.drawing import FONTS, Drawing, printable

#: Nothing may run or be fetched, whatever stands in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = f"""
body {{ font-family: {FONTS}; color: #222; max-width: 1200px; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1em 0; width: 100%; font-size: 14px; }}
caption, figcaption, .source {{ text-align: left; color: #555; font-size: 12px; }}
th, td {{ border-bottom: 1px solid #ddd; padding: 4px 8px; text-align: left; vertical-align: top; }}
.amount {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
tr.sum td {{ font-weight: bold; border-top: 2px solid #222; }}
figure {{ margin: 1em 0; }}
svg {{ max-width: 100%; height: auto; }}
"""


class Page:
    """A page that grows downwards. Texts are shown as they are given: nothing in them is markup."""

    def __init__(self, title: str, lang: str = "zh-CN"):
        """`title` heads the page and its window."""
        self._root = ElementTree.Element("html", {"lang": lang})
        head = ElementTree.SubElement(self._root, "head")
        ElementTree.SubElement(head, "meta", {"charset": "utf-8"})
        ElementTree.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": POLICY})
        ElementTree.SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
        ElementTree.SubElement(head, "title").text = printable(title)
        ElementTree.SubElement(head, "style").text = STYLE
        self._main = ElementTree.SubElement(ElementTree.SubElement(self._root, "body"), "main")
        self._put(self._main, "h1", title)

    def heading(self, words: str) -> None:
        """Begins a section."""
        self._put(self._main, "h2", words)

    def say(self, words: str, source: str = "") -> None:
        """A paragraph, and in small print where it comes from."""
        self._put(self._main, "p", words)
        if source:
            self._put(self._main, "p", source, {"class": "source"})

    def draw(self, drawing: Drawing, source: str) -> None:
        """A drawing, with where its numbers come from."""
        figure = ElementTree.SubElement(self._main, "figure")
        figure.append(drawing.element)
        self._put(figure, "figcaption", source)

    def table(
        self,
        source: str,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        amounts: int = 0,
        *,
        has_sum: bool = False,
    ) -> None:
        """A table, with where its numbers come from. After the first column `amounts` columns are numbers.

        With `has_sum` the last row is the sum of the others.
        """
        table = ElementTree.SubElement(self._main, "table")
        self._put(table, "caption", source)
        first = ElementTree.SubElement(ElementTree.SubElement(table, "thead"), "tr")
        for number, words in enumerate(head):
            self._put(first, "th", words, {"scope": "col"} | _kind(number, amounts))
        body = ElementTree.SubElement(table, "tbody")
        for row in rows:
            is_sum = has_sum and row is rows[-1]
            line = ElementTree.SubElement(body, "tr", {"class": "sum"} if is_sum else {})
            for number, words in enumerate(row):
                self._put(line, "td", words, _kind(number, amounts))

    def as_text(self) -> str:
        """The whole file."""
        ElementTree.indent(self._root)
        return f"<!DOCTYPE html>\n{ElementTree.tostring(self._root, encoding='unicode', method='html')}\n"

    def _put(self, parent: ElementTree.Element, tag: str, words: str, attributes: dict[str, str] | None = None) -> None:
        ElementTree.SubElement(parent, tag, attributes or {}).text = printable(words)


def _kind(number: int, amounts: int) -> dict[str, str]:
    return {"class": "amount"} if 0 < number <= amounts else {}
