"""JSON that somebody sent: every key once, whole numbers only, and not nested for ever."""

import json
from typing import Any, NoReturn

from exchange.unusable import Unusable, quoted

NESTING_MAX = 40


def read_json(content: bytes) -> Any:
    """What the file says. Raises Unusable naming what is wrong."""
    try:
        found = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_once, parse_float=_whole, parse_constant=_whole
        )
    except UnicodeDecodeError as error:
        raise Unusable("不是UTF-8编码的文字", f"not text in UTF-8: {error.reason} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unusable(f"第{error.lineno}行第{error.colno}列不是JSON", f"no JSON at {where}: {error.msg}") from None
    except RecursionError:
        raise Unusable("嵌套过深", "nested too deep") from None
    except ValueError as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("数字过长", "a number is too long") from None
    _must_be_flat(found, NESTING_MAX)
    return found


def _must_be_flat(content: Any, deepest: int) -> None:
    if isinstance(content, dict | list):
        if not deepest:
            raise Unusable(f"嵌套超过{NESTING_MAX}层", f"nested more than {NESTING_MAX} deep")
        for inner in content.values() if isinstance(content, dict) else content:
            _must_be_flat(inner, deepest - 1)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise Unusable(f"{quoted(key)} 写了两次", f"{quoted(key)} is said twice")
        seen.add(key)
    return dict(pairs)


def _whole(text: str) -> NoReturn:
    raise Unusable(f"{quoted(text)} 不是整数；金额以分为单位", f"{quoted(text)} is no whole number; amounts are in fen")
