"""An editor with the generated schema accepts what we accept and refuses what we refuse, where a schema can say it."""

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policy.schema import as_text, json_schema
from policy.source import parse
from tests.policy.forms import FORM, Form, form_with
from tests.policy.test_model import MISTAKES

# What a schema cannot say: a date is text to an editor, and what a validator compares.
BEYOND_A_SCHEMA = {'from: «"2024-01-01"»', "clause: «2024-01-01»"}


def refused(text: str) -> list[str]:
    """What an editor would underline."""
    data = json.loads(json.dumps(parse(text.encode(), "form.yaml").data, default=date.isoformat))
    validator = Draft202012Validator(json_schema(Form), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(data)]


def test_the_schema_is_one_of_its_draft() -> None:
    Draft202012Validator.check_schema(json_schema(Form))

    assert json_schema(Form)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_an_editor_accepts_a_good_file() -> None:
    assert refused(FORM) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [(old, new) for code, old, new, _ in MISTAKES if code != "VALUE_REFUSED" and new not in BEYOND_A_SCHEMA],
)
def test_an_editor_refuses_what_we_refuse(old: str, new: str) -> None:
    assert refused(form_with(old, new).replace("«", "").replace("»", "")) != []


def test_an_editor_shows_the_words_and_ranges_of_the_model() -> None:
    limit: dict[str, Any] = json_schema(Form)["$defs"]["Limit"]

    assert limit["description"] == "How long a stage may take."
    assert limit["properties"]["days"]["description"] == "From the day after."
    assert (limit["properties"]["days"]["minimum"], limit["properties"]["days"]["maximum"]) == (1, 365)
    assert limit["properties"]["unit"]["enum"] == ["working_days", "calendar_days"]
    assert limit["additionalProperties"] is False


def test_keys_are_those_of_the_file_and_nothing_may_be_null() -> None:
    text = as_text(Form)

    assert '"from": {' in text
    assert '"first": {' not in text
    assert "null" not in text


def test_another_process_writes_the_same_text() -> None:
    program = "from policy.schema import as_text; from tests.policy.forms import Form; print(as_text(Form), end='')"
    written = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )

    assert written.stdout == as_text(Form)
