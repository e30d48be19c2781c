"""A panel of experts: who may do what, what silence means, and that nothing its members do keeps it from its end."""

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.case import OpenStage
from domain.dates import civil_date, start_of
from domain.draw import eligible, in_order, sha256_of
from domain.experts import Pool, evolve, register, retire
from domain.format.panel import PanelRow
from domain.panel import panel_id
from domain.panel_outcome import carried_to
from domain.panel_steps import convene, declare, draw, open_sheet, seal, sign
from domain.panel_wording import standing
from domain.refusals import Refused
from domain.scoring import conclusion_text, dispersion, mean, sheet_sha256, trimmed
from duifu.v1.commands_pb2 import VERDICT_PASS, VERDICT_REFUSE, Actor
from duifu.v1.events_pb2 import CASE_OUTCOME_REFUSED, CaseClosed, Decided, StageOpened
from duifu.v1.panel_pb2 import (
    EXCLUSION_KIND_LEFT,
    INTEREST_KIND_KINSHIP,
    RESCORE_REASON_DISPERSION,
    RESCORE_REASON_REPLACEMENT,
    ConclusionSigned,
    ConvenePanel,
    DeclareInterest,
    DrawPanel,
    ExpertLeft,
    ExpertSeated,
    OpenSheet,
    PanelConcluded,
    RegisterExpert,
    RetireExpert,
    ScoreSheet,
    ScoringReopened,
    SealSheet,
    SheetOpened,
    SheetSealed,
    SignConclusion,
)
from tests.domain.panels import (
    APPLICANT,
    BEACON,
    CASE_ID,
    CUSTOMER,
    DAY,
    EVERY_DAY,
    PANEL_ID,
    SALT,
    SECRETARY_ACTOR,
    SEED,
    Table,
    a_case,
    a_pool,
    a_rule,
    a_sheet,
    an_expert,
    names,
    who,
)


def code_of(act: Callable[[], object]) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


# The pool


def test_an_expert_who_is_registered_again_is_known_as_registered_last() -> None:
    pool = Pool()
    for expert in (an_expert(1), an_expert(1, employer=CUSTOMER)):
        (event,) = register(RegisterExpert(programme_id="qd", expert=expert), SECRETARY_ACTOR)
        pool = evolve(pool, event)

    assert [expert.employer_uscc for expert in pool.experts.values()] == [CUSTOMER]


def test_who_is_retired_is_drawn_no_more() -> None:
    pool = a_pool(map(an_expert, range(3)))
    (event,) = retire(pool, RetireExpert(programme_id="qd", expert_id="expert-1", reason="退休"), SECRETARY_ACTOR)

    assert sorted(evolve(pool, event).experts) == ["expert-0", "expert-2"]


def test_only_the_secretary_keeps_the_pool_and_says_why_somebody_leaves_it() -> None:
    pool, officer = a_pool([an_expert(1)]), Actor(id="u", role="city-reviewer")
    gone = RetireExpert(programme_id="qd", expert_id="expert-1", reason="退休")

    assert code_of(lambda: register(RegisterExpert(expert=an_expert(2)), officer)) == "ROLE_MISMATCH"
    assert code_of(lambda: retire(pool, gone, officer)) == "ROLE_MISMATCH"
    assert code_of(lambda: retire(pool, RetireExpert(expert_id="expert-1"), SECRETARY_ACTOR)) == "REASON_MISSING"
    assert code_of(lambda: retire(Pool(), gone, SECRETARY_ACTOR)) == "EXPERT_UNKNOWN"


# Convening and drawing


def test_as_many_as_the_rule_says_are_seated_in_the_order_of_the_draw() -> None:
    table = Table().seated()

    assert table.members == in_order(eligible(table.panel.convened), SEED, BEACON)[:5]
    assert [member.place for member in table.panel.members.values()] == [1, 2, 3, 4, 5]


def test_a_panel_is_convened_once() -> None:
    assert code_of(Table().seated().convene) == "PANEL_CONVENED"


def test_only_a_stage_of_experts_has_a_panel() -> None:
    table = Table()
    determination = OpenStage("determination", 1, "核定", "核定岗", None, "QD-4.4c")
    object.__setattr__(table.case, "stage", determination)

    assert code_of(table.convene) == "STAGE_NOT_PANEL"


def test_each_time_the_stage_is_opened_it_has_a_panel_of_its_own() -> None:
    case = a_case()
    assert case.stage is not None
    object.__setattr__(case, "stages", (case.stage, *case.stages))

    assert panel_id(case) == f"{CASE_ID}-panel-2"


def test_too_small_a_pool_is_said_before_anything_is_committed() -> None:
    pool = a_pool([an_expert(1), an_expert(2), *(an_expert(n, employer=APPLICANT) for n in range(3, 9))])

    with pytest.raises(Refused) as refused:
        Table(pool=pool).convene()

    assert refused.value.code == "POOL_TOO_SMALL"
    assert "可抽取的有2人，评审组需5人" in refused.value.message("zh")


def test_only_the_secretary_convenes_and_draws() -> None:
    table, officer = Table(), Actor(id="u", role="expert")
    asked = ConvenePanel(case_id=CASE_ID, seed_sha256=sha256_of(SEED))

    assert code_of(lambda: convene(table.panel, table.case, table.pool, asked, officer, table.today)) == "ROLE_MISMATCH"
    table.convene()
    asked_to_draw = DrawPanel(case_id=CASE_ID, seed=SEED)
    assert code_of(lambda: draw(table.panel, asked_to_draw, officer, BEACON, table.today)) == "ROLE_MISMATCH"


def test_no_other_seed_than_the_one_committed_to_draws() -> None:
    table = Table()

    def asked(seed: str) -> Callable[[], object]:
        command = DrawPanel(case_id=CASE_ID, seed=seed)
        return lambda: draw(table.panel, command, SECRETARY_ACTOR, BEACON, table.today)

    assert code_of(asked(SEED)) == "PANEL_NOT_CONVENED"
    table.convene()
    assert code_of(asked("77" * 32)) == "SEED_MISMATCH"
    table = Table().seated()
    assert code_of(asked(SEED)) == "PANEL_DRAWN"


def test_a_secretary_who_does_not_like_the_outcome_cannot_hold_the_seed_back() -> None:
    table = Table()
    table.convene()

    table.ring()

    assert table.panel.drawn is not None
    assert table.panel.drawn.seed == ""
    assert table.members == in_order(eligible(table.panel.convened), "", BEACON)[:5]


# Declaring


def test_before_a_declaration_nothing_is_shown_and_nothing_scored() -> None:
    table = Table().seated()
    first = table.members[0]

    assert code_of(lambda: table.panel.declared(first)) == "NOT_DECLARED"
    assert code_of(lambda: table.seal(first, a_sheet(70))) == "NOT_DECLARED"
    table.declare(first)
    assert table.panel.declared(first).is_declared


def test_who_is_not_seated_sees_and_does_nothing() -> None:
    table = Table()

    assert code_of(lambda: table.panel.declared("expert-1")) == "PANEL_NOT_DRAWN"
    table.seated()
    assert table.panel.drawn is not None
    waiting = table.panel.drawn.order[5]
    assert code_of(lambda: table.panel.declared(waiting)) == "NOT_ON_PANEL"
    assert code_of(lambda: table.declare(waiting)) == "NOT_ON_PANEL"


def test_who_has_a_conflict_is_replaced_by_the_next_in_the_order() -> None:
    table = Table().seated()
    recused = table.members[2]

    events = table.declare(recused, conflict="申报单位的顾问")

    assert names(events) == ["InterestDeclared", "ExpertLeft", "ExpertSeated"]
    assert table.panel.drawn is not None
    assert table.members[-1] == table.panel.drawn.order[5]
    assert recused not in table.members
    assert code_of(lambda: table.declare(recused)) == "NOT_ON_PANEL"


@pytest.mark.parametrize(
    "declared",
    [
        DeclareInterest(has_conflict=True),
        DeclareInterest(has_conflict=True, kinds=[INTEREST_KIND_KINSHIP], text=" "),
        DeclareInterest(has_conflict=True, text="顾问"),
        DeclareInterest(kinds=[INTEREST_KIND_KINSHIP]),
        DeclareInterest(kinds=[INTEREST_KIND_KINSHIP], text="亲属"),
    ],
)
def test_a_conflict_says_of_what_kind_it_is_and_none_says_nothing(declared: DeclareInterest) -> None:
    table = Table().seated()

    assert code_of(lambda: declare(table.panel, declared, who(table.members[0]), table.today)) == "CONFLICT_UNNAMED"


def test_a_declaration_is_given_once_but_a_conflict_may_be_found_later() -> None:
    table = Table().seated()
    first = table.members[0]
    table.declare(first)

    assert code_of(lambda: table.declare(first)) == "DECLARATION_GIVEN"
    table.declare(first, conflict="刚得知配偶任职于申报单位")
    assert first not in table.members


# Sealing and opening


def test_a_sheet_may_be_replaced_with_a_reason_until_all_are_in() -> None:
    table = Table().seated().all_declare()
    first, *others = table.members
    table.seal(first, a_sheet(50), reason="")

    assert code_of(lambda: table.seal(first, a_sheet(60), reason=" ")) == "REASON_MISSING"
    table.seal(first, a_sheet(60), reason="补看审计报告")
    sealed = table.panel.members[first].sealed
    assert sealed is not None
    assert sealed.version == 2
    for expert_id in others:
        table.seal(expert_id, a_sheet(60))
    assert code_of(lambda: table.seal(first, a_sheet(70))) == "SHEETS_COMPLETE"


def test_no_sheet_is_opened_while_one_is_missing() -> None:
    table = Table().seated().all_declare()
    *sealed, last = table.members
    for expert_id in sealed:
        table.seal(expert_id, a_sheet(60))

    with pytest.raises(Refused) as refused:
        table.open(sealed[0], a_sheet(60))

    assert refused.value.code == "SHEETS_NOT_COMPLETE"
    assert last in refused.value.message("zh")


def test_a_seal_says_nothing_of_the_points() -> None:
    table = Table().seated().all_declare()

    (event,) = table.seal(table.members[0], a_sheet(61, remark="可行"))

    assert isinstance(event, SheetSealed)
    assert "61" not in str(event).replace(event.sheet_sha256, "")
    assert "可行" not in str(event)


@pytest.mark.parametrize("changed", [a_sheet(61), a_sheet(60, rate="40/100"), a_sheet(60, remark="改")])
def test_another_sheet_than_the_sealed_one_is_not_taken(changed: ScoreSheet) -> None:
    table = Table().seated().all_declare()
    for expert_id in table.members:
        table.seal(expert_id, a_sheet(60))

    assert code_of(lambda: table.open(table.members[0], changed)) == "SHEET_MISMATCH"
    table.open(table.members[0], a_sheet(60))
    assert code_of(lambda: table.open(table.members[0], a_sheet(60))) == "SHEET_OPENED"


def test_nobody_can_hand_in_somebody_elses_seal() -> None:
    table = Table().seated().all_declare()
    first, second, *others = table.members
    copied = sheet_sha256(PANEL_ID, 1, first, a_sheet(88), SALT)
    for expert_id in (first, second):
        asked = SealSheet(case_id=CASE_ID, scoring=1, sheet_sha256=copied)
        table.take(seal(table.panel, asked, who(expert_id), table.today))
    for expert_id in others:
        table.seal(expert_id, a_sheet(60))
    table.open(first, a_sheet(88))

    assert code_of(lambda: table.open(second, a_sheet(88))) == "SHEET_MISMATCH"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sheet: sheet.scores.pop(),
        lambda sheet: sheet.scores.reverse(),
        lambda sheet: setattr(sheet.scores[0], "points", 41),
        lambda sheet: setattr(sheet.scores[0], "points", -1),
        lambda sheet: setattr(sheet, "proposed_rate", "四成"),
    ],
)
def test_a_sheet_follows_the_criteria_even_if_it_was_sealed(spoil: Callable[[object], object]) -> None:
    table, invalid = Table().seated().all_declare(), a_sheet(60)
    spoil(invalid)
    first, *others = table.members
    table.seal(first, invalid)
    for expert_id in others:
        table.seal(expert_id, a_sheet(60))

    assert code_of(lambda: table.open(first, invalid)) == "SHEET_INVALID"


def test_a_sheet_of_another_scoring_is_not_taken() -> None:
    table = Table().seated().all_declare()
    asked = SealSheet(case_id=CASE_ID, scoring=2, sheet_sha256="ab" * 32)

    assert code_of(lambda: seal(table.panel, asked, who(table.members[0]), table.today)) == "SCORING_OTHER"
    opening = OpenSheet(case_id=CASE_ID, scoring=2, sheet=a_sheet(60), salt=SALT)
    assert code_of(lambda: open_sheet(table.panel, opening, who(table.members[0]), table.today)) == "SCORING_OTHER"


# Concluding


def test_the_highest_and_the_lowest_do_not_count() -> None:
    table = Table().seated().scored(50, 60, 61, 64, 79)

    assert table.panel.conclusion is not None
    found = table.panel.conclusion.conclusion
    assert [score.is_trimmed for score in found.scores] == [True, False, False, False, True]
    assert (found.mean, found.dispersion, found.is_recommended) == ("185/3", 29, True)
    assert found.leader == table.members[0]


@pytest.mark.parametrize(("points", "passes"), [((0, 59, 60, 60, 30), False), ((30, 60, 60, 60, 60), True)])
def test_the_mark_is_reached_exactly_or_not(points: tuple[int, ...], passes: bool) -> None:
    table = Table(case=a_case(a_rule(dispersion_max=100))).seated().scored(*points)

    assert table.panel.conclusion is not None
    assert table.panel.conclusion.conclusion.is_recommended is passes


def test_totals_too_far_apart_are_scored_again_once_with_reasons_and_then_stand_with_a_note() -> None:
    table = Table().seated().scored(40, 60, 61, 64, 71)

    again = table.events[-1]
    assert isinstance(again, ScoringReopened)
    assert (again.scoring, again.reason, again.dispersion) == (2, RESCORE_REASON_DISPERSION, 31)
    assert code_of(lambda: table.seal(table.members[0], a_sheet(60), reason="")) == "REASON_MISSING"
    table.scored(40, 60, 61, 64, 71)
    assert table.panel.conclusion is not None
    assert table.panel.conclusion.conclusion.is_dispersed
    assert "复评后仍超限" in conclusion_text(table.panel.conclusion.conclusion)


def test_totals_as_far_apart_as_allowed_are_not_scored_again() -> None:
    assert Table().seated().scored(41, 60, 61, 64, 71).panel.conclusion is not None


def test_the_conclusion_is_signed_by_all_with_dissent_on_record() -> None:
    table = Table().seated().scored(60, 60, 60, 60, 60)
    *rest, last = table.members
    for expert_id in rest:
        table.sign(expert_id)

    events = table.sign(last, dissent="可行性证据不足")

    assert names(events) == ["ConclusionSigned", "PanelConcluded"]
    assert isinstance(events[0], ConclusionSigned)
    assert events[0].dissent == "可行性证据不足"
    assert table.panel.is_over
    assert standing(table.panel) == "专家评审推荐：平均60分，分差0分"


def test_a_signature_names_the_conclusion_that_stands_and_is_given_once() -> None:
    table = Table().seated()
    first = table.members[0]

    def asked(digest: str) -> Callable[[], object]:
        command = SignConclusion(case_id=CASE_ID, conclusion_sha256=digest)
        return lambda: sign(table.panel, command, who(first), table.today)

    assert code_of(asked("ab" * 32)) == "NO_CONCLUSION"
    table.scored(60, 60, 60, 60, 60)
    assert code_of(asked("ab" * 32)) == "CONCLUSION_OTHER"
    table.sign(first)
    assert code_of(asked("ab" * 32)) == "CONCLUSION_SIGNED"


def test_a_conflict_found_after_the_conclusion_takes_the_conclusion_with_it() -> None:
    table = Table().seated().scored(60, 60, 60, 60, 60)
    table.sign(table.members[1])

    events = table.declare(table.members[0], conflict="持有客户股份")

    assert names(events) == ["InterestDeclared", "ExpertLeft", "ExpertSeated", "ScoringReopened"]
    assert table.panel.conclusion is None
    assert all(member.signed is None for member in table.panel.members.values())


# Silence


def test_who_does_not_declare_in_time_is_replaced() -> None:
    table = Table().seated()
    silent = table.members[3]
    for expert_id in set(table.members) - {silent}:
        table.declare(expert_id)

    events = table.ring()

    assert [(type(e), getattr(e, "expert_id", "")) for e in events[:1]] == [(ExpertLeft, silent)]
    assert isinstance(events[1], ExpertSeated)
    assert silent not in table.members


def test_a_deadline_lasts_to_the_end_of_its_last_working_day() -> None:
    table = Table().seated()
    assert table.panel.due_at is not None

    with pytest.raises(Refused) as refused:
        table.ring(table.panel.due_at - timedelta(microseconds=1))

    assert refused.value.code == "NOT_DUE"
    assert civil_date(table.panel.due_at) == DAY + timedelta(days=3)  # two working days after Monday, 24:00
    table.ring()


def test_who_does_not_seal_in_time_is_replaced_and_the_sheets_of_the_others_stay_sealed() -> None:
    table = Table().seated().all_declare()
    for expert_id in table.members[:-1]:
        table.seal(expert_id, a_sheet(60))

    assert names(table.ring()) == ["ExpertLeft", "ExpertSeated"]
    assert [member.sealed is not None for member in table.panel.members.values()] == [True] * 4 + [False]
    assert table.panel.scoring == 1


def test_who_takes_a_seat_after_all_had_sealed_seals_too_before_anything_is_opened() -> None:
    table = Table().seated().all_declare()
    for expert_id in table.members:
        table.seal(expert_id, a_sheet(60))

    table.declare(table.members[0], conflict="刚得知有业务往来")
    newcomer, first = table.members[-1], table.members[0]

    assert code_of(lambda: table.open(first, a_sheet(60))) == "SHEETS_NOT_COMPLETE"
    table.declare(newcomer)
    assert names(table.seal(newcomer, a_sheet(62))) == ["SheetSealed", "SheetsComplete"]
    table.open(first, a_sheet(60))
    assert table.panel.scoring == 1


def test_who_does_not_open_in_time_is_replaced_and_nobody_scores_after_having_seen_others() -> None:
    table = Table().seated().all_declare()
    for expert_id in table.members:
        table.seal(expert_id, a_sheet(60))
    table.open(table.members[0], a_sheet(60))

    events = table.ring()

    assert names(events) == [*["ExpertLeft"] * 4, *["ExpertSeated"] * 4, "ScoringReopened"]
    assert isinstance(events[-1], ScoringReopened)
    assert events[-1].reason == RESCORE_REASON_REPLACEMENT
    assert all(member.sealed is None for member in table.panel.members.values())


def test_who_does_not_sign_in_time_agrees() -> None:
    table = Table().seated().scored(60, 60, 60, 60, 60)
    table.sign(table.members[0])

    (concluded,) = table.ring()

    assert isinstance(concluded, PanelConcluded)
    assert list(concluded.silent) == table.members[1:]


def test_fewer_than_asked_for_conclude_while_they_are_a_quorum() -> None:
    table = Table(pool=a_pool(map(an_expert, range(5)))).seated()
    for expert_id in table.members[:2]:
        table.declare(expert_id, conflict="有业务往来")

    table.scored(60, 62, 64)

    assert table.panel.conclusion is not None
    assert table.panel.conclusion.conclusion.mean == "62"


def test_a_panel_without_a_quorum_is_convened_anew_without_those_who_left() -> None:
    table = Table(pool=a_pool(map(an_expert, range(8)))).seated()
    while table.panel.failed is None:
        table.declare(table.members[0], conflict="有业务往来")
    left = set(table.panel.left)
    assert code_of(lambda: table.declare(table.members[0])) == "PANEL_NOT_DRAWN"
    assert table.panel.due_at is None

    table.pool = a_pool(map(an_expert, range(14)))
    table.seated("0d" * 32)

    assert len(left) == 6
    assert not left & set(table.members)
    against = {c.expert.expert_id: [e.kind for e in c.exclusions] for c in table.panel.convened.candidates}
    assert all(against[expert_id] == [EXCLUSION_KIND_LEFT] for expert_id in left)


def test_a_panel_that_waits_on_no_time_lapses_at_none() -> None:
    table = Table()

    assert code_of(lambda: table.ring(start_of(DAY))) == "NO_DEADLINE"


# The case


def test_a_recommendation_passes_the_stage_in_the_name_of_the_panel() -> None:
    table = Table().seated().scored(60, 60, 60, 60, 60)
    table.ring()

    decided, opened = carried_to(table.case, table.panel, DAY, EVERY_DAY)

    assert isinstance(decided, Decided)
    assert (decided.stage, decided.verdict, decided.decided_by) == ("experts", VERDICT_PASS, f"panel:{PANEL_ID}")
    assert isinstance(opened, StageOpened)
    assert opened.stage == "determination"


def test_a_case_that_is_not_recommended_ends_with_the_code_of_the_programme() -> None:
    table = Table().seated().scored(40, 40, 40, 40, 40)
    table.ring()

    decided, closed = carried_to(table.case, table.panel, DAY, EVERY_DAY)

    assert isinstance(decided, Decided)
    assert decided.verdict == VERDICT_REFUSE
    assert isinstance(closed, CaseClosed)
    assert (closed.outcome, closed.code, closed.clause) == (CASE_OUTCOME_REFUSED, "EX_E_EXPERTS", "QD-4.4c")


# The programme's row

ROW = {
    "members": 5, "quorum": 3, "criteria": [{"key": "need", "title": "必要性", "points": 100}], "trim_each_side": 1,
    "dispersion_max": 30, "pass_mark": 60, "declare_days": 2, "score_days": 5, "open_days": 2, "sign_days": 3,
    "code": "EX_E_EXPERTS",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quorum": 2}, "quorum"),
        ({"quorum": 6}, "quorum"),
        ({"pass_mark": 101}, "pass_mark"),
        ({"criteria": [{"key": "need", "title": "必要性", "points": 60}] * 2}, "criteria"),
    ],
)
def test_a_panel_that_could_never_conclude_is_no_programme(change: dict[str, object], said: str) -> None:
    PanelRow.model_validate(ROW)

    with pytest.raises(ValidationError, match=said):
        PanelRow.model_validate(ROW | change)


def test_every_value_of_the_row_is_pinned_with_the_stage() -> None:
    pinned = PanelRow.model_validate(ROW | {"fields": ["算力"]}).message()

    assert all(value for _, value in pinned.ListFields())
    assert len(pinned.ListFields()) == len(pinned.DESCRIPTOR.fields)


# For any numbers and any order

TOTALS = st.lists(st.integers(0, 100), min_size=1, max_size=15)


@given(TOTALS, st.integers(0, 7))
def test_a_trimmed_mean_lies_between_the_totals_that_count(totals: list[int], each_side: int) -> None:
    each_side = min(each_side, (len(totals) - 1) // 2)
    by_expert = {f"expert-{number}": total for number, total in enumerate(totals)}
    counted = sorted(totals)[each_side : len(totals) - each_side]

    average = mean(by_expert, each_side)

    assert len(trimmed(by_expert, each_side)) == 2 * each_side
    assert average == Fraction(sum(counted), len(counted))
    assert min(totals) <= counted[0] <= average <= counted[-1] <= max(totals)
    assert dispersion(by_expert) == max(totals) - min(totals)


@given(st.data())
def test_whatever_its_members_do_a_panel_ends_and_seats_nobody_who_is_excluded(data: st.DataObject) -> None:
    outsiders = {f"expert-{number}" for number in data.draw(st.sets(st.integers(0, 11), max_size=7))}
    able = map(an_expert, range(12))
    experts = [an_expert(n, employer=CUSTOMER) if one.expert_id in outsiders else one for n, one in enumerate(able)]
    table = Table(pool=a_pool(experts))
    table.seated()
    points: dict[str, int] = {}

    for _ in range(data.draw(st.integers(0, 60))):
        if is_over(table):
            break
        acts = st.sampled_from([*table.members, "silence"])
        _let(table, data.draw(acts), data.draw(st.integers(0, 9)), data.draw(st.integers(0, 100)), points)
        assert not (outsiders | set(table.panel.left)) & set(table.members)
    rings = 0
    while not is_over(table):
        table.ring()
        rings += 1

    assert rings <= 3 * len(experts)  # time alone ends it, whatever was left undone
    seated = [event.expert_id for event in table.events if isinstance(event, ExpertSeated)]
    assert len(seated) == len(set(seated))
    opened = [event for event in table.events if isinstance(event, SheetOpened)]
    assert len({(event.expert_id, event.scoring) for event in opened}) == len(opened)


def is_over(table: Table) -> bool:
    """Concluded; or too few are left, and somebody has to be found."""
    return table.panel.is_over or table.panel.failed is not None


def _let(table: Table, expert_id: str, chance: int, total: int, points: dict[str, int]) -> None:
    """Somebody takes the next step, or declares a conflict; or everybody is silent until the next deadline."""
    member = table.panel.members.get(expert_id)
    if member is None:
        table.ring()
    elif chance == 0:
        table.declare(expert_id, conflict="有业务往来")
    elif not member.is_declared:
        table.declare(expert_id)
    elif table.panel.conclusion is not None:
        if member.signed is None:
            table.sign(expert_id)
    elif table.panel.complete is None:
        points[expert_id] = total
        table.seal(expert_id, a_sheet(total))
    elif member.opened is None:
        table.open(expert_id, a_sheet(points[expert_id]))
