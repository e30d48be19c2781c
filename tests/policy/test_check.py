"""What the parts of a programme file must be to each other: every break is found, at its place, with a way out."""

import re

import pytest

from policy.check_texts import CHECK_TEXTS
from policy.problems import LANGUAGES, Severity, has_errors
from tests.policy.drafts import GRANT, VOUCHER, checked, only_problem, shown, spoilt

SPOILT = [
    # names
    ("window: service", "window: servise", "NAME_UNKNOWN", "servise"),
    ("account: year}", "account: years}", "NAME_UNKNOWN", "years"),
    ("account: redeemed_year", "account: redeemed", "NAME_UNKNOWN", "redeemed"),
    ("needs: [credit]", "needs: [credits]", "NAME_UNKNOWN", "credits"),
    ("checks: [enterprise, credit]", "checks: [enterprise, kredit]", "NAME_UNKNOWN", "kredit"),
    ("{correction: correction}", "{correction: corection}", "NAME_UNKNOWN", "corection"),
    ("case_letters: {closed: closed,", "case_letters: {closed: close,", "NAME_UNKNOWN", "close"),
    ("limit: year_cap_fen", "limit: year_cap", "NAME_UNKNOWN", "year_cap"),
    ("by: voucher_rate", "by: voucher_rates", "NAME_UNKNOWN", "voucher_rates"),
    # kinds
    ("limit: year_cap_fen", "limit: voucher_rate", "PARAMETER_KIND", "voucher_rate"),
    ("period: calendar_year\n", "period: calendar_year\n    year_of: acepted_on\n", "VALUE_UNKNOWN", "acepted_on"),
    (
        "period: calendar_year\n",
        "period: calendar_year\n    year_of: parameter.year_cap_fen\n",
        "PARAMETER_KIND",
        "parameter.year_cap_fen",
    ),
    # steps
    ("value: rated}", "value: ratet}", "STEP_UNKNOWN", "ratet"),
    ("value: recognised, by", "value: granted, by", "STEP_LATER", "granted"),
    ("value: recognised, by", "value: rated, by", "STEP_LATER", "rated"),
    ("name: granted,", "name: approved,", "ENTRY_TWICE", "approved"),
    ("base: recognised ", "base: recognized ", "STEP_UNKNOWN", "recognized"),
    ("counts: paid", "counts: payed", "STEP_UNKNOWN", "payed"),
    ("do: multiply, value: recognised, by: voucher_rate", "do: multiply, value: recognised", "ONE_OF_KEYS", None),
    ("      amount: line.amount_fen\n", "", "ONE_OF_KEYS", None),
    ("value: rated}", "value: rated, to: {unit: yuan, decimals: 3}}", "VALUE_REFUSED", "3"),
    # clauses
    ("clause: 二(三)", "clause: 二(四)", "CLAUSE_UNKNOWN", "二(四)"),
    ("  四(一): 虚报", "  四(二): 不准转让\n  四(一): 虚报", "CLAUSE_WITHOUT_HOME", "四(二)"),
    # days
    ("service: {from: 2026-01-01, through: 2027", "service: {from: 2026-01-01, through: 2025", "PERIOD_REVERSED", None),
    ('edition: "2026-01-01"', 'edition: "2028-01-01"', "EDITION_OUTSIDE", '"2028-01-01"'),
    ('edition: "2026-01-01"', 'edition: "2026-02-30"', "DATE_SPELLING", '"2026-02-30"'),
    ("{month: 11, day: 15,", "{month: 2, day: 29,", "DATE_SPELLING", "29"),
    # stages
    ("- key: review", "- key: acceptance", "ENTRY_TWICE", "acceptance"),
    ("      task: issue_voucher\n", "", "KEY_MISSING", None),
    ("      kind: cycle\n", "      kind: decision\n", "PLAN_WITHOUT_END", "decision"),
    ("      sets_amount: true\n", "      task: issue_voucher\n", "TASK_WITHOUT_SYSTEM", "task"),
    # letters
    ("已办结：{summary}", "已办结：{sumary}", "BLANK_UNKNOWN", None),
    ("已办结：{summary}", "已办结：{summary", "LETTER_BRACES", None),
    # codes and people
    ("code: YUNCHENG_E_WINDOW", "code: YC_E_WINDOW", "CODE_PREFIX", "YC_E_WINDOW"),
    ("code: YUNCHENG_E_CONTRACT", "code: YUNCHENG_E_WINDOW", "ENTRY_TWICE", "YUNCHENG_E_WINDOW"),
    ("主管部门咨询电话（待填）", "张三 13800138000", "PERSONAL_NUMBER", "张三 13800138000"),
    ("主管部门咨询电话（待填）", "11010519491231002X", "PERSONAL_NUMBER", "11010519491231002X"),
    # expressions
    ("met: received_on >=", "met: recieved_on >=", "EXPRESSION_BROKEN", "recieved_on"),
    ("received_on <= window.claim_through", "received_on <= window.claim_until", "EXPRESSION_BROKEN", "window"),
    ("shows: received_on", "shows: received_on ==", "EXPRESSION_BROKEN", None),
    ("enterprise.registered_province ==", "enterprise.province ==", "EXPRESSION_BROKEN", "province"),
    ("amount: line.amount_fen", "amount: line.amount", "EXPRESSION_BROKEN", "amount"),
    ("select: line.kind ==", "select: line.knd ==", "EXPRESSION_BROKEN", "knd"),
    ("enterprise.registered_province ==", 'enterprise.industry_code.matches("[") && "" ==', "EXPRESSION_BROKEN", None),
    ("enterprise.registered_province ==", 'matches(enterprise.name, r"a(") && "" ==', "EXPRESSION_BROKEN", None),
]  # fmt: skip
REDEMPTION = re.compile(r"^redemption:\n(?:  .*\n)+", re.MULTILINE)


@pytest.mark.parametrize("draft", [VOUCHER, GRANT], ids=["voucher", "grant"])
def test_a_file_without_mistakes_has_no_problem_and_keeps_its_hash(draft: str) -> None:
    programme, problems = checked(draft)

    assert problems == []
    assert programme is not None
    assert len(programme.sha256) == 64


@pytest.mark.parametrize(("old", "new", "code", "place"), SPOILT, ids=lambda value: str(value)[:30])
def test_one_mistake_is_one_error_at_its_place(old: str, new: str, code: str, place: str | None) -> None:
    content = spoilt(old, new)
    programme, problems = checked(content)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]

    assert programme is None
    assert [problem.code for problem in errors] == [code]
    if place is not None:
        assert shown(errors[0]) == place
    assert content.split("\n")[errors[0].line - 1] == errors[0].excerpt


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("window: service", "window: servise", "service"),
        ("by: voucher_rate", "by: voucher_rates", "voucher_rate"),
        ("value: rated}", "value: ratet}", "rated"),
        ("clause: 二(三)", "clause: 二（三)", "二(三)"),
        ("已办结：{summary}", "已办结：{sumary}", "summary"),
        ("enterprise.registered_province ==", "enterprise.registered_provinz ==", "registered_province"),
        ("received_on <= window.claim_through", "received_on <= window.claim_trough", "window.claim_through"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_the_word_that_was_meant(old: str, new: str, meant: str) -> None:
    problem = next(p for p in checked(spoilt(old, new))[1] if p.severity is Severity.ERROR)

    assert meant in problem.suggestion("en")
    assert meant in problem.suggestion("zh")


def test_a_limit_in_another_unit_than_money_or_a_count_is_refused_with_the_kinds_that_fit() -> None:
    problem = only_problem(spoilt("limit: year_cap_fen", "limit: voucher_rate"))

    assert "ratio" in problem.asked("en")
    assert "money, count" in problem.allowed("en")


def test_a_setting_may_be_a_choice_of_exactly_the_words_that_the_place_knows() -> None:
    parameter = (
        "parameters:\n  rounding:\n    kind: choice\n    clause: 二(一)\n    choices: {floor: 舍去, up: 进位}\n"
        "    values: [{from: 2026-01-01, through: 2027-12-31, value: floor}]\n"
    )
    content = spoilt("do: round, value: rated}", "do: round, value: rated, to: {mode: parameter.rounding}}")
    content = spoilt("parameters:\n", parameter, content)

    problem = only_problem(content)

    assert (problem.code, shown(problem)) == ("VALUE_UNKNOWN", "up")
    assert checked(content.replace("up: 进位", "half_up: 四舍五入"))[1] == []


def test_a_ratio_in_an_expression_is_answered_with_the_step_that_takes_it() -> None:
    problem = only_problem(spoilt("amount: line.amount_fen", "amount: line.amount_fen * parameter.voucher_rate"))

    assert problem.code == "EXPRESSION_BROKEN"
    assert "multiply" in problem.asked("en")


def test_a_pattern_that_is_none_is_told_at_its_place_with_what_is_wrong() -> None:
    problem = only_problem(
        spoilt("enterprise.registered_province ==", 'enterprise.industry_code.matches("(?=a)") && "" ==')
    )

    assert problem.excerpt[problem.column - 1 :].startswith('"(?=a)"')
    assert "(?=" in problem.asked("en")
    assert "RE2" in problem.asked("zh")


@pytest.mark.parametrize("pattern", ['"^I65"', "r'[0-9]+'", '"\\\\d"', '"" + parameter.nothing'])
def test_a_pattern_that_can_be_used_or_is_made_by_a_case_is_not_tested(pattern: str) -> None:
    content = spoilt("enterprise.registered_province ==", f'enterprise.industry_code.matches({pattern}) && "" ==')
    said = [problem.asked("en") for problem in checked(content)[1]]

    assert not [one for one in said if "pattern" in one]


def test_a_plan_for_redemption_needs_the_rules_of_redemption() -> None:
    content = REDEMPTION.sub("", VOUCHER)

    assert ("KEY_MISSING", "") in {(p.code, "".join(map(str, p.path))) for p in checked(content)[1]}


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    content = spoilt("window: service", "window: servise")
    content = spoilt("by: voucher_rate", "by: voucher_rates", content)
    content = spoilt("clause: 二(三), trust", "clause: 二(四), trust", content)
    content = spoilt("enterprise.registered_province ==", "enterprise.province ==", content)
    content = spoilt("on_silence: passes", "on_silence: pass", content)

    problems = [p for p in checked(content)[1] if p.severity is Severity.ERROR]

    told = ["CLAUSE_UNKNOWN", "EXPRESSION_BROKEN", "NAME_UNKNOWN", "NAME_UNKNOWN", "VALUE_UNKNOWN"]
    assert sorted(p.code for p in problems) == sorted(told)
    assert [p.line for p in problems] == sorted(p.line for p in problems)


def test_what_uses_a_parameter_that_is_itself_mistaken_is_not_blamed() -> None:
    content = spoilt("kind: money\n    clause: 二(二)", "kind: mony\n    clause: 二(二)")
    content = spoilt("met: received_on >=", "met: parameter.year_cap_fen > 0 && received_on >=", content)

    assert only_problem(content).code == "VALUE_UNKNOWN"


def test_a_name_that_is_none_is_told_and_nothing_else_fails_with_it() -> None:
    content = spoilt("  voucher_rate:\n", "  Voucher Rate:\n").replace("by: voucher_rate", "by: year_cap_fen")

    assert "KEY_MISPLACED" in {p.code for p in checked(content)[1]}


def test_an_expression_is_checked_though_another_row_of_its_list_is_mistaken() -> None:
    content = spoilt("at: [submission]\n", "at: [sometimes]\n")
    content = spoilt("enterprise.registered_province ==", "enterprise.province ==", content)

    assert [p.code for p in checked(content)[1]] == ["VALUE_UNKNOWN", "EXPRESSION_BROKEN"]


def test_what_depends_on_a_broken_name_is_told_once() -> None:
    problems = checked(spoilt("by: voucher_rate", "by: 5"))[1]

    assert [p.code for p in problems if p.severity is Severity.ERROR] == ["VALUE_KIND"]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        (
            'value: "20/100"}]',
            'value: "20/100"}, {from: 2028-01-01, through: 2028-12-31, value: "10/100"}]',
            None,
            "",
        ),
        (
            '{from: 2026-01-01, through: 2027-12-31, value: "20/100"}',
            '{from: 2026-01-01, through: 2026-06-29, value: "20/100"}, '
            '{from: 2026-07-01, through: 2027-12-30, value: "15/100"}',
            "PARAMETER_GAP",
            "2026-06-30, 2027-12-31",
        ),
        (
            '{from: 2026-01-01, through: 2027-12-31, value: "20/100"}',
            '{from: 2026-02-01, through: 2026-12-31, value: "20/100"}',
            "PARAMETER_GAP",
            "2026-01-01 to 2026-01-31, 2027-01-01 to 2027-12-31",
        ),
        ("value: rounded}", "value: rated}", "NAME_UNUSED", "rounded"),
        ('value: "20/100"', 'value: "20"', "RATIO_ABOVE_ONE", "20 is above 1"),
        ('value: "20/100"', 'value: "101/100"', "RATIO_ABOVE_ONE", "101/100"),
        ('value: "20/100"', 'value: "1"', None, ""),
        (
            "  voucher_rate:\n",
            "  other_rate:\n    kind: ratio\n    clause: 二(一)\n"
            '    values: [{from: 2026-01-01, through: 2027-12-31, value: "1/2"}]\n  voucher_rate:\n',
            "NAME_UNUSED",
            "other_rate",
        ),
        (
            "checks:   ",
            "tables:\n  suppliers: {clause: 二(一), title: 名录, columns: {}, rows: []}\nchecks:   ",
            "NAME_UNUSED",
            "suppliers",
        ),
        ('edition: "2026-01-01"', 'edition: "2025-12-31"', "EDITION_OUTSIDE", "2025-12-31"),
    ],
)
def test_what_may_be_meant_so_is_a_warning_and_the_file_can_be_used(
    old: str, new: str, code: str | None, words: str
) -> None:
    programme, problems = checked(spoilt(old, new))

    assert programme is not None
    assert not has_errors(problems)
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert all(words in problem.asked("en") for problem in problems)


def test_a_table_that_an_expression_looks_into_is_used() -> None:
    table = "tables:\n  suppliers: {clause: 二(一), title: 名录, columns: {}, rows: []}\nchecks:   "
    content = spoilt("checks:   ", table)
    listed = 'met: listed("suppliers", application.contract.supplier.uscc, received_on) && received_on >= window'
    content = spoilt("met: received_on >= window", listed, content)

    assert checked(content)[1] == []


def table_of(*rows: str) -> str:
    """The draft with a table, used, that has these rows."""
    table = "tables:\n  suppliers:\n    clause: 二(一)\n    title: 名录\n    rows:\n"
    table += "".join(f"      - {row}\n" for row in rows)
    listed = 'met: listed("suppliers", application.contract.supplier.uscc, received_on) && received_on >= window'
    return spoilt("met: received_on >= window", listed, spoilt("checks:   ", table + "checks:   "))


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        (
            (
                "{key: A, from: 2026-01-01, through: 2026-06-30}",
                "{key: B, from: 2026-03-01, through: 2026-03-31}",
                "{key: A, from: 2026-06-30, through: 2026-12-31}",
            ),
            "from 2026-06-30 to 2026-06-30",
        ),
        (
            ("{key: A, from: 2026-01-01, through: 2026-12-31}", "{key: A, from: 2026-03-01, through: 2026-03-31}"),
            "from 2026-03-01 to 2026-03-31",
        ),
        (
            ("{key: A, from: 2026-03-01, through: 2026-12-31}", "{key: A, from: 2026-03-01, through: 2026-12-31}"),
            "from 2026-03-01 to 2026-12-31",
        ),
    ],
    ids=["one day", "inside", "twice"],
)
def test_a_key_of_a_table_has_one_row_on_a_day(rows: tuple[str, ...], days: str) -> None:
    content = table_of(*rows)
    problem = only_problem(content)

    assert problem.code == "ROWS_OVERLAP"
    assert days in problem.asked("en")
    assert problem.excerpt.strip() == f"- {rows[-1]}"
    assert checked(content)[0] is None


def test_rows_of_one_key_may_follow_one_another_in_any_order_and_rows_of_others_beside_them() -> None:
    rows = (
        "{key: A, from: 2026-07-01, through: 2026-12-31}",
        "{key: A, from: 2026-01-01, through: 2026-06-30}",
        "{key: B, from: 2026-01-01, through: 2026-12-31}",
    )

    assert checked(table_of(*rows))[1] == []


def test_keys_of_tables_are_numbers_of_enterprises_and_no_identity_numbers() -> None:
    row = '{key: "11010519491231002X", from: 2026-01-01, through: 2026-12-31}'
    table = f"tables:\n  suppliers: {{clause: 二(一), title: 名录, columns: {{}}, rows: [{row}]}}\nchecks:   "

    assert [p.code for p in checked(spoilt("checks:   ", table))[1]] == ["NAME_UNUSED"]


@pytest.mark.parametrize("content", ["", "- 1\n- 2\n", "id: [", "a: &x 1\nb: *x\n", "\x00", "5", "format: 1\n"])
def test_what_is_no_programme_at_all_is_refused_without_a_traceback(content: str) -> None:
    programme, problems = checked(content)

    assert programme is None
    assert has_errors(problems)


@pytest.mark.parametrize("code", CHECK_TEXTS)
def test_every_problem_says_what_was_written_what_is_allowed_and_the_way_out(code: str) -> None:
    assert set(CHECK_TEXTS[code]) == set(LANGUAGES)
    for texts in CHECK_TEXTS[code].values():
        assert all(text.strip() for text in texts)
