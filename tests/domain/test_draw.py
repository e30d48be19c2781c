"""The draw: nobody chooses who judges, anybody works it out again, and whom a party excludes is never drawn."""

import subprocess
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.draw import eligible, in_order, rank, sha256_of, verify_draw
from domain.experts import exclusions
from duifu.v1.panel_pb2 import (
    EXCLUSION_KIND_ACTED,
    EXCLUSION_KIND_CUSTOMER,
    EXCLUSION_KIND_EMPLOYEE,
    EXCLUSION_KIND_OTHER_FIELD,
    EXCLUSION_KIND_SAME_INSTITUTION,
    EXCLUSION_KIND_SHAREHOLDER,
    ExclusionKind,
    Expert,
    PanelConvened,
    PanelDrawn,
)
from tests.domain.panels import (
    APPLICANT,
    AUDITOR,
    BEACON,
    CUSTOMER,
    ELSEWHERE,
    SEED,
    Table,
    a_case,
    a_pool,
    a_rule,
    an_expert,
)

ACCOUNTS = st.sets(st.text("abcdefgh0123456789.-", min_size=1, max_size=12), min_size=1, max_size=30)
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(ACCOUNTS, HEX, HEX, st.integers())
def test_the_order_of_registration_does_not_matter(accounts: set[str], seed: str, beacon: str, shuffle: int) -> None:
    registered = sorted(accounts)
    shuffled = Random(shuffle).sample(registered, len(registered))

    assert in_order(registered, seed, beacon) == in_order(shuffled, seed, beacon)


@given(ACCOUNTS, HEX, HEX)
def test_the_order_leaves_nobody_out_and_names_nobody_twice(accounts: set[str], seed: str, beacon: str) -> None:
    assert sorted(in_order([*accounts, *accounts], seed, beacon)) == sorted(accounts)


@given(ACCOUNTS, HEX, HEX)
def test_who_joins_or_leaves_the_pool_does_not_reorder_the_others(accounts: set[str], seed: str, beacon: str) -> None:
    without = sorted(accounts)[1:]

    kept = [one for one in in_order(accounts, seed, beacon) if one in without]

    assert kept == in_order(without, seed, beacon)


def test_everybody_can_work_out_a_rank_with_sha256sum() -> None:
    told = subprocess.run(["sha256sum"], input=f"{SEED}/{BEACON}/expert-7", capture_output=True, text=True, check=True)

    assert told.stdout.split()[0] == rank(SEED, BEACON, "expert-7")


def test_neither_the_seed_nor_the_beacon_alone_settles_the_order() -> None:
    experts = [f"expert-{number}" for number in range(40)]
    drawn = in_order(experts, SEED, BEACON)

    assert in_order(experts, "00" * 32, BEACON) != drawn
    assert in_order(experts, SEED, "00" * 32) != drawn


# Who is excluded


@pytest.mark.parametrize(
    ("expert", "kind", "party"),
    [
        (an_expert(1, employer=APPLICANT), EXCLUSION_KIND_EMPLOYEE, APPLICANT),
        (an_expert(1, employer=CUSTOMER), EXCLUSION_KIND_CUSTOMER, CUSTOMER),
        (an_expert(1, employer=AUDITOR), EXCLUSION_KIND_SAME_INSTITUTION, AUDITOR),
        (an_expert(1, shares=[APPLICANT]), EXCLUSION_KIND_SHAREHOLDER, APPLICANT),
        (an_expert(1, shares=[CUSTOMER]), EXCLUSION_KIND_SHAREHOLDER, CUSTOMER),
        (Expert(expert_id="u-agent", employer_uscc=ELSEWHERE), EXCLUSION_KIND_ACTED, ""),
        (Expert(expert_id="u-contact", employer_uscc=ELSEWHERE), EXCLUSION_KIND_ACTED, ""),
    ],
)
def test_who_has_to_do_with_the_case_is_not_drawn_and_the_reason_is_on_record(
    expert: Expert, kind: ExclusionKind.ValueType, party: str
) -> None:
    table = Table(pool=a_pool([expert, *map(an_expert, range(2, 9))]))

    (convened,) = table.convene()

    assert isinstance(convened, PanelConvened)
    (against,) = [list(c.exclusions) for c in convened.candidates if c.expert.expert_id == expert.expert_id]
    assert [(exclusion.kind, exclusion.party_uscc) for exclusion in against] == [(kind, party)]
    assert expert.expert_id not in eligible(convened)


def test_an_expert_of_another_field_is_not_drawn() -> None:
    pool = a_pool([an_expert(1, fields=["农业"]), *(an_expert(n, fields=["算力", "审计"]) for n in range(2, 8))])
    table = Table(case=a_case(a_rule(fields=["算力"])), pool=pool)

    (convened,) = table.convene()

    assert isinstance(convened, PanelConvened)
    assert [e.kind for e in convened.candidates[0].exclusions] == [EXCLUSION_KIND_OTHER_FIELD]
    assert eligible(convened) == [f"expert-{number}" for number in range(2, 8)]


def test_no_name_of_a_person_is_in_the_draw() -> None:
    (convened,) = Table().convene()

    assert "某专家" not in str(convened)


# Verifying


def a_draw() -> tuple[PanelConvened, PanelDrawn]:
    table = Table(pool=a_pool([an_expert(20, employer=CUSTOMER), *map(an_expert, range(8))])).seated()
    assert table.panel.drawn is not None
    return table.panel.convened, table.panel.drawn


def test_an_honest_draw_is_right() -> None:
    convened, drawn = a_draw()

    assert verify_draw(convened, drawn, BEACON) == []


def test_a_draw_without_its_seed_is_checked_by_the_beacon_alone() -> None:
    convened, drawn = a_draw()
    drawn.seed = ""
    drawn.order[:] = in_order(eligible(convened), "", BEACON)

    assert verify_draw(convened, drawn, BEACON) == []


def swapped(_: PanelConvened, drawn: PanelDrawn) -> None:
    drawn.order[0], drawn.order[1] = drawn.order[1], drawn.order[0]


def another_seed(convened: PanelConvened, drawn: PanelDrawn) -> None:
    drawn.seed = "77" * 32
    drawn.order[:] = in_order(eligible(convened), drawn.seed, BEACON)


def another_beacon(convened: PanelConvened, drawn: PanelDrawn) -> None:
    drawn.beacon_sha256 = "77" * 32
    drawn.order[:] = in_order(eligible(convened), drawn.seed, drawn.beacon_sha256)


def beacon_misnamed(_: PanelConvened, drawn: PanelDrawn) -> None:
    drawn.beacon_sha256 = "77" * 32


def excluded_without_reason(convened: PanelConvened, drawn: PanelDrawn) -> None:
    convened.candidates[0].exclusions.add(kind=EXCLUSION_KIND_CUSTOMER, party_uscc=CUSTOMER)
    drawn.order[:] = in_order(eligible(convened), drawn.seed, BEACON)


def let_in(convened: PanelConvened, drawn: PanelDrawn) -> None:
    for candidate in convened.candidates:
        candidate.ClearField("exclusions")
    drawn.order[:] = in_order(eligible(convened), drawn.seed, BEACON)


@pytest.mark.parametrize(
    "forge", [swapped, another_seed, another_beacon, beacon_misnamed, excluded_without_reason, let_in]
)
def test_a_forged_draw_is_found(forge: Callable[[PanelConvened, PanelDrawn], None]) -> None:
    convened, drawn = a_draw()

    forge(convened, drawn)

    assert verify_draw(convened, drawn, BEACON)


def test_the_commitment_is_what_sha256sum_says_of_the_seed() -> None:
    told = subprocess.run(["sha256sum"], input=SEED, capture_output=True, text=True, check=True).stdout

    assert told.split()[0] == sha256_of(SEED)


def test_exclusions_follow_from_the_convening_event_alone() -> None:
    convened, _ = a_draw()

    assert all(list(c.exclusions) == exclusions(c.expert, convened) for c in convened.candidates)
