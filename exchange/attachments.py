"""A folder of documents that came with a file: found by name, known by digest, never opened by a name that was sent."""

import os
import unicodedata
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

from exchange.unusable import Unusable, quoted

FILES_MAX = 20_000
#: In JSON: the name of a file, beside the digest that it must have.
ATTACHMENT = "attachment"


@dataclass
class Attachments:
    """The files of a folder by their names in it, "甲公司/营业执照.pdf", and which of them were named."""

    files: dict[str, Path] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    stated: set[str] = field(default_factory=set)  # digests that were said without a name

    def digest(self, name: str) -> str:
        """SHA-256 of a named file, 64 hexadecimal digits. Raises Unusable for a name that is not in the folder."""
        return _digest(name, self._path(name))

    def size_bytes(self, name: str) -> int:
        """The size of a named file. Raises Unusable like `digest`."""
        return self._path(name).stat().st_size

    def unnamed(self) -> list[str]:
        """The files that nothing named, nor stated by their digest, in order."""
        left = sorted(self.files.keys() - self.named)
        return [name for name in left if _digest(name, self.files[name]) not in self.stated]

    def _path(self, name: str) -> Path:
        key = _normal(name)
        if key not in self.files:
            words = f"附件文件夹中没有 {quoted(name)}（不接受链接和文件夹以外的文件）"
            raise Unusable(words, f"there is no attachment {quoted(name)}; links, and files outside, are not taken")
        self.named.add(key)
        return self.files[key]


def found_in(folder: Path | None, besides: Path | None = None) -> Attachments:
    """What lies in a folder and below, `besides` the file that names it. Links are passed over.

    Raises Unusable for more than FILES_MAX files.
    """
    found = Attachments()
    for place, _, names in os.walk(folder) if folder else ():
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and not (besides and path.samefile(besides)):
                assert folder is not None
                found.files[_normal(path.relative_to(folder).as_posix())] = path
        if len(found.files) > FILES_MAX:
            raise Unusable(f"附件超过{FILES_MAX}个", f"there are more than {FILES_MAX} attachments")
    return found


def _digest(name: str, path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise Unusable(f"附件 {quoted(name)} 无法读取", f"the attachment cannot be read: {error.strerror}") from None


def _normal(name: str) -> str:
    """One spelling: some systems write an accent as a character of its own."""
    return unicodedata.normalize("NFC", name.strip())
