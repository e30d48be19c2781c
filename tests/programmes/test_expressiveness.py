"""What a programme file can say without code: each mechanism in an example, reckoned by hand, then asked for."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from google.protobuf.json_format import MessageToJson

from cli.__main__ import main
from domain.format.programme import Programme
from duifu.v1.events_pb2 import Evaluation
from duifu.v1.facts_pb2 import Facts, OtherBenefit
from policy.check import check
from policy.problems import render
from policy.rulebook import PROGRAMMES, Rulebook
from policy.source import read
from tests.docs.pages import ROOT
from tests.programmes.asking import ask
from tests.programmes.examples import FOLDER, Case, cases, programmes, told, wanted

#: Mechanism -> the example that shows it, and what must be written in its file for that.
SHOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "direct grant without a voucher": ("direct-grant", ("benefit: grant", "task: pay_grant")),
    "minimum spend": ("direct-grant", ("do: at_least",)),
    "hard cap": ("direct-grant", ("on_exceed: truncate",)),
    "limit of an enterprise": ("direct-grant", ("holder: enterprise",)),
    "payee supplier, deduction at the supplier": (
        "supplier-deduction",
        ("benefit: supplier_deduction", "payee: supplier"),
    ),
    "quarterly settlement": ("supplier-deduction", ("redemption:", "on_exceed: defer")),
    "rate by supplier type": ("supplier-deduction", ('"type", received_on) == "公共平台"',)),
    "validity from issue": ("supplier-deduction", ("valid_for: {clause: 第六条, months: 12}",)),
    "rate by attribute": ("attribute-rates", ("application.applicant.size", "fact.domestic_chips")),
    "rate by the applicant's yearly total": ("yearly-tiers", ("do: tiers", "applies_to: whole", "counts: spend")),
    "the higher of several alternatives": ("alternatives", ("do: greatest",)),
    "one-off grant": ("one-off", ("do: fixed", "period: programme", "on_exceed: refuse")),
    "soft cap with recorded special approval": ("special-approval", ("on_exceed: special_approval", "hard_limit:")),
    "limit of a contract": ("limits", ("holder: contract",)),
    "limit of a project": ("limits", ("holder: project",)),
    "limit over several years": ("limits", ("period: {years: 3, from_year: 2024}",)),
    "pool": ("pool-first-come", ("holder: programme", "do: pool")),
    "pool exhausted, first come": ("pool-first-come", ("sharing: first_come}",)),
    "pool exhausted, partial": ("pool-partial", ("sharing: first_come_partly}",)),
    "pool exhausted, pro rata by largest remainder": ("pool-pro-rata", ("sharing: pro_rata", "weight: cost")),
    "pro rata never above an own ceiling": ("pool-pro-rata", ("limit: ceiling_fen",)),
    "funding levels 1:1": ("levels-equal", ("do: share", "parts: 1")),
    "funding levels in another ratio": ("levels-mixed", ("parts: 2", "parts: 3")),
    "inclusive and exclusive day counts": ("day-counting", ("value: inclusive_days", "value: exclusive_days")),
    "itemised schedules first": ("day-counting", ("schedule: line.schedule",)),
    "rounding to fen": ("direct-grant", ("do: round, value: rated}",)),
    "rounding to yuan": ("attribute-rates", ("unit: yuan, mode: half_up",)),
    "rounding to 万元 with decimals": ("rounding-at-end", ("unit: wan_yuan, decimals: 2",)),
    "rounding once, at the end": ("rounding-at-end", ("name: granted", "do: round")),
    "rounding at each step": ("rounding-each-step", ("round_lines:", "name: rated_yuan")),
    "dated provider list": ("provider-list", ("tables:", 'listed("providers"')),
    "admission batches": ("provider-list", ("batch: 第二批", '"batch"')),
    "capacity threshold of suppliers": ("provider-list", ("parameter.cards_min", '"cards"')),
    "applicant without a credit code": ("lab-hours", ("holder: enterprise",)),
    "in-kind units (card-hours)": ("lab-hours", ("benefit: in_kind", "unit: 卡时")),
    "stacking: exclude": ("stacking-exclude", ("rule: exclude",)),
    "stacking: add": ("stacking-add", ("benefits.filter(", "do: add")),
    "stacking: complete up to a total": ("stacking-complete", ("rule: complete, total: most",)),
    "several editions live at once": ("annual-2025", ("id: example-annual", 'edition: "2025-01-01"')),
    "several programmes live at once, with cross-programme checks": (
        "annual-2024",
        ("shared_with: [example-direct-grant]", "benefits.exists("),
    ),
}

ALL_CASES = [case for programme in programmes() for case in cases(programme)]
GUIDE = ROOT / "docs" / "guides" / "policy-authors.md"


@pytest.mark.parametrize("programme", programmes(), ids=lambda path: path.stem)
def test_an_example_is_a_programme_without_errors_and_without_warnings(programme: Path) -> None:
    found, problems = check(read(programme, programme.name))

    assert problems == [], render(problems)
    assert found is not None


@pytest.fixture(scope="module")
def answer_to() -> Callable[[Case], Sequence[Evaluation]]:
    """Asks each case once."""
    known: dict[str, Sequence[Evaluation]] = {}

    def answers(case: Case) -> Sequence[Evaluation]:
        if str(case) not in known:
            known[str(case)] = ask(*case.given, programme=case.programme)
        return known[str(case)]

    return answers


@pytest.mark.parametrize("case", ALL_CASES, ids=str)
def test_an_example_comes_to_what_a_person_reckoned(
    case: Case, answer_to: Callable[[Case], Sequence[Evaluation]]
) -> None:
    found = [told(answer, expected) for answer, expected in zip(answer_to(case), case.expected, strict=True)]

    assert found == [wanted(expected) for expected in case.expected], case.by_hand


@pytest.mark.parametrize("case", ALL_CASES, ids=str)
def test_an_amount_is_what_its_last_step_says_and_every_step_cites_the_file(
    case: Case, answer_to: Callable[[Case], Sequence[Evaluation]]
) -> None:
    clauses = set(_programme(case.programme).clauses)

    for answer in answer_to(case):
        traces = [answer.amount, *(redemption.trace for redemption in answer.redemptions)]
        cited = {step.clause for trace in traces for step in trace.steps}
        assert cited | {answer.clause, *(redemption.clause for redemption in answer.redemptions)} <= clauses | {""}
        assert sum(level.amount_fen for level in answer.amount.levels) in (0, answer.amount.amount_fen)
        if not answer.code:
            assert answer.amount.steps[-1].exact_fen == str(answer.amount.amount_fen)


@pytest.mark.parametrize("programme", programmes(), ids=lambda path: path.stem)
def test_an_example_is_explained_to_applicants_with_every_amount(programme: Path) -> None:
    on = _programme(programme).edition

    done = CliRunner().invoke(main, ["programme", "explain", str(programme), "--on", on])

    assert done.exit_code == 0, done.output
    assert "该日没有规定" not in done.output


@pytest.mark.parametrize("mechanism", SHOWN)
def test_a_mechanism_is_written_in_its_example_and_has_cases(mechanism: str) -> None:
    name, written = SHOWN[mechanism]
    programme = FOLDER / f"{name}.yaml"

    text = programme.read_text("utf-8")

    assert [part for part in written if part not in text] == []
    assert text.startswith("# 演示：")
    assert cases(programme)


def test_every_example_shows_a_mechanism() -> None:
    assert {path.stem for path in programmes()} == {name for name, _ in SHOWN.values()}


@pytest.mark.parametrize("name", sorted({name for name, _ in SHOWN.values()}))
def test_the_guide_for_policy_authors_names_the_example(name: str) -> None:
    assert f"examples/{name}.yaml" in GUIDE.read_text("utf-8")


# All of them are programmes of one city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of programmes as a deployment has it, with every example in force."""
    folder = tmp_path_factory.mktemp("programmes")
    shutil.copy(PROGRAMMES / "working-days.yaml", folder)
    (folder / "shili").mkdir()
    for programme in programmes():
        shutil.copy(programme, folder / "shili")
    return folder


def test_all_programmes_of_the_city_are_sound_side_by_side(city: Path) -> None:
    done = CliRunner().invoke(main, ["programme", "check", "--strict", str(city)])

    assert done.exit_code == 0, done.output
    assert done.output.count("✓") == len(programmes()) + 1  # and the calendar


def test_another_programme_cannot_take_the_case_numbers_of_one_that_is_there(city: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(city, tmp_path / "programmes")
    intruder = (FOLDER / "one-off.yaml").read_text("utf-8").replace("id: example-one-off", "id: example-intruder")
    (folder / "shili" / "intruder.yaml").write_text(intruder, "utf-8")

    done = CliRunner().invoke(main, ["programme", "check", str(folder)])

    assert done.exit_code == 2
    assert "PREFIX_TAKEN" in done.output


def test_each_day_has_the_edition_that_was_issued_by_then(city: Path) -> None:
    rulebook = Rulebook(city)

    editions = {
        day: rulebook.in_force("example-annual", date.fromisoformat(day)) for day in ("2024-12-31", "2025-01-01")
    }

    assert {day: edition.edition for day, edition in editions.items()} == {
        "2024-12-31": "2024-01-01",
        "2025-01-01": "2025-01-01",
    }
    assert all(rulebook.pinned(edition.sha256) is edition for edition in editions.values())
    assert len({programme.programme_id for programme in rulebook.programmes}) == len(programmes()) - 1


def test_what_one_programme_granted_uses_the_limit_that_the_other_shares_with_it() -> None:
    [first] = cases(FOLDER / "direct-grant.yaml")[5].given  # 600,000 cut to 500,000
    [second] = cases(FOLDER / "annual-2024.yaml")[0].given  # 200,000 by itself
    second.application.contract.contract_number = "HT-2"

    [granted] = ask(first, programme=FOLDER / "direct-grant.yaml")
    second.benefits.append(_as_benefit(granted, first))
    [limited] = ask(second, programme=FOLDER / "annual-2024.yaml")

    assert granted.amount.amount_fen == 500_000_00
    assert limited.amount.amount_fen == 600_000_00 - 500_000_00


def test_what_one_programme_granted_on_a_contract_keeps_the_other_from_taking_it_again() -> None:
    [first] = cases(FOLDER / "direct-grant.yaml")[1].given
    [second] = cases(FOLDER / "annual-2024.yaml")[0].given

    [granted] = ask(first, programme=FOLDER / "direct-grant.yaml")
    second.benefits.append(_as_benefit(granted, first))
    [refused] = ask(second, programme=FOLDER / "annual-2024.yaml")

    assert granted.code == ""
    assert (refused.code, refused.clause) == ("AN_E_OTHER", "第四条")


def test_a_quote_says_in_words_that_the_supplier_is_paid(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(MessageToJson(cases(FOLDER / "supplier-deduction.yaml")[0].given[0]), "utf-8")

    done = CliRunner().invoke(main, ["quote", str(FOLDER / "supplier-deduction.yaml"), "--facts", str(facts)])

    assert "结果：¥300,000.00，付给供给方，有效期至2025-01-15" in done.output


def _as_benefit(granted: Evaluation, asked: Facts) -> OtherBenefit:
    """What the one programme granted, as the other learns it."""
    return OtherBenefit(
        programme_id=granted.programme_id,
        uscc=asked.application.applicant.uscc,
        contract_number=asked.application.contract.contract_number,
        granted_on=asked.received_on,
        amount_fen=granted.amount.amount_fen,
        is_compute_subsidy=True,
    )


@cache
def _programme(path: Path) -> Programme:
    found, _ = check(read(path, path.name))
    assert found is not None
    return found
