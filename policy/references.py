"""Names that a programme file uses: each must be there, come before its use, and be of the right kind."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, get_args

from domain.calculation.apportion import Counting
from domain.format.parameters import Kind
from domain.money import FEN_PER_UNIT, Mode
from policy.model import close
from policy.problems import Path, Problem, Severity
from policy.source import Source
from policy.walking import places, section, texts

NUMBERS = ("money", "ratio", "count")
PARAMETER = "parameter."
KINDS = frozenset(get_args(Kind))
FLAGS = ("false", "true")


class Use(NamedTuple):
    """Where a name stands, which section has it, and of a parameter the kinds that fit."""

    where: str
    section: str
    kinds: tuple[str, ...] = ()


USES = (
    Use("award.steps.*.inside.window", "windows"),
    Use("redemption.window", "windows"),
    Use("award.steps.*.account", "accounts"),
    Use("redemption.account", "accounts"),
    Use("accounts.*.combined_with", "accounts"),
    Use("accounts.*.service_window", "windows"),
    Use("award.steps.*.level", "levels"),
    Use("conditions.*.needs.*", "checks"),
    Use("plans.*.*.checks.*", "checks"),
    Use("plans.*.*.letters.*", "letters"),
    Use("plans.*.*.outputs.*.template", "letters"),
    Use("plans.*.*.due_by", "windows"),
    Use("case_letters.*", "letters"),
    Use("redemption.reminder", "letters"),
    Use("recovery.letters.*", "letters"),
    Use("award.steps.*.parameter", "parameters", ("money", "count")),
    Use("award.steps.*.minimum", "parameters", ("money", "count")),
    Use("award.steps.*.by", "parameters", NUMBERS),
    Use("award.steps.*.rates.*.by", "parameters", NUMBERS),
    Use("award.steps.*.tiers.*.up_to", "parameters", ("money", "count")),
    Use("award.steps.*.tiers.*.by", "parameters", ("ratio",)),
    Use("accounts.*.limit", "parameters", ("money", "count")),
    Use("accounts.*.hard_limit", "parameters", ("money", "count")),
    Use("accounts.*.combined_if", "parameters", ("flag",)),
    Use("redemption.rate", "parameters", ("ratio",)),
    Use("redemption.metering.tolerance", "parameters", ("ratio",)),
    Use("award.valid_for.through", "parameters", ("date",)),
)

#: Where a word is chosen, in the file or by a parameter; a step's name may stand there too if it says so.
SETTINGS: dict[str, tuple[str, ...]] = {
    "award.steps.*.inside.counting": tuple(Counting),
    "award.steps.*.to.unit": tuple(FEN_PER_UNIT),
    "award.steps.*.to.mode": tuple(Mode),
    "award.steps.*.others_follow": FLAGS,
    "award.steps.*.round_lines.unit": tuple(FEN_PER_UNIT),
    "award.steps.*.round_lines.mode": tuple(Mode),
    "accounts.*.each_applicant": FLAGS,
    "accounts.*.round_year": ("round", "service_year"),
    "accounts.*.year_of": ("accepted_on", "received_on", "signed_on", "paid_on", "requested_on"),
    "redemption.yearly_cut_off.rolls_over_holidays": FLAGS,
    "redemption.formula": ("voucher_share", "rate"),
    "redemption.needs_payment_proof": FLAGS,
    "redemption.invoice_without_items": ("nothing", "contract_share"),
    "redemption.metering.needed": FLAGS,
    "redemption.pay_day": ("previous_working_day", "next_working_day"),
    "redemption.deferred_first": ("oldest", "pro_rata"),
    "redemption.counts_in": ("paid_on", "requested_on"),
    "payments.came_back": ("in_its_year", "always"),
}
OPERANDS = ("value", "total", "weight")


def problems(source: Source) -> Iterator[Problem]:
    """Names that do not exist, steps that come later, parameters of another kind, words that are no setting."""
    for use in USES:
        for path, name in places(source.data, use.where):
            if isinstance(name, str):
                yield from _named(source, path, name, use.section, use.kinds)
    for pattern, words in SETTINGS.items():
        for path, word in places(source.data, pattern):
            if isinstance(word, str):
                yield from _setting(source, path, word, words)
    yield from _steps(source)
    yield from _bases(source)
    yield from _fitting_parts(source)


def unused(source: Source) -> Iterator[Problem]:
    """Warnings: a step, a parameter or a table that nothing uses."""
    written = [text for path, text in texts(source.data) if path[0] not in ("clauses", "sources")]
    words = {word for text in written for word in _words(text)}
    for name in section(source.data, "parameters"):
        if name not in words and f"{PARAMETER}{name}" not in words:
            yield _unused(source, ("parameters", name), name, "parameters")
    for name in section(source.data, "tables"):
        if name not in words:
            yield _unused(source, ("tables", name), name, "tables")
    names = _step_names(source)
    taken = {name for _, name in _operands(source)} | {name for _, name in _step_uses(source)}
    for path, name in names[:-1]:
        if name not in taken:
            yield _unused(source, path, name, "award.steps", of_key=False)


def _unused(source: Source, path: Path, name: str, where: str, of_key: bool = True) -> Problem:
    return source.problem("NAME_UNUSED", path, of_key=of_key, severity=Severity.WARNING, name=name, section=where)


def _words(text: str) -> Iterator[str]:
    """The names in a text: of an expression, or the text as it is."""
    word = ""
    for character in f"{text} ":
        if character.isascii() and (character.isalnum() or character in "._"):
            word += character
        elif word:
            yield word
            word = ""


def _named(source: Source, path: Path, name: str, where: str, kinds: Collection[str]) -> Iterator[Problem]:
    rows = section(source.data, where)
    if name not in rows:
        known = [one for one, row in rows.items() if not kinds or (isinstance(row, dict) and row.get("kind") in kinds)]
        yield source.problem("NAME_UNKNOWN", path, name=name, section=where, known=known, close=close(name, known))
    elif kinds and isinstance(rows[name], dict):
        kind = rows[name].get("kind")
        if isinstance(kind, str) and kind in KINDS and kind not in kinds:
            yield source.problem("PARAMETER_KIND", path, name=name, kind=kind, wanted=list(kinds))


def _setting(source: Source, path: Path, word: str, words: tuple[str, ...]) -> Iterator[Problem]:
    if not word.startswith(PARAMETER):
        if word not in words:
            yield source.problem("VALUE_UNKNOWN", path, written=word, known=list(words), close=close(word, words))
        return
    name = word.removeprefix(PARAMETER)
    kinds = ("flag", "choice") if set(FLAGS) <= set(words) else ("choice",)
    told = list(_named(source, path, name, "parameters", kinds))
    yield from told
    choices = places(source.data, f"parameters.{name}.choices.*") if not told else ()
    for at, _ in choices:
        if at[-1] not in words:
            near = close(at[-1], words)
            yield source.problem("VALUE_UNKNOWN", at, of_key=True, written=at[-1], known=list(words), close=near)


def _step_names(source: Source) -> list[tuple[Path, str]]:
    return [(path, name) for path, name in places(source.data, "award.steps.*.name") if isinstance(name, str)]


def _operands(source: Source) -> Iterator[tuple[Path, str]]:
    patterns = [*(f"award.steps.*.{key}" for key in OPERANDS), "award.steps.*.of.*"]
    for pattern in patterns:
        yield from ((path, name) for path, name in places(source.data, pattern) if isinstance(name, str))


def _steps(source: Source) -> Iterator[Problem]:
    """Operands are earlier steps or numbers; a name is given once."""
    order: dict[str, int] = {}
    for path, name in _step_names(source):
        if name in order:
            yield source.problem("ENTRY_TWICE", path, written=name)
        order.setdefault(name, int(path[2]))
    for path, name in _operands(source):
        if name.startswith(PARAMETER):
            yield from _named(source, path, name.removeprefix(PARAMETER), "parameters", NUMBERS)
        elif name not in order:
            yield source.problem(
                "STEP_UNKNOWN", path, name=name, known=list(order), close=close(name, [*order, *_numbers(source)])
            )
        elif order[name] >= int(path[2]):
            yield source.problem("STEP_LATER", path, name=name)


def _numbers(source: Source) -> list[str]:
    rows = section(source.data, "parameters")
    return [f"{PARAMETER}{name}" for name, row in rows.items() if isinstance(row, dict) and row.get("kind") in NUMBERS]


def _step_uses(source: Source) -> Iterator[tuple[Path, str]]:
    """Steps that are named outside of the steps."""
    for path, name in places(source.data, "award.base"):
        if isinstance(name, str):
            yield path, name
    for path, name in places(source.data, "accounts.*.counts"):
        if isinstance(name, str) and name not in ("granted", "paid"):
            yield path, name


def _bases(source: Source) -> Iterator[Problem]:
    known = [name for _, name in _step_names(source)]
    for path, name in _step_uses(source):
        if name not in known:
            yield source.problem("STEP_UNKNOWN", path, name=name, known=known, close=close(name, known))


def _fitting_parts(source: Source) -> Iterator[Problem]:
    """Parts of a step of which one, or all, must be there."""
    for path, row in places(source.data, "award.steps.*"):
        if isinstance(row, dict):
            yield from (source.problem(code, path, **facts) for code, facts in _misfits(source, row))
    if section(source.data, "plans").get("redemption_claim") and not section(source.data, "redemption"):
        yield source.problem("KEY_MISSING", (), keys=["redemption"])


def _misfits(source: Source, row: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    match row:
        case {"do": "sum"}:
            if ("amount" in row) == ("least_of" in row):
                yield "ONE_OF_KEYS", {"keys": ["amount", "least_of"]}
        case {"do": "multiply"}:
            if ("by" in row) == ("rates" in row):
                yield "ONE_OF_KEYS", {"keys": ["by", "rates"]}
        case {"do": "stack", "rule": "complete"} if "total" not in row:
            yield "KEY_MISSING", {"keys": ["total"]}
        case {"do": "pool", "sharing": "pro_rata"} if "weight" not in row:
            yield "KEY_MISSING", {"keys": ["weight"]}
        case {"do": "share"} if not section(source.data, "levels"):
            yield "KEY_MISSING", {"keys": ["levels"]}
