"""What a model knows at each place: keys, words to choose from, and how pydantic's locations map to paths of a file."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from policy.problems import Path

Schema = Mapping[str, Any]
Location = tuple[str | int, ...]

# What stands around a schema without a word of its own in a location.
_AROUND = frozenset(
    ("default", "nullable", "model", "model-field", "function-before", "function-after", "function-wrap", "definitions")
)
_OF_KEY = "[key]"


class Spot(NamedTuple):
    """A place that pydantic speaks of: its path in the file, whether its key is meant, what the model has there."""

    path: Path
    of_key: bool = False
    schema: Schema | None = None
    above: Schema | None = None  # of the mapping or list that holds it
    in_union: bool = False  # one of several that could be meant


class Shape:
    """A model's schema, to be walked along the locations of its errors."""

    def __init__(self, model: type[BaseModel]):
        self._root: Schema = model.__pydantic_core_schema__
        self._definitions: dict[str, Schema] = {}
        self._known: dict[int, dict[str, Schema]] = {}  # fields of a schema, by its identity

    def spot(self, location: Location) -> Spot:
        """The place of a location, which has the tags of unions between the keys; the file has not."""
        schema: Schema | None = self._peeled(self._root)
        above: Schema | None = None
        path: Path = ()
        of_key = in_union = False
        for step in location:
            kind = schema["type"] if schema else ""
            if kind in ("tagged-union", "union") and schema is not None:
                schema = self._chosen(schema, step)
                in_union = in_union or kind == "union"
                continue
            if step == _OF_KEY and above and above["type"] == "dict":
                of_key, schema = True, self._peeled(above["keys_schema"])
                continue
            above, schema = schema, self._below(schema, step)
            path = (*path, step)
            of_key, in_union = False, False
        return Spot(path, of_key, schema, above, in_union)

    def keys(self, schema: Schema | None) -> list[str]:
        """The keys that a mapping may have, in the order of the model; none if any may stand there."""
        return [name for name, _ in self._fields(schema)]

    def words(self, schema: Schema | None) -> list[Any]:
        """The values to choose from: of a literal, an enum, or the tags of a union; none if it is no choice."""
        match schema:
            case {"type": "literal", "expected": expected}:
                return list(expected)
            case {"type": "enum", "members": members}:
                return [member.value for member in members]
            case {"type": "tagged-union", "choices": choices}:
                return list(choices)
        return []

    def _peeled(self, schema: Schema) -> Schema:
        while True:
            if schema["type"] == "definitions":
                self._definitions |= {definition["ref"]: definition for definition in schema["definitions"]}
            if schema["type"] == "definition-ref":
                schema = self._definitions[schema["schema_ref"]]
            elif schema["type"] in _AROUND:
                schema = schema["schema"]
            else:
                return schema

    def _fields(self, schema: Schema | None) -> Iterator[tuple[str, Schema]]:
        if schema and schema["type"] == "model-fields":
            for name, field in schema["fields"].items():
                yield _alias(field, name), field["schema"]

    def _below(self, schema: Schema | None, step: str | int) -> Schema | None:
        found: Schema | None = None
        match schema:
            case {"type": "model-fields"}:
                if id(schema) not in self._known:
                    self._known[id(schema)] = dict(self._fields(schema))
                found = self._known[id(schema)].get(str(step))
            case {"type": "dict", "values_schema": values}:
                found = values
            case {"type": "tuple", "items_schema": [first, *others]}:
                items = [first, *others]
                found = items[min(int(step), len(others))]
            case {"type": "list" | "set" | "frozenset", "items_schema": items}:
                found = items
        return self._peeled(found) if found else None

    def _chosen(self, union: Schema, label: str | int) -> Schema | None:
        if union["type"] == "tagged-union":
            chosen = [schema for tag, schema in union["choices"].items() if str(tag) == str(label)]
            return self._peeled(chosen[0]) if chosen else None
        for choice in union["choices"]:
            schema, name = choice if isinstance(choice, tuple) else (choice, None)
            model = self._model_name(schema)
            peeled = self._peeled(schema)
            if label in (name, model) or (not model and str(label).split("[")[0] == peeled["type"]):
                return peeled
        return None

    def _model_name(self, schema: Schema) -> str:
        while schema["type"] in _AROUND | {"definition-ref"} and "cls" not in schema:
            schema = self._definitions[schema["schema_ref"]] if "schema_ref" in schema else schema["schema"]
        return str(schema["cls"].__name__) if "cls" in schema and schema["type"] in _AROUND else ""


def _alias(field: Schema, name: str) -> str:
    alias = field.get("validation_alias", name)
    return alias if isinstance(alias, str) else name
