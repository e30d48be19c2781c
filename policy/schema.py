"""The model of a file as JSON Schema (draft 2020-12), so that an editor completes and checks while one writes."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _AsRead(GenerateJsonSchema):
    """As the reader takes it: a key that does not apply is left away, it is never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        described = super().dict_schema(schema)
        if "patternProperties" in described:  # a key of another form is refused, not merely unknown
            described["additionalProperties"] = False
        return described

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        described = super().default_schema(schema)
        if "default" in described and described["default"] is None:
            del described["default"]
        return described


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a file that `model` describes; keys are aliases, descriptions those of the model."""
    return {"$schema": DIALECT, **model.model_json_schema(by_alias=True, schema_generator=_AsRead)}


def as_text(model: type[BaseModel]) -> str:
    """The schema as a file: the same text for the same model, always."""
    return json.dumps(json_schema(model), ensure_ascii=False, indent=2) + "\n"
