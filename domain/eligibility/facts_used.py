"""Which facts an expression read, as they stood, in words for the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message

from domain.cel.expressions import Activation, Environment, Expression
from domain.cel.functions import TEXT
from domain.cel.of_day import Constants
from domain.cel.variables import Variables
from duifu.v1.events_pb2 import FactUsed

#: How the variables that the day alone decides begin.
OF_DAY = ("parameter.", "window.")
FLAGS = {True: "true", False: "false"}


def facts_used(environment: Environment, expression: Expression, activation: Activation) -> list[FactUsed]:
    """Every path that the expression names, with its value; what has no value is left out."""
    words = Reading(environment.variables, expression.paths).words(activation)
    return [
        FactUsed(path=path, value=value)
        for path, value in zip(expression.paths, words, strict=True)
        if value is not None
    ]


class Reading:
    """Which facts to read off an activation, and how to put them into words."""

    def __init__(self, variables: Variables, paths: Sequence[str]):
        self.paths = paths
        plans = [(at, *_plan(variables, path)) for at, path in enumerate(paths)]
        of_case = [plan for plan in plans if not plan[1].startswith(OF_DAY)]
        self._of_day = [(at, variable) for at, variable, _, _ in plans if variable.startswith(OF_DAY)]
        self._texts = [(at, name) for at, name, steps, _ in of_case if not steps and variables.types[name] is TEXT]
        self._others = [plan for plan in of_case if (plan[0], plan[1]) not in self._texts]
        self._known: dict[Constants, list[str | None]] = {}

    def words(self, activation: Activation) -> list[str | None]:
        """The facts as text, in the order of the paths; None for what has no value."""
        if activation.constants not in self._known:
            self._known[activation.constants] = self._constants(activation.constants.values)
        found = self._known[activation.constants].copy()
        get = activation.values.get
        for at, variable in self._texts:
            found[at] = get(variable)
        for at, variable, steps, enum in self._others:
            value = get(variable)
            if value is not None:
                for step in steps:
                    value = getattr(value, step)
                found[at] = FLAGS[value] if value is True or value is False else in_words(value, enum)
        return found

    def _constants(self, values: Mapping[str, Any]) -> list[str | None]:
        """What the day alone decides, put into words once for all claims of such days; None for the rest."""
        found: list[str | None] = [None] * len(self.paths)
        for at, variable in self._of_day:
            if variable in values:
                found[at] = in_words(values[variable])
        return found


def in_words(value: Any, enum: EnumDescriptor | None = None) -> str:
    """A value as text, an enum by its name. Of a list: how many parts it has; of a message: how many are filled."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return FLAGS[value]
    if isinstance(value, int):
        known = enum.values_by_number.get(value) if enum is not None else None
        return known.name if known is not None else str(value)
    return f"{len(value.ListFields() if isinstance(value, Message) else value)}项"


def _plan(variables: Variables, path: str) -> tuple[str, tuple[str, ...], EnumDescriptor | None]:
    """The variable that a path begins with, the fields that follow, and the enum that it ends at."""
    if path in variables.types:
        field = variables.fields.get(path)
        return path, (), field.enum if field and not field.is_list else None
    root, *steps = path.split(".")
    return root, tuple(steps), None
