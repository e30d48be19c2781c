"""The letters a case owes follow from its events alone, however late somebody looks."""

from functools import reduce

from domain import letters
from domain.case import CORRECTION, Case
from domain.case_course import evolve
from duifu.v1.events_pb2 import CASE_OUTCOME_REFUSED, CaseClosed, CaseOpened, CorrectionRequested, StageOpened
from duifu.v1.plan_pb2 import CasePlan, CorrectionRule, Stage

PLAN = CasePlan(
    programme_title="示例算力券",
    letters={"closed": "goodbye"},
    stages=[
        Stage(
            key="acceptance",
            letters={"opened": "received", "correction": "mend", "passed": "accepted"},
            correction=CorrectionRule(rounds_max=1),
        ),
        Stage(key="review"),
    ],
)
OPENED = CaseOpened(case_id="c-1", plan=PLAN, received_on="2024-03-01", applicant_name="示例公司")


def stage(key: str, number: int = 1, waits_on: str = "某岗") -> StageOpened:
    return StageOpened(stage=key, round=number, title=key, waits_on=waits_on)


def owed_after(*events: object) -> list[tuple[str, str]]:
    case: Case = reduce(evolve, (OPENED, *events), Case())  # type: ignore[arg-type]
    return [(letter.template, letter.words["waits_on"]) for letter in letters.owed(case)]


def test_a_case_that_was_received_owes_a_receipt() -> None:
    assert owed_after(stage("acceptance")) == [("received", "某岗")]


def test_letters_of_stages_that_passed_unseen_still_name_who_was_on_turn_then() -> None:
    seen_late = owed_after(stage("acceptance", waits_on="受理岗"), stage("review", waits_on="审核岗"))

    assert seen_late == [("received", "受理岗"), ("accepted", "审核岗")]


def test_a_correction_is_asked_for_once_and_the_receipt_not_repeated() -> None:
    returned = (CorrectionRequested(stage="acceptance", items=["甲"]), stage(CORRECTION, waits_on="示例公司"))

    owed = owed_after(stage("acceptance"), *returned, stage("acceptance", 2))

    assert [template for template, _ in owed] == ["received", "mend"]


def test_a_case_that_ended_owes_the_plans_last_letter() -> None:
    closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary="不予通过")

    assert owed_after(stage("acceptance"), closed)[-1][0] == "goodbye"


def test_a_plan_without_letters_owes_none() -> None:
    silent = CaseOpened(case_id="c-2", received_on="2024-03-01")
    silent.plan.stages.append(Stage(key="acceptance"))
    case = reduce(evolve, (silent, stage("acceptance"), CaseClosed(outcome=CASE_OUTCOME_REFUSED)), Case())

    assert list(letters.owed(case)) == []
