"""What a check says of a stage's handling: ways back, outputs, clocks, duties and vetoes that could not hold."""

import pytest

from tests.policy.drafts import GRANT, checked, only_problem, spoilt
from tests.programmes.switching import BEIJING

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


def test_letters_of_a_stop_are_for_stages_that_have_stops() -> None:
    letters = "      letters: {correction: correction"
    told = spoilt(letters, f"{letters}, stopped: closed", GRANT)
    stops = "      stops: [{key: inspection, title: 现场核查, clause: 三(二)}]\n"
    of_all = spoilt(
        "case_letters: {closed: closed, returned: returned}",
        "case_letters: {closed: closed, returned: returned, restarted: closed}",
        GRANT,
    )
    unheard_of = spoilt(
        "case_letters: {closed: closed, returned: returned}",
        "case_letters: {closed: closed, returned: returned, paused: closed}",
        GRANT,
    )

    assert "no clock stands still in a stage without stops" in only_problem(told).asked("en")
    assert checked(spoilt(letters, stops + letters, told))[1] == []
    assert checked(of_all)[1] == []
    assert only_problem(unheard_of).code == "KEY_MISPLACED"


def test_the_round_shares_before_it_pays() -> None:
    share = (
        "    - {key: share, title: 分配, kind: round, role: system, role_title: 系统, clause: 三(二),\n"
        "       task: %s, guidance: 分配}\n"
    )
    payment = "    - key: payment\n"

    assert checked(spoilt(payment, share % "allocate_round" + payment, GRANT))[1] == []
    assert only_problem(spoilt(payment, share % "pay_grant" + payment, GRANT)).code == "TASK_ORDER"


LONGER = "{days: 5, unit: working_days, on_silence: escalates}"
OPINIONS = "      opinions: {title: 会签, clause: 三(二), %s}\n" + GUIDANCE
FINANCE = "{role: finance-officer, role_title: 市财政局, part: required}"


@pytest.mark.parametrize(
    "written",
    [
        f"roles: [{FINANCE}, {FINANCE}]",
        "roles: [{role: member, role_title: 成员, part: counted, people: 3}]",  # no quorum and no share
        f"roles: [{FINANCE}], quorum: 1",  # of nobody
        "roles: [{role: member, role_title: 成员, part: counted}], consent_share: 3/2",
        "roles: [{role: member, role_title: 成员, part: observing, above: 5万元}]",
        "roles: [{role: director, role_title: 局领导, part: required, above: a lot}]",
        f"roles: [{FINANCE}], days: 5",  # and then?
        f"roles: [{FINANCE}], days: 20, on_silence: consents",  # no sooner than the stage is due
        "roles: [{role: review-officer, role_title: 审核岗, part: required}]",  # decides the stage
    ],
)
def test_opinions_that_could_never_be_or_never_count_are_said(written: str) -> None:
    assert checked(spoilt(GUIDANCE, OPINIONS % f"roles: [{FINANCE}], days: 5, on_silence: abstains", GRANT))[1] == []

    problem = only_problem(spoilt(GUIDANCE, OPINIONS % written, GRANT))

    assert (problem.code, problem.path[0]) == ("VALUE_REFUSED", "plans")


def test_what_is_asked_before_a_stage_opens_is_tested_by_who_decides_the_one_before() -> None:
    entered = f"      enters_when: [E_NOTHING_SUCH]\n{GUIDANCE}"

    codes = {problem.code for problem in checked(spoilt(GUIDANCE, entered, GRANT))[1]}

    assert codes == {"NAME_UNKNOWN", "ENTRY_UNTESTED"}


def test_a_condition_that_no_decision_tests_opens_no_stage() -> None:
    review = "    - key: review\n"
    content = BEIJING.read_text("utf-8").replace(review, f"{review}      enters_when: [BJ_E_NO_INVOICE]\n", 1)
    content = content.replace("{days: 5, unit: working_days, on_silence: passes}", LONGER, 1)

    problem = only_problem(content)

    assert (problem.code, problem.path[-2]) == ("NAME_UNKNOWN", "enters_when")


LIMIT = "{days: 5, unit: working_days, on_silence: withdraws}"
MENDED = f"{{rounds_max: 1, title: 补正, clause: 三(二), time_limit: {LIMIT}}}"


def test_what_an_earlier_stage_has_checked_is_not_mended_by_a_later_one() -> None:
    problem = only_problem(spoilt(GUIDANCE, f"      correction: {MENDED}\n{GUIDANCE}", GRANT))

    assert (problem.code, problem.path[-1]) == ("CORRECTION_UNCHECKED", "correction")
    assert "acceptance" in problem.asked("en")


def test_who_is_heard_above_an_amount_is_heard_once_there_is_one() -> None:
    heard = OPINIONS % f"roles: [{FINANCE[:-1]}, above: 5万元}}]"
    before = "      sets_amount: true\n"

    assert checked(spoilt(GUIDANCE, heard, GRANT))[1] == []
    problem = only_problem(spoilt(before, "", spoilt(GUIDANCE, heard, GRANT)))
    assert (problem.code, problem.path[-1]) == ("AMOUNT_NOT_SET", "above")


def test_a_duty_may_keep_a_role_apart_that_is_only_heard() -> None:
    heard = spoilt(GUIDANCE, OPINIONS % f"roles: [{FINANCE}]", GRANT)

    assert checked(spoilt("plans:", DUTY % "review-officer, finance-officer", heard))[1] == []


VERIFIED = "      guidance: 核验发票、交付凭证和付款凭证的真实性\n"
CLEAN = "      passes_when_clean: true\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            VERIFIED,
            VERIFIED + CLEAN + OPINIONS.removesuffix(GUIDANCE) % f"roles: [{FINANCE}], days: 5, on_silence: consents",
        ),
        (
            "      checks: [enterprise, credit, invoices]\n" + VERIFIED,
            VERIFIED + CLEAN,
        ),
        ("      guidance: 系统按结算", CLEAN + "      guidance: 系统按结算"),
    ],
    ids=["somebody is heard", "nothing is asked", "a later stage"],
)
def test_the_system_passes_only_where_it_can_know_enough(old: str, new: str) -> None:
    assert checked(spoilt(VERIFIED, VERIFIED + CLEAN))[1] == []

    problem = only_problem(spoilt(old, new))

    assert (problem.code, problem.path[-1]) == ("CLEAN_PASS", "passes_when_clean")
