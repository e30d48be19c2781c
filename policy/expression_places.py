"""Where a character of a text stands in the file, however the file quotes or folds the text."""

from policy.problems import Path, Place
from policy.source import Source


def place_within(source: Source, path: Path, text: str, line: int, column: int) -> Place:
    """The place of line and column (from 1) of a text of the file; the whole text if it cannot be found.

    Between the text and the file lie quotes, escapes and line breaks that were folded into spaces.
    """
    start = source.place(path)
    wanted = sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1
    if not 0 <= wanted < len(text):
        return start
    written = "\n".join(source.lines[start.line - 1 :])[: 4 * len(text) + 4_000]
    at = start.column - 1
    if written[at : at + 1] in ("|", ">"):
        at = written.find("\n", at)
    elif written[at : at + 1] in ("'", '"'):
        at += 1
    for character in text[: wanted + 1].strip():
        found = at if character.isspace() else _next(written, at, character)
        if found < 0:
            return start
        at = found + 1 if not character.isspace() else _after_space(written, at)
    return _place(start.line, written, at - 1, _width(text, wanted))


def _next(written: str, at: int, character: str) -> int:
    """The character where it stands next; only quotes, escapes, space and breaks may be passed over."""
    while at < len(written) and written[at] != character:
        if not (written[at].isspace() or written[at] in "\"'\\"):
            return -1
        at += 1
    return at if at < len(written) else -1


def _after_space(written: str, at: int) -> int:
    while at < len(written) and written[at].isspace():
        at += 1
    return at


def _place(line: int, written: str, at: int, width: int) -> Place:
    before = written[:at]
    return Place(line + before.count("\n"), at - before.rfind("\n"), width)


def _width(text: str, at: int) -> int:
    """Of a name, its length; else one character."""
    end = at
    while end < len(text) and text[end].isascii() and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return max(1, end - at)
