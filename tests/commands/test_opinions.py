"""Stages that are decided after others were heard: who must consent, how many, up to how much, and what silence is."""

from contextlib import closing
from pathlib import Path

import pytest
from google.protobuf.message import Message

from audit.compared import Difference
from audit.recompute import recompute
from domain import tasks
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    OPINION_VERDICT_ABSTAIN,
    OPINION_VERDICT_CONSENT,
    OPINION_VERDICT_OBJECT,
    VERDICT_REFUSE,
    Actor,
    ClaimTask,
    DelegateRole,
    OpinionVerdict,
    ReturnForRework,
    StopClock,
)
from duifu.v1.events_pb2 import Decided, OpinionGiven
from duifu.v1.plan_pb2 import OPINION_SILENCE_ABSTAINS, OPINION_SILENCE_CONSENTS
from ledger import streams
from ledger.rows import open_rows
from tests.builders import ACCEPTANCE, PROGRAMME, REVIEW, an_application, clean_checks, direction_fits
from tests.commands.joint import (
    AUDITOR,
    DIRECTOR,
    ENTRY,
    FINANCE,
    MEMBERS,
    SIGNED_ABOVE,
    a_joint_desk,
    hear_others_or_abstain,
    heard,
    in_review,
    opine,
)
from tests.desk import Desk

ALL = yuan(2_000_000)
LATE = "2024-03-07 09:00"  # the fourth working day after 1 March, a Friday


@pytest.fixture
def joint(desk: Desk) -> Desk:
    """A desk at which a review hears others."""
    return a_joint_desk(desk)


def refusal(act: object, *args: object, **how: object) -> str:
    assert callable(act)
    with pytest.raises(Refused) as refused:
        act(*args, **how)
    return refused.value.code


def decided(desk: Desk, case_id: str) -> Decided:
    newest = desk.case(case_id).decisions[-1]
    assert newest.stage == "review"
    return newest


def opinions(desk: Desk, case_id: str) -> list[Message]:
    return [event for event in desk.events(streams.case(case_id)) if isinstance(event, OpinionGiven)]


def test_a_stage_passes_once_everybody_has_been_heard_in_whatever_order(joint: Desk) -> None:
    case_id = in_review(joint)
    assert refusal(joint.review, case_id) == "OPINIONS_MISSING"

    for actor in (MEMBERS[2], FINANCE, MEMBERS[0]):
        opine(joint, actor, case_id)
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    joint.review(case_id)

    assert joint.case(case_id).stage is not None
    assert decided(joint, case_id).approved_fen > SIGNED_ABOVE
    assert not decided(joint, case_id).silent_opinions


def test_who_decides_may_refuse_whatever_the_others_say(joint: Desk) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)

    joint.decide(REVIEW, case_id, "review", verdict=VERDICT_REFUSE, code="BJ_E_DIRECTION", reason="不属于支持方向")

    assert joint.closed_case(case_id).code == "BJ_E_DIRECTION"


def test_an_objection_of_who_must_consent_stops_the_stage_until_it_is_changed_and_both_stay_on_record(
    joint: Desk,
) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)
    opine(joint, FINANCE, case_id, OPINION_VERDICT_OBJECT, reason="年度预算不足")
    assert refusal(joint.review, case_id) == "OPINION_AGAINST"

    opine(joint, FINANCE, case_id)
    joint.review(case_id)

    said = [
        event.verdict
        for event in opinions(joint, case_id)
        if isinstance(event, OpinionGiven) and event.role == FINANCE.role
    ]
    assert said == [OPINION_VERDICT_CONSENT, OPINION_VERDICT_OBJECT, OPINION_VERDICT_CONSENT]


def test_the_same_opinion_again_is_not_recorded_twice(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, FINANCE, case_id)
    opine(joint, FINANCE, case_id)

    assert len(opinions(joint, case_id)) == 1


def test_fewer_than_the_quorum_decide_nothing(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, FINANCE, case_id)
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    opine(joint, MEMBERS[0], case_id)

    assert refusal(joint.review, case_id) == "QUORUM_NOT_REACHED"


@pytest.mark.parametrize("third", [OPINION_VERDICT_OBJECT, OPINION_VERDICT_ABSTAIN])
def test_the_share_is_reached_at_exactly_two_of_three_and_an_abstention_counts_as_taking_part(
    joint: Desk, third: OpinionVerdict.ValueType
) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)
    opine(joint, MEMBERS[2], case_id, third, reason="意见不同")
    opine(joint, MEMBERS[1], case_id, OPINION_VERDICT_OBJECT, reason="意见不同")
    assert refusal(joint.review, case_id) == "CONSENTS_TOO_FEW"

    opine(joint, MEMBERS[1], case_id)
    joint.review(case_id)

    assert decided(joint, case_id).approved_fen


def test_who_observes_is_heard_and_stops_nothing(joint: Desk) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)
    opine(joint, AUDITOR, case_id, OPINION_VERDICT_OBJECT, reason="建议复核合同")

    joint.review(case_id)

    assert decided(joint, case_id).approved_fen


def test_above_an_amount_the_director_signs_and_up_to_it_does_not(joint: Desk) -> None:
    case_id = in_review(joint)
    for actor in (FINANCE, *MEMBERS[:2]):
        opine(joint, actor, case_id)

    above = {"approved_fen": SIGNED_ABOVE + 1, "reason": "核减"}
    assert refusal(joint.review, case_id, **above) == "OPINIONS_MISSING"
    joint.review(case_id, approved_fen=SIGNED_ABOVE, reason="核减")

    assert decided(joint, case_id).approved_fen == SIGNED_ABOVE


def test_a_signature_reaches_as_far_as_the_amount_it_names(joint: Desk) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)
    opine(joint, DIRECTOR, case_id, agreed_fen=yuan(150_000))

    assert refusal(joint.review, case_id, approved_fen=yuan(150_000) + 1, reason="核减") == "OPINIONS_MISSING"
    joint.review(case_id, approved_fen=yuan(150_000), reason="核减")

    assert decided(joint, case_id).approved_fen == yuan(150_000)


def test_a_signature_above_an_amount_names_it_and_nobody_else_does(joint: Desk) -> None:
    case_id = in_review(joint)

    assert refusal(opine, joint, DIRECTOR, case_id) == "OPINION_AMOUNT_MISSING"
    assert refusal(opine, joint, FINANCE, case_id, agreed_fen=ALL) == "AMOUNT_NOT_ASKED"


def test_silence_past_its_days_consents_and_the_decision_names_it_but_never_a_signature(joint: Desk) -> None:
    case_id = in_review(joint)
    joint.at(LATE)

    assert refusal(joint.review, case_id) == "OPINIONS_MISSING"  # the director's
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    joint.review(case_id)

    silent = {silence.role: (silence.people, silence.counts_as) for silence in decided(joint, case_id).silent_opinions}
    assert silent == {
        "finance-officer": (1, OPINION_SILENCE_CONSENTS),
        "panel-member": (3, OPINION_SILENCE_CONSENTS),
        "audit-observer": (1, OPINION_SILENCE_CONSENTS),
    }


def test_on_the_last_of_the_days_silence_is_not_counted_yet(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    joint.at("2024-03-06 23:59")

    assert refusal(joint.review, case_id) == "OPINIONS_MISSING"
    opine(joint, FINANCE, case_id)


def test_while_the_clock_stands_still_no_day_for_opinions_passes(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    joint.send(REVIEW, stop_clock=StopClock(case_id=case_id, stage="review", reason="inspection"))
    joint.at("2024-04-01 09:00")

    assert refusal(joint.review, case_id) == "OPINIONS_MISSING"


def test_an_opinion_after_its_days_is_too_late(joint: Desk) -> None:
    case_id = in_review(joint)
    joint.at(LATE)

    assert refusal(opine, joint, FINANCE, case_id, OPINION_VERDICT_OBJECT, reason="迟到") == "OPINION_TOO_LATE"


def test_where_silence_abstains_a_quorum_must_still_take_part(desk: Desk) -> None:
    joint = a_joint_desk(desk, hear_others_or_abstain)
    case_id = in_review(joint)
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    opine(joint, MEMBERS[0], case_id)
    joint.at("2024-03-06 12:00")
    assert refusal(joint.review, case_id) == "OPINIONS_MISSING"
    opine(joint, MEMBERS[1], case_id)
    joint.at(LATE)

    joint.review(case_id)

    silent = {silence.role: silence.counts_as for silence in decided(joint, case_id).silent_opinions}
    assert silent["finance-officer"] == OPINION_SILENCE_ABSTAINS


def test_opinions_are_refused_that_say_nothing_or_come_from_elsewhere(joint: Desk) -> None:
    case_id = in_review(joint)

    assert refusal(opine, joint, FINANCE, case_id, OPINION_VERDICT_ABSTAIN) == "OPINION_UNCLEAR"
    assert refusal(opine, joint, FINANCE, case_id, OPINION_VERDICT_OBJECT) == "REASON_MISSING"
    assert refusal(opine, joint, REVIEW, case_id) == "OPINION_NOT_ASKED"
    assert refusal(opine, joint, FINANCE, case_id, stage="acceptance") == "STAGE_NOT_OPEN"


def test_one_person_has_one_voice(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, MEMBERS[0], case_id)

    both = Actor(id=MEMBERS[0].id, role=FINANCE.role)
    assert refusal(opine, joint, both, case_id) == "OPINION_TWICE"


def test_nobody_speaks_for_two_by_a_delegation(joint: Desk) -> None:
    case_id = in_review(joint)
    loan = DelegateRole(
        to=MEMBERS[0].id,
        role=MEMBERS[1].role,
        programme_id=PROGRAMME,
        from_on="2024-03-01",
        through_on="2024-03-31",
        reason="出差",
    )
    joint.send(MEMBERS[1], delegate_role=loan)
    opine(joint, MEMBERS[0], case_id)

    for_other = Actor(id=MEMBERS[0].id, role=MEMBERS[0].role, on_behalf_of=MEMBERS[1].id)
    assert refusal(opine, joint, for_other, case_id) == "OPINION_TWICE"


def test_a_board_has_so_many_members(joint: Desk) -> None:
    case_id = in_review(joint)
    for member in MEMBERS[:3]:
        opine(joint, member, case_id)

    assert refusal(opine, joint, MEMBERS[3], case_id) == "OPINIONS_FULL"


def test_who_was_heard_does_not_refuse_return_or_claim_the_stage_either(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, FINANCE, case_id, OPINION_VERDICT_OBJECT, reason="年度预算不足")
    also_officer = Actor(id=FINANCE.id, role=REVIEW.role)
    refusing = {"verdict": VERDICT_REFUSE, "code": "BJ_E_DIRECTION", "reason": "不属于支持方向"}
    back = ReturnForRework(case_id=case_id, stage="review", to_stage="acceptance", reason="复核材料")
    taken = ClaimTask(case_id=case_id, stage="review")

    assert refusal(joint.decide, also_officer, case_id, "review", **refusing) == "OPINION_OF_DECIDER"
    assert refusal(joint.send, also_officer, return_for_rework=back) == "OPINION_OF_DECIDER"
    assert refusal(joint.send, also_officer, claim_task=taken) == "OPINION_OF_DECIDER"


def test_a_stop_after_the_days_have_passed_gives_nobody_a_voice_again(joint: Desk) -> None:
    case_id = in_review(joint)
    joint.at("2024-03-09 09:00")  # a Saturday: the third working day has passed
    joint.send(REVIEW, stop_clock=StopClock(case_id=case_id, stage="review", reason="inspection"))

    assert refusal(opine, joint, FINANCE, case_id, OPINION_VERDICT_OBJECT, reason="迟到") == "OPINION_TOO_LATE"


def test_an_account_that_looks_like_another_is_none(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, MEMBERS[0], case_id)

    for spelling in (f"{MEMBERS[0].id} ", f"{MEMBERS[0].id}\u200b"):
        assert refusal(opine, joint, Actor(id=spelling, role=MEMBERS[0].role), case_id) == "MALFORMED"


def test_who_was_heard_does_not_decide(joint: Desk) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)
    also_officer = Actor(id=FINANCE.id, role=REVIEW.role)

    code = refusal(joint.decide, also_officer, case_id, "review", findings=[direction_fits()])
    assert code == "OPINION_OF_DECIDER"


def test_duties_keep_roles_apart_that_are_only_heard(joint: Desk) -> None:
    case_id = in_review(joint)
    same = Actor(id=ACCEPTANCE.id, role=FINANCE.role)

    assert refusal(opine, joint, same, case_id) == "BJ_E_DUTIES"


def test_after_a_return_everybody_is_heard_anew(joint: Desk) -> None:
    case_id = in_review(joint)
    heard(joint, case_id)
    back = ReturnForRework(case_id=case_id, stage="review", to_stage="acceptance", reason="复核材料")
    joint.send(REVIEW, return_for_rework=back)
    joint.record_checks(case_id, *clean_checks())
    joint.accept(case_id)

    assert refusal(joint.review, case_id) == "OPINIONS_MISSING"


def test_a_stage_opens_only_when_what_it_asks_is_met(joint: Desk) -> None:
    case_id = joint.submit(an_application())
    checks = [check for check in clean_checks() if check.check != "credit"]
    joint.record_checks(case_id, *checks)

    with pytest.raises(Refused) as refused:
        joint.accept(case_id)

    assert (refused.value.text_code, refused.value.code) == ("ENTRY_NOT_MET", ENTRY)


def test_whoever_is_still_to_be_heard_is_named(joint: Desk) -> None:
    case_id = in_review(joint)
    opine(joint, MEMBERS[1], case_id)

    wanted = {
        opinion.role: (opinion.people, list(opinion.given_by))
        for opinion in tasks.next_step(joint.case(case_id)).opinions
    }

    assert wanted["panel-member"] == (3, [MEMBERS[1].id])
    assert wanted["finance-officer"] == (1, [])


def test_what_was_heard_and_what_silence_counted_as_is_what_the_rules_give(joint: Desk, tmp_path: Path) -> None:
    case_id = in_review(joint)
    opine(joint, DIRECTOR, case_id, agreed_fen=ALL)
    joint.at(LATE)
    joint.review(case_id)
    found: list[Difference] = []
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        tally = recompute(rows, joint.door.rulebook, found.append)

    assert tally.decisions
    assert found == []
