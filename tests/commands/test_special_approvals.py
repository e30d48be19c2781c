"""Leave to go beyond a soft limit: who gives it, until when, and that every calculation reads the same. (专项批准)"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.compared import Decision, Difference
from audit.recompute import recompute
from domain.evaluation.quoting import quote
from domain.money import yuan
from domain.refusals import Refused
from domain.tasks import next_step
from duifu.v1.commands_pb2 import (
    VERDICT_PASS,
    Actor,
    ApproveSpecially,
    Decide,
    DelegateRole,
    HandOverTask,
    RaiseObjection,
    RevokeSpecialApproval,
    SettleObjection,
    WithdrawCase,
)
from duifu.v1.events_pb2 import Decided, SpecialApprovalGiven, SpecialApprovalRevoked
from duifu.v1.facts_pb2 import Facts, SpecialApproval
from ledger import streams
from ledger.rows import open_rows
from tests.amended import (
    BEIJING,
    LEADER_ROLE,
    QINGDAO,
    a_duty_of_the_approver,
    a_rulebook,
    a_yearly_limit_that_yields,
    an_operators_limit_that_yields,
    under,
)
from tests.builders import ACCEPTANCE, PROGRAMME, REVIEW, a_contract, a_firm, an_application, applicant
from tests.desk import Desk
from tests.rounds import RoundDesk, officer

BIG, SHA256 = a_firm(31), "ab" * 32
LEADER = Actor(id="mayor.li", name="李市长", role=LEADER_ROLE)
#: At 20 % a voucher of ¥2,700,000, more than a year's ¥2,000,000.
WORTH = yuan(13_500_000)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Under a programme whose yearly limit yields to an approval."""
    return under(desk, a_rulebook(BEIJING, a_yearly_limit_that_yields))


def a_claim(desk: Desk, number: int = 1, worth: int = WORTH) -> str:
    """An accepted claim that waits for its review."""
    contract = a_contract(worth, buyer=BIG, number=f"SL-2024-{number:03d}")
    return desk.accepted_case(an_application(contract, firm=BIG), BIG)


def approving(case_id: str, **other: Any) -> dict[str, Any]:
    said = {"case_id": case_id, "account": "issued", "reason": "国家重大项目", "document_number": "京政函〔2024〕1号"}
    return {"approve_specially": ApproveSpecially(**{**said, "evidence_sha256": SHA256, **other})}


def approve(desk: Desk, case_id: str, by: Actor = LEADER, **other: Any) -> None:
    desk.send(by, **approving(case_id, **other))


def revoking(case_id: str, **other: Any) -> dict[str, Any]:
    return {
        "revoke_special_approval": RevokeSpecialApproval(
            **{"case_id": case_id, "account": "issued", "reason": "批文撤回", **other}
        )
    }


def issued(desk: Desk, case_id: str) -> int:
    desk.review(case_id)
    desk.issue(case_id)
    return int(desk.closed_case(case_id).amount_fen)


def code_of(desk: Desk, actor: Actor, kind: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        desk.send(actor, **kind)
    return refused.value.code


def differences(path: Path, rulebook: Any) -> tuple[list[Difference], int]:
    """What recompute finds in a ledger, and how many verdicts it made again."""
    found: list[Difference] = []
    with closing(open_rows(path)) as rows:
        tally = recompute(rows, rulebook, found.append)
    assert tally.unanswered == {}
    return found, tally.decisions[Decision.VERDICT]


def test_without_an_approval_the_limit_holds(desk: Desk) -> None:
    assert issued(desk, a_claim(desk)) == yuan(2_000_000)


def test_with_an_approval_the_case_goes_beyond_the_limit_and_the_trace_says_by_whom(desk: Desk) -> None:
    case_id = a_claim(desk)

    approve(desk, case_id)

    assert issued(desk, case_id) == yuan(2_700_000)
    told = [step.explanation for step in desk.closed_case(case_id).trace.steps]
    assert any("经市政府（mayor.li）专项批准（国家重大项目，京政函〔2024〕1号）" in words for words in told)


def test_nobody_goes_beyond_the_hard_limit(desk: Desk) -> None:
    case_id = a_claim(desk, worth=yuan(20_000_000))

    approve(desk, case_id)

    assert issued(desk, case_id) == yuan(3_000_000)


def test_an_approval_is_of_one_case_and_the_next_of_the_year_finds_nothing(desk: Desk) -> None:
    first, second = a_claim(desk), a_claim(desk, 2, yuan(1_000_000))
    approve(desk, first)

    assert issued(desk, first) == yuan(2_700_000)
    assert issued(desk, second) == 0
    assert desk.closed_case(second).code == "BJ_E_CAP"


def test_an_approval_takes_nothing_from_a_claim_that_was_accepted_before(desk: Desk) -> None:
    ahead, behind = a_claim(desk, 1, yuan(1_500_000)), a_claim(desk, 2)
    approve(desk, behind)
    desk.review(behind)

    desk.issue(behind)  # ¥2,700,000 of ¥3,000,000, but the one ahead counts on ¥300,000 of the usual two millions

    assert desk.case(behind).held_behind == (ahead,)
    assert issued(desk, ahead) == yuan(300_000)
    desk.issue(behind)
    assert desk.closed_case(behind).amount_fen == yuan(2_700_000)


def test_a_quote_with_the_same_approval_gives_the_same_number(desk: Desk) -> None:
    case_id = a_claim(desk)
    approve(desk, case_id)
    engine = issued(desk, case_id)
    case = desk.case(case_id)
    approval = SpecialApproval(account="issued", approved_by="市政府", reason="国家重大项目")
    facts = Facts(
        application=case.application,
        received_on="2024-03-01",
        checks=list(case.checks.values()),
        special_approvals=[approval],
        ruled_met=["BJ_E_DIRECTION"],
    )
    rulebook = desk.door.rulebook

    edition = rulebook.edition(rulebook.in_force(PROGRAMME, desk.now.date()))
    [evaluation] = quote(edition, [facts], rulebook.calendar)

    assert evaluation.amount.amount_fen == engine == yuan(2_700_000)


def test_an_approval_that_was_revoked_counts_no_more_and_may_be_given_anew(desk: Desk) -> None:
    case_id, other = a_claim(desk), a_claim(desk, 2)
    for case in (case_id, other):
        approve(desk, case)
        desk.send(LEADER, **revoking(case))
    approve(desk, other, reason="重新批准")

    kinds = [type(event) for event in desk.events(streams.case(case_id))]

    assert kinds.count(SpecialApprovalGiven) == kinds.count(SpecialApprovalRevoked) == 1
    assert desk.case(case_id).special_approvals == {}
    assert desk.case(other).special_approvals["issued"].reason == "重新批准"
    assert issued(desk, case_id) == yuan(2_000_000)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"account": "redeemed"}, "SPECIAL_APPROVAL_NOT_FORESEEN"),
        ({"reason": "  "}, "REASON_MISSING"),
        ({"evidence_sha256": ""}, "EVIDENCE_MISSING"),
    ],
)
def test_an_approval_says_for_which_limit_why_and_on_what_document(
    desk: Desk, other: dict[str, str], code: str
) -> None:
    case_id = a_claim(desk)

    assert code_of(desk, LEADER, approving(case_id, **other)) == code


def test_only_the_role_that_the_programme_names_approves_and_revokes(desk: Desk) -> None:
    case_id = a_claim(desk)

    assert code_of(desk, REVIEW, approving(case_id)) == "ROLE_MISMATCH"
    approve(desk, case_id)
    assert code_of(desk, REVIEW, revoking(case_id)) == "ROLE_MISMATCH"


def test_it_is_given_once_and_revoked_only_where_it_stands(desk: Desk) -> None:
    case_id = a_claim(desk)

    assert code_of(desk, LEADER, revoking(case_id)) == "SPECIAL_APPROVAL_MISSING"
    approve(desk, case_id)
    assert code_of(desk, LEADER, approving(case_id, reason="再次批准")) == "SPECIAL_APPROVAL_GIVEN"
    assert code_of(desk, LEADER, revoking(case_id, reason="")) == "REASON_MISSING"


def test_once_the_amount_is_set_it_is_neither_given_nor_revoked(desk: Desk) -> None:
    with_it, without = a_claim(desk), a_claim(desk, 2)
    approve(desk, with_it)
    desk.review(with_it)
    desk.review(without)

    assert code_of(desk, LEADER, revoking(with_it)) == "AMOUNT_SET"
    assert code_of(desk, LEADER, approving(without)) == "AMOUNT_SET"


def test_nothing_is_approved_in_a_case_that_is_over(desk: Desk) -> None:
    case_id = desk.submit(an_application(a_contract(buyer=BIG), firm=BIG), BIG)
    desk.send(applicant(BIG), withdraw_case=WithdrawCase(case_id=case_id))

    assert code_of(desk, LEADER, approving(case_id)) == "CASE_CLOSED"


def test_the_shipped_programmes_let_nobody_approve_specially(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "shipped.sqlite")

    assert code_of(desk, LEADER, approving(a_claim(desk))) == "SPECIAL_APPROVAL_NOT_FORESEEN"


def test_who_approved_does_not_set_the_amount_nor_takes_it_in_hand(desk: Desk) -> None:
    case_id = a_claim(desk)
    approve(desk, case_id)
    reviewing = Actor(id=LEADER.id, role=REVIEW.role)
    handed = HandOverTask(case_id=case_id, stage="review", to=LEADER.id, reason="出差")
    decided = Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS)

    assert code_of(desk, reviewing, {"decide": decided}) == "APPROVER_SETS_AMOUNT"
    assert code_of(desk, reviewing, {"claim_task": {"case_id": case_id, "stage": "review"}}) == "APPROVER_SETS_AMOUNT"
    assert code_of(desk, REVIEW, {"hand_over_task": handed}) == "APPROVER_SETS_AMOUNT"
    assert (LEADER.id, "APPROVER_SETS_AMOUNT") in {
        (kept.account, kept.code) for kept in next_step(desk.case(case_id)).excluded
    }


def test_neither_does_who_lent_the_role_that_approved(desk: Desk) -> None:
    case_id, deputy = a_claim(desk), Actor(id="deputy.qian", role=LEADER_ROLE, on_behalf_of=LEADER.id)
    lent = DelegateRole(
        to=deputy.id,
        role=LEADER_ROLE,
        programme_id=PROGRAMME,
        from_on="2024-03-01",
        through_on="2024-03-29",
        reason="出访",
    )
    desk.send(LEADER, delegate_role=lent)
    approve(desk, case_id, by=deputy)
    decided = Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS)

    for account in (LEADER.id, deputy.id):
        assert code_of(desk, Actor(id=account, role=REVIEW.role), {"decide": decided}) == "APPROVER_SETS_AMOUNT"


def test_the_applicants_own_contact_approves_nothing(desk: Desk) -> None:
    case_id = a_claim(desk)

    assert code_of(desk, Actor(id=applicant(BIG).id, role=LEADER_ROLE), approving(case_id)) == "DUTY_REQUESTER"


def test_a_duty_keeps_the_approver_apart_from_other_roles(tmp_path: Path) -> None:
    desk = under(
        Desk(tmp_path / "strict.sqlite"), a_rulebook(BEIJING, a_yearly_limit_that_yields, a_duty_of_the_approver)
    )
    case_id = a_claim(desk)

    assert code_of(desk, Actor(id=ACCEPTANCE.id, role=LEADER_ROLE), approving(case_id)) == "BJ_E_DUTIES"


def test_an_approval_kept_apart_by_a_duty_bars_the_other_role_afterwards(tmp_path: Path) -> None:
    desk = under(
        Desk(tmp_path / "strict.sqlite"), a_rulebook(BEIJING, a_yearly_limit_that_yields, a_duty_of_the_approver)
    )
    case_id = desk.submit(an_application(a_contract(WORTH, buyer=BIG), firm=BIG), BIG)
    approve(desk, case_id)
    accepting = Decide(case_id=case_id, stage="acceptance", verdict=VERDICT_PASS)

    assert code_of(desk, Actor(id=LEADER.id, role=ACCEPTANCE.role), {"decide": accepting}) == "BJ_E_DUTIES"


def test_recompute_makes_a_voucher_with_an_approval_again_without_a_difference(desk: Desk, tmp_path: Path) -> None:
    first, second = a_claim(desk), a_claim(desk, 2)
    approve(desk, first)
    approve(desk, second)
    desk.send(LEADER, **revoking(second))
    issued(desk, first)
    issued(desk, second)

    found, verdicts = differences(tmp_path / "ledger.sqlite", desk.door.rulebook)

    assert found == []
    assert verdicts == 7  # two acceptances, two reviews, two approvals, one revocation


# In a round


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[RoundDesk]:
    """A round in which each operator has a limit that yields."""
    opened = RoundDesk(tmp_path / "round.sqlite")
    yield under(opened, a_rulebook(QINGDAO, an_operators_limit_that_yields))
    opened.ledger.close()


def operator_approval(case_id: str) -> dict[str, Any]:
    return approving(case_id, account="operator")


def test_a_round_gives_more_to_whom_it_was_approved_and_recompute_gives_the_same(
    rounds: RoundDesk, tmp_path: Path
) -> None:
    approved, usual = rounds.apply(1), rounds.apply(2)
    rounds.send(LEADER, **operator_approval(approved))
    for case_id in (approved, usual):
        rounds.bring_to(case_id, "determination")
        rounds.pass_stage(case_id)

    rounds.allocate()

    shares = {case_id: rounds.round().applicants[case_id].amount_fen for case_id in (approved, usual)}
    assert shares == {approved: yuan(4_000_000), usual: yuan(3_000_000)}
    found, _ = differences(tmp_path / "round.sqlite", rounds.door.rulebook)
    assert found == []


def test_whoever_set_the_amount_does_not_approve_once_it_is_to_be_set_again(rounds: RoundDesk) -> None:
    case_id = rounds.determined()
    rounds.after_window()
    rounds.allocate()
    notice = officer("city-notice-officer")
    objection = RaiseObjection(case_id=case_id, objector_id="public.1", objector_name="张三", text="额度有误")
    rounds.send(notice, raise_objection=objection)
    upheld = SettleObjection(case_id=case_id, objection=1, is_upheld=True, reason="重新核定")
    rounds.send(notice, settle_objection=upheld)
    setter = officer("city-approver")

    assert code_of(rounds, Actor(id=setter.id, role=LEADER_ROLE), operator_approval(case_id)) == "APPROVER_SETS_AMOUNT"
    rounds.send(LEADER, **operator_approval(case_id))
    rounds.answer(case_id)
    rounds.send(
        officer("city-approver", 2), decide=Decide(case_id=case_id, stage="determination", verdict=VERDICT_PASS)
    )

    decided = [event for event in rounds.events(streams.case(case_id)) if isinstance(event, Decided)]
    assert decided[-1].approved_fen == yuan(5_000_000)
