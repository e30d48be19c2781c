"""Where an enterprise's year does not suffice for a quarter, all its requests get their part of what is left. (BJ-A17)

The reading is one value of the file: a quote, the engine's quarter and an audit follow it to the same fen.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import pytest

from audit.compared import Decision, Difference
from audit.recompute import recompute
from commands import cycle_payments
from domain.evaluation import quoting
from domain.money import yuan
from duifu.v1.events_pb2 import Evaluation, PaymentOrdered
from duifu.v1.facts_pb2 import AccountUse, Facts, RedemptionOn
from ledger import streams
from ledger.rows import open_rows
from policy.rulebook import calendar_beside
from tests.builders import BUYER, Firm, a_contract, a_firm, a_redemption, an_application, clean_checks
from tests.desk import Desk
from tests.programmes.switching import BEIJING, desk_under, edition

OTHER = a_firm(7)
CAP = "10000.01元"
IN_PROPORTION: dict[str, Any] = {"deferred_first": "pro_rata", "redemption_cap_fen": CAP}
#: What is settled and asked for: on which day, of whose contract. A fifth of it is due.
ASKED: Sequence[tuple[str, Firm, str]] = (
    ("2024-03-04", BUYER, "70000.00"),
    ("2024-03-05", OTHER, "20000.00"),
    ("2024-03-06", BUYER, "50000.00"),
    ("2024-03-06", BUYER, "33333.33"),
    ("2024-05-07", BUYER, "0.77"),
)
QUARTERS = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]
Payments = Mapping[tuple[int, str], int]  # (request, quarter) -> fen


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, list[str], Payments]]:
    """A deployment that pays in proportion, the requests, and what every quarter ordered, two claims at a time."""
    desk = desk_under(Desk(tmp_path_factory.mktemp("in-proportion") / "ledger.sqlite"), **IN_PROPORTION)
    vouchers = [
        desk.voucher_through_the_door(a_contract(yuan(500_000), number=f"N-{at}", buyer=firm), firm)
        for at, (_, firm, _) in enumerate(ASKED)
    ]
    case_ids = []
    for at, (day, firm, settled) in enumerate(ASKED):
        request = a_redemption(vouchers[at].voucher_id, yuan(settled), invoice=at + 1, buyer=firm)
        case_ids.append(desk.at(f"{day} 10:00").redemption_through_the_door(request, firm))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycle_payments, "CLAIMS_AT_ONCE", 2)  # a part does not depend on who is on which page
        paid = paid_by_the_engine(desk, case_ids)
    yield desk, case_ids, paid
    desk.ledger.close()


def paid_by_the_engine(desk: Desk, case_ids: Sequence[str]) -> Payments:
    """Every quarter up to the last, from its cut-off to its close."""
    paid = {}
    for quarter in QUARTERS:
        cycle_id = f"bj-slq-2023-{quarter}"
        if not desk.cycle(cycle_id).cycle_id:
            continue
        desk.freeze(cycle_id)
        if desk.cycle(cycle_id).opened.awaits_ruling:
            break
        while desk.cycle(cycle_id).ready():
            desk.order_payments(cycle_id)
        for event in desk.events(streams.cycle(cycle_id)):
            if isinstance(event, PaymentOrdered):
                paid[case_ids.index(event.case_id), quarter] = event.amount_fen
        desk.record_results(cycle_id)
    return paid


def quoted() -> list[Evaluation]:
    """The same contracts and requests, without any case."""
    facts = [
        Facts(
            application=an_application(a_contract(yuan(500_000), number=f"N-{at}", buyer=firm), firm=firm),
            received_on="2024-03-01",
            checks=clean_checks(firm),
            ruled_met=["BJ_E_DIRECTION"],
            redemptions=[
                RedemptionOn(requested_on=day, request=a_redemption("v", yuan(settled), invoice=at + 1, buyer=firm))
            ],
        )
        for at, (day, firm, settled) in enumerate(ASKED)
    ]
    return quoting.quote(edition(**IN_PROPORTION), facts, calendar_beside(BEIJING))


def test_the_engine_pays_each_request_what_the_quote_promised(played: tuple[Desk, list[str], Payments]) -> None:
    _, _, paid = played

    assert {key: fen for key, fen in paid.items() if key[1] == "2024Q1"} == {
        (0, "2024Q1"): 456_522,  # 1,000,001 × 1,400,000 ÷ 3,066,666 = 456,522.29
        (1, "2024Q1"): 400_000,  # an enterprise of its own
        (2, "2024Q1"): 326_088,  # 326,087.35: the largest fraction takes the fen that is left
        (3, "2024Q1"): 217_391,  # 217,391.35, a little less of a fen
    }
    assert paid == {
        (at, payment.quarter): payment.amount_fen
        for at, evaluation in enumerate(quoted())
        for payment in evaluation.redemptions[0].payments
        if payment.quarter < "2026Q1"  # which waits for a ruling
    }


def test_no_fen_of_the_year_is_lost_or_paid_twice(played: tuple[Desk, list[str], Payments]) -> None:
    desk, case_ids, paid = played

    for year in ("2024", "2025"):
        of_year = sum(fen for (at, quarter), fen in paid.items() if quarter[:4] == year and ASKED[at][1] is BUYER)
        assert of_year == yuan("10000.01")
    for at, case_id in enumerate(case_ids):
        waiting = desk.cycle("bj-slq-2023-2026Q1").claims.get(case_id)
        of_case = sum(fen for (other, _), fen in paid.items() if other == at)
        assert of_case + (waiting.due_fen if waiting else 0) == desk.case(case_id).due_fen


def test_an_audit_makes_every_part_again(played: tuple[Desk, list[str], Payments]) -> None:
    desk, _, paid = played
    found: list[Difference] = []

    with closing(open_rows(desk.ledger.address)) as rows:
        tally = recompute(rows, desk.door.rulebook, found.append)

    assert (found, tally.is_equal) == ([], True)
    assert tally.amounts_fen[Decision.PAYMENT] == sum(paid.values())


@pytest.mark.parametrize(("reading", "paid"), [("oldest", (200_000, 0)), ("pro_rata", (150_000, 50_000))])
def test_the_oldest_request_is_paid_first_unless_all_get_their_part(reading: str, paid: tuple[int, int]) -> None:
    under = edition() if reading == "oldest" else edition(deferred_first=reading)
    used = [AccountUse(account="redeemed", period="2024", amount=yuan(1_800_000))]
    asked = [
        Facts(
            application=an_application(a_contract(yuan(3_000_000), number=f"{number}")),
            received_on="2024-01-15",
            checks=clean_checks(),
            ruled_met=["BJ_E_DIRECTION"],
            used=used,
            redemptions=[
                RedemptionOn(requested_on=f"2024-03-0{number}", request=a_redemption("v", settled, invoice=number))
            ],
        )
        for number, settled in ((1, yuan(1_500_000)), (2, yuan(500_000)))
    ]  # due 300,000 and 100,000 of the 200,000 that the year has left

    answers = [answer.redemptions[0] for answer in quoting.quote(under, asked, calendar_beside(BEIJING))]

    in_2024 = [sum(one.amount_fen for one in answer.payments if one.counts_in_year == 2024) for answer in answers]
    assert in_2024 == [yuan(amount) for amount in paid]
    assert [sum(one.amount_fen for one in answer.payments) for answer in answers] == [yuan(300_000), yuan(100_000)]
