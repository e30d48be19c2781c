"""What the documents say: their fences, commands and links."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[2]
GUIDES = [
    ROOT / "docs" / "guides" / f"{name}.md"
    for name in ("operators", "integrators", "auditors", "policy-authors", "witnesses")
]
#: README first: what it shows is what the demonstration year left.
PAGES = [ROOT / "README.md", *GUIDES]
#: Written here; decisions and dependencies have tests of their own, but links may lead there.
ALL = [
    *PAGES,
    ROOT / "docs" / "architecture.md",
    ROOT / "docs" / "evidence-bundle.md",
    ROOT / "docs" / "glossary.md",
    ROOT / "docs" / "guides" / "experts.md",
    ROOT / "docs" / "clauses" / "beijing.md",
    ROOT / "docs" / "clauses" / "qingdao.md",
]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """One fenced example, and where it stands."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Step:
    """One thing a reader does, and the lines that must come out, in this order."""

    where: str
    command: str
    is_python: bool
    expected: tuple[str, ...]


def fences(page: Path) -> list[Fence]:
    """All fences of a page, in order."""
    text = page.read_text("utf-8")
    return [Fence(page, text[: found.start()].count("\n") + 1, found[1], found[2]) for found in _FENCE.finditer(text)]


def steps(page: Path) -> list[Step]:
    """Everything a page asks its reader to run: console lines after "$ ", and Python with the text that follows it."""
    found: list[Step] = []
    all_fences = fences(page)
    for number, fence in enumerate(all_fences):
        if fence.language == "console":
            found += _console(fence)
        elif fence.language == "python":
            after = all_fences[number + 1] if number + 1 < len(all_fences) else fence
            expected = tuple(after.text.splitlines()) if after.language == "text" else ()
            found.append(Step(str(fence), fence.text, True, expected))
    return found


def _console(fence: Fence) -> Iterator[Step]:
    """ "> " continues a command; every other line after it is output."""
    for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        command = [lines.pop(0)]
        while lines and lines[0].startswith("> "):
            command.append(lines.pop(0)[2:])
        yield Step(f"{fence} {command[0]}", "\n".join(command), False, tuple(line for line in lines if line.strip()))


def views(page: Path) -> list[Step]:
    """The saved views that a page links to, each as a question that Temporal must understand."""
    queries = [link.partition("?query=")[2] for link in links(page) if "?query=" in link]
    return [
        Step(f"view {query}", f"temporal workflow count --query {shlex.quote(query)}", False, ("Total: …",))
        for query in queries
    ]


def prose(page: Path) -> str:
    """A page without its fences."""
    return _FENCE.sub("", page.read_text("utf-8"))


def links(page: Path) -> list[str]:
    """Where a page's links lead, as written."""
    return [unquote(link) for link in _LINK.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose(page))}


def missing(expected: tuple[str, ...], output: str) -> list[str]:
    """The first expected line that does not occur after the one before it; "…" stands for anything."""
    rest = [" ".join(line.split()) for line in output.splitlines()]
    for line in expected:
        pattern = ".*".join(re.escape(part) for part in " ".join(line.split()).split("…"))
        places = [number for number, said in enumerate(rest) if re.fullmatch(pattern, said)]
        if not places:
            return [line]
        rest = rest[places[0] + 1 :]
    return []
