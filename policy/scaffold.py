"""A first programme file: complete, small, with comments that teach; written once and never over another."""

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

from domain.dates import Quarter
from domain.format.programme import Programme
from policy.characters import shown
from policy.schema import as_text
from policy.working_days import FILE as WORKING_DAYS

KINDS = ("voucher", "grant")
TEMPLATES = Path(__file__).parent / "templates"
SCHEMA = "programme.schema.json"  # the first line of a file names it
PREFIX_MOST = 12


class NotWritten(ValueError):
    """A file cannot be scaffolded: says why in words."""


@dataclass(frozen=True)
class Draft:
    """What is known of a programme before its file is written. `code` is the six digits of GB/T 2260."""

    programme_id: str
    city: str
    title: str
    starts_on: date
    kind: str = "voucher"
    code: str = "000000"

    @property
    def file(self) -> Path:
        """Where it belongs in a folder of programmes."""
        return Path(self.programme_id.split("-")[0]) / f"{self.programme_id}-{self.starts_on.year}.yaml"


def text(draft: Draft, taken: Iterable[str] = ()) -> str:
    """The file. `taken` are the case prefixes of other programmes. Raises NotWritten for what no file can hold."""
    if not re.fullmatch("[a-z][a-z0-9-]{0,39}", draft.programme_id):
        raise NotWritten(f"{draft.programme_id}：标识由小写字母、数字和连字符组成，以字母开头，至多40个字符")
    if not re.fullmatch("[0-9]{6}", draft.code):
        raise NotWritten(f"{draft.code}：行政区划代码是六位数字（GB/T 2260）")
    for words in (draft.city, draft.title):
        if not words.strip() or shown(words) != words or "\n" in words:
            raise NotWritten(f"{shown(words)!r}：城市和名称须是一行可见的文字")
    if draft.starts_on.year > date.max.year - 4:
        raise NotWritten(f"{draft.starts_on}：起始日期过晚")
    last = date(draft.starts_on.year + 1, 12, 31)
    prefix = _prefix(draft.programme_id, frozenset(taken))
    blanks = {
        "id": draft.programme_id,
        "title": _quoted(draft.title),
        "title_document": _quoted(f"{draft.title}实施方案"),
        "city": _quoted(draft.city),
        "authority": _quoted(f"{draft.city}经济和信息化局"),
        "code": draft.code,
        "province": f"{draft.code[:2]}0000",
        "prefix": prefix,
        "PREFIX": prefix.upper(),
        "from": str(draft.starts_on),
        "through": str(last),
        "after": str(date(last.year + 1, 12, 31)),
        "last_quarter": str(Quarter(last.year + 1, 1)),
    }
    return Template((TEMPLATES / f"{draft.kind}.yaml").read_text("utf-8")).substitute(blanks)


def write(draft: Draft, folder: Path, taken: Iterable[str], working_days: Path) -> Path:
    """Write the file into a folder of programmes, with calendar and schema if it has none; returns where it is.

    Raises NotWritten if there is such a file already.
    """
    path, content = folder / draft.file, text(draft, taken)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise NotWritten(f"{path} 已经存在，未作改动；改政策时请另写一个版本的文件") from None
    if not (folder / WORKING_DAYS).exists():
        shutil.copyfile(working_days, folder / WORKING_DAYS)
    if not (folder / SCHEMA).exists():
        (folder / SCHEMA).write_text(as_text(Programme), "utf-8")
    return path


def _prefix(programme_id: str, taken: frozenset[str]) -> str:
    """The first part of the id that no other programme has as its prefix."""
    letters = programme_id.replace("-", "")
    first = programme_id.split("-")[0]
    candidates = [first[:PREFIX_MOST], *(letters[:length] for length in range(2, PREFIX_MOST + 1))]
    free = [one for one in candidates if one not in taken]
    if not free:
        raise NotWritten(f"{programme_id}：由它得出的办件前缀都已被其他项目使用，请改用别的标识")
    return free[0]


def _quoted(words: str) -> str:
    """As YAML reads it back, whatever it holds."""
    return json.dumps(words, ensure_ascii=False)
