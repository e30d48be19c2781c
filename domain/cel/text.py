"""What the text of an expression says before it is compiled: the facts it reads, and what it must not do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

#: Macros that look at every element of a list. Each inside another multiplies the work.
COMPREHENSIONS = frozenset({"all", "exists", "exists_one", "filter", "map"})
#: Names before the dot of a typed variable, "parameter.cap_fen".
FAMILIES = frozenset({"parameter", "window", "fact"})

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<float>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?!0x)[0-9]+[eE][+-]?[0-9]+)
    |(?P<number>0x[0-9a-fA-F]+u?|[0-9]+u?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<other>[\s\S])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, sign, number or quoted text, and where it begins."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function or macro, and its arguments as tokens."""

    name: Token
    arguments: tuple[tuple[Token, ...], ...]
    is_macro: bool  # called on something, "list.exists(...)"

    def literal(self, argument: int) -> Token | None:
        """A quoted text standing alone as an argument."""
        if argument < len(self.arguments) and len(self.arguments[argument]) == 1:
            (token,) = self.arguments[argument]
            return token if token.kind == "text" else None
        return None


@dataclass(frozen=True)
class Scanned:
    """A text cut into tokens."""

    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Without spaces and comments. What is no token at all is left to the compiler's message."""
        found = (Token(str(m.lastgroup), m.group(), m.start()) for m in _TOKEN.finditer(self.text))
        return tuple(token for token in found if token.kind != "space")

    @cached_property
    def chains(self) -> tuple[tuple[Token, ...], ...]:
        """Names joined by dots, "application.contract.signed_on", without a function or macro at the end."""
        chains = []
        at = 0
        while at < len(self.tokens):
            if self.tokens[at].kind != "name" or self._continues(at):
                at += 1
                continue
            end = at + 1
            while end + 1 < len(self.tokens) and self.tokens[end].text == "." and self.tokens[end + 1].kind == "name":
                end += 2
            names = self.tokens[at:end:2]
            is_call = end < len(self.tokens) and self.tokens[end].text == "("
            if kept := names[:-1] if is_call else names:
                chains.append(kept)
            at = end
        return tuple(chains)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every function and macro with its arguments, outermost first."""
        return tuple(self._calls())

    def paths(self, roots: frozenset[str]) -> tuple[str, ...]:
        """The longest dotted paths that begin at one of `roots`, each once, in the order of the text."""
        found = (".".join(token.text for token in chain) for chain in self.chains if chain[0].text in roots)
        return tuple(dict.fromkeys(found))

    def calling(self, name: str, instead: str) -> str:
        """The text with another function of the same length called instead."""
        text = self.text
        for call in self.calls:
            if call.name.text == name:
                text = text[: call.name.start] + instead + text[call.name.start + len(name) :]
        return text

    def replacing(self, literals: Mapping[str, str]) -> str:
        """The text with a value instead of each of these names."""
        pieces, end = [], 0
        for chain in self.chains:
            literal = literals.get(".".join(token.text for token in chain))
            if literal is not None:
                pieces += [self.text[end : chain[0].start], literal]
                end = chain[-1].start + len(chain[-1].text)
        return "".join([*pieces, self.text[end:]])

    def asked_for(self) -> frozenset[str]:
        """The paths whose presence is asked for, "has(application.contract)"."""
        calls = (call for call in self.calls if call.name.text == "has" and call.arguments)
        return frozenset("".join(token.text for token in call.arguments[0]) for call in calls)

    def place(self, start: int) -> tuple[int, int]:
        """Line and column, from 1, in characters."""
        line = self.text.count("\n", 0, start) + 1
        return line, start - (self.text.rfind("\n", 0, start) + 1) + 1

    def deepest_comprehension(self) -> tuple[int, Token | None]:
        """How many comprehensions stand inside one another at most, and the innermost."""
        open_ones: list[bool] = []
        deepest: tuple[int, Token | None] = (0, None)
        for at, token in enumerate(self.tokens):
            if token.text == "(" and token.kind == "other":
                is_one = self._is_comprehension(at - 1)
                open_ones.append(is_one)
                if is_one and sum(open_ones) > deepest[0]:
                    deepest = (sum(open_ones), self.tokens[at - 1])
            elif token.text == ")" and token.kind == "other" and open_ones:
                open_ones.pop()
        return deepest

    def bound_names(self) -> Iterator[Token]:
        """The names that comprehensions give to an element."""
        for call in self.calls:
            if call.is_macro and call.name.text in COMPREHENSIONS and call.arguments and call.arguments[0]:
                yield call.arguments[0][0]

    def _continues(self, at: int) -> bool:
        """Whether the name is a field of what stands before it, "items[0].kind"."""
        if at == 0 or self.tokens[at - 1].text != ".":
            return False
        before = self.tokens[at - 2] if at > 1 else None
        return before is not None and (before.kind in ("name", "text") or before.text in (")", "]", "}"))

    def _is_comprehension(self, at: int) -> bool:
        return at > 0 and self.tokens[at].text in COMPREHENSIONS and self.tokens[at - 1].text == "."

    def _calls(self) -> Iterator[Call]:
        for at, token in enumerate(self.tokens[:-1]):
            if token.kind == "name" and self.tokens[at + 1].text == "(":
                yield Call(token, _arguments(self.tokens[at + 2 :]), at > 0 and self.tokens[at - 1].text == ".")


def _arguments(rest: Sequence[Token]) -> tuple[tuple[Token, ...], ...]:
    """The tokens up to the closing bracket, cut at its commas."""
    arguments: list[list[Token]] = [[]]
    depth = 0
    for token in rest:
        sign = token.text if token.kind == "other" else ""
        if sign == ")" and depth == 0:
            break
        depth += (sign in ("(", "[", "{") and sign != "") - (sign in (")", "]", "}") and sign != "")
        if sign == "," and depth == 0:
            arguments.append([])
        else:
            arguments[-1].append(token)
    return tuple(map(tuple, arguments))
