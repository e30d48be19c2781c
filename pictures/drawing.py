"""A drawing in SVG: whole numbers, no script, no font and no picture from elsewhere; the same input, the same bytes."""

from collections.abc import Iterable
from xml.etree import ElementTree

FONTS = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
INK, PALE = "#222222", "#dddddd"
SPACE = "http://www.w3.org/2000/svg"


class Drawing:
    """A white sheet; positions are pixels from its upper left corner."""

    def __init__(self, width: int, height: int, title: str, description: str = ""):
        """`title` is what is read out instead of the drawing, with the `description` if there is one."""
        size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
        self.element = ElementTree.Element("svg", {"xmlns": SPACE, "role": "img", "font-family": FONTS, **size})
        self._add("title").text = printable(title)
        if description:
            self._add("desc").text = printable(description)
        self.box(0, 0, width, height, "#ffffff")

    def text(self, x: int, y: int, words: str, size: int = 12, anchor: str = "start", colour: str = INK) -> None:
        """Words whose base line begins, is centred or ends at a point."""
        place = {"x": str(x), "y": str(y), "font-size": str(size), "text-anchor": anchor, "fill": colour}
        self._add("text", place).text = printable(words)

    def line(self, x: int, y: int, to_x: int, to_y: int, colour: str = PALE, dashes: str = "") -> None:
        """A straight line."""
        place = {"x1": str(x), "y1": str(y), "x2": str(to_x), "y2": str(to_y), "stroke": colour}
        self._add("line", {**place, **({"stroke-dasharray": dashes} if dashes else {})})

    def stairs(self, points: Iterable[tuple[int, int]], colour: str) -> None:
        """A line that stays level up to the next point, then jumps to it."""
        path = ""
        for x, y in points:
            path += f"H{x}V{y}" if path else f"M{x} {y}"
        self._add("path", {"d": path, "fill": "none", "stroke": colour, "stroke-width": "2"})

    def box(self, x: int, y: int, width: int, height: int, colour: str) -> None:
        """A filled rectangle."""
        place = {"x": str(x), "y": str(y), "width": str(width), "height": str(height), "fill": colour}
        self._add("rect", place)

    def as_text(self) -> str:
        """The whole file."""
        ElementTree.indent(self.element)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(self.element, encoding="unicode")}\n'

    def _add(self, tag: str, attributes: dict[str, str] | None = None) -> ElementTree.Element:
        return ElementTree.SubElement(self.element, tag, attributes or {})


def printable(words: str) -> str:
    """Without the characters that XML has no place for."""
    return "".join(character if character.isprintable() else " " for character in words)
