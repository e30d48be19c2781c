"""What a check says of a stage's handling: ways back, outputs, clocks, duties and vetoes that could not hold."""

import pytest

from tests.policy.drafts import GRANT, checked, only_problem, spoilt

GUIDANCE = "      guidance: 逐项核对"
DUTY = "duties:\n  - {code: E_DUTIES, clause: 三(二), title: 岗位分离, roles: [%s]}\n\nplans:"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (GUIDANCE, f"      rework_to: [payment]\n{GUIDANCE}", "NAME_UNKNOWN"),
        (GUIDANCE, f"      rework_to: [nowhere]\n{GUIDANCE}", "NAME_UNKNOWN"),
        (
            GUIDANCE,
            "      outputs: [{key: letter, title: 函, clause: 三(二)}, {key: letter, title: 函, clause: 三(二)}]\n"
            + GUIDANCE,
            "ENTRY_TWICE",
        ),
        (
            GUIDANCE,
            "      outputs: [{key: letter, title: 函, clause: 三(二), template: nowhere}]\n" + GUIDANCE,
            "NAME_UNKNOWN",
        ),
        (GUIDANCE, f"      remind_days_before: [20]\n{GUIDANCE}", "REMINDER_DAYS"),
        ("plans:", DUTY % "review-officer, nobody", "NAME_UNKNOWN"),
        ("plans:", DUTY % "review-officer", "LIST_LENGTH"),
        (
            "plans:",
            "veto: {clause: 三(二), title: 取消扶持, codes: [E_NOTHING_SUCH], roles: [review-officer]}\n\nplans:",
            "NAME_UNKNOWN",
        ),
    ],
)
def test_what_a_stage_could_not_do_is_said_where_it_stands(old: str, new: str, code: str) -> None:
    assert checked(GRANT)[1] == []

    problem = only_problem(spoilt(old, new, GRANT))

    assert problem.code == code


def test_a_clock_that_does_not_run_is_neither_stopped_nor_reminded_of() -> None:
    without = spoilt("      time_limit: {days: 20, unit: working_days, on_silence: escalates}\n", "", GRANT)

    problem = only_problem(spoilt(GUIDANCE, f"      remind_days_before: [1]\n{GUIDANCE}", without))

    assert problem.code == "CLOCK_MISSING"


def test_the_round_shares_before_it_pays() -> None:
    share = (
        "    - {key: share, title: 分配, kind: round, role: system, role_title: 系统, clause: 三(二),\n"
        "       task: %s, guidance: 分配}\n"
    )
    payment = "    - key: payment\n"

    assert checked(spoilt(payment, share % "allocate_round" + payment, GRANT))[1] == []
    assert only_problem(spoilt(payment, share % "pay_grant" + payment, GRANT)).code == "TASK_ORDER"
