"""The guide for applicants says what the file says, for the day, and nothing else."""

import os
import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.format.programme import Programme
from domain.money import yuan
from policy.check import check
from policy.explain import guide
from policy.source import read
from policy.wording import money, ratio
from settings import SHIPPED_PROGRAMMES
from tests.policy.drafts import GRANT, VOUCHER, checked, spoilt

GUIDES = Path(__file__).parent / "guides"
SHIPPED = {
    "beijing-2024-03-01.md": ("beijing/ai-compute-voucher-2023.yaml", date(2024, 3, 1)),
    "qingdao-2024-01-22.md": ("qingdao/compute-centre-subsidy-2024.yaml", date(2024, 1, 22)),
}
SECTIONS = ["支持对象与条件", "申报材料", "支持标准", "如何计算", "时间", "办理流程", "监督与责任", "依据", "联系方式"]


def programme(content: str) -> Programme:
    found, problems = checked(content)
    assert found is not None, [problem.asked("en") for problem in problems]
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_golden_guides_of_the_shipped_programmes_are_what_their_files_say(name: str) -> None:
    path, on = SHIPPED[name]
    found, problems = check(read(SHIPPED_PROGRAMMES / path))
    assert found is not None, [problem.asked("en") for problem in problems]
    said = guide(found, on)
    if os.environ.get("RENEW_GOLDEN"):
        (GUIDES / name).write_text(said, "utf-8")

    assert (GUIDES / name).read_text("utf-8") == said, "make golden rewrites it"


@pytest.mark.parametrize("content", [VOUCHER, GRANT], ids=["voucher", "grant"])
def test_a_guide_has_every_section_that_the_file_has(content: str) -> None:
    said = guide(programme(content), date(2026, 3, 1))
    sections = re.findall(r"^## (.+)$", said, re.MULTILINE)

    assert [section for section in SECTIONS if section not in sections] == []
    assert ("公示" in sections) == (content is GRANT)
    assert ("兑付" in sections) == (content is VOUCHER)


@pytest.mark.parametrize("content", [VOUCHER, GRANT], ids=["voucher", "grant"])
def test_every_clause_condition_material_step_and_stage_is_told(content: str) -> None:
    found = programme(content)
    said = guide(found, date(2026, 3, 1))

    told = [*found.clauses, *(condition.code for condition in found.conditions)]
    told += [material.title.zh for material in found.materials] + [step.title for step in found.award.steps]
    told += [stage.title for plan in found.plans.values() for stage in plan]
    assert [one for one in told if one not in said] == []


def test_a_guide_tells_the_value_of_its_day() -> None:
    two = (
        '{from: 2026-01-01, through: 2026-06-30, value: "20/100"}, '
        '{from: 2026-07-01, through: 2027-12-31, value: "12.5/100"}'
    )
    two = two.replace("12.5/100", "125/1000")
    found = programme(spoilt('{from: 2026-01-01, through: 2027-12-31, value: "20/100"}', two))

    assert "补贴比例：20%（二(一)）" in guide(found, date(2026, 6, 30))
    assert "补贴比例：12.5%（二(一)）" in guide(found, date(2026, 7, 1))


def test_a_day_without_a_value_is_told_and_no_value_is_carried_forward() -> None:
    said = guide(programme(VOUCHER), date(2028, 1, 1))

    assert "补贴比例：（该日没有规定）" in said
    assert "20%" not in said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2025, 12, 31), "**2025年12月31日本项目尚未施行（五(一)），该日不能据此申请。**"),
        (date(2028, 1, 1), "**2028年1月1日本项目已停止施行（五(一)），该日不能据此申请。**"),
    ],
)
def test_a_day_on_which_the_programme_is_not_in_force_is_told_first(on: date, said: str) -> None:
    lines = guide(programme(VOUCHER), on).splitlines()

    assert lines[2] == said


@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2027, 12, 31)])
def test_on_the_first_and_the_last_day_the_programme_is_in_force(on: date) -> None:
    said = guide(programme(VOUCHER), on)

    assert "尚未施行" not in said
    assert "已停止施行" not in said


def test_a_limit_is_told_in_yuan_with_whom_it_is_for_and_what_happens_above() -> None:
    said = guide(programme(VOUCHER), date(2026, 3, 1))

    assert "企业年度限额：每个企业每个自然年度不超过200万元（2,000,000元），超出部分不再支持" in said
    assert "企业年度兑付限额：每个企业每个自然年度不超过200万元（2,000,000元），超出部分递延" in said


def test_what_silence_means_is_told_for_every_deadline() -> None:
    said = guide(programme(VOUCHER), date(2026, 3, 1))

    assert "时限5个工作日，逾期未办结的视为通过" in said
    assert "时限20个工作日，逾期的予以督办" in said
    assert "至多补正1次，时限15个工作日，逾期未办的视为放弃（行政许可法32）" in said


def test_that_nobody_looks_at_what_is_clean_is_told() -> None:
    checks = "      checks: [enterprise, credit, invoices]\n"
    clean = spoilt(checks, f"{checks}      passes_when_clean: true\n")

    assert "由系统核验" not in guide(programme(VOUCHER), date(2026, 3, 1))
    assert "当日结束时由系统核验，查询未命中" in guide(programme(clean), date(2026, 3, 1))


def test_a_document_that_a_flag_does_not_ask_for_on_the_day_is_left_out() -> None:
    flag = (
        "parameters:\n  needs_delivery_proof:\n    kind: flag\n    clause: 三(三)\n"
        "    values: [{from: 2026-01-01, through: 2026-06-30, value: true}, "
        "{from: 2026-07-01, through: 2027-12-31, value: false}]\n"
    )
    content = spoilt("at: redemption, trust_at_least: C}", "at: redemption, needed_if: parameter.needs_delivery_proof}")
    found = programme(spoilt("parameters:\n", flag, content))

    assert "| 智能算力交付凭证 |" in guide(found, date(2026, 6, 30))
    assert "| 智能算力交付凭证 |" not in guide(found, date(2026, 7, 1))


def test_a_text_of_the_file_cannot_break_a_table() -> None:
    found = programme(spoilt("{zh: 算力服务合同}", '{zh: "合同 | 附件"}'))

    assert "| 合同 \\| 附件 |" in guide(found, date(2026, 3, 1))


@given(st.integers(0, 10**15))
def test_an_amount_in_words_is_the_amount(fen: int) -> None:
    written = re.fullmatch(r"(?:[0-9,]+万元（)?([0-9,.]+)元）?", money(fen))

    assert written is not None
    assert yuan(written[1]) == fen


@given(st.fractions(0, 10, max_denominator=1_000))
def test_a_ratio_in_words_is_exact(exact: Fraction) -> None:
    said = ratio(exact)

    assert Fraction(said.removesuffix("%")) / (100 if said.endswith("%") else 1) == exact
