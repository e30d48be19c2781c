"""The expressions of a programme: CEL over typed facts, checked when the file is read, exact when it is applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import count
from typing import Any, NamedTuple

from cel_expr_python import cel
from google.protobuf.message import Message

from domain.cel.errors import ExpressionBroken, RuleBroken, refuse_text, refused_by_compiler
from domain.cel.functions import REMEMBERED, Tables, declarations
from domain.cel.of_day import Constants, Days
from domain.cel.text import Scanned
from domain.cel.variables import Reader, Variables
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.refusals import Refused

__all__ = ["Activation", "Environment", "Expression", "ExpressionBroken", "RuleBroken", "Wanted"]


#: So few cannot nest so deeply that there is no room around them.
TOKENS_WITH_ROOM = 20


class Wanted(StrEnum):
    """What an expression must give."""

    BOOL = "bool"
    INT = "int"
    TEXT = "string"
    MESSAGES = "list of messages"
    SCHEDULE = "list of ScheduleEntry"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and what it reads."""

    number: int  # among those of the environment
    text: str
    program: Any
    gives: str  # CEL's name of the type, "bool", "list(duifu.v1.ContractItem)"
    names: frozenset[str]  # variables, "parameter.cap_fen", "application"
    paths: tuple[str, ...]  # facts, "application.contract.signed_on"
    line: str = ""  # the message type of `line`; empty: there is none
    is_whole: bool = False  # reads whole messages, because it asks whether a field is there

    @property
    def element(self) -> str:
        """Of a list of messages: the full name of the message. Else empty."""
        inner = self.gives.removeprefix("LIST<").removesuffix(">")
        return inner if self.gives.startswith("LIST<duifu.") else ""


class Activation(NamedTuple):
    """The values of the variables for one case, made once for all expressions."""

    bound: Any
    values: Mapping[str, Any]  # of the case
    constants: Constants  # of the day
    missing: Mapping[str, str]  # variable without a value -> PARAMETER_EXPIRED or FACT_MISSING
    day: date
    answers: dict[int, Any]  # number of an expression -> its value, as far as known


class Environment:
    """The variables and functions of one programme. Compile everything first, then make activations."""

    def __init__(self, programme: Programme):
        """Raises ValueError for a check that is named like a fact."""
        self._programme = programme
        self.variables = Variables(programme)
        self._functions = declarations(Tables(programme.tables))
        self._days = Days(programme, self.variables)
        self._count = count()
        self._used: frozenset[str] = frozenset()
        self._envs: dict[tuple[str, bool], Any] = {}
        self._known: dict[tuple[str, str], Expression] = {}
        self._readers: dict[frozenset[str] | None, Reader] = {}
        self._env = self._env_for("")

    def compile(self, text: str, wanted: Wanted = Wanted.ANYTHING, *, line: str = "") -> Expression:
        """An author's expression; `line` is the full name of the message that `line` stands for, if it stands.

        Raises ExpressionBroken with the place inside the text.
        """
        if (text, line) not in self._known:
            scanned = Scanned(text)
            refuse_text(scanned, self._programme, self.variables.roots)
            expression = self._compiled(scanned, line)
            if len(scanned.tokens) > TOKENS_WITH_ROOM:
                self._must_leave_room(expression)
            self._known[text, line] = expression
        _must_give(self._known[text, line], wanted)
        return self._known[text, line]

    def assemble(self, text: str, parts: Sequence[Expression], *, line: str = "") -> Expression:
        """An expression put together of others that were compiled: its text may nest them, its facts are theirs.

        Raises ExpressionBroken.
        """
        is_whole = any(part.is_whole for part in parts)
        program = self._program(Scanned(text), line, is_whole)
        names = frozenset[str]().union(*(part.names for part in parts))
        paths = tuple(dict.fromkeys(path for part in parts for path in part.paths))
        if is_whole:
            names |= self._roots_of(paths)
            self._use(names - self._used)
        gives = program.return_type().name()
        return Expression(next(self._count), text, program, gives, names, paths, line, is_whole)

    def together(self, parts: Sequence[Expression]) -> Expression:
        """All of them as one list, in their order: far cheaper than one after the other."""
        listed = ", ".join(f"dyn({part.text}\n)" for part in parts)
        line = next((part.line for part in parts if part.line), "")
        return self.assemble(f"[{listed}]", parts, line=line)

    def activation(
        self, facts: CaseFacts, line: Message | None = None, names: frozenset[str] | None = None
    ) -> Activation:
        """The values that the compiled expressions read, for one case. What was not given is absent.

        With `names` only these variables, for expressions that read no others.
        """
        reader = self._readers.get(names) or self._reader_for(names)
        constants = self._days.on(facts.received_on)
        values = dict(constants.bound)
        missing = constants.expired
        if absent := reader.read(facts, values):
            missing = {**missing, **dict.fromkeys(absent, "FACT_MISSING")}
        if line is not None:
            values["line"] = line
        return Activation(self._env.Activation(values), values, constants, missing, facts.received_on, {})

    def value(self, expression: Expression, activation: Activation) -> Any:
        """The value as plain Python.

        Raises Refused PARAMETER_EXPIRED or FACT_MISSING if it reads what has no value, RuleBroken if it fails.
        """
        if activation.missing:
            self.must_have(expression, activation)
        if expression.number in activation.answers:
            return activation.answers[expression.number]
        try:
            program = activation.constants.programs.get(expression.number) or self._written_out(expression, activation)
            result = program.eval(activation=activation.bound)
            if result.type() != cel.Type.ERROR:  # errors come back as values
                return result.plain_value()
            failed = str(result.value())
        except RuntimeError as error:  # CEL's budget of iterations, 10 000 in one evaluation
            failed = str(error)
        raise RuleBroken(f"{self._programme.programme_id}: {failed}")

    def must_have(self, expression: Expression, activation: Activation) -> None:
        """Raises Refused PARAMETER_EXPIRED or FACT_MISSING for the first thing it reads that has no value."""
        for name in sorted(expression.names & activation.missing.keys()):
            short = name.split(".")[1]
            if activation.missing[name] == "FACT_MISSING":
                raise Refused("FACT_MISSING", self._programme.facts[short].clause, name=short)
            raise Refused("PARAMETER_EXPIRED", self._programme.parameters[short].clause, name=short, day=activation.day)

    def _written_out(self, expression: Expression, activation: Activation) -> Any:
        """The program with the day's constants in it, made once for all days that share them."""
        text = activation.constants.written_into(expression.text, expression.names)
        program = expression.program
        if text is not None:
            program = self._program(Scanned(text), expression.line, expression.is_whole)
        activation.constants.programs[expression.number] = program
        return program

    def _compiled(self, scanned: Scanned, line: str) -> Expression:
        asked = scanned.asked_for()
        is_whole = not asked.isdisjoint(self.variables.fields)
        program = self._program(scanned, line, is_whole)
        paths = scanned.paths(self.variables.roots)
        names = frozenset(self.variables.named(path) for path in paths)
        if is_whole:
            names |= self._roots_of(paths)
        self._use(names - self._used)
        gives = program.return_type().name()
        return Expression(next(self._count), scanned.text, program, gives, names, paths, line, is_whole)

    def _program(self, scanned: Scanned, line: str, is_whole: bool) -> Any:
        try:
            return self._env_for(line, is_whole).compile(scanned.calling("matches", REMEMBERED))
        except RuntimeError as error:
            raise refused_by_compiler(str(error), scanned, self._programme, self.variables.known()) from error

    def _roots_of(self, paths: Sequence[str]) -> frozenset[str]:
        return frozenset(path.partition(".")[0] for path in paths) & self.variables.messages.keys()

    def _use(self, names: frozenset[str]) -> None:
        if names:
            self._used |= names
            self._readers.clear()

    def _reader_for(self, names: frozenset[str] | None) -> Reader:
        reader = Reader(self._programme, self.variables, self._used if names is None else names)
        self._readers[names] = reader
        return reader

    def _must_leave_room(self, expression: Expression) -> None:
        """The compiler nests no deeper than 32; several expressions in one list need a few levels of their own."""
        try:
            self._env_for(expression.line, expression.is_whole).compile(f"[[[[dyn(({expression.text}\n))]]]]")
        except RuntimeError as error:
            raise ExpressionBroken.too_deep() from error

    def _env_for(self, line: str, is_whole: bool = False) -> Any:
        """With `line`, if it has a type; without the fields as variables, where whole messages are read."""
        if (line, is_whole) not in self._envs:
            types = self.variables.whole if is_whole else self.variables.types
            types = types | ({"line": cel.Type(line)} if line else {})
            self._envs[line, is_whole] = cel.NewEnv(variables=types, container="duifu.v1", functions=self._functions)
        return self._envs[line, is_whole]


def _must_give(expression: Expression, wanted: Wanted) -> None:
    gives = expression.gives
    match wanted:
        case Wanted.BOOL | Wanted.INT | Wanted.TEXT:
            fits = gives == {"bool": "BOOL", "int": "INT", "string": "STRING"}[wanted]
        case Wanted.MESSAGES:
            fits = bool(expression.element)
        case Wanted.SCHEDULE:
            fits = expression.element == "duifu.v1.ScheduleEntry"
        case _:
            fits = "DOUBLE" not in gives
    if not fits:
        raise ExpressionBroken.gives(gives, wanted)
