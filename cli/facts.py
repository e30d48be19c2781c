"""Facts from a file that somebody wrote: JSON or YAML into a message, or a clear no."""

import re
import sys
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
        _must_be_plain(text)
        # Scalars are read as written: a date stays text, an invoice number keeps its leading zeros.
        content = yaml.load(text, yaml.BaseLoader)  # noqa: S506 (the base loader builds only text, lists and dicts)
        if not content:
            raise ValueError("it is empty; write what is known, as in docs/examples")
        json_format.ParseDict(_typed(content), message)
    except (yaml.YAMLError, json_format.ParseError, ValueError) as error:
        raise WrongInput(f"{path} is not a {message.DESCRIPTOR.full_name}: {error}") from None
    return message


def _text(path: str) -> str:
    try:
        text = sys.stdin.read(CHARACTERS_MAX + 1) if path == "-" else Path(path).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise WrongInput(f"{path} is not text in UTF-8: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise WrongInput(f"{path} cannot be read: {error.strerror}") from None
    if len(text) > CHARACTERS_MAX:
        raise WrongInput(f"{path} has more than {CHARACTERS_MAX} characters")
    return text


def _must_be_plain(text: str) -> None:
    """No references, which multiply what they name, no key twice, no needless depth. Raises ValueError."""
    depth = 0
    for event in yaml.parse(text, yaml.BaseLoader):
        where = _line(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ValueError(f"{where}: write the value out; & and * are not taken")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > NESTING_MAX:
            raise ValueError(f"{where}: nested more than {NESTING_MAX} deep")
    _must_have_each_key_once(yaml.compose(text, yaml.BaseLoader))


def _must_have_each_key_once(root: yaml.Node | None) -> None:
    nodes = [root] if root else []
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            # Protobuf JSON takes a field by two names, received_on and receivedOn.
            keys = [_json_name(key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if twice := {key for key in keys if keys.count(key) > 1}:
                raise ValueError(f"{_line(node.start_mark)}: {', '.join(sorted(twice))} is said twice; say it once")
            nodes += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value


def _json_name(key: str) -> str:
    return re.sub("_([a-z0-9])", lambda found: found[1].upper(), key)


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}" if mark else "somewhere"


def _typed(content: Any) -> Any:
    """Give booleans back their type: protobuf JSON takes numbers as text, but not truth."""
    match content:
        case dict():
            return {key: _typed(value) for key, value in content.items()}
        case list():
            return [_typed(value) for value in content]
        case "true" | "false":
            return content == "true"
    return content
