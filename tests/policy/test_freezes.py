"""What a check says of days on which an office holds still, and what the guide for applicants tells of them."""

from datetime import date
from typing import Any

import pytest

from domain.format.programme import Programme
from policy.explain import guide
from policy.rulebook import ProgrammeBroken
from tests.amended import BEIJING, a_rulebook, a_yearly_limit_that_yields
from tests.policy.drafts import GRANT, checked, only_problem, spoilt

ROW = "{title: 年终封账, from: 2024-12-25, through: 2025-01-05, reason: 财政结账, holds: [payments]}"
OTHER = "{title: 年初封账, from: 2025-01-06, through: 2025-01-08, clause: 三(二), holds: [decisions, payments]}"


def frozen(*rows: str) -> str:
    """A programme with these windows."""
    listed = "".join(f"  - {row}\n" for row in rows)
    return spoilt("\nplans:", f"\nfreezes:\n{listed}\nplans:", GRANT)


def sound(*rows: str) -> Programme:
    programme, problems = checked(frozen(*rows))
    assert problems == []
    assert programme is not None
    return programme


def test_windows_that_follow_one_another_are_sound_and_hold_what_they_say() -> None:
    programme = sound(ROW, OTHER)

    held = [
        (programme.frozen("decisions", date(2025, 1, day)), programme.frozen("payments", date(2025, 1, day)))
        for day in (5, 6, 8, 9)
    ]

    titles = [tuple(row.title if row else "" for row in pair) for pair in held]
    assert titles == [("", "年终封账"), ("年初封账", "年初封账"), ("年初封账", "年初封账"), ("", "")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((ROW.replace("2025-01-05", "2024-12-05"),), "PERIOD_REVERSED"),
        ((ROW.replace("[payments]", "[payment]"),), "VALUE_UNKNOWN"),
        ((ROW.replace("[payments]", "[]"),), "LIST_LENGTH"),
        ((ROW.replace("reason: 财政结账, ", ""),), "ONE_OF_KEYS"),
        ((ROW.replace("reason:", "clause: 三(二), reason:"),), "ONE_OF_KEYS"),
        ((OTHER.replace("三(二)", "三(九)"),), "CLAUSE_UNKNOWN"),
        ((ROW, OTHER.replace("2025-01-06", "2025-01-05")), "FREEZES_OVERLAP"),
        ((OTHER, ROW.replace("2025-01-05", "2025-01-06")), "FREEZES_OVERLAP"),
    ],
)
def test_a_window_that_could_not_be_meant_is_said_where_it_stands(rows: tuple[str, ...], code: str) -> None:
    assert only_problem(frozen(*rows)).code == code


def test_two_windows_on_one_day_may_hold_different_things() -> None:
    same_days = OTHER.replace("2025-01-06", "2025-01-05").replace("[decisions, payments]", "[decisions]")

    assert sound(ROW, same_days)


def test_the_guide_tells_applicants_what_waits_and_that_their_time_limits_do_not() -> None:
    told = guide(sound(ROW), date(2024, 6, 3))

    assert "- 冻结期：2024年12月25日至2025年1月5日年终封账，暂停支付指令；提交材料和法定时限照常（财政结账）。" in told


def test_the_guide_says_who_may_approve_specially() -> None:
    programme = a_rulebook(BEIJING, a_yearly_limit_that_yields).programmes[0]

    assert "超出的须经专门批准（由市政府批准），最高不超过300万元" in guide(programme, date(2024, 3, 1))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"on_exceed": "truncate", "hard_limit": None}, "VALUE_REFUSED"),
        ({"approved_by": {"role": "city-leader"}}, "KEY_MISSING"),
    ],
)
def test_an_approver_is_named_for_a_limit_that_yields_and_has_a_title(change: dict[str, Any], code: str) -> None:
    def spoil(data: dict[str, Any]) -> None:
        account = data["accounts"]["issued"]
        for key, value in change.items():
            account.pop(key, None) if value is None else account.update({key: value})

    with pytest.raises(ProgrammeBroken, match=code):
        a_rulebook(BEIJING, a_yearly_limit_that_yields, spoil)
