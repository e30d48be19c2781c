"""What others say of a stage before it is decided: who is asked, and who has said what. (会签)

Opinions are given in any order and beside each other. They are of one round of the stage; after a return they are given
anew.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from google.protobuf.message import Message

from domain import legal_clock
from domain.calendar import WorkingCalendar
from domain.case import CORRECTION, Case, OpenStage
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    OPINION_VERDICT_ABSTAIN,
    OPINION_VERDICT_CONSENT,
    OPINION_VERDICT_OBJECT,
    Actor,
    GiveOpinion,
    OpinionVerdict,
)
from duifu.v1.events_pb2 import OpinionGiven
from duifu.v1.plan_pb2 import OPINION_PART_REQUIRED, OpinionRole, Stage
from duifu.v1.work_pb2 import OpinionWanted

VERDICTS = tuple(
    OpinionVerdict.Name(verdict)
    for verdict in (OPINION_VERDICT_CONSENT, OPINION_VERDICT_OBJECT, OPINION_VERDICT_ABSTAIN)
)


def role_asked(case: Case, stage_key: str, actor: Actor) -> OpinionRole:
    """The actor's role among those that the open stage asks. Raises Refused STAGE_NOT_OPEN, OPINION_NOT_ASKED."""
    stage = case.at(stage_key)
    row = case.row(stage.key)
    roles = () if stage.key == CORRECTION else row.opinions.roles
    for asked in roles:
        if asked.role == actor.role:
            return asked
    known = "、".join(f"{asked.role_title}（{asked.role}）" for asked in roles) or "—"
    raise Refused(
        "OPINION_NOT_ASKED", row.opinions.clause or row.clause, title=stage.title, role=actor.role or "—", known=known
    )


def give(case: Case, command: GiveOpinion, actor: Actor, on: date, calendar: WorkingCalendar) -> list[Message]:
    """An opinion on the open stage; nothing if the same person said the same before. A later one counts instead.

    Raises Refused STAGE_NOT_OPEN, OPINION_NOT_ASKED, OPINION_UNCLEAR, REASON_MISSING, OPINION_TWICE, OPINIONS_FULL,
    OPINION_TOO_LATE, OPINION_AMOUNT_MISSING, AMOUNT_NOT_ASKED, CALENDAR_NOT_ANNOUNCED.
    """
    asked = role_asked(case, command.stage, actor)
    stage, row = case.any_stage(), case.row(command.stage)
    _must_be_clear(command, asked, row)
    opinion = OpinionGiven(
        stage=stage.key,
        round=stage.round,
        role=asked.role,
        verdict=command.verdict,
        reason=command.reason,
        given_by=actor.id,
        on_behalf_of=actor.on_behalf_of,
        given_on=on.isoformat(),
    )
    if command.HasField("agreed_fen"):
        opinion.agreed_fen = command.agreed_fen
    own = given(case).get(owner_of(opinion))
    before = own if own is not None and own.role == opinion.role else None
    others = [other for other in given(case).values() if other != before]
    if twice := hands(others) & hands([opinion]):
        raise Refused("OPINION_TWICE", row.opinions.clause, title=stage.title, account="、".join(sorted(twice)))
    if sum(other.role == asked.role for other in others) >= asked.people:
        raise Refused("OPINIONS_FULL", row.opinions.clause, title=stage.title, role=asked.role_title, most=asked.people)
    if row.opinions.on_silence and not asked.above_fen and are_days_over(row, stage, on, calendar):
        raise Refused("OPINION_TOO_LATE", row.opinions.clause, title=stage.title, days=row.opinions.days)
    return [] if before is not None and _says_the_same(before, opinion) else [opinion]


def given(case: Case) -> dict[str, OpinionGiven]:
    """What was said in the open round of the open stage: each person's newest opinion, by account."""
    stage = case.stage
    if stage is None:
        return {}
    here = (stage.key, stage.round)
    return {owner_of(opinion): opinion for opinion in case.opinions if (opinion.stage, opinion.round) == here}


def owner_of(opinion: OpinionGiven) -> str:
    """Whose opinion it is: the account that gave it, or for which it was given."""
    return opinion.on_behalf_of or opinion.given_by


def wanted(case: Case) -> Iterator[OpinionWanted]:
    """Whose opinions the open stage asks for, and who has given one."""
    stage = case.stage
    if stage is None or stage.key == CORRECTION:
        return
    said = given(case)
    for asked in case.row(stage.key).opinions.roles:
        yield OpinionWanted(
            role=asked.role,
            role_title=asked.role_title,
            part=asked.part,
            people=asked.people,
            given_by=[owner for owner, opinion in said.items() if opinion.role == asked.role],
        )


def hands(opinions: Iterable[OpinionGiven]) -> set[str]:
    """Whose hands these opinions went through."""
    return {account for opinion in opinions for account in (opinion.given_by, opinion.on_behalf_of) if account}


def are_days_over(row: Stage, stage: OpenStage, on: date, calendar: WorkingCalendar) -> bool:
    """Whether the last day for opinions ended before `on`; while the stage's clock stands still, none passes."""
    if stage.opened_on is None or on <= stage.opened_on:
        return False
    reading = legal_clock.read(stage, row.time_limit, on - legal_clock.DAY, calendar)
    return reading is not None and reading.elapsed >= row.opinions.days


def _must_be_clear(command: GiveOpinion, asked: OpinionRole, row: Stage) -> None:
    clause, title = row.opinions.clause, row.title
    may_abstain = asked.part != OPINION_PART_REQUIRED
    if not command.verdict or (command.verdict == OPINION_VERDICT_ABSTAIN and not may_abstain):
        said, allowed = OpinionVerdict.Name(command.verdict), "、".join(VERDICTS[: 3 if may_abstain else 2])
        raise Refused("OPINION_UNCLEAR", clause, title=title, role=asked.role_title, said=said, allowed=allowed)
    if command.verdict == OPINION_VERDICT_OBJECT and not command.reason.strip():
        raise Refused("REASON_MISSING", clause, title=title)
    needs_amount = bool(asked.above_fen and row.sets_amount and command.verdict == OPINION_VERDICT_CONSENT)
    if needs_amount and not command.HasField("agreed_fen"):
        raise Refused("OPINION_AMOUNT_MISSING", clause, title=title, role=asked.role_title, above_fen=asked.above_fen)
    if command.HasField("agreed_fen") and not needs_amount:
        raise Refused("AMOUNT_NOT_ASKED", clause, title=title)


def _says_the_same(before: OpinionGiven, after: OpinionGiven) -> bool:
    undated = OpinionGiven()
    undated.CopyFrom(after)
    undated.given_on = before.given_on
    return undated == before
