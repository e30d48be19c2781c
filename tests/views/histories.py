"""Histories to make views of: a year in which everything happens once, and any number of random ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.case import Case
from domain.cycle import Cycle
from domain.dates import Quarter
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import VERDICT_REFUSE, CloseCycle, WithdrawCase
from duifu.v1.facts_pb2 import RedemptionRequest
from tests.builders import (
    PROGRAMME,
    VERIFICATION,
    Firm,
    a_contract,
    a_firm,
    a_redemption,
    an_application,
    applicant,
    clean_checks,
    credit_check,
    enterprise_check,
    invoices_check,
)
from tests.desk import Desk
from views.books import Place, book_of
from views.rows import Row, rows_of
from views.store import Views
from views.tables import TABLES, values_of

FIRMS = [a_firm(number) for number in range(1, 4)]


def cycle_id(quarter: str) -> str:
    return f"{PROGRAMME}-{quarter}"


def a_year(desk: Desk) -> None:
    """Two vouchers used, a claim refused, withdrawn, under way and held; quarters with every ending."""
    one, two, three = FIRMS
    first = desk.voucher_through_the_door(a_contract(yuan(1_000_000), buyer=one), one)
    second = desk.voucher_through_the_door(a_contract(yuan(9_000_000), buyer=two), two)
    refused = desk.accepted_case(an_application(a_contract(number="R", buyer=three), firm=three), three)
    desk.review(refused, verdict=VERDICT_REFUSE, code="BJ_E_PURPOSE", reason="用途不符")
    withdrawn = desk.submit(an_application(a_contract(number="W", buyer=three), firm=three), three)
    desk.send(applicant(three), withdraw_case=WithdrawCase(case_id=withdrawn, reason="撤回"))
    queued = [
        desk.accepted_case(an_application(a_contract(yuan(9_000_000), number=n, buyer=three), firm=three), three)
        for n in "AB"
    ]
    desk.review(queued[1])
    desk.issue(queued[1])  # held behind the other
    desk.request(a_redemption(first.voucher_id, yuan(200_000), invoice=1, buyer=one), one)  # never verified
    desk.verified_request(a_redemption(second.voucher_id, yuan(300_000), invoice=2, buyer=two), two)
    _end_what_waits(desk, "2024Q1")
    comes_back = desk.redemption_through_the_door(
        a_redemption(first.voucher_id, yuan(100_000), invoice=3, buyer=one), one
    )
    desk.redemption_through_the_door(a_redemption(second.voucher_id, yuan(500_000), invoice=4, buyer=two), two)
    desk.settle_quarter(cycle_id("2024Q1"), returned=[comes_back])
    desk.redemption_through_the_door(a_redemption(second.voucher_id, yuan(700_000), invoice=5, buyer=two), two)
    desk.freeze(cycle_id("2024Q2"))
    desk.order_payments(cycle_id("2024Q2"))


def _end_what_waits(desk: Desk, quarter: str) -> None:
    """A quarter is paid only when nobody waits to be assessed: assess who is verified, let the others withdraw."""
    for case_id in desk.cycle(cycle_id(quarter)).waiting_for():
        case = desk.case(case_id)
        assert case.stage is not None
        if case.stage.key == "verification":
            who = next(firm for firm in FIRMS if firm.uscc == case.applicant_uscc)
            desk.send(applicant(who), withdraw_case=WithdrawCase(case_id=case_id, reason="撤回"))
        else:
            desk.assess(case_id)


@dataclass
class Town:
    """Firms that do one thing after the other; what the door refuses is recorded as an attempt, and life goes on."""

    desk: Desk
    contracts: int = 0
    invoices: int = 0
    vouchers: list[tuple[str, Firm]] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    def live(self, steps: Sequence[tuple[str, int]]) -> None:
        """Carry out steps, a name and a number that picks what it is done to."""
        for name, number in steps:
            try:
                getattr(self, name)(number)
            except Refused:
                continue

    def claim(self, number: int) -> None:
        self.contracts += 1
        firm = FIRMS[number % len(FIRMS)]
        contract = a_contract(yuan(1_000_000 * (1 + number % 8)), number=f"HT-{self.contracts}", buyer=firm)
        self.cases.append(self.desk.submit(an_application(contract, firm=firm), firm))

    def voucher(self, number: int) -> None:
        self.contracts += 1
        firm = FIRMS[number % len(FIRMS)]
        contract = a_contract(yuan(1_000_000 * (1 + number % 8)), number=f"HT-{self.contracts}", buyer=firm)
        case_id = self.desk.reviewed_case(an_application(contract, firm=firm), firm)
        self.desk.issue(case_id)
        closed = self.desk.case(case_id).closed
        if closed is not None and closed.voucher_id:
            self.vouchers.append((closed.voucher_id, firm))

    def onward(self, number: int) -> None:
        case_id = self._case(number)
        case = self.desk.case(case_id)
        firm = self._applicant(case)
        match case.stage.key if case.stage else "":
            case "acceptance":
                self.desk.record_checks(case_id, *clean_checks(firm))
                self.desk.accept(case_id)
            case "review":
                self.desk.review(case_id)
            case "issuance":
                self.desk.issue(case_id)
            case "verification":
                checks = enterprise_check(firm), credit_check(), invoices_check(case.redemption)
                self.desk.record_checks(case_id, *checks)
                self.desk.decide(VERIFICATION, case_id, "verification")
            case "assessment":
                self.desk.assess(case_id)
            case _:
                self.desk.accept(case_id)  # refused, and recorded

    def refuse(self, number: int) -> None:
        how = {"verdict": VERDICT_REFUSE, "code": "BJ_E_PURPOSE", "reason": "用途不符"}
        self.desk.review(self._case(number), **how)

    def withdraw(self, number: int) -> None:
        case_id = self._case(number)
        firm = self._applicant(self.desk.case(case_id))
        self.desk.send(applicant(firm), withdraw_case=WithdrawCase(case_id=case_id, reason="撤回"))

    def request(self, number: int) -> None:
        if self.vouchers:
            self.cases.append(self.desk.request(self._redemption(number), self._holder(number)))

    def redeem(self, number: int) -> None:
        if self.vouchers:
            self.desk.redemption_through_the_door(self._redemption(number), self._holder(number))

    def settle(self, number: int) -> None:
        quarter = self._open_quarter()
        _end_what_waits(self.desk, quarter.opened.quarter)
        returned = sorted(quarter.claims)[: number % 3]
        self.desk.settle_quarter(quarter.cycle_id, returned)

    def order(self, _number: int) -> None:
        quarter = self._open_quarter()
        _end_what_waits(self.desk, quarter.opened.quarter)
        self.desk.freeze(quarter.cycle_id)
        self.desk.order_payments(quarter.cycle_id)

    def finish(self, number: int) -> None:
        for name in self.desk.ledger.streams("cycle/"):
            quarter = self.desk.cycle(name.removeprefix("cycle/"))
            if quarter.outstanding():
                self.desk.record_results(quarter.cycle_id, sorted(quarter.claims)[: number % 2])
                self.desk.system(close_cycle=CloseCycle(cycle_id=quarter.cycle_id))

    def _case(self, number: int) -> str:
        return self.cases[number % len(self.cases)] if self.cases else "bj-claim-2024-999999"

    def _applicant(self, case: Case) -> Firm:
        return next((firm for firm in FIRMS if firm.uscc == case.applicant_uscc), FIRMS[0])

    def _holder(self, number: int) -> Firm:
        return self.vouchers[number % len(self.vouchers)][1]

    def _redemption(self, number: int) -> RedemptionRequest:
        self.invoices += 1
        voucher_id, firm = self.vouchers[number % len(self.vouchers)]
        return a_redemption(voucher_id, yuan(50_000 * (1 + number % 40)), invoice=self.invoices, buyer=firm)

    def _open_quarter(self) -> Cycle:
        quarter = Quarter.of(self.desk.now.date())
        while True:
            found = self.desk.cycle(cycle_id(str(quarter)))
            if not found.cycle_id or not found.frozen:
                return found
            quarter = quarter.next


STEPS = ("claim", "voucher", "onward", "refuse", "withdraw", "request", "redeem", "settle", "order", "finish")


# What the views ought to say, and what they say


def told_by(desk: Desk) -> dict[str, list[dict[str, object]]]:
    """Every row, from all events of every stream, read from the first."""
    rows: list[Row] = []
    for stream in desk.ledger.streams(""):
        kind = book_of(stream)
        if kind is None:
            continue
        recorded = desk.ledger.stream(stream)
        version = recorded[-1].originator_version
        place = Place(version, desk.ledger.position_of(stream, version))
        rows += rows_of(stream, kind.read(event.envelope for event in recorded), place)
    return {table.name: in_order([values_of(row) for row in rows if type(row) is table.row]) for table in TABLES}


def shown_by(views: Views) -> dict[str, list[dict[str, object]]]:
    """Every row that readers see."""
    return {table.name: in_order(views.read(f"SELECT * FROM {table.name}{{g}}").rows) for table in TABLES}


def in_order(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])
