"""A file that came back from a bank or treasury, in whichever of our formats it is."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from exchange.payments.iso20022 import CAMT_053, PAIN_002, read_camt_053, read_pain_002
from exchange.payments.lines import Line
from exchange.payments.return_csv import read_csv
from exchange.payments.trees import Tree, read_tree
from exchange.unusable import Unusable, quoted

#: By the namespace of the document: the version is part of it.
DOCUMENTS: dict[str, tuple[str, Callable[[Tree], list[Line]]]] = {
    PAIN_002: ("pain.002.001.10", read_pain_002),
    CAMT_053: ("camt.053.001.08", read_camt_053),
}


@dataclass(frozen=True)
class Returned:
    """What a file says, and the digest that proves which file it was."""

    form: str
    sha256: str
    lines: tuple[Line, ...]


def read_returned(content: bytes) -> Returned:
    """The lines of a file, recognised by what is in it. Raises Unusable for one that cannot be read at all."""
    form, lines = _read(content)
    return Returned(form, sha256(content).hexdigest(), tuple(lines))


def _read(content: bytes) -> tuple[str, list[Line]]:
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "csv", read_csv(content)
    document = read_tree(content, "XML")
    namespace, _, tag = document.tag.rpartition("}")
    if tag != "Document" or namespace not in DOCUMENTS:
        known = "、".join(form for form, _ in DOCUMENTS.values())
        said = f"{quoted(tag)} xmlns={quoted(namespace, 80)}"
        words = f"{said} 不是认识的报文或版本；可用 {known}"
        raise Unusable(words, f"{said} is no message or version that we know; {known} are")
    form, reading = DOCUMENTS[namespace]
    return form, reading(document)
