"""The letters a case owes its applicant. They follow from its events alone: written late, they say the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.case import CORRECTION, Case, OpenStage
from domain.dates import SHANGHAI, from_iso, start_of
from domain.format.programme import LetterTemplate
from domain.legal_clock import limit_of
from domain.money import show
from domain.wording import days, deadline, last_day
from duifu.v1.events_pb2 import ClockStopped
from duifu.v1.plan_pb2 import Stage, TimeLimit

#: What a template may leave blank.
BLANKS = frozenset(
    {"applicant", "programme", "case", "waits_on", "due", "items", "summary", "number"}
    | {"reason", "since", "until", "left", "moved_by"}
)


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
    yield from _about_the_clock(case)
    for (key, output), recorded in case.outputs.items():
        template = next((row.template for row in case.row(key).outputs if row.key == output), "")
        if template and recorded.recipient:
            letter_id = f"{case.case_id}:output:{output}:{key}:{recorded.round}"
            yield Owed(letter_id, template, {}, recorded.recipient, recorded.title, recorded.text)
    for number, back in enumerate(case.returns, start=1):
        words = {"left": show(back.amount_fen), "summary": back.explanation}
        yield from _letter(case, case.plan.letters.get("returned", ""), None, "returned", number, words)
    if case.closed is not None:
        template = case.plan.letters.get("closed", "")
        yield from _letter(case, template, None, "closed", words={"summary": case.closed.summary})


def _goes_on(case: Case, stage: OpenStage, following: OpenStage) -> bool:
    """Whether a stage was passed, and the case neither mended nor sent back."""
    keys = [row.key for row in case.plan.stages]
    return following.key != CORRECTION and keys.index(following.key) > keys.index(stage.key)


def _about_the_clock(case: Case) -> Iterator[Owed]:
    """That a clock stands still and for how long, and that it runs again, told in writing. (行政许可法 45)

    A stage has its own template, or the case has one for all of them.
    """
    told: Counter[tuple[str, str]] = Counter()
    stop = ClockStopped()
    for event in case.stops:
        row = case.row(event.stage)
        stage = next(stage for stage in case.stages if (stage.key, stage.round) == (event.stage, event.round))
        if isinstance(event, ClockStopped):
            moment, stop, words = "stopped", event, _while_stopped(event, limit_of(row, stage))
        else:
            moved_by = days(event.stopped_days, limit_of(row, stage))
            due = deadline(event.due_at.ToDatetime(SHANGHAI))
            moment, words = "restarted", {"moved_by": moved_by, "until": event.restarted_on, "due": due}
        told[moment, event.stage] += 1
        template = row.letters.get(moment, "") or case.plan.letters.get(moment, "")
        words |= {"reason": stop.title, "since": stop.stopped_on}
        yield from _letter(case, template, stage, event.stage, told[moment, event.stage], words)


def _while_stopped(stop: ClockStopped, limit: TimeLimit) -> dict[str, str]:
    until = last_day(start_of(from_iso(stop.restarts_on))) if stop.restarts_on else "恢复计时之日"
    return {"until": until, "left": days(stop.left_days, limit), "due": ""}


def text_of_output(
    case: Case, row: Stage, key: str, document_number: str, templates: Mapping[str, LetterTemplate]
) -> str:
    """The letter that a stage brings about, by the `templates` of the pinned edition; empty if it is no letter."""
    template = next((output.template for output in row.outputs if output.key == key), "")
    return templates[template].text.format(**_words_of_output(case, document_number)) if template else ""


def _words_of_output(case: Case, document_number: str) -> dict[str, str]:
    items = "\n".join(f"{name}：{result.detail}" for name, result in sorted(case.checks.items()))
    return _words(case) | {"number": document_number, "items": items}


def words_about(applicant_name: str, programme_title: str, subject_id: str) -> dict[str, str]:
    """What every letter may say, about a case or a voucher; every other blank is empty."""
    about = {"applicant": applicant_name, "programme": programme_title, "case": subject_id}
    return dict.fromkeys(BLANKS, "") | about


def _words(case: Case) -> dict[str, str]:
    return words_about(case.applicant_name, case.plan.programme_title, case.case_id)


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
        due = {"waits_on": names.waits_on, "due": deadline(names.due_at)} if names else {}
        blanks = _words(case) | due | dict(words or {})
        letter_id = f"{case.case_id}:letter:{template}:{about}:{number}"
        yield Owed(letter_id, template, blanks, case.applicant_name)
