"""The parts of a workbook's ZIP, without unpacking more than was agreed: whoever made the file may mean harm."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from exchange.unusable import Unusable

FILE_BYTES_MAX = 20_000_000
PARTS_MAX = 1_000
UNPACKED_BYTES_MAX = 100_000_000  # of all parts that are read
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the two of the format; others cannot be unpacked bit by bit

Attributes = dict[str, str]


class Package:
    """A ZIP whose parts are read by name; together they stay below UNPACKED_BYTES_MAX."""

    def __init__(self, content: bytes):
        """Raises Unusable for what is no ZIP."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Unusable("不是XLSX工作簿", "this is no XLSX workbook") from None
        if len(self._zip.infolist()) > PARTS_MAX:
            raise Unusable(f"工作簿的部件超过{PARTS_MAX}个", f"the workbook has more than {PARTS_MAX} parts")
        self._names = set(self._zip.namelist())
        self._left = UNPACKED_BYTES_MAX

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def part(self, name: str) -> bytes:
        """One part. Raises Unusable if it is missing, damaged, encrypted, or unpacks to too much."""
        if name not in self._names:
            raise Unusable(f"工作簿缺少部件 {name}", f"the workbook has no part {name}")
        if self._zip.getinfo(name).compress_type not in PACKINGS:
            raise Unusable(f"部件 {name} 的压缩方式不被接受", f"part {name} is packed in a way that is not taken")
        try:
            with self._zip.open(name) as opened:
                content = opened.read(self._left + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError):
            raise Unusable(f"工作簿的部件 {name} 已损坏", f"part {name} of the workbook is damaged") from None
        self._left -= len(content)
        if self._left < 0:
            most = f"{UNPACKED_BYTES_MAX:,}"
            raise Unusable(f"工作簿解压后超过{most}字节", f"the workbook unpacks to more than {most} bytes")
        return content


def read_bounded(path: Path) -> bytes:
    """A file. Raises Unusable for one that cannot be read or is larger than FILE_BYTES_MAX."""
    try:
        with path.open("rb") as opened:
            content = opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Unusable(f"{path} 无法读取", f"it cannot be read: {error.strerror}") from None
    if len(content) > FILE_BYTES_MAX:
        raise Unusable(f"文件超过{FILE_BYTES_MAX:,}字节", f"the file has more than {FILE_BYTES_MAX:,} bytes")
    return content


def walk_xml(
    name: str,
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> None:
    """Tell each element by its local name, whichever dialect of the format it is in. Raises Unusable like the next."""
    walk_namespaced(
        name,
        xml,
        lambda tag, attributes: start(tag.rpartition("}")[2], attributes),
        lambda tag: end(tag.rpartition("}")[2]),
        text,
    )


def walk_namespaced(
    name: str,
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Tell each element as `namespace}name`.

    No DTD is taken, so that nothing expands. Raises Unusable for one, and for what is no XML.
    """

    def refuse(*_: object) -> None:
        raise Unusable(f"{name} 含有DTD", f"{name} has a DTD")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unusable(f"{name} 第{error.lineno}行起不是XML", f"{name} is no XML: {error}") from None
    except Unusable:
        raise
    except (LookupError, ValueError):  # expat asks Python for an encoding that it does not know itself
        raise Unusable(
            f"{name} 的编码不被接受，请用UTF-8", f"{name} is in an encoding that is not taken; use UTF-8"
        ) from None
