"""Lines that several parts of the guide for applicants share."""

from collections.abc import Iterable, Iterator

from domain.format.conditions import CheckRule, Condition
from policy.wording import Values

MOMENTS = {"submission": "提交时", "decision": "审核时", "request": "提出兑付时", "redemption": "支付前"}
APPLYING = frozenset({"submission", "decision"})


def condition(values: Values, row: Condition) -> str:
    """One condition: what is told if it is not met, which source is asked, when a person rules, when it is tested."""
    words = [f"**{row.title.zh}**（{row.clause}，{row.code}）"]
    if row.met.strip() != "true":
        words.append(f"不符合时告知：{row.otherwise.zh}")
    if row.needs:
        checks = [values.programme.checks[name] for name in row.needs]
        asked = [
            check.title if check.source in (None, check.title) else f"{check.title}（{check.source}）"
            for check in checks
        ]
        words.append(f"查询：{'、'.join(asked)}")
    words += [f"人工认定：{row.person.zh}"] if row.person else []
    words += [f"提示：{row.note.zh}"] if row.note else []
    words.append(f"{'、'.join(MOMENTS[moment] for moment in row.at)}核对")
    return "。".join(words) + "。"


def _source(check: CheckRule) -> str:
    return check.title if check.source in (None, check.title) else f"{check.title}（{check.source}）"


def titled(title: str) -> Iterator[str]:
    """The heading of a section."""
    yield f"## {title}"
    yield ""


def numbered(lines: Iterable[str]) -> Iterator[str]:
    """A numbered list."""
    for number, line in enumerate(lines, 1):
        yield f"{number}. {line}"
    yield ""


def cell(text: str) -> str:
    """A text inside a table."""
    return text.replace("|", "\\|")


def code(text: str) -> str:
    """A text that is read letter by letter."""
    return f"`{text}`" if "`" not in text else text
