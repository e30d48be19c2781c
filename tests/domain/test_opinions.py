"""Consents, quorum and share over whatever people say, in whatever order, beside a plain count of hands."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import consent, opinions
from domain.case import Case, OpenStage
from domain.case_course import evolve
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    OPINION_VERDICT_ABSTAIN,
    OPINION_VERDICT_CONSENT,
    OPINION_VERDICT_OBJECT,
    Actor,
    GiveOpinion,
    OpinionVerdict,
)
from duifu.v1.plan_pb2 import (
    OPINION_PART_COUNTED,
    OPINION_PART_OBSERVING,
    OPINION_PART_REQUIRED,
    STAGE_KIND_DECISION,
    CasePlan,
    OpinionRole,
    OpinionRule,
    Stage,
)
from policy.rulebook import calendar_in
from settings import SHIPPED_PROGRAMMES

ANNOUNCED = calendar_in(SHIPPED_PROGRAMMES)
ON = date(2024, 3, 1)
BOARD, QUORUM, SHARE, SIGNED_ABOVE = 5, 3, Fraction(2, 3), 1_000
CONSENT, OBJECT, ABSTAIN = OPINION_VERDICT_CONSENT, OPINION_VERDICT_OBJECT, OPINION_VERDICT_ABSTAIN

REVIEW = Stage(
    key="review",
    title="审核",
    kind=STAGE_KIND_DECISION,
    role="officer",
    sets_amount=True,
    opinions=OpinionRule(
        clause="X-1",
        roles=[
            OpinionRole(role="finance", part=OPINION_PART_REQUIRED, people=1),
            OpinionRole(role="member", part=OPINION_PART_COUNTED, people=BOARD),
            OpinionRole(role="observer", part=OPINION_PART_OBSERVING, people=1),
            OpinionRole(role="director", part=OPINION_PART_REQUIRED, people=1, above_fen=SIGNED_ABOVE),
        ],
        quorum=QUORUM,
        consent_share="2/3",
    ),
)
OPEN = Case(
    case_id="x-1",
    plan=CasePlan(stages=[REVIEW, Stage(key="end")]),
    stage=OpenStage("review", 1, "审核", "审核岗", None, "X-1", opened_on=ON),
)
#: Who says what; of the same person the last counts.
SAYINGS = st.dictionaries(
    st.sampled_from(
        [("finance", 1), ("observer", 1), ("director", 1), *(("member", number) for number in range(1, BOARD + 1))]
    ),
    st.tuples(st.sampled_from([CONSENT, OBJECT, ABSTAIN]), st.sampled_from([500, 1_500, 3_000])),
)


Sayings = dict[tuple[str, int], tuple[OpinionVerdict.ValueType, int]]


def said(case: Case, role: str, number: int, verdict: OpinionVerdict.ValueType, agreed_fen: int) -> Case:
    """The case after somebody has said something; what may not be said changes nothing."""
    command = GiveOpinion(case_id="x-1", stage="review", verdict=verdict, reason="理由")
    if role == "director" and verdict == CONSENT:
        command.agreed_fen = agreed_fen
    actor = Actor(id=f"{role}.{number}", role=role)
    if verdict == ABSTAIN and role in ("finance", "director"):
        with pytest.raises(Refused, match="OPINION_UNCLEAR"):
            opinions.give(case, command, actor, ON, ANNOUNCED)
        return case
    events = opinions.give(case, command, actor, ON, ANNOUNCED)
    for event in events:
        case = evolve(case, event)
    return case


def refused_with(case: Case, amount_fen: int) -> str:
    try:
        silent = consent.must_allow(case, REVIEW, amount_fen, ON, ANNOUNCED)
    except Refused as refused:
        return refused.code
    assert not silent  # nobody's silence is read here
    return ""


def counted_by_hand(sayings: Sayings, amount_fen: int) -> str:
    finance = sayings.get(("finance", 1), (0, 0))[0]
    director, agreed_fen = sayings.get(("director", 1), (0, 0))
    signs = amount_fen > SIGNED_ABOVE
    if OBJECT in (finance, director if signs else 0):
        return "OPINION_AGAINST"
    if finance != CONSENT or (signs and (director != CONSENT or agreed_fen < amount_fen)):
        return "OPINIONS_MISSING"
    board = [verdict for (role, _), (verdict, _) in sayings.items() if role == "member"]
    if len(board) < QUORUM:
        return "QUORUM_NOT_REACHED"
    return "" if Fraction(board.count(CONSENT), len(board)) >= SHARE else "CONSENTS_TOO_FEW"


@given(SAYINGS, st.sampled_from([0, SIGNED_ABOVE, SIGNED_ABOVE + 1, 2_000, 3_000, 3_001]), st.randoms())
def test_a_stage_passes_exactly_when_the_hands_say_so_in_whatever_order(
    sayings: Sayings, amount_fen: int, shuffled: Random
) -> None:
    in_order, at_random = OPEN, OPEN
    for (role, number), (verdict, agreed_fen) in sayings.items():
        in_order = said(in_order, role, number, verdict, agreed_fen)
    backwards = list(sayings.items())
    shuffled.shuffle(backwards)
    for (role, number), (verdict, agreed_fen) in backwards:
        at_random = said(at_random, role, number, verdict, agreed_fen)

    expected = counted_by_hand(sayings, amount_fen)

    assert refused_with(in_order, amount_fen) == refused_with(at_random, amount_fen) == expected


@given(SAYINGS, SAYINGS)
def test_what_people_said_before_they_changed_their_minds_counts_no_more(before: Sayings, after: Sayings) -> None:
    def may_say(role: str, verdict: int) -> bool:
        return role not in ("finance", "director") or verdict != ABSTAIN

    lasting = {who: what for who, what in (before | after).items() if may_say(who[0], what[0])}
    first_then_second, at_once = OPEN, OPEN
    for sayings in (before, after):
        for (role, number), (verdict, agreed_fen) in sayings.items():
            if (role, number) in lasting:
                first_then_second = said(first_then_second, role, number, verdict, agreed_fen)
    for (role, number), (verdict, agreed_fen) in lasting.items():
        at_once = said(at_once, role, number, verdict, agreed_fen)

    assert refused_with(first_then_second, 2_000) == refused_with(at_once, 2_000)
