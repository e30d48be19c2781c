"""Whoever comes to the door, and by whatever way they come by a stage: a duty is asked of the ledger each time."""

from pathlib import Path

import pytest

from domain.refusals import Refused
from duifu.v1.commands_pb2 import VERDICT_PASS, Actor, ClaimTask, Decide, DelegateRole, HandOverTask, LapseStage
from duifu.v1.events_pb2 import CommandRefused
from duifu.v1.work_pb2 import NextStep
from tests.builders import (
    ACCEPTANCE,
    BUYER,
    OTHER_BUYER,
    PROGRAMME,
    REVIEW,
    VERIFICATION,
    a_contract,
    a_redemption,
    an_application,
    applicant,
    clean_checks,
    direction_fits,
)
from tests.commands.strict import CLAUSE, CODE, made_strict
from tests.desk import Desk
from tests.ledger.people import a_contact
from tests.office import Office
from tests.rounds import RoundDesk
from tests.workflows.people import TECHNOLOGY, a_claim


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """A desk at which acceptance and review are apart."""
    return made_strict(desk)


def as_(officer: Actor, account: str = "wang.fang", on_behalf_of: str = "") -> Actor:
    """This person in the role of an officer."""
    return Actor(id=account, role=officer.role, on_behalf_of=on_behalf_of)


def accepted_by(desk: Desk, actor: Actor) -> str:
    """A claim with clean checks that this person accepted."""
    case_id = desk.submit(an_application())
    desk.record_checks(case_id, *clean_checks())
    desk.decide(actor, case_id, "acceptance")
    return case_id


def review(desk: Desk, actor: Actor, case_id: str) -> None:
    desk.decide(actor, case_id, "review", findings=[direction_fits()])


def lend(desk: Desk, lender: Actor, to: str) -> None:
    loan = DelegateRole(
        to=to,
        role=lender.role,
        programme_id=PROGRAMME,
        from_on=desk.now.date().isoformat(),
        through_on="2024-12-31",
        reason="出差",
    )
    desk.send(lender, delegate_role=loan)


def refused_attempts(desk: Desk) -> list[CommandRefused]:
    """The refusals on record."""
    kept = (event for stream in desk.ledger.streams("attempt/") for event in desk.events(stream))
    return [event for event in kept if isinstance(event, CommandRefused)]


def test_the_same_person_in_several_top_approvals_is_refused_and_the_attempt_is_kept(strict: Desk) -> None:
    case_id = accepted_by(strict, as_(ACCEPTANCE))

    with pytest.raises(Refused) as refused:
        review(strict, as_(REVIEW), case_id)

    assert (refused.value.code, refused.value.clause) == (CODE, CLAUSE)
    (kept,) = refused_attempts(strict)
    assert (kept.code, kept.clause, kept.case_id, kept.command_kind) == (CODE, CLAUSE, case_id, "decide")
    assert "wang.fang 已以市经信局受理岗办理本案的“受理”" in kept.message
    stage = strict.case(case_id).stage
    assert stage is not None
    assert stage.key == "review"
    review(strict, as_(REVIEW, "zhao.lei"), case_id)


def test_a_duty_is_of_one_case_and_the_same_person_reviews_what_others_accepted(strict: Desk) -> None:
    accepted_by(strict, as_(ACCEPTANCE))
    other = strict.accepted_case(an_application(a_contract(number="B")))

    review(strict, as_(REVIEW), other)

    assert [decided.decided_by for decided in strict.case(other).decisions] == ["u-acceptance-officer", "wang.fang"]


def test_a_decision_through_a_delegate_names_both_and_neither_of_them_goes_on(strict: Desk) -> None:
    lend(strict, as_(ACCEPTANCE, "zhao.lei"), "qian.yu")
    case_id = accepted_by(strict, as_(ACCEPTANCE, "qian.yu", "zhao.lei"))

    (decided,) = strict.case(case_id).decisions
    assert (decided.decided_by, decided.on_behalf_of) == ("qian.yu", "zhao.lei")
    for account in ("qian.yu", "zhao.lei"):
        with pytest.raises(Refused, match=CODE):
            review(strict, as_(REVIEW, account), case_id)


def test_who_accepted_does_not_review_for_somebody_else_and_nobody_reviews_for_them(strict: Desk) -> None:
    case_id = accepted_by(strict, as_(ACCEPTANCE))
    lend(strict, as_(REVIEW, "zhao.lei"), "wang.fang")
    lend(strict, as_(REVIEW, "wang.fang"), "qian.yu")

    with pytest.raises(Refused, match=CODE):
        review(strict, as_(REVIEW, "wang.fang", "zhao.lei"), case_id)
    with pytest.raises(Refused, match=CODE):
        review(strict, as_(REVIEW, "qian.yu", "wang.fang"), case_id)


def test_a_claim_and_a_hand_over_ask_for_the_duty_before_anybody_decides(strict: Desk) -> None:
    case_id = accepted_by(strict, as_(ACCEPTANCE))

    with pytest.raises(Refused, match=CODE):
        strict.send(as_(REVIEW), claim_task=ClaimTask(case_id=case_id, stage="review"))
    strict.send(as_(REVIEW, "zhao.lei"), claim_task=ClaimTask(case_id=case_id, stage="review"))
    back = HandOverTask(case_id=case_id, stage="review", to="wang.fang", reason="分工调整")
    with pytest.raises(Refused, match=CODE):
        strict.send(as_(REVIEW, "zhao.lei"), hand_over_task=back)

    stage = strict.case(case_id).stage
    assert stage is not None
    assert stage.claimed_by == "zhao.lei"


def test_who_is_kept_from_a_stage_does_not_choose_who_decides_it(strict: Desk) -> None:
    case_id = accepted_by(strict, as_(ACCEPTANCE))
    strict.send(as_(REVIEW, "zhao.lei"), claim_task=ClaimTask(case_id=case_id, stage="review"))
    over = HandOverTask(case_id=case_id, stage="review", to="sun.bo", reason="分工调整")

    with pytest.raises(Refused, match=CODE):
        strict.send(as_(REVIEW), hand_over_task=over)
    strict.send(as_(REVIEW, "li.qiang"), hand_over_task=over)

    stage = strict.case(case_id).stage
    assert stage is not None
    assert stage.claimed_by == "sun.bo"


def test_an_overdue_stage_that_was_escalated_keeps_its_duties(strict: Desk) -> None:
    case_id = accepted_by(strict, as_(ACCEPTANCE))
    stage = strict.case(case_id).stage
    assert stage is not None
    assert stage.due_at is not None
    strict.at(stage.due_at).system(lapse_stage=LapseStage(case_id=case_id, stage="review", round=1))

    with pytest.raises(Refused, match=CODE):
        review(strict, as_(REVIEW), case_id)


def test_a_batch_is_as_many_decisions_each_asked_for_its_own_duty(strict: Desk) -> None:
    mine = accepted_by(strict, as_(ACCEPTANCE))
    others = strict.accepted_case(an_application(a_contract(number="B")))
    batch = [
        Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS, findings=[direction_fits()])
        for case_id in (mine, others)
    ]

    answers = [strict.door.answer(strict.command(as_(REVIEW), decide=item), as_(REVIEW)) for item in batch]

    assert [answer.refusal.code for answer in answers] == [CODE, ""]


# The applicant's side


def test_a_delegate_who_is_the_requester_decides_nothing(desk: Desk) -> None:
    lend(desk, as_(ACCEPTANCE, "zhao.lei"), applicant().id)
    case_id = desk.submit(an_application())

    for actor in (as_(ACCEPTANCE, applicant().id), as_(ACCEPTANCE, applicant().id, "zhao.lei")):
        with pytest.raises(Refused, match="DUTY_REQUESTER"):
            desk.decide(actor, case_id, "acceptance")


def test_who_hands_in_a_request_for_money_does_not_verify_it(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    case_id = desk.request(a_redemption(voucher.voucher_id))

    with pytest.raises(Refused, match="DUTY_REQUESTER"):
        desk.decide(as_(VERIFICATION, applicant().id), case_id, "verification")


def with_contact(number: str, person: str, desk: Desk) -> str:
    """A claim of the buyer that names this person as contact."""
    application = an_application(a_contract(number=number))
    application.contact.CopyFrom(a_contact(person))
    return desk.submit(application)


def test_the_contact_of_a_case_decides_neither_it_nor_another_case_of_the_same_applicant(desk: Desk) -> None:
    own = with_contact("A", "ma.ming", desk)
    another = with_contact("B", "li.na", desk)
    of_others = desk.submit(an_application(a_contract(buyer=OTHER_BUYER), firm=OTHER_BUYER), OTHER_BUYER)

    for case_id in (own, another):
        with pytest.raises(Refused, match="DUTY_REQUESTER") as refused:
            desk.decide(as_(ACCEPTANCE, "ma.ming"), case_id, "acceptance")
        assert own in refused.value.message("zh")
    desk.decide(as_(ACCEPTANCE, "ma.ming"), of_others, "acceptance")

    assert desk.case(own).applicant_uscc == desk.case(another).applicant_uscc == BUYER.uscc


# Repair


async def test_a_workflow_that_an_operator_ends_and_starts_again_decides_nothing_anew(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    await office.settled()
    first = await office.handle(case_id).describe()
    before = office.desk.case(case_id).decisions

    await office.handle(case_id).terminate("an operator starts it again")
    office.desk.send(REVIEW, claim_task=ClaimTask(case_id=case_id, stage="review"))
    await office.settled()
    second = await office.handle(case_id).describe()
    step = await office.handle(case_id).query("next_step", result_type=NextStep)

    assert first.run_id != second.run_id
    assert office.desk.case(case_id).decisions == before
    assert [decided.decided_by for decided in before] == [ACCEPTANCE.id]
    assert (step.role, step.claimed_by) == (REVIEW.role, REVIEW.id)
    assert [kept.account for kept in step.excluded] == [applicant().id]


def test_who_judged_as_an_expert_does_not_determine_the_amount(tmp_path: Path) -> None:
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    case_id = desk.bring_to(desk.apply(), "determination")
    desk.answer(case_id)
    expert = next(decided.panel_members[0] for decided in desk.case(case_id).decisions if decided.panel_members)

    with pytest.raises(Refused, match="QD_E_DUTIES"):
        desk.decide(Actor(id=expert, role="city-approver"), case_id, "determination")
