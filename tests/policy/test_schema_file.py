"""The schema that editors read is the one by which files are checked."""

import os
from pathlib import Path

import jsonschema
import pytest
import yaml

from domain.format.programme import Programme
from policy import scaffold
from policy.references import SETTINGS, USES
from policy.schema import as_text, json_schema
from settings import SHIPPED_PROGRAMMES
from tests.policy.drafts import GRANT, VOUCHER, spoilt

SCHEMA = SHIPPED_PROGRAMMES / scaffold.SCHEMA
SETTING = r"^(parameter\.)?[a-z][a-z0-9_]*$"


def as_json(content: str) -> object:
    """A file as an editor sees it: dates are text there."""
    return yaml.load(content, type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": _without_dates()}))


def _without_dates() -> dict[str, list[tuple[str, object]]]:
    known = yaml.SafeLoader.yaml_implicit_resolvers
    return {first: [row for row in rows if not row[0].endswith("timestamp")] for first, rows in known.items()}


def test_golden_schema_is_that_of_the_model() -> None:
    if os.environ.get("RENEW_GOLDEN"):
        SCHEMA.write_text(as_text(Programme), "utf-8")

    assert SCHEMA.read_text("utf-8") == as_text(Programme), "make golden rewrites it"


@pytest.mark.parametrize("path", sorted(SHIPPED_PROGRAMMES.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_an_editor_finds_the_schema_of_a_shipped_file_and_nothing_wrong(path: Path) -> None:
    content = path.read_text("utf-8")
    named = content.split("\n")[0].removeprefix("# yaml-language-server: $schema=")

    assert (path.parent / named).resolve() == SCHEMA.resolve()
    jsonschema.validate(as_json(content), json_schema(Programme))


@pytest.mark.parametrize("content", [VOUCHER, GRANT], ids=["voucher", "grant"])
def test_an_editor_finds_nothing_wrong_with_a_new_file(content: str) -> None:
    jsonschema.validate(as_json(content), json_schema(Programme))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("on_silence: passes", "on_silence: pass"),
        ("kind: decision", "kinds: decision"),
        ("days: 5,", "days: five,"),
        ("do: multiply", "do: multiplies"),
        ("benefit: voucher", "benefit: coupon"),
    ],
)
def test_an_editor_underlines_what_the_check_would_refuse(old: str, new: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(spoilt(old, new)), json_schema(Programme))


def test_every_place_that_names_a_parameter_or_chooses_a_word_is_known_to_the_check() -> None:
    """A new key of a model must be told to the check, or its names would be found wrong only in use."""
    named = {use.where.split(".")[-1] for use in USES if use.section == "parameters"}
    chosen = {pattern.split(".")[-1] for pattern in SETTINGS}
    keys = [
        (key, row["pattern"], row.get("description", ""))
        for definition in json_schema(Programme)["$defs"].values()
        for key, row in definition.get("properties", {}).items()
        if "pattern" in row
    ]

    assert {key for key, pattern, _ in keys if pattern == SETTING} - {"value", "total", "weight"} == chosen
    assert {key for key, _, description in keys if description == "The name of a parameter."} <= named
