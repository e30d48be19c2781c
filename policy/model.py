"""A file held against its model: every mistake at once, at its place, in words that an officer understands."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from policy.problem_texts import KINDS, TEXTS, Words
from policy.problems import LANGUAGES, Path, Problem, has_errors
from policy.reader import PROBLEMS_MOST, Finding
from policy.shape import Shape, Spot
from policy.source import Source
from policy.values import kind, limit, short, way

M = TypeVar("M", bound=BaseModel)

COMPARED_CHARACTERS = 100

# What pydantic calls a wrong kind of value, and what the place takes.
EXPECTED = {
    "string_type": "text",
    "int_type": "integer",
    "bool_type": "boolean",
    "date_type": "date",
    "list_type": "list",
    "tuple_type": "list",
    "set_type": "list",
    "frozen_set_type": "list",
    "iterable_type": "list",
    "dict_type": "mapping",
    "mapping_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
}
CODES = {
    "string_pattern_mismatch": "TEXT_FORM",
    "string_too_short": "TEXT_LENGTH",
    "string_too_long": "TEXT_LENGTH",
    "too_short": "LIST_LENGTH",
    "too_long": "LIST_LENGTH",
    "greater_than": "NUMBER_RANGE",
    "greater_than_equal": "NUMBER_RANGE",
    "less_than": "NUMBER_RANGE",
    "less_than_equal": "NUMBER_RANGE",
    "multiple_of": "NUMBER_RANGE",
}


class _Mistake(NamedTuple):
    code: str
    spot: Spot
    facts: Mapping[str, Any]


def validate(source: Source, model: type[M]) -> tuple[M | None, list[Problem]]:
    """The file as `model`, or None if there are errors; and every problem, those of reading included.

    Text is no number, a number no text, a quoted date no date. Keys are the model's aliases.
    """
    if not source.is_whole:
        return None, list(source.problems)
    found: M | None
    try:
        # A field's name is no second spelling of its key.
        found = model.model_validate(source.data, by_alias=True, by_name=False)
    except ValidationError as error:
        found, mistakes = None, _mistakes(error, Shape(model))
    else:
        as_understood = found.model_dump(by_alias=True, exclude_unset=True, warnings=False)
        mistakes = [_confusion(path, value) for path, value in _confused((), source.data, as_understood)]
    problems = [_problem(source, mistake) for mistake in mistakes if not _follows(mistake, source.problems)]
    if len(problems) > PROBLEMS_MOST:
        problems[PROBLEMS_MOST:] = [source.problem("PROBLEMS_MANY", problems[PROBLEMS_MOST].path, most=PROBLEMS_MOST)]
    problems[:0] = source.problems
    return (None if has_errors(problems) else found), problems


def _confused(path: Path, read: Any, understood: Any) -> Iterator[tuple[Path, Any]]:
    """Where true was taken for 1 or 1 for true: equal in Python, and a literal of pydantic lets it pass."""
    if isinstance(read, dict) and isinstance(understood, dict):
        for key in read.keys() & understood.keys():
            yield from _confused((*path, key), read[key], understood[key])
    elif isinstance(read, list) and isinstance(understood, tuple | list):
        for index, pair in enumerate(zip(read, understood, strict=False)):
            yield from _confused((*path, index), *pair)
    elif isinstance(read, int) and isinstance(understood, int) and type(read) is not type(understood):
        yield path, read


def _confusion(path: Path, value: Any) -> _Mistake:
    given, expected = ("boolean", "integer") if isinstance(value, bool) else ("integer", "boolean")
    return _Mistake("VALUE_KIND", Spot(path), _kinds(given, expected, value))


def close(word: object, known: Iterable[object]) -> str:
    """The known word that was probably meant, or nothing."""
    return next(iter(get_close_matches(str(word)[:COMPARED_CHARACTERS], [str(one) for one in known], n=1)), "")


def _problem(source: Source, mistake: _Mistake) -> Problem:
    path, of_key = mistake.spot.path, mistake.spot.of_key
    return source.at(Finding(mistake.code, path, source.place(path, of_key), mistake.facts))


def _follows(mistake: _Mistake, earlier: Iterable[Problem]) -> bool:
    """Whether a problem of reading is behind it: at the place, above it, or a key of the mapping that was refused."""
    path = mistake.spot.path
    for problem in earlier:
        if problem.path and path[: len(problem.path)] == problem.path:
            return True
        if (
            mistake.code == "KEY_MISSING"
            and problem.code in ("MERGE_KEY", "KEY_NOT_TEXT")
            and problem.path[:-1] == path
        ):
            return True
    return False


def _mistakes(error: ValidationError, shape: Shape) -> list[_Mistake]:
    places: dict[tuple[Path, bool], list[_Mistake]] = {}
    for row in error.errors(include_url=False):
        if len(places) > PROBLEMS_MOST:
            break
        if mistake := _mistake(row, shape):
            places.setdefault((mistake.spot.path, mistake.spot.of_key), []).append(mistake)
    above = {path[:length] for path, _ in places for length in range(len(path))}
    found: list[_Mistake] = []
    for (path, _), same in places.items():
        missing = [mistake for mistake in same if mistake.code == "KEY_MISSING"]
        either = [mistake for mistake in same if mistake.spot.in_union and mistake not in missing]
        found += [mistake for mistake in same if mistake not in missing and mistake not in either]
        if missing:
            keys = dict.fromkeys(key for mistake in missing for key in mistake.facts["keys"])
            found.append(missing[0]._replace(facts={"keys": list(keys)}))
        elif either and path not in above:  # else one alternative was meant, and more is told inside it
            found.append(_one_of(either))
    return found


def _one_of(same: list[_Mistake]) -> _Mistake:
    """Of a place that takes one thing or another, the complaint of the alternative that was probably meant."""
    kinds = [m for m in same if m.code == "VALUE_KIND"]
    others = sorted((m for m in same if m.code != "VALUE_KIND"), key=lambda m: m.code != "VALUE_UNKNOWN")
    is_text = not kinds or kinds[0].facts["given"] == KINDS["text"]
    if others and (is_text or others[0].code != "VALUE_UNKNOWN"):
        return others[0]
    expected = [m.facts["expected"] for m in kinds] + [KINDS["text"] for _ in others]
    facts = {**kinds[0].facts, "expected": {"zh": _or(expected, "zh"), "en": _or(expected, "en")}}
    return kinds[0]._replace(facts=facts)


def _or(kinds: Iterable[Words], language: str) -> str:
    return {"zh": "或", "en": " or "}[language].join(dict.fromkeys(kind[language] for kind in kinds))


def _mistake(row: Mapping[str, Any], shape: Shape) -> _Mistake | None:
    """One error of pydantic as one of ours; None if it only follows from another."""
    location, context = row["loc"], row.get("ctx", {})
    match row["type"]:
        case "default_factory_not_called":
            return None
        case "too_short" if len(row["input"]) >= context["min_length"]:  # the entries are there, and wrong themselves
            return None
        case "missing" if isinstance(location[-1], str):
            return _Mistake("KEY_MISSING", shape.spot(location[:-1]), {"keys": [location[-1]]})
    spot = shape.spot(location)
    match row["type"]:
        case "union_tag_not_found":
            return _Mistake("KEY_MISSING", spot, {"keys": [_tag_key(context)]})
        case "extra_forbidden":
            known = shape.keys(spot.above)
            facts = {"key": location[-1], "known": known, "close": close(location[-1], known)}
            return _Mistake("KEY_UNKNOWN", spot._replace(of_key=True), facts)
        case "union_tag_invalid":
            at = spot._replace(path=(*spot.path, _tag_key(context)))
            return _Mistake("VALUE_UNKNOWN", at, _choice(context["tag"], shape.words(spot.schema)))
    code, facts = _complaint(row, shape.words(spot.schema))
    if spot.of_key:
        as_value = Problem(code, (), "", 1, 1, facts=facts)
        allowed = {language: as_value.allowed(language) for language in LANGUAGES}
        told = {"key": location[-2], "allowed": allowed, "close": facts.get("close", "")}
        return _Mistake("KEY_MISPLACED", spot, told)
    return _Mistake(code, spot._replace(path=(*spot.path, *context.get("at", ()))), facts)


def _complaint(row: Mapping[str, Any], words: list[Any]) -> tuple[str, dict[str, Any]]:
    """The code and the facts for what is wrong with a value; `words` are those to choose from."""
    name, written, context = row["type"], row["input"], row.get("ctx", {})
    if name in ("literal_error", "enum"):
        return "VALUE_UNKNOWN", _choice(short(written), words or [context["expected"]])
    if name in EXPECTED:
        given, expected = kind(written), EXPECTED[name]
        return "VALUE_KIND", _kinds(given, expected, written)
    if name in CODES:
        count = context.get("actual_length") or (len(written) if isinstance(written, (str, list, dict)) else 0)
        told = {"limit": limit(context), "pattern": context.get("pattern", "")}
        return CODES[name], {"written": short(written), "count": count, **told}
    if name in TEXTS:
        return name, {fact: value for fact, value in context.items() if fact != "at"}
    told_by_validator = name in ("value_error", "assertion_error")
    return "VALUE_REFUSED", {"message": str(context["error"]) if told_by_validator else row["msg"]}


def _kinds(given: str, expected: str, written: Any) -> dict[str, Any]:
    told = {"given": KINDS[given], "expected": KINDS[expected], "way": way(given, expected, written)}
    return {"written": short(written), **told}


def _choice(written: object, words: list[Any]) -> dict[str, Any]:
    return {"written": written, "known": words, "close": close(written, words)}


def _tag_key(context: Mapping[str, Any]) -> str:
    """The key that says which kind of row it is; pydantic quotes it."""
    return str(context["discriminator"]).strip("'")
