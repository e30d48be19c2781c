"""Beijing from its first cut-off to the batch behind its last: three years in one run, every fen reckoned by hand.

The text sets one limit, ¥2,000,000 for an enterprise and year (BJ-3.3), and no total budget (BJ-A23).
"""

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from audit import replay
from audit.compared import Difference
from audit.conservation.account import Kind
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from commands.work import fold
from domain.kinds import CASE, kind_of
from domain.money import yuan
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import ConfirmCycle, OpenCycle
from duifu.v1.events_pb2 import CycleClosed
from ledger import streams
from ledger.rows import open_rows
from tests.builders import CYCLE_OFFICER, PROGRAMME, VERIFICATION, Firm, a_redemption, shanghai
from tests.conftest import OpenOffice
from tests.desk import the_rulebook
from tests.office import Office
from tests.workflows.people import CENTRE, MANUFACTURER, TECHNOLOGY, a_claim

TAIL = f"{PROGRAMME}-2026Q1"

# What the clauses give, in fen. BJ-X29: ¥10,000 a day, ¥1,830,000 in all, 20 % of it.
TRANSITION = yuan(366_000)
BY_15_NOVEMBER, BY_31_DECEMBER, OF_2024 = yuan(92_000), yuan(92_000), yuan(182_000)
# ¥2,000,000 a year less ¥366,000, though 20 % of ¥9,999,999.97 were more (BJ-3.3). Of that, by what is settled
# (BJ-A12): ⌊163,400,000 × 100,000,001 ÷ 999,999,997⌋ = 16,340,000; all but ¥1 of it: 163,399,983; the rest is 17.
CUT = yuan(1_634_000)
CUT_FIRST, CUT_SECOND, CUT_REST = 16_340_000, 147_059_983, 17
# 2024 pays 92,000.00 + 182,000.00 + 163,400.00 in its first quarter, and 1,470,599.83 of that voucher in its second;
# 92,000.17 are left of its limit for ¥1,000,000 of the voucher of 2024 that are due then.
WHOLE_YEAR = yuan(2_000_000)
OF_SECOND, PUT_OFF = 9_200_017, 90_799_983
# BJ-X3 is ¥246,913.57 on ¥1,234,567.89: ⌊24,691,357 × 60,000,000 ÷ 123,456,789⌋ = 11,999,999.
SMALL, SMALL_FIRST = 24_691_357, 11_999_999
# BJ-X9 is ¥59,178.08 on 108 of 365 days of ¥1,000,000: ⌊5,917,808 × 15,000,000 × 365 ÷ 10,800,000,000⌋ = 2,999,999.
OVERRUN, OVERRUN_FIRST, OVERRUN_REST = 5_917_808, 2_999_999, 2_917_809


@dataclass
class Scheme:
    """The office over the years, and what was asked."""

    office: Office
    invoices: int = 0
    asked: dict[str, str] = field(default_factory=dict)  # name -> case

    async def to(self, moment: str) -> None:
        """Let time pass."""
        await self.office.pass_time(shanghai(moment))

    async def voucher(self, worth: int, signed_on: str, ends_on: str, firm: Firm = TECHNOLOGY, **how: Any) -> Voucher:
        """Claimed, reviewed and issued."""
        desk = self.office.desk
        dates = {"signed_on": signed_on, "starts_on": how.get("starts_on", signed_on), "ends_on": ends_on}
        case_id = desk.submit(a_claim(worth, firm, number=f"HT-{signed_on}", **dates), firm)
        await self.office.checked(case_id)
        desk.accept(case_id)
        desk.review(case_id)
        await self.office.ending(case_id)
        return desk.voucher(desk.closed_case(case_id).voucher_id)

    async def ask(
        self, name: str, voucher: Voucher, settled: int, delivered: tuple[str, str], firm: Firm = TECHNOLOGY
    ) -> str:
        """A request that is verified; gives the quarter that it joins."""
        desk, self.invoices = self.office.desk, self.invoices + 1
        parties: dict[str, Any] = {"buyer": firm, "supplier": CENTRE}
        asked = a_redemption(
            voucher.voucher_id, settled, invoice=self.invoices, period=delivered, on=delivered[1], **parties
        )
        self.asked[name] = case_id = desk.request(asked, firm)
        await self.office.checked(case_id)
        desk.decide(VERIFICATION, case_id, "verification")
        await self.office.settled()
        return desk.case(case_id).cycle_id.removeprefix(f"{PROGRAMME}-")

    def open(self, quarter: str) -> None:
        """A quarter that nobody has asked for anything in."""
        self.office.desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter=quarter))

    def closed(self, quarter: str) -> dict[str, dict[str, int]]:
        """What the closing event of a quarter names, by what became of it and of whom."""
        event: CycleClosed | None = self.office.desk.cycle(f"{PROGRAMME}-{quarter}").closed
        assert event is not None, f"{quarter} is open"
        names = {case_id: name for name, case_id in self.asked.items()}
        told = {"paid": event.paid, "deferred": event.deferred, "returned": event.returned}
        return {what: {names[a.case_id]: a.amount_fen for a in amounts} for what, amounts in told.items() if amounts}


async def test_three_years_are_paid_to_the_fen(open_office: OpenOffice) -> None:
    scheme = Scheme(await open_office("2023-11-06"))
    desk, joined = scheme.office.desk, {}

    # 2023: the transition rule (BJ-6.1a, BJ-6.1b, BJ-6.2)
    transition = await scheme.voucher(yuan(1_830_000), "2023-09-28", "2024-03-31", starts_on="2023-10-01")
    joined["t1"] = await scheme.ask("t1", transition, yuan(460_000), ("2023-10-01", "2023-11-05"))
    await scheme.to("2023-12-20 09:00")
    cut = await scheme.voucher(999_999_997, "2023-11-20", "2024-11-19")
    joined["c1"] = await scheme.ask("c1", cut, 100_000_001, ("2023-11-20", "2023-12-15"))

    # 2024: more is due than the year allows, and what is asked for after 15 November is next year's
    await scheme.to("2024-03-29 09:00")
    joined["t2"] = await scheme.ask("t2", transition, yuan(460_000), ("2023-11-16", "2023-12-31"))
    joined["t3"] = await scheme.ask("t3", transition, yuan(910_000), ("2024-01-01", "2024-03-29"))
    of_2024 = await scheme.voucher(yuan(10_000_000), "2024-01-10", "2025-01-09")
    await scheme.to("2024-06-20 09:00")
    joined["c2"] = await scheme.ask("c2", cut, 899_999_896, ("2024-01-01", "2024-06-10"))
    joined["d1"] = await scheme.ask("d1", of_2024, yuan(5_000_000), ("2024-02-01", "2024-06-10"))
    await scheme.to("2024-11-15 20:00")
    small = await scheme.voucher(123_456_789, "2024-03-01", "2025-02-28", MANUFACTURER)
    joined["s1"] = await scheme.ask("s1", small, yuan(600_000), ("2024-03-01", "2024-11-01"), MANUFACTURER)
    await scheme.to("2024-11-16 00:00")
    joined["c3"] = await scheme.ask("c3", cut, yuan(1), ("2024-11-01", "2024-11-15"))

    # 2025: the oldest are paid first; what is left of the last voucher waits for a ruling (BJ-A13)
    await scheme.to("2025-03-20 09:00")
    joined["s2"] = await scheme.ask("s2", small, 63_456_789, ("2024-11-02", "2025-02-28"), MANUFACTURER)
    await scheme.to("2025-04-02 09:00")
    scheme.open("2025Q2")
    scheme.open("2025Q3")
    await scheme.to("2025-11-15 20:00")  # a Saturday
    overrun = await scheme.voucher(yuan(1_000_000), "2025-09-15", "2026-09-14")
    joined["o1"] = await scheme.ask("o1", overrun, yuan(150_000), ("2025-09-15", "2025-11-10"))
    await scheme.to("2026-01-12 09:00")
    joined["o2"] = await scheme.ask("o2", overrun, 14_589_042, ("2025-11-11", "2025-12-31"))
    await scheme.to("2026-04-10 00:00")
    before_the_ruling = desk.cycle(TAIL)
    waiting = await scheme.office.attributes(TAIL)
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=TAIL, reason="主管部门批准支付末批"))
    endings = {name: (await scheme.office.ending(case)).amount_fen for name, case in scheme.asked.items()}
    await scheme.office.ending(TAIL)

    vouchers = (transition, cut, of_2024, small, overrun)
    assert [v.face_value_fen for v in vouchers] == [TRANSITION, CUT, WHOLE_YEAR, SMALL, OVERRUN]
    assert joined == {
        "t1": "2023Q4", "c1": "2024Q1", "t2": "2024Q1", "t3": "2024Q1", "c2": "2024Q2", "d1": "2024Q2",
        "s1": "2024Q4", "c3": "2025Q1", "s2": "2025Q1", "o1": "2025Q4", "o2": "2026Q1",
    }  # fmt: skip
    assert scheme.closed("2023Q4") == {"paid": {"t1": BY_15_NOVEMBER}}
    assert scheme.closed("2024Q1") == {"paid": {"t2": BY_31_DECEMBER, "t3": OF_2024, "c1": CUT_FIRST}}
    assert scheme.closed("2024Q2") == {"paid": {"c2": CUT_SECOND, "d1": OF_SECOND}, "deferred": {"d1": PUT_OFF}}
    assert scheme.closed("2024Q3") == {"deferred": {"d1": PUT_OFF}}
    assert scheme.closed("2024Q4") == {"paid": {"s1": SMALL_FIRST}, "deferred": {"d1": PUT_OFF}}
    assert scheme.closed("2025Q1") == {"paid": {"d1": PUT_OFF, "c3": CUT_REST, "s2": SMALL - SMALL_FIRST}}
    assert scheme.closed("2025Q2") == scheme.closed("2025Q3") == {}
    assert scheme.closed("2025Q4") == {"paid": {"o1": OVERRUN_FIRST}}
    assert (waiting["DuifuWaitsOn"], len(before_the_ruling.orders)) == ("主管部门确认", 0)
    assert scheme.closed("2026Q1") == {"paid": {"o2": OVERRUN_REST}}
    assert endings["d1"] == OF_SECOND + PUT_OFF == yuan(1_000_000)
    years = [desk.year(year, TECHNOLOGY) for year in (2023, 2024, 2025, 2026)]
    of_2025 = PUT_OFF + CUT_REST + OVERRUN_FIRST
    assert [year.redeemed_fen for year in years] == [BY_15_NOVEMBER, WHOLE_YEAR, of_2025, OVERRUN_REST]
    assert [year.issued_fen for year in years] == [WHOLE_YEAR, WHOLE_YEAR, OVERRUN, 0]
    expired = [desk.voucher(v.voucher_id).expired_fen for v in vouchers]
    assert expired == [0, 0, yuan(1_000_000), 0, 0]  # nobody asked for it by the last day (BJ-A13)
    spent = TRANSITION + CUT + yuan(1_000_000) + SMALL + OVERRUN
    assert sum(endings.values()) == spent
    orders = scheme.office.city.get("/treasury/orders")["orders"]
    assert sum(int(order["amountFen"]) for order in orders) == spent
    the_evidence_agrees(scheme.office, spent)


def the_evidence_agrees(office: Office, spent_fen: int) -> None:
    """Conserved at every position, every decision made again, and every stream replayed to what the domain folds."""
    ledger = office.desk.ledger
    different: list[Difference] = []
    with closing(open_rows(office.config.ledger)) as rows:
        conserved = conserve(rows, the_rulebook())
        tally = recompute(rows, the_rulebook(), different.append)
        replayed = {name: replay.snapshot(rows, name).state for name in rows.streams() if kind_of(name)}
    vouchers = [account for account in conserved.accounts if account.pool.kind is Kind.VOUCHER]

    assert conserved.breaks == []
    assert conserved.is_conserved
    assert conserved.paid(PROGRAMME) == (spent_fen,) * 3
    assert len(vouchers) == 5
    assert different == []
    assert tally.is_equal
    assert replayed == {name: fold(ledger, name, kind)[0] for name in replayed if (kind := kind_of(name))}
    assert not any(fold(ledger, name, CASE)[0].is_open for name in ledger.streams(streams.CASES))
