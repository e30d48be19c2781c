"""Who has a stage in hand, and for whom they act: one person decides at a time; a loan has its days and its scope."""

import pytest

from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    Actor,
    ClaimTask,
    ConfirmCycle,
    DelegateRole,
    HandOverTask,
    ReleaseTask,
    RequestCorrection,
    RevokeDelegation,
    WithdrawCase,
)
from tests.builders import ACCEPTANCE, CYCLE_OFFICER, PROGRAMME, a_redemption, an_application, applicant
from tests.desk import Desk

ROLE = ACCEPTANCE.role
WANG = Actor(id="wang.fang", role=ROLE)
ZHAO = Actor(id="zhao.lei", role=ROLE)
QIAN_FOR_ZHAO = Actor(id="qian.yu", role=ROLE, on_behalf_of="zhao.lei")


def claim(desk: Desk, actor: Actor, case_id: str) -> None:
    desk.send(actor, claim_task=ClaimTask(case_id=case_id, stage="acceptance"))


def holder(desk: Desk, case_id: str) -> str:
    stage = desk.case(case_id).stage
    assert stage is not None
    return stage.claimed_by


def lend(
    desk: Desk, to: str = "qian.yu", programme_id: str = PROGRAMME, role: str = ROLE, lender: Actor = ZHAO
) -> None:
    loan = DelegateRole(
        to=to, role=role, programme_id=programme_id, from_on="2024-03-01", through_on="2024-03-04", reason="出差"
    )
    desk.send(lender, delegate_role=loan)


def test_what_is_in_hand_is_decided_and_returned_by_nobody_else(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    claim(desk, WANG, case_id)
    returning = RequestCorrection(case_id=case_id, stage="acceptance", items=["合同附件"])

    with pytest.raises(Refused, match="TASK_CLAIMED_BY_OTHER") as refused:
        desk.decide(ZHAO, case_id, "acceptance")
    with pytest.raises(Refused, match="TASK_CLAIMED_BY_OTHER"):
        desk.send(ZHAO, request_correction=returning)

    assert "wang.fang 于2024-03-01认领" in refused.value.message("zh")
    desk.decide(WANG, case_id, "acceptance")
    (decided,) = desk.case(case_id).decisions
    assert decided.decided_by == "wang.fang"


def test_a_stage_that_nobody_has_in_hand_is_anybodys_who_holds_its_role(desk: Desk) -> None:
    case_id = desk.submit(an_application())

    desk.decide(ZHAO, case_id, "acceptance")

    assert desk.case(case_id).decisions[0].decided_by == "zhao.lei"


def test_a_claim_does_not_keep_the_applicant_from_taking_the_case_back(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    claim(desk, WANG, case_id)

    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))

    assert not desk.case(case_id).is_open


def test_claim_release_and_hand_over_change_hands_and_nothing_else(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    before = desk.case(case_id)

    claim(desk, WANG, case_id)
    claim(desk, WANG, case_id)
    assert holder(desk, case_id) == "wang.fang"
    release = ReleaseTask(case_id=case_id, stage="acceptance", reason="请病假")
    desk.send(ZHAO, release_task=release)
    assert holder(desk, case_id) == ""
    claim(desk, ZHAO, case_id)
    over = HandOverTask(case_id=case_id, stage="acceptance", to="sun.bo", reason="分工调整")
    desk.send(ZHAO, hand_over_task=over)
    assert holder(desk, case_id) == "sun.bo"
    desk.send(Actor(id="sun.bo", role=ROLE), release_task=ReleaseTask(case_id=case_id, stage="acceptance"))

    assert desk.case(case_id) == before
    names = [type(event).__name__ for event in desk.events(f"case/{case_id}")]
    assert names[2:] == ["TaskClaimed", "TaskReleased", "TaskClaimed", "TaskHandedOver", "TaskReleased"]


def test_a_delegate_acts_in_the_days_of_the_loan_under_their_own_name(desk: Desk) -> None:
    lend(desk)
    first, second = desk.submit(an_application()), desk.submit(an_application())

    desk.at("2024-03-04 23:59").decide(QIAN_FOR_ZHAO, first, "acceptance")
    with pytest.raises(Refused, match="DELEGATION_EXPIRED"):
        desk.at("2024-03-05 00:00").decide(QIAN_FOR_ZHAO, second, "acceptance")

    (decided,) = desk.case(first).decisions
    assert (decided.decided_by, decided.on_behalf_of) == ("qian.yu", "zhao.lei")
    envelope = desk.ledger.stream(f"case/{first}")[2].envelope
    assert (envelope.actor.id, envelope.actor.on_behalf_of) == ("qian.yu", "zhao.lei")


def test_a_loan_taken_back_ends_at_once_and_what_was_decided_stays(desk: Desk) -> None:
    lend(desk)
    first, second = desk.submit(an_application()), desk.submit(an_application())
    desk.decide(QIAN_FOR_ZHAO, first, "acceptance")

    back = RevokeDelegation(to="qian.yu", role=ROLE, programme_id=PROGRAMME, reason="返岗")
    desk.send(ZHAO, revoke_delegation=back)

    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        desk.decide(QIAN_FOR_ZHAO, second, "acceptance")
    assert desk.case(first).decisions[0].on_behalf_of == "zhao.lei"


def test_a_loan_is_of_one_role_of_one_programme(desk: Desk) -> None:
    lend(desk, programme_id="qd-slzx")
    lend(desk, role=CYCLE_OFFICER.role, lender=Actor(id="zhao.lei", role=CYCLE_OFFICER.role))
    case_id = desk.submit(an_application())

    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        desk.decide(QIAN_FOR_ZHAO, case_id, "acceptance")


def test_a_loan_is_asked_for_whatever_is_done_with_the_role(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    returning = RequestCorrection(case_id=case_id, stage="acceptance", items=["合同附件"])

    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        desk.send(QIAN_FOR_ZHAO, request_correction=returning)
    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        claim(desk, QIAN_FOR_ZHAO, case_id)
    lend(desk)
    claim(desk, QIAN_FOR_ZHAO, case_id)
    desk.send(QIAN_FOR_ZHAO, request_correction=returning)


def test_a_loan_covers_the_quarters_of_its_programme_too(desk: Desk) -> None:
    cycle_id = desk.case(desk.request(a_redemption(desk.voucher_through_the_door().voucher_id))).cycle_id
    delegate = Actor(id="qian.yu", role=CYCLE_OFFICER.role, on_behalf_of="zhao.lei")
    confirming = ConfirmCycle(cycle_id=cycle_id, reason="同意")

    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        desk.send(delegate, confirm_cycle=confirming)
    lend(desk, role=CYCLE_OFFICER.role, lender=Actor(id="zhao.lei", role=CYCLE_OFFICER.role))
    with pytest.raises(Refused) as refused:
        desk.send(delegate, confirm_cycle=confirming)

    assert not refused.value.code.startswith("DELEGATION")
