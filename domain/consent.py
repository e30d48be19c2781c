"""Whether what others say of a stage lets it pass: consents, quorum, share, and what silence counts as. (会签)

Whoever decides the stage still decides it: without these consents it does not pass, and with all of them it may still
be refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.calendar import WorkingCalendar
from domain.case import Case
from domain.opinions import are_days_over, given, hands, owner_of
from domain.refusals import Refused
from duifu.v1.commands_pb2 import OPINION_VERDICT_CONSENT, OPINION_VERDICT_OBJECT
from duifu.v1.events_pb2 import OpinionGiven, SilentOpinion
from duifu.v1.plan_pb2 import (
    OPINION_PART_COUNTED,
    OPINION_PART_REQUIRED,
    OPINION_SILENCE_CONSENTS,
    OpinionRole,
    OpinionSilence,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """What one role says: the opinions of its people so far, and how many are silent past their days."""

    asked: OpinionRole
    given: tuple[OpinionGiven, ...]
    silent: int

    def said(self, verdict: int) -> int:
        """So many of them said this."""
        return sum(opinion.verdict == verdict for opinion in self.given)


def must_have_no_voice(case: Case, accounts: Sequence[str]) -> None:
    """None of these accounts has given an opinion on the open stage. Raises Refused OPINION_OF_DECIDER."""
    if own := hands(given(case).values()).intersection(accounts):
        stage = case.any_stage()
        clause = case.row(stage.key).opinions.clause
        raise Refused("OPINION_OF_DECIDER", clause, title=stage.title, account="、".join(sorted(own)))


def must_allow(case: Case, row: Stage, amount_fen: int, on: date, calendar: WorkingCalendar) -> list[SilentOpinion]:
    """What was said allows the stage to pass with this amount; gives whose silence counted, and as what.

    Raises Refused OPINION_AGAINST, OPINIONS_MISSING, QUORUM_NOT_REACHED, CONSENTS_TOO_FEW, CALENDAR_NOT_ANNOUNCED.
    """
    rule = row.opinions
    if not rule.roles:
        return []
    said, is_over = (
        list(given(case).values()),
        bool(rule.on_silence) and are_days_over(row, case.any_stage(), on, calendar),
    )
    voices = [_voice(asked, said, is_over) for asked in rule.roles]
    _must_be_required_consents(case, row, voices, amount_fen)
    _must_be_carried(row, [voice for voice in voices if voice.asked.part == OPINION_PART_COUNTED])
    return [_silence_of(voice, rule.on_silence) for voice in voices if voice.silent]


def _must_be_required_consents(case: Case, row: Stage, voices: Sequence[Voice], amount_fen: int) -> None:
    taking_part = [
        voice
        for voice in voices
        if voice.asked.part == OPINION_PART_REQUIRED and amount_fen > (voice.asked.above_fen or -1)
    ]
    clause, title = row.opinions.clause, row.title
    for voice in taking_part:
        for opinion in voice.given:
            if opinion.verdict == OPINION_VERDICT_OBJECT:
                role, by = voice.asked.role_title, owner_of(opinion)
                raise Refused("OPINION_AGAINST", clause, title=title, role=role, by=by, reason=opinion.reason)
    missing = [_missing(voice, amount_fen) for voice in taking_part]
    if found := "；".join(words for words in missing if words):
        raise Refused("OPINIONS_MISSING", clause, case=case.case_id, title=title, missing=found)


def _missing(voice: Voice, amount_fen: int) -> str:
    """What of a role's consents is not there, for people; empty if all are. A consent reaches as far as its amount."""
    enough = [
        opinion for opinion in voice.given if not opinion.HasField("agreed_fen") or opinion.agreed_fen >= amount_fen
    ]
    awaited = voice.asked.people - len(enough) - voice.silent
    if awaited <= 0:
        return ""
    reaches = "（已同意的金额低于本次核定）" if len(enough) < len(voice.given) else ""
    return f"{voice.asked.role_title}{awaited}人{reaches}"


def _must_be_carried(row: Stage, voices: Sequence[Voice]) -> None:
    rule = row.opinions
    deemed = sum(voice.silent for voice in voices) if rule.on_silence == OPINION_SILENCE_CONSENTS else 0
    present = sum(len(voice.given) for voice in voices) + deemed
    consents = sum(voice.said(OPINION_VERDICT_CONSENT) for voice in voices) + deemed
    if present < rule.quorum:
        raise Refused("QUORUM_NOT_REACHED", rule.clause, title=row.title, present=present, quorum=rule.quorum)
    if rule.consent_share and (not present or Fraction(consents, present) < Fraction(rule.consent_share)):
        raise Refused(
            "CONSENTS_TOO_FEW",
            rule.clause,
            title=row.title,
            consents=consents,
            present=present,
            share=rule.consent_share,
        )


def _voice(asked: OpinionRole, said: Sequence[OpinionGiven], is_over: bool) -> Voice:
    """What a role says; the silence of who signs above an amount is never read."""
    own = tuple(opinion for opinion in said if opinion.role == asked.role)
    return Voice(asked, own, asked.people - len(own) if is_over and not asked.above_fen else 0)


def _silence_of(voice: Voice, counts_as: OpinionSilence.ValueType) -> SilentOpinion:
    asked = voice.asked
    return SilentOpinion(role=asked.role, role_title=asked.role_title, people=voice.silent, counts_as=counts_as)
