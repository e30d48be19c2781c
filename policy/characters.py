"""Characters that a reader would not see, or that would show the file other than it is."""

import re
from collections.abc import Iterator

# Categories Cc, Cf, Zl, Zp of the Unicode Character Database but tab and line feed, and the non-characters that YAML
# excludes. A soft hyphen, a zero-width space, an override of direction (UAX 9): the eye reads one thing, we another.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001-\U000e007f\ud800-\udfff]"
)


def unseen(text: str) -> Iterator[tuple[int, str]]:
    """Where such characters are, and how each is written, such as U+202E."""
    return ((found.start(), f"U+{ord(found[0]):04X}") for found in _UNSEEN.finditer(text))


def shown(text: str) -> str:
    """The text with every such character written out (\\u202e), so that a terminal shows it and does not obey it."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def replaced(text: str) -> str:
    """The text with the replacement character in the place of each."""
    return _UNSEEN.sub("\ufffd", text)
