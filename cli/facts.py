"""Facts from a file that somebody wrote: JSON or YAML into a message, or a clear no."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from google.protobuf import json_format
from google.protobuf.message import Message

from cli.output import WrongInput

M = TypeVar("M", bound=Message)

CHARACTERS_MAX = 2_000_000
NESTING_MAX = 40


def read_facts(path: str, message: M) -> M:
    """Fill a message from a JSON or YAML file, "-" for standard input. Raises WrongInput naming what is wrong."""
    text = _text(path)
    try:
        content = _content(text)
        if not content:
            raise ValueError("文件没有内容，请参照 docs/examples 填写已知的事实 / it is empty; see docs/examples")
        json_format.ParseDict(content, message)
    except (yaml.YAMLError, json_format.ParseError, ValueError) as error:
        form = message.DESCRIPTOR.full_name
        raise WrongInput(f"{path} 不是可用的事实文件 / is no file of {form}：{error}") from None
    return message


def _text(path: str) -> str:
    try:
        text = sys.stdin.read(CHARACTERS_MAX + 1) if path == "-" else Path(path).read_text("utf-8")
    except UnicodeDecodeError as error:
        where = f"{error.reason} at byte {error.start}"
        raise WrongInput(f"{path} 不是UTF-8编码的文字 / is not text in UTF-8: {where}") from None
    except OSError as error:
        raise WrongInput(f"{path} 无法读取 / cannot be read: {error.strerror}") from None
    if len(text) > CHARACTERS_MAX:
        raise WrongInput(f"{path} 超过{CHARACTERS_MAX}个字符 / has more than {CHARACTERS_MAX} characters")
    return text


def _content(text: str) -> Any:
    """What the one document of the text says, read in one pass; None of an empty text. Raises ValueError, YAMLError."""
    events = yaml.parse(text, yaml.CSafeLoader)
    content, documents = None, 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise ValueError(_at(event, "只能有一个文件内容，请去掉 ---", "a second document; leave --- out"))
            content = _value(next(events), events, 0)
    return content


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
    """A value and everything in it: no references, which multiply what they name, no key twice, no needless depth.

    Scalars are read as written: a date stays text, an invoice number keeps its leading zeros.
    """
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise ValueError(_at(event, "请把内容写全，不使用 & 和 *", "write the value out; & and * are not taken"))
    if depth >= NESTING_MAX and isinstance(event, yaml.CollectionStartEvent):
        raise ValueError(_at(event, f"嵌套超过{NESTING_MAX}层", f"nested more than {NESTING_MAX} deep"))
    match event:
        case yaml.SequenceStartEvent():
            return [_value(inner, events, depth + 1) for inner in _until(yaml.SequenceEndEvent, events)]
        case yaml.MappingStartEvent():
            return _mapping(event, events, depth)
        case yaml.ScalarEvent(value="true" | "false" as truth):
            return truth == "true"  # protobuf JSON takes numbers as text, but not truth
    assert isinstance(event, yaml.ScalarEvent)
    return event.value


def _mapping(start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    said: set[str] = set()
    for key in _until(yaml.MappingEndEvent, events):
        if not isinstance(key, yaml.ScalarEvent):
            raise ValueError(_at(key, "字段名须为文字", "the name of a field is a text"))
        name = _json_name(key.value)  # protobuf JSON takes a field by two names, received_on and receivedOn
        if name in said:
            raise ValueError(_at(start, f"{name} 写了两次，请只写一次", f"{name} is said twice; say it once"))
        said.add(name)
        found[key.value] = _value(next(events), events, depth + 1)
    return found


def _until(end: type[yaml.Event], events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """The beginnings of the parts of a collection, up to its end."""
    while not isinstance(event := next(events), end):
        yield event


def _json_name(key: str) -> str:
    return re.sub("_([a-z0-9])", lambda found: found[1].upper(), key)


def _at(event: yaml.Event, zh: str, en: str) -> str:
    line = event.start_mark.line + 1 if event.start_mark else 1
    return f"第{line}行：{zh} / line {line}: {en}"
