"""A season in which every ending of a claim occurs, and rules to hold against it."""

from datetime import date
from functools import cache
from pathlib import Path

from domain.dates import Period
from domain.evaluation.edition import Edition
from domain.money import yuan
from duifu.v1.commands_pb2 import VERDICT_REFUSE, WithdrawCase
from duifu.v1.facts_pb2 import (
    ENTERPRISE_SIZE_MICRO,
    ENTERPRISE_SIZE_SMALL,
    ENTERPRISE_SIZE_UNSPECIFIED,
    Application,
    EnterpriseSize,
    Relation,
)
from ledger.rows import Rows
from policy.rulebook import PROGRAMMES, calendar_in, load
from simulation import casebook
from simulation.casebook import Casebook
from simulation.comparison import Comparison, compare
from simulation.run import Result, run
from tests.builders import (
    PROGRAMME,
    REVIEW,
    Firm,
    a_contract,
    a_firm,
    a_redemption,
    an_application,
    applicant,
    relation_check,
)
from tests.desk import Desk

BEIJING = PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"
ALWAYS = Period(date.min, date.max)
ONE, TWO, THREE = (a_firm(number) for number in (1, 2, 3))
DISTRICTS = {ONE.uscc: "110108", TWO.uscc: "110105", THREE.uscc: ""}
SIZES: dict[str, EnterpriseSize.ValueType] = {ONE.uscc: ENTERPRISE_SIZE_SMALL, TWO.uscc: ENTERPRISE_SIZE_MICRO}

FIRST, LARGE, CUT, RELATED, JUDGED, WITHDRAWN, LOWERED, OPEN = (f"bj-claim-2024-{n:06d}" for n in range(1, 9))
RATE = ('value: "20/100"', 'value: "25/100"')
CAP = ("value: 200万元}]\n  redemption_cap_fen", "value: 150万元}]\n  redemption_cap_fen")
HALF_THE_RATE = ('value: "20/100"', 'value: "10/100"')
HARMLESS_RELATIONS = ("!(relation.same_controller || relation.parent_or_subsidiary ||", "!(relation.same_controller ||")


def claimed(firm: Firm, worth: int, number: str) -> Application:
    """A claim of a firm with a district and a size."""
    application = an_application(a_contract(worth, number=number, buyer=firm), firm=firm)
    application.applicant.registered_district = DISTRICTS.get(firm.uscc, "")
    application.applicant.size = SIZES.get(firm.uscc, ENTERPRISE_SIZE_UNSPECIFIED)
    return application


def a_season(desk: Desk) -> None:
    """Granted, cut by the limit, refused by a rule and by a person, withdrawn, lowered, under way; one redeems."""
    desk.at("2024-03-01 09:00").issue(desk.reviewed_case(claimed(ONE, yuan(1_000_000), "N-1"), ONE))
    desk.at("2024-03-04 09:00").issue(desk.reviewed_case(claimed(TWO, yuan(9_000_000), "N-2"), TWO))
    desk.at("2024-03-05 09:00").issue(desk.reviewed_case(claimed(TWO, yuan(3_000_000), "N-3"), TWO))
    owned = relation_check(Relation(parent_or_subsidiary=True))
    related = desk.at("2024-03-06 09:00").accepted_case(claimed(THREE, yuan(2_000_000), "N-4"), THREE, [owned])
    desk.decide(REVIEW, related, "review", verdict=VERDICT_REFUSE, code="BJ_E_RELATED", reason="关联方合同")
    judged = desk.at("2024-03-07 09:00").accepted_case(claimed(THREE, yuan(500_000), "N-5"), THREE)
    desk.review(judged, verdict=VERDICT_REFUSE, code="BJ_E_PURPOSE", reason="用途不符")
    withdrawn = desk.submit(claimed(THREE, yuan(500_000), "N-6"), THREE)
    desk.send(applicant(THREE), withdraw_case=WithdrawCase(case_id=withdrawn, reason="撤回"))
    desk.at("2024-03-08 09:00").issue(
        desk.reviewed_case(claimed(ONE, yuan(2_000_000), "N-7"), ONE, approved_fen=yuan(100_000), reason="部分用途不明")
    )
    desk.at("2024-03-11 09:00").submit(claimed(THREE, yuan(1_000_000), "N-8"), THREE)
    voucher_id = desk.closed_case(FIRST).voucher_id
    desk.at("2024-03-12 09:00").redemption_through_the_door(a_redemption(voucher_id, yuan(100_000), buyer=ONE), ONE)
    desk.settle_quarter(f"{PROGRAMME}-2024Q1")


def rules(folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of Beijing's file with words replaced, and a comment at its end."""
    text = BEIJING.read_text("utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    path = folder / f"altered-{len(list(folder.glob('altered-*')))}.yaml"
    path.write_text(text + "\n# a copy\n", "utf-8")
    return path


def with_budget(fen: int) -> tuple[tuple[str, str], ...]:
    """A total budget, as the file says one would be written."""
    parameter = f"""  budget_fen:
    kind: money
    clause: BJ-A23
    title: {{zh: 总预算, en: budget}}
    values: [{{from: 2023-01-01, through: 2026-12-31, value: {fen}}}]
"""
    limited = "    holder: programme\n    period: programme\n    limit: budget_fen\n    code: BJ_E_CAP\n"
    return (
        ("parameters:\n", f"parameters:\n{parameter}"),
        ("    holder: programme\n    period: programme\n", limited),
    )


def ran(book: Casebook, path: Path = BEIJING) -> Result:
    """Every claim of the season under one file."""
    return run(edition(path), book.of(PROGRAMME), calendar_in(PROGRAMMES))


@cache
def edition(path: Path = BEIJING) -> Edition:
    """A file compiled, once for all tests of a process."""
    return Edition(load(path))


def compared(rows: Rows, path: Path, period: Period = ALWAYS) -> Comparison:
    """Beijing's own rules and others, on what a ledger holds."""
    book = casebook.read(rows)
    return compare(book, book.of(PROGRAMME), ran(book), ran(book, path), period)


def differences(comparison: Comparison) -> dict[str, int]:
    """Case -> what it gains, where it gains or loses."""
    return {c.claim.case_id: c.granted.difference for c in comparison.changes if c.granted.difference}
