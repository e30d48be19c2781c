"""The way of an application in Qingdao, from the district to both treasuries. (QD-4, QD-A10)"""

from collections.abc import Iterable
from copy import deepcopy

import pytest
from pydantic import ValidationError

from duifu.v1.plan_pb2 import (
    CASE_KIND_GRANT_APPLICATION,
    ON_SILENCE_WITHDRAWS,
    STAGE_KIND_DECISION,
    STAGE_KIND_ROUND,
    Stage,
)
from tests.programmes.qingdao import AUTHORITIES, CREDIT_SOURCES, edition_of, the_programme, the_source

STAGES = {stage.key: stage for stage in the_programme().stages[CASE_KIND_GRANT_APPLICATION]}


def test_the_stages_are_those_of_the_text_in_its_order() -> None:
    assert [(stage.title, stage.clause) for stage in STAGES.values()] == [
        ("区级初审", "QD-4.2a"),
        ("函告区财政", "QD-4.2f"),
        ("区级推荐", "QD-4.3a"),
        ("完整性审查", "QD-4.4a"),
        ("复审", "QD-4.4b"),
        ("专家评审", "QD-4.4c"),
        ("核定", "QD-4.4c"),
        ("额度分配", "QD-2.5"),
        ("公示", "QD-A10"),
        ("拨付审核", "QD-A14"),
        ("拨付", "QD-A10"),
    ]


def test_the_district_asks_every_source_before_it_passes_anything() -> None:
    first = STAGES["preliminary_review"]

    assert set(first.checks) == {*CREDIT_SOURCES, *AUTHORITIES, "duplicates"}
    assert first.tests_eligibility


def test_vetoes_are_looked_up_again_when_the_amount_is_set_and_before_money_moves() -> None:
    for key in ("determination", "release"):
        assert set(STAGES[key].checks) == set(CREDIT_SOURCES)
        assert STAGES[key].tests_eligibility


def test_who_reviews_is_never_who_approves() -> None:
    by_role: dict[str, list[str]] = {}
    for stage in decided(STAGES.values()):
        by_role.setdefault(stage.role, []).append(stage.key)

    assert by_role.pop("district-approver") == ["finance_notice", "recommendation"]
    assert {role: keys for role, keys in by_role.items() if len(keys) > 1} == {}


def test_only_the_determination_sets_an_amount_and_the_system_shares_the_pool_after_it() -> None:
    keys = list(STAGES)

    assert [stage.key for stage in STAGES.values() if stage.sets_amount] == ["determination"]
    assert keys[keys.index("determination") + 1] == "allocation"
    assert {stage.key: stage.task for stage in STAGES.values() if stage.kind == STAGE_KIND_ROUND} == {
        "allocation": "allocate_round",
        "public_notice": "publish_notice",
        "payment": "pay_grant",
    }


def test_a_stage_has_a_time_limit_or_a_fixed_last_day_and_never_both() -> None:
    data = deepcopy(the_source().data)
    data["plans"]["grant_application"][3]["due_by"] = "recommend"

    with pytest.raises(ValidationError, match="due_by"):
        edition_of(data)


def test_what_is_missing_is_asked_for_once_and_silence_withdraws() -> None:
    correction = STAGES["preliminary_review"].correction

    assert (correction.rounds_max, correction.clause) == (1, "行政许可法32")
    assert correction.time_limit.on_silence == ON_SILENCE_WITHDRAWS


def test_the_public_notice_is_five_working_days_and_its_first_day_counts() -> None:
    shown = the_programme().public_notice

    assert shown is not None
    assert (shown.days, shown.unit, shown.first_day_counts) == (5, "working_days", True)


def test_nobody_is_recommended_before_the_finance_bureau_has_its_letter_and_the_city_its_papers() -> None:
    outputs = {key: [output.key for output in stage.outputs] for key, stage in STAGES.items() if stage.outputs}

    assert outputs == {
        "finance_notice": ["finance_letter"],
        "recommendation": ["recommendation_document", "paper_set", "electronic_set", "platform_hand_over"],
    }


def test_nobody_holds_two_of_the_roles_that_decide() -> None:
    (duty,) = the_programme().duties
    roles = {stage.role for stage in decided(STAGES.values())}

    assert roles <= set(duty.roles)


def test_city_and_district_pay_from_their_own_treasuries_in_equal_parts() -> None:
    levels = the_programme().levels

    assert {name: (level.parts, level.treasury) for name, level in levels.items()} == {
        "city": (1, "青岛市财政局国库"),
        "district": (1, "崂山区财政局国库"),
    }


def decided(stages: Iterable[Stage]) -> list[Stage]:
    return [stage for stage in stages if stage.kind == STAGE_KIND_DECISION]
