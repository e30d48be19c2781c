"""How a value, its kind and its limits are put into words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy.problem_texts import Words

SHORT_CHARACTERS = 60

_LIMITS: dict[str, Words] = {
    "gt": {"zh": "大于{0}", "en": "more than {0}"},
    "ge": {"zh": "不小于{0}", "en": "at least {0}"},
    "lt": {"zh": "小于{0}", "en": "less than {0}"},
    "le": {"zh": "不大于{0}", "en": "at most {0}"},
    "multiple_of": {"zh": "是{0}的倍数", "en": "a multiple of {0}"},
    "min_length": {"zh": "至少{0}", "en": "at least {0}"},
    "max_length": {"zh": "至多{0}", "en": "at most {0}"},
}
_ADVICE: dict[str, Words] = {
    "quote": {"zh": '请加引号："{0}"。', "en": 'Quote it: "{0}".'},
    "unquote": {"zh": "请去掉引号：{0}。", "en": "Take the quotation marks away: {0}."},
    "date": {"zh": "请写作 2024-03-31，不加引号。", "en": "Write 2024-03-31, without quotation marks."},
    "list": {"zh": "请用方括号：[{0}]。", "en": "Put it in brackets: [{0}]."},
    "mapping": {"zh": "请在下面各行写“键: 值”，缩进两格。", "en": "Write key: value on the lines below, indented."},
    "otherwise": {"zh": "请改为此处要求的内容。", "en": "Write what the place takes."},
}


def kind(value: Any) -> str:
    """What a value of a file is: a key of KINDS."""
    match value:
        case bool():
            return "boolean"
        case str():
            return "text"
        case int():
            return "integer"
        case date():
            return "date"
        case list():
            return "list"
        case dict():
            return "mapping"
    return "other"


def short(value: Any) -> str:
    """A value as it stands in a sentence; of a list or mapping, that it is one."""
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return "[…]" if value else "[]"
        case dict():
            return "{…}" if value else "{}"
    text = str(value) or '""'
    return text if len(text) <= SHORT_CHARACTERS else f"{text[:SHORT_CHARACTERS]}…"


def way(given: str, expected: str, written: Any) -> Words:
    """How to turn what was given into what is expected; both are keys of KINDS."""
    advice = "otherwise"
    match given, expected:
        case (("integer" | "boolean" | "date"), "text"):
            advice = "quote"
        case "text", "date":
            advice = "unquote" if _is_date(written) else "date"
        case "text", "integer" if written.isdecimal():
            advice = "unquote"
        case "text", "boolean" if written in ("true", "false"):
            advice = "unquote"
        case _, "date":
            advice = "date"
        case (("text" | "integer" | "boolean" | "date"), "list"):
            advice = "list"
        case _, "mapping":
            advice = "mapping"
    return {language: text.format(short(written)) for language, text in _ADVICE[advice].items()}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def limit(context: Mapping[str, Any]) -> Words:
    """The limits of pydantic's context, in words."""
    limits = {name: words for name, words in _LIMITS.items() if name in context}
    return {
        language: (", " if language == "en" else "，").join(w[language].format(context[n]) for n, w in limits.items())
        for language in ("zh", "en")
    }
