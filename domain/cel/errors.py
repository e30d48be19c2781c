"""What is wrong with an expression, in plain words, and where in its text."""

import re
from collections.abc import Sequence
from typing import Any, Self

from google.protobuf import descriptor_pool

from domain.cel.functions import LOOKUPS, REMEMBERED, SIGNATURES, wrong_pattern
from domain.cel.text import COMPREHENSIONS, FAMILIES, Call, Scanned, Token
from domain.format.programme import Programme

NESTED_MAX = 2
_COMPILER = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")


class RuleBroken(ValueError):
    """An expression of a programme file does not compile, or failed on facts it should have handled."""


class ExpressionBroken(ValueError):
    """An expression that cannot be used.

    `message` and `message_zh` say why, `line` and `column` (from 1, in characters) where in its text. `unknown` is a
    name that is not known there and `known` are those that are.
    """

    def __init__(
        self,
        message: str,
        message_zh: str,
        place: tuple[int, int] = (1, 1),
        unknown: str = "",
        known: Sequence[str] = (),
    ):
        self.message, self.message_zh = message, message_zh
        self.line, self.column = place
        self.unknown, self.known = unknown, tuple(known)
        super().__init__(f"{message} (line {self.line}, column {self.column} of the expression)")

    @classmethod
    def too_deep(cls) -> Self:
        """Brackets or operators nest deeper than the compiler allows."""
        return cls(
            "it nests too deeply; use fewer brackets, or split it over several conditions or steps",
            "嵌套过深；请减少括号，或拆分为多个条件或步骤",
        )

    @classmethod
    def gives(cls, gives: str, wanted: str) -> Self:
        """The value is of another type than the key needs."""
        given = gives.lower().replace("list<", "list of ").replace(">", "").replace("duifu.v1.", "")
        return cls(f"it gives {given}, but must give {wanted}", f"结果类型为 {given}，应为 {wanted}")


def refuse_text(scanned: Scanned, programme: Programme, roots: frozenset[str]) -> None:
    """Refuse what the compiler would let pass. Raises ExpressionBroken.

    Floating point is not exact; an element named like a fact hides it; more than two comprehensions inside one another
    could take for ever; a table or column that does not exist, or a pattern that is none, would be found only when it
    is used.
    """
    for token in scanned.tokens:
        if token.kind == "float" or (token.kind == "name" and token.text == "double"):
            raise _at(
                scanned,
                token,
                "floating point numbers are not exact; use whole fen, and a rate in a step",
                "浮点数不精确；金额用整数分，比例在计算步骤中使用",
            )
    for token in scanned.bound_names():
        if token.text in roots - {"line"} | FAMILIES:
            raise _at(
                scanned,
                token,
                f"{token.text} is the name of a fact; call the element something else",
                f"{token.text} 是事实的名称；请给列表元素另取名称",
            )
    depth, innermost = scanned.deepest_comprehension()
    if depth > NESTED_MAX and innermost is not None:
        raise _at(
            scanned,
            innermost,
            f"{depth} comprehensions ({', '.join(sorted(COMPREHENSIONS))}) inside one another; at most {NESTED_MAX}, "
            "because each multiplies the time it takes",
            f"列表遍历嵌套{depth}层，最多{NESTED_MAX}层：每多一层，耗时成倍增加",
        )
    for call in scanned.calls:
        if call.name.text in LOOKUPS and not call.is_macro:
            _must_look_into_what_exists(scanned, call, programme)
        if call.name.text == "matches":
            _must_be_a_pattern(scanned, call)


def refused_by_compiler(
    report: str, scanned: Scanned, programme: Programme, variables: Sequence[str]
) -> ExpressionBroken:
    """The compiler's first complaint in plain words."""
    found = _COMPILER.search(report)
    if not found or int(found[1]) < 1:
        return ExpressionBroken.too_deep()
    line, column, said = int(found[1]), int(found[2]), found[3].strip().replace(f"'{REMEMBERED}'", "'matches'")
    if unknown := re.match(r"undeclared reference to '([^']+)'", said):
        return _undeclared(unknown[1], (line, column), scanned, programme, variables)
    if field := re.match(r"undefined field '([^']+)' not found in struct '([^']+)'", said):
        known = [f.name for f in descriptor_pool.Default().FindMessageTypeByName(field[2]).fields]
        of = field[2].removeprefix("duifu.v1.")
        return ExpressionBroken(
            f"{of} has no field {field[1]}", f"{of} 没有字段 {field[1]}", (line, column + 1), field[1], known
        )
    if overload := re.match(r"found no matching overload for '([^']+)' applied to '([^']*)'", said):
        operator = overload[1].strip("_").replace("_", " ") or overload[1]
        return ExpressionBroken(
            f"{operator} does not work on {overload[2]}", f"{operator} 不能用于 {overload[2]}", (line, column)
        )
    if said.startswith("Syntax error"):
        what = re.sub(r" expecting \{.*", "", said.removeprefix("Syntax error: ")).replace("<EOF>", "the end")
        return ExpressionBroken(f"it cannot be read: {what}", f"语法错误：{what}", (line, column))
    return ExpressionBroken(said, f"无法编译：{said}", (line, column))


def _undeclared(
    name: str, place: tuple[int, int], scanned: Scanned, programme: Programme, variables: Sequence[str]
) -> ExpressionBroken:
    family, _, short = name.partition(".")
    token = next((c[0] for c in scanned.chains if ".".join(t.text for t in c).startswith(name)), None)
    place = scanned.place(token.start) if token is not None else place
    if family == "parameter" and short in programme.parameters:
        return ExpressionBroken(
            f"{name} is a ratio; expressions have whole numbers only. Apply it in a step: multiply by {short}",
            f"{name} 是比例；表达式只用整数，请在计算步骤中使用（multiply，by: {short}）",
            place,
        )
    called = next((c.name for c in scanned.calls if c.name.text == name), None)
    if called is not None and token is None:
        return ExpressionBroken(
            f"there is no function {name}", f"没有函数 {name}", scanned.place(called.start), name, tuple(SIGNATURES)
        )
    return ExpressionBroken(f"there is no {name}", f"没有 {name}", place, name, variables)


def _must_look_into_what_exists(scanned: Scanned, call: Call, programme: Programme) -> None:
    named = call.literal(0)
    if named is None:
        return
    table = programme.tables.get(_quoted(named))
    if table is None:
        name = _quoted(named)
        raise _at(scanned, named, f"there is no table {name}", f"没有表 {name}", name, tuple(programme.tables))
    at = LOOKUPS[call.name.text]
    column = call.literal(at) if at is not None else None
    if column is None:
        return
    name = _quoted(column)
    if name not in table.columns:
        raise _at(
            scanned,
            column,
            f"table {_quoted(named)} has no column {name}",
            f"表 {_quoted(named)} 没有列 {name}",
            name,
            tuple(table.columns),
        )
    if (table.columns[name] == "text") != (call.name.text == "word"):
        right = "word" if table.columns[name] == "text" else "number"
        raise _at(
            scanned,
            call.name,
            f"column {name} is a {table.columns[name]}; use {right}(...)",
            f"列 {name} 的类型是 {table.columns[name]}；请用 {right}(...)",
        )


def _must_be_a_pattern(scanned: Scanned, call: Call) -> None:
    pattern = call.literal(0 if call.is_macro else 1)
    wrong = wrong_pattern(pattern.text) if pattern is not None else ""
    if pattern is not None and wrong:
        raise _at(
            scanned,
            pattern,
            f"the pattern is no regular expression (RE2): {wrong}",
            f"正则表达式（RE2）不成立：{wrong}",
        )


def _quoted(token: Token) -> str:
    return token.text.lstrip("rRbB").strip("\"'")


def _at(scanned: Scanned, token: Token, *message: Any) -> ExpressionBroken:
    text, text_zh, *names = message
    return ExpressionBroken(text, text_zh, scanned.place(token.start), *names)
