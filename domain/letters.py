"""The letters a case owes its applicant. They follow from its events alone: written late, they say the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.case import CORRECTION, Case, OpenStage
from domain.wording import deadline

#: What a template may leave blank.
BLANKS = frozenset({"applicant", "programme", "case", "waits_on", "due", "items", "summary", "number"})


@dataclass(frozen=True, slots=True)
class Owed:
    """One letter: which template of the edition, and what fills it in."""

    letter_id: str
    template: str
    words: Mapping[str, str]
    recipient: str
    title: str = ""
    text: str = ""  # of a letter that was written already; empty: from the template


def owed(case: Case) -> Iterator[Owed]:
    """Every letter of the plan that the case has come to so far, whether sent or not, in order."""
    passed: Counter[str] = Counter()
    for stage, following in zip(case.stages, (*case.stages[1:], None), strict=True):
        row = case.row(stage.key)
        if stage.key == CORRECTION:
            items = {"items": "\n".join(stage.items)}
            yield from _letter(case, row.letters.get("correction", ""), stage, stage.key, stage.round, items)
            continue
        if stage.round == 1:
            yield from _letter(case, row.letters.get("opened", ""), stage, stage.key)
        if following is not None and _goes_on(case, stage, following):
            passed[stage.key] += 1
            yield from _letter(case, row.letters.get("passed", ""), following, stage.key, passed[stage.key])
    for (key, output), recorded in case.outputs.items():
        template = next((row.template for row in case.row(key).outputs if row.key == output), "")
        if template and recorded.recipient:
            letter_id = f"{case.case_id}:output:{output}:{key}:{recorded.round}"
            yield Owed(letter_id, template, {}, recorded.recipient, recorded.title, recorded.text)
    if case.closed is not None:
        template = case.plan.letters.get("closed", "")
        yield from _letter(case, template, None, "closed", words={"summary": case.closed.summary})


def _goes_on(case: Case, stage: OpenStage, following: OpenStage) -> bool:
    """Whether a stage was passed, and the case neither mended nor sent back."""
    keys = [row.key for row in case.plan.stages]
    return following.key != CORRECTION and keys.index(following.key) > keys.index(stage.key)


def words_of_output(case: Case, document_number: str) -> dict[str, str]:
    """What fills in the letter that a stage brings about."""
    return {
        "applicant": case.applicant_name,
        "programme": case.plan.programme_title,
        "case": case.case_id,
        "number": document_number,
        "waits_on": "",
        "due": "",
        "items": "\n".join(f"{name}：{result.detail}" for name, result in sorted(case.checks.items())),
        "summary": "",
    }


def _letter(
    case: Case,
    template: str,
    names: OpenStage | None,
    about: str,
    number: int = 1,
    words: Mapping[str, str] | None = None,
) -> Iterator[Owed]:
    """A letter about a stage that `names` whom the case waits on and until when; none without a template."""
    if template:
        blanks = {
            "applicant": case.applicant_name,
            "programme": case.plan.programme_title,
            "case": case.case_id,
            "waits_on": names.waits_on if names else "",
            "due": deadline(names.due_at) if names else "",
            **(words or {}),
        }
        letter_id = f"{case.case_id}:letter:{template}:{about}:{number}"
        yield Owed(letter_id, template, blanks, case.applicant_name)
