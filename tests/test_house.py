"""The rules of the house that no linter holds."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))

TOP_LEVEL = (
    ".ci/run", ".gitignore", "Makefile", "README.md", "buf.yaml", "pyproject.toml", "requirements.lock",
    "docs/adr", "docs/dependencies.md", "proto/duifu/v1", "tests",
    "activities", "audit", "cli", "commands", "domain", "exchange", "ledger", "pictures", "policy", "programmes",
    "proofs", "reference_city", "simulation", "telemetry", "views", "witness", "workflows",
    "front_door.py", "relay.py", "schedules.py", "sealing.py", "settings.py", "worker.py",
)  # fmt: skip

# What the modules beside the rooms may use of us; import-linter takes only packages.
MAY_IMPORT = {
    "front_door.py": ("commands", "ledger", "policy", "settings"),
    "relay.py": ("commands.deployment", "duifu", "ledger", "telemetry", "workflows"),
    "schedules.py": ("domain", "duifu", "workflows"),
    "sealing.py": ("ledger", "proofs", "settings"),
    "settings.py": (),
    "worker.py": (
        "activities",
        "commands",
        "domain",
        "duifu",
        "front_door",
        "ledger",
        "relay",
        "schedules",
        "sealing",
        "settings",
        "telemetry",
        "views",
        "workflows",
    ),
}

# Patterns, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b")
REGISTRY = re.compile(
    r"py[p]i\.org|pythonhoste[d]|npmj[s]\.|debia[n]\.org|crate[s]\.io|proxy\.golan[g]|docke[r]\.io|gc[r]\.io"
)
MACHINE = re.compile(r"(?<![\w.}])/(?:wor[k]|roo[t]|far[m]|tm[p]|op[t]|home/\w+|Users/\w+)(?![\w-])")


def tracked() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [path for name in listed.stdout.split("\0") if name and (path := HOUSE / name).is_file()]


def lines_matching(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{file.relative_to(HOUSE)}:{number}: {line.strip()[:120]}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8", errors="ignore").splitlines(), 1)
        if pattern.search(line)
    ]


def nodes_where(condition: Callable[[ast.AST], bool], source: str, name: str) -> list[str]:
    return [
        f"{name}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if condition(node)
    ]


def is_float(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=float() | complex()):
            return True
        case ast.Call(func=ast.Name(id="float")):
            return True
    return False


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{alias.name}" for alias in node.names)


def ours() -> set[str]:
    setuptools = PROJECT["tool"]["setuptools"]
    return {name.split(".")[0] for name in setuptools["packages"] + setuptools["py-modules"]}


def declared_dependencies() -> list[str]:
    project = PROJECT["project"]
    declared = [
        *project["dependencies"],
        *project["optional-dependencies"]["dev"],
        *PROJECT["build-system"]["requires"],
    ]
    return [re.split(r"[<>=~!\[; ]", requirement)[0] for requirement in declared]


def test_the_top_level_is_complete() -> None:
    assert [name for name in TOP_LEVEL if not (HOUSE / name).exists()] == []


def test_money_and_decisions_know_no_float() -> None:
    files = [*(HOUSE / "domain").rglob("*.py"), *(HOUSE / "workflows").rglob("*.py")]
    found = [
        line for file in files for line in nodes_where(is_float, file.read_text("utf-8"), str(file.relative_to(HOUSE)))
    ]

    assert files
    assert found == [], "write an int of the smallest unit, a Fraction, or a timedelta(milliseconds=...)"


@pytest.mark.parametrize("source", ["rate = 0.2", "rate = -1e-3", "share = float(due) / 3", "z = 1j"])
def test_a_float_is_found(source: str) -> None:
    assert nodes_where(is_float, source, "example")


def test_nothing_is_left_unfinished() -> None:
    assert lines_matching(UNFINISHED, tracked()) == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_matching(REGISTRY, tracked()) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert lines_matching(MACHINE, tracked()) == []


def test_the_lock_says_what_to_install_and_not_from_where() -> None:
    lock = (HOUSE / "requirements.lock").read_text("utf-8")

    assert re.search(r"://|^\s*-(?!-hash)| @ |find-links|index-url", lock, re.MULTILINE) is None


def test_the_lock_pins_every_dependency() -> None:
    pinned = set(re.findall(r"^(\S+)==", (HOUSE / "requirements.lock").read_text("utf-8"), re.MULTILINE))

    assert [name for name in declared_dependencies() if name.lower() not in pinned] == []


def test_every_dependency_has_a_sentence_and_every_sentence_a_dependency() -> None:
    text = (HOUSE / "docs" / "dependencies.md").read_text("utf-8")
    sentences = dict(re.findall(r"^\* \*\*([\w-]+)\*\*: (.+?\.)$", text, re.MULTILINE))

    assert sorted(sentences) == sorted(declared_dependencies())


def test_every_package_is_under_import_linter() -> None:
    packages = {name.split(".")[0] for name in PROJECT["tool"]["setuptools"]["packages"]}

    assert packages == set(PROJECT["tool"]["importlinter"]["root_packages"])


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_a_module_beside_the_rooms_uses_only_what_it_may(module: str) -> None:
    names = [name for name in imported((HOUSE / module).read_text("utf-8")) if name.split(".")[0] in ours()]
    allowed = MAY_IMPORT[module]

    assert [name for name in names if not any(f"{name}.".startswith(f"{may}.") for may in allowed)] == []
