"""A ledger in which the rules decide about all that they can: limits, queues, silence, deferrals, the last batch."""

from typing import Any

from domain.money import yuan
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import VERDICT_REFUSE, ConfirmCycle, LapseStage
from duifu.v1.facts_pb2 import Contract
from tests.audit.histories import a_spring
from tests.builders import (
    CYCLE_OFFICER,
    PROGRAMME,
    Firm,
    a_contract,
    a_firm,
    a_redemption,
    an_application,
)
from tests.desk import Desk

QUEUED, LIMITED, CAREFUL = a_firm(21), a_firm(22), a_firm(23)


def two_years(desk: Desk) -> None:
    """A spring, then claims that wait for one another or find the limit used up, and two years of paying."""
    a_spring(desk)
    a_queue(desk.at("2024-05-06 09:00"))
    refusals_and_silence(desk.at("2024-06-03 09:00"))
    payments(desk.at("2024-08-05 09:00"))
    the_last_batch(desk.at("2025-10-09 09:00"))


def a_queue(desk: Desk) -> None:
    """A claim that is decided early waits for one accepted before, and is cut by the limit; two more find nothing."""
    claims = [an_application(_contract(n, worth, QUEUED), firm=QUEUED) for n, worth in enumerate((6, 5, 4, 1))]
    ahead, behind = (desk.accepted_case(claim, QUEUED) for claim in claims[:2])
    desk.review(behind)
    desk.issue(behind)
    desk.review(ahead, approved_fen=yuan(1_100_000), reason="按实际需求核定")
    desk.issue(ahead)
    desk.issue(behind)
    for claim in claims[2:]:
        desk.issue(desk.reviewed_case(claim, QUEUED))


def refusals_and_silence(desk: Desk) -> None:
    """A claim that an officer refuses; one that is accepted by silence, and overdue in review."""
    refused = desk.accepted_case(an_application(_contract(1, 3, CAREFUL), firm=CAREFUL), CAREFUL)
    desk.review(refused, verdict=VERDICT_REFUSE, code="BJ_E_RELATED", reason="关联方合同")
    silent = desk.submit(an_application(_contract(2, 3, CAREFUL), firm=CAREFUL), CAREFUL)
    for _ in range(2):
        stage = desk.case(silent).stage
        assert stage is not None
        assert stage.due_at is not None
        lapse = LapseStage(case_id=silent, stage=stage.key, round=stage.round)
        desk.at(stage.due_at).system(lapse_stage=lapse)


def payments(desk: Desk) -> None:
    """An invoice handed in twice, money that comes back, and more due than a year's limit: put off again and again."""
    first = desk.voucher_through_the_door(_contract(1, 10, LIMITED), LIMITED)
    _ask(desk, first, 1, 5_000_000)
    desk.settle_quarter(f"{PROGRAMME}-2024Q3")
    _ask(desk.at("2024-10-08 09:00"), first, 1, 5_000_000)  # nothing is due of it
    returned = _ask(desk, first, 2, 5_000_000)
    desk.settle_quarter(f"{PROGRAMME}-2024Q4", returned=[returned])
    contract = _contract(2, 10, LIMITED, signed_on="2025-01-02", period=("2025-01-05", "2025-12-31"))
    second = desk.at("2025-01-06 09:00").voucher_through_the_door(contract, LIMITED)
    for number, settled in ((3, 4_000_000), (4, 6_000_000)):
        _ask(desk, second, number, settled, on="2025-01-06", period=("2025-01-05", "2025-01-06"))
    for quarter in ("2025Q1", "2025Q2", "2025Q3"):
        desk.settle_quarter(f"{PROGRAMME}-{quarter}")


def the_last_batch(desk: Desk) -> None:
    """A request after the last cut-off is paid when the authority has ruled."""
    contract = _contract(9, 5, CAREFUL, signed_on="2025-01-10", period=("2025-02-01", "2025-12-31"))
    voucher = desk.voucher_through_the_door(contract, CAREFUL)
    asked = a_redemption(voucher.voucher_id, yuan(1_000_000), invoice=200, buyer=CAREFUL, **_later("2025-10-09"))
    asked.bank_receipts[0].amount_fen = yuan(600_000)
    desk.settle_quarter(f"{PROGRAMME}-2025Q4")
    desk.at("2025-11-20 09:00").redemption_through_the_door(asked, CAREFUL)
    tail = f"{PROGRAMME}-2026Q1"
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=tail, reason="局长办公会同意支付尾批"))
    desk.settle_quarter(tail)


def _contract(
    number: int,
    millions: int,
    firm: Firm,
    *,
    signed_on: str = "2024-01-10",
    period: tuple[str, str] = ("2024-02-01", "2024-12-31"),
) -> Contract:
    return a_contract(
        yuan(millions * 1_000_000),
        number=f"HT-{firm.uscc[-6:]}-{number}",
        signed_on=signed_on,
        starts_on=period[0],
        ends_on=period[1],
        buyer=firm,
    )


def _ask(desk: Desk, voucher: Voucher, number: int, settled: int, **how: Any) -> str:
    request = a_redemption(voucher.voucher_id, yuan(settled), invoice=100 + number, buyer=LIMITED, **how)
    return desk.redemption_through_the_door(request, LIMITED)


def _later(on: str) -> dict[str, Any]:
    return {"on": on, "period": (on, on)}
