"""Nothing that readers can meet is missing from the documents, and nothing in them leads nowhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from google.protobuf import json_format
from google.protobuf.message import Message

from cli.__main__ import main
from cli.facts import read_facts
from commands.handlers import HANDLERS
from domain.refusal_texts import TEXTS
from domain.wellformed import must_be_wellformed
from duifu.v1.commands_pb2 import Command
from duifu.v1.events_pb2 import Event
from duifu.v1.facts_pb2 import Application, RedemptionRequest
from tests.docs.pages import ALL, GUIDES, ROOT, Fence, anchors, fences, links, prose
from workflows.display import SEARCH_ATTRIBUTES

DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
BEIJING = yaml.safe_load((ROOT / "programmes" / "beijing" / "ai-compute-voucher-2023.yaml").read_text("utf-8"))
CLAUSE = re.compile(r"BJ-(?:A\d+|\d+\.\d+[a-z]?)")


def words(page: Path) -> set[str]:
    """Everything a page sets as code, in prose and in its examples."""
    return set(re.findall(r"[\w$./-]+", page.read_text("utf-8")))


def camel(name: str) -> str:
    """A protobuf field as JSON writes it."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def commands_of(group: click.Group, path: str = "duifu") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def everything() -> str:
    return "\n".join(page.read_text("utf-8") for page in ALL)


@pytest.mark.parametrize("code", TEXTS)
def test_every_refusal_has_its_row_for_integrators(code: str) -> None:
    page = (DOCS / "guides" / "integrators.md").read_text("utf-8")

    assert f"| `{code}` |" in page


def test_every_row_of_the_refusal_table_is_a_refusal() -> None:
    page = (DOCS / "guides" / "integrators.md").read_text("utf-8")

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == set(TEXTS)


@pytest.mark.parametrize("code", [condition["code"] for condition in BEIJING["conditions"]])
def test_every_condition_is_in_the_clause_table(code: str) -> None:
    assert code in words(DOCS / "clauses" / "beijing.md")


@pytest.mark.parametrize("kind", HANDLERS)
def test_every_command_is_explained_to_integrators(kind: str) -> None:
    assert f"`{camel(kind)}`" in (DOCS / "guides" / "integrators.md").read_text("utf-8")


@pytest.mark.parametrize("event", [field.message_type.name for field in Event.DESCRIPTOR.fields if field.message_type])
def test_every_event_has_its_stream(event: str) -> None:
    assert f"`{event}`" in (DOCS / "architecture.md").read_text("utf-8")


@pytest.mark.parametrize("attribute", SEARCH_ATTRIBUTES)
def test_every_search_attribute_is_in_the_glossary(attribute: str) -> None:
    assert f"| `{attribute}` | {SEARCH_ATTRIBUTES[attribute]} |" in (DOCS / "glossary.md").read_text("utf-8")


def test_every_environment_variable_is_known_to_operators() -> None:
    sources = [ROOT / "settings.py", *(ROOT / "cli").glob("*.py")]
    read = {name for source in sources for name in re.findall(r'"((?:DUIFU|TEMPORAL)_[A-Z_]+)"', source.read_text())}

    page = (DOCS / "guides" / "operators.md").read_text("utf-8")

    assert len(read) > 5
    assert {name for name in read if f"| `{name}` |" not in page} == set()


@pytest.mark.parametrize("command", list(commands_of(main)))
def test_every_command_of_the_command_line_is_shown(command: str) -> None:
    assert re.search(rf"\b{command}\b", " ".join(everything().split()))


def test_readme_states_its_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert re.search(r"^make run ", readme, re.MULTILINE)
    assert re.search(r"^make test ", readme, re.MULTILINE)


def cited(text: str) -> set[str]:
    return set(CLAUSE.findall(text))


def test_every_clause_that_is_cited_anywhere_is_in_the_clause_table() -> None:
    rooms = ("proto", "domain", "commands", "activities", "workflows", "cli", "programmes")
    files = [file for room in rooms for kind in ("*.py", "*.proto", "*.yaml") for file in (ROOT / room).rglob(kind)]
    in_code = {clause for file in files if "_pb2" not in file.name for clause in cited(file.read_text("utf-8"))}

    table = (DOCS / "clauses" / "beijing.md").read_text("utf-8")
    rows = set(re.findall(r"^\| (BJ-\S+) \|", table, re.MULTILINE))

    assert len(in_code) > 30
    assert {clause for clause in in_code | cited(everything()) if clause not in rows} == set()


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_saved_views_use_search_attributes_that_exist() -> None:
    queries = [link.partition("?query=")[2] for link in links(DOCS / "guides" / "operators.md") if "?query=" in link]

    named = {name for query in queries for name in re.findall(r"Duifu\w+", query)}

    assert len(queries) > 4
    assert named <= set(SEARCH_ATTRIBUTES)


# Examples


def test_the_example_application_is_wellformed() -> None:
    application = read_facts(str(EXAMPLES / "application.yaml"), Application())

    must_be_wellformed(_submitting(application))


def test_the_example_redemption_is_wellformed() -> None:
    redemption = read_facts(str(EXAMPLES / "redemption.yaml"), RedemptionRequest())

    command = _command()
    command.request_redemption.request.CopyFrom(redemption)
    must_be_wellformed(command)


def test_the_example_command_is_wellformed() -> None:
    must_be_wellformed(read_facts(str(EXAMPLES / "command.json"), Command()))


#: What only other programmes ask, and what a contract in yuan need not say.
NOT_BEIJINGS = {
    "bankAccount",
    "otherIdentity",
    "kind",
    "currency",
    "centre",
    "services",
    "auditReport",
    "projectNumber",
}


MEASURED = {"metering", "meteringSha256", "quantity", "unit", "contractItem"}
MAY_BE_LEFT_OUT = {
    *("code", "schedule", "startsOn", "endsOn", "appliesIndustryModel", "reverses", "deductedFen", "totalFen"),
    *MEASURED,
    *NOT_BEIJINGS,
}


@pytest.mark.parametrize("name", ["application.yaml", "redemption.yaml"])
def test_an_example_names_every_field_that_it_could_but_what_it_may_leave_out(name: str) -> None:
    message = {"application.yaml": Application(), "redemption.yaml": RedemptionRequest()}[name]
    read_facts(str(EXAMPLES / name), message)

    assert set(_unused(message)) <= MAY_BE_LEFT_OUT


def all_fences(*languages: str) -> list[Any]:
    found = [fence for page in ALL for fence in fences(page) if fence.language in languages]
    return [pytest.param(fence, id=str(fence)) for fence in found]


@pytest.mark.parametrize("fence", all_fences("json"))
def test_a_json_example_is_a_command_or_what_a_command_gets(fence: Fence) -> None:
    content = json.loads(fence.text)

    if "commandId" in content and "actor" in content:
        must_be_wellformed(json_format.ParseDict(content, Command()))


@pytest.mark.parametrize("fence", all_fences("yaml"))
def test_a_yaml_example_is_part_of_the_beijing_file(fence: Fence) -> None:
    content = yaml.safe_load(fence.text)

    assert _within(content, BEIJING), f"{fence}: the file says otherwise"


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_a_guide_links_back(page: Path) -> None:
    assert any(link.startswith("../") for link in links(page))
    assert prose(page).startswith("# ")


def _within(part: Any, whole: Any) -> bool:
    """Whether everything in `part` is in `whole`; of a list, each entry must be in one of the whole's."""
    match part:
        case dict():
            return isinstance(whole, dict) and all(key in whole and _within(part[key], whole[key]) for key in part)
        case list():
            return isinstance(whole, list) and all(any(_within(one, other) for other in whole) for one in part)
    return bool(part == whole)


def _unused(message: Message) -> Iterator[str]:
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if (field.is_repeated and not value) or (field.has_presence and not message.HasField(field.name)):
            yield field.json_name
        elif field.message_type and field.message_type.GetOptions().map_entry:
            continue
        elif field.message_type and field.is_repeated:
            for single in value:
                yield from _unused(single)
        elif field.message_type:
            yield from _unused(value)
        elif not field.is_repeated and not value:
            yield field.json_name


def _command() -> Command:
    command = Command(command_id="example")
    command.actor.id, command.actor.role, command.actor.uscc = "agent", "applicant", "91110108MAYB000177"
    return command


def _submitting(application: Application) -> Command:
    command = _command()
    command.submit_application.programme_id = "bj-slq-2023"
    command.submit_application.application.CopyFrom(application)
    return command
