"""Shipped files, spoilt at random: told in words, never a traceback or a hang; what still passes can be evaluated."""

import copy
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.facts import read_facts
from domain.evaluation.application import evaluate
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts, from_message
from domain.format.programme import Programme
from duifu.v1.facts_pb2 import Facts
from policy.check import check
from policy.explain import guide
from policy.problems import LANGUAGES, as_json, has_errors, render
from policy.source import parse
from settings import SHIPPED_PROGRAMMES

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SHIPPED = {
    "beijing": ("beijing/ai-compute-voucher-2023.yaml", "beijing-facts.yaml"),
    "qingdao": ("qingdao/compute-centre-subsidy-2024.yaml", "qingdao-first-operator.yaml"),
}
HOSTILE: list[Any] = [
    None, True, 0, -1, 10**15, 2**63 - 1, 2**64, 10**400, 0.1, "", " ", "\x1b[2J", "\u202e", "{", "}{", "{0.__class__}",
    "parameter.", "parameter.x", "line", "(" * 4_000, "1" * 4_000, "1/0", "20/100", "999999999999999999999/7", "a|b",
    "application.contract.items.map(i, application.contract.items.map(j, application.contract.items.map(k, k)))",
    "1 / 0 == 1", "true", "'a' + 1", "years_after(received_on, 999999999) == ''", "days_between('x', 'y') > 0",
    date(1, 1, 1), date(9999, 12, 31), [], {}, [[]], {"": ""}, [None],
]  # fmt: skip
SYNTAX = [b"'", b"\n", b": ", b"&a ", b"[", b"\t"]
EVALUATED = date(2024, 3, 1)


class Loader(yaml.CSafeLoader):
    """As files are written: dates are dates."""


@cache
def shipped(name: str) -> Any:
    return yaml.load((SHIPPED_PROGRAMMES / SHIPPED[name][0]).read_text("utf-8"), Loader)


@cache
def application(name: str) -> CaseFacts:
    return from_message(read_facts(str(EXAMPLES / SHIPPED[name][1]), Facts()))


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, below in rows:
        yield (*path, step)
        yield from places(below, (*path, step))


@cache
def all_places(name: str) -> list[tuple[Any, ...]]:
    return list(places(shipped(name)))


def held(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def spoil(draw: Any, name: str, data: Any) -> None:
    """One change at a random place that is still there."""
    path = draw(st.sampled_from(all_places(name)))
    try:
        holder = held(data, path[:-1])
        value = holder[path[-1]]
    except (KeyError, IndexError, TypeError):
        return
    match draw(st.sampled_from(["delete", "rename", "replace", "swap", "repeat", "nest"])):
        case "delete":
            del holder[path[-1]]
        case "rename" if isinstance(holder, dict):
            holder[draw(st.sampled_from(["x", "name", "clause", "from", "value", f"{path[-1]}s"]))] = holder.pop(
                path[-1]
            )
        case "replace":
            holder[path[-1]] = draw(st.sampled_from(HOSTILE))
        case "swap":
            other = held(shipped(name), draw(st.sampled_from(all_places(name))))
            holder[path[-1]] = copy.deepcopy(other)
        case "repeat" if isinstance(holder, list):
            holder.insert(path[-1], copy.deepcopy(value))
        case "nest":
            holder[path[-1]] = nested(draw(st.integers(1, 60)))


def must_be_told_or_usable(content: bytes, facts: CaseFacts) -> Programme | None:
    """Refused with words in both languages, or a programme that evaluates and explains itself."""
    programme, problems = check(parse(content, "spoilt.yaml"))
    for language in LANGUAGES:
        assert len(as_json(problems, language)) <= len(problems)
        assert "\x1b" not in render(problems, language).plain
    assert (programme is None) == has_errors(problems)
    if programme is not None:
        result = evaluate(Edition(programme), facts)
        assert result.amount.amount_fen >= 0
        assert guide(programme, EVALUATED)
    return programme


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_file_and_its_example_are_what_is_spoilt(name: str) -> None:
    content = (SHIPPED_PROGRAMMES / SHIPPED[name][0]).read_bytes()

    assert must_be_told_or_usable(content, application(name)) is not None


@pytest.mark.parametrize("name", SHIPPED)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_file_with_random_changes_is_refused_in_words_or_works(name: str, data: st.DataObject) -> None:
    spoilt = copy.deepcopy(shipped(name))
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data.draw, name, spoilt)

    must_be_told_or_usable(yaml.dump(spoilt, allow_unicode=True).encode("utf-8", "surrogatepass"), application(name))


@pytest.mark.parametrize("name", SHIPPED)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_file_with_random_bytes_is_refused_in_words_or_works(name: str, data: st.DataObject) -> None:
    content = bytearray((SHIPPED_PROGRAMMES / SHIPPED[name][0]).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        content[at : at + length] = data.draw(st.binary(max_size=12) | st.sampled_from(SYNTAX))

    must_be_told_or_usable(bytes(content), application(name))


@pytest.mark.parametrize("name", SHIPPED)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_steps_that_name_each_other_in_any_order_are_refused_or_calculate(name: str, data: st.DataObject) -> None:
    spoilt = copy.deepcopy(shipped(name))
    steps = spoilt["award"]["steps"]
    names = [step["name"] for step in steps] + ["parameter.x", "nobody"]
    for _ in range(data.draw(st.integers(1, 4))):
        step = data.draw(st.sampled_from(steps))
        step[data.draw(st.sampled_from(["value", "name", "total", "weight"]))] = data.draw(st.sampled_from(names))
    data.draw(st.randoms(use_true_random=False)).shuffle(steps)

    must_be_told_or_usable(yaml.dump(spoilt, allow_unicode=True).encode(), application(name))
