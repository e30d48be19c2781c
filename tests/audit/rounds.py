"""A round to audit: an inspection, an objection that is upheld, a veto, a second sharing, and money that comes back."""

from domain.money import yuan
from duifu.v1.commands_pb2 import (
    RaiseObjection,
    ReplaceBankAccount,
    RestartClock,
    SettleObjection,
    StopClock,
    VetoCase,
)
from tests.rounds import ROUND_ID, SHA256, RoundDesk, an_account, officer, operator

APPLICANTS = ((1, yuan(20_000_000)), (2, yuan(40_000_000)), (3, yuan(20_000_000)))


def a_whole_round(desk: RoundDesk) -> list[str]:
    """Three apply for twice what there is; one of them is vetoed while results are shown. Returns their cases."""
    first, second, third = cases = _determined(desk)
    desk.allocate()
    notice = officer("city-notice-officer")
    objection = RaiseObjection(case_id=first, objector_id="public.1", objector_name="张三", text="合同未履行")
    desk.send(notice, raise_objection=objection)
    veto = VetoCase(case_id=second, code="QD_E_VETO", reason="列入安全生产黑名单", evidence_sha256=SHA256)
    desk.send(officer("city-approver"), veto_case=veto)
    upheld = SettleObjection(case_id=first, objection=1, is_upheld=True, reason="部分合同未履行")
    desk.send(notice, settle_objection=upheld)
    desk.pass_stage(first, approved_fen=yuan(4_000_000), reason="扣除未履行的合同")
    desk.system(allocate_round={"round_id": ROUND_ID})
    desk.let_notice_pass()
    desk.release(first, third)
    desk.order()
    _paid_at_the_second_try(desk, first)
    desk.close()
    return cases


def _determined(desk: RoundDesk) -> list[str]:
    cases = [desk.apply(number, recognised) for number, recognised in APPLICANTS]
    inspected, officer_ = cases[0], officer("city-reviewer")
    desk.bring_to(inspected, "city_review")
    desk.send(officer_, stop_clock=StopClock(case_id=inspected, stage="city_review", reason="inspection"))
    desk.at("2024-01-29 10:00")
    desk.send(officer_, restart_clock=RestartClock(case_id=inspected, stage="city_review", note="核查完毕"))
    for case_id in cases:
        desk.bring_to(case_id, "determination")
        desk.pass_stage(case_id)
    return cases


def _paid_at_the_second_try(desk: RoundDesk, case_id: str) -> None:
    """The district's money to one of them comes back, and goes to another account."""
    for ordered in desk.round().outstanding():
        comes_back = (ordered.case_id, ordered.level) == (case_id, "district")
        desk.report(ordered.order_id, comes_back=comes_back)
    account = an_account(account="37100000000000002")
    desk.send(operator(), replace_bank_account=ReplaceBankAccount(case_id=case_id, bank_account=account))
    desk.pay_all()
