"""duifu quote in words: what an applicant reads, and what is said of input that cannot be used."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main

ROOT = Path(__file__).parents[2]
BEIJING = ROOT / "programmes" / "beijing" / "ai-compute-voucher-2023.yaml"
QINGDAO = ROOT / "programmes" / "qingdao" / "compute-centre-subsidy-2024.yaml"
EXAMPLES = ROOT / "docs" / "examples"
FACTS = EXAMPLES / "beijing-facts.yaml"


def quote(programme: Path, *facts: Path, options: tuple[str, ...] = ()) -> Result:
    named = [word for path in facts for word in ("--facts", str(path))]
    return CliRunner().invoke(main, ["quote", str(programme), *named, *options], catch_exceptions=False)


def altered(tmp_path: Path, old: str, new: str) -> Path:
    text = FACTS.read_text("utf-8")
    assert old in text
    path = tmp_path / "facts.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_a_quote_names_every_condition_every_step_and_what_a_limit_took() -> None:
    done = quote(BEIJING, FACTS)

    assert done.exit_code == 0
    assert "✓ BJ-2.1 合同签订日期  满足：2024-01-05（BJ_E_SIGN_DATE）" in done.stdout
    assert "BJ-1.0d 对象存储：不属于智能算力，不计" in done.stdout
    assert "¥80,000.00不再发放" in done.stdout
    assert "结果：¥400,000.00，有效期至2026-03-31" in done.stdout


def test_a_quote_says_which_quarter_pays_how_much() -> None:
    said = quote(BEIJING, FACTS).stdout

    assert "2024Q2批次¥75,000.00，计入2024年限额" in said
    assert "2025Q1批次¥25,000.00，计入2025年限额" in said


def test_a_brief_quote_leaves_out_what_does_not_stand_against_it() -> None:
    said = quote(BEIJING, FACTS, options=("--brief",)).stdout

    assert "结果：¥400,000.00" in said
    assert "支持条件" not in said
    assert "BJ_E_SIGN_DATE" not in said


def test_a_refusal_says_why_and_what_it_would_have_been_worth(tmp_path: Path) -> None:
    done = quote(
        BEIJING,
        altered(
            tmp_path, 'registeredProvince: "110000"\n      industry', 'registeredProvince: "120000"\n      industry'
        ),
    )

    assert done.exit_code == 3
    assert "✗ BJ-1.0a 在京注册  不满足" in done.stdout
    assert "结果：不予支持" in done.stdout
    assert "BJ_E_REG" in done.stdout
    assert "¥480,000.00" in done.stdout


def test_a_source_that_did_not_answer_leaves_the_condition_without_evidence(tmp_path: Path) -> None:
    done = quote(BEIJING, altered(tmp_path, "CHECK_OUTCOME_CLEAN", "CHECK_OUTCOME_UNAVAILABLE"))

    assert done.exit_code == 3
    assert "… BJ-1.0a 在京注册  数据不足：尚无查询结果：登记信息" in done.stdout
    assert "结果：尚不能确定。尚缺：在京注册（BJ_E_REG，BJ-1.0a）" in done.stdout
    assert "不予支持" not in done.stdout


def test_what_a_person_has_to_rule_on_is_neither_granted_nor_refused(tmp_path: Path) -> None:
    done = quote(BEIJING, altered(tmp_path, "ruledMet: [BJ_E_DIRECTION]", "ruledMet: []"))

    assert done.exit_code == 3
    assert "结果：待人工认定。须认定：人工智能产业发展方向（BJ_E_DIRECTION，BJ-1.2）" in done.stdout
    assert "均符合的，可得¥400,000.00" in done.stdout
    assert "结果：尚不能确定。未发放算力券" in done.stdout
    assert "不予" not in done.stdout.replace("不予计入", "")


def test_what_fails_counts_before_what_is_not_known_yet(tmp_path: Path) -> None:
    path = altered(tmp_path, "CHECK_OUTCOME_CLEAN", "CHECK_OUTCOME_UNAVAILABLE")
    path.write_text(path.read_text("utf-8").replace("isTruthful: true", "isTruthful: false"), "utf-8")

    done = quote(BEIJING, path)

    assert "… BJ-1.0a 在京注册" in done.stdout
    assert "结果：不予支持。须承诺材料真实、与供给方无关联（BJ_E_DECLARATION，BJ-5.1）" in done.stdout


def test_who_is_cut_by_the_years_limit_is_told_what_waiting_would_bring() -> None:
    assert "如改于2025-01-01以后申请，可得¥480,000.00（BJ-A16）" in quote(BEIJING, FACTS).stdout


def test_waiting_is_not_suggested_where_next_year_takes_no_claims() -> None:
    said = quote(BEIJING, FACTS, options=("--on", "2025-12-30")).stdout

    assert "不再发放" in said
    assert "以后申请" not in said


def test_who_got_nothing_of_this_year_is_told_of_the_next(tmp_path: Path) -> None:
    done = quote(BEIJING, altered(tmp_path, "amount: 160000000", "amount: 200000000"))

    assert "结果：不予支持。年度申领限额¥2,000,000.00已用完" in done.stdout
    assert "如改于2025-01-01以后申请，可得¥480,000.00（BJ-A16）" in done.stdout


def test_several_are_told_in_which_order_they_were_served_and_what_is_left(tmp_path: Path) -> None:
    later = altered(tmp_path, "receivedOn: 2024-01-08", "receivedOn: 2024-01-09")
    later.write_text(later.read_text("utf-8").replace("SL-2024-031", "SL-2024-032"), "utf-8")

    said = quote(BEIJING, later, FACTS).stdout

    assert "1. 北京示例智能科技有限公司，2024-01-08收件，2024-01-12受理" in said
    assert "2. 北京示例智能科技有限公司，2024-01-09收件，2024-01-12受理" in said
    assert "年度申领 91110108MAYB000177（2024）：限额¥2,000,000.00，余¥0.00" in said
    assert "以给出的先后为准" not in said


def test_of_two_that_nothing_tells_apart_the_rule_that_served_them_is_said(tmp_path: Path) -> None:
    same_day = altered(tmp_path, "SL-2024-031", "SL-2024-032")

    assert "以给出的先后为准" in quote(BEIJING, same_day, FACTS).stdout
    (first, second) = json.loads(quote(BEIJING, same_day, FACTS, options=("--json",)).stdout)
    assert (first["served"], second["served"], first["servedAsGiven"], second["servedAsGiven"]) == (1, 2, True, True)
    assert [(row["account"], row["limit"], row.get("left", "0")) for row in second["left"]] == [
        ("issued", "200000000", "0")
    ]


def test_the_same_facts_on_another_day() -> None:
    done = quote(BEIJING, FACTS, options=("--on", "2026-01-05"))

    assert done.exit_code == 3
    assert "BJ_E_CLAIM_WINDOW" in done.stdout


def test_two_operators_share_the_pool_of_a_round() -> None:
    done = quote(QINGDAO, EXAMPLES / "qingdao-first-operator.yaml", EXAMPLES / "qingdao-second-operator.yaml")

    alone = [quote(QINGDAO, EXAMPLES / f"qingdao-{which}-operator.yaml").stdout for which in ("first", "second")]
    assert done.exit_code == 0
    assert done.stdout != "\n".join(alone)  # the pool does not suffice for both


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("receivedOn: 2024-01-08", "receivedOn: 2024-13-08", "receivedOn: '2024-13-08' 不是日期，"),
        ("receivedOn: 2024-01-08", "", "receivedOn: 须填写 / must be filled"),
        ("uscc: 91110108MAYB000177", "uscc: 91110108MAYB000178", "not a valid unified social credit code"),
        ("totalFen: 250000000", "totalFen: 250000001", "must equal the sum of the items"),
        ("ruledMet: [BJ_E_DIRECTION]", "ruledmet: []", "ruledmet"),
        ("account: issued", "account: isued", "isued"),
        ("amount: 160000000", "amount: -1", "a whole number from 0"),
    ],
)
def test_facts_that_cannot_be_used_are_refused_by_their_place(tmp_path: Path, old: str, new: str, why: str) -> None:
    done = quote(BEIJING, altered(tmp_path, old, new))

    assert done.exit_code in (2, 3)
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_that_is_refused_is_a_no_to_a_script_as_well(tmp_path: Path) -> None:
    done = quote(BEIJING, altered(tmp_path, "paidOn: 2024-06-28", "paidOn: 2024-06-29"))

    assert "结果：¥400,000.00" in done.stdout
    assert "NOT_YET_HAPPENED" in done.stdout
    assert done.exit_code == 3
    explained = " ".join(CliRunner().invoke(main, ["quote", "--help"]).output.split())
    assert "3 the rules say no to one of them or to one of its requests, or it cannot be known yet" in explained


def test_a_refusal_without_a_clause_cites_none(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("approvedFen: 101\n" + (EXAMPLES / "qingdao-first-operator.yaml").read_text("utf-8"), "utf-8")

    done = quote(QINGDAO, path)

    assert done.exit_code == 3
    assert "（NOT_DIVISIBLE_BY_LEVELS）" in done.stdout


def test_no_value_of_the_facts_writes_a_line_of_its_own(tmp_path: Path) -> None:
    forged = "其他\\n结果：¥9,999,999.00\\u2028结果：¥8,888,888.00\\r结果：¥7,777,777.00"

    done = quote(BEIJING, altered(tmp_path, "field: 医疗", f'field: "{forged}"'))

    lines = done.stdout.splitlines()
    assert any("9,999,999.00" in line for line in lines)
    assert not any(line.startswith(("结果：¥9,999", "结果：¥8", "结果：¥7")) for line in lines)


def test_a_name_that_forges_a_line_is_refused_without_being_repeated(tmp_path: Path) -> None:
    forged = 'name: "示例企业\\n结果：¥9,999,999.00"'

    done = quote(BEIJING, altered(tmp_path, "name: 北京示例智能科技有限公司", forged))

    assert done.exit_code == 2
    assert "application.applicant.name: 须写成一行" in done.stderr
    assert "9,999,999.00" not in done.output


def test_a_refusal_of_the_whole_question_is_one_line(tmp_path: Path) -> None:
    done = quote(BEIJING, altered(tmp_path, "account: issued", 'account: "issued\\n结果：¥9,999,999.00"'))

    assert done.exit_code == 3
    assert len(done.stderr.splitlines()) == 1
    assert "ACCOUNT_UNKNOWN" in done.stderr


def test_a_programme_that_is_wrong_is_shown_with_its_mistakes(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(BEIJING.read_text("utf-8").replace("do: sum", "do: some"), "utf-8")

    done = quote(broken, FACTS)

    assert done.exit_code == 2
    assert f"{broken}:" in done.stderr
    assert "duifu programme check" in done.stderr


def test_a_day_that_is_none_is_refused() -> None:
    done = quote(BEIJING, FACTS, options=("--on", "tomorrow"))

    assert done.exit_code == 2
    assert "--on" in done.stderr
