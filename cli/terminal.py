"""What a terminal would obey is shown instead: texts out of a ledger may hold anything."""

import re
import unicodedata
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# C0 but tab and newline, DEL and C1 (ECMA-48), and what turns the direction of writing (Unicode Standard Annex 9).
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """The text with each control character as \\u and four digits; JSON with such escapes means the same as before."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # general categories of the Unicode Standard, 4.5


def one_line(text: str) -> str:
    """The text with everything that breaks a line or cannot be seen as \\u and its digits: no value forges a line."""
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _UNSEEN else character for character in text
    )


class HarmlessConsole(Console):
    """A console that writes no control character but its own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See Console; segments with `control` are its own, such as those that move a progress bar."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)
